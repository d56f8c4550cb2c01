/* Sums of rollup changes between the responses of a batch and the rollup rows: an engine adds while it
 * writes responses, then writes each changed row once. */

#include "store/deltas.h"

#include <stdlib.h>
#include <string.h>

void deltas_init(struct deltas *deltas) {
    *deltas = (struct deltas){0};
    arena_init(&deltas->arena);
}

void deltas_free(struct deltas *deltas) {
    arena_free(&deltas->arena);
    free(deltas->series);
    free(deltas->series_index.slots);
    free(deltas->quarters);
    free(deltas->quarter_index.slots);
    free(deltas->rows);
    deltas_init(deltas);
}

static void index_clear(struct delta_index *index) {
    if (index->slots) {
        memset(index->slots, 0, index->capacity * sizeof *index->slots);
    }
}

void deltas_clear(struct deltas *deltas) {
    arena_reset(&deltas->arena);
    deltas->series_count = 0;
    deltas->quarter_count = 0;
    index_clear(&deltas->series_index);
    index_clear(&deltas->quarter_index);
}

static uint64_t hash_text(uint64_t hash, const char *text) {
    for (; *text; text++) {
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    }
    return (hash ^ 0xff) * UINT64_C(0x100000001b3);
}

static uint64_t hash_number(uint64_t hash, uint64_t number) {
    hash = (hash ^ number) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ (hash >> 29);
}

/* The array with room for one more element; NULL, and the old one still good, when memory is refused. */
static void *reserve(void *array, size_t *capacity, size_t count, size_t size) {
    if (count < *capacity) {
        return array;
    }
    size_t larger = *capacity ? 2 * *capacity : 64;
    void *grown = reallocarray(array, larger, size);
    if (grown) {
        *capacity = larger;
    }
    return grown;
}

typedef uint64_t hash_of(const struct deltas *deltas, size_t at);

static uint64_t series_hash(const struct deltas *deltas, size_t at) {
    return deltas->series[at].hash;
}

static uint64_t quarter_hash(const struct deltas *deltas, size_t at) {
    const struct delta_row *row = &deltas->quarters[at];
    return hash_number(hash_number(0, row->series + UINT64_C(1)), (uint64_t)row->bucket);
}

static void index_put(struct delta_index *index, uint64_t hash, size_t at) {
    size_t slot = hash & (index->capacity - 1);
    while (index->slots[slot]) {
        slot = (slot + 1) & (index->capacity - 1);
    }
    index->slots[slot] = (uint32_t)at + 1;
}

/* Keeps the table at most half full, counting one more than the `count` that it holds. */
static bool index_reserve(struct delta_index *index, const struct deltas *deltas, size_t count,
                          hash_of *hash) {
    if (2 * (count + 1) <= index->capacity) {
        return true;
    }
    struct delta_index larger = {.capacity = index->capacity ? 2 * index->capacity : 256};
    larger.slots = calloc(larger.capacity, sizeof *larger.slots);
    if (!larger.slots) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        index_put(&larger, hash(deltas, i), i);
    }
    free(index->slots);
    *index = larger;
    return true;
}

static struct delta_series *series_add(struct deltas *deltas, const struct delta_series *key) {
    struct delta_series *series = deltas->series + deltas->series_count;
    *series = *key;
    series->dimension = arena_strdup(&deltas->arena, key->dimension);
    series->value = arena_strdup(&deltas->arena, key->value);
    if (!series->dimension || !series->value) {
        return NULL;
    }
    index_put(&deltas->series_index, key->hash, deltas->series_count++);
    return series;
}

static struct delta_series *series_find(struct deltas *deltas, int64_t survey,
                                        const struct dimension *dimension) {
    struct delta_series key = {.survey = survey, .dimension = dimension->name, .value = dimension->value};
    key.hash = hash_text(hash_text(hash_number(0, (uint64_t)survey), key.dimension), key.value);
    struct delta_series *array =
        reserve(deltas->series, &deltas->series_capacity, deltas->series_count, sizeof key);
    if (!array) {
        return NULL;
    }
    deltas->series = array;
    if (!index_reserve(&deltas->series_index, deltas, deltas->series_count, series_hash)) {
        return NULL;
    }
    const struct delta_index *index = &deltas->series_index;
    for (size_t slot = key.hash & (index->capacity - 1); index->slots[slot];
         slot = (slot + 1) & (index->capacity - 1)) {
        struct delta_series *series = &deltas->series[index->slots[slot] - 1];
        if (series->hash == key.hash && series->survey == survey &&
            strcmp(series->dimension, key.dimension) == 0 && strcmp(series->value, key.value) == 0) {
            return series;
        }
    }
    return series_add(deltas, &key);
}

