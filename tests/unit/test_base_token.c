/* Signed tokens: known answers from another implementation of HMAC, and everything that is no token of ours. */
#include "../support/unit.h"
#include "cxd/base/token.h"

static const uint8_t SECRET[TOKEN_SECRET_SIZE] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                                                  16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31};

static const char *sign(struct buffer *out, const char *purpose, const char *payload) {
    buffer_reset(out);
    token_sign(out, SECRET, purpose, payload, strlen(payload));
    return buffer_terminate(out);
}

/* By Python's hmac and base64: urlsafe_b64encode of payload and of HMAC(HMAC(SECRET, purpose), payload). */
static const struct {
    const char *purpose, *payload, *token;
} KNOWN[] = {
    {"invitation", "{\042survey\042:\042nps\042,\042respondent\042:\042r-1\042}",
     "eyJzdXJ2ZXkiOiJucHMiLCJyZXNwb25kZW50Ijoici0xIn0.ziWiN9whQlJ9LJ0rH91m1B0A0obBHJmOVcP0sFiS6kU"},
    {"nonce", "nps.1774000000", "bnBzLjE3NzQwMDAwMDA.5TYHZWFaJa28yMYDYzhl-Was_zi19561ff2eZpZh2f0"},
    {"invitation", "", ".IwVwjQ6ojDI3FxCukEmfePkg-OrQRy3n_Tf2YA2t4x0"},
    {"x", "a", "YQ.Q8tWups3_tICnC7f5C0O_n3pN66peu3uf_eBWph1c1U"},
    {"x", "ab", "YWI.q_Miy7Ln3Tx0GQAnDACXyqQiDgH7TgNfeU_zUAu82mY"},
    {"x", "abc", "YWJj.dskWbyDzQFZuiLqckP-z1-6xXsTkLjqjjqHX0UiiJV8"},
    {"invitation", "{\042respondent\042:\042J\303\274rgen\042}",
     "eyJyZXNwb25kZW50IjoiSsO8cmdlbiJ9.Ju9BZ81_APB2O9ebg3w5IijtjFSAOxx5YOySmGCHx5o"},
};

static void known_answers(void **state) {
    struct buffer out;
    struct arena arena;
    buffer_init(&out);
    arena_init(&arena);
    for (size_t i = 0; i < CXD_COUNT(KNOWN); i++) {
        const char *payload;
        size_t length;
        assert_string_equal(sign(&out, KNOWN[i].purpose, KNOWN[i].payload), KNOWN[i].token);
        assert_true(token_open(KNOWN[i].token, SECRET, KNOWN[i].purpose, &arena, &payload, &length));
        assert_int_equal(length, strlen(KNOWN[i].payload));
        assert_string_equal(payload, KNOWN[i].payload);
    }
    buffer_free(&out);
    arena_free(&arena);
}

/* Any character changed, dropped or added makes it none: also in the bits that base64 leaves over. */
static void forged(void **state) {
    static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/. \n\t";
    const char *payload;
    size_t length;
    struct arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < CXD_COUNT(KNOWN); i++) {
        size_t size = strlen(KNOWN[i].token);
        char token[512];
        for (size_t at = 0; at < size; at++) {
            for (const char *digit = DIGITS; *digit; digit++) {
                strcpy(token, KNOWN[i].token);
                if (token[at] == *digit)
                    continue;
                token[at] = *digit;
                assert_false(token_open(token, SECRET, KNOWN[i].purpose, &arena, &payload, &length));
            }
            memcpy(token, KNOWN[i].token, at);
            strcpy(token + at, KNOWN[i].token + at + 1);
            assert_false(token_open(token, SECRET, KNOWN[i].purpose, &arena, &payload, &length));
            token[at] = '\0';
            assert_false(token_open(token, SECRET, KNOWN[i].purpose, &arena, &payload, &length));
            arena_reset(&arena);
        }
        for (const char *digit = DIGITS; *digit; digit++) {
            strcpy(token, KNOWN[i].token);
            token[size] = *digit;
            token[size + 1] = '\0';
            assert_false(token_open(token, SECRET, KNOWN[i].purpose, &arena, &payload, &length));
        }
    }
    arena_free(&arena);
}

static void other_purpose_or_secret(void **state) {
    const char *payload;
    size_t length;
    struct arena arena;
    uint8_t other[TOKEN_SECRET_SIZE];
    arena_init(&arena);
    assert_true(token_secret_make(other));
    assert_false(token_open(KNOWN[0].token, SECRET, "another", &arena, &payload, &length));
    assert_false(token_open(KNOWN[0].token, other, KNOWN[0].purpose, &arena, &payload, &length));
    assert_false(token_open("", SECRET, KNOWN[0].purpose, &arena, &payload, &length));
    assert_false(token_open(".", SECRET, KNOWN[0].purpose, &arena, &payload, &length));
    arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_answers),
        cmocka_unit_test(forged),
        cmocka_unit_test(other_purpose_or_secret),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
