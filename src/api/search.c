/* Searches of comments: from the query string to a question, and from what is found to a page. A list of the best goes
 * on by what the first page was ranked by, which its cursor holds: places stay while comments arrive. */
#include "api/search.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/pages.h"
#include "cxd/codec/response.h"
#include "cxd/codec/score.h"
#include "cxd/codec/write.h"
#include "cxd/domain/people.h"

enum { BEST_CURSOR_SIZE = 400 };
static const char BEST_PREFIX[] = "best_";

static enum cxd_err read_order(const struct search_asked *asked, bool is_of_comments, struct search *search,
                               struct error *err) {
    static const char *const NAMES[] = {[SEARCH_NEWEST] = "newest", [SEARCH_OLDEST] = "oldest", [SEARCH_BEST] = "best"};
    size_t order = 0;
    while (asked->order && order < CXD_COUNT(NAMES) && strcmp(asked->order, NAMES[order]) != 0)
        order++;
    if (order == CXD_COUNT(NAMES))
        return error_set(err, ERR_BAD_PARAMETER, "order: one of newest, oldest, best");
    search->order = (enum search_order)order;
    if (search->order == SEARCH_BEST && !asked->q)
        return error_set(err, ERR_BAD_PARAMETER, "order: best is how well a comment fits what q asks: give q");
    if (search->order == SEARCH_OLDEST && !asked->q && !is_of_comments)
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
    const char *names[BAND_COUNT];
    for (int band = 0; band < BAND_COUNT; band++) {
        names[band] = band_name(survey->metric, (enum band)band);
        if (strcmp(text, names[band]) == 0) {
            for (int score = survey->scale_min; score <= survey->scale_max; score++)
                *ret_scores |= survey_band(survey, score) == (enum band)band ? 1U << score : 0;
            return CXD_OK;
        }
    }
    return error_set(err, ERR_BAD_PARAMETER, "band: one of this survey's: %s, %s, %s", names[BAND_FAVOURABLE],
                     names[BAND_NEUTRAL], names[BAND_UNFAVOURABLE]);
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

/* --- Cursors ----------------------------------------------------------------------------------------------------- */

/* The digits at *at, which moves behind them and the character that ends them. */
static bool read_number(const char **at, char end, int64_t *ret_number) {
    size_t digits = strspn(*at, "0123456789");
    if (digits == 0 || digits > 15 || (*at)[digits] != end)
        return false;
    *ret_number = strtoll(*at, NULL, 10);
    *at += digits + (end != '\0');
    return true;
}

/* best_AVERAGE_INVERSE.INVERSE._RANK_TIME_ID, an INVERSE for each phrase. */
static bool read_best(const char *text, size_t phrases, struct search *search) {
    const char *at = text + strlen(BEST_PREFIX);
    bool is_read = read_number(&at, '_', &search->weights.average_milli) && search->weights.average_milli > 0;
    for (size_t i = 0; is_read && i < phrases; i++)
        is_read = read_number(&at, '.', &search->weights.inverse_micro[i]);
    is_read = is_read && *at++ == '_' && read_number(&at, '_', &search->after_rank);
    struct listing *listing = &search->listing;
    bool is_before = is_read && *at == '-';
    is_read = is_read && (at += is_before, read_number(&at, '_', &listing->after_answered_at)) &&
              id_parse(at, strlen(at), &listing->after_id);
    if (is_before)
        listing->after_answered_at = -listing->after_answered_at;
    listing->has_after = search->has_weights = is_read;
    return is_read;
}

static void write_best(char out[BEST_CURSOR_SIZE], const struct search *search, const struct search_result *result,
                       const struct search_hit *last) {
    char id[ID_TEXT_SIZE];
    int length = snprintf(out, BEST_CURSOR_SIZE, "%s%lld_", BEST_PREFIX, (long long)result->weights.average_milli);
    for (size_t i = 0; i < search->query->phrase_count; i++)
        length += snprintf(out + length, BEST_CURSOR_SIZE - (size_t)length, "%lld.",
                           (long long)result->weights.inverse_micro[i]);
    snprintf(out + length, BEST_CURSOR_SIZE - (size_t)length, "_%lld_%lld_%s", (long long)last->rank,
             (long long)last->response.answered_at, id_format(id, &last->response.id));
}

/* Of the order that it is read with: a place among the best is none among the newest. */
static enum cxd_err read_cursor(const char *text, struct search *search, struct error *err) {
    bool is_best = text && strncmp(text, BEST_PREFIX, strlen(BEST_PREFIX)) == 0;
    if (!text || (!is_best && search->order != SEARCH_BEST))
        return CXD_OK;
    if (!is_best || search->order != SEARCH_BEST || !read_best(text, search->query->phrase_count, search))
        return error_set(err, ERR_BAD_PARAMETER, "cursor: what the page before gave as next, for the same q and order");
    return CXD_OK;
}

enum cxd_err search_read(struct http_request *request, const struct survey *survey, bool is_of_comments,
                         struct search *ret_search, bool *ret_is_search, struct error *err) {
    struct search_asked asked;
    struct search_query *query;
    *ret_search = (struct search){.order = SEARCH_NEWEST};
    enum cxd_err result = parameters_read_search(request, &ret_search->listing, &asked, err);
    ret_search->listing.filter.survey = survey->number;
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
    return result == CXD_OK ? read_cursor(asked.cursor, ret_search, err) : result;
}

/* --- Pages ------------------------------------------------------------------------------------------------------- */

static enum cxd_err append_hit(struct http_request *request, const struct survey *survey, const struct search *search,
                               const struct search_hit *hit, struct error *err) {
    struct buffer *out = http_out(request);
    size_t count = 0;
    struct snippet_part *parts = NULL;
    if (search->query) {
        parts = snippet_make(hit->response.comment, hit->marks, hit->mark_count, http_arena(request), &count);
        if (!parts)
            return error_set(err, ERR_NO_MEMORY, "no memory for a snippet");
    }
    response_encode_found(out, &hit->response, survey->slug, parts, count);
    return CXD_OK;
}

enum cxd_err search_append_page(struct http_request *request, const struct survey *survey, const struct search *search,
                                struct error *err) {
    struct search wider = *search;
    struct search_result found;
    char cursor[BEST_CURSOR_SIZE];
    wider.listing.limit++;
    enum cxd_err result = store_search(http_worker(request), &wider, http_arena(request), &found, err);
    if (result != CXD_OK)
        return result;
    bool has_next = found.count > search->listing.limit;
    write_open(http_out(request), "responses", '[');
    for (size_t i = 0; result == CXD_OK && i < found.count && i < search->listing.limit; i++)
        result = append_hit(request, survey, search, &found.hits[i], err);
    if (result != CXD_OK)
        return result;
    if (has_next) {
        const struct search_hit *last = &found.hits[search->listing.limit - 1];
        if (search->order == SEARCH_BEST)
            write_best(cursor, search, &found, last);
        else
            page_write_cursor(cursor, last->response.answered_at, &last->response.id, 0);
    }
    return page_end(request, has_next ? cursor : NULL, err);
}
