/* From a query string to a question: what is asked for when nothing is said, and what goes together. */
#include <string.h>

#include "api/parameter.h"
#include "cxd/base/clock.h"
#include "cxd/base/nearest.h"
#include "cxd/domain/respondent.h"

enum { LISTING_LIMIT = 50, TERMS_LIMIT = 20, TERMS_MIN_COUNT = 3 };

/* A window is given by name or by its bounds. */
static enum cxd_err settle_window(struct reading *reading, const char *usual, struct error *err) {
    struct window *window = &reading->question.score.window;
    if (!reading->has_from && !reading->has_to)
        return reading->has_window ? CXD_OK : parameter_read_window(reading, usual, err);
    if (reading->has_window)
        return error_set(err, ERR_BAD_PARAMETER, "window: give either window, or from and to");
    window->kind = WINDOW_RANGE;
    if (!reading->has_from)
        window->from = TIME_MIN;
    if (!reading->has_to)
        window->to = TIME_MAX;
    if (window->from >= window->to)
        return error_set(err, ERR_BAD_PARAMETER, "from: must be before to");
    return CXD_OK;
}

/* What tells respondents apart does so within one survey, in one order of time. */
static enum cxd_err check_people(const struct score_question *question, unsigned sets, struct error *err) {
    if (question->clustered && question->use_t)
        return error_set(err, ERR_BAD_PARAMETER,
                         "errors: clustered has an interval of its own, and interval=t another");
    if ((sets & (PARAMETERS_POOL | PARAMETERS_SEGMENTS)) != 0 &&
        (question->respondents || question->latest || question->clustered))
        return error_set(err, ERR_BAD_PARAMETER, "respondents, count and errors are of the score of one survey");
    return CXD_OK;
}

static enum cxd_err read_all(struct http_request *request, unsigned sets, const char *usual_window,
                             struct reading **ret_reading, struct error *err) {
    struct reading *reading = arena_alloc_zero(http_arena(request), 1, sizeof *reading);
    if (!reading)
        return error_set(err, ERR_NO_MEMORY, "no memory for the query");
    reading->now_ms = http_now_ms(request);
    reading->question.score.confidence = 0.95;
    reading->question.score.alpha = 0.05;
    reading->question.score.now_ms = reading->now_ms;
    reading->question.interval = CALENDAR_DAY;
    reading->plan.power = 0.8;
    reading->question.score.filter.properties = reading->properties;
    reading->question.score.filter.answers = reading->answers;
    reading->listing.limit = (sets & (PARAMETERS_SURVEYS | PARAMETERS_KEYS)) != 0 ? LISTING_LIMIT_MAX : LISTING_LIMIT;
    reading->listing.excluded = -1;
    reading->walk = (struct walk){.received_from = TIME_MIN,
                                  .received_to = TIME_MAX,
                                  .updated_from = TIME_MIN,
                                  .updated_to = TIME_MAX,
                                  .amended = -1};
    reading->look.size = PICTURE_MEDIUM;
    reading->segments_limit = SEGMENTS_LIMIT_MAX;
    reading->terms.min_count = TERMS_MIN_COUNT;
    if (sets == PARAMETERS_TERMS)
        reading->listing.limit = TERMS_LIMIT;

    size_t count;
    const struct http_query_item *items = http_query(request, &count);
    enum cxd_err result = CXD_OK;
    for (size_t i = 0; i < count && result == CXD_OK; i++)
        result = parameter_read(reading, sets, &items[i], err);
    if (result == CXD_OK)
        result = settle_window(reading, usual_window, err);
    const struct window *window = &reading->question.score.window;
    if ((sets & PARAMETERS_JOURNEY) != 0 && !reading->has_compare && window->from != TIME_MIN && window->to != TIME_MAX)
        reading->question.score.compare = COMPARE_PREVIOUS;
    *ret_reading = reading;
    return result == CXD_OK ? check_people(&reading->question.score, sets, err) : result;
}

