/* CSV as rows of cells: quotes, line ends, delimiters, encodings, and what is bad of it with its line and column. */
#include "../support/unit.h"

#include "../support/tables.h"

#define TEXT(bytes) bytes, sizeof(bytes) - 1

struct sample {
    const char *bytes;
    size_t length;
    const char *said; /* as tables_say has it */
};

static void check_as(const struct sample *sample, const struct table_options *options) {
    char *said = tables_say(sample->bytes, sample->length, options, NULL);
    if (strcmp(said, sample->said) != 0)
        fail_msg("%s\nis read as:\n%s\nnot as:\n%s", sample->bytes, said, sample->said);
    free(said);
}

static void check_all(const struct sample *samples, size_t count) {
    for (size_t i = 0; i < count; i++)
        check_as(&samples[i], NULL);
}

static void test_rows(void **state) {
    static const struct sample SAMPLES[] = {
        {TEXT("a,b\n1,2\n"), "1: a|b\n2: 1|2\n"},
        {TEXT("a,b\r\n1,2\r\n"), "1: a|b\n2: 1|2\n"},
        {TEXT("a,b\r1,2\r"), "1: a|b\n2: 1|2\n"},
        {TEXT("a,b\n1,2"), "1: a|b\n2: 1|2\n"},
        {TEXT("a,b\n1,"), "1: a|b\n2: 1|\n"},
        {TEXT("a,b\n,\n"), "1: a|b\n2: |\n"},
        {TEXT("a\n1\n2\n"), "1: a\n2: 1\n3: 2\n"},
        {TEXT("a,b"), "1: a|b\n"},
        {TEXT("a"), "1: a\n"},
        {TEXT("\n\na,b\n\r\n  \n1,2\n\n"), "3: a|b\n6: 1|2\n"},
        {TEXT("\n"), ""},
        /* Quotes. */
        {TEXT("a,b\n\"1\",\"2\"\n"), "1: a|b\n2: 1|2\n"},
        {TEXT("a,b\n\"x,y\",\"say \"\"so\"\"\"\n"), "1: a|b\n2: x,y|say \"so\"\n"},
        {TEXT("a,b\n\"x\ny\",1\nz,2\n"), "1: a|b\n2: x\ny|1\n4: z|2\n"},
        {TEXT("a,b\r\n\"x\r\ny\rz\",1\r\nz,2\r\n"), "1: a|b\n2: x\r\ny\rz|1\n5: z|2\n"},
        {TEXT("a,b\n\"\",\"\"\"\"\n"), "1: a|b\n2: |\"\n"},
        {TEXT("a,b\n5\" disk,6\"\n"), "1: a|b\n2: 5\" disk|6\"\n"},
        {TEXT("a,b\n\"1\" ,\"2\"\t\n"), "1: a|b\n2: 1|2\n"},
        {TEXT("a,b\n1,\"\""), "1: a|b\n2: 1|\n"},
        {TEXT("a\n\"\"\n"), "1: a\n2: \n"},
        /* More and fewer cells than the first row has. */
        {TEXT("a,b,c\n1\n2,3\n"), "1: a|b|c\n2: 1\n3: 2|3\n"},
        {TEXT("a,b\n1,2,,\n3,4, \n"), "1: a|b\n2: 1|2\n3: 3|4\n"},
        {TEXT("a,b\n1,2,,3\n4,5\n"), "1: a|b\nline 2, column 3: 4 cells, where the first row has 2\n3: 4|5\n"},
        /* What is cut off is told from what is left out. */
        {TEXT("a,b,c\n1,2\n3,4"),
         "1: a|b|c\n2: 1|2\nline 3, column 3: the file ends within the row: a part of it may be missing\n"},
        {TEXT("a,b\n\"x\"y,2\n3,4\n"), "1: a|b\nline 2, column 1: text behind the closing quote\n3: 3|4\n"},
        {TEXT("a,b\n1,\"x\"\"\"y\n3,4\n"), "1: a|b\nline 2, column 2: text behind the closing quote\n3: 3|4\n"},
        {TEXT("a,b\n1,x\0y\n\"\0\",1\n3,4\n"),
         "1: a|b\nline 2, column 2: a NUL byte\nline 3, column 1: a NUL byte\n4: 3|4\n"},
        {TEXT("a,b\n1,\"x\n2,3\n4,5\n"), "1: a|b\n! line 2, column 2: the quote that opens here is never closed\n"},
        {TEXT("\"a,b\n1,x\n"), "! line 1, column 1: the quote that opens here is never closed\n"},
        {TEXT("\"a\"b,c\n1,x\n"), "! line 1, column 1: text behind the closing quote\n"},
    };
    check_all(SAMPLES, sizeof SAMPLES / sizeof SAMPLES[0]);
}

