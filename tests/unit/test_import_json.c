/* Objects of JSON as rows of cells: lines, arrays, objects in objects, and what is bad of each. */
#include "../support/unit.h"

#include "../support/tables.h"

static void check_as(const char *file, const char *wanted, const struct table_options *options) {
    char *said = tables_say(file, strlen(file), options, NULL);
    if (strcmp(said, wanted) != 0)
        fail_msg("%s\nis read as:\n%s\nnot as:\n%s", file, said, wanted);
    free(said);
}

struct sample {
    const char *file, *said;
};

static void check_all(const struct sample *samples, size_t count) {
    for (size_t i = 0; i < count; i++)
        check_as(samples[i].file, samples[i].said, NULL);
}

static void test_lines(void **state) {
    static const struct sample SAMPLES[] = {
        {"{\"a\":1,\"b\":\"x\"}\n{\"a\":2,\"b\":\"y\"}\n", "1: a|b\n1: 1|x\n2: 2|y\n"},
        {"\xEF\xBB\xBF{\"a\":1}", "1: a\n1: 1\n"},
        {"\r\n{\"a\":1}\r\n\r\n {\"a\":2}", "2: a\n2: 1\n4: 2\n"},
        /* Members in any order, that are not there, and that come later. */
        {"{\"a\":1,\"b\":2}\n{\"b\":3,\"a\":4}\n{\"c\":5}\n{}\n", "1: a|b|c\n1: 1|2|\n2: 4|3|\n3: ||5\n4: ||\n"},
        /* Values. */
        {"{\"a\":true,\"b\":false,\"c\":null,\"d\":\"\",\"e\":9.0,\"f\":-1e3,\"g\":12345678901234567}\n",
         "1: a|b|c|d|e|f|g\n1: true|false|||9.0|-1000.0|12345678901234567\n"},
        {"{\"a\":\"\\u00e9\\n\\\"\",\"b\":\"😀\"}\n", "1: a|b\n1: é\n\"|😀\n"},
        {"{\"a\":{\"b\":{\"c\":1},\"d\":2},\"e\":{}}\n", "1: a.b.c|a.d\n1: 1|2\n"},
        {"{\"a\":[\"x\",\"y\"],\"b\":[1,\"z\"],\"c\":[],\"d\":[{\"e\":1}]}\n",
         "1: a|b|c|d\n1: x, y|[1,\"z\"]||[{\"e\":1}]\n"},
        /* A bad line is a bad row. */
        {"{\"a\":1}\n{\"a\":\n[1]\n\"x\"\n{\"a\":2}\n",
         "1: a\n1: 1\nline 2, column 5: unexpected token near end of file\n"
         "line 3, column 1: not an object of JSON\nline 4, column 1: not an object of JSON\n5: 2\n"},
        {"{\"a\":1}\n{\"a\":1,\"a\":2}\n", "1: a\n1: 1\nline 2, column 10: duplicate object key near '\"a\"'\n"},
        {"{\"a.b\":1,\"c\":0}\n{\"a.b\":1,\"a\":{\"b\":2}}\n",
         "1: a.b|c\n1: 1|0\nline 2, column 1: a.b stands there twice\n"},
        {"{\"a\":1}\n{\"a\":\"\\u0000\"}\n", "1: a\n1: 1\nline 2, column 13: \\u0000, a NUL, is not allowed\n"},
        {"{\"a\":\"\xC3\xA9\"}\n{\"a\":\"\xE9\"}\n", "1: a\n1: é\n! line 2: the byte 0xE9 is not UTF-8, as others of "
                                                     "the file are: two encodings are mixed, so name "
                                                     "the one to read it by (--encoding)\n"},
        {"{\"a\":\"\xE9\"}\n", "1: a\n1: é\n"},
        {"{\n \"a\": 1\n}\n",
         "! no object of JSON with a member is among the first 1000: line 1, column 1: string or '}' expected near end "
         "of file\n"},
        {"{}\n", "! no object of JSON with a member is among the first 1000\n"},
    };
    check_all(SAMPLES, sizeof SAMPLES / sizeof SAMPLES[0]);
}

