/* What a batch counts: where its rollup rows are there already it is added to what was counted last (recent.h); else
 * each rollup row that moves is written once. Rows that fall to zero go, and so does a series without rows, so that
 * nothing of an erased person stays behind in a name or value. */

#include "store/impressions.h"
#include "store/sqlite/packs.h"
#include "store/sqlite/rollup_row.h"

/* Deltas that wait in memory before they are written, however large a batch is: about 10 MiB with their sums. */
enum { QUARTERS_MAX = 20000 };

/* What is answered is counted by then, or late. */
enum { CURRENT_MS = 60 * 60 * 1000 };

static enum cxd_err admit_series(struct sqlite_store *store, struct delta_series *series, struct error *err) {
    int64_t most = answered_is_listed(series->survey, series->dimension) ? INT64_MAX : store->base.dimension_values;
    enum cxd_err code =
        SQLITE_RUN(&store->db, QUERY_ADMIT_SERIES, err, INT(series->survey), TEXT(series->dimension), INT(most));
    series->refused = code == CXD_OK && sqlite3_changes(store->db.handle) == 0;
    if (code != CXD_OK || series->refused)
        return code;
    code = SQLITE_RUN(&store->db, QUERY_INSERT_SERIES, err, INT(series->survey), TEXT(series->dimension),
                      TEXT(series->value));
    if (code == CXD_OK)
        series->id = sqlite3_last_insert_rowid(store->db.handle);
    return code;
}

/* Leaves the id 0 where there is none. */
static enum cxd_err look_series_up(struct sqlite_store *store, struct delta_series *series, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool found = false;
    enum cxd_err code = SQLITE_FIRST(&store->db, QUERY_SELECT_SERIES, &stmt, &found, err, INT(series->survey),
                                     TEXT(series->dimension), TEXT(series->value));
    if (code == CXD_OK && found) {
        series->id = sqlite3_column_int64(stmt, 0);
        sqlite3_reset(stmt);
        sqlite_series_ids_keep(&store->series_ids, series->hash, series->survey, series->dimension, series->value,
                               series->id);
    }
    return code;
}

/* Without it nothing of the batch would be found among what was counted last. */
static enum cxd_err remember_all(struct sqlite_store *store, struct error *err) {
    enum cxd_err code = CXD_OK;
    for (size_t i = 0; code == CXD_OK && i < store->deltas.series_count; i++) {
        struct delta_series *series = &store->deltas.series[i];
        if (delta_series_is_total(series))
            continue;
        series->id =
            sqlite_series_ids_find(&store->series_ids, series->hash, series->survey, series->dimension, series->value);
        if (series->id == 0 && !store->is_rebuilding)
            code = look_series_up(store, series, err);
    }
    return code;
}

static enum cxd_err find_series(struct sqlite_store *store, struct delta_series *series, struct error *err) {
    enum cxd_err code = look_series_up(store, series, err);
    if (code != CXD_OK || series->id != 0)
        return code;
    series->refused = series->net <= 0; /* it was there before, and beyond */
    if (!series->refused)
        code = admit_series(store, series, err);
    if (code == CXD_OK && series->refused)
        code = sqlite_gates_add_beyond(store, series->survey, series->dimension, series->net, err);
    return code;
}

/* What rises goes before what falls: whether a dimension has a place is a matter of the state before. */
static enum cxd_err admit_all(struct sqlite_store *store, struct error *err) {
    enum cxd_err code = CXD_OK;
    for (size_t i = 0; code == CXD_OK && i < store->deltas.series_count; i++) {
        struct delta_series *series = &store->deltas.series[store->deltas.order[i]];
        if (!delta_series_is_total(series) && series->id == 0 && series->net > 0)
            code = find_series(store, series, err);
    }
    return code;
}

static enum cxd_err write_row(struct sqlite_store *store, const struct delta_row *row, struct error *err) {
    struct delta_series *series = &store->deltas.series[row->series];
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = CXD_OK;
    if (series->id == 0 && !series->refused && !delta_series_is_total(series))
        code = find_series(store, series, err);
    if (code != CXD_OK || series->refused)
        return code;
    const struct rollup_place place = {series->survey, row->tier, row->bucket, series->id};
    code = sqlite_rollup_add(&store->db, &place, &row->hist, err);
    if (code == CXD_OK && delta_row_falls(row)) {
        code = sqlite_db_statement(&store->db, QUERY_DELETE_EMPTY_ROLLUP, &stmt, err);
        if (code == CXD_OK) {
            sqlite_rollup_bind(stmt, &place);
            code = sqlite_db_run(&store->db, stmt, err);
        }
    }
    return code;
}

