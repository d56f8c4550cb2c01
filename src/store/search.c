/* The order of what a search finds, and the page that is kept of it while more is found. */

#include "store/search.h"

static int compare(enum search_order order, const struct found *a, const struct found *b) {
    if (order == SEARCH_BEST && a->rank != b->rank)
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

void found_page_put(struct found_page *page, const struct found *found) {
    enum search_order order = page->search->order;
    size_t limit = page->search->listing.limit, at = page->count;
    if (!is_behind(page->search, found))
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

bool found_page_ends(const struct found_page *page, int64_t answered_at) {
    if (page->search->order == SEARCH_BEST || page->count < page->search->listing.limit)
        return false;
    int64_t last = page->items[page->count - 1].answered_at;
    return page->search->order == SEARCH_OLDEST ? answered_at > last : answered_at < last;
}

bool found_page_has_room(const struct found_page *page, int64_t rank) {
    const struct search *search = page->search;
    bool is_behind = !search->listing.has_after || rank <= search->after_rank;
    return is_behind && (page->count < search->listing.limit || rank >= page->items[page->count - 1].rank);
}

void decide_indexed(struct change *change, bool has_written) {
    change->outcome = has_written ? OUTCOME_AMENDED : OUTCOME_REPLAYED;
}