static void test_delimiters(void **state) {
    static const struct {
        struct sample sample;
        char delimiter;
        bool is_forced;
    } CASES[] = {
        {{TEXT("a;b\n1;2\n"), "1: a|b\n2: 1|2\n"}, ';', false},
        {{TEXT("a\tb\n1\t2\n"), "1: a|b\n2: 1|2\n"}, '\t', false},
        {{TEXT("a|b\n1|2\n"), "1: a|b\n2: 1|2\n"}, '|', false},
        {{TEXT("a^b\n1^2\n"), "1: a|b\n2: 1|2\n"}, '^', false},
        {{TEXT("a~b\n1~2\n"), "1: a|b\n2: 1|2\n"}, '~', false},
        {{TEXT("a\x1f"
               "b\n1\x1f"
               "2\n"),
          "1: a|b\n2: 1|2\n"},
         '\x1f',
         false},
        {{TEXT("a:b\n1:2\n"), "1: a|b\n2: 1|2\n"}, ':', false},
        /* The text has the others. */
        {{TEXT("How likely, if at all?;Why\n9;good, thanks\n8;ok\n"),
          "1: How likely, if at all?|Why\n2: 9|good, thanks\n3: 8|ok\n"},
         ';',
         false},
        {{TEXT("a;b\n1,5;2,5\n3,5;4,5\n"), "1: a|b\n2: 1,5|2,5\n3: 3,5|4,5\n"}, ';', false},
        {{TEXT("score,\"a;b;c\"\n1,\"x;y;z\"\n2,\"x;y;z\"\n"), "1: score|a;b;c\n2: 1|x;y;z\n3: 2|x;y;z\n"}, ',', false},
        {{TEXT("at,score\n10:00:01,1\n10:00:02,2\n"), "1: at|score\n2: 10:00:01|1\n3: 10:00:02|2\n"}, ',', false},
        {{TEXT("a;b\n\"x;1\n2;3;4\";5\n"), "1: a|b\n2: x;1\n2;3;4|5\n"}, ';', false},
        {{TEXT("a,b\n1,2,\n3,4,,\n"), "1: a|b\n2: 1|2\n3: 3|4\n"}, ',', false},
        {{TEXT("a,b,c\n1,2\n3,4\n5,6\n"), "1: a|b|c\n2: 1|2\n3: 3|4\n4: 5|6\n"}, ',', false},
        /* One column. */
        {{TEXT("Q1: How likely?\n9\n8\n"), "1: Q1: How likely?\n2: 9\n3: 8\n"}, '\0', false},
        {{TEXT("Q1: How likely?\n9: yes\n8\n7: no\n"), "1: Q1: How likely?\n2: 9: yes\n3: 8\n4: 7: no\n"}, '\0', false},
        {{TEXT("How likely, 0 to 10?\n9\n8\n"), "1: How likely, 0 to 10?\n2: 9\n3: 8\n"}, '\0', false},
        {{TEXT("comment\nGood, but slow\nOk; thanks\n"), "1: comment\n2: Good, but slow\n3: Ok; thanks\n"},
         '\0',
         false},
        /* As Excel has it. */
        {{TEXT("sep=;\r\na;b\r\n1,5;2\r\n"), "2: a|b\n3: 1,5|2\n"}, ';', true},
        {{TEXT("SEP=,\na,b\n1;2,3\n"), "2: a|b\n3: 1;2|3\n"}, ',', true},
        {{TEXT("\"sep=|\"\na|b\n"), "2: a|b\n"}, '|', true},
        {{TEXT("\xEF\xBB\xBFsep=\t\na\tb\n"), "2: a|b\n"}, '\t', true},
        {{TEXT("sep=x;b\n1;2\n"), "1: sep=x|b\n2: 1|2\n"}, ';', false},
    };
    struct table_facts facts;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        check_as(&CASES[i].sample, NULL);
        free(tables_say(CASES[i].sample.bytes, CASES[i].sample.length, NULL, &facts));
        if (facts.delimiter != CASES[i].delimiter || facts.delimiter_forced != CASES[i].is_forced)
            fail_msg("%s\nis parted by '%c'", CASES[i].sample.bytes, facts.delimiter);
    }
    const struct table_options options = {.delimiter = ';'}, bad = {.delimiter = '"'};
    static const struct sample FORCED = {TEXT("sep=,\na,b;c\n1,2;3\n"), "2: a,b|c\n3: 1,2|3\n"};
    static const struct sample REFUSED = {TEXT("a"),
                                          "! a delimiter is one character of ASCII, and no quote or line end\n"};
    check_as(&FORCED, &options);
    check_as(&REFUSED, &bad);
}

