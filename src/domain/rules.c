/* Rules of text that surveys and responses share, and the reporting of bad members: used by the two validators only. */
#include "domain/rules.h"

#include "cxd/domain/response.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "cxd/base/utf8.h"

enum { LOCALE_PART_MAX = 8 };

static bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool rules_locale_valid(const char *text) {
    size_t part = 0, i = 0;
    for (; text[i] != '\0'; i++) {
        if (i == RESPONSE_LOCALE_CHARACTERS_MAX)
            return false;
        if (is_alphanumeric(text[i])) {
            if (++part > LOCALE_PART_MAX)
                return false;
        } else if ((text[i] == '-' || text[i] == '_') && part > 0) {
            part = 0;
        } else {
            return false;
        }
    }
    return part > 0;
}

bool property_key_valid(const char *text, size_t max) {
    size_t i = 0;
    for (; text[i] != '\0'; i++)
        if (i == max || !(is_alphanumeric(text[i]) || strchr("_.-", text[i])))
            return false;
    return i > 0;
}

/* True if `child` is `parent` or lies below it. */
static bool pointer_covers(const char *parent, const char *child) {
    size_t length = strlen(parent);
    return strncmp(parent, child, length) == 0 && (child[length] == '\0' || child[length] == '/');
}

bool rules_reported(const struct error *err, const char *pointer) {
    size_t kept = err->member_count < ERROR_MEMBERS_MAX ? err->member_count : ERROR_MEMBERS_MAX;
    for (size_t i = 0; i < kept; i++) {
        const char *known = err->members[i].pointer;
        if (pointer_covers(known, pointer) || pointer_covers(pointer, known))
            return true;
    }
    return false;
}

void rules_report(struct error *err, const char *pointer, const char *format, ...) {
    if (rules_reported(err, pointer))
        return;
    char detail[sizeof err->members[0].detail];
    va_list args;
    va_start(args, format);
    vsnprintf(detail, sizeof detail, format, args);
    va_end(args);
    error_add_member(err, pointer, "%s", detail);
}

void rules_check_text(struct error *err, const char *pointer, const char *text, size_t min, size_t max,
                      bool allow_newlines) {
    if (!text)
        return;
    size_t count = utf8_count(text);
    if (count == SIZE_MAX)
        rules_report(err, pointer, "must be valid UTF-8");
    else if (count < min)
        rules_report(err, pointer, "must not be empty");
    else if (count > max)
        rules_report(err, pointer, "must have at most %zu characters, not %zu", max, count);
    else if (utf8_has_control(text, allow_newlines))
        rules_report(err, pointer, "must not contain %s, or what is no character",
                     allow_newlines ? "control characters other than tab and line ends" : "control characters");
}
