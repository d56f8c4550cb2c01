/* Survey definitions: read from the catalog's snapshot, written as changes. */
#include <stdio.h>
#include <string.h>

#include "api/bodies.h"
#include "api/deed.h"
#include "api/pages.h"
#include "api/parameters.h"
#include "api/settings.h"
#include "cxd/codec/survey.h"
#include "cxd/codec/write.h"

size_t api_page_begin(const struct snapshot *snapshot, const char *after_slug) {
    if (!after_slug)
        return 0;
    return snapshot_survey_place(snapshot, after_slug) + !!snapshot_survey(snapshot, after_slug);
}

static enum cxd_err append_surveys(struct http_request *request, const struct snapshot *snapshot,
                                   const struct parameters_page *page, struct error *err) {
    struct buffer *out = http_out(request);
    size_t begin = api_page_begin(snapshot, page->after_slug), at = begin;
    write_open(out, "surveys", '[');
    for (; at < snapshot->survey_count && at - begin < page->limit && out->length < PAGE_BYTES_MAX; at++)
        survey_encode(out, snapshot->surveys[at]);
    return page_end(request, at < snapshot->survey_count ? snapshot->surveys[at - 1]->slug : NULL, err);
}

void api_surveys_get(struct http_request *request) {
    page_reply(request, PARAMETERS_SURVEYS, append_surveys, true);
}

void api_survey_get(struct http_request *request) {
    const struct snapshot *snapshot;
    const struct survey *survey;
    struct error err;
    enum cxd_err result = deed_find_survey(request, &snapshot, &survey, &err);
    if (result == CXD_OK)
        survey_encode(http_out(request), survey);
    deed_reply_with_tag(request, result, &err, result == CXD_OK ? survey->tag : NULL);
    catalog_release(snapshot);
}

static void reply_survey(struct http_request *request, const struct survey *survey, int status) {
    survey_encode(http_out(request), survey);
    http_reply_header(request, "ETag", survey->tag);
    http_reply(request, status, "application/json");
}

static void refuse_questions(struct http_request *request, const struct deed *deed) {
    const struct survey *survey = deed->survey;
    struct error err;
    error_set(&err, ERR_QUESTION_FIXED, "what somebody has answered keeps its type and scale");
    for (size_t i = 0; i < survey->question_count; i++) {
        const struct question_fixed *fixed = &deed->change.as.survey.fixed[i];
        const char *key = survey->questions[i].key, *advice = "and keeps that: another question needs another key";
        char pointer[32];
        snprintf(pointer, sizeof pointer, "/questions/%zu", i);
        if (fixed->turns && fixed->type == QUESTION_SCALE)
            error_add_member(&err, pointer, "%s was answered as a scale, of %s from %d to %d, %s", key,
                             metric_name(fixed->scale.metric), fixed->scale.min, fixed->scale.max, advice);
        else if (fixed->turns)
            error_add_member(&err, pointer, "%s was answered as %s, %s", key, QUESTION_TYPES.list[fixed->type], advice);
    }
    http_problem(request, &err);
}

static void refuse_put(struct http_request *request, const struct deed *deed) {
    if (deed->change.refusal == ERR_QUESTION_FIXED)
        refuse_questions(request, deed);
    else
        http_problem_code(request, deed->change.refusal,
                          "the survey has responses: make a new survey for another metric or scale");
}

/* The survey as it was put, whoever has put another since: whoever goes on from its tag has not seen that. */
static void finish_put(struct http_request *request) {
    const struct deed *deed = deed_done(request);
    if (!deed)
        return;
    if (deed->change.outcome == OUTCOME_REFUSED) {
        refuse_put(request, deed);
        return;
    }
    const struct survey_record *record = &deed->change.as.survey;
    struct survey survey = *deed->survey;
    survey_take_kept(&survey, record);
    reply_survey(request, &survey, deed->change.outcome == OUTCOME_CREATED ? 201 : 200);
}