/* Texts that say "é€😀" where the encoding can. */
#define UTF16LE_AB "a\0,\0b\0\n\0"
#define UTF16BE_AB "\0a\0,\0b\0\n"
static void test_encodings(void **state) {
    static const struct {
        struct sample sample;
        enum table_encoding encoding;
        bool has_mark;
    } CASES[] = {
        {{TEXT("a,b\n1,2\n"), "1: a|b\n2: 1|2\n"}, TABLE_UTF8, false},
        {{TEXT("a,b\né€,😀\n"), "1: a|b\n2: é€|😀\n"}, TABLE_UTF8, false},
        {{TEXT("\xEF\xBB\xBFé,b\n1,2\n"), "1: é|b\n2: 1|2\n"}, TABLE_UTF8, true},
        {{TEXT("a,b\n\xE9\x80,caf\xE9\n"), "1: a|b\n2: é€|café\n"}, TABLE_WINDOWS_1252, false},
        {{TEXT("a,b\n1,caf\xE9"), "1: a|b\n2: 1|café\n"}, TABLE_WINDOWS_1252, false},
        {{TEXT("\xFF\xFE" UTF16LE_AB "\xE9\0\xAC\x20,\0\x3D\xD8\x00\xDE\n\0"), "1: a|b\n2: é€|😀\n"},
         TABLE_UTF16LE,
         true},
        {{TEXT(UTF16LE_AB "\xE9\0\xAC\x20,\0\x3D\xD8\x00\xDE\n\0"), "1: a|b\n2: é€|😀\n"}, TABLE_UTF16LE, false},
        {{TEXT("\xFE\xFF" UTF16BE_AB "\0\xE9\x20\xAC\0,\xD8\x3D\xDE\x00\0\n"), "1: a|b\n2: é€|😀\n"},
         TABLE_UTF16BE,
         true},
        {{TEXT(UTF16BE_AB "\0\xE9\x20\xAC\0,\xD8\x3D\xDE\x00\0\n"), "1: a|b\n2: é€|😀\n"}, TABLE_UTF16BE, false},
        /* Chance: CAFÉ» is UTF-8 too. */
        {{TEXT("a,b\nCAF\xC9\xBB,caf\xE9 caf\xE9 caf\xE9\xE9\xE9\xE9\n"), "1: a|b\n2: CAFÉ»|café café caféééé\n"},
         TABLE_WINDOWS_1252,
         false},
    };
    struct table_facts facts;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        check_as(&CASES[i].sample, NULL);
        free(tables_say(CASES[i].sample.bytes, CASES[i].sample.length, NULL, &facts));
        if (facts.encoding != CASES[i].encoding || facts.byte_order_mark != CASES[i].has_mark)
            fail_msg("%zu: %s", i, table_encoding_name(facts.encoding));
    }
}

#define MIXED "two encodings are mixed, so name the one to read it by (--encoding)"
#define CUT "the file ends within a character: a part of it is missing"

static void test_bad_encodings(void **state) {
    static const struct sample SAMPLES[] = {
        {TEXT("a,b\né,2\n3,caf\xE9\n"),
         "1: a|b\n2: é|2\n! line 3, column 2: the byte 0xE9 is not UTF-8, as others of the file are: " MIXED "\n"},
        {TEXT("\xEF\xBB\xBF"
              "a,b\n3,caf\xE9\n"),
         "1: a|b\n! line 2, column 2: the byte 0xE9 is not UTF-8\n"},
        {TEXT("a,b\né,2\n3,caf\xC3"), "1: a|b\n2: é|2\n! line 3, column 2: " CUT "\n"},
        {TEXT("\xFF\xFE" UTF16LE_AB "1\0,\0x"), "1: a|b\n! line 2, column 2: " CUT "\n"},
        {TEXT("\xFF\xFE" UTF16LE_AB "1\0,\0\x3D\xD8"), "1: a|b\n! line 2, column 2: " CUT "\n"},
        {TEXT("\xFF\xFE" UTF16LE_AB "1\0,\0\x3D\xD8\n\0"),
         "1: a|b\n! line 2, column 2: half of a character of UTF-16 (0xD83D) stands alone\n"},
        {TEXT("\xFF\xFE" UTF16LE_AB "1\0,\0\x00\xDE\n\0"),
         "1: a|b\n! line 2, column 2: half of a character of UTF-16 (0xDE00) stands alone\n"},
        {TEXT("a,b\n3,caf\xE9\x81\n"),
         "1: a|b\n! line 2, column 2: the byte 0x81 is neither UTF-8 nor Windows-1252: save the file as UTF-8\n"},
    };
    check_all(SAMPLES, sizeof SAMPLES / sizeof SAMPLES[0]);
    const struct table_options latin = {.encoding = TABLE_WINDOWS_1252}, utf8 = {.encoding = TABLE_UTF8};
    static const struct sample FORCED_LATIN = {TEXT("a,b\n\xC3\xA9,\x81\n"), "1: a|b\n2: Ã©|\xC2\x81\n"};
    static const struct sample FORCED_UTF8 = {TEXT("a,b\n1,\xE9\n"),
                                              "1: a|b\n! line 2, column 2: the byte 0xE9 is not UTF-8\n"};
    check_as(&FORCED_LATIN, &latin);
    check_as(&FORCED_UTF8, &utf8);
}

