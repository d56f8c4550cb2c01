/* --csv of every command: what the daemon replied, as a spreadsheet reads it. */

#include "cmd/csv_view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cxd/codec/csv.h"

enum { NAME_SIZE = 64 };

/* One word of the columns: its name and its path. */
struct csv_column {
    char name[NAME_SIZE], path[NAME_SIZE];
    bool is_document;
};

/* Moves behind the word that it reads. False at the end. */
static bool next_column(const char **at, struct csv_column *ret_column) {
    *at += strspn(*at, " ");
    size_t length = strcspn(*at, " ");
    const char *equals = memchr(*at, '=', length), *path = equals ? equals + 1 : *at;

    if (length == 0)
        return false;
    *ret_column = (struct csv_column){.is_document = *path == '/'};
    path += ret_column->is_document;
    snprintf(ret_column->path, NAME_SIZE, "%.*s", (int)(*at + length - path), path);
    snprintf(ret_column->name, NAME_SIZE, "%.*s", equals ? (int)(equals - *at) : NAME_SIZE,
             equals ? *at : ret_column->path);
    for (char *c = ret_column->name; *c; c++)
        if (*c == '.')
            *c = '_';
    *at += length;
    return true;
}

static const struct json *find(const struct json *value, const char *path) {
    char step[NAME_SIZE];

    while (value && *path) {
        size_t length = strcspn(path, ".");

        snprintf(step, sizeof step, "%.*s", (int)length, path);
        if (*step == '#') {
            size_t index = (size_t)strtoul(step + 1, NULL, 10);
            const char *name = json_name_at(value, index);
            value = name ? json_get(value, name) : json_at(value, index);
        } else {
            value = json_get(value, step);
        }
        path += length + (path[length] == '.');
    }
    return value;
}

/* An escape is told as output.c tells what a terminal would obey: it must not pass there for an attribute of ours. */
static void append_text(struct buffer *out, const char *text) {
    struct buffer other;

    if (!strchr(text, '\x1b')) {
        csv_append(out, text);
        return;
    }
    buffer_init(&other);
    for (; *text; text++)
        if (*text == '\x1b')
            buffer_append_text(&other, "\\u001b");
        else
            buffer_append_char(&other, *text);
    if (buffer_terminate(&other))
        csv_append(out, other.data);
    else
        out->failed = true;
    buffer_free(&other);
}

static bool is_list_of_texts(const struct json *value) {
    for (size_t i = 0; i < json_count(value); i++)
        if (!json_at(value, i) || !json_text(json_at(value, i), ""))
            return false;
    return json_at(value, 0);
}

static void append_field(struct buffer *out, const struct json *value) {
    const char *text = value ? json_text(value, "") : NULL;
    struct buffer other;
    double number;

    if (text)
        append_text(out, text);
    else if (value && json_number(value, "", &number))
        json_write(out, value);
    if (!value || text || json_number(value, "", &number))
        return;
    buffer_init(&other);
    if (is_list_of_texts(value))
        for (size_t i = 0; i < json_count(value); i++) {
            buffer_append_text(&other, i > 0 ? "; " : "");
            buffer_append_text(&other, json_text(json_at(value, i), ""));
        }
    else
        json_write(&other, value);
    if (buffer_terminate(&other))
        append_text(out, other.data);
    else
        out->failed = true;
    buffer_free(&other);
}

void csv_view_append_header(struct buffer *out, const char *columns) {
    struct csv_column column;

    for (const char *at = columns, *begin = at; next_column(&at, &column);) {
        buffer_append_text(out, begin == columns ? "" : ",");
        csv_append(out, column.name);
        begin = at;
    }
    buffer_append_text(out, "\r\n");
}

void csv_view_append_row(struct buffer *out, const struct json *document, const struct json *row, const char *columns) {
    struct csv_column column;

    for (const char *at = columns, *begin = at; next_column(&at, &column);) {
        buffer_append_text(out, begin == columns ? "" : ",");
        append_field(out, find(column.is_document ? document : row, column.path));
        begin = at;
    }
    buffer_append_text(out, "\r\n");
}

void csv_view_append(struct buffer *out, const struct json *document, const char *rows, const char *columns) {
    const struct json *list = rows ? json_get(document, rows) : NULL;

    csv_view_append_header(out, columns);
    if (!rows)
        csv_view_append_row(out, document, document, columns);
    for (size_t i = 0; i < json_count(list); i++)
        csv_view_append_row(out, document, json_at(list, i), columns);
}
