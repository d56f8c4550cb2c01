/* The daemon's voice: cmd/, http/ and ingest/ report events here, one line each, for the journal or a terminal. */

#include "cxd/base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cxd/base/clock.h"

enum { LINE_SIZE = 2048 };

static _Atomic int written_level = LOG_LEVEL_INFO;

void log_set_level(enum log_level level) {
    atomic_store_explicit(&written_level, (int)level, memory_order_relaxed);
}

void log_record(enum log_level level, const char *event, const char *format, ...) {
    static const int SYSLOG_PRIORITY[] = {
        [LOG_LEVEL_ERROR] = 3, [LOG_LEVEL_WARNING] = 4, [LOG_LEVEL_INFO] = 6, [LOG_LEVEL_DEBUG] = 7};
    if ((int)level > atomic_load_explicit(&written_level, memory_order_relaxed))
        return;
    int saved_errno = errno;
    char line[LINE_SIZE];
    char time[TIME_TEXT_SIZE];
    int length;
    if (getenv("JOURNAL_STREAM"))
        length = snprintf(line, sizeof line, "<%d>%s", SYSLOG_PRIORITY[level], event);
    else
        length = snprintf(line, sizeof line, "%s %s", time_format(time, clock_now_ms()), event);
    if (length >= 0 && (size_t)length < sizeof line - 2 && *format) {
        size_t at = (size_t)length;
        line[at++] = ' ';
        va_list args;
        va_start(args, format);
        errno = saved_errno; /* for %m */
        int more = vsnprintf(line + at, sizeof line - at, format, args);
        va_end(args);
        length = more < 0 ? length : (int)at + more;
    }
    size_t end = length < 0 ? 0 : (size_t)length < sizeof line - 1 ? (size_t)length : sizeof line - 2;
    for (size_t i = 0; i < end; i++) {
        if ((unsigned char)line[i] < 0x20) /* a value that missed log_value must not begin a new record */
            line[i] = '?';
    }
    line[end] = '\n';
    ssize_t ignored CXD_UNUSED = write(STDERR_FILENO, line, end + 1);
    errno = saved_errno;
}

/* Writes the escape of one byte and returns its length, at most 4. */
static size_t escape_byte(char out[4], unsigned char byte) {
    static const char HEX[] = "0123456789abcdef";
    static const char LETTERS[] = "\"\"\\\\\nn\rr\tt"; /* pairs: the byte, its letter */
    for (size_t i = 0; i + 1 < sizeof LETTERS - 1; i += 2) {
        if ((unsigned char)LETTERS[i] == byte) {
            memcpy(out, (char[2]){'\\', LETTERS[i + 1]}, 2);
            return 2;
        }
    }
    if (byte >= 0x20 && byte != 0x7F) {
        out[0] = (char)byte;
        return 1;
    }
    memcpy(out, (char[4]){'\\', 'x', HEX[byte >> 4], HEX[byte & 15]}, 4);
    return 4;
}

static bool is_plain(const char *text) {
    for (const char *at = text; *at; at++) {
        if ((unsigned char)*at <= 0x20 || *at == 0x7F || *at == '"' || *at == '\\' || *at == '=')
            return false;
    }
    return *text != '\0';
}

static bool is_continuation(char byte) {
    return ((unsigned char)byte & 0xC0) == 0x80;
}

const char *log_value(char *out, size_t size, const char *text) {
    bool quoted = !is_plain(text);
    size_t length = 0;
    if (size == 0)
        return out;
    if (quoted && size < 3) {
        out[0] = '\0';
        return out;
    }
    size_t room = size - (quoted ? 2 : 1); /* for the quote and the NUL that end it */
    if (quoted)
        out[length++] = '"';
    size_t first = length;
    for (const char *at = text; *at; at++) {
        char escape[4];
        size_t more = escape_byte(escape, (unsigned char)*at);
        if (length + more <= room) {
            memcpy(out + length, escape, more);
            length += more;
            continue;
        }
        if (is_continuation(*at)) { /* cut: not within a character */
            while (length > first && is_continuation(out[length - 1]))
                length--;
            length -= length > first;
        }
        break;
    }
    if (quoted)
        out[length++] = '"';
    out[length] = '\0';
    return out;
}
