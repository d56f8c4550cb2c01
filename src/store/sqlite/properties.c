/* The stored text of properties, a JSON object of texts as sqlite_row_write_properties writes it, where many rows are
 * read: by hand, and in place. What is written otherwise is left to SQLite. */

#include <string.h>

#include "store/sqlite/rows.h"

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

/* Takes the text at *at, and ends it with a NUL where it stands. NULL where there is none that is known here. */
static const char *take_text(char **at) {
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

/* False where the text is another than is written. */
static bool parse(char *at, struct property *properties, size_t *ret_count) {
    size_t count = 0;
    char before = '{';
    while (*at == before) {
        struct property *property = &properties[count++];
        at++;
        property->key = take_text(&at);
        if (!property->key || *at++ != ':')
            return false;
        property->value = take_text(&at);
        if (!property->value)
            return false;
        before = ',';
    }
    *ret_count = count;
    return count > 0 && at[0] == '}' && at[1] == '\0';
}

enum cxd_err sqlite_properties_read(struct db *db, const char *json, size_t length, struct arena *arena,
                                    struct response *response, struct error *err) {
    size_t quotes = 0;
    for (size_t i = 0; i < length; i++)
        quotes += json[i] == '"';
    char *copy = arena_strndup(arena, json, length);
    /* Each has four, and what breaks off in the middle of one is noticed behind it. */
    struct property *properties = arena_alloc(arena, (quotes / 4 + 1) * sizeof *properties);
    if (!copy || !properties)
        return error_set(err, ERR_NO_MEMORY, "no memory to read properties");
    if (!parse(copy, properties, &response->property_count))
        return sqlite_row_read_properties(db, json, arena, response, err);
    response->properties = properties;
    return CXD_OK;
}
