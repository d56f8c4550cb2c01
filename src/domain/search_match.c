/* Whether the words of a text are what a query asks for, where they stand, and how well they fit. */

#include <math.h>
#include <string.h>

#include "cxd/domain/search.h"

/* The tree without the phrases that have no word. */
static int prune(struct search_query *query, int at) {
    struct search_node *node = &query->nodes[at];
    if (node->kind == SEARCH_PHRASE)
        return query->phrases[node->left].words.count > 0 ? at : SEARCH_NOTHING;
    node->left = prune(query, node->left);
    if (node->kind == SEARCH_NOT)
        return node->left == SEARCH_NOTHING ? SEARCH_NOTHING : at;
    node->right = prune(query, node->right);
    return node->left == SEARCH_NOTHING ? node->right : node->right == SEARCH_NOTHING ? node->left : at;
}

enum cxd_err search_resolve(struct search_query *query, search_find_words *find, void *context, struct arena *arena,
                            struct error *err) {
    for (size_t i = 0; i < query->phrase_count; i++) {
        struct search_phrase *phrase = &query->phrases[i];
        enum cxd_err result = find(context, phrase->text, strlen(phrase->text), arena, &phrase->words, err);
        if (result != CXD_OK)
            return result;
    }
    if (query->root != SEARCH_NOTHING)
        query->root = prune(query, query->root);
    return CXD_OK;
}

static bool is_word(const struct search_word *word, const struct search_word *asked, bool is_prefix) {
    bool fits = is_prefix ? word->folded_length >= asked->folded_length : word->folded_length == asked->folded_length;
    return fits && memcmp(word->folded, asked->folded, asked->folded_length) == 0;
}

/* Whether the phrase begins with the word `at`. */
static bool stands_at(const struct search_phrase *phrase, const struct search_words *words, size_t at) {
    size_t count = phrase->words.count;
    if (count == 0 || count > words->count - at)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!is_word(&words->items[at + i], &phrase->words.items[i], phrase->is_prefix && i + 1 == count))
            return false;
    return true;
}

void search_count(const struct search_query *query, const struct search_words *words,
                  uint32_t ret_counts[SEARCH_PHRASES_MAX]) {
    for (size_t i = 0; i < query->phrase_count; i++) {
        ret_counts[i] = 0;
        for (size_t at = 0; at < words->count; at++)
            ret_counts[i] += stands_at(&query->phrases[i], words, at);
    }
}

static bool holds(const struct search_query *query, int at, const uint32_t *counts) {
    const struct search_node *node = &query->nodes[at];
    switch (node->kind) {
    case SEARCH_AND:
        return holds(query, node->left, counts) && holds(query, node->right, counts);
    case SEARCH_OR:
        return holds(query, node->left, counts) || holds(query, node->right, counts);
    case SEARCH_NOT:
        return !holds(query, node->left, counts);
    default:
        return counts[node->left] > 0;
    }
}

bool search_holds(const struct search_query *query, const uint32_t counts[SEARCH_PHRASES_MAX]) {
    return query->root != SEARCH_NOTHING && holds(query, query->root, counts);
}

/* How many words the longest wanted phrase has that begins with the word `at`. */
static size_t marked_at(const struct search_query *query, const struct search_words *words, size_t at) {
    size_t longest = 0;
    for (size_t i = 0; i < query->phrase_count; i++) {
        const struct search_phrase *phrase = &query->phrases[i];
        if (phrase->is_wanted && phrase->words.count > longest && stands_at(phrase, words, at))
            longest = phrase->words.count;
    }
    return longest;
}

struct search_mark *search_mark(const struct search_query *query, const struct search_words *words, struct arena *arena,
                                size_t *ret_count) {
    struct search_mark *marks = arena_alloc(arena, (words->count + 1) * sizeof *marks);
    size_t count = 0, end = 0; /* words that are marked */
    for (size_t at = 0; marks && at < words->count; at++) {
        size_t longest = marked_at(query, words, at);
        if (longest == 0 || at + longest <= end)
            continue;
        const struct search_word *last = &words->items[at + longest - 1];
        if (at >= end)
            marks[count++].at = words->items[at].at;
        marks[count - 1].length = last->at + last->length - marks[count - 1].at;
        end = at + longest;
    }
    *ret_count = count;
    return marks;
}

void search_weigh(const struct search_query *query, const struct search_statistics *statistics,
                  struct search_weights *ret_weights) {
    int64_t comments = statistics->comments;
    *ret_weights = (struct search_weights){.average_milli = comments > 0 ? statistics->words * 1000 / comments : 0};
    if (ret_weights->average_milli < 1)
        ret_weights->average_milli = 1;
    for (size_t i = 0; i < query->phrase_count; i++) {
        double with = (double)statistics->with[i], without = (double)statistics->sample - with;
        if (query->phrases[i].is_wanted)
            ret_weights->inverse_micro[i] = llround(1e6 * log1p((without < 0 ? 0.5 : without + 0.5) / (with + 0.5)));
    }
}

int64_t search_rank(const struct search_query *query, const struct search_weights *weights,
                    const uint32_t counts[SEARCH_PHRASES_MAX], int64_t words) {
    static const double K1 = 1.2, B = 0.75;
    double length = 1000 * (double)words / (double)weights->average_milli, rank = 0;
    for (size_t i = 0; i < query->phrase_count; i++) {
        double count = counts[i];
        if (query->phrases[i].is_wanted && counts[i] > 0)
            rank += (double)weights->inverse_micro[i] * count * (K1 + 1) / (count + K1 * (1 - B + B * length));
    }
    return llround(rank);
}
