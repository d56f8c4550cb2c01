/* Finding any of many texts in a line: as words, and where both ends are open held against strcasestr. */

#include "../support/unit.h"
#include "cxd/base/needles.h"

static struct needles *must_make(const char *list) {
    struct needles *needles = NULL;
    struct error err;
    if (needles_make(list, strlen(list), &needles, &err) != CXD_OK)
        fail_msg("%s", err.detail);
    return needles;
}

static void must_refuse(const char *list, size_t length, const char *said) {
    struct needles *needles = NULL;
    struct error err;
    assert_int_equal(needles_make(list, length, &needles, &err), ERR_CONFIG);
    assert_null(needles);
    if (!strstr(err.detail, said))
        fail_msg("\"%s\" does not say \"%s\"", err.detail, said);
}

static void finds(void **state) {
    struct needles *needles = must_make("# none of this: fire\n\n  *Bot/ \r\n*spider\nspidermonkey\n(+http\nxyz");
    assert_true(needles_match(needles, "bot/"));
    assert_true(needles_match(needles, "GoogleBOT/2.1"));
    assert_true(needles_match(needles, "a big SPIDER"));
    assert_true(needles_match(needles, "spider"));
    assert_true(needles_match(needles, "ends in xyz"));
    assert_true(needles_match(needles, "x (+HTTP://a)"));
    assert_true(needles_match(needles, "sspispider"));
    assert_false(needles_match(needles, ""));
    assert_false(needles_match(needles, "b"));
    assert_false(needles_match(needles, "bo"));
    assert_false(needles_match(needles, "bot"));
    assert_false(needles_match(needles, "spide"));
    assert_false(needles_match(needles, "fire"));
    assert_false(needles_match(needles, "#"));
    needles_free(needles);
    needles = must_make("# nothing\n");
    assert_false(needles_match(needles, "Googlebot/2.1"));
    needles_free(needles);
    needles = must_make("");
    assert_false(needles_match(needles, "Googlebot/2.1"));
    needles_free(needles);
    needles_free(NULL);
}

static bool in(const char *list, const char *line) {
    struct needles *needles = must_make(list);
    bool found = needles_match(needles, line);
    needles_free(needles);
    return found;
}

static void finds_words(void **state) {
    assert_true(in("dotbot", "dotbot"));
    assert_true(in("dotbot", "(DotBot;"));
    assert_true(in("dotbot", "x_dotbot-y dotbots"));
    assert_true(in("dotbot", "redotbot dotbot"));
    assert_false(in("dotbot", "redotbot"));
    assert_false(in("dotbot", "dotbots"));
    assert_false(in("dotbot", "dotbot2"));
    assert_false(in("dotbot", "\xC3\xA9"
                              "dotbot"));
    assert_false(in("dotbot", "dotbot\xC3\xA9"));
    assert_true(in("dot/", "dot/bot"));
    assert_false(in("dot/", "redot/bot"));
    assert_true(in("/dot", "re/dot"));
    assert_true(in("*dotbot", "redotbot"));
    assert_false(in("*dotbot", "redotbots"));
    assert_true(in("dotbot*", "dotbots"));
    assert_false(in("dotbot*", "redotbots"));
    assert_true(in("*dotbot*", "redotbots"));
}

static void finds_names(void **state) {
    const char *list = "compatible; *bot";
    assert_true(in(list, "(compatible; bot)"));
    assert_true(in(list, "(compatible; My_Own.New-Bot/2.1)"));
    assert_true(in(list, "(compatible; robot-bot-bots-bot)"));
    assert_false(in(list, "(compatible; robots)"));
    assert_false(in(list, "(compatible; my bot)"));
    assert_false(in(list, "(compatible; my/bot)"));
    assert_false(in(list, "(incompatible; bot)"));
    assert_false(in(list, "bot (compatible; "));
    char line[160] = "compatible; ";
    memset(line + 12, 'x', NEEDLE_STAR_MOST);
    assert_true(in(list, strcpy(line + 12 + NEEDLE_STAR_MOST, "bot") - 12 - NEEDLE_STAR_MOST));
    assert_false(in(list, strcpy(line + 12 + NEEDLE_STAR_MOST, "xbot") - 12 - NEEDLE_STAR_MOST));
}

