/* The deltas of a batch to the rollup rows, in the order that is the same for all nodes (engine.h): dimensions first,
 * then rows. Dimensions are locked FOR KEY SHARE, which nodes do beside each other; where a value is new, or one may be
 * gone, they are let go and locked FOR UPDATE. */

#include <stdlib.h>
#include <string.h>

#include "store/postgresql/writer.h"

struct place { /* of a dimension */
    int64_t survey;
    const char *name;
    int64_t series, beyond, more_beyond;
};

struct moving {
    struct delta_series *series; /* of the deltas */
    uint32_t *sorted;            /* those that are no total, by rank */
    size_t count;
    struct place *places; /* by survey and name */
    size_t place_count;
    bool may_fall; /* a series may be gone */
};

static enum cxd_err no_memory(struct error *err) {
    return error_set(err, ERR_NO_MEMORY, "no memory for the rollups of a batch");
}

static int compare_ranks(const void *a, const void *b, void *context) {
    const struct delta_series *series = context;
    uint32_t x = series[*(const uint32_t *)a].rank, y = series[*(const uint32_t *)b].rank;
    return (x > y) - (x < y);
}

static bool same_place(const struct place *place, const struct delta_series *series) {
    return place->survey == series->survey && strcmp(place->name, series->dimension) == 0;
}

static enum cxd_err gather(struct postgresql_store *store, const struct delta_row *rows, size_t row_count,
                           struct moving *moving, struct error *err) {
    size_t all = store->deltas.series_count;
    *moving = (struct moving){.series = store->deltas.series,
                              .sorted = arena_alloc(&store->arena, (all + 1) * sizeof(uint32_t)),
                              .places = arena_alloc(&store->arena, (all + 1) * sizeof(struct place))};
    if (!moving->sorted || !moving->places)
        return no_memory(err);
    for (size_t i = 0; i < all; i++) {
        moving->series[i].id = 0;
        moving->series[i].refused = false;
        if (!delta_series_is_total(&moving->series[i]))
            moving->sorted[moving->count++] = (uint32_t)i;
    }
    qsort_r(moving->sorted, moving->count, sizeof *moving->sorted, compare_ranks, moving->series);
    for (size_t i = 0; i < moving->count; i++) {
        const struct delta_series *series = &moving->series[moving->sorted[i]];
        if (moving->place_count == 0 || !same_place(&moving->places[moving->place_count - 1], series))
            moving->places[moving->place_count++] = (struct place){series->survey, series->dimension, 0, 0, 0};
    }
    for (size_t i = 0; i < row_count; i++)
        moving->may_fall |= (rows[i].tier == TIER_ALL || !delta_series_is_total(&moving->series[rows[i].series])) &&
                            delta_row_falls(&rows[i]);
    return CXD_OK;
}

static struct place *place_of(const struct moving *moving, const struct delta_series *series) {
    for (size_t i = 0; i < moving->place_count; i++)
        if (same_place(&moving->places[i], series))
            return &moving->places[i];
    return NULL;
}

/* --- The look at the dimensions ----------------------------------------------------------------------------------- */

static void fill_places(struct postgresql_store *store, const struct moving *moving) {
    postgresql_array_ints(&store->arrays[0]);
    postgresql_array_texts(&store->arrays[1]);
    for (size_t i = 0; i < moving->place_count; i++) {
        postgresql_array_add_int(&store->arrays[0], moving->places[i].survey);
        postgresql_array_add_text(&store->arrays[1], moving->places[i].name);
    }
}

static void begin_series(struct postgresql_store *store) {
    postgresql_array_ints(&store->arrays[2]);
    postgresql_array_texts(&store->arrays[3]);
    postgresql_array_texts(&store->arrays[4]);
}

static void add_series(struct postgresql_store *store, const struct delta_series *series) {
    postgresql_array_add_int(&store->arrays[2], series->survey);
    postgresql_array_add_text(&store->arrays[3], series->dimension);
    postgresql_array_add_text(&store->arrays[4], series->value);
}

#define PLACES ARRAY(&store->arrays[0]), ARRAY(&store->arrays[1])
#define SERIES ARRAY(&store->arrays[2]), ARRAY(&store->arrays[3]), ARRAY(&store->arrays[4])

