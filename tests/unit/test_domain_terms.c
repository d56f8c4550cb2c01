/* What sets a band apart: figures against R, one count a comment, languages, bounded memory. */
#include "../support/unit.h"

#include <math.h>

#include "cxd/base/compiler.h"
#include "cxd/domain/terms.h"
#include "cxd/domain/tokens.h"
#include "domain/stopwords.h"

/* R: a <- .1 * (y1 + y2); a0 <- .1 * (n1 + n2)
 *    d <- log((y1 + a) / (n1 + a0 - y1 - a)) - log((y2 + a) / (n2 + a0 - y2 - a))
 *    z <- d / sqrt(1 / (y1 + a) + 1 / (n1 + a0 - y1 - a) + 1 / (y2 + a) + 1 / (n2 + a0 - y2 - a))
 * and, what that approximates, the mean by the standard deviation of a million draws of
 *    qlogis(rbeta(1e6, y1 + a, n1 + a0 - y1 - a)) - qlogis(rbeta(1e6, y2 + a, n2 + a0 - y2 - a)) */
static const struct {
    int64_t count, count_total, rest, rest_total;
    double log_odds, z, drawn;
} WEIGHTS[] = {
    {50, 400, 20, 900, 1.498870, 6.240305, 6.2366},        {3, 30, 0, 60, 3.052494, 1.591454, 1.4619},
    {25, 1000, 0, 3000, 3.304301, 4.996282, 4.8073},       {400, 10000, 600, 30000, 0.566395, 9.529451, 9.5215},
    {2, 10, 5, 20, -0.228652, -0.273155, -0.3503},         {10, 10, 10, 20, 2.397895, 2.138273, 2.1166},
    {0, 10, 5, 20, -2.061423, -1.353694, -1.4042},         {7, 50, 0, 0, 0, 0, 0},
    {120, 5000, 300, 20000, 0.357918, 3.715788, 3.695800},
};

static void test_weights(void **state) {
    double log_odds, z;
    for (size_t i = 0; i < CXD_COUNT(WEIGHTS); i++) {
        assert_true(terms_weigh(WEIGHTS[i].count, WEIGHTS[i].count_total, WEIGHTS[i].rest, WEIGHTS[i].rest_total,
                                &log_odds, &z));
        assert_true(fabs(log_odds - WEIGHTS[i].log_odds) < 1e-6);
        assert_true(fabs(z - WEIGHTS[i].z) < 1e-6);
        assert_true(fabs(z - WEIGHTS[i].drawn) < 0.2);
        double back, opposite;
        assert_true(terms_weigh(WEIGHTS[i].rest, WEIGHTS[i].rest_total, WEIGHTS[i].count, WEIGHTS[i].count_total, &back,
                                &opposite));
        assert_true(fabs(log_odds + back) < 1e-9 && fabs(z + opposite) < 1e-9);
    }
    assert_false(terms_weigh(0, 5, 0, 5, &log_odds, &z));
    assert_false(terms_weigh(5, 5, 5, 5, &log_odds, &z)); /* the only word there is */
}

struct fixture {
    struct terms *terms;
    struct arena arena;
    struct term *found;
    size_t count;
    uint8_t last;
};

static void open_terms(struct fixture *fixture, const char *language) {
    *fixture = (struct fixture){.terms = terms_open(language)};
    assert_non_null(fixture->terms);
    arena_init(&fixture->arena);
}

static void add(struct fixture *fixture, const char *text, const char *locale, bool is_in_band) {
    const struct said_text said = {.text = text};
    struct terms_comment comment = {.texts = &said, .text_count = 1, .locale = locale, .is_in_band = is_in_band};
    comment.id.bytes[15] = ++fixture->last;
    assert_true(terms_add(fixture->terms, &comment));
}

static void add_times(struct fixture *fixture, int times, const char *text, const char *locale, bool is_in_band) {
    while (times-- > 0)
        add(fixture, text, locale, is_in_band);
}

static void rank(struct fixture *fixture, int64_t min_count, size_t limit) {
    assert_true(terms_rank(fixture->terms, min_count, limit, &fixture->arena, &fixture->found, &fixture->count));
}

static const struct term *find(const struct fixture *fixture, const char *text) {
    for (size_t i = 0; i < fixture->count; i++)
        if (strcmp(fixture->found[i].text, text) == 0)
            return &fixture->found[i];
    return NULL;
}

