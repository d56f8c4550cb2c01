#ifndef CXD_STORE_SEARCH_H
#define CXD_STORE_SEARCH_H

#include "cxd/store/change.h"
#include "cxd/store/store.h"

/* What the engines' searches share: the order of what is found, and a page of it. */

/* Something found, by what places it in the order. */
struct found {
    int64_t rank, answered_at;
    struct id id;
    int64_t number; /* the engine's */
};

/* The first of what is found behind the place where the search goes on; what is put into it comes in any order. */
struct found_page {
    const struct search *search;
    struct found *items;
    size_t count;
    struct search_cut cut;
};
/* ERR_NO_MEMORY. */
CXD_NODISCARD enum cxd_err found_page_init(struct found_page *page, const struct search *search, struct arena *arena,
                                           struct error *err);
void found_page_put(struct found_page *page, const struct found *found);
/* Whether nothing of this rank and time or (as the order goes) behind it has a place on the page any more. Not where
 * the best come first. */
bool found_page_ends(const struct found_page *page, int64_t rank, int64_t answered_at);
/* What is put from now on is left out where it lies behind this: what lies there with it was not looked at. */
void found_page_cut(struct found_page *page, int64_t rank, int64_t answered_at);
/* By score, where the order is: the rank of a response. What has no score (FOUND_SCORELESS) comes last either way. */
enum { FOUND_SCORELESS = -1 };
int64_t found_rank_of_score(enum search_order order, int score);

/* Whether something of this rank may have a place on it; where the best come first. */
bool found_page_has_room(const struct found_page *page, int64_t rank);

/* Who finds the words of texts, and where these are put meanwhile. */
struct word_source {
    search_find_words *find;
    void *context;
    struct arena *arena;
};
/* How often each phrase of a query stands in the texts, and how many words these have. */
CXD_NODISCARD enum cxd_err found_count(const struct search_query *query, const struct word_source *words,
                                       const struct said_text *texts, size_t count,
                                       uint32_t ret_counts[SEARCH_PHRASES_MAX], int64_t *ret_words, struct error *err);
/* Sets the text of a hit, of at least one, and marks it. The marks are of the arena. */
CXD_NODISCARD enum cxd_err found_mark(const struct search_query *query, const struct word_source *words,
                                      const struct said_text *texts, size_t count, struct arena *arena,
                                      struct search_hit *hit, struct error *err);

/* What the texts of a response take of SEARCH_BYTES_MAX. */
size_t found_bytes(const struct response *response);

/* CHANGE_INDEX: whether anything was written. */
void decide_indexed(struct change *change, bool has_written);

#endif
