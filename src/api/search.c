/* Searches of comments: from the query string to a question, and from what is found to a page. */
#include "api/search.h"

#include <stdlib.h>
#include <string.h>

#include "api/asked.h"
#include "api/pages.h"
#include "api/search_cursor.h"
#include "cxd/codec/response.h"
#include "cxd/codec/score.h"
#include "cxd/codec/write.h"
#include "cxd/domain/people.h"

/* So many matches are looked at for a page: some 15 to 50 ms where each is ranked, or left out by a filter. */
enum { LOOKS = 15 * 1000 };

static enum cxd_err read_order(const struct search_asked *asked, bool is_of_comments, struct search *search,
                               struct error *err) {
    static const char *const NAMES[] = {[SEARCH_NEWEST] = "newest",
                                        [SEARCH_OLDEST] = "oldest",
                                        [SEARCH_BEST] = "best",
                                        [SEARCH_LOWEST] = "lowest",
                                        [SEARCH_HIGHEST] = "highest"};
    size_t order = 0;
    while (asked->order && order < CXD_COUNT(NAMES) && strcmp(asked->order, NAMES[order]) != 0)
        order++;
    if (order == CXD_COUNT(NAMES))
        return error_set(err, ERR_BAD_PARAMETER, "order: one of newest, oldest, best, lowest, highest");
    search->order = (enum search_order)order;
    if (search->order == SEARCH_BEST && !asked->q)
        return error_set(err, ERR_BAD_PARAMETER, "order: best is how well a comment fits what q asks: give q");
    if (search->order != SEARCH_NEWEST && !asked->q && !is_of_comments)
        return error_set(err, ERR_BAD_PARAMETER,
                         "order: responses are listed newest first, unless q is given; comments have every order");
    return CXD_OK;
}

/* One or two digits up to the end of the scales; `text` NULL: none are there. */
static const char *read_score(const char *text, int *ret_score) {
    char *end;
    if (*text < '0' || *text > '9')
        return NULL;
    long score = strtol(text, &end, 10);
    *ret_score = (int)score;
    return end - text <= 2 && score < HISTOGRAM_SIZE ? end : NULL;
}

/* 9, 0..6, 7.., ..6 */
static enum cxd_err read_scores(const char *text, unsigned *ret_scores, struct error *err) {
    int low = 0, high = HISTOGRAM_SIZE - 1;
    const char *rest = *text == '.' ? text : read_score(text, &low);
    bool is_range = rest && strncmp(rest, "..", 2) == 0;
    if (is_range && (rest[2] != '\0' || *text != '.'))
        rest = rest[2] == '\0' ? rest + 2 : read_score(rest + 2, &high);
    else if (!is_range)
        high = low;
    if (!rest || *rest != '\0' || low > high)
        return error_set(err, ERR_BAD_PARAMETER, "score: a score such as 9, or a range such as 0..6, 7.. or ..6");
    *ret_scores = ((1U << (high - low + 1)) - 1) << low;
    return CXD_OK;
}

static enum cxd_err read_band(const char *text, const struct survey *survey, unsigned *ret_scores, struct error *err) {
    enum band band;
    enum cxd_err result = band_read(survey->metric, text, &band, err);
    for (int score = survey->scale_min; result == CXD_OK && score <= survey->scale_max; score++)
        *ret_scores |= survey_band(survey, score) == band ? 1U << score : 0;
    return result;
}

static enum cxd_err read_which(const struct search_asked *asked, const struct survey *survey, unsigned *ret_scores,
                               struct error *err) {
    unsigned scores = 0;
    enum cxd_err result = CXD_OK;
    if (asked->score && asked->band)
        return error_set(err, ERR_BAD_PARAMETER, "band: give either band or score");
    if (asked->score)
        result = read_scores(asked->score, &scores, err);
    else if (asked->band)
        result = read_band(asked->band, survey, &scores, err);
    if (result == CXD_OK && asked->band && scores == 0)
        scores = 1U << HISTOGRAM_SIZE; /* a band without a score: no response has one of it */
    *ret_scores = scores;
    return result;
}

