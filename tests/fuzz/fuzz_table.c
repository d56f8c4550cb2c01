/* Any bytes as a file of CSV or JSON, in any encoding: what is read keeps the bounds of table.h, is the same the second
 * time, and written as CSV anew it is read as the same rows. The first two bytes choose how it is read; of the rest
 * every byte may become a unit of UTF-16. */
#include "fuzz.h"

#include "../support/tables.h"

static struct error err;

/* What was read: a hash of all, and the rows as CSV. */
struct reading {
    uint64_t hash;
    enum cxd_err code;
    uint64_t rows, bad;
    struct buffer csv;
};

static void mix(struct reading *reading, const void *bytes, size_t length) {
    for (size_t i = 0; i < length; i++)
        reading->hash = (reading->hash ^ ((const unsigned char *)bytes)[i]) * UINT64_C(1099511628211);
}

static void write_row(struct buffer *out, const struct table_row *row) {
    for (size_t i = 0; i < row->count; i++) {
        buffer_append_char(out, i > 0 ? ',' : '"');
        if (i > 0)
            buffer_append_char(out, '"');
        for (const char *at = row->cells[i].text; *at; at++) {
            buffer_append_char(out, *at);
            if (*at == '"')
                buffer_append_char(out, '"');
        }
        buffer_append_char(out, '"');
    }
    buffer_append_char(out, '\n');
}

static void take_row(struct reading *reading, const struct table_row *row, size_t width) {
    mix(reading, &row->line, sizeof row->line);
    if (row->fault) {
        CHECK(row->count == 0 && strncmp(row->fault, "line ", 5) == 0 && utf8_count(row->fault) != SIZE_MAX);
        mix(reading, row->fault, strlen(row->fault));
        reading->bad++;
        return;
    }
    size_t bytes = 0;
    CHECK(row->count > 0 && row->count <= TABLE_COLUMNS_MAX && (width == 0 || row->count <= width));
    for (size_t i = 0; i < row->count; i++) {
        const struct table_cell *cell = &row->cells[i];
        CHECK(cell->length <= TABLE_CELL_MAX && strlen(cell->text) == cell->length);
        CHECK(utf8_count(cell->text) != SIZE_MAX);
        bytes += cell->length;
        mix(reading, cell->text, cell->length + 1);
    }
    CHECK(bytes <= TABLE_ROW_MAX);
    write_row(&reading->csv, row);
}

static void read_all(struct table_reader *reader, struct reading *reading) {
    struct table_row row;
    struct table_facts facts;
    bool more = true;
    size_t width = 0;
    *reading = (struct reading){.hash = UINT64_C(14695981039346656037)};
    for (;;) {
        reading->code = table_next(reader, &row, &more, &err);
        if (reading->code != CXD_OK || !more)
            break;
        take_row(reading, &row, width);
        width = width == 0 ? row.count : width;
        reading->rows++;
    }
    if (reading->code != CXD_OK) {
        fuzz_check_error(&err, reading->code, ERR_TABLE);
        mix(reading, err.detail, strlen(err.detail));
        CHECK(table_next(reader, &row, &more, &err) == reading->code);
    }
    table_get_facts(reader, &facts);
    CHECK(facts.rows == reading->rows && facts.bytes_done <= facts.bytes_all);
}

static void check_anew(const struct reading *first) {
    const struct table_options options = {.format = TABLE_CSV, .encoding = TABLE_UTF8, .delimiter = ','};
    struct table_reader *reader;
    struct reading second;
    if (first->rows == first->bad)
        return;
    int fd = tables_file(first->csv.data, first->csv.length);
    CHECK(table_open_fd(fd, "FILE", &options, &reader, &err) == CXD_OK);
    read_all(reader, &second);
    CHECK(second.code == CXD_OK && second.bad == 0 && second.rows == first->rows - first->bad);
    CHECK(second.csv.length == first->csv.length);
    CHECK(memcmp(second.csv.data, first->csv.data, first->csv.length) == 0);
    buffer_free(&second.csv);
    table_close(reader);
    close(fd);
}

static int make_file(const uint8_t *data, size_t size, unsigned how) {
    struct buffer file;
    buffer_init(&file);
    for (size_t i = 0; i < size; i++) {
        if (how == 2)
            buffer_append_char(&file, '\0');
        buffer_append_char(&file, (char)data[i]);
        if (how == 1)
            buffer_append_char(&file, '\0');
    }
    int fd = tables_file(file.data, file.length);
    buffer_free(&file);
    return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char DELIMITERS[] = {'\0', ';', ','};
    if (size < 2)
        return 0;
    unsigned choice = data[1];
    const struct table_options options = {.format = (enum table_format)(choice % TABLE_XLSX),
                                          .encoding = (enum table_encoding)(choice / 4 % (TABLE_WINDOWS_1252 + 1)),
                                          .delimiter = DELIMITERS[choice / 20 % 3]};
    struct table_reader *reader;
    int fd = make_file(data + 2, size - 2, data[0] % 3);
    enum cxd_err code = table_open_fd(fd, "FILE", &options, &reader, &err);
    if (code != CXD_OK) {
        fuzz_check_error(&err, code, ERR_TABLE);
    } else {
        struct reading first, second;
        read_all(reader, &first);
        CHECK(table_rewind(reader, &err) == CXD_OK);
        read_all(reader, &second);
        CHECK(first.hash == second.hash && first.code == second.code);
        check_anew(&first);
        buffer_free(&first.csv);
        buffer_free(&second.csv);
        table_close(reader);
    }
    close(fd);
    return 0;
}
