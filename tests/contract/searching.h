#ifndef CXD_TESTS_CONTRACT_SEARCHING_H
#define CXD_TESTS_CONTRACT_SEARCHING_H

/* What tests of searches share: an index that is filled, lists page after page, and files that are looked through. */

#include "cxd/store/backup.h"
#include "fixture.h"

/* Everything; what was erased may begin to leave. */
static inline void index_all(struct fixture *f) {
    bool goes_on = true;
    for (int i = 0; goes_on; i++) {
        struct change *change = make_change(f, CHANGE_INDEX, NOW_MS);
        change->as.index.limit = 7;
        change->as.index.may_purge = true;
        enum outcome outcome = apply(f, change);
        assert_true(outcome == OUTCOME_AMENDED || outcome == OUTCOME_REPLAYED);
        goes_on = change->as.index.more || change->as.index.purging;
        assert_true(i < 100000);
    }
}

static inline void check_file(struct fixture *f) {
    struct store_report report;
    struct error err;
    if (strncmp(f->url, "sqlite:", 7) != 0)
        return;
    assert_ok(store_check(f->url, NULL, &report, &err), err);
    for (int part = 0; part < STORE_PART_COUNT; part++)
        if (report.parts[part].damage > 0)
            fail_msg("%s", report.parts[part].places[0]);
}

static inline struct search search_of(struct fixture *f, const struct search_query *query, enum search_order order) {
    return (struct search){
        .listing = {.filter = {.survey = f->survey}, .from = TIME_MIN, .to = TIME_MAX, .excluded = -1, .limit = 100},
        .query = query,
        .order = order};
}

static inline struct search_query parse(struct fixture *f, const char *text) {
    struct search_query query;
    struct error err;
    assert_ok(search_parse(text, &f->arena, &query, &err), err);
    return query;
}

/* As api/search_cursor.c goes on: behind what was found, or else behind what was looked at; the best of a part come
 * before those of what lies in front of it. False: this is the last page. */
static inline bool go_on(struct search *search, const struct search_result *result, struct search_cut *part,
                         size_t looks) {
    bool is_best = search->order == SEARCH_BEST;
    search->has_weights = true;
    search->weights = result->weights;
    if (!is_best || result->cut.is_cut)
        *part = result->cut;
    if (result->count == search->listing.limit || result->is_full) {
        const struct search_hit *last = &result->hits[result->count - 1];
        search->listing.has_after = true;
        search->listing.after_answered_at = last->response.answered_at;
        search->listing.after_id = last->response.id;
        search->after_rank = last->rank;
        if (is_best && part->is_cut) {
            search->listing.from = part->answered_at;
            search->looks = 0;
        }
        return true;
    }
    if (!part->is_cut)
        return false;
    search->listing.has_after = !is_best;
    search->listing.after_answered_at = part->answered_at;
    memset(&search->listing.after_id, search->order == SEARCH_OLDEST ? 0xff : 0, sizeof search->listing.after_id);
    search->after_rank = part->rank;
    if (is_best) {
        search->listing.from = TIME_MIN;
        search->listing.to = part->answered_at;
        search->looks = looks;
    }
    part->is_cut = false;
    return true;
}

/* The numbers of the ids of all pages. */
static inline const char *run(struct fixture *f, struct search search) {
    struct search_cut part = {false, 0, 0};
    size_t looks = search.looks;
    struct buffer out;
    struct search_result result;
    struct error err;
    buffer_init(&out);
    do {
        assert_ok(store_search(f->reader, &search, &f->arena, &result, &err), err);
        for (size_t i = 0; i < result.count; i++)
            buffer_append_format(&out, "%s%u", out.length ? " " : "",
                                 (unsigned)result.hits[i].response.id.bytes[14] << 8 |
                                     result.hits[i].response.id.bytes[15]);
    } while (go_on(&search, &result, &part, looks));
    const char *text = arena_strdup(&f->arena, buffer_terminate(&out));
    buffer_free(&out);
    return text;
}

static inline const char *find(struct fixture *f, const char *text) {
    struct search_query query = parse(f, text);
    return run(f, search_of(f, &query, SEARCH_NEWEST));
}

static inline const char *find_best(struct fixture *f, const char *text, size_t limit) {
    struct search_query query = parse(f, text);
    struct search search = search_of(f, &query, SEARCH_BEST);
    search.listing.limit = limit;
    return run(f, search);
}

static inline bool file_has(const char *path, const char *word) {
    FILE *file = fopen(path, "rb");
    char *bytes = malloc(1 << 24);
    size_t length = file ? fread(bytes, 1, 1 << 24, file) : 0;
    bool found = memmem(bytes, length, word, strlen(word));
    if (file)
        fclose(file);
    free(bytes);
    return found;
}

static inline bool files_have(struct fixture *f, const char *word) {
    char path[128];
    snprintf(path, sizeof path, "%s/cxd.db", f->directory);
    bool found = file_has(path, word);
    snprintf(path, sizeof path, "%s/cxd.db-wal", f->directory);
    return found || file_has(path, word);
}

static uint32_t seed;
static inline uint32_t next_random(uint32_t below) {
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % below;
}

static inline const char *random_query(struct fixture *f, int depth) {
    static const char *const WORDS[] = {"slow", "fast", "box", "the", "slow*", "\"the box\"", "\"a b\"", "fa*", "12"};
    uint32_t pick = next_random(depth > 3 ? 4 : 8);
    char *text = arena_alloc(&f->arena, 2000);
    if (pick < 4)
        return WORDS[next_random(CXD_COUNT(WORDS))];
    const char *left = random_query(f, depth + 1), *right = random_query(f, depth + 1);
    if (pick == 7)
        snprintf(text, 2000, "-%s", left);
    else
        snprintf(text, 2000, "(%s %s %s)", left, pick == 4 ? "OR" : pick == 5 ? "AND" : "NOT", right);
    return text;
}

#endif
