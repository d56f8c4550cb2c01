/* What a pack is made of: the rows of one day, or of eight, added up by series. */
#include <stdlib.h>
#include <string.h>

#include "store/sqlite/packs.h"

/* A day with fewer rows than this, of all dimensions together, is sooner read than found packed. */
enum { FEW_ROWS = 8 };

enum pack_state sqlite_packing_state(size_t rows) {
    return rows < FEW_ROWS ? PACK_FEW : PACK_PACKED;
}

void sqlite_packing_init(struct packing *packing, struct db *db) {
    *packing = (struct packing){.db = db};
    arena_init(&packing->arena);
    buffer_init(&packing->bytes);
}

void sqlite_packing_free(struct packing *packing) {
    arena_free(&packing->arena);
    buffer_free(&packing->bytes);
}

/* What was there before stays with the arena. */
static void *grow(struct arena *arena, void *array, size_t count, size_t size) {
    if (count < 16 ? count > 0 : (count & (count - 1)) != 0)
        return array;
    void *grown = arena_alloc(arena, (count == 0 ? 16 : 2 * count) * size);
    if (grown && count > 0)
        memcpy(grown, array, count * size);
    return grown;
}

static bool add_member(struct packing *packing, int64_t series, const char *name) {
    struct arena *arena = &packing->arena;
    size_t last = packing->dimension_count;
    if (last == 0 || strcmp(packing->dimensions[last - 1].name, name) != 0) {
        char *copy = arena_strdup(arena, name);
        packing->dimensions = grow(arena, packing->dimensions, last, sizeof *packing->dimensions);
        if (!packing->dimensions || !copy)
            return false;
        packing->dimensions[packing->dimension_count++] = (struct pack_dimension){copy, packing->count};
    }
    packing->members = grow(arena, packing->members, packing->count, sizeof *packing->members);
    if (!packing->members)
        return false;
    packing->members[packing->count++] = (struct pack_member){.series = series};
    return true;
}

static int compare_members(const void *left, const void *right) {
    const struct pack_member *a = left, *b = right;
    return (a->series > b->series) - (a->series < b->series);
}

static size_t end_of(const struct packing *packing, size_t dimension) {
    return dimension + 1 < packing->dimension_count ? packing->dimensions[dimension + 1].first : packing->count;
}

/* Of each dimension, as packs have them. */
static void sort_members(struct packing *packing) {
    for (size_t i = 0; i < packing->dimension_count; i++) {
        size_t first = packing->dimensions[i].first;
        qsort(&packing->members[first], end_of(packing, i) - first, sizeof *packing->members, compare_members);
    }
}

static enum cxd_err load(struct packing *packing, int64_t number, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false, has_memory = true;
    arena_reset(&packing->arena);
    packing->dimension_count = packing->count = 0;
    packing->is_loaded = false;
    enum cxd_err code = SQLITE_ASK(packing->db, QUERY_LIST_MEMBERS, &stmt, err, INT(number));
    while (code == CXD_OK && has_memory && (code = sqlite_db_next(packing->db, stmt, &row, err)) == CXD_OK && row) {
        const char *name = (const char *)sqlite3_column_text(stmt, 1);
        has_memory = add_member(packing, sqlite3_column_int64(stmt, 0), name ? name : "");
    }
    sqlite3_reset(stmt);
    packing->owners = (struct owners){
        .items = arena_alloc(&packing->arena, (packing->count + 1) * sizeof *packing->owners.items),
        .count = packing->count,
    };
    if (code == CXD_OK && (!has_memory || !packing->owners.items))
        code = error_set(err, ERR_NO_MEMORY, "no memory to pack rollups");
    if (code != CXD_OK)
        return code;
    sort_members(packing);
    for (size_t i = 0; i < packing->count; i++)
        packing->owners.items[i] = (struct owner){packing->members[i].series, i};
    sqlite_owners_sort(&packing->owners);
    packing->number = number;
    packing->is_loaded = true;
    return CXD_OK;
}

enum cxd_err sqlite_packing_sum(struct packing *packing, int64_t number, enum pack_span span, int64_t bucket,
                                size_t *ret_rows, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = packing->is_loaded && packing->number == number ? CXD_OK : load(packing, number, err);
    for (size_t i = 0; code == CXD_OK && i < packing->count; i++)
        packing->members[i].hist = (struct histogram){{0}};
    *ret_rows = 0;
    if (code == CXD_OK)
        code = SQLITE_ASK(packing->db, QUERY_READ_DAY_ROWS, &stmt, err, INT(number), INT(sqlite_pack_day(span, bucket)),
                          INT(sqlite_pack_day(span, bucket + 1)));
    while (code == CXD_OK && (code = sqlite_db_next(packing->db, stmt, &row, err)) == CXD_OK && row) {
        const struct owner *owner = sqlite_owners_find(&packing->owners, sqlite3_column_int64(stmt, 0));
        for (int i = 0; owner && i < HISTOGRAM_SIZE; i++)
            packing->members[owner->at].hist.n[i] += sqlite3_column_int64(stmt, 1 + i);
        *ret_rows += owner != NULL;
    }
    sqlite3_reset(stmt);
    return code;
}

bool sqlite_packing_write(struct packing *packing, size_t dimension) {
    int64_t last = 0;
    buffer_reset(&packing->bytes);
    for (size_t i = packing->dimensions[dimension].first; i < end_of(packing, dimension); i++) {
        const struct pack_member *member = &packing->members[i];
        if (!histogram_is_empty(&member->hist))
            pack_append(&packing->bytes, &last, member->series, &member->hist);
    }
    return !packing->bytes.failed;
}