static void test_arrays(void **state) {
    static const struct sample SAMPLES[] = {
        {"[{\"a\":1},{\"a\":2}]", "1: a\n1: 1\n1: 2\n"},
        {" [\n {\n  \"a\": 1\n },\n {\"a\":\"],[{\\\"\"}\n]\n", "2: a\n2: 1\n5: ],[{\"\n"},
        {"[{\"a\":1},2,{\"a\":3}]", "1: a\n1: 1\nline 1, column 1: not an object of JSON\n1: 3\n"},
        {"[{\"a\":1},\n{\"a\":\n1 2},{\"a\":3}]", "1: a\n1: 1\nline 3, column 3: '}' expected near '2'\n3: 3\n"},
        {"[{\"a\":1},\n{\"a\":2}", "1: a\n1: 1\n! line 2: the file ends within the array: a part of it is missing\n"},
        {"[{\"a\":1},\n{\"a\":\"2", "1: a\n1: 1\n! line 2: the file ends within the array: a part of it is missing\n"},
        {"[{\"a\":1}\n", "! no object of JSON with a member is among the first 1000: line 2: the file ends within the "
                         "array: a part of it is missing\n"},
        {"[{\"a\":1},]", "1: a\n1: 1\nline 1, column 1: nothing stands before or behind a comma\n"},
        {"[{\"a\":1}]\n[{\"a\":2}]", "1: a\n1: 1\n! line 2: text behind the end of the array\n"},
        {"[{\"a\":1}}]", "1: a\n1: 1\n! line 1: '}' without '{'\n"},
        {"[]", "! no object of JSON with a member is among the first 1000\n"},
        {"[{\"a\":1},", "1: a\n1: 1\n! line 1: the file ends within the array: a part of it is missing\n"},
    };
    check_all(SAMPLES, sizeof SAMPLES / sizeof SAMPLES[0]);
    const struct table_options forced = {.format = TABLE_JSON};
    check_as("{\"a\":1}",
             "! no object of JSON with a member is among the first 1000: line 1: an array of JSON begins "
             "with '['\n",
             &forced);
}

/* What comes behind the objects that made the header is counted, and told by name. */
static void test_late_members(void **state) {
    static struct error err;
    struct table_reader *reader;
    struct table_facts facts;
    struct buffer file, out;
    buffer_init(&file);
    buffer_init(&out);
    for (int i = 0; i < 1000; i++)
        buffer_append_text(&file, "{\"a\":1}\n");
    buffer_append_text(&file, "{\"a\":1,\"new\":{\"b\":1}}\n{\"other\":2,\"a\":3}\n");
    int fd = tables_file(file.data, file.length);
    assert_int_equal(table_open_fd(fd, "FILE", NULL, &reader, &err), CXD_OK);
    for (int i = 0; i < 2; i++) {
        buffer_reset(&out);
        tables_read_rows(reader, &out);
        table_get_facts(reader, &facts);
        assert_int_equal(facts.late_members, 2);
        assert_string_equal(facts.late_member, "new.b");
        assert_int_equal(facts.late_member_line, 1001);
        assert_int_equal(facts.rows, 1003);
        assert_int_equal(facts.bytes_done, facts.bytes_all);
        assert_non_null(strstr(buffer_terminate(&out), "\n1001: 1\n1002: 3\n"));
        assert_int_equal(table_rewind(reader, &err), CXD_OK);
    }
    table_close(reader);
    close(fd);
    buffer_free(&file);
    buffer_free(&out);
}

static void repeat(struct buffer *out, const char *text, size_t count) {
    for (size_t i = 0; i < count; i++)
        buffer_append_text(out, text);
}

/* However large, deep or wide an object is, it is one bad row. */
static void test_bounds(void **state) {
    struct buffer file;
    buffer_init(&file);
    buffer_append_text(&file, "{\"a\":1}\n{\"a\":\"");
    repeat(&file, "0123456789", 7000); /* a cell */
    buffer_append_text(&file, "\"}\n{\"a\":\"");
    repeat(&file, "0123456789", 110000); /* a line */
    buffer_append_text(&file, "\"}\n{\"a\":");
    repeat(&file, "[", 40);
    repeat(&file, "]", 40);
    buffer_append_text(&file, "}\n{\"");
    repeat(&file, "x", 600); /* a name */
    buffer_append_text(&file, "\":1}\n{\"a\":2}\n");
    char *said = tables_say(file.data, file.length, NULL, NULL);
    assert_string_equal(said, "1: a\n1: 1\nline 2, column 1: a cell of more than 64 KiB\n"
                              "line 3, column 1: more than 1024 KiB\nline 4, column 1: nested deeper than 32\n"
                              "line 5, column 1: a name of more than 512 bytes\n6: 2\n");
    free(said);
    buffer_reset(&file);
    for (int i = 0; i < 5000; i++)
        buffer_append_format(&file, "%s\"k%d\":1", i > 0 ? "," : "{", i);
    buffer_append_text(&file, "}\n");
    said = tables_say(file.data, file.length, NULL, NULL);
    assert_string_equal(said, "! more than 4096 columns\n");
    free(said);
    buffer_free(&file);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_arrays),
        cmocka_unit_test(test_late_members),
        cmocka_unit_test(test_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