static void close_terms(struct fixture *fixture) {
    terms_close(fixture->terms);
    arena_free(&fixture->arena);
}

static void assert_counts(const struct fixture *fixture, const char *text, int64_t count, int64_t rest) {
    const struct term *term = find(fixture, text);
    if (!term)
        fail_msg("%s is no term", text);
    else if (term->count != count || term->rest != rest)
        fail_msg("%s: %lld and %lld", text, (long long)term->count, (long long)term->rest);
}

static void test_each_comment_counts_once(void **state) {
    struct fixture f;
    struct terms_totals totals;
    open_terms(&f, NULL);
    add(&f, "refund refund refund REFUND refund, refund", "en", true);
    add_times(&f, 4, "slow checkout", "en", true);
    add_times(&f, 2, "slow", "en", true);
    add(&f, "slow but good", "en", false);
    add_times(&f, 5, "good", "en", false);
    rank(&f, 1, 100);
    assert_counts(&f, "refund", 1, 0);
    assert_counts(&f, "slow checkout", 4, 0);
    assert_null(find(&f, "checkout")); /* all there is of it is the phrase */
    assert_counts(&f, "slow", 6, 1);
    assert_null(find(&f, "good")); /* of the others */
    double log_odds, z;            /* mentions of words: refund 1, slow 6, checkout 4 against slow 1, good 6 */
    assert_true(terms_weigh(6, 11, 1, 7, &log_odds, &z));
    assert_true(find(&f, "slow")->z == z && find(&f, "slow")->log_odds == log_odds);
    terms_total(f.terms, &totals);
    assert_int_equal(totals.count, 7);
    assert_int_equal(totals.rest, 6);
    assert_int_equal(totals.undercount, 0);
    rank(&f, 2, 100);
    assert_null(find(&f, "refund"));
    rank(&f, 1, 1);
    assert_int_equal(f.count, 1);
    close_terms(&f);
}

static void test_phrases(void **state) {
    struct fixture f;
    open_terms(&f, NULL);
    add_times(&f, 6, "not good. service was slow", "en", true);
    add_times(&f, 3, "not really, good", "en", false);
    add_times(&f, 9, "very good service", "en", false);
    rank(&f, 1, 100);
    assert_counts(&f, "not good", 6, 0);
    assert_null(find(&f, "good service")); /* a new sentence */
    assert_null(find(&f, "service slow")); /* the stop word between is not passed over */
    assert_null(find(&f, "really good"));
    close_terms(&f);
}

static void test_phrases_that_share_a_word(void **state) {
    struct fixture f;
    open_terms(&f, NULL);
    add_times(&f, 5, "app keeps crashing", "en", true);
    add_times(&f, 5, "nice app", "en", false);
    rank(&f, 1, 100);
    assert_counts(&f, "keeps crashing", 5, 0);
    assert_null(find(&f, "app keeps"));
    assert_null(find(&f, "keeps"));
    assert_null(find(&f, "crashing"));
    close_terms(&f);
}

/* By scoring.md: "kora mibo" has δ 0.30 with a standard error of 1.2 or so, and each of its words one of -0.05. */
static void test_phrases_by_chance(void **state) {
    static const struct {
        int times;
        const char *text;
        bool is_in_band;
    } SAID[] = {{3, "kora mibo", true}, {50, "kora", true},  {50, "mibo", true}, {100, "zulu", true},
                {27, "kora", false},    {27, "mibo", false}, {47, "zulu", false}};
    struct fixture f;
    open_terms(&f, NULL);
    for (size_t i = 0; i < CXD_COUNT(SAID); i++)
        add_times(&f, SAID[i].times, SAID[i].text, "en", SAID[i].is_in_band);
    rank(&f, 1, 100);
    assert_null(find(&f, "kora mibo"));
    close_terms(&f);
}

/* A word that the rest says more often is no term, and a phrase with it may be one. */
static void test_a_phrase_of_a_word_that_is_no_term(void **state) {
    struct fixture f;
    open_terms(&f, NULL);
    add_times(&f, 8, "cold service", "en", true);
    add_times(&f, 9, "cold", "en", true);
    add_times(&f, 40, "service", "en", false);
    add_times(&f, 30, "cold", "en", false);
    rank(&f, 1, 100);
    assert_counts(&f, "cold service", 8, 0);
    assert_null(find(&f, "service"));
    close_terms(&f);
}

