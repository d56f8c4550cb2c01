/* The stored text of properties and of answers to further questions: JSON objects by key, read by hand and in place.
 * What was said for OPTION_OTHER stands behind its answer, under the key with "/other" behind it, which no key has.
 * Nobody else writes them, so that what reads otherwise is damage. */

#include "store/stored.h"

#include <stddef.h>
#include <string.h>

/* --- Texts ----------------------------------------------------------------------------------------------------------
 */

static int hex_digit(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Of \uXXXX: writes the character, of which UTF-8 is shorter, and returns the end of it; NULL where it is half of a
 * pair, or none. */
static char *write_code(char *out, const char *digits) {
    unsigned code = 0;
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(digits[i]);
        if (digit < 0)
            return NULL;
        code = code << 4 | (unsigned)digit;
    }
    if (code == 0 || (code >= 0xD800 && code <= 0xDFFF))
        return NULL;
    if (code < 0x80) {
        *out++ = (char)code;
    } else if (code < 0x800) {
        *out++ = (char)(0xC0 | code >> 6);
        *out++ = (char)(0x80 | (code & 0x3F));
    } else {
        *out++ = (char)(0xE0 | code >> 12);
        *out++ = (char)(0x80 | (code >> 6 & 0x3F));
        *out++ = (char)(0x80 | (code & 0x3F));
    }
    return out;
}

const char *stored_take_text(char **at) {
    static const char LETTERS[] = "\"\\/bfnrt", MEANT[] = "\"\\/\b\f\n\r\t";
    char *from = *at, *text = from + 1, *out = text;
    if (*from++ != '"')
        return NULL;
    while (*from != '"') {
        if (*from == '\0')
            return NULL;
        if (*from != '\\') {
            *out++ = *from++;
            continue;
        }
        const char *letter = from[1] ? strchr(LETTERS, from[1]) : NULL;
        if (letter) {
            *out++ = MEANT[letter - LETTERS];
            from += 2;
            continue;
        }
        out = from[1] == 'u' ? write_code(out, from + 2) : NULL;
        if (!out)
            return NULL;
        from += 6;
    }
    *out = '\0';
    *at = from + 1;
    return text;
}

/* --- Answers --------------------------------------------------------------------------------------------------------
 */

static const char OTHER_END[] = "/other";

static void write_value(struct buffer *buf, const struct answer *answer) {
    if (answer->form == ANSWER_NUMBER) {
        buffer_append_int(buf, answer->number);
    } else if (answer->form == ANSWER_TEXT) {
        buffer_append_json(buf, answer->text);
    } else {
        for (size_t i = 0; i < answer->value_count; i++) {
            buffer_append_char(buf, i == 0 ? '[' : ',');
            buffer_append_json(buf, answer->values[i]);
        }
        buffer_append_char(buf, ']');
    }
}

void stored_write_answers(struct buffer *buf, const struct answer *answers, size_t count) {
    char before = '{';
    for (size_t i = 0; i < count; i++) {
        const struct answer *answer = &answers[i];
        if (answer->form == ANSWER_ODD || (answer->form == ANSWER_LIST && answer->value_count == 0))
            continue;
        buffer_append_char(buf, before);
        buffer_append_json(buf, answer->key);
        buffer_append_char(buf, ':');
        write_value(buf, answer);
        if (answer->other) { /* a key needs no escapes */
            buffer_append_text(buf, ",\"");
            buffer_append_text(buf, answer->key);
            buffer_append_text(buf, OTHER_END);
            buffer_append_text(buf, "\":");
            buffer_append_json(buf, answer->other);
        }
        before = ',';
    }
    if (before == ',')
        buffer_append_char(buf, '}');
}

/* What is read, as far as it is. */
struct reading {
    char *at;
    struct answer *answers;
    size_t count;
    const char **values; /* where the next list goes */
};

static bool take_number(struct reading *reading, int *ret_number) {
    enum { DIGITS_MAX = 9 };
    bool is_negative = *reading->at == '-';
    int number = 0, digits = 0;
    for (reading->at += is_negative; *reading->at >= '0' && *reading->at <= '9' && digits < DIGITS_MAX; digits++)
        number = 10 * number + (*reading->at++ - '0');
    *ret_number = is_negative ? -number : number;
    return digits > 0;
}

