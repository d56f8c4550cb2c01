/* Segments of a survey: which of them do harm. Runs on a worker. */
#include <string.h>

#include "api/asked.h"
#include "api/deed.h"
#include "api/figures.h"
#include "api/parameters.h"
#include "cxd/base/nearest.h"
#include "cxd/codec/segments.h"

enum { KEY_CHARACTERS_MAX = 1024 };

static const char PROPERTY[] = "property.", ANSWER[] = "answer.";
static const char *const DIMENSIONS[] = {"touchpoint", "channel", "locale"};

/* What was meant: a dimension, or a property that the survey declares or a question of it, with or without what goes
 * before its key. */
static enum cxd_err refuse(const struct survey *survey, const char *name, struct error *err) {
    const char *meant = nearest_word(name, DIMENSIONS, CXD_COUNT(DIMENSIONS)), *prefix = "";
    for (size_t i = 0; !meant && i < survey->property_count; i++) {
        const char *bare = strchr(name, '.') ? strchr(name, '.') + 1 : name;
        meant = nearest_word(bare, &survey->properties[i].key, 1);
        prefix = meant ? PROPERTY : "";
    }
    for (size_t i = 0; !meant && i < survey->question_count; i++) {
        meant = nearest_word(name, &survey->questions[i].key, 1);
        prefix = meant ? ANSWER : "";
    }
    if (meant)
        return error_set(
            err, ERR_BAD_PARAMETER,
            "by: touchpoint, channel, locale, property.KEY or answer.KEY, and no %.64s; did you mean %s%s?", name,
            prefix, meant);
    return error_set(
        err, ERR_BAD_PARAMETER,
        "by: touchpoint, channel, locale, property.KEY or answer.KEY, or two of them with a comma between");
}

static bool is_dimension(const char *name) {
    for (size_t i = 0; i < CXD_COUNT(DIMENSIONS); i++)
        if (strcmp(name, DIMENSIONS[i]) == 0)
            return true;
    return strncmp(name, PROPERTY, strlen(PROPERTY)) == 0 &&
           property_key_valid(name + strlen(PROPERTY), KEY_CHARACTERS_MAX);
}

/* "answer.KEY": of a closed list, or on a scale. */
static enum cxd_err find_asked(struct http_request *request, const struct survey *survey, const char *name,
                               const struct question **ret_asked, struct error *err) {
    enum cxd_err result = asked_find(request, survey, "by", name + strlen(ANSWER), ret_asked, err);
    if (result != CXD_OK || (*ret_asked)->type != QUESTION_TEXT)
        return result;
    return error_set(err, ERR_BAD_PARAMETER, "by: %.64s is answered in words, which are no segments", name);
}

static enum cxd_err read_by(struct http_request *request, const struct survey *survey, const char *text,
                            struct segments_question *question, struct error *err) {
    if (!text)
        return error_set(
            err, ERR_BAD_PARAMETER,
            "by: what to split by: touchpoint, channel, locale, property.KEY or answer.KEY, or two of them "
            "with a comma between");
    char *rest = arena_strdup(http_arena(request), text);
    if (!rest)
        return error_set(err, ERR_NO_MEMORY, "no memory for the query");
    while (rest) {
        const char *name = strsep(&rest, ",");
        if (question->by_count == SEGMENT_DIMENSIONS_MAX)
            return error_set(err, ERR_BAD_PARAMETER, "by: at most %d", SEGMENT_DIMENSIONS_MAX);
        bool is_answer = strncmp(name, ANSWER, strlen(ANSWER)) == 0;
        if (!is_answer && !is_dimension(name))
            return refuse(survey, name, err);
        enum cxd_err result =
            is_answer ? find_asked(request, survey, name, &question->asked[question->by_count], err) : CXD_OK;
        if (result != CXD_OK)
            return result;
        question->by[question->by_count++] = name;
    }
    if (question->by_count == 2 && strcmp(question->by[0], question->by[1]) == 0)
        return error_set(err, ERR_BAD_PARAMETER, "by: %s twice", question->by[0]);
    return CXD_OK;
}

/* What a table is by is looked at as a filter is. */
static enum cxd_err allow_by(const struct http_request *request, const struct survey *survey,
                             const struct segments_question *question, struct error *err) {
    struct property properties[SEGMENT_DIMENSIONS_MAX];
    struct filter filter = {.properties = properties};
    for (size_t i = 0; i < question->by_count; i++)
        if (strncmp(question->by[i], PROPERTY, strlen(PROPERTY)) == 0)
            properties[filter.property_count++] = (struct property){question->by[i] + strlen(PROPERTY), ""};
    return api_allow_filter(request, survey, &filter, err);
}

static enum cxd_err read_question(struct http_request *request, const struct survey *survey,
                                  struct segments_question *question, struct survey *scoring, struct error *err) {
    struct trend_question common;
    const char *by;
    *question = (struct segments_question){.by_count = 0};
    enum cxd_err result = parameters_read_segments(request, &common, &by, &question->limit, err);
    if (result != CXD_OK)
        return result;
    question->score = common.score;
    result = asked_settle(request, survey, &question->score, scoring, err);
    if (result == CXD_OK)
        result = read_by(request, survey, by, question, err);
    if (result == CXD_OK)
        result = figures_check_interval(question->score.survey, &question->score, err);
    if (result == CXD_OK)
        result = api_allow_filter(request, survey, &question->score.filter, err);
    return result == CXD_OK ? allow_by(request, survey, question, err) : result;
}

static void append_segments(struct buffer *out, const struct segments_question *question,
                            const struct segments_answer *answer) {
    const struct score_answer *whole = &answer->whole;
    const struct segments_context context = {
        .score = {.question = question->score.filter.question,
                  .window = &whole->window,
                  .rounded = whole->rounded,
                  .previous_window = &whole->previous_window,
                  .rate = &whole->rate,
                  .compared_window = whole->is_cut ? &whole->compared_window : NULL},
        .previous = whole->has_previous ? &whole->previous : NULL,
        .by = question->by,
        .by_count = question->by_count,
        .overlaps = segments_overlap(question),
        .alpha = question->score.alpha,
    };
    segments_encode(out, question->score.survey, &context, &answer->segments);
}

void api_segments_get(struct http_request *request) {
    struct figures_clock clock = figures_begin();
    const struct snapshot *snapshot;
    const struct survey *survey;
    struct survey scoring;
    struct segments_question question;
    struct segments_answer answer;
    struct error err;
    enum cxd_err result = deed_find_survey(request, &snapshot, &survey, &err);
    if (result == CXD_OK)
        result = read_question(request, survey, &question, &scoring, &err);
    if (result == CXD_OK)
        result =
            query_segments(http_worker(request), &question, store_reader_scratch(http_worker(request)), &answer, &err);
    if (result == CXD_OK)
        append_segments(http_out_long(request), &question, &answer);
    figures_reply(request, clock, result, &err);
    catalog_release(snapshot);
}
