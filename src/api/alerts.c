/* Alerts: rules that watch a survey, how they stand, and what has happened to them. The rule is a document of the
 * store; its state begins anew with it, in the same transaction. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "api/alerts.h"
#include "api/deed.h"
#include "api/pages.h"
#include "api/parameters.h"
#include "cxd/codec/alert.h"
#include "cxd/codec/write.h"

/* What shows of the rule's survey may not be for who asks without a key: that one person, whatever the survey's min_n,
 * has given such an answer, and written something. */
static bool is_withheld(struct http_request *request, const struct survey *survey, const struct alert_rule *rule) {
    const struct filter filter = {.properties = rule->properties, .property_count = rule->property_count};
    struct error err;
    return api_is_stranger(request) &&
           (rule->kind == ALERT_DETRACTOR || !survey || api_allow_filter(request, survey, &filter, &err) != CXD_OK);
}

void api_append_alert(struct http_request *request, const struct alert_rule *rule, const struct document *document,
                      const struct alert_state *state) {
    const struct app *app = http_app(request);
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    const struct survey *survey = snapshot_survey(snapshot, rule->survey);
    const struct alert_shown shown = {
        .rule = rule,
        .state = state && state->revision == document->revision ? state : NULL,
        .survey = survey,
        .revision = document->revision,
        .created_at = document->created_at,
        .updated_at = document->updated_at,
        .is_withheld = is_withheld(request, survey, rule),
        .is_nameless = api_is_stranger(request),
    };
    alert_encode(http_out(request), &shown);
    catalog_release(snapshot);
}

/* Rules and states of one moment. */
static enum cxd_err read_all(struct http_request *request, struct document **ret_documents, size_t *ret_count,
                             struct store_alerts *ret_states, struct error *err) {
    struct store_reader *reader = http_worker(request);
    struct arena *arena = http_arena(request);
    enum cxd_err result = store_reader_begin(reader, err);
    if (result != CXD_OK)
        return result;
    result = store_read_documents(reader, DOCUMENT_ALERT, NULL, ALERT_RULES_MAX, arena, ret_documents, ret_count, err);
    if (result == CXD_OK)
        result = store_read_alerts(reader, arena, ret_states, err);
    store_reader_end(reader);
    return result;
}

/* One that somebody else has written to the file keeps nobody from reading the others, nor from deleting it. */
static enum cxd_err read_rule(struct http_request *request, const struct document *document,
                              struct alert_rule *ret_rule, struct error *err) {
    enum cxd_err result = alert_decode_stored(document->definition, document->name, http_arena(request), ret_rule, err);
    if (result != ERR_STORAGE)
        return result;
    *ret_rule = (struct alert_rule){.threshold = NAN};
    memcpy(ret_rule->name, document->name, sizeof ret_rule->name);
    return CXD_OK;
}

enum cxd_err api_read_alert(struct http_request *request, struct api_alert *ret_alert, struct error *err) {
    const char *name = http_path(request, "name");
    struct document *documents;
    struct store_alerts states;
    size_t count;
    enum cxd_err result = read_all(request, &documents, &count, &states, err);
    if (result != CXD_OK)
        return result;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(documents[i].name, name) != 0)
            continue;
        const struct alert_state *state = store_alerts_find(&states, name);
        ret_alert->document = documents[i];
        ret_alert->has_state = state;
        if (state)
            ret_alert->state = *state;
        return read_rule(request, &documents[i], &ret_alert->rule, err);
    }
    return error_set(err, ERR_NO_ALERT, "there is no alert of this name");
}

void api_alerts_get(struct http_request *request) {
    struct buffer *out = http_out(request);
    struct document *documents;
    struct store_alerts states;
    size_t count;
    struct error err;
    enum cxd_err result = read_all(request, &documents, &count, &states, &err);
    write_open(out, NULL, '{');
    write_open(out, "alerts", '[');
    for (size_t i = 0; result == CXD_OK && i < count; i++) {
        struct alert_rule rule;
        result = read_rule(request, &documents[i], &rule, &err);
        if (result == CXD_OK)
            api_append_alert(request, &rule, &documents[i], store_alerts_find(&states, documents[i].name));
    }
    buffer_append_text(out, "]}");
    deed_reply(request, result, &err, true);
}

void api_name_rule(struct http_request *request, const struct document *document) {
    char tag[ETAG_SIZE];
    document_tag(document, tag);
    http_reply_header(request, "ETag", tag);
}

void api_alert_get(struct http_request *request) {
    struct api_alert alert;
    struct error err;
    enum cxd_err result = api_read_alert(request, &alert, &err);
    if (result == CXD_OK) {
        api_append_alert(request, &alert.rule, &alert.document, alert.has_state ? &alert.state : NULL);
        api_name_rule(request, &alert.document);
    }
    deed_reply(request, result, &err, false);
}

static enum cxd_err append_history(struct http_request *request, struct error *err) {
    const struct app *app = http_app(request);
    struct buffer *out = http_out(request);
    struct api_alert alert;
    struct alert_event *events;
    int64_t before;
    size_t limit, count, shown = 0;
    char cursor[CURSOR_SIZE];
    enum cxd_err result = parameters_read_events(request, &before, &limit, err);
    if (result == CXD_OK)
        result = api_read_alert(request, &alert, err);
    if (result == CXD_OK)
        result = store_read_alert_history(http_worker(request), alert.rule.name, before, limit + 1, http_arena(request),
                                          &events, &count, err);
    if (result != CXD_OK)
        return result;
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    const struct survey *survey = snapshot_survey(snapshot, alert.rule.survey);
    write_open(out, NULL, '{');
    write_text(out, "alert", alert.rule.name);
    write_open(out, "events", '[');
    for (; shown < count && shown < limit && out->length < PAGE_BYTES_MAX; shown++)
        alert_encode_event(out, &events[shown], &alert.rule, survey);
    catalog_release(snapshot);
    if (shown < count)
        snprintf(cursor, sizeof cursor, "%lld", (long long)events[shown - 1].number);
    return page_end(request, shown < count ? cursor : NULL, err);
}

void api_alert_history_get(struct http_request *request) {
    struct error err;
    enum cxd_err result = append_history(request, &err);
    deed_reply(request, result, &err, false);
}
