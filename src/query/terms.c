/* Terms of comments: one scan of the window, and then the examples alone. */
#include "cxd/query/terms.h"

#include <string.h>

#include "query/filter.h"

/* What the scan fills. */
struct scan {
    struct terms *terms;
    const struct terms_question *question;
    struct budget_claim *claim;
    int64_t comments, bytes;
    enum scan_end { SCAN_DONE, SCAN_TOO_MUCH, SCAN_NO_MEMORY, SCAN_REFUSED } end;
};

static bool is_text(const void *context, const char *key) {
    const struct terms_question *question = context;
    return question->texts_of ? question->texts_of->type == QUESTION_TEXT : texts_asked(question->survey, key);
}

static size_t find_texts(const struct terms_question *question, const struct response *response,
                         struct said_text ret_texts[TEXTS_MAX]) {
    const char *only = question->texts_of ? question->texts_of->key : NULL;
    return texts_of(response, is_text, question, only, ret_texts);
}

/* Before the tables grow. */
static bool claim_room(struct scan *scan) {
    size_t bytes = terms_bytes(scan->terms);
    return bytes <= scan->claim->bytes || purse_claim(&scan->question->purse, scan->claim, bytes);
}

static bool visit(void *context, const struct response *response) {
    struct scan *scan = context;
    struct said_text texts[TEXTS_MAX];
    const struct survey *survey = scan->question->survey;
    const size_t count = find_texts(scan->question, response, texts);
    if (count == 0)
        return true;
    for (size_t i = 0; i < count; i++)
        scan->bytes += (int64_t)strlen(texts[i].text);
    if (++scan->comments > TERMS_COMMENTS_MAX || scan->bytes > TERMS_BYTES_MAX) {
        scan->end = SCAN_TOO_MUCH;
        return false;
    }
    if (!claim_room(scan)) {
        scan->end = SCAN_REFUSED;
        return false;
    }
    const struct terms_comment comment = {.texts = texts,
                                          .text_count = count,
                                          .locale = response->locale,
                                          .is_in_band = survey_band(survey, response->score) == scan->question->band,
                                          .id = response->id};
    if (terms_add(scan->terms, &comment))
        return true;
    scan->end = SCAN_NO_MEMORY;
    return false;
}

static enum cxd_err scan_window(struct store_reader *reader, const struct terms_question *question,
                                const struct window *window, struct terms *terms, struct budget_claim *claim,
                                struct error *err) {
    struct filter filter = filter_complete(&question->filter, question->survey);
    struct scan scan = {.terms = terms, .question = question, .claim = claim};
    unsigned given = GIVE_ID | GIVE_LOCALE | GIVE_COMMENT |
                     (question->survey->question_count > 0 || question->texts_of ? GIVE_ANSWERS : 0);
    enum cxd_err result = store_visit_responses(reader, &filter, window->from, window->to, given, visit, &scan, err);
    if (result != CXD_OK || scan.end == SCAN_DONE)
        return result;
    if (scan.end == SCAN_REFUSED)
        return purse_refuse(err);
    if (scan.end == SCAN_NO_MEMORY)
        return error_set(err, ERR_NO_MEMORY, "no memory for the terms");
    return error_set(err, ERR_BAD_PARAMETER,
                     "window: more than %d comments, or %d MiB of them; ask for a shorter one, or a part by a filter",
                     TERMS_COMMENTS_MAX, TERMS_BYTES_MAX / 1024 / 1024);
}

static enum cxd_err read_example(struct store_reader *reader, const struct terms_question *question, size_t number,
                                 const struct term *term, struct arena *arena, struct term_example *ret_example,
                                 struct error *err) {
    const struct survey *survey = question->survey;
    struct said_text texts[TEXTS_MAX];
    struct response response;
    bool found;
    enum cxd_err result =
        store_read_response(reader, survey->number, &term->examples[number], arena, &found, &response, err);
    if (result != CXD_OK || !found)
        return result;
    size_t count = find_texts(question, &response, texts);
    *ret_example =
        (struct term_example){.id = response.id, .score = response.score, .answered_at = response.answered_at};
    if (count > 0)
        ret_example->said = *terms_find(texts, count, term->text);
    return CXD_OK;
}

static enum cxd_err read_examples(struct store_reader *reader, const struct terms_question *question,
                                  struct arena *arena, struct terms_answer *answer, struct error *err) {
    answer->examples = arena_alloc_zero(arena, TERM_EXAMPLES * answer->count + 1, sizeof *answer->examples);
    if (!answer->examples)
        return error_set(err, ERR_NO_MEMORY, "no memory for the terms");
    for (size_t i = 0; i < answer->count; i++)
        for (size_t k = 0; k < answer->terms[i].example_count; k++) {
            enum cxd_err result = read_example(reader, question, k, &answer->terms[i], arena,
                                               &answer->examples[TERM_EXAMPLES * i + k], err);
            if (result != CXD_OK)
                return result;
        }
    return CXD_OK;
}

/* The answer's window is set. */
static enum cxd_err fill(struct store_reader *reader, const struct terms_question *question, struct terms *terms,
                         struct budget_claim *claim, struct arena *arena, struct terms_answer *answer,
                         struct error *err) {
    int64_t min_n = question->survey->min_n;
    enum cxd_err result = scan_window(reader, question, &answer->window, terms, claim, err);
    if (result != CXD_OK)
        return result;
    terms_total(terms, &answer->totals);
    answer->suppressed = answer->totals.count + answer->totals.rest < min_n;
    if (answer->suppressed)
        return CXD_OK;
    if (!terms_rank(terms, answer->min_count, question->limit, arena, &answer->terms, &answer->count))
        return error_set(err, ERR_NO_MEMORY, "no memory for the terms");
    return read_examples(reader, question, arena, answer, err);
}

enum cxd_err query_terms(struct store_reader *reader, const struct terms_question *question, struct arena *arena,
                         struct terms_answer *ret_answer, struct error *err) {
    int64_t min_n = question->survey->min_n;
    struct terms_answer answer = {.window = question->window,
                                  .min_count = question->min_count > min_n ? question->min_count : min_n};
    answer.rounded = min_n > 0 && window_round(&answer.window);
    struct terms *terms = terms_open(question->language);
    if (!terms)
        return error_set(err, ERR_NO_MEMORY, "no memory for the terms");
    struct budget_claim claim = {.bytes = 0};
    enum cxd_err result = store_reader_begin(reader, err);
    if (result == CXD_OK) {
        result = fill(reader, question, terms, &claim, arena, &answer, err);
        store_reader_end(reader);
    }
    terms_close(terms);
    purse_release(&question->purse, &claim);
    if (result == CXD_OK)
        *ret_answer = answer;
    return result;
}