static void passes_exceptions(void **state) {
    const char *list = "crawler\n! moodlebot\n*bot/\n!next*cloud";
    assert_true(in(list, "crawler"));
    assert_true(in(list, "bot/"));
    assert_true(in(list, "moodlebots bot/"));
    assert_false(in(list, "MoodleBot/1.0"));
    assert_false(in(list, "crawler by moodlebot"));
    assert_false(in(list, "moodlebot, a crawler"));
    assert_false(in(list, "Next-Cloud Crawler"));
    assert_false(in("!moodlebot", "moodlebot"));
}

static void refuses(void **state) {
    char line[NEEDLE_MOST + 2];
    memset(line, 'a', sizeof line);
    must_refuse("abc\nab\n", 7, "line 2");
    must_refuse("abc\n\n\nx", 8, "line 4");
    must_refuse(line, NEEDLE_MOST + 1, "line 1");
    must_refuse("ab\x01"
                "c",
                4, "line 1");
    must_refuse("abc\0def", 7, "line 1");
    must_refuse("abc\n*ab\n", 8, "line 2");
    must_refuse("ab*", 3, "line 1");
    must_refuse("!ab", 3, "line 1");
    must_refuse("!", 1, "line 1");
    must_refuse("*", 1, "line 1");
    must_refuse("**", 2, "line 1");
    must_refuse("ab*cde", 6, "line 1");
    must_refuse("abc*de", 6, "line 1");
    must_refuse("abc*def*ghi", 11, "more than one *");
    struct needles *needles = NULL;
    struct error err;
    assert_int_equal(needles_make(line, NEEDLE_MOST, &needles, &err), CXD_OK);
    needles_free(needles);
    char *many = malloc(5 * (NEEDLES_MAX + 1));
    for (size_t i = 0; i <= NEEDLES_MAX; i++)
        memcpy(many + 5 * i, "abcd\n", 5);
    must_refuse(many, 5 * (NEEDLES_MAX + 1), "line 10001");
    assert_int_equal(needles_make(many, 5 * NEEDLES_MAX, &needles, &err), CXD_OK);
    needles_free(needles);
    free(many);
}

/* Few letters, so that needles and their beginnings are everywhere. */
static void agrees_with_strcasestr(void **state) {
    srand(7);
    size_t found = 0;
    for (int round = 0; round < 300; round++) {
        char list[64 * 10] = "", words[64][8], text[40];
        int count = 1 + rand() % 12;
        for (int i = 0; i < count; i++) {
            int length = 3 + rand() % 4;
            for (int k = 0; k < length; k++)
                words[i][k] = "abAB/"[rand() % 5];
            words[i][length] = '\0';
            strcat(strcat(strcat(list, "*"), words[i]), "*\n");
        }
        struct needles *needles = must_make(list);
        for (int k = 0; k < 50; k++) {
            int length = rand() % 12;
            for (int i = 0; i < length; i++)
                text[i] = "abAB/\xC3"[rand() % 6];
            text[length] = '\0';
            int expected = 0;
            for (int i = 0; i < count; i++)
                expected |= !!strcasestr(text, words[i]);
            assert_int_equal(needles_match(needles, text), expected);
            found += (size_t)expected;
        }
        needles_free(needles);
    }
    assert_true(found > 1000 && found < 14000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds),       cmocka_unit_test(finds_words),
        cmocka_unit_test(finds_names), cmocka_unit_test(passes_exceptions),
        cmocka_unit_test(refuses),     cmocka_unit_test(agrees_with_strcasestr),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
