/* Days are read from packs where there are some, the longest first, and what lies between from rows. */
#include <string.h>

#include "store/sqlite/packs.h"

/* Stretches of days that no pack of a span is of. */
struct gaps {
    struct gap {
        int64_t from, to;
    } * items;
    size_t count, capacity;
};

static bool add_gap(struct arena *arena, struct gaps *gaps, int64_t from, int64_t to) {
    if (from >= to)
        return true;
    if (gaps->count == gaps->capacity) {
        size_t larger = gaps->capacity ? 2 * gaps->capacity : 16;
        struct gap *grown = arena_alloc(arena, larger * sizeof *grown);
        if (!grown)
            return false;
        if (gaps->count > 0)
            memcpy(grown, gaps->items, gaps->count * sizeof *grown);
        gaps->items = grown;
        gaps->capacity = larger;
    }
    gaps->items[gaps->count++] = (struct gap){from, to};
    return true;
}

/* Buckets of the span that lie in [from, to) as a whole. */
static int64_t first_bucket(enum pack_span span, int64_t from) {
    int64_t bucket = span == PACK_DAY ? from : from >> RUN_SHIFT;
    return sqlite_pack_day(span, bucket) < from ? bucket + 1 : bucket;
}

static int64_t end_bucket(enum pack_span span, int64_t to) {
    return span == PACK_DAY ? to : to >> RUN_SHIFT;
}

static enum cxd_err take_all(const struct unpacking *unpacking, enum pack_span span, const struct gap *days,
                             struct gaps *gaps, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false, has_memory = true;
    int64_t at = days->from;
    enum cxd_err code =
        SQLITE_ASK(unpacking->db, QUERY_LIST_PACKED, &stmt, err, INT(unpacking->number), INT(span),
                   INT(first_bucket(span, days->from)), INT(end_bucket(span, days->to)), TEXT(unpacking->dimension));
    while (code == CXD_OK && has_memory && (code = sqlite_db_next(unpacking->db, stmt, &row, err)) == CXD_OK && row) {
        int64_t bucket = sqlite3_column_int64(stmt, 0);
        const void *bytes = sqlite3_column_blob(stmt, 1);
        struct pack pack = pack_begin(bytes, bytes ? (size_t)sqlite3_column_bytes(stmt, 1) : 0);
        has_memory = add_gap(unpacking->arena, gaps, at, sqlite_pack_day(span, bucket));
        at = sqlite_pack_day(span, bucket + 1);
        unpacking->take(unpacking->context, &pack);
        if (pack.is_damaged) {
            sqlite3_reset(stmt);
            return error_set(err, ERR_STORAGE, "packed rollups of %s cannot be read", unpacking->dimension);
        }
    }
    sqlite3_reset(stmt);
    if (code == CXD_OK && !(has_memory && add_gap(unpacking->arena, gaps, at, days->to)))
        code = error_set(err, ERR_NO_MEMORY, "no memory to read packed rollups");
    return code;
}

enum cxd_err sqlite_unpack(const struct unpacking *unpacking, int64_t from, int64_t to, struct error *err) {
    struct gap all = {from, to};
    struct gaps now = {.items = &all, .count = from < to, .capacity = 1};
    enum cxd_err code = CXD_OK;
    for (int span = PACK_SPANS - 1; code == CXD_OK && span >= PACK_DAY; span--) {
        struct gaps left = {0};
        for (size_t i = 0; code == CXD_OK && i < now.count; i++)
            code = take_all(unpacking, (enum pack_span)span, &now.items[i], &left, err);
        now = left;
    }
    for (size_t i = 0; code == CXD_OK && i < now.count; i++)
        code = unpacking->read(unpacking->context, now.items[i].from, now.items[i].to, err);
    return code;
}