/* Replies the survey as the catalog has it now: it was reloaded before the ticket was done. */
static void finish_archive(struct http_request *request) {
    const struct deed *deed = deed_done(request);
    const struct snapshot *snapshot;
    const struct survey *survey;
    struct error err;
    if (!deed)
        return;
    enum cxd_err result = deed_find_survey(request, &snapshot, &survey, &err);
    if (result == CXD_OK && deed->change.outcome == OUTCOME_MISSING)
        result = deed_no_survey(&err);
    if (result == CXD_OK)
        reply_survey(request, survey, 200);
    else
        http_problem(request, &err);
    catalog_release(snapshot);
}

/* Names as the catalog has them: who puts at the same time as another may lose the one before. */
static enum cxd_err keep_honeypot_before(struct http_request *request, struct survey *survey, struct error *err) {
    struct app *app = http_app(request);
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    const struct survey *old = snapshot_survey(snapshot, survey->slug);
    const char *before = old ? survey_honeypot_before(survey, old) : NULL;
    survey->honeypot_before = before ? arena_strdup(http_arena(request), before) : NULL;
    catalog_release(snapshot);
    return before && !survey->honeypot_before ? error_set(err, ERR_NO_MEMORY, "no memory for the survey") : CXD_OK;
}

static enum cxd_err read_definition(struct http_request *request, struct deed *deed, struct error *err) {
    size_t length;
    const char *body = http_body(request, &length);
    deed->survey = arena_alloc_zero(http_arena(request), 1, sizeof *deed->survey);
    if (!deed->survey)
        return error_set(err, ERR_NO_MEMORY, "no memory for the survey");
    enum cxd_err result =
        survey_decode(body, length, (size_t)api_settings(request)->config.json_depth, http_path(request, "survey"),
                      api_settings(request)->config.max_backdate_s, http_arena(request), deed->survey, err);
    if (result == CXD_OK)
        result = keep_honeypot_before(request, deed->survey, err);
    if (result != CXD_OK)
        return result;
    return api_survey_record(deed->survey, http_arena(request), &deed->change.as.survey, err);
}

enum cxd_err api_survey_record(const struct survey *survey, struct arena *arena, struct survey_record *ret_record,
                               struct error *err) {
    struct buffer text;
    buffer_init(&text);
    survey_encode_definition(&text, survey);
    const char *definition = text.failed ? NULL : arena_strndup(arena, text.data, text.length);
    buffer_free(&text);
    if (!definition)
        return error_set(err, ERR_NO_MEMORY, "no memory for the survey");
    *ret_record = (struct survey_record){
        .definition = definition,
        .metric = survey->metric,
        .scale_min = survey->scale_min,
        .scale_max = survey->scale_max,
        .property_count = survey->property_count,
        .archival = survey->archival,
    };
    memcpy(ret_record->slug, survey->slug, sizeof ret_record->slug);
    for (size_t i = 0; i < survey->property_count; i++)
        ret_record->property_keys[i] = survey->properties[i].key;
    return CXD_OK;
}

void api_survey_put(struct http_request *request) {
    struct deed *deed = body_take(request, BODY_OF_COMMAND, NULL) ? deed_make(request, CHANGE_SURVEY) : NULL;
    struct error err;
    if (!deed)
        return;
    if (read_definition(request, deed, &err) != CXD_OK)
        http_problem(request, &err);
    else
        deed_submit(request, deed, finish_put);
}

void api_survey_delete(struct http_request *request) {
    const char *slug = http_path(request, "survey");
    struct deed *deed = deed_make(request, CHANGE_ARCHIVE);
    struct error err;
    if (!deed)
        return;
    if (strlen(slug) >= sizeof deed->change.as.archive.slug) {
        (void)deed_no_survey(&err);
        http_problem(request, &err);
        return;
    }
    memcpy(deed->change.as.archive.slug, slug, strlen(slug) + 1);
    deed_submit(request, deed, finish_archive);
}
