/* The rollups that there would be, counted from the responses at each call: one row for each response,
 * dimension and tier, sorted, and equal ones added up. */

#include <stdlib.h>
#include <string.h>

#include "memory.h"

static const enum tier TIERS[] = {TIER_ALL, TIER_DAY, TIER_HOUR, TIER_QUARTER_HOUR};

struct rows {
    struct rollup_row *items;
    size_t count, capacity;
};

static int compare_rows(const void *a, const void *b) {
    const struct rollup_row *x = a, *y = b;
    int order = (x->survey > y->survey) - (x->survey < y->survey);
    if (!order)
        order = strcmp(x->dimension, y->dimension);
    if (!order)
        order = strcmp(x->value, y->value);
    if (!order)
        order = (x->tier > y->tier) - (x->tier < y->tier);
    return order ? order : (x->bucket > y->bucket) - (x->bucket < y->bucket);
}

struct adding {
    const struct memory_store *store;
    struct rows *rows;
    const struct response *response;
    struct arena *arena;
};

static bool add(void *context, const struct answered *answered) {
    const struct adding *adding = context;
    struct rows *rows = adding->rows;
    if (rows->count + answered->count * CXD_COUNT(TIERS) > rows->capacity) {
        size_t larger = 2 * rows->capacity + (answered->count + 100) * CXD_COUNT(TIERS);
        struct rollup_row *grown = reallocarray(rows->items, larger, sizeof *grown);
        if (!grown)
            return false;
        rows->items = grown;
        rows->capacity = larger;
    }
    for (size_t i = 0; i < answered->count; i++) {
        const struct dimension *dimension = &answered->dimensions[i];
        bool is_coarse = answered_is_coarse(answered->number, dimension->name);
        if (dimension->name[0] != '\0' && memory_is_beyond(adding->store, answered->number, dimension))
            continue;
        const char *value = arena_strdup(adding->arena, dimension->value); /* a revision is on the stack */
        for (size_t t = 0; value && t < CXD_COUNT(TIERS) && (TIERS[t] <= TIER_DAY || !is_coarse); t++) {
            struct rollup_row *row = &rows->items[rows->count++];
            *row = (struct rollup_row){
                .survey = answered->number,
                .dimension = dimension->name,
                .value = value,
                .tier = TIERS[t],
                .bucket = TIERS[t] == TIER_ALL ? 0 : tier_bucket(TIERS[t], adding->response->answered_at),
            };
            row->hist.n[answered->score] = 1;
        }
        if (!value)
            return false;
    }
    return true;
}

static bool add_response(const struct memory_store *store, struct rows *rows, const struct response *response,
                         const struct declared *declared, struct arena *arena) {
    struct dimension dimensions[DIMENSIONS_MAX];
    struct adding adding = {store, rows, response, arena};
    const struct answered whole = {response->survey, dimensions, dimensions_of(response, declared, dimensions),
                                   response->score};
    const struct survey *asked;
    if (!add(&adding, &whole) || declared->question_count == 0)
        return declared->question_count == 0;
    return memory_asked(store, response->survey, response->revision, arena, &asked) &&
           answered_walk(response, declared, asked, add, &adding);
}

static bool add_all(const struct memory_store *store, struct arena *arena, struct rows *rows) {
    struct declared *declared = arena_alloc(arena, (store->surveys.count + 1) * sizeof *declared);
    bool done = declared;
    for (size_t i = 0; done && i < store->surveys.count; i++)
        done = memory_declared(store, (int64_t)i + 1, arena, &declared[i]);
    for (size_t i = 0; done && i < store->responses.count; i++) {
        const struct response *response = store->responses.blocks[i];
        if (response && response_counts(response))
            done = add_response(store, rows, response, &declared[response->survey - 1], arena);
    }
    return done;
}

enum cxd_err memory_read_rollups(struct store_reader *base, store_rollup_visit *visit, void *context,
                                 struct error *err) {
    struct memory_reader *reader = (struct memory_reader *)base;
    struct rows rows = {0};
    struct arena arena;
    arena_init(&arena);
    memory_enter(reader);
    bool done = add_all(reader->store, &arena, &rows);
    if (done && rows.count > 0) {
        qsort(rows.items, rows.count, sizeof *rows.items, compare_rows);
        for (size_t i = 0, next; i < rows.count; i = next) {
            for (next = i + 1; next < rows.count && compare_rows(&rows.items[i], &rows.items[next]) == 0; next++)
                histogram_add(&rows.items[i].hist, &rows.items[next].hist);
            visit(context, &rows.items[i]);
        }
    }
    memory_leave(reader);
    free(rows.items);
    arena_free(&arena);
    return done ? CXD_OK : error_set(err, ERR_NO_MEMORY, "no memory to count the rollups");
}

static void count_row(void *context, const struct rollup_row *row) {
    int64_t *rows = context;
    (void)row;
    ++*rows;
}

enum cxd_err memory_count_rollups(struct store_reader *reader, struct store_sums *ret_sums, struct error *err) {
    struct store_sums sums = {0};
    enum cxd_err code = memory_read_rollups(reader, count_row, &sums.rows, err);
    if (code == CXD_OK)
        *ret_sums = sums;
    return code;
}
