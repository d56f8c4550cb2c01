/* How a partition of time is read from rollups: for each bucket the coarsest tier that fits inside it, and finer ones
 * towards its edges. Pure; the store turns each span into one range scan. */
#include "cxd/domain/window.h"

#include <assert.h>

#include "cxd/base/clock.h"

static const int64_t LENGTHS_MS[TIER_COUNT] = {
    [TIER_DAY] = 86400000,
    [TIER_HOUR] = 3600000,
    [TIER_QUARTER_HOUR] = 900000,
};

int64_t tier_length_ms(enum tier tier) {
    return LENGTHS_MS[tier];
}

/* How far into its bucket a time lies. */
static int64_t time_inside(enum tier tier, int64_t time_ms) {
    int64_t inside = time_ms % LENGTHS_MS[tier];
    return inside < 0 ? inside + LENGTHS_MS[tier] : inside;
}

int64_t tier_bucket(enum tier tier, int64_t time_ms) {
    if (LENGTHS_MS[tier] == 0)
        return tier == TIER_ALL ? 0 : time_ms;
    int64_t bucket;
    return __builtin_sub_overflow(time_ms, time_inside(tier, time_ms), &bucket) ? TIME_MIN : bucket;
}

/* The first start of a bucket at or after a time; TIME_MAX if there is none. */
static int64_t bucket_at_or_after(enum tier tier, int64_t time_ms) {
    int64_t inside = time_inside(tier, time_ms);
    int64_t bucket;
    if (inside == 0)
        return time_ms;
    return __builtin_add_overflow(time_ms, LENGTHS_MS[tier] - inside, &bucket) ? TIME_MAX : bucket;
}

struct cover {
    enum tier finest;
    struct span *spans;
    size_t count;
};

/* What would be read from a tier that is not there is read from the responses. */
static void emit(struct cover *cover, enum tier tier, int64_t from, int64_t to) {
    if (from >= to)
        return;
    if (tier > cover->finest)
        tier = TIER_RAW;
    struct span *last = cover->count > 0 ? &cover->spans[cover->count - 1] : NULL;
    if (last && last->tier == tier && last->to == from)
        last->to = to;
    else
        cover->spans[cover->count++] = (struct span){tier, from, to};
}

/* Covers one bucket: inwards from tier to tier on the left, then outwards on the right. The stretch that a
 * tier covers is shrunk to its whole buckets; an unbounded side has no edge to refine. */
static void cover_bucket(struct cover *cover, int64_t from, int64_t to) {
    struct {
        int64_t from, to;
    } inner[TIER_COUNT];
    enum tier widest = TIER_RAW;
    for (enum tier tier = TIER_RAW; tier > cover->finest; tier--) {
        inner[tier].from = from;
        inner[tier].to = to;
    }
    for (enum tier tier = cover->finest; tier >= TIER_DAY; tier--) {
        inner[tier].from = from == TIME_MIN ? TIME_MIN : bucket_at_or_after(tier, from);
        inner[tier].to = to == TIME_MAX ? TIME_MAX : tier_bucket(tier, to);
        if (inner[tier].from >= inner[tier].to)
            break;
        widest = tier;
    }
    for (enum tier tier = TIER_RAW; tier > widest; tier--)
        emit(cover, tier, inner[tier].from, inner[tier - 1].from);
    emit(cover, widest, inner[widest].from, inner[widest].to);
    for (enum tier tier = widest; tier < TIER_RAW; tier++)
        emit(cover, tier + 1, inner[tier].to, inner[tier + 1].to);
}

size_t window_cover(const int64_t *bounds, size_t count, enum tier finest, struct span *ret_spans) {
    assert(count >= 2 && finest >= TIER_DAY && finest <= TIER_QUARTER_HOUR);
    if (count == 2 && bounds[0] == TIME_MIN && bounds[1] == TIME_MAX) {
        ret_spans[0] = (struct span){TIER_ALL, TIME_MIN, TIME_MAX};
        return 1;
    }
    struct cover cover = {.finest = finest, .spans = ret_spans};
    for (size_t i = 0; i + 1 < count; i++)
        if (bounds[i] < bounds[i + 1])
            cover_bucket(&cover, bounds[i], bounds[i + 1]);
    return cover.count;
}

bool window_cut_day(const int64_t *bounds, size_t count, int64_t time_ms, struct cut_day *ret_day) {
    struct cut_day day = {.from = tier_bucket(TIER_DAY, time_ms)};
    if (__builtin_add_overflow(day.from, LENGTHS_MS[TIER_DAY], &day.to))
        day.to = TIME_MAX;
    day.first = bounds[0] > day.from ? bounds[0] : day.from;
    day.end = bounds[count - 1] < day.to ? bounds[count - 1] : day.to;
    day.piece_from = day.piece_to = day.first;
    for (size_t i = 0; i + 1 < count && bounds[i] < day.to; i++) {
        int64_t from = bounds[i] > day.from ? bounds[i] : day.from;
        int64_t to = bounds[i + 1] < day.to ? bounds[i + 1] : day.to;
        if (to > from && to - from > day.piece_to - day.piece_from) {
            day.piece_from = from;
            day.piece_to = to;
        }
    }
    *ret_day = day;
    return day.to - day.from - (day.piece_to - day.piece_from) < day.end - day.first;
}
