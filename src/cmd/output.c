/* The last step of a client command: text from the daemon is made harmless for a terminal, and written. */

#include "cmd/output.h"

#include <errno.h>
#include <langinfo.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include "cmd/command.h"
#include "cxd/cmd/cmd.h"

void screen_init(struct screen *screen, FILE *stream) {
    bool is_terminal = isatty(fileno(stream)) == 1;
    const char *no_colour = getenv("NO_COLOR");

    screen->colour = is_terminal && !(no_colour && *no_colour);
    screen->unicode = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    screen->ascii_only = is_terminal && !screen->unicode;
}

/* The code point at `text`, and its length in bytes. A byte that is not UTF-8 counts as a control character of its own. */
static uint32_t decode(const unsigned char *text, size_t left, size_t *ret_length) {
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = *text < 0x80 ? 1 : *text >= 0xf0 ? 4 : *text >= 0xe0 ? 3 : *text >= 0xc2 ? 2 : 0;
    uint32_t code = length < 2 ? *text : *text & (0x7fu >> length);

    *ret_length = 1;
    if (length == 0 || length > left)
        return 0x80;
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return 0x80;
        code = code << 6 | (text[i] & 0x3f);
    }
    if (code < smallest[length] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
        return 0x80;
    *ret_length = length;
    return code;
}

static bool is_obeyed(uint32_t code) {
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x200e && code <= 0x200f) ||
           (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) || code == 0x061c;
}

void screen_append(const struct screen *screen, struct buffer *out, const char *text) {
    size_t left = text ? strlen(text) : 0, length;

    if (!text)
        buffer_append_char(out, '-');
    for (; left > 0; text += length, left -= length) {
        uint32_t code = decode((const unsigned char *)text, left, &length);

        if (is_obeyed(code))
            buffer_append_format(out, code < 0x80 ? "\\x%02x" : "\\u%04x", (unsigned)code);
        else if (code >= 0x80 && screen->ascii_only)
            buffer_append_char(out, '?');
        else
            buffer_append(out, text, length);
    }
}

size_t screen_width(const char *text, size_t length) {
    size_t width = 0, step;

    for (; length > 0; text += step, length -= step) {
        uint32_t code = decode((const unsigned char *)text, length, &step);
        int columns = wcwidth((wchar_t)code);

        width += columns < 0 ? 1 : (size_t)columns;
    }
    return width;
}

void screen_append_bar(const struct screen *screen, struct buffer *out, double fraction, int columns) {
    static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    int parts = screen->unicode ? 8 : 1;
    int length = (int)(fraction * columns * parts + 0.5);

    if (!(fraction > 0))
        return;
    if (length == 0)
        length = 1;
    for (int i = 0; i < length / parts; i++)
        buffer_append_text(out, screen->unicode ? "█" : "#");
    buffer_append_text(out, eighths[length % parts]);
}

const char *screen_paint(const struct screen *screen, enum paint paint) {
    static const char *const codes[] = {"\x1b[0m", "\x1b[1m", "\x1b[32m", "\x1b[33m", "\x1b[31m"};

    return screen->colour ? codes[paint] : "";
}

static void append_line(struct buffer *out, int depth) {
    buffer_append_char(out, '\n');
    for (int i = 0; i < depth; i++)
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
        if (out->length > 0 && out->data && out->data[out->length - 1] != '{' &&
            out->data[out->length - 1] != '[')
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
    for (size_t i = 0; i < length; i++) {
        if (!strchr(" \t\r\n", bytes[i]))
            return bytes[i];
    }
    return '\0';
}

void json_append_safe(struct buffer *out, const char *bytes, size_t length, bool indent) {
    bool in_string = false, is_escaped = false;
    int depth = 0;

    while (length > 0 && strchr(" \t\r\n", bytes[length - 1]))
        length--;
    for (size_t i = 0, step; i < length; i += step) {
        uint32_t code = decode((const unsigned char *)bytes + i, length - i, &step);

        if (code < 0x80 && code != 0x7f && !in_string && indent && code != '"') {
            append_laid_out(out, bytes[i], next_visible(bytes + i + 1, length - i - 1), &depth);
            continue;
        }
        if (code >= 0x7f && is_obeyed(code))
            buffer_append_format(out, "\\u%04x", (unsigned)code);
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

int output_write(const struct buffer *out) {
    if (out->failed) {
        fprintf(stderr, "cxd: out of memory\n");
        return EXIT_REFUSED;
    }
    if (fwrite(out->data, 1, out->length, stdout) != out->length || fflush(stdout) != 0) {
        fprintf(stderr, "cxd: cannot write the output: %s\n", strerror(errno));
        return EXIT_REFUSED;
    }
    return EXIT_OK;
}

void command_complain(const struct command *command, const char *text) {
    struct screen screen;
    struct buffer line;

    screen_init(&screen, stderr);
    buffer_init(&line);
    buffer_append_format(&line, "cxd %s: ", command->name);
    screen_append(&screen, &line, text);
    buffer_append_char(&line, '\n');
    if (!line.failed)
        fwrite(line.data, 1, line.length, stderr);
    buffer_free(&line);
}