enum cxd_err parameters_read(struct http_request *request, unsigned sets, struct trend_question *ret_question,
                             struct error *err) {
    struct reading *reading;
    enum cxd_err result = read_all(request, sets, "30d", &reading, err);
    if (result == CXD_OK)
        *ret_question = reading->question;
    return result;
}

enum cxd_err parameters_read_picture(struct http_request *request, unsigned sets, struct trend_question *ret_question,
                                     struct picture_look *ret_look, struct error *err) {
    struct reading *reading;
    enum cxd_err result = read_all(request, sets | PARAMETERS_PICTURE, "30d", &reading, err);
    if (result == CXD_OK) {
        *ret_question = reading->question;
        *ret_look = reading->look;
    }
    return result;
}

enum cxd_err parameters_read_pool(struct http_request *request, const char **ret_surveys,
                                  struct trend_question *ret_question, struct error *err) {
    struct reading *reading;
    enum cxd_err result = read_all(request, PARAMETERS_SCORE | PARAMETERS_POOL, "30d", &reading, err);
    if (result == CXD_OK) {
        *ret_surveys = reading->surveys;
        *ret_question = reading->question;
    }
    return result;
}

enum cxd_err parameters_read_plan(struct http_request *request, struct parameters_plan *ret_plan,
                                  struct trend_question *ret_question, struct error *err) {
    struct reading *reading;
    enum cxd_err result = read_all(request, PARAMETERS_PLAN, "30d", &reading, err);
    if (result == CXD_OK) {
        *ret_plan = reading->plan;
        *ret_question = reading->question;
    }
    return result;
}

enum cxd_err parameters_read_segments(struct http_request *request, struct trend_question *ret_question,
                                      const char **ret_by, size_t *ret_limit, struct error *err) {
    struct reading *reading;
    enum cxd_err result =
        read_all(request, PARAMETERS_SCORE | PARAMETERS_SEGMENTS | PARAMETERS_QUESTION, "30d", &reading, err);
    if (result != CXD_OK)
        return result;
    *ret_question = reading->question;
    *ret_by = reading->by;
    *ret_limit = reading->segments_limit;
    return CXD_OK;
}

enum cxd_err parameters_read_terms(struct http_request *request, struct trend_question *ret_question,
                                   struct terms_asked *ret_asked, struct error *err) {
    struct reading *reading;
    enum cxd_err result = read_all(request, PARAMETERS_TERMS, "30d", &reading, err);
    if (result != CXD_OK)
        return result;
    *ret_question = reading->question;
    *ret_asked = reading->terms;
    ret_asked->limit = reading->listing.limit;
    return CXD_OK;
}

enum cxd_err parameters_read_page(struct http_request *request, unsigned sets, struct parameters_page *ret_page,
                                  struct trend_question *ret_question, struct error *err) {
    struct reading *reading;
    enum cxd_err result = read_all(request, sets, "30d", &reading, err);
    if (result != CXD_OK)
        return result;
    *ret_page = (struct parameters_page){.limit = reading->listing.limit,
                                         .after_slug = reading->after_slug,
                                         .has_after = reading->listing.has_after,
                                         .after_at = reading->listing.after_answered_at,
                                         .after_id = reading->listing.after_id};
    if (ret_question)
        *ret_question = reading->question;
    return CXD_OK;
}

static enum cxd_err read_listing(struct http_request *request, unsigned sets, struct listing *ret_listing,
                                 struct search_asked *ret_asked, struct error *err) {
    struct reading *reading;
    enum cxd_err result = read_all(request, sets, "all", &reading, err);
    if (result != CXD_OK)
        return result;
    *ret_asked = reading->asked;
    const struct window *window = &reading->question.score.window;
    const char **respondent = &reading->listing.respondent;
    if (*respondent && !(*respondent = respondent_form(*respondent, http_arena(request))))
        return error_set(err, ERR_NO_MEMORY, "no memory for the query");
    *ret_listing = reading->listing;
    ret_listing->filter = reading->question.score.filter;
    ret_listing->from = window->from;
    ret_listing->to = window->to;
    return CXD_OK;
}

