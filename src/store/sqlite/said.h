#ifndef CXD_STORE_SQLITE_SAID_H
#define CXD_STORE_SQLITE_SAID_H

#include "cxd/base/buffer.h"
#include "cxd/domain/search.h"
#include "cxd/domain/texts.h"
#include "store/sqlite/db.h"

/* The texts of a response as the index of comments has them: one text, with a word between two of them that nobody
 * asks for, so that no phrase goes across. */

/* A character that Unicode leaves to whoever wants it, three times. */
#define SAID_BORDER "\uE0CD\uE0CD\uE0CD"

/* Which questions are for texts: those that a survey has, and those that it has had. */
struct said_keys {
    struct said_key {
        int64_t survey;
        const char *key;
    } * items; /* by survey, then key */
    size_t count;
};
/* `survey` 0: of every one. All is of the arena. */
CXD_NODISCARD enum cxd_err sqlite_said_read_keys(struct db *db, int64_t survey, struct arena *arena,
                                                 struct said_keys *ret_keys, struct error *err);
/* The texts of a response that is stored, as texts_of has them. */
size_t sqlite_said_texts(const struct said_keys *keys, const struct response *response, const char *only,
                         struct said_text ret_texts[TEXTS_MAX]);
/* The same of a row that has the comment in a column and the answers in the next; the texts live until the next row, as
 * long as the arena. */
CXD_NODISCARD enum cxd_err sqlite_said_read(const struct said_keys *keys, int64_t survey, sqlite3_stmt *stmt,
                                            int column, const char *only, struct arena *arena,
                                            struct said_text ret_texts[TEXTS_MAX], size_t *ret_count,
                                            struct error *err);

/* At least one text as one, of the arena or the text itself. NULL: no memory. */
const char *sqlite_said_join(const struct said_text *texts, size_t count, struct arena *arena);
/* Whether a phrase may be found in what stands between two texts. */
bool sqlite_said_is_border(const struct search_phrase *phrase);

#endif