/* Queues the lock, and what is read behind it. */
static enum cxd_err queue_look(struct postgresql_store *store, const struct moving *moving, bool alone,
                               struct error *err) {
    struct db *db = &store->db;
    fill_places(store, moving);
    begin_series(store);
    for (size_t i = 0; i < moving->count; i++)
        add_series(store, &moving->series[moving->sorted[i]]);
    enum cxd_err code = POSTGRESQL_QUEUE(db, alone ? QUERY_LOCK_DIMENSIONS : QUERY_LOCK_DIMENSIONS_SHARED, err, PLACES);
    if (code == CXD_OK)
        code = POSTGRESQL_QUEUE(db, QUERY_SUM_BEYOND, err, PLACES);
    return code == CXD_OK ? POSTGRESQL_QUEUE(db, QUERY_FIND_SERIES, err, SERIES) : code;
}

/* Of the last three results. A series that is there has the id 1. */
static void take_look(struct postgresql_store *store, struct moving *moving) {
    size_t at = store->db.result_count - 3;
    const PGresult *dimensions = postgresql_db_result(&store->db, at);
    const PGresult *beyond = postgresql_db_result(&store->db, at + 1);
    const PGresult *found = postgresql_db_result(&store->db, at + 2);
    for (int i = 0; i < PQntuples(dimensions); i++) {
        const struct delta_series key = {.survey = postgresql_int(dimensions, i, 0),
                                         .dimension = postgresql_text(dimensions, i, 1)};
        struct place *place = place_of(moving, &key);
        if (place)
            place->series = postgresql_int(dimensions, i, 2);
    }
    for (size_t i = 0; i < moving->place_count; i++)
        moving->places[i].beyond = postgresql_int(beyond, (int)i, 0);
    for (int i = 0; i < PQntuples(found); i++)
        moving->series[moving->sorted[postgresql_int(found, i, 0) - 1]].id = 1;
}

/* Whether what is there stays as it is, so that the shared locks do. A row that falls in a lower tier alone, as where
 * an answer moves to another time, may be cleared away too, with the slots of others. */
static bool is_settled(const struct moving *moving) {
    bool settled = !moving->may_fall;
    for (size_t i = 0; settled && i < moving->count; i++) {
        const struct delta_series *series = &moving->series[moving->sorted[i]];
        settled = series->id != 0 || series->net <= 0;
    }
    return settled;
}

static enum cxd_err look(struct postgresql_store *store, struct moving *moving, struct error *err) {
    struct db *db = &store->db;
    enum cxd_err code = POSTGRESQL_QUEUE(db, QUERY_SAVEPOINT, err);
    if (code == CXD_OK)
        code = queue_look(store, moving, false, err);
    if (code == CXD_OK)
        code = postgresql_db_run(db, err);
    if (code != CXD_OK)
        return code;
    take_look(store, moving);
    if (is_settled(moving))
        return POSTGRESQL_QUEUE(db, QUERY_RELEASE, err);
    code = POSTGRESQL_QUEUE(db, QUERY_ROLLBACK_TO, err);
    fill_places(store, moving);
    if (code == CXD_OK)
        code = POSTGRESQL_QUEUE(db, QUERY_MAKE_DIMENSIONS, err, PLACES);
    if (code == CXD_OK)
        code = queue_look(store, moving, true, err);
    for (size_t i = 0; i < moving->count; i++)
        moving->series[moving->sorted[i]].id = 0;
    if (code == CXD_OK)
        code = postgresql_db_run(db, err);
    if (code != CXD_OK)
        return code;
    take_look(store, moving);
    return POSTGRESQL_QUEUE(db, QUERY_RELEASE, err);
}

/* --- Who gets a place --------------------------------------------------------------------------------------------- */

/* What rises goes before what falls: whether a dimension has a place is a matter of the state before. */
static void admit(const struct postgresql_store *store, struct moving *moving, struct delta_series *series,
                  bool rises) {
    if (delta_series_is_total(series) || series->id != 0 || (series->net > 0) != rises)
        return;
    struct place *place = place_of(moving, series);
    bool is_full =
        place->series >= store->base.dimension_values && !answered_is_listed(series->survey, series->dimension);
    if (!rises || is_full || place->beyond + place->more_beyond > 0) {
        place->more_beyond += series->net;
        series->refused = true;
        return;
    }
    place->series++;
    series->id = 2;
}

