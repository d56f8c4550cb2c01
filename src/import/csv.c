/* Records out of blocks of text. It looks at a character once, and holds no more of a record than cells.c does, so a
 * quote that is never closed costs the time to read the file and nothing else. */
#include "import/csv.h"

#include <inttypes.h>
#include <stdlib.h>

#include "import/cells.h"
#include "import/delimiter.h"
#include "import/text.h"

struct csv_reader {
    struct text text;
    struct cells cells;
    const char *at, *end; /* of the block */
    enum cxd_err code;    /* why a block could not be had */
    char delimiter;       /* 0: none */
    bool is_forced, is_begun;
    bool ends_bare[256], ends_quoted[256]; /* characters that a run of others stops at */
    uint64_t line;
    uint64_t quote_line; /* of the quote that the text ended behind; 0: of none */
    size_t quote_column;
};

/* Whether there are characters; the block is then not empty. */
static bool more(struct csv_reader *csv, struct error *err) {
    size_t length = 0;
    if (csv->at < csv->end)
        return true;
    if (csv->code == CXD_OK)
        csv->code = text_next(&csv->text, &csv->at, &length, err);
    csv->end = csv->at + length;
    return csv->code == CXD_OK && length > 0;
}

static void take_run(struct csv_reader *csv, const bool *ends) {
    const char *run = csv->at, *at = run, *end = csv->end;
    while (at < end && !ends[(unsigned char)*at])
        at++;
    csv->at = at;
    cells_append(&csv->cells, run, (size_t)(at - run), csv->line);
}

static void refuse_nul(struct csv_reader *csv) {
    cells_set_fault(&csv->cells, csv->line, "a NUL byte");
    while (csv->at < csv->end && *csv->at == '\0')
        csv->at++;
}

/* Up to the delimiter, the line's end, or the end of all. */
static void take_bare(struct csv_reader *csv, struct error *err) {
    while (more(csv, err)) {
        take_run(csv, csv->ends_bare);
        if (csv->at == csv->end)
            continue;
        if (*csv->at != '\0')
            return;
        refuse_nul(csv);
    }
}

/* Takes a line's end as one, and counts it. */
static void take_line_end(struct csv_reader *csv, bool is_kept, struct error *err) {
    char c = *csv->at++;
    if (is_kept)
        cells_append(&csv->cells, &c, 1, csv->line);
    if (c == '\r' && more(csv, err) && *csv->at == '\n') {
        csv->at++;
        if (is_kept)
            cells_append(&csv->cells, "\n", 1, csv->line);
    }
    csv->line++;
}

/* Behind the closing quote; false where the text ends before it. */
static bool take_quoted(struct csv_reader *csv, struct error *err) {
    csv->at++;
    while (more(csv, err)) {
        take_run(csv, csv->ends_quoted);
        if (csv->at == csv->end)
            continue;
        if (*csv->at == '\0') {
            refuse_nul(csv);
        } else if (*csv->at != '"') {
            take_line_end(csv, true, err);
        } else {
            csv->at++;
            if (!more(csv, err) || *csv->at != '"')
                return true;
            cells_append(&csv->cells, csv->at++, 1, csv->line);
        }
    }
    return false;
}

static void take_cell(struct csv_reader *csv, struct error *err) {
    uint64_t line = csv->line;
    if (!more(csv, err) || *csv->at != '"') {
        take_bare(csv, err);
        return;
    }
    if (!take_quoted(csv, err)) {
        csv->quote_line = line;
        csv->quote_column = csv->cells.count + 1;
        return;
    }
    while (more(csv, err) && (*csv->at == ' ' || *csv->at == '\t') && *csv->at != csv->delimiter)
        csv->at++;
    if (more(csv, err) && (*csv->at == '\0' || !csv->ends_bare[(unsigned char)*csv->at])) {
        cells_set_fault(&csv->cells, csv->line, "text behind the closing quote");
        take_bare(csv, err);
    }
}

/* What ends the text before the file does, or within a cell. */
static enum cxd_err judge_end(struct csv_reader *csv, struct error *err) {
    if (csv->code != CXD_OK)
        return csv->code;
    if (csv->text.fault[0] != '\0')
        return error_set(err, ERR_TABLE, "line %" PRIu64 ", column %zu: %s", csv->line, csv->cells.count + 1,
                         csv->text.fault);
    if (csv->quote_line > 0)
        return error_set(err, ERR_TABLE, "line %" PRIu64 ", column %zu: the quote that opens here is never closed",
                         csv->quote_line, csv->quote_column);
    return CXD_OK;
}

