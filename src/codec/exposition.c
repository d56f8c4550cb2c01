/* From counts to the lines of a scrape. api/metrics.c says which. */
#include "cxd/codec/exposition.h"

#include <stddef.h>
#include <string.h>

enum { NS_DIGITS = 9 };

static void append_value(struct buffer *out, const char *value) {
    buffer_append_char(out, '"');
    for (; *value != '\0'; value++) {
        if (*value == '\\' || *value == '"')
            buffer_append_char(out, '\\');
        if (*value == '\n')
            buffer_append_text(out, "\\n");
        else
            buffer_append_char(out, *value);
    }
    buffer_append_char(out, '"');
}

/* Name, suffix and labels, of which `last` is one more or NULL. */
static void append_series(struct buffer *out, const char *name, const char *suffix,
                          const struct exposition_label *labels, const struct exposition_label *last) {
    char before = '{';
    buffer_append_text(out, name);
    buffer_append_text(out, suffix);
    for (; labels && labels->name; labels++, before = ',') {
        buffer_append_format(out, "%c%s=", before, labels->name);
        append_value(out, labels->value);
    }
    if (last) {
        buffer_append_format(out, "%c%s=", before, last->name);
        append_value(out, last->value);
        before = ',';
    }
    buffer_append_text(out, before == '{' ? " " : "} ");
}

void exposition_family(struct buffer *out, const char *name, const char *type, const char *help) {
    buffer_append_format(out, "# HELP %s ", name);
    for (; *help != '\0'; help++)
        if (*help == '\\')
            buffer_append_text(out, "\\\\");
        else if (*help == '\n')
            buffer_append_text(out, "\\n");
        else
            buffer_append_char(out, *help);
    buffer_append_format(out, "\n# TYPE %s %s\n", name, type);
}

void exposition_count(struct buffer *out, const char *name, const struct exposition_label *labels, uint64_t count) {
    append_series(out, name, "", labels, NULL);
    buffer_append_format(out, "%llu\n", (unsigned long long)count);
}

/* Exact, and without the zeros that say nothing. */
static void append_seconds(struct buffer *out, uint64_t nanoseconds) {
    unsigned long long fraction = nanoseconds % 1000000000;
    int digits = NS_DIGITS;
    buffer_append_format(out, "%llu", (unsigned long long)(nanoseconds / 1000000000));
    if (fraction == 0)
        return;
    while (fraction % 10 == 0) {
        fraction /= 10;
        digits--;
    }
    buffer_append_format(out, ".%0*llu", digits, fraction);
}

void exposition_seconds(struct buffer *out, const char *name, const struct exposition_label *labels,
                        int64_t nanoseconds) {
    append_series(out, name, "", labels, NULL);
    if (nanoseconds < 0)
        buffer_append_char(out, '-');
    append_seconds(out, nanoseconds < 0 ? 0 - (uint64_t)nanoseconds : (uint64_t)nanoseconds);
    buffer_append_char(out, '\n');
}

void exposition_fixed(struct buffer *out, const char *name, const struct exposition_label *labels, double value,
                      int decimals) {
    append_series(out, name, "", labels, NULL);
    buffer_append_fixed(out, value, decimals);
    buffer_append_char(out, '\n');
}

static void append_number(struct buffer *out, uint64_t number, enum exposition_unit unit) {
    if (unit == EXPOSITION_NANOSECONDS)
        append_seconds(out, number);
    else
        buffer_append_format(out, "%llu", (unsigned long long)number);
}

static void append_bucket(struct buffer *out, const char *name, const struct exposition_label *labels,
                          const char *bound, uint64_t count) {
    const struct exposition_label last = {"le", bound};
    append_series(out, name, "_bucket", labels, &last);
    buffer_append_format(out, "%llu\n", (unsigned long long)count);
}

void exposition_histogram(struct buffer *out, const char *name, const struct exposition_label *labels,
                          const struct tally_scale *scale, enum exposition_unit unit,
                          const struct tally_reading *reading) {
    uint64_t below = 0;
    struct buffer bound;
    buffer_init(&bound);
    for (size_t i = 0; i < scale->count; i++) {
        buffer_reset(&bound);
        append_number(&bound, scale->bounds[i], unit);
        const char *text = buffer_terminate(&bound);
        below += reading->counts[i];
        if (text)
            append_bucket(out, name, labels, text, below);
        else
            out->failed = true;
    }
    buffer_free(&bound);
    append_bucket(out, name, labels, "+Inf", reading->total);
    append_series(out, name, "_sum", labels, NULL);
    append_number(out, reading->sum, unit);
    buffer_append_char(out, '\n');
    append_series(out, name, "_count", labels, NULL);
    buffer_append_format(out, "%llu\n", (unsigned long long)reading->total);
}