static enum cxd_err delete_if_empty(struct sqlite_store *store, const struct delta_series *series, struct error *err) {
    enum cxd_err code = SQLITE_RUN(&store->db, QUERY_DELETE_EMPTY_SERIES, err, INT(series->id), INT(series->survey));
    if (code == CXD_OK && sqlite3_changes(store->db.handle) > 0) {
        sqlite_series_ids_forget(&store->series_ids);
        code = SQLITE_RUN(&store->db, QUERY_LOSE_SERIES, err, INT(series->survey), TEXT(series->dimension));
    }
    return code;
}

/* What was packed of the days that move is taken away. The segments of a day come one after the other. */
static enum cxd_err touch_packs(struct sqlite_store *store, const struct delta_row *rows, size_t count,
                                struct error *err) {
    int64_t number = 0, day = 0;
    enum cxd_err code = CXD_OK;
    for (size_t i = 0; code == CXD_OK && i < count; i++) {
        const struct delta_series *series = &store->deltas.series[rows[i].series];
        if (rows[i].tier != TIER_DAY || rows[i].bucket >= store->packed_through || delta_series_is_total(series) ||
            (series->survey == number && rows[i].bucket == day))
            continue;
        number = series->survey;
        day = rows[i].bucket;
        code = sqlite_packs_touch(store, number, day, err);
    }
    return code;
}

/* --- What was counted last ------------------------------------------------------------------------------------------
 */

void sqlite_rollups_forget(struct sqlite_store *store) {
    sqlite_recent_free(&store->recent);
    sqlite_series_ids_forget(&store->series_ids);
}

static enum cxd_err fold(struct sqlite_store *store, int64_t number, struct error *err) {
    bool has_none = store->recent.is_loaded && !sqlite_recent_has(&store->recent, number);
    enum cxd_err code = has_none ? CXD_OK : sqlite_recent_fold(&store->db, number, err);
    sqlite_recent_drop(&store->recent, number);
    return code;
}

enum cxd_err sqlite_rollups_fold(struct sqlite_store *store, int64_t number, struct error *err) {
    sqlite_series_ids_forget(&store->series_ids);
    return fold(store, number, err);
}

/* Where the sums of a quarter hour, or a day, are counted. */
static struct rollup_place place_of(const struct sqlite_store *store, const struct delta_row *quarter) {
    const struct delta_series *series = &store->deltas.series[quarter->series];
    enum tier tier = delta_series_finest(series);
    int64_t quarters = tier_length_ms(tier) / tier_length_ms(TIER_QUARTER_HOUR);
    return (struct rollup_place){series->survey, tier, quarter->bucket / quarters, series->id};
}

static bool may_be_recent(const struct sqlite_store *store, const struct delta_row *quarter) {
    const struct delta_series *series = &store->deltas.series[quarter->series];
    int64_t day = tier_bucket(TIER_DAY, quarter->bucket * tier_length_ms(TIER_QUARTER_HOUR)) / tier_length_ms(TIER_DAY);
    if (store->is_rebuilding || (series->id == 0 && !delta_series_is_total(series)) || day < store->packed_through)
        return false;
    for (int i = IMPRESSION_INVITED; series->survey < 0 && i < HISTOGRAM_SIZE; i++)
        if (quarter->hist.n[i] != 0)
            return false; /* has_invited looks at rollup rows alone */
    return true;
}

static struct histogram *find_recent(struct sqlite_store *store, const struct delta_row *quarter) {
    const struct rollup_place place = place_of(store, quarter);
    return may_be_recent(store, quarter)
               ? sqlite_recent_find(&store->recent, place.number, place.tier, place.bucket, place.series)
               : NULL;
}

/* Whether something falls that was not counted last. */
static bool takes_away(struct sqlite_store *store, const struct delta_row *quarter) {
    const struct histogram *sum = delta_row_falls(quarter) ? find_recent(store, quarter) : &quarter->hist;
    for (size_t n = 0; sum != &quarter->hist && n < HISTOGRAM_SIZE; n++)
        if (!sum || sum->n[n] + quarter->hist.n[n] < 0)
            return true;
    return false;
}

/* Of a number of which something falls, all is counted in rows. */
static enum cxd_err fold_what_falls(struct sqlite_store *store, struct error *err) {
    enum cxd_err code = CXD_OK;
    for (size_t i = 0; code == CXD_OK && i < store->deltas.quarter_count; i++)
        if (takes_away(store, &store->deltas.quarters[i]))
            code = fold(store, place_of(store, &store->deltas.quarters[i]).number, err);
    return code;
}

