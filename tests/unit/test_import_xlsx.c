/* Workbooks as rows of cells: what kinds of cells there are, which of them are dates, and what is bad of the archive,
 * of its parts and of cells. */
#include "../support/unit.h"

#include "../support/tables.h"
#include "../support/zips.h"
#include "import/serial.h"

static char *say(const struct zips_book *book, const struct table_options *options, struct table_facts *ret_facts) {
    struct buffer file;
    buffer_init(&file);
    zips_write_book(&file, book);
    char *said = tables_say(file.data, file.length, options, ret_facts);
    buffer_free(&file);
    /* Where expat says that it is differs by its version, by a character or a tag. */
    char *place = strstr(said, "! xl/");
    place = place ? strstr(place, ", column ") : NULL;
    for (char *at = place ? place + strlen(", column ") : said + strlen(said); *at >= '0' && *at <= '9'; at++)
        *at = '#';
    return said;
}

static void check_book(const struct zips_book *book, const struct table_options *options, const char *wanted) {
    char *said = say(book, options, NULL);
    if (strcmp(said, wanted) != 0)
        fail_msg("%s\nis read as:\n%s\nnot as:\n%s", book->sheet ? book->sheet : "a book", said, wanted);
    free(said);
}

#define ROWS(rows) "<worksheet><cols/><sheetData>" rows "</sheetData><mergeCells/></worksheet>"
#define HEAD "<row r='1'><c r='A1' t='s'><v>0</v></c><c r='B1' t='s'><v>1</v></c><c r='C1' t='s'><v>2</v></c></row>"
#define HEAD_SAID "1: score| why |rich\n"

