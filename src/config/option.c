/* The option table and its types: what a value looks like and where it goes. ini.c and config.c bring values here,
 * from files and from the environment; sample.c prints what the table says. */

#include "config/option.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cxd/base/address.h"
#include "cxd/base/calendar.h"
#include "cxd/base/clock.h"
#include "cxd/base/utf8.h"
#include "cxd/store/url.h"

#define ROW(is_live, section, key, type, field, fallback, least, most, choices, text)                                  \
    {#section,                                                                                                         \
     #key,                                                                                                             \
     OPTION_##type,                                                                                                    \
     offsetof(struct config, field),                                                                                   \
     sizeof(((struct config *)0)->field),                                                                              \
     fallback,                                                                                                         \
     least,                                                                                                            \
     most,                                                                                                             \
     choices,                                                                                                          \
     text,                                                                                                             \
     is_live},

const struct option OPTIONS[OPTION_COUNT] = {
#define OPTION(...) ROW(false, __VA_ARGS__)
#define LIVE_OPTION(...) ROW(true, __VA_ARGS__)
#include "config/options.def"
#undef OPTION
};

const struct option *option_find(const char *section, const char *key) {
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (strcmp(OPTIONS[i].section, section) == 0 && strcmp(OPTIONS[i].key, key) == 0)
            return &OPTIONS[i];
    return NULL;
}

bool option_section_exists(const char *section) {
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (strcmp(OPTIONS[i].section, section) == 0)
            return true;
    return false;
}

/* Digits alone: no sign, no blank. */
static bool parse_number(const char *text, const char **ret_end, int64_t *ret_number) {
    int64_t number = 0;
    const char *at = text;
    for (; *at >= '0' && *at <= '9'; at++)
        if (__builtin_mul_overflow(number, 10, &number) || __builtin_add_overflow(number, *at - '0', &number))
            return false;
    if (at == text)
        return false;
    *ret_end = at;
    *ret_number = number;
    return true;
}

static bool parse_integer(const char *text, int64_t *ret_number) {
    const char *end;
    int64_t number;
    if (!parse_number(text, &end, &number) || *end)
        return false;
    *ret_number = number;
    return true;
}

static const struct {
    char letter;
    int shift;
} SIZES[] = {{'G', 30}, {'M', 20}, {'K', 10}, {'\0', 0}};

static bool parse_bytes(const char *text, int64_t *ret_bytes) {
    const char *end;
    int64_t number;
    if (!parse_number(text, &end, &number) || (*end && end[1]))
        return false;
    for (size_t i = 0; i < CXD_COUNT(SIZES); i++)
        if (*end == SIZES[i].letter)
            return !__builtin_mul_overflow(number, (int64_t)1 << SIZES[i].shift, ret_bytes);
    return false;
}

/* The index of `value` among "a|b|c", -1 if it is none of them. */
static int choice_index(const char *choices, const char *value) {
    size_t length = strlen(value);
    for (int index = 0;; index++) {
        size_t word = strcspn(choices, "|");
        if (word == length && memcmp(choices, value, length) == 0)
            return index;
        if (choices[word] == '\0')
            return -1;
        choices += word + 1;
    }
}

static bool word_valid(const struct option *option, const char *value) {
    switch (option->type) {
    case OPTION_LISTEN: {
        char host[64];
        uint16_t port;
        /* Whether it may be empty is its least length. */
        return value[0] == '\0' || config_split_listen(value, host, sizeof host, &port, NULL);
    }
    case OPTION_URL:
        return store_url_is_valid(value);
    case OPTION_ZONE:
        return calendar_has_zone(value);
    case OPTION_WORD:
        return choice_index(option->choices, value) >= 0;
    case OPTION_NETWORKS: {
        struct network_list list;
        return network_list_parse(value, &list);
    }
    default:
        return true;
    }
}

static bool set_text(const struct option *option, const char *value, char *field) {
    size_t length = strlen(value);
    bool is_word = option->type == OPTION_WORD;
    if (length >= option->size || (!is_word && ((int64_t)length < option->least || (int64_t)length > option->most)))
        return false;
    if (!word_valid(option, value))
        return false;
    memcpy(field, value, length + 1);
    return true;
}

bool option_set(const struct option *option, const char *value, struct config *config) {
    char *field = (char *)config + option->offset;
    int64_t number;
    bool parsed;
    if (utf8_count(value) == SIZE_MAX || utf8_has_control(value, false))
        return false;
    switch (option->type) {
    case OPTION_INTEGER:
        parsed = parse_integer(value, &number);
        break;
    case OPTION_DURATION:
        parsed = duration_parse(value, &number);
        break;
    case OPTION_MILLISECONDS:
        parsed = duration_parse_ms(value, &number);
        break;
    case OPTION_BYTES:
        parsed = parse_bytes(value, &number);
        break;
    case OPTION_CHOICE: {
        int index = choice_index(option->choices, value);
        if (index < 0)
            return false;
        *(enum config_read *)field = (enum config_read)index;
        return true;
    }
    default:
        return set_text(option, value, field);
    }
    if (!parsed || number < option->least || number > option->most)
        return false;
    memcpy(field, &number, sizeof number);
    return true;
}

