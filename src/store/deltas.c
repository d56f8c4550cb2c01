/* Sums of rollup changes between the responses of a batch and the rollup rows: an engine adds while it
 * writes responses, then writes each changed row once. */

#include "store/deltas.h"

#include <stdlib.h>
#include <string.h>

enum cxd_err deltas_init(struct deltas *deltas, struct error *err) {
    *deltas = (struct deltas){0};
    arena_init(&deltas->arena);
    return hash_key_make(&deltas->key) ? CXD_OK : error_set(err, ERR_SYSTEM, "the kernel gives no randomness");
}

void deltas_free(struct deltas *deltas) {
    arena_free(&deltas->arena);
    free(deltas->series);
    free(deltas->series_index.slots);
    free(deltas->order);
    free(deltas->quarters);
    free(deltas->quarter_index.slots);
    free(deltas->rows);
    *deltas = (struct deltas){0};
    arena_init(&deltas->arena);
}

static void index_clear(struct delta_index *index) {
    if (index->slots)
        memset(index->slots, 0, index->capacity * sizeof *index->slots);
}

void deltas_clear(struct deltas *deltas) {
    arena_reset(&deltas->arena);
    deltas->series_count = 0;
    deltas->quarter_count = 0;
    index_clear(&deltas->series_index);
    index_clear(&deltas->quarter_index);
}

static uint64_t mix(uint64_t hash, const char *text) {
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return hash;
}

/* Only the value is a stranger's: what is mixed in beside its keyed hash need not be keyed. Of answers it is one of the
 * survey's own lists. */
static uint64_t hash_series(const struct deltas *deltas, const struct delta_series *key) {
    uint64_t hash = answered_is_listed(key->survey, key->dimension)
                        ? mix(deltas->key.words[0], key->value)
                        : hash_keyed(&deltas->key, key->value, strlen(key->value));
    hash = mix(hash ^ (uint64_t)key->survey, key->dimension);
    return hash ^ hash >> 32;
}

/* The array with room for one more element; NULL, and the old one still good, when memory is refused. */
static void *reserve(void *array, size_t *capacity, size_t count, size_t size) {
    if (count < *capacity)
        return array;
    size_t larger = *capacity ? 2 * *capacity : 64;
    void *grown = reallocarray(array, larger, size);
    if (grown)
        *capacity = larger;
    return grown;
}

typedef uint64_t hash_of(const struct deltas *deltas, size_t at);

static uint64_t series_hash(const struct deltas *deltas, size_t at) {
    return deltas->series[at].hash;
}

static uint64_t quarter_hash(const struct deltas *deltas, size_t at) {
    const struct delta_row *row = &deltas->quarters[at];
    const int64_t parts[] = {row->series, row->bucket};
    return hash_keyed(&deltas->key, parts, sizeof parts);
}

static void index_put(struct delta_index *index, uint64_t hash, size_t at) {
    size_t slot = hash & (index->capacity - 1);
    while (index->slots[slot])
        slot = (slot + 1) & (index->capacity - 1);
    index->slots[slot] = (uint32_t)at + 1;
}

/* Keeps the table at most half full, counting one more than the `count` that it holds. */
static bool index_reserve(struct delta_index *index, const struct deltas *deltas, size_t count, hash_of *hash) {
    if (2 * (count + 1) <= index->capacity)
        return true;
    struct delta_index larger = {.capacity = index->capacity ? 2 * index->capacity : 256};
    larger.slots = calloc(larger.capacity, sizeof *larger.slots);
    if (!larger.slots)
        return false;
    for (size_t i = 0; i < count; i++)
        index_put(&larger, hash(deltas, i), i);
    free(index->slots);
    *index = larger;
    return true;
}

static struct delta_series *series_add(struct deltas *deltas, const struct delta_series *key) {
    struct delta_series *series = deltas->series + deltas->series_count;
    *series = *key;
    series->dimension = arena_strdup(&deltas->arena, key->dimension);
    series->value = arena_strdup(&deltas->arena, key->value);
    if (!series->dimension || !series->value)
        return NULL;
    index_put(&deltas->series_index, key->hash, deltas->series_count++);
    return series;
}

