/* The last step of every command, and the only place of cmd/ that writes what others wrote: text from a daemon, a
 * database, a file or the command line is made harmless for a terminal, and bounded. */

#include "cmd/output.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "cxd/base/utf8.h"
#include "cxd/cmd/cmd.h"

/* Steps that a line of JSON is set in at most. */
enum { INDENT_MAX = 16, COLUMNS_USUAL = 80, COLUMNS_MOST = 1000 };

/* Who sets COLUMNS for a command means it. */
static size_t columns_of(FILE *stream, bool *ret_is_given) {
    const char *given = getenv("COLUMNS");
    long columns = given ? strtol(given, NULL, 10) : 0;
    struct winsize size;

    *ret_is_given = columns > 0;

    if (columns <= 0 && ioctl(fileno(stream), TIOCGWINSZ, &size) == 0)
        columns = size.ws_col;
    return columns <= 0 ? COLUMNS_USUAL : columns < COLUMNS_MOST ? (size_t)columns : COLUMNS_MOST;
}

void screen_init(struct screen *screen, FILE *stream) {
    bool is_terminal = isatty(fileno(stream)) == 1;
    const char *no_colour = getenv("NO_COLOR"), *terminal = getenv("TERM");
    bool is_dumb = terminal && strcmp(terminal, "dumb") == 0;

    screen->colour = is_terminal && !is_dumb && !(no_colour && *no_colour);
    screen->columns = columns_of(stream, &screen->fits);
    screen->fits = screen->fits || is_terminal;
    screen->unicode = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    screen->ascii_only = is_terminal && !screen->unicode;
}

static void append_escape(struct buffer *out, uint32_t code, const char *byte) {
    if (code == UTF8_BAD)
        buffer_append_format(out, "\\x%02x", (unsigned char)*byte);
    else
        buffer_append_format(out, code < 0x80 ? "\\x%02x" : "\\u%04x", (unsigned)code);
}

/* How much of a text is shown as it is, by a look at its bytes. */
static size_t plain_length(const char *text, size_t left) {
    size_t length = 0;

    while (length < left && text[length] >= ' ' && text[length] <= '~')
        length++;
    return length;
}

void screen_append(const struct screen *screen, struct buffer *out, const char *text) {
    size_t left = text ? strlen(text) : 0, length;
    const char *end = text + (left < SCREEN_TEXT_MAX ? left : SCREEN_TEXT_MAX);

    if (!text)
        buffer_append_char(out, '-');
    for (; left > 0; text += length, left -= length) {
        size_t plain = plain_length(text, text < end ? (size_t)(end - text) : 0);
        uint32_t code;

        buffer_append(out, text, plain);
        text += plain;
        left -= plain;
        if (left == 0)
            return;
        if (text >= end) {
            buffer_append_text(out, screen->unicode ? "…" : "...");
            return;
        }
        code = utf8_decode(text, left, &length);
        if (code == UTF8_BAD || utf8_is_obeyed(code))
            append_escape(out, code, text);
        else if (code >= 0x80 && screen->ascii_only)
            buffer_append_char(out, '?');
        else
            buffer_append(out, text, length);
    }
}

size_t screen_width(const char *text, size_t length) {
    size_t width = plain_length(text, length), step;

    text += width;
    length -= width;
    if (length == 0)
        return width;
    /* In the locale "C" no character beyond ASCII has a width, and yet what goes to a file goes as it is. */
    locale_t own = MB_CUR_MAX == 1 ? newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL) : NULL;
    locale_t before = own ? uselocale(own) : NULL;
    for (; length > 0; text += step, length -= step) {
        uint32_t code = utf8_decode(text, length, &step);
        int columns = wcwidth((wchar_t)code);

        width += columns < 0 ? 1 : (size_t)columns;
    }
    if (own) {
        (void)uselocale(before);
        freelocale(own);
    }
    return width;
}

