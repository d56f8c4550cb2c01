/* Names of respondents: the one form of each, wherever it comes in. */
#include "cxd/domain/respondent.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "cxd/base/utf8.h"

/* A name without the blanks around it. */
struct core {
    const char *start;
    size_t length;
    bool is_address;
};

static struct core read_core(const char *name) {
    struct core core = {.start = name};
    size_t signs = 0, sign = 0, length;
    bool is_split = false;
    for (const char *at = name; *at != '\0'; at += length) {
        uint32_t code = utf8_decode(at, strnlen(at, 4), &length);
        if (utf8_is_blank(code))
            continue;
        size_t end = (size_t)(at - core.start);
        if (core.length == 0)
            core.start = at;
        else if (end != core.length)
            is_split = true;
        if (code == '@') {
            signs++;
            sign = (size_t)(at - core.start);
        }
        core.length = (size_t)(at - core.start) + length;
    }
    core.is_address = signs == 1 && !is_split && sign > 0 && sign + 1 < core.length;
    return core;
}

const char *respondent_form(const char *name, struct arena *arena) {
    struct core core = strchr(name, '@') ? read_core(name) : (struct core){0};
    if (!core.is_address)
        return name;
    char *form = arena_strndup(arena, core.start, core.length);
    for (char *at = form; at && *at != '\0'; at++)
        if (*at >= 'A' && *at <= 'Z')
            *at = (char)(*at - 'A' + 'a');
    return form;
}

bool respondent_is(const char *name, const char *text) {
    struct core core = read_core(text);
    return strcasecmp(text, name) == 0 ||
           (strlen(name) == core.length && strncasecmp(core.start, name, core.length) == 0);
}
