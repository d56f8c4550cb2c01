/* Searches of the memory engine: every comment is read, its words are runs of ASCII letters and digits and of Latin
 * letters, which are compared without their case and their accents; of Greek and Cyrillic letters the case alone. */

#include <stdlib.h>
#include <string.h>

#include "cxd/base/compiler.h"
#include "cxd/base/utf8.h"
#include "memory.h"
#include "store/copy.h"
#include "store/search.h"

/* U+00C0 … U+017E, as far as they are a letter with a mark; ' ': a letter of its own; of the others the case is folded
 * by hand where a test needs it. */
static const char LATIN_1[] = "aaaaaa ceeeeiiii nooooo\0 uuuuy  aaaaaa ceeeeiiii nooooo\0 uuuuy y";
static const char LATIN_A[] = "aaaaaaccccccccdd  eeeeeeeeeegggggggghh  iiiiiiiii   jjkk llllll  nnnnnn   oooooo  "
                              "rrrrrrssssssssttttt uuuuuuuuuuuuwwyyyzzzzzz";

/* The distance from a large letter to its small one. */
static uint32_t lowered(uint32_t code) {
    static const struct {
        uint32_t first, last, step;
    } CASES[] = {{0x386, 0x386, 38}, {0x388, 0x38A, 37}, {0x38C, 0x38C, 64}, {0x38E, 0x38F, 63},
                 {0x391, 0x3A1, 32}, {0x3A3, 0x3AB, 32}, {0x400, 0x40F, 80}, {0x410, 0x42F, 32}};
    for (size_t i = 0; i < CXD_COUNT(CASES); i++)
        if (code >= CASES[i].first && code <= CASES[i].last)
            return CASES[i].step;
    return 0;
}

static size_t fold(uint32_t code, size_t length, const char *text, char *out) {
    char plain = ' ';
    if (code < 0x80)
        plain = (char)(code >= 'A' && code <= 'Z' ? code + 32 : code);
    else if (code >= 0xc0 && code < 0x100)
        plain = LATIN_1[code - 0xc0];
    else if (code >= 0x100 && code < 0x100 + sizeof LATIN_A - 1)
        plain = LATIN_A[code - 0x100];
    if (plain != ' ') {
        out[0] = plain;
        return 1;
    }
    memcpy(out, text, length);
    if (lowered(code) > 0) { /* of two bytes, as the small one is */
        code += lowered(code);
        out[0] = (char)(0xC0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3F));
    }
    return length;
}

static bool is_of_word(uint32_t code) {
    return code < 0x80 ? (code >= '0' && code <= '9') || ((code | 0x20) >= 'a' && (code | 0x20) <= 'z')
                       : code >= 0xc0 && code < 0x2000 && code != 0xd7 && code != 0xf7;
}

static enum cxd_err find_words(void *context, const char *text, size_t length, struct arena *arena,
                               struct search_words *ret_words, struct error *err) {
    struct search_words words = {.items = arena_alloc(arena, (length + 1) * sizeof *words.items)};
    char *folded = arena_alloc(arena, length + 1);
    size_t at = 0, used = 0, step;
    bool is_inside = false;
    (void)context;
    if (!words.items || !folded)
        return error_set(err, ERR_NO_MEMORY, "no memory for words");
    for (; at < length; at += step) {
        uint32_t code = utf8_decode(text + at, length - at, &step);
        bool was_inside = is_inside;
        is_inside = is_of_word(code);
        if (is_inside && !was_inside)
            words.items[words.count++] = (struct search_word){.at = at, .folded = folded + used};
        if (!is_inside)
            continue;
        struct search_word *word = &words.items[words.count - 1];
        used += fold(code, step, text + at, folded + used);
        word->length = at + step - word->at;
        word->folded_length = (size_t)(folded + used - word->folded);
    }
    *ret_words = words;
    return CXD_OK;
}

struct looking {
    const struct memory_store *store;
    const struct search *search;
    struct search_query query;
    struct search_statistics statistics;
    struct search_weights weights;
    struct found_page page;
    struct arena *arena;
};

static bool is_text(const void *context, const char *key) {
    const struct looking *looking = context;
    const struct memory_table *table = &looking->store->questions;
    for (size_t i = 0; i < table->count; i++) {
        const struct memory_question *question = table->blocks[i];
        if (question && question->survey == looking->search->listing.filter.survey && strcmp(question->key, key) == 0)
            return question->type == QUESTION_TEXT;
    }
    return false;
}

static enum cxd_err count_phrases(struct looking *looking, const struct said_text *texts, size_t count,
                                  uint32_t *counts, int64_t *ret_words, struct error *err) {
    const struct word_source words = {find_words, NULL, looking->arena};
    return found_count(&looking->query, &words, texts, count, counts, ret_words, err);
}