enum cxd_err parameters_read_listing(struct http_request *request, unsigned set, struct listing *ret_listing,
                                     struct error *err) {
    struct search_asked none;
    return read_listing(request, set, ret_listing, &none, err);
}

enum cxd_err parameters_read_search(struct http_request *request, struct listing *ret_listing,
                                    struct search_asked *ret_asked, struct error *err) {
    return read_listing(request, PARAMETERS_LISTING | PARAMETERS_SEARCH, ret_listing, ret_asked, err);
}

static enum cxd_err read_walk(struct http_request *request, unsigned sets, struct walk *ret_walk,
                              struct search_asked *ret_asked, struct error *err) {
    struct reading *reading;
    enum cxd_err result = read_all(request, sets, "all", &reading, err);
    if (result != CXD_OK)
        return result;
    const struct listing *listing = &reading->listing;
    struct walk *walk = &reading->walk;
    if (walk->received_from >= walk->received_to)
        return error_set(err, ERR_BAD_PARAMETER, "received_from: must be before received_to");
    if (walk->updated_from >= walk->updated_to)
        return error_set(err, ERR_BAD_PARAMETER, "updated_from: must be before updated_to");
    walk->filter = reading->question.score.filter;
    walk->from = reading->question.score.window.from;
    walk->to = reading->question.score.window.to;
    walk->flagged = listing->flagged;
    walk->excluded = listing->excluded;
    if (listing->respondent && !(walk->respondent = respondent_form(listing->respondent, http_arena(request))))
        return error_set(err, ERR_NO_MEMORY, "no memory for the query");
    *ret_walk = *walk;
    *ret_asked = reading->asked;
    return CXD_OK;
}

enum cxd_err parameters_read_export(struct http_request *request, struct walk *ret_walk, struct search_asked *ret_asked,
                                    struct error *err) {
    return read_walk(request, PARAMETERS_EXPORT, ret_walk, ret_asked, err);
}

enum cxd_err parameters_read_live(struct http_request *request, struct walk *ret_walk, struct search_asked *ret_asked,
                                  struct error *err) {
    return read_walk(request, PARAMETERS_LIVE, ret_walk, ret_asked, err);
}

enum cxd_err parameters_read_audit(struct http_request *request, int64_t *ret_after, size_t *ret_limit,
                                   const char **ret_respondent, struct error *err) {
    struct reading *reading;
    enum cxd_err result = read_all(request, PARAMETERS_AUDIT, "all", &reading, err);
    if (result != CXD_OK)
        return result;
    *ret_after = reading->after;
    *ret_limit = reading->listing.limit;
    *ret_respondent = reading->listing.respondent;
    return CXD_OK;
}

enum cxd_err parameters_read_events(struct http_request *request, int64_t *ret_before, size_t *ret_limit,
                                    struct error *err) {
    struct reading *reading;
    enum cxd_err result = read_all(request, PARAMETERS_EVENTS, "all", &reading, err);
    if (result != CXD_OK)
        return result;
    *ret_before = reading->after;
    *ret_limit = reading->listing.limit;
    return CXD_OK;
}

enum cxd_err parameters_read_flag(struct http_request *request, const char *name, bool *ret_value, struct error *err) {
    size_t count;
    const struct http_query_item *items = http_query(request, &count);
    *ret_value = false;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(items[i].key, name) != 0)
            return parameters_refuse(items[i].key, &name, 1, err);
        enum cxd_err result = parameter_read_boolean(name, items[i].value, ret_value, err);
        if (result != CXD_OK)
            return result;
    }
    return CXD_OK;
}
