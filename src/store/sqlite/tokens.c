/* FTS5's own words, for engines that have no FTS5: asked of a connection to no database. */

#include "store/tokens.h"

#include <stdlib.h>

#include "store/sqlite/words.h"

struct sqlite_tokens {
    struct db db; /* its handle alone */
    struct word_finder words;
};

enum cxd_err sqlite_tokens_open(struct sqlite_tokens **ret_tokenizer, struct error *err) {
    struct sqlite_tokens *tokens = calloc(1, sizeof *tokens);
    if (!tokens)
        return error_set(err, ERR_NO_MEMORY, "no memory to read words");
    enum cxd_err code = CXD_OK;
    if (sqlite3_open_v2(":memory:", &tokens->db.handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        code = error_set(err, ERR_NO_MEMORY, "no memory to read words");
    if (code == CXD_OK)
        code = sqlite_words_open(&tokens->words, &tokens->db, err);
    if (code == CXD_OK)
        *ret_tokenizer = tokens;
    else
        sqlite_tokens_close(tokens);
    return code;
}

void sqlite_tokens_close(struct sqlite_tokens *tokens) {
    if (!tokens)
        return;
    sqlite_words_close(&tokens->words);
    sqlite3_close(tokens->db.handle);
    free(tokens);
}

enum cxd_err sqlite_tokens_find(void *context, const char *text, size_t length, struct arena *arena,
                                struct search_words *ret_words, struct error *err) {
    return sqlite_words_find(&((struct sqlite_tokens *)context)->words, text, length, arena, ret_words, err);
}
