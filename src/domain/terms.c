/* From comments to the terms that set a band apart: counted once a comment, weighed, and what says the same dropped. */
#include "cxd/domain/terms.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cxd/domain/tokens.h"
#include "domain/stopwords.h"
#include "domain/vocabulary.h"

enum { EXAMPLE_WORDS = 5, NOWHERE = -1 };

/* What the prior weighs, of all mentions (docs/scoring.md §11). */
#define PRIOR_SHARE 0.1
/* A phrase that has so much of a word's comments is all there is of the word. */
#define WHOLE_SHARE 0.8

/* A comment of the band: an example, the better the less it costs. */
struct example {
    struct id id;
    uint32_t cost;
};

/* The best examples of a term, by their numbers. Unused ones are a list. */
struct pick {
    uint32_t at[TERM_EXAMPLES];
};
/* tally_of_term.examples: the number of its only example, or with this bit that of its pick. */
#define PICKED (UINT32_C(1) << 31)
#define NO_EXAMPLE UINT32_MAX

/* A token of the comment. What is looked up is expected some steps before, since most of the time is spent waiting for
 * memory. */
struct seen {
    uint64_t hash;
    const char *shown;
    uint32_t shown_length;
    uint32_t folded;       /* in terms.folded */
    uint32_t word, before; /* before: the word that it makes a phrase with; 0: none */
    uint8_t length;
    uint8_t kind;
    bool follows, is_letter, is_term;
};

struct terms {
    struct vocabulary vocabulary;
    char language[4]; /* "": any */
    struct terms_totals totals;
    int64_t mentions[2]; /* of words, in the rest and in the band; of each, once a comment */
    uint32_t number;     /* of the comment */
    struct example *examples;
    size_t example_count, example_capacity;
    struct pick *picks;
    uint32_t pick_count, pick_capacity, free_pick;
    struct seen seen[TERMS_TOKENS_MAX];
    char folded[TERMS_TOKENS_MAX * 16]; /* the tokens, one behind the other */
};

/* --- Languages --- */

/* The language of a locale, "pt" of "pt-BR"; false where it has none. */
static bool language_of(const char *locale, char ret_language[4]) {
    size_t length = strcspn(locale, "-_.");
    if (length < 2 || length > 3)
        return false;
    for (size_t i = 0; i < length; i++) {
        char letter = (char)(locale[i] | 0x20);
        if (letter < 'a' || letter > 'z')
            return false;
        ret_language[i] = letter;
    }
    ret_language[length] = '\0';
    return true;
}

bool terms_is_language(const char *text) {
    char language[4];
    return language_of(text, language) && strcmp(text, language) == 0;
}

static int list_of(const char *language) {
    for (size_t i = 0; i < STOPWORDS_COUNT; i++)
        if (strcmp(STOPWORDS[i].language, language) == 0)
            return (int)i;
    return NOWHERE;
}

/* Enters the words of a list. */
static bool enter_list(struct vocabulary *vocabulary, size_t index) {
    const char *line = STOPWORDS[index].text;
    for (const char *end; *line != '\0'; line = *end == '\0' ? end : end + 1) {
        struct tokens tokens;
        struct token token;
        end = strchrnul(line, '\n');
        tokens_open(&tokens, line, *line == '#' ? 0 : (size_t)(end - line));
        while (tokens_next(&tokens, &token)) {
            uint64_t hash = vocabulary_hash(vocabulary, token.folded, token.length);
            uint32_t word = vocabulary_word(vocabulary, hash, token.folded, token.length, token.kind);
            if (word == 0)
                return false;
            vocabulary->words[word].languages |= UINT32_C(1) << index;
        }
    }
    return true;
}

/* The lists that most of the comment's words are on. */
static uint32_t guess_lists(const struct terms *terms, size_t count) {
    uint32_t hits[32] = {0}, most = 1, lists = 0;
    for (size_t i = 0; i < count; i++)
        for (uint32_t left = terms->vocabulary.words[terms->seen[i].word].languages; left != 0; left &= left - 1)
            hits[__builtin_ctz(left)]++;
    for (size_t i = 0; i < STOPWORDS_COUNT; i++) {
        if (hits[i] > most) {
            most = hits[i];
            lists = 0;
        }
        if (hits[i] == most)
            lists |= UINT32_C(1) << i;
    }
    return lists;
}

/* By which lists its words are left out. False: the comment is in another language than the one that is asked for. */
static bool judge_language(const struct terms *terms, const char *locale, size_t count, uint32_t *ret_lists) {
    char language[4];
    bool is_any = terms->language[0] == '\0';
    if (locale && language_of(locale, language)) {
        int list = list_of(language);
        *ret_lists = list == NOWHERE ? 0 : UINT32_C(1) << list;
        return is_any || strcmp(language, terms->language) == 0;
    }
    *ret_lists = guess_lists(terms, count);
    int asked = is_any ? NOWHERE : list_of(terms->language);
    return is_any || (asked != NOWHERE && *ret_lists == UINT32_C(1) << asked);
}

/* --- Examples --- */

