/* Ids: made for every stored response that brings none, parsed from paths and bodies, and written into replies. */

#include "cxd/base/id.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <uuid/uuid.h>

/* 26 bits of counter: rand_a and the first 14 bits of rand_b. It starts anew each millisecond from 25 random bits, so
 * that at least 2^25 ids fit into one before the time has to be advanced. */
enum { COUNTER_LAST = (1 << 26) - 1, COUNTER_START = (1 << 25) - 1 };

const struct id ID_SPACE_CXD = {
    {0x5B, 0x1D, 0xE2, 0x07, 0x93, 0x4C, 0x4F, 0x0A, 0xA6, 0x71, 0x2E, 0xC8, 0x4D, 0x90, 0x3F, 0xB5}};

void id_source_init(struct id_source *source) {
    *source = (struct id_source){.last_ms = -1};
}

static void pool_fill(struct id_source *source) {
    size_t filled = 0;
    while (filled < sizeof source->pool) {
        ssize_t got = getrandom(source->pool + filled, sizeof source->pool - filled, 0);
        if (got > 0)
            filled += (size_t)got;
        else if (errno != EINTR)
            abort(); /* no kernel that cxd runs on lacks it, and an id must not be guessable */
    }
    source->unused = sizeof source->pool;
}

static const uint8_t *pool_take(struct id_source *source, size_t count) {
    if (source->unused < count)
        pool_fill(source);
    source->unused -= count;
    return source->pool + source->unused;
}

static void counter_restart(struct id_source *source) {
    uint32_t random;
    memcpy(&random, pool_take(source, sizeof random), sizeof random);
    source->counter = random & COUNTER_START;
}

void id_make(struct id_source *source, int64_t now_ms, struct id *ret_id) {
    if (now_ms < 0)
        now_ms = 0;
    if (now_ms > source->last_ms) {
        source->last_ms = now_ms;
        counter_restart(source);
    } else if (source->counter < COUNTER_LAST) {
        source->counter++;
    } else {
        source->last_ms++;
        counter_restart(source);
    }
    uint64_t ms = (uint64_t)source->last_ms;
    uint32_t counter = source->counter;
    uint8_t *out = ret_id->bytes;
    for (int i = 0; i < 6; i++)
        out[i] = (uint8_t)(ms >> (40 - 8 * i));
    out[6] = (uint8_t)(0x70 | counter >> 22);
    out[7] = (uint8_t)(counter >> 14);
    out[8] = (uint8_t)(0x80 | (counter >> 8 & 0x3F));
    out[9] = (uint8_t)counter;
    memcpy(out + 10, pool_take(source, 6), 6);
}

void id_from_name(const struct id *space, const char *name, size_t length, struct id *ret_id) {
    uuid_generate_sha1(ret_id->bytes, space->bytes, name, length);
}

/* One more than the value of a hexadecimal digit; 0 for any other byte. */
static const uint8_t HEX_VALUE[256] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
    ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

/* Where each byte stands in the hyphenated form. */
static const uint8_t TEXT_AT[16] = {0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};

bool id_parse(const char *text, size_t length, struct id *ret_id) {
    if (length != ID_TEXT_SIZE - 1 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-')
        return false;
    struct id id;
    unsigned all_zero = 0;
    unsigned all_one = 0xFF;
    for (int i = 0; i < 16; i++) {
        unsigned high = HEX_VALUE[(uint8_t)text[TEXT_AT[i]]];
        unsigned low = HEX_VALUE[(uint8_t)text[TEXT_AT[i] + 1]];
        if (!high || !low)
            return false;
        unsigned byte = (high - 1) << 4 | (low - 1);
        all_zero |= byte;
        all_one &= byte;
        id.bytes[i] = (uint8_t)byte;
    }
    if (all_zero == 0 || all_one == 0xFF)
        return false;
    *ret_id = id;
    return true;
}

const char *id_format(char out[ID_TEXT_SIZE], const struct id *id) {
    static const char HEX[] = "0123456789abcdef";
    out[8] = out[13] = out[18] = out[23] = '-';
    for (int i = 0; i < 16; i++) {
        out[TEXT_AT[i]] = HEX[id->bytes[i] >> 4];
        out[TEXT_AT[i] + 1] = HEX[id->bytes[i] & 15];
    }
    out[36] = '\0';
    return out;
}

bool id_is_of_name(const struct id *id) {
    int version = id->bytes[6] >> 4;
    return version == 3 || version == 5;
}

int id_compare(const struct id *a, const struct id *b) {
    return memcmp(a->bytes, b->bytes, sizeof a->bytes);
}