void screen_append_bar(const struct screen *screen, struct buffer *out, double fraction, int columns) {
    static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    int parts = screen->unicode ? 8 : 1;
    int length;

    if (!(fraction > 0))
        return;
    length = (int)((fraction < 1 ? fraction : 1) * columns * parts + 0.5);
    if (length == 0)
        length = 1;
    for (int i = 0; i < length / parts; i++)
        buffer_append_text(out, screen->unicode ? "█" : "#");
    buffer_append_text(out, eighths[length % parts]);
}

const char *number_format(char out[NUMBER_SIZE], double value, int decimals, bool is_signed) {
    if (!isfinite(value))
        return strcpy(out, "?");
    if (fabs(value) >= 1e15)
        snprintf(out, NUMBER_SIZE, is_signed ? "%+.3g" : "%.3g", value);
    else
        snprintf(out, NUMBER_SIZE, is_signed ? "%+.*f" : "%.*f", decimals, value);
    return out;
}

void number_append(struct buffer *out, double value, int decimals) {
    char text[NUMBER_SIZE];

    buffer_append_text(out, number_format(text, value, decimals, false));
}

int64_t number_whole(double value) {
    static const double most = 9e15;

    return (int64_t)(!(value > -most) ? -most : value > most ? most : value);
}

static const char *const paint_codes[] = {"\x1b[0m", "\x1b[1m", "\x1b[32m", "\x1b[33m", "\x1b[31m", "\x1b[36m"};

const char *screen_paint(const struct screen *screen, enum paint paint) {
    return screen->colour ? paint_codes[paint] : "";
}

static void append_line(struct buffer *out, int depth) {
    buffer_append_char(out, '\n');
    for (int i = 0; i < depth && i < INDENT_MAX; i++)
        buffer_append_text(out, "  ");
}

/* One character outside strings: white space of the text is dropped, and the layout's own put in. */
static void append_laid_out(struct buffer *out, char c, char next, int *depth) {
    switch (c) {
    case ' ':
    case '\t':
    case '\r':
    case '\n':
        return;
    case '{':
    case '[':
        buffer_append_char(out, c);
        ++*depth;
        if (next != '}' && next != ']')
            append_line(out, *depth);
        return;
    case '}':
    case ']':
        --*depth;
        if (out->length > 0 && out->data && out->data[out->length - 1] != '{' && out->data[out->length - 1] != '[')
            append_line(out, *depth);
        buffer_append_char(out, c);
        return;
    case ',':
        buffer_append_char(out, c);
        append_line(out, *depth);
        return;
    case ':':
        buffer_append_text(out, ": ");
        return;
    default:
        buffer_append_char(out, c);
    }
}

static char next_visible(const char *bytes, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (!strchr(" \t\r\n", bytes[i]))
            return bytes[i];
    return '\0';
}

/* How much of a JSON string's inside is shown as it is. */
static size_t string_length(const char *text, size_t left) {
    size_t length = 0;

    while (length < left && text[length] >= ' ' && text[length] <= '~' && text[length] != '"' && text[length] != '\\')
        length++;
    return length;
}

void json_append_safe(struct buffer *out, const char *bytes, size_t length, bool indent) {
    bool in_string = false, is_escaped = false;
    int depth = 0;

    while (length > 0 && strchr(" \t\r\n", bytes[length - 1]))
        length--;
    for (size_t i = 0, step; i < length; i += step) {
        uint32_t code;

        step = in_string && !is_escaped ? string_length(bytes + i, length - i) : 0;
        if (step > 0) {
            buffer_append(out, bytes + i, step);
            continue;
        }
        code = utf8_decode(bytes + i, length - i, &step);

        if (code < 0x80 && code != 0x7f && !in_string && indent && code != '"') {
            append_laid_out(out, bytes[i], next_visible(bytes + i + 1, length - i - 1), &depth);
            continue;
        }
        if (code == UTF8_BAD)
            buffer_append_text(out, "\\ufffd");
        else if (code >= 0x7f && utf8_is_obeyed(code))
            buffer_append_format(out, "\\u%04x", (unsigned)code);
        else if (code < 0x20 && code != '\n')
            buffer_append_char(out, ' '); /* outside strings: there is none in them */
        else
            buffer_append(out, bytes + i, step);
        if (is_escaped)
            is_escaped = false;
        else if (in_string && code == '\\')
            is_escaped = true;
        else if (code == '"')
            in_string = !in_string;
    }
    buffer_append_char(out, '\n');
}

