/* From log_record's format to a line. The format is walked here and not by vsnprintf as a whole: so each value is known
 * for what it is before it is escaped, and text and JSON come from one call. */

#include "base/log_line.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "cxd/base/utf8.h"

enum { VALUE_SIZE = 1024, SPEC_SIZE = 16 };

static const char CUT_TEXT[] = " cut=true\n";
static const char CUT_JSON[] = ",\"cut\":true}\n";

struct arguments {
    va_list list;
};

struct value {
    char text[VALUE_SIZE];
    size_t length;
    bool is_cut, is_absent;
    unsigned numbers, texts, literals; /* conversions of numbers, of text; characters of the format */
};

/* --- The line -------------------------------------------------------------------------------------------------------
 */

static size_t room(const struct log_line *line) {
    return sizeof line->text - sizeof CUT_JSON - line->length;
}

/* All or nothing. */
static bool put(struct log_line *line, const char *bytes, size_t length) {
    if (line->is_cut || length > room(line)) {
        line->is_cut = true;
        return false;
    }
    memcpy(line->text + line->length, bytes, length);
    line->length += length;
    return true;
}

static bool put_text(struct log_line *line, const char *text) {
    return put(line, text, strlen(text));
}

static size_t escape_obeyed(bool is_json, const char *at, size_t length, uint32_t code, char out[16]) {
    if (is_json)
        return (size_t)snprintf(out, 16, "\\u%04x", (unsigned)code);
    size_t done = 0;
    for (size_t i = 0; i < length; i++)
        done += (size_t)snprintf(out + done, 16 - done, "\\x%02x", (unsigned char)at[i]);
    return done;
}

/* Writes the character (or bad byte) at `at` in a form's escape; *ret_taken is how many bytes of it that was. */
static size_t escape(enum log_format format, const char *at, char out[16], size_t *ret_taken) {
    static const char LETTERS[] = "\"\"\\\\\nn\rr\tt"; /* pairs: the byte, its letter */
    unsigned char byte = (unsigned char)*at;
    size_t taken = utf8_length(at);
    bool is_json = format == LOG_FORMAT_JSON;
    *ret_taken = taken > 0 ? taken : 1;
    for (size_t i = 0; i + 1 < sizeof LETTERS - 1; i += 2)
        if (LETTERS[i] == *at)
            return (size_t)snprintf(out, 16, "\\%c", LETTERS[i + 1]);
    if (taken == 0)
        return is_json ? (size_t)snprintf(out, 16, "\\ufffd") : (size_t)snprintf(out, 16, "\\x%02x", byte);
    if (byte < 0x20 || byte == 0x7F)
        return (size_t)snprintf(out, 16, is_json ? "\\u00%02x" : "\\x%02x", byte);
    if (taken > 1) { /* eight-bit terminals obey some, readers take others for the end of a line, or read backwards */
        uint32_t code = utf8_decode(at, taken, &taken);
        if (utf8_is_obeyed(code))
            return escape_obeyed(is_json, at, taken, code, out);
    }
    memcpy(out, at, taken);
    return taken;
}

static bool is_bare(const char *text) {
    char escaped[16];
    size_t taken;
    if (*text == '\0')
        return false;
    for (const char *at = text; *at; at += taken) {
        size_t length = escape(LOG_FORMAT_TEXT, at, escaped, &taken);
        if (*at == ' ' || *at == '=' || length != taken || memcmp(at, escaped, taken) != 0)
            return false;
    }
    return true;
}

static void put_string(struct log_line *line, const char *text) {
    bool is_quoted = line->format == LOG_FORMAT_JSON || !is_bare(text);
    char escaped[16];
    size_t taken;
    if (is_quoted && !put_text(line, "\""))
        return;
    for (const char *at = text; *at; at += taken) {
        size_t length = escape(line->format, at, escaped, &taken);
        if (length + is_quoted > room(line)) { /* the closing quote must still fit */
            if (is_quoted)
                (void)put_text(line, "\"");
            line->is_cut = true;
            return;
        }
        (void)put(line, escaped, length);
    }
    if (is_quoted)
        (void)put_text(line, "\"");
}