static void test_the_usual_form(void **state) {
    struct fixture f;
    open_terms(&f, NULL);
    add(&f, "kundenservice schlecht", "de", true);
    add_times(&f, 3,
              "Kundenservice: \xC3\x9C"
              "BEL",
              "de", true);
    add_times(&f, 2,
              "KUNDENSERVICE: \xC3\xBC"
              "bel",
              "de", true);
    add_times(&f, 4, "alles gut", "de", false);
    rank(&f, 1, 100);
    assert_counts(&f, "Kundenservice", 6, 0);
    assert_counts(&f,
                  "\xC3\x9C"
                  "BEL",
                  5, 0);
    close_terms(&f);
}

/* Which stop words: of the locale's language; without one, of the list that most words are on. */
static void test_languages(void **state) {
    static const struct {
        const char *text, *locale, *term;
        bool is_shown;
    } CASES[] = {
        {"die battery", "en", "die battery", true},
        {"die battery", "en-US", "die battery", true},
        {"die battery", "de_AT", "die battery", false},
        {"die battery", "xx", "die battery", true},
        {"die Akku ist der schlecht", NULL, "Akku", true},
        {"die Akku ist der schlecht", NULL, "die Akku", false},
        {"the battery is bad and it will die", NULL, "die", true},
        {"no refund", NULL, "no refund", true},
        {"no refund", "pt", "no refund", true},
        {"nicht gut", "de", "nicht gut", true},
        {"le service pas bon", "fr", "service pas", true},
        {"l'application plante", "fr", "application plante", true},
        {"l'application plante", "fr", "l", false},
        {"\xD0\xBD\xD0\xB5 \xD1\x80\xD0\xB0\xD0\xB1\xD0\xBE\xD1\x82\xD0\xB0\xD0\xB5\xD1\x82", "ru",
         "\xD0\xBD\xD0\xB5 \xD1\x80\xD0\xB0\xD0\xB1\xD0\xBE\xD1\x82\xD0\xB0\xD0\xB5\xD1\x82", true},
        {"\xE9\x80\x80\xE6\xAC\xBE\xE6\x85\xA2", "zh", "\xE9\x80\x80\xE6\xAC\xBE\xE6\x85\xA2", true},
    };
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        struct fixture f;
        open_terms(&f, NULL);
        add_times(&f, 3, CASES[i].text, CASES[i].locale, true);
        add_times(&f, 3, "xyzzy plugh", "en", false);
        rank(&f, 1, 100);
        if ((find(&f, CASES[i].term) != NULL) != CASES[i].is_shown)
            fail_msg("%s (%s): %s", CASES[i].text, CASES[i].locale ? CASES[i].locale : "-", CASES[i].term);
        close_terms(&f);
    }
}

static void test_one_language(void **state) {
    struct fixture f;
    struct terms_totals totals;
    open_terms(&f, "de");
    add(&f, "Akku leer", "de-CH", true);
    add(&f, "Akku leer", "DE", true);
    add(&f, "Akku leer", "en", true);
    add(&f, "Akku leer", NULL, true);         /* says nothing of its language */
    add(&f, "der Akku ist leer", NULL, true); /* it does */
    add(&f, "xyzzy", "de", false);
    terms_total(f.terms, &totals);
    assert_int_equal(totals.count, 3);
    assert_int_equal(totals.rest, 1);
    close_terms(&f);
    static const struct {
        const char *text;
        bool is;
    } CASES[] = {{"de", true},  {"gsw", true}, {"d", false}, {"de-AT", false},
                 {"DE", false}, {"", false},   {"d1", false}};
    for (size_t i = 0; i < CXD_COUNT(CASES); i++)
        assert_int_equal(terms_is_language(CASES[i].text), CASES[i].is);
}

