/* Imports: begun, filled by batches, said to be done, and undone. Runs on workers; the responses go the way of any
 * batch (batch.c), and what is undone is deleted by the housekeeping, some at once. */
#include <stdio.h>
#include <string.h>

#include "api/batch.h"
#include "api/bodies.h"
#include "api/deed.h"
#include "api/pages.h"
#include "api/parameters.h"
#include "api/settings.h"
#include "cxd/codec/import.h"
#include "cxd/codec/write.h"

static enum cxd_err no_import(struct error *err) {
    return error_set(err, ERR_NO_IMPORT, "there is no import of this id");
}

static void append(struct http_request *request, const struct import_record *record) {
    const struct app *app = http_app(request);
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    const struct survey *survey = snapshot_survey_number(snapshot, record->survey);
    import_encode(http_out(request), record, survey ? survey->slug : NULL);
    catalog_release(snapshot);
}

/* The id that the path names. */
static enum cxd_err read_id(struct http_request *request, struct id *ret_id, struct error *err) {
    const char *text = http_path(request, "id");
    return id_parse(text, strlen(text), ret_id) ? CXD_OK : no_import(err);
}

static enum cxd_err find(struct http_request *request, struct import_record *ret_record, struct error *err) {
    struct id id;
    bool found = false;
    enum cxd_err result = read_id(request, &id, err);
    if (result == CXD_OK)
        result = store_read_import(http_worker(request), &id, http_arena(request), &found, ret_record, err);
    return result == CXD_OK && !found ? no_import(err) : result;
}

static enum cxd_err append_list(struct http_request *request, struct error *err) {
    struct buffer *out = http_out(request);
    struct import_record *records;
    int64_t before;
    size_t limit, count, shown = 0;
    char cursor[CURSOR_SIZE];
    enum cxd_err result = parameters_read_events(request, &before, &limit, err);
    if (result == CXD_OK)
        result =
            store_read_imports(http_worker(request), before, limit + 1, http_arena(request), &records, &count, err);
    if (result != CXD_OK)
        return result;
    write_open(out, NULL, '{');
    write_open(out, "imports", '[');
    for (; shown < count && shown < limit && out->length < PAGE_BYTES_MAX; shown++)
        append(request, &records[shown]);
    if (shown < count)
        snprintf(cursor, sizeof cursor, "%lld", (long long)records[shown - 1].number);
    return page_end(request, shown < count ? cursor : NULL, err);
}

void api_imports_get(struct http_request *request) {
    struct error err;
    enum cxd_err result = append_list(request, &err);
    deed_reply(request, result, &err, false);
}

void api_import_get(struct http_request *request) {
    struct import_record record;
    struct error err;
    enum cxd_err result = find(request, &record, &err);
    if (result == CXD_OK)
        append(request, &record);
    deed_reply(request, result, &err, false);
}

#define HELD "an import of this survey is being undone: what it brought is known, and about to go"

static void refuse(struct http_request *request, enum cxd_err refusal) {
    static const struct {
        enum cxd_err refusal;
        const char *why;
    } WHY[] = {{ERR_SURVEY_CLOSED, "the survey is archived: put it back with \"archived\": false first"},
               {ERR_IMPORT_ENDED, "it is being undone, or undone"},
               {ERR_NOT_READY, HELD},
               {ERR_NO_SURVEY, "there is no survey of this name"}};
    for (size_t i = 0; i < CXD_COUNT(WHY); i++) {
        if (WHY[i].refusal == refusal) {
            http_problem_code(request, refusal, "%s", WHY[i].why);
            return;
        }
    }
    http_problem_code(request, refusal, "%s", error_title(refusal));
}

static void finish_post(struct http_request *request) {
    const struct deed *deed = deed_done(request);
    if (!deed)
        return;
    if (deed->change.outcome == OUTCOME_REFUSED) {
        refuse(request, deed->change.refusal);
        return;
    }
    append(request, &deed->change.as.import.value);
    http_reply(request, deed->change.outcome == OUTCOME_CREATED ? 201 : 200, "application/json");
}

static enum cxd_err read_begin(struct http_request *request, struct import_record *record, struct error *err) {
    const struct app *app = http_app(request);
    const char *slug;
    size_t length;
    const char *body = http_body(request, &length);
    enum cxd_err result = import_decode(body, length, (size_t)api_settings(request)->config.json_depth,
                                        http_arena(request), &slug, record, err);
    if (result != CXD_OK)
        return result;
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    const struct survey *survey = snapshot_survey(snapshot, slug);
    if (survey)
        record->survey = survey->number;
    else
        error_add_member(err, "/survey", "is no survey that there is");
    catalog_release(snapshot);
    id_make(http_ids(request), http_now_ms(request), &record->id);
    return err->code;
}

void api_import_post(struct http_request *request) {
    struct deed *deed = body_take(request, BODY_OF_COMMAND, NULL) ? deed_make(request, CHANGE_IMPORT) : NULL;
    struct error err;
    if (!deed)
        return;
    if (read_begin(request, &deed->change.as.import.value, &err) == CXD_OK)
        deed_submit(request, deed, finish_post);
    else
        http_problem(request, &err);
}

/* Whether it takes rows is asked here too, so that a batch that comes too late is refused as one. */
void api_import_responses_post(struct http_request *request) {
    if (!body_take(request, BODY_OF_BATCH, NULL))
        return;
    struct import_record *record = arena_alloc(http_arena(request), sizeof *record);
    struct error err;
    enum cxd_err result =
        record ? find(request, record, &err) : error_set(&err, ERR_NO_MEMORY, "no memory for the import");
    if (result == CXD_OK && record->state != IMPORT_OPEN)
        result = error_set(&err, ERR_IMPORT_ENDED, "it is %s: begin another", import_state_name(record->state));
    if (result == CXD_OK && record->is_held)
        result = error_set(&err, ERR_NOT_READY, HELD);
    if (result == CXD_OK)
        batch_take(request, record);
    else
        http_problem(request, &err);
}

static void finish_turn(struct http_request *request) {
    const struct deed *deed = deed_done(request);
    struct error err;
    if (!deed)
        return;
    if (deed->change.outcome == OUTCOME_REFUSED) {
        refuse(request, deed->change.refusal);
        return;
    }
    if (deed->change.outcome == OUTCOME_MISSING) {
        (void)no_import(&err);
        http_problem(request, &err);
        return;
    }
    const struct import_record *record = &deed->change.as.import_turn.value;
    append(request, record);
    http_reply(request, record->state == IMPORT_UNDOING ? 202 : 200, "application/json");
}

static void turn(struct http_request *request, struct deed *deed, enum import_state to) {
    struct error err;
    deed->change.as.import_turn.to = to;
    if (read_id(request, &deed->change.as.import_turn.id, &err) == CXD_OK)
        deed_submit(request, deed, finish_turn);
    else
        http_problem(request, &err);
}

void api_import_patch(struct http_request *request) {
    struct deed *deed = body_take(request, BODY_OF_COMMAND, NULL) ? deed_make(request, CHANGE_IMPORT_TURN) : NULL;
    size_t length;
    const char *body = http_body(request, &length);
    struct error err;
    if (!deed)
        return;
    if (import_decode_turn(body, length, (size_t)api_settings(request)->config.json_depth, http_arena(request), &err) ==
        CXD_OK)
        turn(request, deed, IMPORT_DONE);
    else
        http_problem(request, &err);
}

void api_import_delete(struct http_request *request) {
    struct deed *deed = deed_make(request, CHANGE_IMPORT_TURN);
    if (deed)
        turn(request, deed, IMPORT_UNDOING);
}