/* A bound in the largest unit that divides it: "64K", "7d". */
static const char *show_bytes(int64_t bytes, char out[24]) {
    size_t unit = 0;
    while (SIZES[unit].shift > 0 && (bytes == 0 || bytes % ((int64_t)1 << SIZES[unit].shift) != 0))
        unit++;
    snprintf(out, 24, "%lld%.1s", (long long)(bytes >> SIZES[unit].shift), &SIZES[unit].letter);
    return out;
}

static const char *show_duration(int64_t seconds, char out[24]) {
    const int64_t day = 86400;
    bool days = seconds > 0 && seconds % day == 0;
    snprintf(out, 24, days ? "%lldd" : "%lld", (long long)(days ? seconds / day : seconds));
    return out;
}

static void describe_choices(const char *choices, char *out, size_t size) {
    size_t length = (size_t)snprintf(out, size, "one of ");
    for (; *choices && length + 3 < size; choices++) {
        if (*choices == '|')
            out[length++] = ',';
        out[length++] = *choices == '|' ? ' ' : *choices;
    }
    out[length] = '\0';
}

const char *option_takes(const struct option *option, char out[OPTION_TAKES_SIZE]) {
    size_t size = OPTION_TAKES_SIZE;
    char least[24];
    char most[24];
    char forms[48];
    switch (option->type) {
    case OPTION_INTEGER:
        snprintf(out, size, "a whole number from %lld to %lld", (long long)option->least, (long long)option->most);
        break;
    case OPTION_DURATION:
        snprintf(out, size, "a duration (seconds, or 30s, 5m, 1h, 7d) from %s to %s",
                 show_duration(option->least, least), show_duration(option->most, most));
        break;
    case OPTION_MILLISECONDS:
        snprintf(out, size, "a duration (seconds, or 250ms, 30s, 5m, 1h, 7d) from %s to %s",
                 show_duration(option->least / 1000, least), show_duration(option->most / 1000, most));
        break;
    case OPTION_BYTES:
        snprintf(out, size, "a size (bytes, or 64K, 8M, 1G) from %s to %s", show_bytes(option->least, least),
                 show_bytes(option->most, most));
        break;
    case OPTION_CHOICE:
    case OPTION_WORD:
        describe_choices(option->choices, out, size);
        break;
    case OPTION_LISTEN:
        snprintf(out, size, "ADDRESS:PORT (as 127.0.0.1:8080 or [::1]:8080) or a port%s",
                 option->least == 0 ? ", or nothing" : "");
        break;
    case OPTION_URL:
        snprintf(out, size, "a storage URL (%s; for a store to throw away, one in a temporary directory)",
                 store_url_forms(forms, sizeof forms));
        break;
    case OPTION_ZONE:
        snprintf(out, size, "a time zone that this machine knows (UTC, or an IANA name as Europe/Berlin)");
        break;
    case OPTION_NETWORKS:
        snprintf(out, size, "a list of networks (as 10.0.0.0/8, 2001:db8::/32, ::1 or unix), apart by commas");
        break;
    case OPTION_TEXT:
        snprintf(out, size, "text of at most %lld bytes without control characters", (long long)option->most);
        break;
    }
    return out;
}

const char *option_variable(const struct option *option, char out[OPTION_NAME_SIZE]) {
    snprintf(out, OPTION_NAME_SIZE, "CXD_%s_%s", option->section, option->key);
    for (char *at = out; *at; at++)
        *at = (char)toupper((unsigned char)*at);
    return out;
}

const char *option_show_value(const struct option *option, const char *value, char out[SHOWN_SIZE]) {
    char shown[CONFIG_TEXT_SIZE];
    return option_show(option->type == OPTION_URL ? store_url_show(value, shown, sizeof shown) : value, out);
}

const char *option_show(const char *value, char out[SHOWN_SIZE]) {
    enum { SHOWN = 48 };
    size_t length = 0;
    size_t in = 0;
    for (; value[in] && length < SHOWN; in++) {
        unsigned char byte = (unsigned char)value[in];
        unsigned char next = (unsigned char)value[in + 1];
        bool is_c1 = byte == 0xC2 && next >= 0x80 && next <= 0x9F; /* in UTF-8 these are two bytes */
        out[length++] = byte < 0x20 || byte == 0x7F || is_c1 ? '?' : value[in];
        in += is_c1;
    }
    if (value[in]) {
        while (length > 0 && ((unsigned char)value[in] & 0xC0) == 0x80) {
            length--;
            in--;
        }
        memcpy(out + length, "...", 3);
        length += 3;
    }
    out[length] = '\0';
    if (utf8_count(out) == SIZE_MAX) {
        for (char *at = out; *at; at++)
            if ((unsigned char)*at >= 0x80)
                *at = '?';
    }
    return out;
}
