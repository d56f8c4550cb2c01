/* The order of what a search finds, and the page that is kept of it while more is found. */

#include "store/search.h"

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

void decide_indexed(struct change *change, bool has_written) {
    change->outcome = has_written ? OUTCOME_AMENDED : OUTCOME_REPLAYED;
}