static struct delta_series *series_find(struct deltas *deltas, int64_t survey, const struct dimension *dimension) {
    struct delta_series key = {.survey = survey, .dimension = dimension->name, .value = dimension->value};
    key.is_coarse = answered_is_coarse(survey, key.dimension);
    key.hash = hash_series(deltas, &key);
    struct delta_series *array = reserve(deltas->series, &deltas->series_capacity, deltas->series_count, sizeof key);
    if (!array)
        return NULL;
    deltas->series = array;
    if (!index_reserve(&deltas->series_index, deltas, deltas->series_count, series_hash))
        return NULL;
    const struct delta_index *index = &deltas->series_index;
    for (size_t slot = key.hash & (index->capacity - 1); index->slots[slot];
         slot = (slot + 1) & (index->capacity - 1)) {
        struct delta_series *series = &deltas->series[index->slots[slot] - 1];
        if (series->hash == key.hash && series->survey == survey && strcmp(series->dimension, key.dimension) == 0 &&
            strcmp(series->value, key.value) == 0)
            return series;
    }
    return series_add(deltas, &key);
}

static struct delta_row *quarter_find(struct deltas *deltas, uint32_t series, int64_t bucket) {
    struct delta_row *array =
        reserve(deltas->quarters, &deltas->quarter_capacity, deltas->quarter_count, sizeof *array);
    if (!array)
        return NULL;
    deltas->quarters = array;
    if (!index_reserve(&deltas->quarter_index, deltas, deltas->quarter_count, quarter_hash))
        return NULL;
    struct delta_row *fresh = &deltas->quarters[deltas->quarter_count];
    *fresh = (struct delta_row){.series = series, .tier = TIER_QUARTER_HOUR, .bucket = bucket};
    uint64_t hash = quarter_hash(deltas, deltas->quarter_count);
    const struct delta_index *index = &deltas->quarter_index;
    for (size_t slot = hash & (index->capacity - 1); index->slots[slot]; slot = (slot + 1) & (index->capacity - 1)) {
        struct delta_row *row = &deltas->quarters[index->slots[slot] - 1];
        if (row->series == series && row->bucket == bucket)
            return row;
    }
    index_put(&deltas->quarter_index, hash, deltas->quarter_count++);
    return fresh;
}

static int64_t bucket_number(enum tier tier, int64_t time_ms) {
    return tier == TIER_ALL ? 0 : tier_bucket(tier, time_ms) / tier_length_ms(tier);
}

/* A time as it is kept: in quarter hours. */
struct moment {
    int64_t quarter, day;
};

static struct moment moment_of(int64_t at) {
    int64_t length = tier_length_ms(TIER_QUARTER_HOUR);
    return (struct moment){tier_bucket(TIER_QUARTER_HOUR, at) / length, tier_bucket(TIER_DAY, at) / length};
}

/* NULL when memory is refused. */
static struct delta_row *row_find(struct deltas *deltas, int64_t survey, const struct dimension *dimension,
                                  const struct moment *moment) {
    struct delta_series *series = series_find(deltas, survey, dimension);
    if (!series)
        return NULL;
    int64_t bucket = series->is_coarse ? moment->day : moment->quarter;
    struct delta_row *row = series->last > 0 ? &deltas->quarters[series->last - 1] : NULL;
    if (!row || row->bucket != bucket) {
        row = quarter_find(deltas, (uint32_t)(series - deltas->series), bucket);
        series->last = row ? (uint32_t)(row - deltas->quarters) + 1 : 0;
    }
    return row;
}

static bool add_scores(struct deltas *deltas, const struct answered *answered, int64_t at, int sign) {
    const struct moment moment = moment_of(at);
    for (size_t i = 0; i < answered->count; i++) {
        struct delta_row *row = row_find(deltas, answered->number, &answered->dimensions[i], &moment);
        if (!row)
            return false;
        row->hist.n[answered->score] += sign;
    }
    return true;
}

bool deltas_add_answered(struct deltas *deltas, const struct answered *answered, const struct response *response,
                         int sign) {
    return !response_counts(response) || add_scores(deltas, answered, response->answered_at, sign);
}

bool deltas_add_in(struct deltas *deltas, struct dimension *dimensions, size_t count, const struct response *response,
                   int sign) {
    const struct answered answered = {response->survey, dimensions, count, response->score};
    return deltas_add_answered(deltas, &answered, response, sign);
}

struct adding {
    struct deltas *deltas;
    const struct response *response;
    int sign;
};

static bool add_answered(void *context, const struct answered *answered) {
    const struct adding *adding = context;
    return deltas_add_answered(adding->deltas, answered, adding->response, adding->sign);
}

bool deltas_add_answers(struct deltas *deltas, const struct declared *declared, const struct survey *asked,
                        const struct response *response, int sign) {
    struct adding adding = {deltas, response, sign};
    return !response_counts(response) || answered_walk(response, declared, asked, add_answered, &adding);
}

bool deltas_add_counts(struct deltas *deltas, int64_t survey, int64_t at, const struct dimension *dimensions,
                       size_t count, const struct histogram *counts) {
    const struct moment moment = moment_of(at);
    for (size_t i = 0; i < count; i++) {
        struct delta_row *row = row_find(deltas, survey, &dimensions[i], &moment);
        if (!row)
            return false;
        histogram_add(&row->hist, counts);
    }
    return true;
}

