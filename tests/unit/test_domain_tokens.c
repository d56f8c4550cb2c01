/* Words of texts in many scripts, what is no word, and what makes neighbours. */
#include "../support/unit.h"
#include "cxd/base/compiler.h"
#include "cxd/base/utf8.h"
#include "cxd/domain/tokens.h"
#include "domain/characters.h"

/* Tokens with blanks between: '~' before one that follows its neighbour; behind it '*' by itself no word, '#' a number,
 * '+' a piece of a script without blanks, '^' an emoji. */
static const struct {
    const char *text, *tokens;
} CASES[] = {
    {"", ""},
    {"  \t\n .,;", ""},
    /* English */
    {"The app is SLOW.", "the ~app ~is ~slow"},
    {"Not good. No refund!", "not ~good no ~refund"},
    {"I can't log in", "i* ~can't ~log ~in"},
    {"it doesn\xE2\x80\x99t WORK", "it ~doesn't ~work"},
    {"'quoted' dogs' \"words\"", "quoted dogs words"},
    {"check-in, e-mail -- a- -b", "check-in e-mail a* b*"},
    {"slow,expensive", "slow expensive"},
    {"line\nbreak", "line break"},
    {"no\xC2\xA0"
     "break",
     "no ~break"},
    {"rock'n'roll O'Brien y'all c'mon", "rock'n'roll ~o'brien ~y'all ~c'mon"},
    {"snake_case", "snake case"},
    /* case and accents */
    {"\xC3\x84PFEL \xC3\xBC"
     "ber STRA\xE1\xBA\x9E"
     "E Stra\xC3\x9F"
     "e",
     "apfel ~uber ~strasse ~strasse"},
    {"na\xC3\xAFve nai\xCC\x88ve \xC5\x92uvre \xC3\x98resund \xC5\x81\xC3\xB3"
     "d\xC5\xBA",
     "naive ~naive ~oeuvre ~oresund ~lodz"},
    {"\xC4\xB0stanbul \xC4\xB1l\xC4\xB1k", "istanbul ~ilik"},
    {"ti\xE1\xBA\xBFng Vi\xE1\xBB\x87t", "tieng ~viet"},
    {"co\xC2\xADoperate", "cooperate"}, /* a soft hyphen */
    /* elisions */
    {"L'app n\xE2\x80\x99"
     "est pas s\xC3\xBBre",
     "l* ~app ~n* ~est ~pas ~sure"},
    {"aujourd'hui qu'il d'accord", "aujourd'hui ~qu* ~il ~d* ~accord"},
    {"dell'assistenza un'altra", "dell* ~assistenza ~un* ~altra"},
    /* Greek, Cyrillic, Armenian, Arabic, Hebrew, Hindi, Korean */
    {"\xCE\xA3\xCE\xAF\xCF\x83\xCF\x85\xCF\x86\xCE\xBF\xCF\x82 "
     "\xCE\xA3\xCE\x8A\xCE\xA3\xCE\xA5\xCE\xA6\xCE\x9F\xCE\xA3",
     "\xCF\x83\xCE\xB9\xCF\x83\xCF\x85\xCF\x86\xCE\xBF\xCF\x83 "
     "~\xCF\x83\xCE\xB9\xCF\x83\xCF\x85\xCF\x86\xCE\xBF\xCF\x83"},
    {"\xD0\x81\xD0\xBB\xD0\xBA\xD0\xB0 \xD0\xB5\xD1\x89\xD1\x91 \xD0\x99\xD0\xBE\xD0\xB4",
     "\xD0\xB5\xD0\xBB\xD0\xBA\xD0\xB0 ~\xD0\xB5\xD1\x89\xD0\xB5 ~\xD0\xB9\xD0\xBE\xD0\xB4"},
    {"\xD4\xB1\xD5\xB4", "\xD5\xA1\xD5\xB4"},
    {"\xD8\xAE\xD8\xAF\xD9\x85\xD8\xA9 \xD8\xAC\xD8\xAF\xD8\xA7\xD9\x8B",
     "\xD8\xAE\xD8\xAF\xD9\x85\xD9\x87 ~\xD8\xAC\xD8\xAF\xD8\xA7"},
    {"\xD7\xA9\xD6\xB5\xD7\x81\xD7\xA8\xD7\x95\xD6\xBC\xD7\xAA", "\xD7\xA9\xD7\xA8\xD7\x95\xD7\xAA"},
    {"\xE0\xA4\x97\xE0\xA4\xAF\xE0\xA4\xBE \xE0\xA4\xA8\xE0\xA4\xB9\xE0\xA5\x80\xE0\xA4\x82\xE0\xA5\xA4",
     "\xE0\xA4\x97\xE0\xA4\xAF\xE0\xA4\xBE ~\xE0\xA4\xA8\xE0\xA4\xB9\xE0\xA5\x80\xE0\xA4\x82"},
    {"\xEC\x95\xB1\xEC\x9D\xB4 \xEB\x8A\x90\xEB\xA0\xA4\xEC\x9A\x94",
     "\xEC\x95\xB1\xEC\x9D\xB4 ~\xEB\x8A\x90\xEB\xA0\xA4\xEC\x9A\x94"},
    /* Han, kana, Thai, Khmer, Burmese: pieces of two characters with their marks */
    {"\xE9\x80\x80\xE6\xAC\xBE\xE6\x85\xA2\xE3\x80\x82\xE5\xA5\xBD",
     "\xE9\x80\x80\xE6\xAC\xBE+ ~\xE6\xAC\xBE\xE6\x85\xA2+ \xE5\xA5\xBD+"},
    {"\xE3\x82\xB5\xE3\x83\x9D\xE3\x83\xBC\xE3\x83\x88",
     "\xE3\x82\xB5\xE3\x83\x9D+ ~\xE3\x83\x9D\xE3\x83\xBC+ ~\xE3\x83\xBC\xE3\x83\x88+"},
    {"App\xE5\xBE\x88\xE6\x85\xA2 ok", "app \xE5\xBE\x88\xE6\x85\xA2+ ok"},
    {"\xE0\xB8\x8A\xE0\xB9\x89\xE0\xB8\xB2\xE0\xB8\xA1\xE0\xB8\xB2\xE0\xB8\x81",
     "\xE0\xB8\x8A\xE0\xB9\x89\xE0\xB8\xB2+ ~\xE0\xB8\xB2\xE0\xB8\xA1+ ~\xE0\xB8\xA1\xE0\xB8\xB2+ "
     "~\xE0\xB8\xB2\xE0\xB8\x81+"},
    {"\xE1\x9E\x80\xE1\x9F\x92\xE1\x9E\x9A\xE1\x9E\xBB\xE1\x9E\x98",
     "\xE1\x9E\x80\xE1\x9F\x92\xE1\x9E\x9A\xE1\x9E\xBB\xE1\x9E\x98+"},
    {"\xE1\x80\x80\xE1\x80\xB1\xE1\x80\xAC\xE1\x80\x84\xE1\x80\xBA\xE1\x80\xB8",
     "\xE1\x80\x80\xE1\x80\xB1\xE1\x80\xAC\xE1\x80\x84\xE1\x80\xBA\xE1\x80\xB8+"},
    /* numbers, and what is too much of one */
    {"5 stars", "5# ~stars"},
    {"24/7 or 9.99, or 1,5", "24/7# ~or ~9.99# or ~1,5#"},
    {"24/7 9.99 1,5", ""},
    {"2nd try, 5g", "2nd ~try 5g"},
    {"in 2023 again", "in again"},
    {"call +49 (0)176 123 456 or", "call or"},
    {"12.03.2024 ok", "ok"},
    {"pin 12 34 ok", "pin ok"},
    {"order AB123456 and AB-12-34-56", "order and"},
    {"\xD9\xA1\xD9\xA2\xD9\xA3\xD9\xA4 \xD9\xA3", ""}, /* 1234 3 */
    {"\xEF\xBC\x95 stars", "5# ~stars"},
    /* addresses */
    {"mail john.doe+x@shop.example now", "mail now"},
    {"ask @jane_doe or mailto:a@b.c", "ask or"},
    {"me @ home", "me home"},
    {"see https://a.example/x?y=1 and www.shop.example", "see and"},
    {"on Shop.example/orders/anna, and/or", "on and or"},
    {"\xE3\x83\xA1\xE3\x83\xBC\xE3\x83\xAB"
     "a@b.example",
     "\xE3\x83\xA1\xE3\x83\xBC+ ~\xE3\x83\xBC\xE3\x83\xAB+"},
    {"ask \xEF\xBC\xA0jane or a.b\xEF\xBC\xA0shop.example or c\xEF\xB9\xABshop.example", "ask or or"},
    {"\xE3\x83\x9C\xE3\x83\x96@b.example ok", "ok"},
    {"a@\xE4\xBE\x8B\xE3\x81\x88.jp ok", "ok"},
    {"https://\xE4\xBE\x8B\xE3\x81\x88.jp/\xE6\x9D\xB1\xE4\xBA\xAC ok", "ok"},
    {"https://a.example/\xE6\x9D\xB1\xE4\xBA\xAC/x\xE9\x80\x80\xE6\xAC\xBE", "\xE9\x80\x80\xE6\xAC\xBE+"},
    {"@\xE7\x94\xB0\xE4\xB8\xAD ok", "ok"},
    {"\xE9\x80\x80\xE6\xAC\xBE@\xE7\x94\xB0\xE4\xB8\xAD", "\xE9\x80\x80\xE6\xAC\xBE+"},
    {"see Anna-Doe.de, annadoe.co.uk. b\xC3\xBC"
     "cher.COM!",
     "see"},
    {"good.but slow", "good but ~slow"},
    {"1.de 2.5 com", "1# de ~2.5# ~com"},
    {"me jane.doe(at)shop.example or joe[AT]shop.example (at) x(at", "me or at x* at"},
    /* addresses that are spelled out */
    {"ask beta (at) second.example now", "ask now"},
    {"ask epsi [at] fifth.example now", "ask now"},
    {"ask delta (at) fourth (dot) example now", "ask now"},
    {"ask j.doe {at} mail[dot]shop.example. Now", "ask now"},
    {"ask j_doe- <At> shop{dot}co{DOT}uk, now", "ask now"},
    {"ask anna ( @ ) shop ( . ) example now", "ask now"},
    {"ask anna @ shop.example or bob@ shop.example or cy @shop.example now", "ask or or now"},
    {"ask anna\xC2\xA0\xEF\xBC\xA0 shop.example now", "ask now"},
    {"ask anna \xEF\xBC\x88"
     "at\xEF\xBC\x89 shop \xE3\x80\x90"
     "dot\xE3\x80\x91 example now",
     "ask now"},
    {"ask anna *at* shop.example or bob _at_ shop.example or cy -at- shop.example now", "ask or or now"},
    {"ask anna@shop (dot) example or bob@shop dot example now", "ask or now"},
    {"ask anna (at) shop dot example now. Then", "ask now then"},
    {"ask 42 (at) shop.example or o'neill (at) shop.example", "ask or"},
    {"ask j\xC3\xBCrgen (at) b\xC3\xBC"
     "cher.example now",
     "ask now"},
    {"\xE7\x94\xB0\xE4\xB8\xAD (at) \xE4\xBE\x8B\xE3\x81\x88.jp ok", "ok"},
    {"anna (at) \xE4\xBE\x8B\xE3\x81\x88.\xE6\x97\xA5\xE6\x9C\xAC ok", "ok"},
    /* and text that is none */
    {"I was (at) home. Then", "i* ~was at home then"},
    {"nobody (at) all", "nobody at all"},
    {"apples @ 2.5 each, dinner @ 7.30pm", "apples 2.5# ~each dinner 7.30pm"},
    {"slow (dot) com", "slow dot com"},
    {"pay at shop dot example", "pay ~at ~shop ~dot ~example"},
    {"one <b> two - three | four", "one b* two three four"},
    {"ends (at)", "ends at"},
    {"ends (at) ", "ends at"},
    {"ends @ ", "ends"},
    {"a b (at) c.d", "a* ~b* at c* d*"},
    /* emoji */
    {"bad \xF0\x9F\x98\xA1\xF0\x9F\x98\xA1 app", "bad \xF0\x9F\x98\xA1^ \xF0\x9F\x98\xA1^ app"},
    {"\xF0\x9F\x91\x8D\xF0\x9F\x8F\xBD \xE2\x9D\xA4\xEF\xB8\x8F", "\xF0\x9F\x91\x8D^ \xE2\x9D\xA4^"},
    {"\xF0\x9F\x87\xA9\xF0\x9F\x87\xAA\xF0\x9F\x87\xAB\xF0\x9F\x87\xB7",
     "\xF0\x9F\x87\xA9\xF0\x9F\x87\xAA^ \xF0\x9F\x87\xAB\xF0\x9F\x87\xB7^"},
    {"\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9", "\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9^"},
    /* what is longer than a word, and what is no UTF-8 */
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa bb", "bb"},
    {"bad\xFF"
     "byte \xC3",
     "bad byte"},
};

