/* Survey definitions: read from the catalog's snapshot, written as changes. */
#include <string.h>

#include "api/app.h"
#include "api/settings.h"
#include "cxd/codec/survey.h"

struct definition_change {
    struct ticket ticket; /* first: http_deferred gives it back */
    struct change change;
    char slug[SLUG_SIZE];
};

void api_surveys_get(struct http_request *request) {
    const struct app *app = http_app(request);
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    struct buffer *out = http_out(request);
    buffer_append_text(out, "{\"surveys\":[");
    for (size_t i = 0; i < snapshot->survey_count; i++) {
        if (i > 0)
            buffer_append_char(out, ',');
        survey_encode(out, &snapshot->surveys[i]);
    }
    buffer_append_text(out, "]}");
    catalog_release(snapshot);
    http_reply_tagged(request, "application/json");
}

void api_survey_get(struct http_request *request) {
    const struct app *app = http_app(request);
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    const struct survey *survey = snapshot_survey(snapshot, http_path(request, "survey"));
    if (survey == NULL) {
        http_problem_code(request, ERR_NO_SURVEY, "there is no survey of this name");
    } else {
        survey_encode(http_out(request), survey);
        http_reply_tagged(request, "application/json");
    }
    catalog_release(snapshot);
}

/* Replies the survey as the catalog has it now: it was reloaded before the ticket was done. */
static void finish_definition(struct http_request *request) {
    const struct app *app = http_app(request);
    struct definition_change *definition = http_deferred(request);
    if (api_submit_failed(request, &definition->ticket))
        return;
    if (definition->change.outcome == OUTCOME_REFUSED) {
        http_problem_code(request, definition->change.refusal,
                          "the survey has responses: make a new survey for another metric or scale");
        return;
    }
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    const struct survey *survey = snapshot_survey(snapshot, definition->slug);
    if (definition->change.outcome == OUTCOME_MISSING || survey == NULL) {
        http_problem_code(request, ERR_NO_SURVEY, "there is no survey of this name");
    } else {
        survey_encode(http_out(request), survey);
        http_reply(request, definition->change.outcome == OUTCOME_CREATED ? 201 : 200, "application/json");
    }
    catalog_release(snapshot);
}

static void submit_definition(struct http_request *request, struct definition_change *definition) {
    definition->change.now_ms = http_now_ms(request);
    definition->change.arena = http_arena(request);
    definition->ticket.changes = &definition->change;
    definition->ticket.count = 1;
    api_submit(request, &definition->ticket, finish_definition);
}

static enum cxd_err read_definition(struct http_request *request, struct survey_record *record,
                                    struct error *err) {
    size_t length;
    const char *body = http_body(request, &length);
    struct survey survey;
    enum cxd_err result = survey_decode(
        body, length, (size_t)api_settings(request)->config.json_depth, http_path(request, "survey"),
        api_settings(request)->config.max_backdate_s, http_arena(request), &survey, err);
    if (result != CXD_OK)
        return result;
    return api_survey_record(&survey, http_arena(request), record, err);
}

enum cxd_err api_survey_record(const struct survey *survey, struct arena *arena,
                               struct survey_record *ret_record, struct error *err) {
    struct buffer text;
    buffer_init(&text);
    survey_encode_definition(&text, survey);
    const char *definition = text.failed ? NULL : arena_strndup(arena, text.data, text.length);
    buffer_free(&text);
    if (definition == NULL)
        return error_set(err, ERR_NO_MEMORY, "no memory for the survey");
    *ret_record = (struct survey_record){
        .definition = definition,
        .metric = survey->metric,
        .scale_min = survey->scale_min,
        .scale_max = survey->scale_max,
        .property_count = survey->property_count,
    };
    memcpy(ret_record->slug, survey->slug, sizeof(ret_record->slug));
    for (size_t i = 0; i < survey->property_count; i++)
        ret_record->property_keys[i] = survey->properties[i].key;
    return CXD_OK;
}

void api_survey_put(struct http_request *request) {
    if (api_refuse_type(request, false))
        return;
    struct definition_change *definition = arena_alloc_zero(http_arena(request), 1, sizeof(*definition));
    if (definition == NULL) {
        http_problem_code(request, ERR_NO_MEMORY, "no memory for the survey");
        return;
    }
    struct error err;
    struct survey_record *record = &definition->change.as.survey;
    if (read_definition(request, record, &err) != CXD_OK) {
        http_problem(request, &err);
        return;
    }
    definition->change.kind = CHANGE_SURVEY;
    memcpy(definition->slug, record->slug, sizeof(definition->slug));
    submit_definition(request, definition);
}

void api_survey_delete(struct http_request *request) {
    const char *slug = http_path(request, "survey");
    struct definition_change *definition = arena_alloc_zero(http_arena(request), 1, sizeof(*definition));
    if (definition == NULL) {
        http_problem_code(request, ERR_NO_MEMORY, "no memory for the change");
        return;
    }
    if (strlen(slug) >= sizeof(definition->slug)) {
        http_problem_code(request, ERR_NO_SURVEY, "there is no survey of this name");
        return;
    }
    memcpy(definition->slug, slug, strlen(slug) + 1);
    memcpy(definition->change.as.archive.slug, slug, strlen(slug) + 1);
    definition->change.kind = CHANGE_ARCHIVE;
    submit_definition(request, definition);
}