bool deltas_add(struct deltas *deltas, const struct declared *declared, const struct response *response, int sign) {
    struct dimension dimensions[DIMENSIONS_MAX];
    size_t count = dimensions_of(response, declared, dimensions);
    return deltas_add_in(deltas, dimensions, count, response, sign);
}

enum tier delta_series_finest(const struct delta_series *series) {
    return series->is_coarse ? TIER_DAY : TIER_QUARTER_HOUR;
}

bool delta_series_is_total(const struct delta_series *series) {
    return series->dimension[0] == '\0';
}

bool delta_row_falls(const struct delta_row *row) {
    for (size_t i = 0; i < HISTOGRAM_SIZE; i++)
        if (row->hist.n[i] < 0)
            return true;
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

static int compare_dimensions(const struct delta_series *x, const struct delta_series *y) {
    int order = compare(x->survey, y->survey);
    return order ? order : strcmp(x->dimension, y->dimension);
}

static int compare_values(const void *a, const void *b, void *context) {
    const struct delta_series *series = context, *x = &series[*(const uint32_t *)a], *y = &series[*(const uint32_t *)b];
    int order = compare_dimensions(x, y);
    return order ? order : strcmp(x->value, y->value);
}

static int compare_arrivals(const void *a, const void *b, void *context) {
    const struct delta_series *series = context;
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    int order = compare_dimensions(&series[x], &series[y]);
    return order ? order : compare(x, y);
}

static bool order_series(struct deltas *deltas) {
    size_t count = deltas->series_count;
    if (count > deltas->order_capacity) {
        uint32_t *grown = reallocarray(deltas->order, count, sizeof *grown);
        if (!grown)
            return false;
        deltas->order = grown;
        deltas->order_capacity = count;
    }
    for (uint32_t i = 0; i < count; i++) {
        deltas->order[i] = i;
        deltas->series[i].net = 0;
    }
    qsort_r(deltas->order, count, sizeof *deltas->order, compare_values, deltas->series);
    for (uint32_t i = 0; i < count; i++)
        deltas->series[deltas->order[i]].rank = i;
    qsort_r(deltas->order, count, sizeof *deltas->order, compare_arrivals, deltas->series);
    for (size_t i = 0; i < deltas->quarter_count; i++)
        deltas->series[deltas->quarters[i].series].net += histogram_count(&deltas->quarters[i].hist);
    return true;
}

static int compare_rows(const void *a, const void *b, void *context) {
    const struct delta_row *x = a, *y = b;
    const struct delta_series *series = context;
    int order = compare(series[x->series].survey, series[y->series].survey);
    if (!order)
        order = delta_series_is_total(&series[y->series]) - delta_series_is_total(&series[x->series]);
    if (!order)
        order = compare(x->tier, y->tier);
    if (!order)
        order = compare(x->bucket, y->bucket);
    return order ? order : compare(series[x->series].rank, series[y->series].rank);
}

static bool has_tier(const struct delta_series *series, enum tier tier) {
    return tier <= delta_series_finest(series);
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
            if (quarter->series != row->series || bucket_number(tier, quarter->bucket * length) != row->bucket)
                break;
            histogram_add(&row->hist, &quarter->hist);
        }
        row_count += !histogram_is_empty(&row->hist) && has_tier(&deltas->series[row->series], tier);
    }
    return row_count;
}

bool deltas_rows(struct deltas *deltas, const struct delta_row **ret_rows, size_t *ret_count) {
    static const enum tier TIERS[] = {TIER_ALL, TIER_DAY, TIER_HOUR, TIER_QUARTER_HOUR};
    size_t most = CXD_COUNT(TIERS) * deltas->quarter_count;
    if (most > deltas->row_capacity) {
        struct delta_row *grown = reallocarray(deltas->rows, most, sizeof *grown);
        if (!grown)
            return false;
        deltas->rows = grown;
        deltas->row_capacity = most;
    }
    size_t count = 0;
    if (deltas->quarter_count > 0) {
        if (!order_series(deltas))
            return false;
        qsort(deltas->quarters, deltas->quarter_count, sizeof *deltas->quarters, compare_quarters);
        for (size_t i = 0; i < CXD_COUNT(TIERS); i++)
            count = sum_tier(deltas, TIERS[i], count);
        qsort_r(deltas->rows, count, sizeof *deltas->rows, compare_rows, deltas->series);
    }
    *ret_rows = deltas->rows;
    *ret_count = count;
    return true;
}