enum cxd_err search_read(struct http_request *request, const struct survey *survey, bool is_of_comments,
                         struct search *ret_search, bool *ret_is_search, struct error *err) {
    struct search_asked asked;
    struct search_query *query;
    const struct question *question;
    *ret_search = (struct search){.order = SEARCH_NEWEST};
    enum cxd_err result = parameters_read_search(request, &ret_search->listing, &asked, err);
    ret_search->listing.filter.survey = survey->number;
    if (result == CXD_OK)
        result = asked_check(request, survey, &ret_search->listing.filter, err);
    if (result == CXD_OK)
        result = asked_find_texts(request, survey, asked.question, &question, err);
    if (result == CXD_OK && asked.question && !asked.q && !is_of_comments)
        result = error_set(err, ERR_BAD_PARAMETER, "question: in whose answers q is looked for: give q");
    if (result == CXD_OK)
        result = read_which(&asked, survey, &ret_search->listing.scores, err);
    if (result == CXD_OK)
        result = read_order(&asked, is_of_comments, ret_search, err);
    if (result == CXD_OK && asked.q) {
        query = arena_alloc(http_arena(request), sizeof *query);
        result = query ? search_parse(asked.q, http_arena(request), query, err)
                       : error_set(err, ERR_NO_MEMORY, "no memory for the query");
        ret_search->query = query;
    }
    *ret_is_search = is_of_comments || asked.q;
    ret_search->texts_of = asked.question;
    ret_search->looks = LOOKS;
    bool is_named = asked.cursor && *asked.cursor >= 'a' && *asked.cursor <= 'z';
    if (result == CXD_OK && (*ret_is_search || is_named)) /* else it was read with the listing */
        result = search_read_cursor(asked.cursor, ret_search, err);
    return result;
}

enum cxd_err search_read_walk(struct http_request *request, const struct survey *survey, struct walk *ret_walk,
                              const char **ret_cursor, struct error *err) {
    struct search_asked asked;
    enum cxd_err result = parameters_read_export(request, ret_walk, &asked, err);
    if (result == CXD_OK)
        result = asked_check(request, survey, &ret_walk->filter, err);
    if (result == CXD_OK)
        result = read_which(&asked, survey, &ret_walk->scores, err);
    if (result != CXD_OK)
        return result;
    ret_walk->filter.survey = survey->number;
    *ret_cursor = asked.cursor;
    return CXD_OK;
}

/* On a loop, so that of questions only those are known that are asked now. */
static enum cxd_err check_asked_now(const struct survey *survey, const struct filter *filter, struct error *err) {
    for (size_t i = 0; i < filter->answer_count; i++) {
        const struct property *answer = &filter->answers[i];
        const struct question *question = survey_question(survey, answer->key);
        if (!question)
            return error_set(err, ERR_BAD_PARAMETER, "answer.%.64s: the survey %s asks no such question now",
                             answer->key, survey->slug);
        if (!question_has_value(question, answer->value))
            return error_set(err, ERR_BAD_PARAMETER, "answer.%.64s: %.64s is nothing that can be answered to it now",
                             answer->key, answer->value);
    }
    return CXD_OK;
}

enum cxd_err search_read_live(struct http_request *request, const struct survey *survey, struct walk *ret_wanted,
                              struct error *err) {
    struct search_asked asked;
    enum cxd_err result = parameters_read_live(request, ret_wanted, &asked, err);
    if (result == CXD_OK)
        result = check_asked_now(survey, &ret_wanted->filter, err);
    if (result == CXD_OK)
        result = read_which(&asked, survey, &ret_wanted->scores, err);
    ret_wanted->filter.survey = survey->number;
    return result;
}

/* --- Pages ------------------------------------------------------------------------------------------------------- */

static enum cxd_err append_hit(struct http_request *request, const struct survey *survey, const struct search *search,
                               const struct search_hit *hit, struct error *err) {
    struct buffer *out = http_out(request);
    size_t count = 0;
    struct snippet_part *parts = NULL;
    if (search->query) {
        parts = snippet_make(hit->said.text, hit->marks, hit->mark_count, http_arena(request), &count);
        if (!parts)
            return error_set(err, ERR_NO_MEMORY, "no memory for a snippet");
    }
    response_encode_found(out, &hit->response, survey->slug, hit->said.key, parts, count);
    return CXD_OK;
}

enum cxd_err search_append_page(struct http_request *request, const struct survey *survey, const struct search *search,
                                struct error *err) {
    struct search wider = *search;
    struct search_result found;
    char cursor[SEARCH_CURSOR_SIZE];
    wider.listing.limit++;
    enum cxd_err result = store_search(http_worker(request), &wider, http_arena(request), &found, err);
    if (result != CXD_OK)
        return result;
    if (search->is_part && !found.cut.is_cut)
        found.cut = (struct search_cut){.is_cut = true, .answered_at = search->listing.from};
    size_t shown = found.count < search->listing.limit ? found.count : search->listing.limit;
    bool has_more = found.is_full || found.count > shown, has_next = has_more || found.cut.is_cut;
    write_open(http_out(request), "responses", '[');
    for (size_t i = 0; result == CXD_OK && i < shown; i++)
        result = append_hit(request, survey, search, &found.hits[i], err);
    if (result != CXD_OK)
        return result;
    if (has_next)
        search_write_cursor(cursor, search, &found, has_more ? &found.hits[shown - 1] : NULL);
    return page_end(request, has_next ? cursor : NULL, err);
}