/* The length of an attribute of ours at `text`, or 0. */
static size_t paint_length(const char *text, size_t left) {
    for (size_t i = 0; i < CXD_COUNT(paint_codes); i++) {
        size_t length = strlen(paint_codes[i]);

        if (length <= left && memcmp(text, paint_codes[i], length) == 0)
            return length;
    }
    return 0;
}

/* Whatever it is that did not come through screen_append. Lists for other programs have lines that end in CR LF, and
 * text whose direction is theirs: only a terminal is led by marks. */
static void append_filtered(struct buffer *out, const char *text, size_t left, bool is_terminal) {
    for (size_t length; left > 0; text += length, left -= length) {
        size_t plain = plain_length(text, left);
        uint32_t code;

        if (plain > 0) {
            buffer_append(out, text, length = plain);
            continue;
        }
        code = utf8_decode(text, left, &length);
        bool is_break = code == '\n' || code == '\t' || (code == '\r' && left > 1 && text[1] == '\n');
        size_t paint = code == 0x1b && is_terminal ? paint_length(text, left) : 0;

        if (paint > 0)
            length = paint;
        if (code == UTF8_BAD)
            buffer_append_text(out, "\\ufffd");
        else if (utf8_is_obeyed(code) && !is_break && paint == 0 && (code < 0x200e || is_terminal))
            buffer_append_format(out, "\\u%04x", (unsigned)code);
        else
            buffer_append(out, text, length);
    }
}

static bool write_filtered(FILE *stream, const struct buffer *out) {
    struct buffer filtered;
    bool good;

    buffer_init(&filtered);
    append_filtered(&filtered, out->data, out->length, isatty(fileno(stream)) == 1);
    good = !filtered.failed && fwrite(filtered.data, 1, filtered.length, stream) == filtered.length;
    if (filtered.failed)
        errno = ENOMEM;
    buffer_free(&filtered);
    return good && fflush(stream) == 0;
}

int output_write(const struct buffer *out) {
    if (out->failed) {
        complain("out of memory");
        return EXIT_REFUSED;
    }
    if (out->length > 0 && !write_filtered(stdout, out)) {
        complain("cannot write the output: %s", strerror(errno));
        return EXIT_REFUSED;
    }
    return EXIT_OK;
}

void output_explain(const struct buffer *out) {
    if (!out->failed && out->length > 0)
        (void)write_filtered(stderr, out);
}

static void CXD_PRINTF(3, 0) write_line(FILE *stream, const char *start, const char *format, va_list arguments) {
    char *text = NULL;
    struct screen screen;
    struct buffer line;

    if (vasprintf(&text, format, arguments) < 0)
        return;
    screen_init(&screen, stream);
    buffer_init(&line);
    buffer_append_text(&line, start);
    screen_append(&screen, &line, text);
    buffer_append_char(&line, '\n');
    if (!line.failed)
        (void)!fwrite(line.data, 1, line.length, stream);
    buffer_free(&line);
    free(text);
}

void output_line(FILE *stream, const char *format, ...) {
    va_list arguments;

    va_start(arguments, format);
    write_line(stream, "", format, arguments);
    va_end(arguments);
}

void complain(const char *format, ...) {
    va_list arguments;

    va_start(arguments, format);
    write_line(stderr, "cxd: ", format, arguments);
    va_end(arguments);
}
