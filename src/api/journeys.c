/* Journeys: ordered lists of touchpoints, kept as definitions, and their scores side by side. */
#include <stdio.h>
#include <string.h>

#include "api/asked.h"
#include "api/bodies.h"
#include "api/deed.h"
#include "api/figures.h"
#include "api/pages.h"
#include "api/parameters.h"
#include "api/pool.h"
#include "api/settings.h"
#include "api/state.h"
#include "cxd/codec/journey.h"
#include "cxd/codec/score.h"
#include "cxd/codec/write.h"

enum { POINTER_SIZE = sizeof(((struct error_member *)NULL)->pointer), SHARE_DECIMALS = 1, POSITION_DECIMALS = 3 };

static enum cxd_err no_journey(struct error *err) {
    return error_set(err, ERR_NO_JOURNEY, "there is no journey of this name");
}

static enum cxd_err decode_stored(struct http_request *request, const struct document *document,
                                  struct journey *ret_journey, struct error *err) {
    return journey_decode_stored(document->definition, document->name, http_arena(request), ret_journey, err);
}

static void append_journey(struct buffer *out, const struct snapshot *snapshot, const struct document *document,
                           const struct journey *journey) {
    write_open(out, NULL, '{');
    write_text(out, "journey", document->name);
    write_text(out, "name", journey->name);
    write_open(out, "stages", '[');
    for (size_t i = 0; i < journey->stage_count; i++) {
        const struct survey *survey = snapshot_survey(snapshot, journey->stages[i].survey);
        write_open(out, NULL, '{');
        write_text(out, "survey", journey->stages[i].survey);
        write_text(out, "touchpoint", journey->stages[i].touchpoint);
        write_bool(out, "archived", survey && survey->archived_at != 0);
        buffer_append_char(out, '}');
    }
    buffer_append_char(out, ']');
    write_int(out, "revision", document->revision);
    write_time(out, "created_at", document->created_at);
    write_time(out, "updated_at", document->updated_at);
    buffer_append_char(out, '}');
}

/* One more than a page holds is read: whether there is a next one. */
static enum cxd_err append_journeys(struct http_request *request, const struct snapshot *snapshot,
                                    const struct parameters_page *page, struct error *err) {
    struct buffer *out = http_out(request);
    struct document *documents;
    size_t count, at = 0;
    enum cxd_err result = store_read_documents(http_worker(request), DOCUMENT_JOURNEY, page->after_slug,
                                               page->limit + 1, http_arena(request), &documents, &count, err);
    write_open(out, "journeys", '[');
    for (; result == CXD_OK && at < count && at < page->limit && out->length < PAGE_BYTES_MAX; at++) {
        struct journey journey;
        result = decode_stored(request, &documents[at], &journey, err);
        if (result == CXD_OK)
            append_journey(out, snapshot, &documents[at], &journey);
    }
    return result == CXD_OK ? page_end(request, at < count ? documents[at - 1].name : NULL, err) : result;
}

void api_journeys_get(struct http_request *request) {
    page_reply(request, PARAMETERS_SURVEYS, append_journeys, true);
}

/* The journey that the path names, of what the reader sees. ERR_NO_JOURNEY. */
static enum cxd_err find_journey(struct http_request *request, struct document *ret_document,
                                 struct journey *ret_journey, struct error *err) {
    bool found = false;
    enum cxd_err result = store_read_document(http_worker(request), DOCUMENT_JOURNEY, http_path(request, "journey"),
                                              http_arena(request), &found, ret_document, err);
    if (result == CXD_OK && !found)
        return no_journey(err);
    return result == CXD_OK ? decode_stored(request, ret_document, ret_journey, err) : result;
}

void api_journey_get(struct http_request *request) {
    const struct app *app = http_app(request);
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    struct document document;
    struct journey journey;
    struct error err;
    char tag[ETAG_SIZE];
    enum cxd_err result = find_journey(request, &document, &journey, &err);
    if (result == CXD_OK) {
        append_journey(http_out(request), snapshot, &document, &journey);
        document_tag(&document, tag);
    }
    deed_reply_with_tag(request, result, &err, tag);
    catalog_release(snapshot);
}

