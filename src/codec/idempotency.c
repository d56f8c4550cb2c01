/* Before the write path: an Idempotency-Key names the response as an id in the body would, so that exactly-once rests
 * on one unique index. Which of a batch's lines are equal is counted in a table whose places a keyed hash chooses: its
 * digests are of what strangers send. */
#include "cxd/codec/idempotency.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cxd/base/hash.h"
#include "cxd/base/secret.h"
#include "cxd/domain/survey.h"

enum { NAME_SIZE = IDEMPOTENCY_KEY_MAX + 160, LINES_FIRST = 64 };

static bool is_printable(char c) {
    return c >= ' ' && c < 0x7F;
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

/* The key without its quotes and escapes; its length, or 0 if it is none (or too long). */
static size_t unquote(const char *text, size_t length, char out[static IDEMPOTENCY_KEY_MAX]) {
    bool quoted = text[0] == '"';
    size_t count = 0;
    size_t end = length;
    size_t i = 0;
    if (quoted) {
        if (length < 2 || text[length - 1] != '"')
            return 0;
        i = 1;
        end = length - 1;
    }
    for (; i < end; i++) {
        char c = text[i];
        if (quoted && c == '"')
            return 0;
        if (quoted && c == '\\') {
            if (++i == end || (text[i] != '"' && text[i] != '\\'))
                return 0;
            c = text[i];
        }
        if (!is_printable(c) || (!quoted && c == ' ') || count == IDEMPOTENCY_KEY_MAX)
            return 0;
        out[count++] = c;
    }
    return count;
}

enum cxd_err idempotency_key_decode(const char *header, char ret_key[IDEMPOTENCY_KEY_SIZE], struct error *err) {
    while (is_blank(*header))
        header++;
    size_t length = strlen(header);
    while (length > 0 && is_blank(header[length - 1]))
        length--;
    size_t key_length = unquote(header, length, ret_key);
    ret_key[key_length] = '\0';
    if (key_length == 0)
        return error_set(err, ERR_BAD_IDEMPOTENCY_KEY,
                         "must be 1 to %d printable ASCII characters, as a quoted string, or bare without blanks",
                         IDEMPOTENCY_KEY_MAX);
    return CXD_OK;
}

/* No slug and no `which` holds a newline, so different triples give different names. */
static void name(const char *survey_slug, const char *which, const char *key, struct id *ret_id) {
    char text[NAME_SIZE];
    int length = snprintf(text, sizeof text, "%.*s\n%s\n%s", SLUG_SIZE, survey_slug, which, key);
    id_from_name(&ID_SPACE_CXD, text, (size_t)length, ret_id);
}

void idempotency_name_response(const char *key, const char *survey_slug, struct id *ret_id) {
    name(survey_slug, "0", key, ret_id);
}

/* How often a content has come. */
struct place {
    uint8_t digest[RESPONSE_DIGEST_SIZE];
    uint32_t count; /* 0: a free place */
};

struct idempotency_lines {
    struct hash_key hash_key;
    struct place *places;  /* open-addressed */
    size_t capacity, used; /* capacity is a power of two */
};

struct idempotency_lines *idempotency_lines_new(void) {
    struct idempotency_lines *lines = calloc(1, sizeof *lines);
    if (!lines)
        return NULL;
    lines->capacity = LINES_FIRST;
    lines->places = calloc(lines->capacity, sizeof *lines->places);
    if (!lines->places || !hash_key_make(&lines->hash_key)) {
        idempotency_lines_free(lines);
        return NULL;
    }
    return lines;
}

void idempotency_lines_free(struct idempotency_lines *lines) {
    if (!lines)
        return;
    free(lines->places);
    free(lines);
}

/* The place of a content, or the free one where it goes. */
static struct place *find_place(const struct idempotency_lines *lines, const uint8_t digest[RESPONSE_DIGEST_SIZE]) {
    size_t at = hash_keyed(&lines->hash_key, digest, RESPONSE_DIGEST_SIZE) & (lines->capacity - 1);
    while (lines->places[at].count > 0 && memcmp(lines->places[at].digest, digest, RESPONSE_DIGEST_SIZE) != 0)
        at = (at + 1) & (lines->capacity - 1);
    return &lines->places[at];
}

static bool make_room(struct idempotency_lines *lines) {
    if (4 * (lines->used + 1) <= 3 * lines->capacity)
        return true;
    struct idempotency_lines larger = *lines;
    larger.capacity = 2 * lines->capacity;
    larger.places = calloc(larger.capacity, sizeof *larger.places);
    if (!larger.places)
        return false;
    for (size_t i = 0; i < lines->capacity; i++)
        if (lines->places[i].count > 0)
            *find_place(&larger, lines->places[i].digest) = lines->places[i];
    free(lines->places);
    *lines = larger;
    return true;
}

bool idempotency_name_line(struct idempotency_lines *lines, const char *key, const char *survey_slug,
                           const struct response *response, struct id *ret_id) {
    uint8_t digest[RESPONSE_DIGEST_SIZE];
    char which[2 * RESPONSE_DIGEST_SIZE + 16];
    if (!make_room(lines))
        return false;
    struct response spelled = response_as_spelled(response);
    response_digest(&spelled, survey_slug, strlen(survey_slug) + 1, true, digest);
    struct place *place = find_place(lines, digest);
    lines->used += place->count == 0;
    memcpy(place->digest, digest, sizeof digest);
    hex_write(digest, sizeof digest, which);
    snprintf(which + 2 * sizeof digest, 16, " %u", place->count++);
    name(survey_slug, which, key, ret_id);
    return true;
}
