/* What the daemon replied, laid out by texts and tables of the commands. */

#include "cmd/view.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cxd/base/clock.h"

/* Numbers that the daemon does not know are null, or not there. */
static bool append_count(struct buffer *out, const struct json *document, const char *path, bool is_bytes) {
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    double number;
    size_t unit = 0;

    if (!json_number(document, path, &number) || number < 0) {
        buffer_append_char(out, '?');
        return true;
    }
    for (; is_bytes && number >= 1024 && unit + 1 < CXD_COUNT(units); unit++)
        number /= 1024;
    number_append(out, number, unit > 0 && number < 100);
    if (is_bytes)
        buffer_append_format(out, " %s", units[unit]);
    return true;
}

void view_append_span(struct buffer *out, int64_t seconds) {
    static const struct {
        int64_t seconds;
        const char *name;
    } units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
    size_t at = 0;

    if (seconds < 0)
        seconds = 0;
    while (at + 1 < CXD_COUNT(units) && seconds < units[at].seconds)
        at++;
    buffer_append_format(out, "%" PRId64 " %s", seconds / units[at].seconds, units[at].name);
    seconds %= units[at].seconds;
    if (at + 1 < CXD_COUNT(units) && seconds / units[at + 1].seconds > 0)
        buffer_append_format(out, " %" PRId64 " %s", seconds / units[at + 1].seconds, units[at + 1].name);
}

static bool read_time(const struct json *document, const char *path, int64_t *ret_ms) {
    const char *text = json_text(document, path);

    return text && time_parse(text, strlen(text), ret_ms);
}

bool view_is_past(const struct json *document, const char *path) {
    int64_t at_ms;

    return read_time(document, path, &at_ms) && at_ms <= clock_now_ms();
}

static bool append_ago(struct buffer *out, const struct json *document, const char *path) {
    int64_t at_ms, now_ms;

    if (!read_time(document, path, &at_ms))
        return false;
    if (!read_time(document, "now", &now_ms))
        now_ms = clock_now_ms();
    view_append_span(out, (now_ms - at_ms) / 1000);
    buffer_append_text(out, " ago");
    return true;
}

/* "2026-11-29T19:32:29Z" of "2026-11-29T19:32:29.534Z"; what is no time stays. */
static bool append_seconds(const struct screen *screen, struct buffer *out, const struct json *document,
                           const char *path) {
    const char *text = json_text(document, path), *fraction = text ? strchr(text, '.') : NULL;
    char time[TIME_TEXT_SIZE];
    int64_t at_ms;

    if (!fraction || !read_time(document, path, &at_ms) || strlen(text) >= sizeof time)
        screen_append(screen, out, text);
    else {
        snprintf(time, sizeof time, "%.*s%s", (int)(fraction - text), text,
                 fraction + 1 + strspn(fraction + 1, "0123456789"));
        buffer_append_text(out, time);
    }
    return text;
}

static bool append_member(const struct screen *screen, struct buffer *out, const struct json *document,
                          const char *path) {
    const struct json *member = json_get(document, path);
    const char *text = json_text(document, path);
    double number;

    if (!text && json_number(document, path, &number)) {
        number_append(out, number, 0);
    } else if (!text && json_at(member, 0)) {
        for (size_t i = 0; i < json_count(member); i++) {
            buffer_append_text(out, i > 0 ? ", " : "");
            screen_append(screen, out, json_text(json_at(member, i), ""));
        }
    } else {
        screen_append(screen, out, text);
        return text;
    }
    return true;
}

bool view_append(const struct screen *screen, struct buffer *out, const struct json *document, const char *text) {
    bool is_whole = true;

    while (*text) {
        size_t plain = strcspn(text, "{"), length = strcspn(text + plain, "}");
        char path[64];

        buffer_append(out, text, plain);
        text += plain;
        if (!*text)
            break;
        snprintf(path, sizeof path, "%.*s", (int)length - 1, text + 1);
        if (*path == '#' || *path == '~')
            is_whole &= append_count(out, document, path + 1, *path == '~');
        else if (*path == '^')
            is_whole &= append_seconds(screen, out, document, path + 1);
        else if (*path == '@')
            is_whole &= append_ago(out, document, path + 1);
        else
            is_whole &= append_member(screen, out, document, path);
        text += length + 1;
    }
    return is_whole;
}

void view_add_row(const struct screen *screen, struct table *table, const struct json *row) {
    static const struct screen plain = {.unicode = true}; /* the cell is cleaned for the terminal */
    struct buffer cell;

    buffer_init(&cell);
    for (size_t i = 0; i < table->columns; i++) {
        const struct table_column *column = &table->column[i];
        bool is_there = true;

        buffer_reset(&cell);
        if (column->cell)
            column->cell(&cell, row);
        else
            is_there = view_append(&plain, &cell, row, column->text);
        table_cell(screen, table, is_there ? buffer_terminate(&cell) : NULL);
    }
    buffer_free(&cell);
}

void view_append_table(const struct screen *screen, struct buffer *out, const struct json *rows,
                       const struct table_column *columns, size_t count) {
    struct table table;

    table_init(&table, columns, count);
    for (size_t i = 0; i < json_count(rows); i++)
        view_add_row(screen, &table, json_at(rows, i));
    table_append(screen, out, &table);
    table_free(&table);
}
