#ifndef CXD_BASE_LOG_LINE_H
#define CXD_BASE_LOG_LINE_H

#include <stdarg.h>

#include "cxd/base/log.h"

/* One record on its way to be a line, in either form. Whatever the values hold, the result is one line of at most
 * LOG_LINE_SIZE bytes in valid UTF-8, and in JSON one object. */

enum { LOG_LINE_SIZE = 2048 };

struct log_line {
    enum log_format format;
    char text[LOG_LINE_SIZE];
    size_t length;
    bool is_cut; /* something did not fit; the line says so */
};

/* `head` stands before the event in the text form ("<4>", or a time and a blank); `time` and `level` go into the
 * object. */
void log_line_begin(struct log_line *line, enum log_format format, const char *head, const char *time,
                    const char *level, const char *event);
/* As log_record takes it. */
void log_line_fields(struct log_line *line, const char *format, va_list args);
/* Ends the line with its newline; the length is then line->length. */
void log_line_end(struct log_line *line);

#endif