/* No list has a word that denies in any language: what it denies is what a comment is about. */
static void test_no_stop_word_denies(void **state) {
    static const char DENYING[] =
        " no not nor never none nothing neither without don't nicht kein keine nie niemals nichts ohne ne pas non "
        "jamais "
        "rien sans aucun aucune ni nunca nada sin senza mai niente nao nem sem niet geen nooit niets zonder nic bez "
        "nigdy inte ej aldrig ingen utan ikke intet uden \xD0\xBD\xD0\xB5 \xD0\xBD\xD0\xB5\xD1\x82 "
        "\xD0\xBD\xD0\xB8 \xD0\xB1\xD0\xB5\xD0\xB7 ";
    static const char *const LANGUAGES[] = {"da", "de", "en", "es", "fr", "it", "nl", "pl", "pt", "ru", "sv"};
    for (size_t i = 0; i < CXD_COUNT(LANGUAGES); i++) {
        size_t list = 0, words = 0;
        while (list < STOPWORDS_COUNT && strcmp(STOPWORDS[list].language, LANGUAGES[i]) != 0)
            list++;
        assert_true(list < STOPWORDS_COUNT);
        assert_non_null(strstr(STOPWORDS[list].text, "# Source: "));
        assert_non_null(strstr(STOPWORDS[list].text, "Licence: "));
        for (const char *line = STOPWORDS[list].text; *line != '\0'; line += strcspn(line, "\n") + 1) {
            struct tokens tokens;
            struct token token;
            char word[TOKEN_FOLDED_MAX + 3];
            tokens_open(&tokens, line, *line == '#' ? 0 : strcspn(line, "\n"));
            for (; tokens_next(&tokens, &token); words++) {
                snprintf(word, sizeof word, " %.*s ", (int)token.length, token.folded);
                if (strstr(DENYING, word))
                    fail_msg("%s has%s", LANGUAGES[i], word);
            }
        }
        assert_true(words > 100);
    }
}

/* The shortest with five words, then the longest of those with fewer; the same one sent again is one. */
static void test_examples(void **state) {
    struct fixture f;
    open_terms(&f, NULL);
    add(&f, "refund", "en", true);                                /* 1 */
    add(&f, "give me my refund at long last please", "en", true); /* 2 */
    add(&f, "my refund please", "en", true);                      /* 3 */
    add(&f, "where is my refund, you people", "en", true);        /* 4 */
    add(&f, "where is my refund, you people", "en", true);        /* 5 */
    add(&f, "refund of an order from elsewhere", "en", false);    /* 6 */
    add_times(&f, 3, "fine", "en", false);
    rank(&f, 1, 100);
    const struct term *term = find(&f, "refund");
    assert_non_null(term);
    assert_int_equal(term->count, 5);
    assert_int_equal(term->example_count, 3);
    assert_int_equal(term->examples[0].bytes[15], 4);
    assert_int_equal(term->examples[1].bytes[15], 2);
    assert_int_equal(term->examples[2].bytes[15], 3);
    close_terms(&f);
}

/* More words than there is room for: what is frequent is there all the same, and short by no more than is said. */
static void test_bounded(void **state) {
    enum { COMMENTS = 60000, WORDS = 12 };
    struct fixture f;
    struct terms_totals totals;
    uint32_t random = 1;
    open_terms(&f, NULL);
    for (int i = 0; i < COMMENTS; i++) {
        char text[WORDS * 16 + 32] = "";
        size_t used = 0;
        for (int k = 0; k < WORDS; k++) {
            random = random * 1664525 + 1013904223;
            used += (size_t)snprintf(text + used, sizeof text - used, "w%c%c%c%c%c ", 'a' + (int)(random >> 27) % 26,
                                     'a' + (int)(random >> 22) % 26, 'a' + (int)(random >> 17) % 26,
                                     'a' + (int)(random >> 12) % 26, 'a' + (int)(random >> 8) % 26);
        }
        if (i % 100 == 0)
            snprintf(text + used, sizeof text - used, "broken lift");
        add(&f, text, "en", i % 4 == 0);
    }
    terms_total(f.terms, &totals);
    assert_int_equal(totals.count + totals.rest, COMMENTS);
    assert_true(totals.undercount > 0 && totals.undercount < 30);
    rank(&f, 3, 5);
    assert_string_equal(f.found[0].text, "broken lift");
    assert_in_range(f.found[0].count, COMMENTS / 100 - (uintmax_t)totals.undercount, COMMENTS / 100);
    assert_int_equal(f.found[0].example_count, 1 + (f.found[0].example_count > 1) + (f.found[0].example_count > 2));
    close_terms(&f);
}