static struct delta_row *quarter_find(struct deltas *deltas, uint32_t series, int64_t bucket) {
    struct delta_row *array =
        reserve(deltas->quarters, &deltas->quarter_capacity, deltas->quarter_count, sizeof *array);
    if (!array) {
        return NULL;
    }
    deltas->quarters = array;
    if (!index_reserve(&deltas->quarter_index, deltas, deltas->quarter_count, quarter_hash)) {
        return NULL;
    }
    struct delta_row *fresh = &deltas->quarters[deltas->quarter_count];
    *fresh = (struct delta_row){.series = series, .tier = TIER_QUARTER_HOUR, .bucket = bucket};
    uint64_t hash = quarter_hash(deltas, deltas->quarter_count);
    const struct delta_index *index = &deltas->quarter_index;
    for (size_t slot = hash & (index->capacity - 1); index->slots[slot];
         slot = (slot + 1) & (index->capacity - 1)) {
        struct delta_row *row = &deltas->quarters[index->slots[slot] - 1];
        if (row->series == series && row->bucket == bucket) {
            return row;
        }
    }
    index_put(&deltas->quarter_index, hash, deltas->quarter_count++);
    return fresh;
}

static int64_t bucket_number(enum tier tier, int64_t time_ms) {
    return tier == TIER_ALL ? 0 : tier_bucket(tier, time_ms) / tier_length_ms(tier);
}

bool deltas_add(struct deltas *deltas, const struct declared *declared, const struct response *response,
                int sign) {
    if (response->excluded) {
        return true;
    }
    struct dimension dimensions[DIMENSIONS_MAX];
    size_t count = dimensions_of(response, declared, dimensions);
    int64_t bucket = bucket_number(TIER_QUARTER_HOUR, response->answered_at);
    for (size_t i = 0; i < count; i++) {
        struct delta_series *series = series_find(deltas, response->survey, &dimensions[i]);
        if (!series) {
            return false;
        }
        struct delta_row *row = quarter_find(deltas, (uint32_t)(series - deltas->series), bucket);
        if (!row) {
            return false;
        }
        row->hist.n[response->score] += sign;
    }
    return true;
}

bool delta_series_is_total(const struct delta_series *series) {
    return series->dimension[0] == '\0';
}

bool delta_row_falls(const struct delta_row *row) {
    for (size_t i = 0; i < HISTOGRAM_SIZE; i++) {
        if (row->hist.n[i] < 0) {
            return true;
        }
    }
    return false;
}

static int compare(int64_t a, int64_t b) {
    return (a > b) - (a < b);
}

static int compare_quarters(const void *a, const void *b) {
    const struct delta_row *x = a, *y = b;
    int order = compare(x->series, y->series);
    return order ? order : compare(x->bucket, y->bucket);
}

static int compare_rows(const void *a, const void *b, void *context) {
    const struct delta_row *x = a, *y = b;
    const struct delta_series *series = context;
    int order = compare(series[x->series].survey, series[y->series].survey);
    if (!order) {
        order = delta_series_is_total(&series[y->series]) - delta_series_is_total(&series[x->series]);
    }
    if (!order) {
        order = compare(x->tier, y->tier);
    }
    if (!order) {
        order = compare(x->bucket, y->bucket);
    }
    return order ? order : compare(x->series, y->series);
}

/* Appends the sums of the sorted quarter hours in one tier; returns the new row count. */
static size_t sum_tier(struct deltas *deltas, enum tier tier, size_t row_count) {
    int64_t length = tier == TIER_ALL ? 0 : tier_length_ms(TIER_QUARTER_HOUR);
    for (size_t i = 0; i < deltas->quarter_count;) {
        const struct delta_row *first = &deltas->quarters[i];
        struct delta_row *row = &deltas->rows[row_count];
        *row = (struct delta_row){first->series, tier, bucket_number(tier, first->bucket * length), {{0}}};
        for (; i < deltas->quarter_count; i++) {
            const struct delta_row *quarter = &deltas->quarters[i];
            if (quarter->series != row->series ||
                bucket_number(tier, quarter->bucket * length) != row->bucket) {
                break;
            }
            histogram_add(&row->hist, &quarter->hist);
        }
        row_count += !histogram_is_empty(&row->hist);
    }
    return row_count;
}

bool deltas_rows(struct deltas *deltas, const struct delta_row **ret_rows, size_t *ret_count) {
    static const enum tier TIERS[] = {TIER_ALL, TIER_DAY, TIER_HOUR, TIER_QUARTER_HOUR};
    size_t most = CXD_COUNT(TIERS) * deltas->quarter_count;
    if (most > deltas->row_capacity) {
        struct delta_row *grown = reallocarray(deltas->rows, most, sizeof *grown);
        if (!grown) {
            return false;
        }
        deltas->rows = grown;
        deltas->row_capacity = most;
    }
    size_t count = 0;
    if (deltas->quarter_count > 0) {
        qsort(deltas->quarters, deltas->quarter_count, sizeof *deltas->quarters, compare_quarters);
        for (size_t i = 0; i < CXD_COUNT(TIERS); i++) {
            count = sum_tier(deltas, TIERS[i], count);
        }
        qsort_r(deltas->rows, count, sizeof *deltas->rows, compare_rows, deltas->series);
    }
    *ret_rows = deltas->rows;
    *ret_count = count;
    return true;
}