static void finish_put(struct http_request *request) {
    const struct app *app = http_app(request);
    const struct deed *deed = deed_done(request);
    struct journey journey;
    struct error err;
    char tag[ETAG_SIZE];
    if (!deed)
        return;
    const struct document *document = &deed->change.as.document;
    if (decode_stored(request, document, &journey, &err) != CXD_OK) {
        http_problem(request, &err);
        return;
    }
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    append_journey(http_out(request), snapshot, document, &journey);
    catalog_release(snapshot);
    document_tag(document, tag);
    http_reply_header(request, "ETag", tag);
    http_reply(request, deed->change.outcome == OUTCOME_CREATED ? 201 : 200, "application/json");
}

static void check_surveys(const struct snapshot *snapshot, const struct journey *journey, struct error *err) {
    struct error why;
    char pointer[POINTER_SIZE];
    for (size_t i = 0; i < journey->stage_count; i++) {
        if (snapshot_survey(snapshot, journey->stages[i].survey))
            continue;
        (void)pool_no_survey(snapshot, NULL, journey->stages[i].survey, &why);
        snprintf(pointer, sizeof pointer, "/stages/%zu/survey", i);
        error_add_member(err, pointer, "%s", why.detail);
    }
}

static enum cxd_err read_definition(struct http_request *request, struct document *document, struct error *err) {
    const struct app *app = http_app(request);
    const char *slug = http_path(request, "journey");
    struct journey journey;
    struct buffer text;
    size_t length;
    const char *body = http_body(request, &length);
    enum cxd_err result = journey_decode(body, length, (size_t)api_settings(request)->config.json_depth, slug,
                                         http_arena(request), &journey, err);
    if (result != CXD_OK)
        return result;
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    error_clear(err);
    check_surveys(snapshot, &journey, err);
    catalog_release(snapshot);
    if (err->code != CXD_OK)
        return err->code;
    buffer_init(&text);
    journey_encode_definition(&text, &journey);
    document->kind = DOCUMENT_JOURNEY;
    document->definition = text.failed ? NULL : arena_strndup(http_arena(request), text.data, text.length);
    buffer_free(&text);
    snprintf(document->name, sizeof document->name, "%s", slug);
    return document->definition ? CXD_OK : error_set(err, ERR_NO_MEMORY, "no memory for the journey");
}

void api_journey_put(struct http_request *request) {
    struct deed *deed = body_take(request, BODY_OF_COMMAND, NULL) ? deed_make(request, CHANGE_DOCUMENT) : NULL;
    struct error err;
    if (!deed)
        return;
    if (read_definition(request, &deed->change.as.document, &err) != CXD_OK)
        http_problem(request, &err);
    else
        deed_submit(request, deed, finish_put);
}

static void finish_delete(struct http_request *request) {
    const struct deed *deed = deed_done(request);
    struct error err;
    if (!deed)
        return;
    if (deed->change.outcome == OUTCOME_MISSING) {
        (void)no_journey(&err);
        http_problem(request, &err);
        return;
    }
    write_open(http_out(request), NULL, '{');
    write_text(http_out(request), "journey", deed->change.as.discard.name);
    write_bool(http_out(request), "deleted", true);
    buffer_append_char(http_out(request), '}');
    http_reply(request, 200, "application/json");
}

void api_journey_delete(struct http_request *request) {
    const char *slug = http_path(request, "journey");
    struct deed *deed = deed_make(request, CHANGE_DISCARD);
    struct error err;
    if (!deed)
        return;
    if (strlen(slug) >= sizeof deed->change.as.discard.name) {
        (void)no_journey(&err);
        http_problem(request, &err);
        return;
    }
    deed->change.as.discard.kind = DOCUMENT_JOURNEY;
    memcpy(deed->change.as.discard.name, slug, strlen(slug) + 1);
    deed_submit(request, deed, finish_delete);
}

