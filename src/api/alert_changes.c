/* Rules of alerts are put and discarded, and alerts acknowledged. The rule is a document of the store; its state begins
 * anew with it, and goes with it, in the same transaction. Runs on workers. */
#include <string.h>

#include "api/alerts.h"
#include "api/bodies.h"
#include "api/deed.h"
#include "api/settings.h"
#include "cxd/base/utf8.h"
#include "cxd/chores/alerts.h"
#include "cxd/codec/alert.h"

/* A request about one rule: its changes, and what the reply needs beside them. */
struct alert_deed {
    struct ticket ticket; /* first: http_deferred gives it back */
    struct change changes[2];
    struct api_alert alert;
};

enum { DOCUMENT_FIRST, RULE_SECOND };

/* The second change looks at what has become of the first. */
static struct alert_deed *make(struct http_request *request, enum change_kind kind, size_t count) {
    struct alert_deed *deed = arena_alloc_zero(http_arena(request), 1, sizeof *deed);
    struct error err;
    if (!deed) {
        http_problem_code(request, ERR_NO_MEMORY, "no memory for the change");
        return NULL;
    }
    if (count > 1 && api_read_precondition(request, &deed->changes[0].precondition, &err) != CXD_OK) {
        http_problem(request, &err);
        return NULL;
    }
    deed->changes[0].kind = kind;
    deed->changes[1].kind = CHANGE_ALERT_RULE;
    for (size_t i = 0; i < count; i++) {
        deed->changes[i].now_ms = http_now_ms(request);
        deed->changes[i].arena = http_arena(request);
    }
    deed->ticket.changes = deed->changes;
    deed->ticket.count = count;
    return deed;
}

/* NULL, and the problem is on its way: it was not applied, or its precondition did not hold. */
static struct alert_deed *done(struct http_request *request) {
    struct app *app = http_app(request);
    struct alert_deed *deed = http_deferred(request);
    const struct change *first = &deed->changes[0];
    buffer_reset(http_out(request));
    if (api_submit_failed(request, &deed->ticket))
        return NULL;
    if (first->outcome == OUTCOME_REFUSED && first->refusal == ERR_PRECONDITION) {
        api_refuse_precondition(request, first);
        return NULL;
    }
    if (first->outcome == OUTCOME_REFUSED && first->refusal == ERR_TOO_MANY_ALERTS) {
        http_problem_code(request, first->refusal, "there are %d alerts: delete one first", ALERT_RULES_MAX);
        return NULL;
    }
    if (first->outcome == OUTCOME_REFUSED) {
        http_problem_code(request, first->refusal, "nobody has to acknowledge what does not fire");
        return NULL;
    }
    if (first->outcome == OUTCOME_MISSING) {
        http_problem_code(request, ERR_NO_ALERT, "there is no alert of this name");
        return NULL;
    }
    alerts_wake(app->alerts);
    return deed;
}

static void reply(struct http_request *request, const struct alert_deed *deed, const struct alert_state *state,
                  int status) {
    api_append_alert(request, &deed->alert.rule, &deed->alert.document, state);
    api_name_rule(request, &deed->alert.document);
    http_reply(request, status, "application/json");
}

static void finish_put(struct http_request *request) {
    struct alert_deed *deed = done(request);
    if (!deed)
        return;
    deed->alert.document = deed->changes[DOCUMENT_FIRST].as.document;
    reply(request, deed, &deed->changes[RULE_SECOND].as.alert_rule.state,
          deed->changes[DOCUMENT_FIRST].outcome == OUTCOME_CREATED ? 201 : 200);
}