static bool take_list(struct reading *reading, struct answer *answer) {
    char before = '[';
    answer->values = reading->values;
    while (*reading->at == before) {
        reading->at++;
        const char *value = stored_take_text(&reading->at);
        if (!value)
            return false;
        reading->values[answer->value_count++] = value;
        before = ',';
    }
    reading->values += answer->value_count;
    return answer->value_count > 0 && *reading->at++ == ']';
}

static bool take_value(struct reading *reading, struct answer *answer) {
    switch (*reading->at) {
    case '"':
        answer->form = ANSWER_TEXT;
        answer->text = stored_take_text(&reading->at);
        return answer->text;
    case 'n':
        answer->form = ANSWER_TEXT;
        if (strncmp(reading->at, "null", 4) != 0)
            return false;
        reading->at += 4;
        return true;
    case '[':
        answer->form = ANSWER_LIST;
        return take_list(reading, answer);
    default:
        answer->form = ANSWER_NUMBER;
        return take_number(reading, &answer->number);
    }
}

/* Whether the key is that of what was said for OPTION_OTHER, to the answer before it. */
static bool is_other_of(const char *key, const struct answer *answer) {
    size_t length = strlen(answer->key);
    return strncmp(key, answer->key, length) == 0 && strcmp(key + length, OTHER_END) == 0;
}

static bool take_member(struct reading *reading) {
    const char *key = stored_take_text(&reading->at);
    if (!key || *reading->at++ != ':')
        return false;
    struct answer *last = reading->count > 0 ? &reading->answers[reading->count - 1] : NULL;
    if (last && is_other_of(key, last)) {
        last->other = last->other ? NULL : stored_take_text(&reading->at);
        return last->other;
    }
    if (last && strcmp(last->key, key) >= 0)
        return false;
    struct answer *answer = &reading->answers[reading->count++];
    *answer = (struct answer){.key = key};
    return take_value(reading, answer);
}

static bool take_all(struct reading *reading) {
    char before = '{';
    while (*reading->at == before) {
        reading->at++;
        if (!take_member(reading))
            return false;
        before = ',';
    }
    return reading->count > 0 && reading->at[0] == '}' && reading->at[1] == '\0';
}

enum cxd_err stored_read_answers(const char *json, size_t length, struct arena *arena, struct response *response,
                                 struct error *err) {
    size_t quotes = 0;
    for (size_t i = 0; i < length; i++)
        quotes += json[i] == '"';
    /* Each key and each value has two, and what breaks off in the middle of one is noticed behind it. */
    size_t most = quotes / 2 + 1;
    struct reading reading = {.at = arena_strndup(arena, json, length),
                              .answers = arena_alloc(arena, most * sizeof *reading.answers),
                              .values = arena_alloc(arena, most * sizeof *reading.values)};
    if (!reading.at || !reading.answers || !reading.values)
        return error_set(err, ERR_NO_MEMORY, "no memory to read answers");
    if (strlen(reading.at) != length || !take_all(&reading))
        return error_set(err, ERR_STORAGE, "the stored answers of a response cannot be read");
    response->answers = reading.answers;
    response->answer_count = reading.count;
    return CXD_OK;
}

/* --- Properties -----------------------------------------------------------------------------------------------------
 */

void stored_write_properties(struct buffer *buf, const struct property *properties, size_t count) {
    for (size_t i = 0; i < count; i++) {
        buffer_append_char(buf, i == 0 ? '{' : ',');
        buffer_append_json(buf, properties[i].key);
        buffer_append_char(buf, ':');
        buffer_append_json(buf, properties[i].value);
    }
    if (count > 0)
        buffer_append_char(buf, '}');
}

bool stored_take_properties(char *at, struct property *properties, size_t *ret_count) {
    size_t count = 0;
    char before = '{';
    while (*at == before) {
        struct property *property = &properties[count++];
        at++;
        property->key = stored_take_text(&at);
        if (!property->key || *at++ != ':')
            return false;
        property->value = stored_take_text(&at);
        if (!property->value)
            return false;
        before = ',';
    }
    *ret_count = count;
    return count > 0 && at[0] == '}' && at[1] == '\0';
}

size_t stored_properties_most(const char *json, size_t length) {
    size_t quotes = 0;
    for (size_t i = 0; i < length; i++)
        quotes += json[i] == '"';
    return quotes / 4 + 1;
}