static void test_cells(void **state) {
    static const struct {
        const char *sheet, *said;
    } CASES[] = {
        {ROWS(""), ""},
        {ROWS(HEAD), HEAD_SAID},
        /* Kinds. */
        {ROWS(HEAD "<row r='2'><c r='A2'><v>9</v></c><c r='B2' t='inlineStr'><is><t>in</t><rPh><t>no</t></rPh></is></c>"
                   "<c r='C2' t='b'><v>1</v></c></row>"
                   "<row r='3'><c r='A3' t='n'><v>0.1</v></c><c r='B3' t='str'><f>A1&amp;\"x\"</f><v>a &lt; b</v></c>"
                   "<c r='C3' t='b'><v>0</v></c></row>"
                   "<row r='4'><c r='A4'><v>1.1000000000000001</v></c><c r='B4' t='e'><v>#N/A</v></c>"
                   "<c r='C4'><v>1E+20</v></c></row>"),
         HEAD_SAID "2: 9|in|TRUE\n3: 0.1|a < b|FALSE\n4: 1.1|#N/A|1e+20\n"},
        /* Dates, by the cell's format alone. */
        {ROWS(HEAD "<row r='2'><c r='A2' s='1'><v>45322</v></c><c r='B2' s='2'><v>45322.75</v></c>"
                   "<c r='C2' s='3'><v>45322</v></c></row>"
                   "<row r='3'><c r='A3' s='0'><v>45322</v></c><c r='B3' s='4'><v>1.5</v></c>"
                   "<c r='C3' s='5'><v>0.54166666666666663</v></c></row>"
                   "<row r='4'><c r='A4' s='1'><v>-1</v></c><c r='B4' t='d'><v>2024-01-31T10:00:00</v></c>"
                   "<c r='C4' s='99'><v>1</v></c></row>"),
         HEAD_SAID "2: @2024-01-31|@2024-01-31T18:00:00|@2024-01-31T00:00:00\n3: 45322|1.5|13:00:00\n"
                   "4: -1|@2024-01-31T10:00:00|1\n"},
        /* Cells and rows that are not there, have no address, or nothing in them. */
        {ROWS(HEAD "<row r='3'><c r='C3'><v>3</v></c></row><row><c><v>1</v></c><c/><c><v>2</v></c></row>"
                   "<row r='7'><c r='A7' s='1'/><c r='B7'/></row><row r='8'/><row r='6'><c r='A6'><v>6</v></c></row>"),
         HEAD_SAID "3: ||3\n4: 1||2\n6: 6\n"},
        {ROWS(HEAD "<row r='2'><c r='A2'><v>1</v></c><c r='D2'/></row>"), HEAD_SAID "2: 1||\n"},
        /* Formulas that were never reckoned. */
        {ROWS(HEAD "<row r='2'><c r='A2'><f>1+1</f></c><c r='B2'><f>1</f><v>5</v></c></row>"), HEAD_SAID "2: |5\n"},
        /* Escapes of what XML cannot say. */
        {ROWS(HEAD "<row r='2'><c r='A2' t='inlineStr'><is><t>a_x000D_\nb_x005F_x000D__x00E9_</t></is></c></row>"),
         HEAD_SAID "2: a\r\nb_x000D__x00E9_\n"},
        {"<x:worksheet xmlns:x='y'><x:sheetData><x:row r='1'><x:c r='A1'><x:v>1</x:v></x:c></x:row></x:sheetData>"
         "</x:worksheet>",
         "1: 1\n"},
        /* Bad rows. */
        {ROWS(HEAD "<row r='2'><c r='A2' t='s'><v>3</v></c></row><row r='3'><c r='A3' t='s'><v>x</v></c></row>"
                   "<row r='4'><c r='A4'><v>1 2</v></c></row><row r='5'><c r='B5'><v>nan</v></c></row>"
                   "<row r='6'><c r='B6'><v>1</v></c><c r='A6'><v>1</v></c></row>"
                   "<row r='7'><c r='A7'><v>1</v></c><c r='A7'><v>1</v></c></row>"
                   "<row r='8'><c r='ZZZ8'><v>1</v></c></row><row r='9'><c r='D9'><v>1</v></c></row>"
                   "<row r='10'><c r='A10'><v>1</v></c></row>"),
         HEAD_SAID "line 2, column 1: the cell names a shared text that is not there\n"
                   "line 3, column 1: the cell names a shared text that is not there\n"
                   "line 4, column 1: the cell should have a number, and has none\n"
                   "line 5, column 2: the cell should have a number, and has none\n"
                   "line 6, column 3: the cells of the row are not in their order\n"
                   "line 7, column 2: the cells of the row are not in their order\n"
                   "line 8, column 1: more than 4096 columns\n"
                   "line 9, column 4: 4 cells, where the first row has 3\n10: 1\n"},
        /* What ends the reading. */
        {"<worksheet><sheetData><row r='1'><c r='A1'><v>1</v></c></row><row>",
         "1: 1\n! xl/worksheets/sheet1.xml, line 1, column ##: no element found\n"},
        {"<!DOCTYPE a [<!ENTITY b 'c'>]><worksheet/>",
         "! xl/worksheets/sheet1.xml, line 1, column ##: it has a DTD, which no workbook has\n"},
        {"<worksheet>&b;</worksheet>", "! xl/worksheets/sheet1.xml, line 1, column ##: undefined entity\n"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        const struct zips_book book = {.sheet = CASES[i].sheet};
        check_book(&book, NULL, CASES[i].said);
    }
}

static void test_facts(void **state) {
    const struct zips_book book = {
        .sheet = ROWS(HEAD "<row r='2'><c r='A2'><f>1+1</f></c><c r='B2'><f>1</f><v>5</v></c></row>")};
    struct table_facts facts;
    free(say(&book, NULL, &facts));
    assert_int_equal(facts.format, TABLE_XLSX);
    assert_int_equal(facts.formulas_blank, 1);
    assert_int_equal(facts.sheet_count, 2);
    assert_int_equal(facts.rows, 2);
    assert_int_equal(facts.bytes_done, facts.bytes_all);
}

static void test_sheets(void **state) {
    static const char HIDDEN[] = "<workbook xmlns:r='x'><workbookPr date1904='1'/><sheets>"
                                 "<sheet name='Notes' state='hidden' sheetId='1' r:id='rId1'/>"
                                 "<sheet name='Daten' sheetId='2' r:id='rId2'/></sheets></workbook>";
    const struct zips_book book = {.sheet = ROWS("<row><c><v>1</v></c></row>"),
                                   .other = ROWS("<row><c><v>2</v></c></row>")};
    const struct zips_book hidden = {.workbook = HIDDEN,
                                     .sheet = ROWS("<row><c><v>1</v></c></row>"),
                                     .other = ROWS("<row><c s='1'><v>43860</v></c></row>")};
    const struct zips_book none = {.workbook = "<workbook><sheets/></workbook>"};
    const struct table_options other = {.sheet = "other"}, unknown = {.sheet = "Results"}, notes = {.sheet = "Notes"};
    check_book(&book, NULL, "1: 1\n");
    check_book(&book, &other, "1: 2\n");
    check_book(&book, &unknown, "! there is no sheet \"Results\"; there is \"Answers\", \"Other\"\n");
    check_book(&hidden, NULL, "1: @2024-01-31\n");
    check_book(&hidden, &notes, "1: 1\n");
    check_book(&none, NULL, "! the workbook has no sheet\n");
}

static void test_serials(void **state) {
    static const struct {
        double number;
        enum serial_shown shown;
        bool is_1904;
        const char *text;
        bool is_date;
    } CASES[] = {
        {1, SERIAL_DATE, false, "1900-01-01", true},
        {59, SERIAL_DATE, false, "1900-02-28", true},
        {60, SERIAL_DATE, false, "1900-02-29", true}, /* there is none, and Excel says so */
        {61, SERIAL_DATE, false, "1900-03-01", true},
        {25569, SERIAL_DATE, false, "1970-01-01", true},
        {45351, SERIAL_DATE, false, "2024-02-29", true},
        {45351.5, SERIAL_DATE, false, "2024-02-29T12:00:00", true},
        {45351, SERIAL_DATE_TIME, false, "2024-02-29T00:00:00", true},
        {45351.541666666664, SERIAL_DATE_TIME, false, "2024-02-29T13:00:00", true},
        {45351.000011574, SERIAL_DATE_TIME, false, "2024-02-29T00:00:01", true},
        {45351.0000057870, SERIAL_DATE_TIME, false, "2024-02-29T00:00:00.500", true},
        {45351.99999999999, SERIAL_DATE_TIME, false, "2024-03-01T00:00:00", true},
        {0, SERIAL_DATE, true, "1904-01-01", true},
        {43889, SERIAL_DATE, true, "2024-02-29", true},
        {2957003, SERIAL_DATE, true, "9999-12-31", true},
        {2957004, SERIAL_DATE, true, "2957004", false},
        {2958465, SERIAL_DATE, false, "9999-12-31", true},
        {2958465.99999999, SERIAL_DATE, false, "2958465.99999999", false},
        {2958466, SERIAL_DATE, false, "2958466", false},
        {0, SERIAL_DATE, false, "0", false},
        {-1, SERIAL_DATE, false, "-1", false},
        {1e300, SERIAL_DATE, false, "1e+300", false},
        {0.5, SERIAL_TIME, false, "12:00:00", false},
        {0.99999999999, SERIAL_TIME, false, "00:00:00", false},
        {45351.25, SERIAL_TIME, false, "2024-02-29T06:00:00", true},
        {45351, SERIAL_NUMBER, false, "45351", false},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        char text[SERIAL_SIZE];
        bool is_date;
        serial_format(text, CASES[i].number, CASES[i].shown, CASES[i].is_1904, &is_date);
        if (strcmp(text, CASES[i].text) != 0 || is_date != CASES[i].is_date)
            fail_msg("%.15g is %s, not %s", CASES[i].number, text, CASES[i].text);
    }
}

static void test_formats(void **state) {
    static const struct {
        const char *format;
        enum serial_shown shown;
    } CASES[] = {
        {"General", SERIAL_NUMBER},
        {"0.00", SERIAL_NUMBER},
        {"0.00E+00", SERIAL_NUMBER},
        {"#,##0\\ \"days\"", SERIAL_NUMBER},
        {"[Red]0;[Blue]-0", SERIAL_NUMBER},
        {"@", SERIAL_NUMBER},
        {"", SERIAL_NUMBER},
        {"\"unclosed day", SERIAL_NUMBER},
        {"[unclosed day", SERIAL_NUMBER},
        {"\\", SERIAL_NUMBER},
        {"0_d", SERIAL_NUMBER},
        {"[h]:mm:ss", SERIAL_NUMBER},
        {"[mm]:ss", SERIAL_NUMBER},
        {"yyyy-mm-dd", SERIAL_DATE},
        {"dd/mm/yyyy;@", SERIAL_DATE},
        {"[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy", SERIAL_DATE},
        {"mmm", SERIAL_DATE},
        {"m/d/yy h:mm", SERIAL_DATE_TIME},
        {"yyyy\"年\"m\"月\"d\"日\"", SERIAL_DATE},
        {"h:mm AM/PM", SERIAL_TIME},
        {"mm:ss.0", SERIAL_TIME},
        {"0;yyyy", SERIAL_NUMBER},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++)
        if (serial_shown_by(CASES[i].format) != CASES[i].shown)
            fail_msg("%s", CASES[i].format);
    assert_int_equal(serial_shown_by_number(13), SERIAL_NUMBER);
    assert_int_equal(serial_shown_by_number(14), SERIAL_DATE);
    assert_int_equal(serial_shown_by_number(22), SERIAL_DATE_TIME);
    assert_int_equal(serial_shown_by_number(45), SERIAL_NUMBER);
}

#define BAD_ZIP "! FILE is damaged or cut off: as a zip archive, which an XLSX is, it cannot be read\n"

/* Cut anywhere it is refused, or what was read up to there is told to be not all. */
static void test_cut(void **state) {
    const struct zips_book book = {.sheet = ROWS(HEAD "<row r='2'><c r='A2'><v>9</v></c></row>")};
    struct buffer file;
    buffer_init(&file);
    zips_write_book(&file, &book);
    for (size_t length = 4; length < file.length; length += 7) {
        char *said = tables_say(file.data, length, NULL, NULL);
        assert_string_equal(said, BAD_ZIP);
        free(said);
    }
    buffer_free(&file);
}

static void check_zip(const struct zips_entry *entries, size_t count, const char *wanted) {
    struct buffer file;
    buffer_init(&file);
    zips_write(&file, entries, count);
    char *said = tables_say(file.data, file.length, NULL, NULL);
    assert_string_equal(said, wanted);
    free(said);
    buffer_free(&file);
}

#define ENTRY(entry, text) .name = entry, .bytes = text, .length = sizeof(text) - 1

static void test_archives(void **state) {
    static const struct zips_entry OTHER[] = {{ENTRY("a.csv", "a,b\n")}};
    static const struct zips_entry ODS[] = {{ENTRY("content.xml", "<a/>")}};
    static const struct zips_entry XLSB[] = {{ENTRY("xl/workbook.bin", "")}};
    static const struct zips_entry WORD[] = {{ENTRY("word/document.xml", "")}};
    static const struct zips_entry TWICE[] = {{ENTRY("xl/workbook.xml", "<a/>")}, {ENTRY("XL/Workbook.xml", "<b/>")}};
    static const struct zips_entry LOCKED[] = {{ENTRY("xl/workbook.xml", "<a/>"), .is_encrypted = true}};
    static const struct zips_entry CHANGED[] = {
        {ENTRY("xl/workbook.xml", "<a/>")}, {ENTRY("xl/_rels/workbook.xml.rels", "<a/>"), .has_wrong_checksum = true}};
    static const struct zips_entry LACKS[] = {{ENTRY("xl/workbook.xml", "<a/>")}};
    static const struct zips_entry CLIMBS[] = {
        {ENTRY("../../etc/passwd", "<a/>")},
        {ENTRY("xl/workbook.xml", "<a xmlns:r='x'><sheet name='s' r:id='i'/></a>")},
        {ENTRY("xl/_rels/workbook.xml.rels",
               "<a><Relationship Id='i' Type='/worksheet' Target='../../../etc/passwd'/></a>")}};
    check_zip(OTHER, 1, "! FILE is a zip archive and no workbook: unpack it\n");
    check_zip(ODS, 1, "! FILE is an OpenDocument file: save it as .xlsx or CSV\n");
    check_zip(XLSB, 1, "! FILE is a binary workbook (.xlsb): save it as .xlsx\n");
    check_zip(WORD, 1, "! FILE is a text document, and no workbook\n");
    check_zip(TWICE, 2, "! FILE has a part twice: XL/Workbook.xml\n");
    check_zip(LOCKED, 1, "! FILE is encrypted: save it without a password\n");
    check_zip(CHANGED, 2, BAD_ZIP);
    check_zip(LACKS, 1, "! FILE lacks a part of a workbook: xl/_rels/workbook.xml.rels\n");
    check_zip(CLIMBS, 3, "! FILE lacks a part of a workbook: etc/passwd\n");
}

static void repeat(struct buffer *out, const char *text, size_t count) {
    for (size_t i = 0; i < count; i++)
        buffer_append_text(out, text);
}

static void check_sheet(struct buffer *sheet, const char *wanted) {
    const struct zips_book book = {.sheet = buffer_terminate(sheet)};
    char *said = say(&book, NULL, NULL);
    const char *end = strlen(said) > 500 ? said + strlen(said) - strlen(wanted) : said;
    assert_string_equal(end, wanted);
    free(said);
}

/* What is small in the archive and large out of it. */
static void test_bombs(void **state) {
    struct buffer sheet;
    buffer_init(&sheet);
    buffer_append_text(&sheet, "<worksheet><sheetData><row><c><v>1</v></c></row>");
    repeat(&sheet, "<row></row>", 6 << 20);
    buffer_append_text(&sheet, "</sheetData></worksheet>");
    check_sheet(&sheet, "1: 1\n! FILE is packed so densely that unpacking it would have no end (a zip bomb)\n");
    buffer_reset(&sheet);
    buffer_append_text(&sheet, "<worksheet><a b='");
    repeat(&sheet, "0123456789", 300000);
    buffer_append_text(&sheet, "'/></worksheet>");
    char *said = say(&(struct zips_book){.sheet = buffer_terminate(&sheet)}, NULL, NULL);
    assert_non_null(strstr(said, "a tag of more than 1 MiB\n"));
    free(said);
    buffer_reset(&sheet);
    repeat(&sheet, "<a>", 100);
    check_sheet(&sheet, "! xl/worksheets/sheet1.xml, line 1, column ###: nested too deep\n");
    buffer_reset(&sheet);
    buffer_append_text(&sheet, "<worksheet><sheetData><row><c><v>1</v></c></row><row><c t='inlineStr'><is><t>");
    repeat(&sheet, "0123456789", 10000);
    buffer_append_text(&sheet, "</t></is></c></row><row><c><v>2</v></c></row></sheetData></worksheet>");
    check_sheet(&sheet, "1: 1\nline 2, column 1: a cell of more than 64 KiB\n3: 2\n");
    buffer_free(&sheet);
}

/* More texts than memory keeps of them: each is found again, in any order. */
static void test_many_strings(void **state) {
    enum { COUNT = 600000 };
    struct buffer strings, sheet;
    static struct error err;
    struct table_reader *reader;
    struct table_row row;
    bool more = true;
    buffer_init(&strings);
    buffer_init(&sheet);
    buffer_append_text(&strings, "<sst>");
    buffer_append_text(&sheet, "<worksheet><sheetData>");
    for (unsigned i = 0; i < COUNT; i++)
        buffer_append_format(&strings, "<si><t>text %u and more</t></si>", i);
    for (unsigned i = 0; i < COUNT; i += 7)
        buffer_append_format(&sheet, "<row><c t='s'><v>%u</v></c><c t='s'><v>%u</v></c></row>", i, i * 31 % COUNT);
    buffer_append_text(&strings, "</sst>");
    buffer_append_text(&sheet, "</sheetData></worksheet>");
    struct buffer file;
    buffer_init(&file);
    zips_write_book(&file,
                    &(struct zips_book){.strings = buffer_terminate(&strings), .sheet = buffer_terminate(&sheet)});
    int fd = tables_file(file.data, file.length);
    assert_int_equal(table_open_fd(fd, "FILE", NULL, &reader, &err), CXD_OK);
    for (unsigned i = 0; i < COUNT; i += 7) {
        char wanted[2][40];
        assert_int_equal(table_next(reader, &row, &more, &err), CXD_OK);
        snprintf(wanted[0], sizeof wanted[0], "text %u and more", i);
        snprintf(wanted[1], sizeof wanted[1], "text %u and more", i * 31 % COUNT);
        assert_int_equal(row.count, 2);
        assert_string_equal(row.cells[0].text, wanted[0]);
        assert_string_equal(row.cells[1].text, wanted[1]);
    }
    assert_int_equal(table_next(reader, &row, &more, &err), CXD_OK);
    assert_false(more);
    assert_int_equal(table_rewind(reader, &err), CXD_OK);
    assert_int_equal(table_next(reader, &row, &more, &err), CXD_OK);
    assert_string_equal(row.cells[0].text, "text 0 and more");
    table_close(reader);
    close(fd);
    buffer_free(&file);
    buffer_free(&strings);
    buffer_free(&sheet);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cells),    cmocka_unit_test(test_facts),   cmocka_unit_test(test_sheets),
        cmocka_unit_test(test_serials),  cmocka_unit_test(test_formats), cmocka_unit_test(test_cut),
        cmocka_unit_test(test_archives), cmocka_unit_test(test_bombs),   cmocka_unit_test(test_many_strings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
