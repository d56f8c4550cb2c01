/* From comments to counts of their words and phrases, once a comment; terms_rank.c makes terms of them. */
#include "cxd/domain/terms.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "cxd/domain/tokens.h"
#include "domain/counted.h"
#include "domain/stopwords.h"

enum { EXAMPLE_WORDS = 5, NOWHERE = -1, TABLE_FIRST = 1024 };

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
    size_t length = 0;
    for (size_t i = 0; i < comment->text_count; i++)
        length += strlen(comment->texts[i].text);
    uint32_t bytes = length < FEW / 2 ? (uint32_t)length : FEW / 2;
    return words >= EXAMPLE_WORDS ? bytes : FEW - bytes;
}

static bool add_example(struct terms *terms, const struct terms_comment *comment, size_t words) {
    if (terms->example_count == terms->example_capacity) {
        size_t capacity = terms->example_capacity ? 2 * terms->example_capacity : TABLE_FIRST;
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
            uint32_t capacity = terms->pick_capacity ? 2 * terms->pick_capacity : TABLE_FIRST;
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

/* What is read of a comment. */
struct reading {
    size_t count, used; /* tokens, and bytes of them */
};

/* The tokens of a text, as many as there is room for. */
static void read_tokens(struct terms *terms, const char *text, struct reading *reading) {
    struct tokens tokens;
    struct token token;
    tokens_open(&tokens, text, strlen(text));
    while (reading->count < TERMS_TOKENS_MAX && tokens_next(&tokens, &token) &&
           reading->used + token.length <= sizeof terms->folded) {
        memcpy(terms->folded + reading->used, token.folded, token.length);
        terms->seen[reading->count++] =
            (struct seen){.hash = vocabulary_hash(&terms->vocabulary, token.folded, token.length),
                          .shown = token.shown,
                          .shown_length = (uint32_t)token.shown_length,
                          .folded = (uint32_t)reading->used,
                          .length = (uint8_t)token.length,
                          .kind = (uint8_t)token.kind,
                          .follows = token.follows,
                          .is_letter = token.is_letter};
        reading->used += token.length;
    }
}

bool terms_add(struct terms *terms, const struct terms_comment *comment) {
    struct reading reading = {.count = 0};
    uint32_t lists;
    if (!vocabulary_make_room(&terms->vocabulary, TERMS_TOKENS_MAX))
        return false;
    for (size_t i = 0; i < comment->text_count; i++)
        read_tokens(terms, comment->texts[i].text, &reading);
    size_t count = reading.count;
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

/* --- Where a term stands --- */

enum { TERM_TOKENS_MAX = 2 };

static bool has_term(const char *text, const struct token *term, size_t count) {
    struct tokens tokens;
    struct token token;
    size_t met = 0;
    tokens_open(&tokens, text, strlen(text));
    while (met < count && tokens_next(&tokens, &token)) {
        bool goes_on = met > 0 && token.follows && token.length == term[met].length &&
                       memcmp(token.folded, term[met].folded, token.length) == 0;
        bool begins = token.length == term[0].length && memcmp(token.folded, term[0].folded, token.length) == 0;
        met = goes_on ? met + 1 : begins;
    }
    return count > 0 && met == count;
}

const struct said_text *terms_find(const struct said_text *texts, size_t count, const char *term) {
    struct token words[TERM_TOKENS_MAX];
    struct tokens tokens;
    size_t word_count = 0;
    tokens_open(&tokens, term, strlen(term));
    while (word_count < TERM_TOKENS_MAX && tokens_next(&tokens, &words[word_count]))
        word_count++;
    for (size_t i = 0; i < count; i++)
        if (has_term(texts[i].text, words, word_count))
            return &texts[i];
    return texts;
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

size_t terms_bytes(const struct terms *terms) {
    enum { MORE = TERMS_TOKENS_MAX }; /* of one comment; its words and its phrases may have a pick each */
    const struct vocabulary *vocabulary = &terms->vocabulary;
    size_t examples = terms->example_capacity ? terms->example_capacity : TABLE_FIRST;
    size_t picks = terms->pick_capacity ? terms->pick_capacity : TABLE_FIRST;
    size_t moving = vocabulary_moving_bytes(vocabulary, MORE);
    size_t ranking = ranking_bytes(vocabulary->word_count + MORE, vocabulary->phrase_count + MORE);
    return sizeof *terms + vocabulary_bytes(vocabulary, MORE) + (moving > ranking ? moving : ranking) +
           vocabulary_grown(examples, terms->example_count + 1, sizeof *terms->examples) +
           vocabulary_grown(picks, terms->pick_count + 2 * MORE, sizeof *terms->picks);
}

void terms_total(const struct terms *terms, struct terms_totals *ret_totals) {
    *ret_totals = terms->totals;
    ret_totals->undercount = terms->vocabulary.lost;
}
