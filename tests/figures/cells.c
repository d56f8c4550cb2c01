/* What the readers of files say of each, for cells.mjs and bounds.mjs: a line of JSON a file, {"rows": [[line, "cell",
 * …], "fault", …], "error": "…", "encoding": "UTF-8", "delimiter": ","}.
 *
 *   cells [--count] FILE [ENCODING [DELIMITER]] …     with --count one file, and how many rows and bad rows there are,
 *                                                     and the first five faults
 *
 * More files follow behind "--". An encoding or delimiter of "" is guessed. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cxd/base/buffer.h"
#include "cxd/import/table.h"

static struct error err;

static void write_row(struct buffer *out, const struct table_row *row) {
    if (row->fault) {
        buffer_append_json(out, row->fault);
        return;
    }
    buffer_append_format(out, "[%" PRIu64, row->line);
    for (size_t i = 0; i < row->count; i++) {
        buffer_append_char(out, ',');
        buffer_append_json(out, row->cells[i].text);
    }
    buffer_append_char(out, ']');
}

static void write_end(struct buffer *out, const char *error, const struct table_reader *reader) {
    struct table_facts facts = {.encoding = TABLE_UTF8};
    char delimiter[2] = "";
    if (reader)
        table_get_facts(reader, &facts);
    delimiter[0] = facts.delimiter;
    buffer_append_text(out, ",\"error\":");
    buffer_append_json(out, error);
    buffer_append_text(out, ",\"encoding\":");
    buffer_append_json(out, table_encoding_name(facts.encoding));
    buffer_append_text(out, ",\"delimiter\":");
    buffer_append_json(out, delimiter);
    buffer_append_format(out, ",\"count\":%" PRIu64 "}\n", facts.rows);
}

static void print(const char *file, const struct table_options *options, bool counts) {
    enum { FAULTS_SHOWN = 5 };
    struct table_reader *reader = NULL;
    struct table_row row;
    struct buffer out;
    bool more = true;
    size_t shown = 0;
    uint64_t bad = 0;
    buffer_init(&out);
    buffer_append_text(&out, "{\"rows\":[");
    enum cxd_err code = table_open(file, options, &reader, &err);
    while (code == CXD_OK && (code = table_next(reader, &row, &more, &err)) == CXD_OK && more) {
        bad += row.fault != NULL;
        if (counts && (!row.fault || bad > FAULTS_SHOWN))
            continue;
        if (shown++ > 0)
            buffer_append_char(&out, ',');
        write_row(&out, &row);
    }
    buffer_append_format(&out, "],\"bad\":%" PRIu64, bad);
    write_end(&out, code == CXD_OK ? NULL : err.detail, reader);
    const char *text = buffer_terminate(&out);
    if (!text)
        exit(3);
    fputs(text, stdout);
    buffer_free(&out);
    table_close(reader);
}

int main(int argc, char **argv) {
    int at = 1;
    bool counts = argc > 1 && strcmp(argv[1], "--count") == 0;
    for (at += counts; at < argc; at++) {
        struct table_options options = {0};
        const char *words[3] = {"", "", ""};
        for (int i = 0; at < argc && strcmp(argv[at], "--") != 0; at++, i++)
            if (i < 3)
                words[i] = argv[at];
        options.encoding = table_encoding_by_name(words[1]);
        options.delimiter = words[2][0];
        print(words[0], &options, counts);
    }
    return 0;
}
