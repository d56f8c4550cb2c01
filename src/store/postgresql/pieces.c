/* What of rollups and responses is read for windows. Where days are the finest tier a day that bounds cut is read as
 * its rollup less the shorter pieces, if these are less than the longest. */

#include <stdlib.h>

#include "cxd/base/clock.h"
#include "store/postgresql/reader.h"

int64_t postgresql_bucket_at(enum tier tier, int64_t time_ms) {
    bool is_open = tier == TIER_ALL || time_ms == TIME_MIN || time_ms == TIME_MAX;
    return is_open ? time_ms : time_ms / tier_length_ms(tier);
}

/* The pieces while they are made. */
struct making {
    const int64_t *bounds;
    size_t count;
    struct pieces pieces;
    size_t capacity;
    bool failed;
};

static void add(struct making *making, enum tier tier, int64_t from, int64_t to, int into, int less) {
    struct pieces *pieces = &making->pieces;
    if (from >= to || making->failed)
        return;
    if (pieces->count == making->capacity) {
        making->capacity = 2 * making->capacity + 16;
        struct piece *larger = reallocarray(pieces->items, making->capacity, sizeof *larger);
        making->failed = !larger;
        if (!larger)
            return;
        pieces->items = larger;
    }
    pieces->items[pieces->count++] = (struct piece){tier, from, to, into, less};
}

static int bucket_of(const struct making *making, int64_t time_ms) {
    size_t low = 0, high = making->count - 2;
    while (low < high) {
        size_t middle = (low + high + 1) / 2;
        if (making->bounds[middle] <= time_ms)
            low = middle;
        else
            high = middle - 1;
    }
    return (int)low;
}

static void add_cut_day(struct making *making, const struct cut_day *day) {
    int piece = bucket_of(making, day->piece_from);
    add(making, TIER_RAW, day->from, day->first, PIECE_NOWHERE, piece);
    add(making, TIER_RAW, day->end, day->to, PIECE_NOWHERE, piece);
    add(making, TIER_RAW, day->first, day->piece_from, PIECE_BY_TIME, piece);
    add(making, TIER_DAY, day->from, day->to, piece, PIECE_NOWHERE);
    add(making, TIER_RAW, day->piece_to, day->end, PIECE_BY_TIME, piece);
}

static void add_raw(struct making *making, enum tier finest, const struct span *span) {
    uint64_t days = ((uint64_t)span->to - (uint64_t)span->from) / (uint64_t)tier_length_ms(TIER_DAY);
    if (finest != TIER_DAY || days > making->count) {
        add(making, TIER_RAW, span->from, span->to, PIECE_BY_TIME, PIECE_NOWHERE);
        return;
    }
    for (int64_t at = span->from; at < span->to;) {
        struct cut_day day;
        if (window_cut_day(making->bounds, making->count, at, &day))
            add_cut_day(making, &day);
        else
            add(making, TIER_RAW, day.first, day.end, PIECE_BY_TIME, PIECE_NOWHERE);
        at = day.end;
    }
}

enum cxd_err postgresql_pieces_make(const int64_t *bounds, size_t count, enum tier finest, struct pieces *ret_pieces,
                                    struct error *err) {
    struct making making = {.bounds = bounds, .count = count};
    struct span *spans = reallocarray(NULL, 9 * (count - 1), sizeof *spans);
    size_t span_count = spans ? window_cover(bounds, count, finest, spans) : 0;
    for (size_t i = 0; i < span_count; i++)
        if (spans[i].tier == TIER_RAW)
            add_raw(&making, finest, &spans[i]);
        else
            add(&making, spans[i].tier, spans[i].from, spans[i].to, PIECE_BY_TIME, PIECE_NOWHERE);
    *ret_pieces = making.pieces;
    bool is_made = spans && !making.failed;
    free(spans);
    return is_made ? CXD_OK : error_set(err, ERR_NO_MEMORY, "no memory to read a window");
}

enum cxd_err postgresql_pieces_list(const struct pieces *pieces, bool is_rolled, struct piece_arrays *ret_arrays,
                                    struct error *err) {
    *ret_arrays = (struct piece_arrays){0};
    postgresql_array_ints(&ret_arrays->tiers);
    postgresql_array_ints(&ret_arrays->from);
    postgresql_array_ints(&ret_arrays->to);
    postgresql_array_ints(&ret_arrays->lengths);
    ret_arrays->places = calloc(pieces->count + 1, sizeof *ret_arrays->places);
    if (!ret_arrays->places)
        return error_set(err, ERR_NO_MEMORY, "no memory to read a window");
    for (size_t i = 0; i < pieces->count; i++) {
        const struct piece *piece = &pieces->items[i];
        if ((piece->tier != TIER_RAW) != is_rolled)
            continue;
        postgresql_array_add_int(&ret_arrays->tiers, piece->tier);
        postgresql_array_add_int(&ret_arrays->from,
                                 is_rolled ? postgresql_bucket_at(piece->tier, piece->from) : piece->from);
        postgresql_array_add_int(&ret_arrays->to, is_rolled ? postgresql_bucket_at(piece->tier, piece->to) : piece->to);
        postgresql_array_add_int(&ret_arrays->lengths, tier_length_ms(piece->tier));
        ret_arrays->places[ret_arrays->count++] = i;
    }
    return CXD_OK;
}

void postgresql_pieces_free(struct piece_arrays *arrays) {
    postgresql_array_free(&arrays->tiers);
    postgresql_array_free(&arrays->from);
    postgresql_array_free(&arrays->to);
    postgresql_array_free(&arrays->lengths);
    free(arrays->places);
    *arrays = (struct piece_arrays){0};
}
