/* Terms of comments: one scan of the window, and then the examples alone. */
#include "cxd/query/terms.h"

#include <string.h>

#include "query/filter.h"

/* What the scan fills. */
struct scan {
    struct terms *terms;
    const struct terms_question *question;
    int64_t comments, bytes;
    enum scan_end { SCAN_DONE, SCAN_TOO_MUCH, SCAN_NO_MEMORY } end;
};

static bool visit(void *context, const struct response *response) {
    struct scan *scan = context;
    if (!response->comment)
        return true;
    scan->bytes += (int64_t)strlen(response->comment);
    if (++scan->comments > TERMS_COMMENTS_MAX || scan->bytes > TERMS_BYTES_MAX) {
        scan->end = SCAN_TOO_MUCH;
        return false;
    }
    const struct terms_comment comment = {.text = response->comment,
                                          .locale = response->locale,
                                          .is_in_band = survey_band(scan->question->survey, response->score) ==
                                                        scan->question->band,
                                          .id = response->id};
    if (terms_add(scan->terms, &comment))
        return true;
    scan->end = SCAN_NO_MEMORY;
    return false;
}

static enum cxd_err scan_window(struct store_reader *reader, const struct terms_question *question,
                                const struct window *window, struct terms *terms, struct error *err) {
    struct filter filter = filter_complete(&question->filter, question->survey);
    struct scan scan = {.terms = terms, .question = question};
    enum cxd_err result = store_visit_responses(reader, &filter, window->from, window->to,
                                                GIVE_ID | GIVE_LOCALE | GIVE_COMMENT, visit, &scan, err);
    if (result != CXD_OK || scan.end == SCAN_DONE)
        return result;
    if (scan.end == SCAN_NO_MEMORY)
        return error_set(err, ERR_NO_MEMORY, "no memory for the terms");
    return error_set(err, ERR_BAD_PARAMETER,
                     "window: more than %d comments, or %d MiB of them; ask for a shorter one, or a part by a filter",
                     TERMS_COMMENTS_MAX, TERMS_BYTES_MAX / 1024 / 1024);
}

static enum cxd_err read_examples(struct store_reader *reader, int64_t survey, struct arena *arena,
                                  struct terms_answer *answer, struct error *err) {
    answer->examples = arena_alloc_zero(arena, TERM_EXAMPLES * answer->count, sizeof *answer->examples);
    if (!answer->examples)
        return error_set(err, ERR_NO_MEMORY, "no memory for the terms");
    for (size_t i = 0; i < answer->count; i++)
        for (size_t k = 0; k < answer->terms[i].example_count; k++) {
            struct response *example = &answer->examples[TERM_EXAMPLES * i + k];
            bool found;
            enum cxd_err result =
                store_read_response(reader, survey, &answer->terms[i].examples[k], arena, &found, example, err);
            if (result != CXD_OK)
                return result;
        }
    return CXD_OK;
}

/* The answer's window is set. */
static enum cxd_err fill(struct store_reader *reader, const struct terms_question *question, struct terms *terms,
                         struct arena *arena, struct terms_answer *answer, struct error *err) {
    int64_t min_n = question->survey->min_n;
    enum cxd_err result = scan_window(reader, question, &answer->window, terms, err);
    if (result != CXD_OK)
        return result;
    terms_total(terms, &answer->totals);
    answer->suppressed = answer->totals.count + answer->totals.rest < min_n;
    if (answer->suppressed)
        return CXD_OK;
    if (!terms_rank(terms, answer->min_count, question->limit, arena, &answer->terms, &answer->count))
        return error_set(err, ERR_NO_MEMORY, "no memory for the terms");
    return read_examples(reader, question->survey->number, arena, answer, err);
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
    enum cxd_err result = store_reader_begin(reader, err);
    if (result == CXD_OK) {
        result = fill(reader, question, terms, arena, &answer, err);
        store_reader_end(reader);
    }
    terms_close(terms);
    if (result == CXD_OK)
        *ret_answer = answer;
    return result;
}