static void describe(const char *text, size_t length, char *out, size_t size) {
    static const char *const MARKS[] = {
        [TOKEN_WORD] = "", [TOKEN_NUMBER] = "#", [TOKEN_PIECE] = "+", [TOKEN_EMOJI] = "^"};
    struct tokens tokens;
    struct token token;
    size_t used = 0;
    out[0] = '\0';
    tokens_open(&tokens, text, length);
    while (tokens_next(&tokens, &token)) {
        assert_true(token.length >= 1 && token.length <= TOKEN_FOLDED_MAX);
        assert_true(token.shown >= text && token.shown + token.shown_length <= text + length);
        assert_true(token.shown_length > 0);
        used += (size_t)snprintf(out + used, size - used, "%s%s%.*s%s%s", used ? " " : "", token.follows ? "~" : "",
                                 (int)token.length, token.folded, MARKS[token.kind], token.is_letter ? "*" : "");
        assert_true(used < size);
    }
    assert_false(tokens_next(&tokens, &token));
}

static void test_texts(void **state) {
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        char said[1024];
        size_t length = strlen(CASES[i].text);
        char *exact = malloc(length + 1); /* a read past the end is caught */
        memcpy(exact, CASES[i].text, length);
        describe(exact, length, said, sizeof said);
        free(exact);
        if (strcmp(said, CASES[i].tokens) != 0)
            fail_msg("%s\ngave      %s\ninstead of %s", CASES[i].text, said, CASES[i].tokens);
    }
}

/* A folded text folds to itself, so that a list of stop words may be written in any case. */
static void test_folding_is_final(void **state) {
    for (uint32_t code = 0x80; code < 0x20000; code++) {
        char folded[CHARACTER_FOLDED_MAX + 1] = "", again[CHARACTER_FOLDED_MAX + 1] = "";
        size_t length, at = 0, used = 0;
        if (code >= 0xD800 && code < 0xE000)
            continue;
        size_t size = character_fold(code, folded);
        assert_true(size >= 1 && utf8_count(folded) <= 2);
        for (; at < size; at += length)
            used += character_fold(utf8_decode(folded + at, size - at, &length), again + used);
        if (strcmp(folded, again) != 0)
            fail_msg("U+%04X becomes %s, and that %s", (unsigned)code, folded, again);
    }
}

static void test_heads_of_pieces(void **state) {
    assert_int_equal(tokens_piece_head("\xE6\xAC\xBE\xE6\x85\xA2", 6), 3);
    assert_int_equal(tokens_piece_head("\xE0\xB8\x8A\xE0\xB9\x89\xE0\xB8\xB2", 9), 6);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_folding_is_final),
        cmocka_unit_test(test_heads_of_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