/* --- Values ---------------------------------------------------------------------------------------------------------
 */

/* Takes as much as fits of what vsnprintf would have written; `wanted` is its result. */
static void grow(struct value *value, int wanted) {
    size_t left = sizeof value->text - value->length;
    if (wanted < 0)
        return;
    if ((size_t)wanted >= left)
        value->is_cut = true;
    value->length += (size_t)wanted < left ? (size_t)wanted : left - 1;
}

/* A conversion's parts: "%-8.3" and "ll" and 'd'. */
struct spec {
    char text[SPEC_SIZE];
    int longs; /* 'l' 1, "ll" 2, as 'j' and, on what we build for, 'z' and 't' */
    char letter;
};

/* Returns what stands behind the conversion, or NULL for one that is not taken. */
static const char *read_spec(const char *at, struct spec *spec) {
    size_t length = strspn(at + 1, "-+ #0123456789.") + 1;
    *spec = (struct spec){.longs = 0};
    if (length + 4 > sizeof spec->text)
        return NULL;
    memcpy(spec->text, at, length);
    for (at += length; *at && strchr("hlzjt", *at); at++)
        spec->longs += *at == 'h' ? 0 : *at == 'l' ? 1 : 2;
    spec->letter = *at;
    if (!*at || !strchr("diuxXscfFeEgG", *at))
        return NULL;
    if (strchr("diuxX", *at)) { /* every integer is printed as a long long */
        spec->text[length++] = 'l';
        spec->text[length++] = 'l';
    }
    spec->text[length] = *at;
    return at + 1;
}

static long long take_signed(const struct spec *spec, struct arguments *arguments) {
    return spec->longs == 0   ? va_arg(arguments->list, int)
           : spec->longs == 1 ? va_arg(arguments->list, long)
                              : va_arg(arguments->list, long long);
}

