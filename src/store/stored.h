#ifndef CXD_STORE_STORED_H
#define CXD_STORE_STORED_H

#include "cxd/base/buffer.h"
#include "cxd/domain/response.h"

/* The text that engines store properties and answers as: JSON objects by key, as buffer_append_json writes texts. */

/* Takes the JSON string at *at, as buffer_append_json writes one, ends it with a NUL where it stands, and moves *at
 * behind it. NULL where there is none that is known here. */
const char *stored_take_text(char **at);

/* Nothing where there are none. */
void stored_write_answers(struct buffer *buf, const struct answer *answers, size_t count);
/* Sets answers and answer_count, which are of the arena. ERR_STORAGE: it is damaged. */
CXD_NODISCARD enum cxd_err stored_read_answers(const char *json, size_t length, struct arena *arena,
                                               struct response *response, struct error *err);

/* Nothing where there are none. */
void stored_write_properties(struct buffer *buf, const struct property *properties, size_t count);
/* How many properties a text can have at most, also where it is damaged. */
size_t stored_properties_most(const char *json, size_t length);
/* Reads them in place; false where the text is another than is written. */
CXD_NODISCARD bool stored_take_properties(char *text, struct property *properties, size_t *ret_count);

#endif