/* *ret_blank: an empty line, or one of blanks. */
static enum cxd_err take_record(struct csv_reader *csv, bool *ret_blank, struct error *err) {
    struct cells *cells = &csv->cells;
    bool has_quotes = false, has_end = false;
    cells_begin(cells);
    for (;;) {
        has_quotes |= more(csv, err) && *csv->at == '"';
        take_cell(csv, err);
        if (!more(csv, err)) {
            enum cxd_err code = judge_end(csv, err);
            if (code != CXD_OK)
                return code;
            break;
        }
        if (*csv->at == '\r' || *csv->at == '\n') {
            has_end = true;
            break;
        }
        cells_end(cells, csv->line);
        csv->at++;
    }
    cells_end(cells, csv->line);
    *ret_blank = cells->count == 1 && !has_quotes && !cells_are_bad(cells) && cells_are_blank(cells);
    if (!has_end && !*ret_blank && cells->count < cells->width)
        cells_set_fault(cells, csv->line, "the file ends within the row: a part of it may be missing");
    if (has_end)
        take_line_end(csv, false, err);
    return csv->code;
}

static void set_delimiter(struct csv_reader *csv, char delimiter) {
    csv->ends_bare[(unsigned char)csv->delimiter] = false;
    csv->delimiter = delimiter;
    csv->ends_bare[(unsigned char)delimiter] = true;
    csv->ends_bare['\0'] = csv->ends_bare['\r'] = csv->ends_bare['\n'] = true;
}

/* At the begin of the text. */
static enum cxd_err begin(struct csv_reader *csv, struct error *err) {
    size_t length;
    bool is_first = !csv->is_begun;
    csv->line = 1;
    csv->is_begun = true;
    if (!more(csv, err))
        return csv->code;
    char named = delimiter_of_line(csv->at, (size_t)(csv->end - csv->at), &length);
    if (named != '\0') {
        csv->at += length;
        if (more(csv, err))
            take_line_end(csv, false, err);
    }
    if (!is_first || csv->is_forced)
        return csv->code;
    csv->is_forced = named != '\0';
    set_delimiter(csv,
                  named != '\0' ? named : delimiter_guess(csv->at, (size_t)(csv->end - csv->at), csv->text.is_last));
    return csv->code;
}

static enum cxd_err csv_reader_next(void *reader, struct table_row *ret, bool *ret_more, struct error *err) {
    struct csv_reader *csv = reader;
    enum cxd_err code = CXD_OK;
    while (more(csv, err)) {
        bool is_blank;
        uint64_t line = csv->line;
        code = take_record(csv, &is_blank, err);
        if (code != CXD_OK)
            return code;
        if (is_blank)
            continue;
        cells_give(&csv->cells, line, ret);
        *ret_more = true;
        return CXD_OK;
    }
    cells_begin(&csv->cells);
    code = judge_end(csv, err);
    if (code == CXD_OK)
        *ret_more = false;
    return code;
}

static enum cxd_err csv_reader_rewind(void *reader, struct error *err) {
    struct csv_reader *csv = reader;
    text_rewind(&csv->text);
    csv->at = csv->end = "";
    csv->code = CXD_OK;
    csv->quote_line = csv->quote_column = 0;
    csv->cells.width = 0;
    return begin(csv, err);
}

static void csv_reader_add_facts(const void *reader, struct table_facts *facts) {
    const struct csv_reader *csv = reader;
    text_add_facts(&csv->text, facts);
    facts->delimiter = csv->delimiter;
    facts->delimiter_forced = csv->is_forced;
}

static void csv_reader_close(void *reader) {
    struct csv_reader *csv = reader;
    text_free(&csv->text);
    cells_free(&csv->cells);
    free(csv);
}

static enum cxd_err csv_reader_open(struct source *source, const struct table_options *options, void **ret_reader,
                                    struct error *err) {
    if (options->delimiter != '\0' && !delimiter_is_possible(options->delimiter))
        return error_set(err, ERR_TABLE, "a delimiter is one character of ASCII, and no quote or line end");
    struct csv_reader *csv = calloc(1, sizeof *csv);
    if (!csv)
        return error_set(err, ERR_NO_MEMORY, "no memory to read %s", source->name);
    csv->ends_quoted['"'] = csv->ends_quoted['\r'] = csv->ends_quoted['\n'] = csv->ends_quoted['\0'] = true;
    csv->at = csv->end = "";
    csv->is_forced = options->delimiter != '\0';
    set_delimiter(csv, options->delimiter);
    enum cxd_err code = text_init(&csv->text, source, options->encoding, err);
    if (code == CXD_OK)
        code = cells_init(&csv->cells, err);
    if (code == CXD_OK)
        code = begin(csv, err);
    if (code != CXD_OK) {
        csv_reader_close(csv);
        return code;
    }
    *ret_reader = csv;
    return CXD_OK;
}

const struct reader_kind READER_CSV = {
    .open = csv_reader_open,
    .next = csv_reader_next,
    .rewind = csv_reader_rewind,
    .add_facts = csv_reader_add_facts,
    .close = csv_reader_close,
};
