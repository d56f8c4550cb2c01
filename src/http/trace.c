/* What a client may call its request; connection.c asks at the header block. */

#include "http/trace.h"

#include <string.h>

static bool is_id_char(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (c != '\0' && strchr("-._~+/=:", c));
}

/* Optional white space around a value is none of it (RFC 9110 §5.5). */
static size_t strip(const char **value, size_t length) {
    while (length > 0 && ((*value)[length - 1] == ' ' || (*value)[length - 1] == '\t'))
        length--;
    while (length > 0 && (**value == ' ' || **value == '\t')) {
        ++*value;
        length--;
    }
    return length;
}

bool trace_take_id(struct trace *trace, const char *value, size_t length) {
    length = strip(&value, length);
    if (length < 1 || length > TRACE_REQUEST_ID_MAX)
        return false;
    for (size_t i = 0; i < length; i++)
        if (!is_id_char(value[i]))
            return false;
    memcpy(trace->request_id, value, length);
    trace->request_id[length] = '\0';
    return true;
}

static bool is_hex(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (!((text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f')))
            return false;
    return true;
}

static bool is_zero(const char *text, size_t length) {
    return strspn(text, "0") >= length;
}

bool trace_take_parent(struct trace *trace, const char *value, size_t length) {
    enum { VERSION = 0, TRACE = 3, SPAN = 36, FLAGS = 53, END = 55 };
    length = strip(&value, length);
    if (length < END || value[TRACE - 1] != '-' || value[SPAN - 1] != '-' || value[FLAGS - 1] != '-')
        return false;
    if (!is_hex(value + VERSION, 2) || !is_hex(value + TRACE, 32) || !is_hex(value + SPAN, 16) ||
        !is_hex(value + FLAGS, 2))
        return false;
    if (memcmp(value, "ff", 2) == 0 || is_zero(value + TRACE, 32) || is_zero(value + SPAN, 16))
        return false;
    if (length > END && (memcmp(value, "00", 2) == 0 || value[END] != '-'))
        return false;
    memcpy(trace->trace_id, value + TRACE, TRACE_ID_SIZE - 1);
    memcpy(trace->span_id, value + SPAN, TRACE_SPAN_SIZE - 1);
    trace->trace_id[TRACE_ID_SIZE - 1] = trace->span_id[TRACE_SPAN_SIZE - 1] = '\0';
    return true;
}