/* The texts of one response are one comment, and a phrase stands in one of them. */
static void test_several_texts(void **state) {
    static const struct said_text said[] = {{NULL, "slow checkout"}, {"reason", "refund"}, {"why", "slow delivery 東"}};
    struct terms_comment comment = {.texts = said, .text_count = 3, .locale = "en", .is_in_band = true};
    struct terms_totals totals;
    struct fixture f;
    open_terms(&f, NULL);
    for (int i = 0; i < 3; i++)
        assert_true(terms_add(f.terms, &comment));
    add_times(&f, 3, "slow", "en", true);
    add(&f, "refund", "en", true);
    add(&f, "delivery", "en", true);
    add_times(&f, 9, "good", "en", false);
    terms_total(f.terms, &totals);
    assert_int_equal(totals.count, 8);
    rank(&f, 1, 100);
    assert_counts(&f, "slow", 6, 0); /* twice in one comment */
    assert_counts(&f, "refund", 4, 0);
    assert_counts(&f, "delivery", 4, 0);
    assert_counts(&f, "slow checkout", 3, 0);
    assert_null(find(&f, "checkout refund"));
    assert_null(find(&f, "refund slow"));
    assert_ptr_equal(terms_find(said, 3, "Refund"), &said[1]);
    assert_ptr_equal(terms_find(said, 3, "slow"), &said[0]);
    assert_ptr_equal(terms_find(said, 3, "slow slow delivery"), &said[0]); /* no term: in none */
    assert_ptr_equal(terms_find(said, 3, "slow delivery"), &said[2]);
    assert_ptr_equal(terms_find(said, 3, "東"), &said[2]);
    assert_ptr_equal(terms_find(said, 3, ""), &said[0]);
    close_terms(&f);
}

#ifdef __SANITIZE_ADDRESS__
size_t __sanitizer_get_current_allocated_bytes(void); /* gcc brings no header for it */
#endif

/* What is said before a comment is enough for the tables behind it, and little while these are small. */
static void test_memory_is_foretold(void **state) {
    enum { COMMENTS = 40000, SMALL = 2000, SMALL_BYTES = 4 << 20, MOST_BYTES = 80 << 20 };
    struct fixture f;
    char text[256];
#ifdef __SANITIZE_ADDRESS__
    size_t before = __sanitizer_get_current_allocated_bytes();
#endif
    open_terms(&f, NULL);
    for (int i = 0; i < COMMENTS; i++) {
        /* few words; then ten new ones each, with the phrases between them, beyond what there is room for */
        size_t used = 0;
        for (int k = 0; k < 10; k++)
            used += (size_t)snprintf(text + used, sizeof text - used, "w%c%c%c%c ", 'a' + (i < SMALL ? 0 : i % 26),
                                     'a' + (i < SMALL ? 0 : i / 26 % 26), 'a' + (i < SMALL ? i % 9 : i / 676 % 26),
                                     'a' + k);
        size_t foretold = terms_bytes(f.terms);
        assert_true(foretold < (i < SMALL ? (size_t)SMALL_BYTES : (size_t)MOST_BYTES));
        add(&f, text, NULL, i % 2 == 0);
#ifdef __SANITIZE_ADDRESS__
        assert_true(__sanitizer_get_current_allocated_bytes() - before <= foretold);
#endif
    }
    close_terms(&f);
}

static void test_nothing(void **state) {
    struct fixture f;
    open_terms(&f, NULL);
    rank(&f, 1, 10);
    assert_int_equal(f.count, 0);
    add(&f, "", "en", true);
    add(&f, "good", "en", true);
    add(&f, "good", "en", false);
    rank(&f, 1, 10);
    assert_int_equal(f.count, 0); /* nothing else was said */
    rank(&f, 1, 0);
    assert_int_equal(f.count, 0);
    close_terms(&f);
    terms_close(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weights),           cmocka_unit_test(test_each_comment_counts_once),
        cmocka_unit_test(test_phrases),           cmocka_unit_test(test_phrases_that_share_a_word),
        cmocka_unit_test(test_phrases_by_chance), cmocka_unit_test(test_a_phrase_of_a_word_that_is_no_term),
        cmocka_unit_test(test_the_usual_form),    cmocka_unit_test(test_languages),
        cmocka_unit_test(test_one_language),      cmocka_unit_test(test_no_stop_word_denies),
        cmocka_unit_test(test_examples),          cmocka_unit_test(test_bounded),
        cmocka_unit_test(test_several_texts),     cmocka_unit_test(test_memory_is_foretold),
        cmocka_unit_test(test_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