static enum cxd_err write_series(struct postgresql_store *store, struct moving *moving, struct error *err) {
    for (int rises = 1; rises >= 0; rises--)
        for (size_t i = 0; i < store->deltas.series_count; i++)
            admit(store, moving, &moving->series[store->deltas.order[i]], rises);
    begin_series(store);
    for (size_t i = 0; i < moving->count; i++)
        if (moving->series[moving->sorted[i]].id == 2)
            add_series(store, &moving->series[moving->sorted[i]]);
    enum cxd_err code = CXD_OK;
    if (store->arrays[2].count > 0)
        code = POSTGRESQL_QUEUE(&store->db, QUERY_INSERT_SERIES, err, SERIES);
    postgresql_array_ints(&store->arrays[0]);
    postgresql_array_texts(&store->arrays[1]);
    postgresql_array_ints(&store->arrays[2]);
    for (size_t i = 0; i < moving->place_count; i++) {
        if (moving->places[i].more_beyond == 0)
            continue;
        postgresql_array_add_int(&store->arrays[0], moving->places[i].survey);
        postgresql_array_add_text(&store->arrays[1], moving->places[i].name);
        postgresql_array_add_int(&store->arrays[2], moving->places[i].more_beyond);
    }
    if (code == CXD_OK && store->arrays[0].count > 0)
        code = POSTGRESQL_QUEUE(&store->db, QUERY_ADD_BEYOND, err, PLACES, ARRAY(&store->arrays[2]),
                                INT(store->node.slot));
    return code;
}

/* --- The rows ----------------------------------------------------------------------------------------------------- */

enum { KEYS = 6 };

static void begin_rows(struct db_array *arrays, bool with_counts) {
    for (size_t i = 0; i < KEYS + (with_counts ? HISTOGRAM_SIZE : 0); i++)
        if (i == 4 || i == 5)
            postgresql_array_texts(&arrays[i]);
        else
            postgresql_array_ints(&arrays[i]);
}

static void add_row(struct db_array *arrays, const struct delta_series *series, const struct delta_row *row,
                    bool with_counts) {
    postgresql_array_add_int(&arrays[0], series->survey);
    postgresql_array_add_int(&arrays[1], !delta_series_is_total(series));
    postgresql_array_add_int(&arrays[2], row->tier);
    postgresql_array_add_int(&arrays[3], row->bucket);
    postgresql_array_add_text(&arrays[4], series->dimension);
    postgresql_array_add_text(&arrays[5], series->value);
    for (size_t i = 0; with_counts && i < HISTOGRAM_SIZE; i++)
        postgresql_array_add_int(&arrays[KEYS + i], row->hist.n[i]);
}

static enum cxd_err queue_rows(struct postgresql_store *store, enum query query, size_t counts, struct error *err) {
    struct db_value values[KEYS + 1 + HISTOGRAM_SIZE];
    if (store->arrays[0].count == 0)
        return CXD_OK;
    for (size_t i = 0; i < KEYS; i++)
        values[i] = ARRAY(&store->arrays[i]);
    values[KEYS] = INT(store->node.slot);
    for (size_t i = 0; i < counts; i++)
        values[KEYS + 1 + i] = ARRAY(&store->arrays[KEYS + i]);
    return postgresql_db_queue(&store->db, query, values, KEYS + 1 + counts, err);
}

static enum cxd_err write_rows(struct postgresql_store *store, const struct delta_row *rows, size_t count,
                               struct error *err) {
    begin_rows(store->arrays, true);
    for (size_t i = 0; i < count; i++)
        if (!store->deltas.series[rows[i].series].refused)
            add_row(store->arrays, &store->deltas.series[rows[i].series], &rows[i], true);
    enum cxd_err code = queue_rows(store, QUERY_ADD_ROLLUPS, HISTOGRAM_SIZE, err);
    begin_rows(store->arrays, false);
    for (size_t i = 0; i < count; i++)
        if (!store->deltas.series[rows[i].series].refused && delta_row_falls(&rows[i]))
            add_row(store->arrays, &store->deltas.series[rows[i].series], &rows[i], false);
    if (code == CXD_OK)
        code = queue_rows(store, QUERY_CLEAR_ROLLUPS, 0, err);
    begin_series(store);
    for (size_t i = 0; i < count; i++) {
        const struct delta_series *series = &store->deltas.series[rows[i].series];
        if (rows[i].tier == TIER_ALL && series->id != 0 && delta_row_falls(&rows[i]))
            add_series(store, series);
    }
    if (code == CXD_OK && store->arrays[2].count > 0)
        code = POSTGRESQL_QUEUE(&store->db, QUERY_DELETE_SERIES, err, SERIES);
    return code;
}

enum cxd_err postgresql_rollups_flush(struct postgresql_store *store, struct error *err) {
    const struct delta_row *rows = NULL;
    struct moving moving;
    size_t count = 0;
    if (!deltas_rows(&store->deltas, &rows, &count))
        return no_memory(err);
    enum cxd_err code = gather(store, rows, count, &moving, err);
    if (code == CXD_OK && moving.count > 0)
        code = look(store, &moving, err);
    if (code == CXD_OK && moving.count > 0)
        code = write_series(store, &moving, err);
    if (code == CXD_OK && count > 0)
        code = write_rows(store, rows, count, err);
    deltas_clear(&store->deltas);
    return code;
}