static void append_loss(struct buffer *out, const struct journey_loss *loss) {
    bool is_known = loss->reason == LOSS_KNOWN;
    write_open(out, "lost", '{');
    write_fixed(out, "share", is_known ? 100.0 * (double)loss->lost / (double)loss->people : 0, SHARE_DECIMALS,
                is_known);
    write_known(out, "people", loss->people, is_known);
    write_known(out, "lost", loss->lost, is_known);
    write_text(out, "reason", loss_unknown_name(loss->reason));
    buffer_append_char(out, '}');
}

static void append_stage(struct buffer *out, const struct journey_stage *stage, const struct survey *survey,
                         const struct score_answer *answer, const struct journey_loss *loss) {
    const struct score_context context = {.rate = &answer->rate,
                                          .window = &answer->window,
                                          .rounded = answer->rounded,
                                          .previous_window = &answer->previous_window,
                                          .compared_window = answer->is_cut ? &answer->compared_window : NULL};
    write_open(out, NULL, '{');
    score_encode_members(out, survey, &context, &answer->hist, &answer->score,
                         answer->has_previous ? &answer->previous : NULL);
    write_text(out, "touchpoint", stage->touchpoint);
    write_bool(out, "archived", survey->archived_at != 0);
    write_fixed(out, "position", answer->score.known ? journey_position(survey, answer->score.value) : 0,
                POSITION_DECIMALS, answer->score.known);
    append_loss(out, loss);
    buffer_append_char(out, '}');
}

static void append_answer(struct buffer *out, const struct document *document, const struct journey *journey,
                          const struct survey *const *surveys, const struct journey_answer *answer) {
    write_open(out, NULL, '{');
    write_text(out, "journey", document->name);
    write_text(out, "name", journey->name);
    write_open(out, "stages", '[');
    for (size_t i = 0; i < journey->stage_count; i++)
        append_stage(out, &journey->stages[i], surveys[i], &answer->scores[i], &answer->losses[i]);
    buffer_append_char(out, ']');
    if (answer->steepest < 0) {
        write_null(out, "steepest_drop");
    } else {
        write_open(out, "steepest_drop", '{');
        write_int(out, "stage", answer->steepest + 1);
        write_text(out, "survey", surveys[answer->steepest]->slug);
        write_text(out, "touchpoint", journey->stages[answer->steepest].touchpoint);
        write_fixed(out, "drop", answer->drop, POSITION_DECIMALS, true);
        buffer_append_char(out, '}');
    }
    buffer_append_char(out, '}');
}

static enum cxd_err answer_score(struct http_request *request, const struct state *state,
                                 const struct score_question *question, struct error *err) {
    const struct survey *surveys[JOURNEY_STAGES_MAX];
    struct document document;
    struct journey journey;
    struct journey_answer *answer = arena_alloc(http_arena(request), sizeof *answer);
    if (!answer)
        return error_set(err, ERR_NO_MEMORY, "no memory for the journey");
    enum cxd_err result = find_journey(request, &document, &journey, err);
    for (size_t i = 0; result == CXD_OK && i < journey.stage_count; i++) {
        surveys[i] = snapshot_survey(state->snapshot, journey.stages[i].survey);
        result = surveys[i] ? api_allow_filter(request, surveys[i], &question->filter, err)
                            : pool_no_survey(state->snapshot, "the journey", journey.stages[i].survey, err);
    }
    if (result == CXD_OK)
        result = asked_check_several(request, surveys, journey.stage_count, &question->filter, err);
    if (result == CXD_OK)
        result = query_journey(state->reader, &journey, surveys, question, answer, err);
    if (result == CXD_OK)
        append_answer(http_out(request), &document, &journey, surveys, answer);
    return result;
}

void api_journey_score_get(struct http_request *request) {
    struct figures_clock clock = figures_begin();
    struct state state;
    struct trend_question question;
    struct error err;
    enum cxd_err result = parameters_read(request, PARAMETERS_JOURNEY, &question, &err);
    question.score.purse = figures_purse(request);
    if (result == CXD_OK)
        result = state_begin(request, &state, &err);
    if (result == CXD_OK) {
        result = answer_score(request, &state, &question.score, &err);
        state_end(&state);
    }
    figures_reply(request, clock, result, &err);
}
