/* Ids of rows, and how many rows before say the same: an open table of 52 bits of a digest and 12 of a count. The few
 * digests that come oftener than that are counted beside it. */

#include "cxd/import/row_id.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
    FIRST_BITS = 12,
    LAST_BITS = 22,
    COUNT_BITS = 12,
    COUNT_MAX = (1 << COUNT_BITS) - 1,
    OFTEN_BITS = 14,
    OFTEN_SLOTS = 1 << OFTEN_BITS,
    OFTEN_MAX = OFTEN_SLOTS / 2
};
_Static_assert(ROW_SEEN_MAX == (1 << LAST_BITS) / 8 * 7, "seven eighths of the largest table");

struct often {
    uint64_t print, count; /* count 0: empty */
};

struct row_seen {
    uint64_t *slots; /* print << COUNT_BITS | count; 0: empty */
    int bits;
    size_t used;
    struct often *often;
    size_t often_used;
};

void row_id_space(const char *survey_slug, struct id *ret_space) {
    char name[256];
    int length = snprintf(name, sizeof name, "import:%s", survey_slug);

    id_from_name(&ID_SPACE_CXD, name, (size_t)length < sizeof name ? (size_t)length : sizeof name - 1, ret_space);
}

void row_id_of_source(const struct id *space, const char *text, size_t length, struct id *ret_id) {
    struct id rows;

    if (id_parse(text, length, ret_id))
        return;
    id_from_name(space, "id", 2, &rows);
    id_from_name(&rows, text, length, ret_id);
}

void row_id_of_content(const struct id *space, const char *content, size_t length, struct id *ret_digest) {
    struct id rows;

    id_from_name(space, "row", 3, &rows);
    id_from_name(&rows, content, length, ret_digest);
}

void row_id_of_bad(const struct id *space, const char *cells, size_t length, struct id *ret_digest) {
    struct id rows;

    id_from_name(space, "bad", 3, &rows);
    id_from_name(&rows, cells, length, ret_digest);
}

void row_id_of_repeated(const struct id *digest, uint64_t before, struct id *ret_id) {
    char name[24];

    *ret_id = *digest;
    if (before > 0)
        id_from_name(digest, name, (size_t)snprintf(name, sizeof name, "%" PRIu64, before), ret_id);
}

/* Pages come as they are touched. */
static void *make_pages(size_t bytes) {
    void *pages = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return pages == MAP_FAILED ? NULL : pages;
}

static size_t bytes_of(int bits) {
    return sizeof(uint64_t) << bits;
}

struct row_seen *row_seen_make(void) {
    struct row_seen *seen = calloc(1, sizeof *seen);

    if (!seen)
        return NULL;
    seen->bits = FIRST_BITS;
    seen->slots = make_pages(bytes_of(seen->bits));
    seen->often = make_pages(OFTEN_SLOTS * sizeof *seen->often);
    if (!seen->slots || !seen->often) {
        row_seen_free(seen);
        return NULL;
    }
    return seen;
}

void row_seen_free(struct row_seen *seen) {
    if (!seen)
        return;
    if (seen->slots)
        munmap(seen->slots, bytes_of(seen->bits));
    if (seen->often)
        munmap(seen->often, OFTEN_SLOTS * sizeof *seen->often);
    free(seen);
}

void row_seen_forget(struct row_seen *seen) {
    memset(seen->slots, 0, bytes_of(seen->bits));
    memset(seen->often, 0, OFTEN_SLOTS * sizeof *seen->often);
    seen->used = seen->often_used = 0;
}

/* The slot of a print, or the empty one that it goes to. The first bits of a print are its place, so that it is found
 * again when the table grows. */
static uint64_t *find(uint64_t *slots, int bits, uint64_t print) {
    size_t at = (size_t)(print >> (64 - COUNT_BITS - bits)), mask = ((size_t)1 << bits) - 1;

    while (slots[at] != 0 && slots[at] >> COUNT_BITS != print)
        at = (at + 1) & mask;
    return &slots[at];
}

static enum cxd_err grow(struct row_seen *seen, struct error *err) {
    uint64_t *slots;

    if (seen->bits == LAST_BITS)
        return error_set(err, ERR_TABLE,
                         "there are more than %d different rows, which are too many to be told apart by what they say: "
                         "name the column of their ids (--map id=COLUMN), or cut the file in parts",
                         ROW_SEEN_MAX);
    slots = make_pages(bytes_of(seen->bits + 1));
    if (!slots)
        return error_set(err, ERR_NO_MEMORY, "out of memory");
    for (size_t i = 0; i < (size_t)1 << seen->bits; i++)
        if (seen->slots[i] != 0)
            *find(slots, seen->bits + 1, seen->slots[i] >> COUNT_BITS) = seen->slots[i];
    munmap(seen->slots, bytes_of(seen->bits));
    seen->slots = slots;
    seen->bits++;
    return CXD_OK;
}

/* Of what has been seen COUNT_MAX times. */
static enum cxd_err add_often(struct row_seen *seen, uint64_t print, uint64_t *ret_before, struct error *err) {
    size_t at = (size_t)(print >> (64 - COUNT_BITS - OFTEN_BITS));

    while (seen->often[at].count > 0 && seen->often[at].print != print)
        at = (at + 1) & (OFTEN_SLOTS - 1);
    if (seen->often[at].count == 0) {
        if (seen->often_used == OFTEN_MAX)
            return error_set(err, ERR_TABLE,
                             "too many rows say the same as thousands of others: name the column of their ids "
                             "(--map id=COLUMN), or cut the file in parts");
        seen->often_used++;
        seen->often[at] = (struct often){print, COUNT_MAX};
    }
    *ret_before = seen->often[at].count++;
    return CXD_OK;
}

static uint64_t mix(uint64_t word) {
    word = (word ^ word >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    word = (word ^ word >> 27) * UINT64_C(0x94D049BB133111EB);
    return word ^ word >> 31;
}

/* Ids of others may differ in a few of their bits alone. */
static uint64_t print_of(const struct id *digest) {
    uint64_t words[2];

    memcpy(words, digest->bytes, sizeof words);
    return mix(mix(words[0] + UINT64_C(0x9E3779B97F4A7C15)) + words[1]) >> COUNT_BITS;
}

enum cxd_err row_seen_add(struct row_seen *seen, const struct id *digest, uint64_t *ret_before, struct error *err) {
    uint64_t print = print_of(digest), *slot, count;
    enum cxd_err code;

    slot = find(seen->slots, seen->bits, print);
    count = *slot & COUNT_MAX;
    if (count == COUNT_MAX)
        return add_often(seen, print, ret_before, err);
    if (count == 0) {
        if (seen->used >= ((size_t)1 << seen->bits) / 8 * 7) {
            code = grow(seen, err);
            if (code != CXD_OK)
                return code;
            slot = find(seen->slots, seen->bits, print);
        }
        seen->used++;
        *slot = print << COUNT_BITS;
    }
    ++*slot;
    *ret_before = count;
    return CXD_OK;
}
