/* From counts to the terms that set a band apart: weighed, and what says the same dropped (docs/scoring.md §11). */
#include <math.h>
#include <stdlib.h>

#include "domain/counted.h"

/* What the prior weighs, of all mentions. */
#define PRIOR_SHARE 0.1
/* A phrase that has so much of a word's comments is all there is of the word. */
#define WHOLE_SHARE 0.8

bool terms_weigh(int64_t count, int64_t count_total, int64_t rest, int64_t rest_total, double *ret_log_odds,
                 double *ret_z) {
    double total = (double)count_total + (double)rest_total, all = (double)count + (double)rest;
    double prior = PRIOR_SHARE * all, other_prior = PRIOR_SHARE * (total - all);
    double own = (double)count + prior, own_other = (double)(count_total - count) + other_prior;
    double its = (double)rest + prior, its_other = (double)(rest_total - rest) + other_prior;
    if (all >= total || all <= 0)
        return false;
    *ret_log_odds = log(own / own_other) - log(its / its_other);
    *ret_z = *ret_log_odds / sqrt(1 / own + 1 / own_other + 1 / its + 1 / its_other);
    return true;
}

/* A word, or a phrase. */
struct candidate {
    double z, log_odds;
    const struct tally_of_term *tally;
    const struct phrase *phrase; /* NULL: a word */
    uint32_t word;
    uint32_t wholes[2]; /* words that the phrase is all there is of; 0: none */
};

struct ranking {
    const struct terms *terms;
    uint32_t least;
    struct candidate *candidates;
    size_t count;
    enum standing { STANDS, STOOD_FOR, SHOWN } * words; /* of each: a phrase is all there is of it, and is shown */
};

static bool weigh(const struct ranking *ranking, const struct tally_of_term *tally, struct candidate *ret_candidate) {
    const int64_t *mentions = ranking->terms->mentions;
    *ret_candidate = (struct candidate){.tally = tally};
    return terms_weigh(tally->count, mentions[1], tally->rest, mentions[0], &ret_candidate->log_odds,
                       &ret_candidate->z);
}

/* Whether the band says it more than the rest does, and often enough. */
static bool weigh_term(const struct ranking *ranking, const struct tally_of_term *tally,
                       struct candidate *ret_candidate) {
    return weigh(ranking, tally, ret_candidate) && tally->count >= ranking->least && ret_candidate->z > 1e-9;
}

/* A phrase is a term where it is all that the band says of one of its words which else would be one; or sets the band
 * apart more clearly than both, whether they would be terms or not. */
static bool is_worth(struct ranking *ranking, struct candidate *candidate) {
    const struct vocabulary *vocabulary = &ranking->terms->vocabulary;
    const uint32_t both[2] = {phrase_first(candidate->phrase), phrase_second(candidate->phrase)};
    bool is_clearer = true;
    for (size_t i = 0; i < 2; i++) {
        const struct tally_of_term *tally = &vocabulary->words[both[i]].tally;
        struct candidate word;
        bool is_term = weigh_term(ranking, tally, &word);
        if (is_term && (double)candidate->tally->count >= WHOLE_SHARE * (double)tally->count)
            candidate->wholes[i] = both[i];
        else
            is_clearer &= candidate->log_odds - candidate->log_odds / candidate->z > word.log_odds;
    }
    for (size_t i = 0; i < 2; i++)
        if (candidate->wholes[i] != 0)
            ranking->words[candidate->wholes[i]] = STOOD_FOR;
    return is_clearer || candidate->wholes[0] != 0 || candidate->wholes[1] != 0;
}

/* Of phrases that are all there is of the same words the first is enough. */
static bool says_new(struct ranking *ranking, const struct candidate *candidate) {
    bool is_whole = candidate->wholes[0] != 0 || candidate->wholes[1] != 0, is_new = !is_whole;
    for (size_t i = 0; i < 2; i++) {
        uint32_t word = candidate->wholes[i];
        is_new |= word != 0 && ranking->words[word] != SHOWN;
        if (word != 0)
            ranking->words[word] = SHOWN;
    }
    return is_new;
}

