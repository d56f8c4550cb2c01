/* What holds for every kind of file: how it is named and chosen, that a pipe is read as a file is, and that a
 * descriptor stays where it was. */
#include "../support/unit.h"

#include <fcntl.h>

#include "../support/tables.h"

static struct error err;

static void test_names(void **state) {
    static const struct {
        const char *name;
        enum table_encoding encoding;
    } CASES[] = {
        {"utf-8", TABLE_UTF8},
        {"UTF8", TABLE_UTF8},
        {"utf-16le", TABLE_UTF16LE},
        {"utf-16", TABLE_UTF16LE},
        {"UTF-16BE", TABLE_UTF16BE},
        {"latin-1", TABLE_WINDOWS_1252},
        {"ISO-8859-1", TABLE_WINDOWS_1252},
        {"windows-1252", TABLE_WINDOWS_1252},
        {"koi8-r", TABLE_ENCODING_GUESS},
        {"", TABLE_ENCODING_GUESS},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++)
        if (table_encoding_by_name(CASES[i].name) != CASES[i].encoding)
            fail_msg("%s", CASES[i].name);
    for (enum table_encoding encoding = TABLE_UTF8; encoding <= TABLE_WINDOWS_1252; encoding++)
        assert_int_equal(table_encoding_by_name(table_encoding_name(encoding)), encoding);
    assert_int_equal(table_format_by_name("XLSX"), TABLE_XLSX);
    assert_int_equal(table_format_by_name("ndjson"), TABLE_NDJSON);
    assert_int_equal(table_format_by_name(""), TABLE_FORMAT_GUESS);
    assert_string_equal(table_format_name(TABLE_CSV), "CSV");
}

static void test_kinds(void **state) {
    static const struct {
        const char *file;
        enum table_format format;
    } CASES[] = {
        {"a,b\n", TABLE_CSV},
        {"{\"a\":1}", TABLE_NDJSON},
        {" \n{ \"a\":1}", TABLE_NDJSON},
        {"[{\"a\":1}]", TABLE_JSON},
        {"\xEF\xBB\xBF[\n{\"a\":1}]", TABLE_JSON},
        {"{a},b\n1,2\n", TABLE_CSV},
        {"[a],b\n1,2\n", TABLE_CSV},
        {"PAR1,BZh\n1,2\n", TABLE_CSV},
        {"PK,b\n1,2\n", TABLE_CSV},
    };
    struct table_facts facts;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        free(tables_say(CASES[i].file, strlen(CASES[i].file), NULL, &facts));
        if (facts.format != CASES[i].format)
            fail_msg("%s is %s", CASES[i].file, table_format_name(facts.format));
    }
    /* What is forced is not looked at. */
    const struct table_options csv = {.format = TABLE_CSV}, xlsx = {.format = TABLE_XLSX};
    char *said = tables_say("{\"a\":1}", 7, &csv, NULL);
    assert_string_equal(said, "1: {\"a\":1}\n");
    free(said);
    said = tables_say("a,b\n", 4, &xlsx, NULL);
    assert_non_null(strstr(said, "! FILE is damaged or cut off"));
    free(said);
}

static void test_descriptors(void **state) {
    struct table_reader *reader;
    struct buffer out;
    buffer_init(&out);
    /* A file's is read from its begin, and its place is not moved. */
    int fd = tables_file("a,b\n1,2\n", 8);
    assert_int_equal(lseek(fd, 5, SEEK_SET), 5);
    assert_int_equal(table_open_fd(fd, "FILE", NULL, &reader, &err), CXD_OK);
    tables_read_rows(reader, &out);
    assert_string_equal(buffer_terminate(&out), "1: a|b\n2: 1|2\n");
    table_close(reader);
    assert_int_equal(lseek(fd, 0, SEEK_CUR), 5);
    close(fd);
    /* A pipe is read to its end, and then again. */
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_int_equal(write(ends[1], "a,b\n1,2\n", 8), 8);
    close(ends[1]);
    assert_int_equal(table_open_fd(ends[0], "FILE", NULL, &reader, &err), CXD_OK);
    for (int i = 0; i < 2; i++) {
        buffer_reset(&out);
        tables_read_rows(reader, &out);
        assert_string_equal(buffer_terminate(&out), "1: a|b\n2: 1|2\n");
        assert_int_equal(table_rewind(reader, &err), CXD_OK);
    }
    table_close(reader);
    assert_int_equal(fcntl(ends[0], F_GETFD), FD_CLOEXEC); /* it is still the caller's */
    close(ends[0]);
    buffer_free(&out);
}

static void test_refused(void **state) {
    assert_int_equal(table_open("/nonexistent", NULL, &(struct table_reader *){NULL}, &err), ERR_SYSTEM);
    assert_int_equal(table_open("/", NULL, &(struct table_reader *){NULL}, &err), ERR_SYSTEM);
    assert_string_equal(err.detail, "/ is a directory");
    assert_int_equal(table_open("/dev/zero", NULL, &(struct table_reader *){NULL}, &err), ERR_SYSTEM);
    int fd = tables_file("", 0);
    assert_int_equal(table_open_fd(fd, "FILE", NULL, &(struct table_reader *){NULL}, &err), ERR_TABLE);
    assert_string_equal(err.detail, "FILE is empty");
    close(fd);
    table_close(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_descriptors),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