/* Two files, one behind the other. */
static void test_mixed_behind_latin(void **state) {
    struct buffer file;
    buffer_init(&file);
    buffer_append_text(&file, "a,b\n");
    for (int i = 0; i < 50; i++)
        buffer_append_text(&file, "1,caf\xE9 \xE9t\xE9 d\xE9j\xE0\n");
    for (int i = 0; i < 60; i++)
        buffer_append_text(&file, "1,café\n");
    char *said = tables_say(file.data, file.length, NULL, NULL);
    assert_non_null(strstr(said, "! line 83, column 2: from here it is UTF-8, and was Windows-1252 before: " MIXED));
    free(said);
    buffer_free(&file);
}

/* Whatever stands where a block of the file ends, and wherever that is: rows before it, a cell of `pad` bytes, and the
 * piece. */
static char *say_padded(const char *piece, size_t pad) {
    enum { BLOCK = 128 * 1024, ROW = 8 };
    struct buffer file;
    buffer_init(&file);
    buffer_append_text(&file, "\xC3\xA9,bbbb\n");
    while (file.length + 5 * ROW < BLOCK)
        buffer_append_text(&file, "xxxx,yy\n");
    for (size_t i = 0; i < pad; i++)
        buffer_append_char(&file, 'p');
    buffer_append_format(&file, ",%s\n9,9\n", piece);
    char *said = tables_say(file.data, file.length, NULL, NULL);
    buffer_free(&file);
    size_t kept = 0;
    for (const char *at = said; *at; at++)
        if (*at != 'p')
            said[kept++] = *at;
    said[kept] = '\0';
    return said;
}

static void test_block_ends(void **state) {
    static const char *const PIECES[] = {
        "é",      "😀",         "\"x\r\ny\"",    "\"x\"\"y\"", "1\r\n1,2", "1\r1,2", "\"\"\r\n\r\n",
        "1\n1,é", "\"é\"\"\"", "\"1\"  \r\n2,€"};
    for (size_t i = 0; i < sizeof PIECES / sizeof PIECES[0]; i++) {
        char *wanted = say_padded(PIECES[i], 0);
        if (!strstr(wanted, "9|9\n"))
            fail_msg("%s is read as\n%s", PIECES[i], wanted + strlen(wanted) - 90);
        for (size_t pad = 1; pad < 64; pad++) {
            char *said = say_padded(PIECES[i], pad);
            if (strcmp(said, wanted) != 0)
                fail_msg("%s behind %zu is read as\n%s", PIECES[i], pad, said + strlen(said) - 40);
            free(said);
        }
        free(wanted);
    }
}

/* The second time it is the same, after an end and after an error. */
static void test_rewind(void **state) {
    static const char *const FILES[] = {"sep=;\na;b\n1;caf\xE9\n", "a,b\n1,\"x\n", "a,b\né,2\n3,\xE9\n"};
    static struct error err;
    for (size_t i = 0; i < sizeof FILES / sizeof FILES[0]; i++) {
        struct table_reader *reader;
        struct buffer first, second;
        struct table_facts facts;
        int fd = tables_file(FILES[i], strlen(FILES[i]));
        buffer_init(&first);
        buffer_init(&second);
        assert_int_equal(table_open_fd(fd, "FILE", NULL, &reader, &err), CXD_OK);
        tables_read_rows(reader, &first);
        buffer_append_text(&second, "");
        tables_read_rows(reader, &second); /* the end stays */
        assert_true(second.length == 0 || strchr(buffer_terminate(&first), '!'));
        buffer_reset(&second);
        assert_int_equal(table_rewind(reader, &err), CXD_OK);
        tables_read_rows(reader, &second);
        assert_string_equal(buffer_terminate(&first), buffer_terminate(&second));
        table_get_facts(reader, &facts);
        assert_int_equal(facts.bytes_all, strlen(FILES[i]));
        table_close(reader);
        buffer_free(&first);
        buffer_free(&second);
        close(fd);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_delimiters),
        cmocka_unit_test(test_encodings),
        cmocka_unit_test(test_bad_encodings),
        cmocka_unit_test(test_mixed_behind_latin),
        cmocka_unit_test(test_block_ends),
        cmocka_unit_test(test_rewind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