/* Short ones, but of some words; of those that have fewer the longer. */
static uint32_t example_cost(const struct terms_comment *comment, size_t words) {
    static const uint32_t FEW = 1u << 30;
    size_t length = strlen(comment->text);
    uint32_t bytes = length < FEW / 2 ? (uint32_t)length : FEW / 2;
    return words >= EXAMPLE_WORDS ? bytes : FEW - bytes;
}

static bool add_example(struct terms *terms, const struct terms_comment *comment, size_t words) {
    if (terms->example_count == terms->example_capacity) {
        size_t capacity = terms->example_capacity ? 2 * terms->example_capacity : 1024;
        struct example *grown = realloc(terms->examples, capacity * sizeof *grown);
        if (!grown)
            return false;
        terms->examples = grown;
        terms->example_capacity = capacity;
    }
    terms->examples[terms->example_count++] = (struct example){comment->id, example_cost(comment, words)};
    return true;
}

static bool make_pick(struct terms *terms, uint32_t only, uint32_t *ret_pick) {
    if (terms->free_pick != NO_EXAMPLE) {
        *ret_pick = terms->free_pick;
        terms->free_pick = terms->picks[*ret_pick].at[0];
    } else {
        if (terms->pick_count == terms->pick_capacity) {
            uint32_t capacity = terms->pick_capacity ? 2 * terms->pick_capacity : 1024;
            struct pick *grown = realloc(terms->picks, capacity * sizeof *grown);
            if (!grown)
                return false;
            terms->picks = grown;
            terms->pick_capacity = capacity;
        }
        *ret_pick = terms->pick_count++;
    }
    terms->picks[*ret_pick] = (struct pick){{only, NO_EXAMPLE, NO_EXAMPLE}};
    return true;
}

/* Texts of one length are taken for the same one, sent again. */
static void choose(const struct terms *terms, struct pick *pick, uint32_t example) {
    uint32_t cost = terms->examples[example].cost;
    for (size_t i = 0; i < TERM_EXAMPLES; i++) {
        uint32_t held = pick->at[i];
        if (held != NO_EXAMPLE && terms->examples[held].cost < cost)
            continue;
        if (held != NO_EXAMPLE && terms->examples[held].cost == cost)
            return;
        memmove(&pick->at[i + 1], &pick->at[i], (TERM_EXAMPLES - 1 - i) * sizeof *pick->at);
        pick->at[i] = example;
        return;
    }
}

/* The comment that was added last is one more of the term's. */
static bool note_example(struct terms *terms, struct tally_of_term *tally) {
    uint32_t example = (uint32_t)(terms->example_count - 1), pick = tally->examples & ~PICKED;
    if (tally->count == 1) {
        tally->examples = example;
        return true;
    }
    if ((tally->examples & PICKED) == 0) {
        if (!make_pick(terms, tally->examples, &pick))
            return false;
        tally->examples = PICKED | pick;
    }
    choose(terms, &terms->picks[pick], example);
    return true;
}

static void forget(void *context, const struct tally_of_term *tally) {
    struct terms *terms = context;
    if (tally->count < 2)
        return;
    uint32_t pick = tally->examples & ~PICKED;
    terms->picks[pick].at[0] = terms->free_pick;
    terms->free_pick = pick;
}

/* --- Counting --- */

/* False where this comment has counted it before. */
static bool counts(const struct terms *terms, struct tally_of_term *tally, bool is_in_band) {
    if (tally->last == terms->number)
        return false;
    tally->last = terms->number;
    if (is_in_band)
        tally->count++;
    else
        tally->rest++;
    return true;
}

static bool count_word(struct terms *terms, const struct seen *seen, bool is_in_band) {
    struct word *word = &terms->vocabulary.words[seen->word];
    if (!counts(terms, &word->tally, is_in_band))
        return true;
    terms->mentions[is_in_band]++;
    if (is_in_band && !note_example(terms, &word->tally))
        return false;
    return vocabulary_count_form(&terms->vocabulary, word, seen->shown, seen->shown_length);
}

static bool count_phrase(struct terms *terms, uint32_t first, uint32_t second, bool is_in_band) {
    const struct word *words = terms->vocabulary.words;
    if (first == second || (words[first].kind == TOKEN_NUMBER && words[second].kind == TOKEN_NUMBER))
        return true;
    struct phrase *phrase = vocabulary_phrase(&terms->vocabulary, first, second);
    if (!phrase)
        return false;
    return !counts(terms, &phrase->tally, is_in_band) || !is_in_band || note_example(terms, &phrase->tally);
}

/* Which of the words are terms, and make phrases. */
static void pair_tokens(struct terms *terms, size_t count, uint32_t lists) {
    uint32_t before = 0; /* the neighbour */
    for (size_t i = 0; i < count; i++) {
        struct seen *seen = &terms->seen[i];
        seen->is_term = !seen->is_letter && (terms->vocabulary.words[seen->word].languages & lists) == 0;
        seen->before = seen->is_term && seen->follows ? before : 0;
        before = seen->is_term ? seen->word : 0;
        if (seen->before != 0)
            vocabulary_expect_phrase(&terms->vocabulary, seen->before, seen->word);
    }
}