size_t ranking_bytes(size_t words, size_t phrases) {
    return (words + 1) * sizeof(enum standing) + (words + phrases + 1) * sizeof(struct candidate);
}

static bool gather(struct ranking *ranking) {
    const struct vocabulary *vocabulary = &ranking->terms->vocabulary;
    ranking->words = calloc(vocabulary->word_count + (size_t)1, sizeof *ranking->words);
    ranking->candidates =
        malloc((vocabulary->word_count + (size_t)vocabulary->phrase_count + 1) * sizeof *ranking->candidates);
    if (!ranking->words || !ranking->candidates)
        return false;
    for (uint32_t i = 0; i < vocabulary->phrase_slots; i++) {
        struct candidate *candidate = &ranking->candidates[ranking->count];
        const struct phrase *phrase = &vocabulary->phrases[i];
        if (phrase->key == 0 || !weigh_term(ranking, &phrase->tally, candidate))
            continue;
        candidate->phrase = phrase;
        ranking->count += is_worth(ranking, candidate);
    }
    for (uint32_t i = 1; i <= vocabulary->word_count; i++) {
        struct candidate *candidate = &ranking->candidates[ranking->count];
        if (ranking->words[i] != STANDS || !weigh_term(ranking, &vocabulary->words[i].tally, candidate))
            continue;
        candidate->word = i;
        ranking->count++;
    }
    return true;
}

/* Of equal z, the one that more comments have; then the phrase that stands for more words; then what was seen first. */
static int compare_candidates(const void *a, const void *b) {
    const struct candidate *left = a, *right = b;
    if (left->z != right->z)
        return left->z > right->z ? -1 : 1;
    if (left->tally->count != right->tally->count)
        return left->tally->count > right->tally->count ? -1 : 1;
    int wholes = (right->wholes[0] != 0) + (right->wholes[1] != 0) - (left->wholes[0] != 0) - (left->wholes[1] != 0);
    if (wholes != 0)
        return wholes;
    uint64_t first = left->phrase ? left->phrase->key : left->word;
    uint64_t second = right->phrase ? right->phrase->key : right->word;
    return (first > second) - (first < second);
}

static bool show(const struct terms *terms, const struct candidate *candidate, struct arena *arena,
                 struct term *ret_term) {
    const struct tally_of_term *tally = candidate->tally;
    struct term term = {.z = candidate->z, .log_odds = candidate->log_odds, .count = tally->count, .rest = tally->rest};
    struct pick pick = {{tally->examples, NO_EXAMPLE, NO_EXAMPLE}};
    if (tally->count > 1)
        pick = terms->picks[tally->examples & ~PICKED];
    for (; term.example_count < TERM_EXAMPLES && pick.at[term.example_count] != NO_EXAMPLE; term.example_count++)
        term.examples[term.example_count] = terms->examples[pick.at[term.example_count]].id;
    term.text = candidate->phrase ? vocabulary_show_phrase(&terms->vocabulary, candidate->phrase, arena)
                                  : vocabulary_show_word(&terms->vocabulary, candidate->word, arena);
    *ret_term = term;
    return term.text != NULL;
}

bool terms_rank(struct terms *terms, int64_t min_count, size_t limit, struct arena *arena, struct term **ret_terms,
                size_t *ret_count) {
    struct ranking ranking = {.terms = terms,
                              .least = min_count < 1            ? 1
                                       : min_count > UINT32_MAX ? UINT32_MAX
                                                                : (uint32_t)min_count};
    bool is_done = gather(&ranking);
    if (is_done)
        qsort(ranking.candidates, ranking.count, sizeof *ranking.candidates, compare_candidates);
    size_t most = ranking.count < limit ? ranking.count : limit, count = 0;
    struct term *shown = is_done ? arena_alloc_zero(arena, most, sizeof *shown) : NULL;
    is_done = shown != NULL;
    for (size_t i = 0; is_done && i < ranking.count && count < most; i++)
        if (says_new(&ranking, &ranking.candidates[i]))
            is_done = show(terms, &ranking.candidates[i], arena, &shown[count++]);
    free(ranking.candidates);
    free(ranking.words);
    *ret_terms = shown;
    *ret_count = count;
    return is_done;
}
