/* HTML, written element by element: what stands between markup is escaped here and nowhere else. */
#include "web/html.h"

#include <stdarg.h>
#include <string.h>

#include "cxd/base/markup.h"

/* Two places, and not what is there: a value may be empty. */
const char HTML_BARE[] = "bare", HTML_NONE[] = "none";

void html_text(struct buffer *out, const char *text) {
    markup_append_text(out, text);
}

static void open_element(struct buffer *out, const char *element, va_list attributes) {
    buffer_append_char(out, '<');
    buffer_append_text(out, element);
    for (const char *name; (name = va_arg(attributes, const char *));) {
        const char *value = va_arg(attributes, const char *);
        if (value == HTML_NONE)
            continue;
        buffer_append_char(out, ' ');
        buffer_append_text(out, name);
        if (value == HTML_BARE)
            continue;
        buffer_append_text(out, "=\"");
        html_text(out, value);
        buffer_append_char(out, '"');
    }
    buffer_append_char(out, '>');
}

void html_open(struct buffer *out, const char *element, ...) {
    va_list attributes;
    va_start(attributes, element);
    open_element(out, element, attributes);
    va_end(attributes);
}

void html_close(struct buffer *out, const char *element) {
    buffer_append_text(out, "</");
    buffer_append_text(out, element);
    buffer_append_char(out, '>');
}

void html_element(struct buffer *out, const char *element, const char *text, ...) {
    va_list attributes;
    va_start(attributes, text);
    open_element(out, element, attributes);
    va_end(attributes);
    html_text(out, text);
    html_close(out, element);
}

void html_pattern(struct buffer *out, const char *pattern, const char *zero, const char *one) {
    const char *mark;
    while ((mark = strchr(pattern, '{'))) {
        bool is_place = (mark[1] == '0' || mark[1] == '1') && mark[2] == '}';
        markup_append(out, pattern, (size_t)(mark - pattern) + !is_place);
        if (is_place)
            html_text(out, mark[1] == '0' ? zero : one);
        pattern = mark + (is_place ? 3 : 1);
    }
    html_text(out, pattern);
}

void html_url_value(struct buffer *url, const char *value) {
    for (; *value; value++) {
        bool is_plain = (*value >= 'a' && *value <= 'z') || (*value >= 'A' && *value <= 'Z') ||
                        (*value >= '0' && *value <= '9') || strchr("-_.~", *value);
        if (is_plain)
            buffer_append_char(url, *value);
        else
            buffer_append_format(url, "%%%02X", (unsigned char)*value);
    }
}