static unsigned long long take_unsigned(const struct spec *spec, struct arguments *arguments) {
    return spec->longs == 0   ? va_arg(arguments->list, unsigned)
           : spec->longs == 1 ? va_arg(arguments->list, unsigned long)
                              : va_arg(arguments->list, unsigned long long);
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* built above, one conversion of a known type */
static const char *convert(struct value *value, const char *at, struct arguments *arguments) {
    struct spec spec;
    char *out = value->text + value->length;
    size_t left = sizeof value->text - value->length;
    const char *behind = read_spec(at, &spec);
    if (!behind)
        return NULL;
    switch (spec.letter) {
    case 'd':
    case 'i':
        value->numbers++;
        grow(value, snprintf(out, left, spec.text, take_signed(&spec, arguments)));
        break;
    case 'x':
    case 'X':
    case 'u':
        *(spec.letter == 'u' ? &value->numbers : &value->texts) += 1;
        grow(value, snprintf(out, left, spec.text, take_unsigned(&spec, arguments)));
        break;
    case 'c':
        value->texts++;
        grow(value, snprintf(out, left, spec.text, va_arg(arguments->list, int)));
        break;
    case 's': {
        const char *text = va_arg(arguments->list, const char *);
        value->texts++;
        value->is_absent = value->is_absent || !text;
        grow(value, snprintf(out, left, spec.text, text ? text : ""));
        break;
    }
    default:
        value->numbers++;
        grow(value, snprintf(out, left, spec.text, va_arg(arguments->list, double)));
        break;
    }
    return behind;
}
#pragma GCC diagnostic pop

/* Reads one VALUE of the format. NULL where the format is not one: then the arguments are not known any more. */
static const char *read_value(struct value *value, const char *at, struct arguments *arguments) {
    bool is_quoted = *at == '"';
    char end = is_quoted ? '"' : ' ';
    *value = (struct value){.length = 0};
    for (at += is_quoted; *at && *at != end;) {
        if (*at == '%' && at[1] != '%') {
            at = convert(value, at, arguments);
            if (!at)
                return NULL;
            continue;
        }
        at += *at == '%';
        value->literals++;
        grow(value, snprintf(value->text + value->length, sizeof value->text - value->length, "%c", *at++));
    }
    return at + (is_quoted && *at);
}

/* The part of a character that a cut has left behind goes too. */
static void trim(struct value *value) {
    size_t back = 0;
    if (!value->is_cut)
        return;
    while (back < 3 && back < value->length && ((unsigned char)value->text[value->length - 1 - back] & 0xC0) == 0x80)
        back++;
    if (back < value->length && (unsigned char)value->text[value->length - 1 - back] >= 0xC0 &&
        utf8_length(value->text + value->length - 1 - back) == 0)
        value->text[value->length -= back + 1] = '\0';
}

static const char *skip_digits(const char *at) {
    return at + strspn(at, "0123456789");
}

/* RFC 8259's grammar: no infinity, no leading zeros. */
static bool is_number_text(const char *at) {
    at += *at == '-';
    const char *whole = at;
    at = skip_digits(at);
    if (at == whole || (*whole == '0' && at > whole + 1))
        return false;
    if (*at == '.') {
        const char *fraction = ++at;
        at = skip_digits(at);
        if (at == fraction)
            return false;
    }
    if (*at == 'e' || *at == 'E') {
        at += at[1] == '+' || at[1] == '-' ? 2 : 1;
        const char *exponent = at;
        at = skip_digits(at);
        if (at == exponent)
            return false;
    }
    return *at == '\0';
}

/* Whether it stands in JSON without quotes. Text does not, whatever it looks like: a version, an id. */
static bool is_json_number(const struct value *value) {
    bool is_one = value->texts == 0 && (value->numbers == 0 || (value->numbers == 1 && value->literals == 0));
    return is_one && is_number_text(value->text);
}

static void put_field(struct log_line *line, const char *key, size_t key_length, const struct value *value) {
    bool is_json = line->format == LOG_FORMAT_JSON;
    size_t before = line->length;
    bool fits =
        put_text(line, is_json ? ",\"" : " ") && put(line, key, key_length) && put_text(line, is_json ? "\":" : "=");
    /* A number is whole or not there, and of a string there is more than its quotes. */
    size_t least = is_json_number(value) ? value->length : value->length > 0 ? 18 : 2;
    if (!fits || least > room(line)) {
        line->length = before;
        line->is_cut = true;
        return;
    }
    if (is_json && is_json_number(value))
        (void)put(line, value->text, value->length);
    else
        put_string(line, value->text);
    line->is_cut = line->is_cut || value->is_cut;
}

void log_line_fields(struct log_line *line, const char *format, va_list args) {
    static const char WORD[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
    struct arguments arguments;
    va_copy(arguments.list, args);
    while (*(format += strspn(format, " ")) != '\0') {
        struct value value;
        const char *key = format;
        size_t length = strspn(key, WORD);
        bool is_field = length > 0 && key[length] == '=';
        format = read_value(&value, is_field ? key + length + 1 : key, &arguments);
        if (!format) {
            line->is_cut = true;
            break;
        }
        trim(&value);
        bool was_cut = line->is_cut;
        line->is_cut = false; /* a long value does not keep the next ones out */
        if (!value.is_absent)
            put_field(line, is_field ? key : "detail", is_field ? length : strlen("detail"), &value);
        line->is_cut = line->is_cut || was_cut;
    }
    va_end(arguments.list);
}

void log_line_begin(struct log_line *line, enum log_format format, const char *head, const char *time,
                    const char *level, const char *event) {
    line->format = format;
    line->length = 0;
    line->is_cut = false;
    if (format == LOG_FORMAT_TEXT) {
        (void)put_text(line, head);
        (void)put_text(line, event);
        return;
    }
    (void)put_text(line, "{\"time\":\"");
    (void)put_text(line, time);
    (void)put_text(line, "\",\"level\":\"");
    (void)put_text(line, level);
    (void)put_text(line, "\",\"event\":\"");
    (void)put_text(line, event);
    (void)put_text(line, "\"");
}

void log_line_end(struct log_line *line) {
    bool is_json = line->format == LOG_FORMAT_JSON;
    const char *end = line->is_cut ? (is_json ? CUT_JSON : CUT_TEXT) : is_json ? "}\n" : "\n";
    memcpy(line->text + line->length, end, strlen(end)); /* room() has kept the place */
    line->length += strlen(end);
}