static bool count_tokens(struct terms *terms, size_t count, bool is_in_band) {
    for (size_t i = 0; i < count; i++)
        if (terms->seen[i].is_term && !count_word(terms, &terms->seen[i], is_in_band))
            return false;
    for (size_t i = 0; i < count; i++)
        if (terms->seen[i].before != 0 && !count_phrase(terms, terms->seen[i].before, terms->seen[i].word, is_in_band))
            return false;
    return true;
}

/* The tokens of a text, as many as there is room for. */
static size_t read_tokens(struct terms *terms, const char *text) {
    struct tokens tokens;
    struct token token;
    size_t count = 0, used = 0;
    tokens_open(&tokens, text, strlen(text));
    while (count < TERMS_TOKENS_MAX && tokens_next(&tokens, &token) && used + token.length <= sizeof terms->folded) {
        memcpy(terms->folded + used, token.folded, token.length);
        terms->seen[count++] = (struct seen){.hash = vocabulary_hash(&terms->vocabulary, token.folded, token.length),
                                             .shown = token.shown,
                                             .shown_length = (uint32_t)token.shown_length,
                                             .folded = (uint32_t)used,
                                             .length = (uint8_t)token.length,
                                             .kind = (uint8_t)token.kind,
                                             .follows = token.follows,
                                             .is_letter = token.is_letter};
        used += token.length;
    }
    return count;
}

bool terms_add(struct terms *terms, const struct terms_comment *comment) {
    uint32_t lists;
    if (!vocabulary_make_room(&terms->vocabulary, TERMS_TOKENS_MAX))
        return false;
    size_t count = read_tokens(terms, comment->text);
    for (size_t i = 0; i < count; i++) {
        struct seen *seen = &terms->seen[i];
        seen->word =
            vocabulary_word(&terms->vocabulary, seen->hash, terms->folded + seen->folded, seen->length, seen->kind);
        if (seen->word == 0)
            return false;
    }
    if (!judge_language(terms, comment->locale, count, &lists))
        return true;
    terms->number++;
    if (comment->is_in_band)
        terms->totals.count++;
    else
        terms->totals.rest++;
    if (comment->is_in_band && !add_example(terms, comment, count))
        return false;
    pair_tokens(terms, count, lists);
    return count_tokens(terms, count, comment->is_in_band);
}

struct terms *terms_open(const char *language) {
    struct terms *terms = malloc(sizeof *terms);
    if (!terms)
        return NULL;
    memset(terms, 0, offsetof(struct terms, seen));
    terms->free_pick = NO_EXAMPLE;
    bool is_open = vocabulary_init(&terms->vocabulary);
    terms->vocabulary.forget = forget;
    terms->vocabulary.context = terms;
    assert(STOPWORDS_COUNT <= 32);
    for (size_t i = 0; is_open && i < STOPWORDS_COUNT; i++)
        is_open = enter_list(&terms->vocabulary, i);
    if (language)
        strncpy(terms->language, language, sizeof terms->language - 1);
    if (is_open)
        return terms;
    terms_close(terms);
    return NULL;
}

void terms_close(struct terms *terms) {
    if (!terms)
        return;
    vocabulary_free(&terms->vocabulary);
    free(terms->examples);
    free(terms->picks);
    free(terms);
}

void terms_total(const struct terms *terms, struct terms_totals *ret_totals) {
    *ret_totals = terms->totals;
    ret_totals->undercount = terms->vocabulary.lost;
}

/* --- Ranking --- */

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
    return tally->count >= ranking->least &&
           terms_weigh(tally->count, mentions[1], tally->rest, mentions[0], &ret_candidate->log_odds,
                       &ret_candidate->z) &&
           ret_candidate->z > 1e-9;
}

/* A phrase is a term where it is all there is of one of its words, which then is none; or sets the band apart more
 * clearly than both. */
static bool is_worth(struct ranking *ranking, struct candidate *candidate) {
    const struct vocabulary *vocabulary = &ranking->terms->vocabulary;
    const uint32_t both[2] = {phrase_first(candidate->phrase), phrase_second(candidate->phrase)};
    bool is_clearer = true;
    for (size_t i = 0; i < 2; i++) {
        const struct tally_of_term *tally = &vocabulary->words[both[i]].tally;
        struct candidate word;
        if (!weigh(ranking, tally, &word))
            continue;
        if ((double)candidate->tally->count >= WHOLE_SHARE * (double)tally->count)
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
        if (phrase->key == 0 || !weigh(ranking, &phrase->tally, candidate))
            continue;
        candidate->phrase = phrase;
        ranking->count += is_worth(ranking, candidate);
    }
    for (uint32_t i = 1; i <= vocabulary->word_count; i++) {
        struct candidate *candidate = &ranking->candidates[ranking->count];
        if (ranking->words[i] != STANDS || !weigh(ranking, &vocabulary->words[i].tally, candidate))
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
