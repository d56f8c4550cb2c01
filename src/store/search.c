/* The order of what a search finds, and the page that is kept of it while more is found. */

#include "store/search.h"

#include <string.h>

static int compare(enum search_order order, const struct found *a, const struct found *b) {
    if (a->rank != b->rank)
        return a->rank > b->rank ? -1 : 1;
    int newer =
        a->answered_at != b->answered_at ? (a->answered_at > b->answered_at ? -1 : 1) : -id_compare(&a->id, &b->id);
    return order == SEARCH_OLDEST ? -newer : newer;
}

enum cxd_err found_page_init(struct found_page *page, const struct search *search, struct arena *arena,
                             struct error *err) {
    *page = (struct found_page){.search = search};
    page->items = arena_alloc(arena, search->listing.limit * sizeof *page->items);
    return page->items ? CXD_OK : error_set(err, ERR_NO_MEMORY, "no memory for what is found");
}

static bool is_behind(const struct search *search, const struct found *found) {
    const struct listing *listing = &search->listing;
    const struct found after = {
        .rank = search->after_rank, .answered_at = listing->after_answered_at, .id = listing->after_id};
    return !listing->has_after || compare(search->order, &after, found) < 0;
}

static bool is_cut_off(const struct found_page *page, const struct found *found) {
    const struct search_cut *cut = &page->cut;
    if (!cut->is_cut)
        return false;
    if (page->search->order == SEARCH_OLDEST)
        return found->answered_at > cut->answered_at;
    if (page->search->order != SEARCH_BEST && found->rank != cut->rank)
        return found->rank < cut->rank;
    return found->answered_at < cut->answered_at;
}

void found_page_put(struct found_page *page, const struct found *found) {
    enum search_order order = page->search->order;
    size_t limit = page->search->listing.limit, at = page->count;
    if (!is_behind(page->search, found) || is_cut_off(page, found))
        return;
    if (page->count == limit && compare(order, found, &page->items[limit - 1]) > 0)
        return;
    if (page->count == limit)
        at--;
    else
        page->count++;
    for (; at > 0 && compare(order, found, &page->items[at - 1]) < 0; at--)
        page->items[at] = page->items[at - 1];
    page->items[at] = *found;
}

bool found_page_ends(const struct found_page *page, int64_t rank, int64_t answered_at) {
    if (page->search->order == SEARCH_BEST || page->count < page->search->listing.limit)
        return false;
    const struct found *last = &page->items[page->count - 1];
    if (last->rank != rank)
        return last->rank > rank;
    return page->search->order == SEARCH_OLDEST ? answered_at > last->answered_at : answered_at < last->answered_at;
}

void found_page_cut(struct found_page *page, int64_t rank, int64_t answered_at) {
    page->cut = (struct search_cut){true, rank, answered_at};
}

int64_t found_rank_of_score(enum search_order order, int score) {
    if (score == FOUND_SCORELESS)
        return order == SEARCH_LOWEST ? -HISTOGRAM_SIZE : order == SEARCH_HIGHEST ? -1 : 0;
    return order == SEARCH_LOWEST ? -score : order == SEARCH_HIGHEST ? score : 0;
}

bool found_page_has_room(const struct found_page *page, int64_t rank) {
    const struct search *search = page->search;
    bool is_behind = !search->listing.has_after || rank <= search->after_rank;
    return is_behind && (page->count < search->listing.limit || rank >= page->items[page->count - 1].rank);
}

enum cxd_err found_count(const struct search_query *query, const struct word_source *words,
                         const struct said_text *texts, size_t count, uint32_t ret_counts[SEARCH_PHRASES_MAX],
                         int64_t *ret_words, struct error *err) {
    memset(ret_counts, 0, SEARCH_PHRASES_MAX * sizeof *ret_counts);
    *ret_words = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t counts[SEARCH_PHRASES_MAX];
        struct search_words found;
        enum cxd_err code =
            words->find(words->context, texts[i].text, strlen(texts[i].text), words->arena, &found, err);
        if (code != CXD_OK)
            return code;
        search_count(query, &found, counts);
        for (size_t k = 0; k < query->phrase_count; k++)
            ret_counts[k] += counts[k];
        *ret_words += (int64_t)found.count;
    }
    return CXD_OK;
}

enum cxd_err found_mark(const struct search_query *query, const struct word_source *words,
                        const struct said_text *texts, size_t count, struct arena *arena, struct search_hit *hit,
                        struct error *err) {
    const struct search_mark *best = NULL;
    struct search_mark *kept;
    hit->mark_count = 0;
    for (size_t i = 0; i < count; i++) {
        struct search_words found;
        size_t mark_count;
        enum cxd_err code =
            words->find(words->context, texts[i].text, strlen(texts[i].text), words->arena, &found, err);
        if (code != CXD_OK)
            return code;
        const struct search_mark *marks = search_mark(query, &found, words->arena, &mark_count);
        if (!marks)
            return error_set(err, ERR_NO_MEMORY, "no memory for what is found");
        if (best && mark_count <= hit->mark_count)
            continue;
        best = marks;
        hit->mark_count = mark_count;
        hit->said = texts[i];
    }
    kept = arena_alloc(arena, (hit->mark_count + 1) * sizeof *kept);
    if (!kept)
        return error_set(err, ERR_NO_MEMORY, "no memory for what is found");
    if (hit->mark_count > 0)
        memcpy(kept, best, hit->mark_count * sizeof *kept);
    hit->marks = kept;
    return CXD_OK;
}

size_t found_bytes(const struct response *response) {
    size_t bytes = response->comment ? strlen(response->comment) : 0;
    for (size_t i = 0; i < response->answer_count; i++) {
        const struct answer *answer = &response->answers[i];
        bytes += answer->form == ANSWER_TEXT && answer->text ? strlen(answer->text) : 0;
        bytes += answer->other ? strlen(answer->other) : 0;
    }
    return bytes;
}

void decide_indexed(struct change *change, bool has_written) {
    change->outcome = has_written ? OUTCOME_AMENDED : OUTCOME_REPLAYED;
}
