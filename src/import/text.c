/* Between a source and who reads characters. An encoding that no mark says is chosen where the first byte stands that
 * is not ASCII: up to there all of them are one, so nothing has to be read twice. Where bytes do not fit what was
 * chosen, the text ends with a fault: two encodings in one file are an error, and never a guess. */
#include "import/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cxd/base/utf8.h"
#include "import/encoding.h"

enum {
    RAW_BYTES = 128 * 1024,
    MADE_BYTES = 3 * RAW_BYTES,
    PAIRS_MAX = 32 /* so many that are UTF-8, one after the other, are no chance */
};

enum cxd_err text_init(struct text *text, struct source *source, enum table_encoding encoding, struct error *err) {
    *text = (struct text){.source = source, .encoding = encoding, .is_forced = encoding != TABLE_ENCODING_GUESS};
    text->raw = malloc(RAW_BYTES);
    text->made = malloc(MADE_BYTES);
    return text->raw && text->made ? CXD_OK : error_set(err, ERR_NO_MEMORY, "no memory to read %s", source->name);
}

void text_free(struct text *text) {
    free(text->raw);
    free(text->made);
    text->raw = text->made = NULL;
}

void text_rewind(struct text *text) {
    source_rewind(text->source);
    text->is_begun = text->is_last = false;
    text->raw_length = text->given = text->pairs = 0;
    text->fault[0] = '\0';
}

static void begin(struct text *text) {
    size_t mark;
    enum table_encoding found = encoding_sniff(text->raw, text->raw_length, &mark);
    text->is_begun = true;
    if (text->encoding == TABLE_ENCODING_GUESS)
        text->encoding = found;
    text->has_mark = mark > 0 && found == text->encoding;
    if (!text->has_mark)
        return;
    text->raw_length -= mark;
    memmove(text->raw, text->raw + mark, text->raw_length);
}

static enum cxd_err fill(struct text *text, struct error *err) {
    size_t got = 0;
    text->raw_length -= text->given;
    memmove(text->raw, text->raw + text->given, text->raw_length);
    text->given = 0;
    if (text->is_last)
        return CXD_OK;
    size_t room = RAW_BYTES - text->raw_length;
    enum cxd_err code = source_read(text->source, text->raw + text->raw_length, room, &got, err);
    if (code != CXD_OK)
        return code;
    text->raw_length += got;
    text->is_last = got < room;
    if (!text->is_begun)
        begin(text);
    return CXD_OK;
}

#define CUT "the file ends within a character: a part of it is missing"
#define MIXED "two encodings are mixed, so name the one to read it by (--encoding)"

static void set_fault_utf8(struct text *text, const char *at, size_t left) {
    unsigned byte = (unsigned char)*at;
    if (encoding_is_part(at, left))
        snprintf(text->fault, sizeof text->fault, CUT);
    else if (text->is_forced || text->has_mark)
        snprintf(text->fault, sizeof text->fault, "the byte 0x%02X is not UTF-8", byte);
    else
        snprintf(text->fault, sizeof text->fault, "the byte 0x%02X is not UTF-8, as others of the file are: " MIXED,
                 byte);
}

static size_t give_utf8(struct text *text) {
    size_t length = encoding_utf8_length(text->raw, text->raw_length), left = text->raw_length - length;
    const char *at = text->raw + length;
    if (left > 0 && (text->is_last || !encoding_is_part(at, left)))
        set_fault_utf8(text, at, left);
    return length;
}

static size_t give_utf16(struct text *text) {
    struct encoding_made made =
        encoding_from_utf16(text->made, text->raw, text->raw_length, text->encoding == TABLE_UTF16BE);
    text->given = made.taken;
    if (made.is_bad)
        snprintf(text->fault, sizeof text->fault, "half of a character of UTF-16 (0x%04X) stands alone",
                 (unsigned)made.bad);
    else if (text->is_last && made.taken < text->raw_length)
        snprintf(text->fault, sizeof text->fault, CUT);
    return made.made;
}

/* Up to where the text turns out to be UTF-8 from here on. */
static size_t length_of_1252(struct text *text) {
    size_t at = 0, taken;
    while (at < text->raw_length && text->pairs < PAIRS_MAX) {
        at += encoding_ascii_length(text->raw + at, text->raw_length - at);
        if (at == text->raw_length)
            break;
        bool is_pair = utf8_take(text->raw + at, text->raw_length - at, &taken);
        text->pairs = is_pair ? text->pairs + 1 : 0;
        at += is_pair ? taken : 1;
    }
    return at;
}

static size_t give_1252(struct text *text) {
    size_t length = text->is_forced ? text->raw_length : length_of_1252(text);
    struct encoding_made made = encoding_from_1252(text->made, text->raw, length, text->is_forced);
    text->given = made.taken;
    if (made.is_bad)
        snprintf(text->fault, sizeof text->fault,
                 "the byte 0x%02X is neither UTF-8 nor Windows-1252: save the file as UTF-8", (unsigned)made.bad);
    else if (!text->is_forced && text->pairs >= PAIRS_MAX)
        snprintf(text->fault, sizeof text->fault, "from here it is UTF-8, and was Windows-1252 before: " MIXED);
    return made.made;
}

enum cxd_err text_next(struct text *text, const char **ret_bytes, size_t *ret_length, struct error *err) {
    *ret_length = 0;
    *ret_bytes = "";
    if (text->fault[0] != '\0')
        return CXD_OK;
    enum cxd_err code = fill(text, err);
    if (code != CXD_OK || text->raw_length == 0)
        return code;
    size_t ascii = text->encoding == TABLE_ENCODING_GUESS ? encoding_ascii_length(text->raw, text->raw_length) : 0;
    bool is_ascii = text->encoding == TABLE_ENCODING_GUESS &&
                    (ascii == text->raw_length ||
                     (ascii > 0 && !text->is_last && encoding_is_part(text->raw + ascii, text->raw_length - ascii)));
    if (text->encoding == TABLE_ENCODING_GUESS && !is_ascii)
        text->encoding = encoding_choose(text->raw + ascii, text->raw_length - ascii, text->is_last);
    if (is_ascii || text->encoding == TABLE_UTF8) {
        *ret_bytes = text->raw;
        text->given = *ret_length = is_ascii ? ascii : give_utf8(text);
    } else {
        *ret_bytes = text->made;
        *ret_length = text->encoding == TABLE_WINDOWS_1252 ? give_1252(text) : give_utf16(text);
    }
    return CXD_OK;
}

void text_add_facts(const struct text *text, struct table_facts *facts) {
    facts->encoding = text->encoding == TABLE_ENCODING_GUESS ? TABLE_UTF8 : text->encoding;
    facts->encoding_forced = text->is_forced;
    facts->byte_order_mark = text->has_mark;
    facts->bytes_done = text->source->at - (text->raw_length - text->given);
}