static enum cxd_err read_rule(struct http_request *request, struct alert_rule *ret_rule, struct error *err) {
    struct app *app = http_app(request);
    size_t length;
    const char *body = http_body(request, &length), *name = http_path(request, "name");
    enum cxd_err result = alert_decode(body, length, (size_t)api_settings(request)->config.json_depth, name,
                                       http_arena(request), ret_rule, err);
    if (result != CXD_OK && result != ERR_INVALID)
        return result;
    if (!slug_valid(name))
        error_add_member(err, "/name", "must be 1 to %d of a-z, 0-9, '-' and '_', and begin with a letter or a digit",
                         SLUG_SIZE - 1);
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    const struct survey *survey = snapshot_survey(snapshot, ret_rule->survey);
    if (survey)
        alert_validate(ret_rule, survey, err);
    else if (ret_rule->survey[0] != '\0')
        error_add_member(err, "/survey", "is no survey that there is");
    catalog_release(snapshot);
    return err->code;
}

static enum cxd_err fill_put(struct http_request *request, struct alert_deed *deed, struct error *err) {
    struct document *document = &deed->changes[DOCUMENT_FIRST].as.document;
    struct alert_rule *rule = &deed->alert.rule;
    struct buffer text;
    enum cxd_err result = read_rule(request, rule, err);
    if (result != CXD_OK)
        return result;
    buffer_init(&text);
    alert_encode_definition(&text, rule);
    document->kind = DOCUMENT_ALERT;
    memcpy(document->name, rule->name, sizeof document->name);
    document->definition = text.failed ? NULL : arena_strndup(http_arena(request), text.data, text.length);
    buffer_free(&text);
    struct change *second = &deed->changes[RULE_SECOND];
    memcpy(second->as.alert_rule.name, rule->name, sizeof second->as.alert_rule.name);
    second->as.alert_rule.watches_responses = rule->kind == ALERT_DETRACTOR;
    return document->definition ? CXD_OK : error_set(err, ERR_NO_MEMORY, "no memory for the rule");
}

void api_alert_put(struct http_request *request) {
    struct alert_deed *deed = body_take(request, BODY_OF_COMMAND, NULL) ? make(request, CHANGE_DOCUMENT, 2) : NULL;
    struct error err;
    error_clear(&err);
    if (!deed)
        return;
    if (fill_put(request, deed, &err) == CXD_OK)
        api_submit(request, &deed->ticket, finish_put);
    else
        http_problem(request, &err);
}

/* The rule as it was. */
static void finish_delete(struct http_request *request) {
    const struct alert_deed *deed = done(request);
    if (deed)
        reply(request, deed, deed->alert.has_state ? &deed->alert.state : NULL, 200);
}

void api_alert_delete(struct http_request *request) {
    struct alert_deed *deed = make(request, CHANGE_DISCARD, 2);
    struct error err;
    if (!deed)
        return;
    if (api_read_alert(request, &deed->alert, &err) != CXD_OK) {
        http_problem(request, &err);
        return;
    }
    deed->changes[DOCUMENT_FIRST].as.discard.kind = DOCUMENT_ALERT;
    memcpy(deed->changes[DOCUMENT_FIRST].as.discard.name, deed->alert.rule.name, SLUG_SIZE);
    memcpy(deed->changes[RULE_SECOND].as.alert_rule.name, deed->alert.rule.name, SLUG_SIZE);
    api_submit(request, &deed->ticket, finish_delete);
}

static void finish_acknowledge(struct http_request *request) {
    const struct alert_deed *deed = done(request);
    if (deed)
        reply(request, deed, &deed->changes[0].as.acknowledge.state, 200);
}

void api_alert_acknowledge(struct http_request *request) {
    struct alert_deed *deed = body_take(request, BODY_OF_COMMAND, NULL) ? make(request, CHANGE_ACKNOWLEDGE, 1) : NULL;
    size_t length;
    const char *body = http_body(request, &length);
    struct error err;
    if (!deed)
        return;
    enum cxd_err result = alert_decode_note(body, length, (size_t)api_settings(request)->config.json_depth,
                                            http_arena(request), &deed->changes[0].as.acknowledge.note, &err);
    if (result == CXD_OK)
        result = api_read_alert(request, &deed->alert, &err);
    if (result != CXD_OK) {
        http_problem(request, &err);
        return;
    }
    memcpy(deed->changes[0].as.acknowledge.name, deed->alert.rule.name, SLUG_SIZE);
    api_submit(request, &deed->ticket, finish_acknowledge);
}