static enum cxd_err fold_what_is_much(struct sqlite_store *store, struct error *err) {
    enum cxd_err code = CXD_OK;
    int64_t number = 0, last = INT64_MIN;
    for (; code == CXD_OK && sqlite_recent_is_much(&store->recent, &number) && number != last; last = number)
        code = fold(store, number, err);
    return code;
}

/* Out of the deltas, what can be counted without any rollup row. */
static void take_recent(struct sqlite_store *store) {
    struct deltas *deltas = &store->deltas;
    size_t kept = 0;
    for (size_t i = 0; i < deltas->quarter_count; i++) {
        const struct rollup_place place = place_of(store, &deltas->quarters[i]);
        if (!may_be_recent(store, &deltas->quarters[i]) ||
            !sqlite_recent_add(&store->recent, place.number, place.tier, place.bucket, place.series,
                               &deltas->quarters[i].hist))
            deltas->quarters[kept++] = deltas->quarters[i];
    }
    deltas->quarter_count = kept;
}

/* Whether more of it may well come. */
static bool is_current(const struct sqlite_store *store, const struct rollup_place *place) {
    int64_t length = tier_length_ms(place->tier), from = place->bucket * length;
    return from > store->now_ms - length - CURRENT_MS && from <= store->now_ms + CURRENT_MS;
}

/* What has just got its rollup rows need not move them again. Where something falls they may be gone. */
static enum cxd_err note_written(struct sqlite_store *store, struct error *err) {
    for (size_t i = 0; i < store->deltas.quarter_count; i++) {
        const struct delta_row *quarter = &store->deltas.quarters[i];
        const struct rollup_place place = place_of(store, quarter);
        if (may_be_recent(store, quarter) && is_current(store, &place) && !histogram_is_empty(&quarter->hist) &&
            !delta_row_falls(quarter) &&
            !sqlite_recent_make(&store->recent, place.number, place.tier, place.bucket, place.series))
            return error_set(err, ERR_NO_MEMORY, "no memory for what was counted last");
    }
    return CXD_OK;
}

static enum cxd_err begin_recent(struct sqlite_store *store, struct error *err) {
    enum cxd_err code = store->recent.is_loaded ? CXD_OK : sqlite_recent_load_all(&store->recent, &store->db, err);
    if (code == CXD_OK)
        code = remember_all(store, err);
    if (code == CXD_OK)
        code = fold_what_falls(store, err);
    if (code == CXD_OK)
        code = fold_what_is_much(store, err);
    if (code == CXD_OK)
        take_recent(store);
    return code;
}

/* --- Rollup rows ----------------------------------------------------------------------------------------------------
 */

/* The deltas as rows of all tiers. */
static enum cxd_err write_rows(struct sqlite_store *store, struct error *err) {
    const struct delta_row *rows = NULL;
    size_t count = 0;
    if (!deltas_rows(&store->deltas, &rows, &count))
        return error_set(err, ERR_NO_MEMORY, "no memory for the rollups of a batch");
    enum cxd_err code = admit_all(store, err);
    for (size_t i = 0; code == CXD_OK && i < count; i++)
        code = write_row(store, &rows[i], err);
    if (code == CXD_OK)
        code = touch_packs(store, rows, count, err);
    /* A series has a row as long as it has one of TIER_ALL. */
    for (size_t i = 0; code == CXD_OK && i < count; i++) {
        const struct delta_series *series = &store->deltas.series[rows[i].series];
        if (rows[i].tier == TIER_ALL && series->id != 0 && delta_row_falls(&rows[i]))
            code = delete_if_empty(store, series, err);
    }
    return code;
}

enum cxd_err sqlite_rollups_flush(struct sqlite_store *store, struct error *err) {
    enum cxd_err code = store->deltas.quarter_count > 0 ? begin_recent(store, err) : CXD_OK;
    if (code == CXD_OK && store->deltas.quarter_count > 0)
        code = write_rows(store, err);
    if (code == CXD_OK)
        code = note_written(store, err);
    if (code == CXD_OK)
        code = sqlite_recent_write(&store->recent, &store->db, &store->counts, err);
    if (code == CXD_OK)
        code = sqlite_gates_flush(store, err);
    deltas_clear(&store->deltas);
    return code;
}

enum cxd_err sqlite_rollups_relieve(struct sqlite_store *store, struct error *err) {
    return store->deltas.quarter_count < QUARTERS_MAX ? CXD_OK : sqlite_rollups_flush(store, err);
}
