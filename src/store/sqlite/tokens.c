/* FTS5's own words, for engines that have no FTS5: asked of a connection to no database. */

#include "store/tokens.h"

#include <stdlib.h>

#include "store/sqlite/words.h"

struct tokenizer {
    struct db db; /* its handle alone */
    struct word_finder words;
};

enum cxd_err tokenizer_open(struct tokenizer **ret_tokenizer, struct error *err) {
    struct tokenizer *tokenizer = calloc(1, sizeof *tokenizer);
    if (!tokenizer)
        return error_set(err, ERR_NO_MEMORY, "no memory to read words");
    enum cxd_err code = CXD_OK;
    if (sqlite3_open_v2(":memory:", &tokenizer->db.handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
        SQLITE_OK)
        code = error_set(err, ERR_NO_MEMORY, "no memory to read words");
    if (code == CXD_OK)
        code = sqlite_words_open(&tokenizer->words, &tokenizer->db, err);
    if (code == CXD_OK)
        *ret_tokenizer = tokenizer;
    else
        tokenizer_close(tokenizer);
    return code;
}

void tokenizer_close(struct tokenizer *tokenizer) {
    if (!tokenizer)
        return;
    sqlite_words_close(&tokenizer->words);
    sqlite3_close(tokenizer->db.handle);
    free(tokenizer);
}

enum cxd_err tokenizer_find(void *context, const char *text, size_t length, struct arena *arena,
                            struct search_words *ret_words, struct error *err) {
    return sqlite_words_find(&((struct tokenizer *)context)->words, text, length, arena, ret_words, err);
}
