/* The front of the readers: one table of them, and what holds for each. */
#include "cxd/import/table.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "import/csv.h"
#include "import/json.h"
#include "import/kind.h"
#include "import/xlsx.h"

static const struct reader_kind *const KINDS[] = {
    [TABLE_CSV] = &READER_CSV,
    [TABLE_NDJSON] = &READER_NDJSON,
    [TABLE_JSON] = &READER_JSON,
    [TABLE_XLSX] = &READER_XLSX,
};

struct table_reader {
    struct source source;
    const struct reader_kind *kind;
    void *reader;
    enum table_format format;
    uint64_t rows;
    bool is_over;
    enum cxd_err code; /* what reading ended with */
    char detail[sizeof((struct error *)0)->detail];
    char *sheet; /* of the options */
};

/* Takes the source. */
static enum cxd_err open_source(struct table_reader *table, const struct table_options *options, struct error *err) {
    struct table_options copy = options ? *options : (struct table_options){0};
    table->format = copy.format;
    if (table->source.size == 0)
        return error_set(err, ERR_TABLE, "%s is empty", table->source.name);
    enum cxd_err code = CXD_OK;
    if (table->format == TABLE_FORMAT_GUESS)
        code = kind_find(&table->source, &table->format, err);
    if (code != CXD_OK)
        return code;
    table->kind = table->format < CXD_COUNT(KINDS) ? KINDS[table->format] : NULL;
    if (!table->kind)
        return error_set(err, ERR_TABLE, "%s is %s, which is not read", table->source.name,
                         table_format_name(table->format));
    if (copy.sheet && !(copy.sheet = table->sheet = strdup(copy.sheet)))
        return error_set(err, ERR_NO_MEMORY, "no memory to read %s", table->source.name);
    return table->kind->open(&table->source, &copy, &table->reader, err);
}

static enum cxd_err open_table(const char *path, int fd, const struct table_options *options,
                               struct table_reader **ret_reader, struct error *err) {
    struct table_reader *table = calloc(1, sizeof *table);
    if (!table)
        return error_set(err, ERR_NO_MEMORY, "no memory to read %s", path);
    table->source.fd = -1;
    enum cxd_err code = fd < 0 ? source_open(&table->source, path, err) : source_open_fd(&table->source, fd, path, err);
    if (code == CXD_OK)
        code = open_source(table, options, err);
    if (code != CXD_OK) {
        table_close(table);
        return code;
    }
    *ret_reader = table;
    return CXD_OK;
}

enum cxd_err table_open(const char *path, const struct table_options *options, struct table_reader **ret_reader,
                        struct error *err) {
    return open_table(path, -1, options, ret_reader, err);
}

enum cxd_err table_open_fd(int fd, const char *name, const struct table_options *options,
                           struct table_reader **ret_reader, struct error *err) {
    return open_table(name, fd, options, ret_reader, err);
}

void table_close(struct table_reader *reader) {
    if (!reader)
        return;
    if (reader->reader)
        reader->kind->close(reader->reader);
    source_close(&reader->source);
    free(reader->sheet);
    free(reader);
}

enum cxd_err table_next(struct table_reader *reader, struct table_row *ret, bool *ret_more, struct error *err) {
    struct error failure;
    struct table_row row;
    bool more = false;
    if (reader->code != CXD_OK)
        return error_set(err, reader->code, "%s", reader->detail);
    if (reader->is_over) {
        *ret_more = false;
        return CXD_OK;
    }
    enum cxd_err code = reader->kind->next(reader->reader, &row, &more, &failure);
    if (code == CXD_OK && more && reader->rows == 0 && row.fault) /* without it the others mean nothing */
        code = error_set(&failure, ERR_TABLE, "%s", row.fault);
    if (code != CXD_OK) {
        reader->code = code;
        memcpy(reader->detail, failure.detail, sizeof reader->detail);
        return error_set(err, code, "%s", reader->detail);
    }
    reader->is_over = !more;
    *ret_more = more;
    if (more) {
        reader->rows++;
        *ret = row;
    }
    return CXD_OK;
}

enum cxd_err table_rewind(struct table_reader *reader, struct error *err) {
    reader->code = CXD_OK;
    reader->is_over = false;
    reader->rows = 0;
    return reader->kind->rewind(reader->reader, err);
}

enum cxd_err table_expect(struct table_reader *reader, const char *name, struct error *err) {
    return reader->kind->expect ? reader->kind->expect(reader->reader, name, err) : CXD_OK;
}

void table_get_facts(const struct table_reader *reader, struct table_facts *ret_facts) {
    *ret_facts = (struct table_facts){.format = reader->format, .bytes_all = reader->source.size, .rows = reader->rows};
    reader->kind->add_facts(reader->reader, ret_facts);
}

static const struct {
    const char *shown, *word;
} FORMATS[] = {
    [TABLE_FORMAT_GUESS] = {"a table", ""},      [TABLE_CSV] = {"CSV", "csv"},    [TABLE_NDJSON] = {"NDJSON", "ndjson"},
    [TABLE_JSON] = {"an array of JSON", "json"}, [TABLE_XLSX] = {"XLSX", "xlsx"},
};

const char *table_format_name(enum table_format format) {
    return FORMATS[format].shown;
}

enum table_format table_format_by_name(const char *name) {
    for (size_t i = 1; i < CXD_COUNT(FORMATS); i++)
        if (strcasecmp(name, FORMATS[i].word) == 0)
            return (enum table_format)i;
    return TABLE_FORMAT_GUESS;
}

/* The first of each is the one that is shown. */
static const struct {
    const char *name;
    enum table_encoding encoding;
} ENCODINGS[] = {
    {"UTF-8", TABLE_UTF8},          {"UTF-16LE", TABLE_UTF16LE},
    {"UTF-16BE", TABLE_UTF16BE},    {"Windows-1252", TABLE_WINDOWS_1252},
    {"utf8", TABLE_UTF8},           {"utf-16", TABLE_UTF16LE},
    {"cp1252", TABLE_WINDOWS_1252}, {"latin-1", TABLE_WINDOWS_1252},
    {"latin1", TABLE_WINDOWS_1252}, {"iso-8859-1", TABLE_WINDOWS_1252},
};

const char *table_encoding_name(enum table_encoding encoding) {
    for (size_t i = 0; i < CXD_COUNT(ENCODINGS); i++)
        if (ENCODINGS[i].encoding == encoding)
            return ENCODINGS[i].name;
    return "unknown";
}

enum table_encoding table_encoding_by_name(const char *name) {
    for (size_t i = 0; i < CXD_COUNT(ENCODINGS); i++)
        if (strcasecmp(name, ENCODINGS[i].name) == 0)
            return ENCODINGS[i].encoding;
    return TABLE_ENCODING_GUESS;
}