static enum cxd_err weigh(struct looking *looking, const struct memory_table *table, struct error *err) {
    uint32_t counts[SEARCH_PHRASES_MAX] = {0};
    int64_t words = 0;
    enum cxd_err code = CXD_OK;
    for (size_t i = 0; code == CXD_OK && i < table->count; i++) {
        const struct response *response = table->blocks[i];
        struct said_text texts[TEXTS_MAX];
        bool is_its = response && response->survey == looking->search->listing.filter.survey;
        size_t count = is_its ? texts_of(response, is_text, looking, NULL, texts) : 0;
        if (count == 0)
            continue;
        code = count_phrases(looking, texts, count, counts, &words, err);
        looking->statistics.comments++;
        looking->statistics.sample++;
        looking->statistics.words += words;
        for (size_t k = 0; k < looking->query.phrase_count; k++)
            looking->statistics.with[k] += counts[k] > 0;
    }
    search_weigh(&looking->query, &looking->statistics, &looking->weights);
    return code;
}

static enum cxd_err look_at(struct looking *looking, const struct response *response, size_t at, struct error *err) {
    uint32_t counts[SEARCH_PHRASES_MAX] = {0};
    int64_t words = 0;
    struct said_text texts[TEXTS_MAX];
    size_t count = texts_of(response, is_text, looking, looking->search->texts_of, texts);
    struct found found = {.answered_at = response->answered_at, .id = response->id, .number = (int64_t)at};
    if (count == 0)
        return CXD_OK;
    if (looking->search->query) {
        enum cxd_err code = count_phrases(looking, texts, count, counts, &words, err);
        if (code != CXD_OK || !search_holds(&looking->query, counts))
            return code;
    }
    if (looking->search->order == SEARCH_BEST)
        found.rank = search_rank(&looking->query, &looking->weights, counts, words);
    else
        found.rank =
            found_rank_of_score(looking->search->order, response->has_score ? response->score : FOUND_SCORELESS);
    found_page_put(&looking->page, &found);
    return CXD_OK;
}

static enum cxd_err read_hit(struct looking *looking, const struct response *response, int64_t rank,
                             struct search_hit *hit, struct error *err) {
    const struct word_source words = {find_words, NULL, looking->arena};
    struct said_text texts[TEXTS_MAX];
    hit->response = *response;
    hit->rank = rank;
    if (!copy_response(looking->arena, &hit->response))
        return error_set(err, ERR_NO_MEMORY, "no memory for what is found");
    if (!looking->search->query)
        return CXD_OK;
    size_t count = texts_of(&hit->response, is_text, looking, looking->search->texts_of, texts);
    return found_mark(&looking->query, &words, texts, count, looking->arena, hit, err);
}

static enum cxd_err answer(struct looking *looking, const struct memory_table *table, struct search_result *ret_result,
                           struct error *err) {
    const struct search *search = looking->search;
    struct listing anywhere = search->listing;
    anywhere.has_after = false;
    enum cxd_err code = found_page_init(&looking->page, search, looking->arena, err);
    if (code == CXD_OK && search->query)
        code = search_resolve(&looking->query, find_words, NULL, looking->arena, err);
    looking->weights = search->weights;
    if (code == CXD_OK && search->order == SEARCH_BEST && !search->has_weights)
        code = weigh(looking, table, err);
    for (size_t i = 0; code == CXD_OK && i < table->count; i++) {
        const struct response *response = table->blocks[i];
        if (response && memory_is_listed(&anywhere, response))
            code = look_at(looking, response, i, err);
    }
    struct search_result result = {.weights = looking->weights};
    size_t bytes = 0;
    result.hits = arena_alloc_zero(looking->arena, looking->page.count + 1, sizeof *result.hits);
    if (code == CXD_OK && !result.hits)
        code = error_set(err, ERR_NO_MEMORY, "no memory for what is found");
    while (code == CXD_OK && !result.is_full && result.count < looking->page.count) {
        const struct found *found = &looking->page.items[result.count];
        struct search_hit *hit = &result.hits[result.count++];
        code = read_hit(looking, table->blocks[found->number], found->rank, hit, err);
        bytes += code == CXD_OK ? found_bytes(&hit->response) : 0;
        result.is_full = bytes > SEARCH_BYTES_MAX && result.count < looking->page.count;
    }
    if (code == CXD_OK)
        *ret_result = result;
    return code;
}

enum cxd_err memory_search(struct store_reader *base, const struct search *search, struct arena *arena,
                           struct search_result *ret_result, struct error *err) {
    struct memory_reader *reader = (struct memory_reader *)base;
    struct looking *looking = arena_alloc_zero(arena, 1, sizeof *looking);
    if (!looking)
        return error_set(err, ERR_NO_MEMORY, "no memory to search");
    looking->store = reader->store;
    looking->search = search;
    looking->arena = arena;
    if (search->query)
        looking->query = *search->query;
    memory_enter(reader);
    enum cxd_err code = answer(looking, &reader->store->responses, ret_result, err);
    memory_leave(reader);
    return code;
}
