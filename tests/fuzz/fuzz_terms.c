/* Comments, a line each: every token lies in its text and folds to itself, and what a band is set apart by is of these
 * comments, counted no more often than they are. The first byte of a line is the band, the second the locale. */
#include "fuzz.h"

#include "cxd/domain/terms.h"
#include "cxd/domain/tokens.h"

static size_t check_tokens(const char *text, size_t length) {
    struct tokens tokens;
    struct token token;
    const char *before = text;
    size_t count = 0;
    tokens_open(&tokens, text, length);
    for (; tokens_next(&tokens, &token); count++) {
        CHECK(token.length >= 1 && token.length <= TOKEN_FOLDED_MAX && token.shown_length >= 1);
        CHECK(token.shown >= before && token.shown + token.shown_length <= text + length);
        size_t digits = 0;
        for (size_t i = 0; i < token.length; i++)
            digits += token.folded[i] >= '0' && token.folded[i] <= '9';
        CHECK(digits < TOKEN_DIGITS_MAX && !memchr(token.folded, '@', token.length));
        char folded[TOKEN_FOLDED_MAX + 1] = "";
        memcpy(folded, token.folded, token.length);
        CHECK(strlen(folded) == token.length && utf8_count(folded) != SIZE_MAX);
        before = token.shown;
    }
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const LOCALES[] = {NULL, "de", "en-GB", "fr", "ja", "x"};
    char *text = fuzz_text(data, size), *rest = text, *line;
    struct terms *terms = terms_open(size % 8 == 7 ? "de" : NULL);
    struct terms_totals totals;
    struct arena arena;
    struct term *found;
    size_t count;
    int64_t bands[2] = {0};
    CHECK(terms);
    while ((line = strsep(&rest, "\n"))) {
        size_t length = strlen(line);
        if (length < 2)
            continue;
        /* A piece of it is another text. */
        char *half = size % 3 == 0 ? memchr(line + 2, '|', length - 2) : NULL;
        struct said_text said[] = {{NULL, line + 2}, {"why", half ? half + 1 : ""}};
        check_tokens(line + 2, length - 2);
        if (half)
            *half = '\0';
        struct terms_comment comment = {.texts = said,
                                        .text_count = half ? 2 : 1,
                                        .locale = LOCALES[(uint8_t)line[1] % 6],
                                        .is_in_band = line[0] % 2 == 0,
                                        .id = {{(uint8_t)length}}};
        CHECK(terms_add(terms, &comment));
        bands[comment.is_in_band]++;
    }
    terms_total(terms, &totals);
    CHECK(totals.count <= bands[1] && totals.rest <= bands[0]);
    arena_init(&arena);
    CHECK(terms_rank(terms, 1, 1000, &arena, &found, &count));
    for (size_t i = 0; i < count; i++) {
        CHECK(found[i].count >= 1 && found[i].count <= totals.count && found[i].rest <= totals.rest);
        CHECK(found[i].z > 0 && found[i].log_odds > 0 && (i == 0 || found[i].z <= found[i - 1].z));
        CHECK(found[i].example_count >= 1 && found[i].text[0] != '\0' && utf8_count(found[i].text) != SIZE_MAX);
    }
    arena_free(&arena);
    terms_close(terms);
    free(text);
    return 0;
}
