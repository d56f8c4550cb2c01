#ifndef CXD_TESTS_CONTRACT_NAMED_HISTORY_H
#define CXD_TESTS_CONTRACT_NAMED_HISTORY_H

/* A part of test_store_histories.c: journeys and alerts beside responses, in two engines that must agree. */

#include <math.h>

#include "fixture.h"

struct named_history {
    struct fixture *engines[2];
    unsigned (*roll)(unsigned sides);
    int64_t now_ms;
    int64_t *told; /* in all: histories that tell of nothing would show nothing */
};

/* As its rule has it; "each" is of the kind that tells of single responses. */
static const char *const NAMED[] = {"each", "low", "web"};

static void named_apply(struct named_history *h, const struct change *made, struct change ret_changes[2]) {
    for (size_t i = 0; i < 2; i++) {
        ret_changes[i] = *made;
        ret_changes[i].arena = &h->engines[i]->arena;
        apply(h->engines[i], &ret_changes[i]);
    }
    assert_int_equal(ret_changes[0].outcome, ret_changes[1].outcome);
    assert_int_equal(ret_changes[0].refusal, ret_changes[1].refusal);
}

/* A definition is put or deleted; with a rule its state, in the same transaction. */
static void named_define(struct named_history *h) {
    bool is_alert = h->roll(3) > 0, is_discard = h->roll(4) == 0;
    const char *name = NAMED[h->roll(3)];
    const char *definition = h->roll(2) ? "{}" : "{\"a\":1}";
    struct change changes[2][2];
    struct error err;
    for (size_t i = 0; i < 2; i++) {
        struct change *first = &changes[i][0], *second = &changes[i][1];
        *first = *make_change(h->engines[i], is_discard ? CHANGE_DISCARD : CHANGE_DOCUMENT, h->now_ms);
        *second = *make_change(h->engines[i], CHANGE_ALERT_RULE, h->now_ms);
        if (is_discard) {
            first->as.discard.kind = is_alert ? DOCUMENT_ALERT : DOCUMENT_JOURNEY;
            strcpy(first->as.discard.name, name);
        } else {
            first->as.document.kind = is_alert ? DOCUMENT_ALERT : DOCUMENT_JOURNEY;
            strcpy(first->as.document.name, name);
            first->as.document.definition = definition;
        }
        strcpy(second->as.alert_rule.name, name);
        second->as.alert_rule.watches_responses = name == NAMED[0];
        struct change *batch[] = {first, second};
        assert_ok(store_apply(h->engines[i]->store, batch, is_alert ? 2 : 1, NULL, &err), err);
    }
    for (size_t k = 0; k < (is_alert ? 2 : 1); k++)
        assert_int_equal(changes[0][k].outcome, changes[1][k].outcome);
    if (!is_discard)
        assert_int_equal(changes[0][0].as.document.revision, changes[1][0].as.document.revision);
}

static struct store_alerts named_states(struct fixture *f) {
    struct store_alerts alerts;
    struct error err;
    assert_ok(store_read_alerts(f->reader, &f->arena, &alerts, &err), err);
    return alerts;
}

/* A day is over for one of the rules. */
static void named_evaluate(struct named_history *h) {
    struct store_alerts alerts = named_states(h->engines[0]);
    struct change *made = make_change(h->engines[0], CHANGE_ALERT, h->now_ms), changes[2];
    const struct alert_state *state = alerts.count > 0 ? &alerts.states[h->roll((unsigned)alerts.count)] : NULL;
    struct alert_finding finding = {.reason = ALERT_KNOWN, .n = h->roll(50), .value = h->roll(100), .p_value = NAN};
    finding.is_beyond = h->roll(2);
    finding.is_back = !finding.is_beyond && h->roll(2);
    if (!state || state->through >= 0)
        return;
    made->as.alert.state = *state;
    made->as.alert.state.version -= h->roll(5) == 0; /* of what was read before another change */
    made->as.alert.has_event = alert_move(&made->as.alert.state, &finding, h->now_ms, h->now_ms, &made->as.alert.event);
    named_apply(h, made, changes);
}

/* Of responses: those that have come or were amended, each by its engine's own number. */
static void named_tell(struct named_history *h) {
    size_t limit = 1 + h->roll(40);
    int64_t told[2];
    for (size_t i = 0; i < 2; i++) {
        struct fixture *f = h->engines[i];
        struct store_alerts alerts = named_states(f);
        struct store_untold untold;
        struct error err;
        size_t count = 0;
        assert_ok(store_read_untold(f->reader, alerts.told_through, ~0U, limit, &f->arena, &untold, &err), err);
        size_t most = untold.fresh_count + untold.amended_count;
        struct alert_tale *tales = arena_alloc_zero(&f->arena, most + 1, sizeof *tales);
        assert_non_null(tales);
        for (size_t k = 0; k < most && alerts.count > 0; k++) {
            const struct response *response =
                k < untold.fresh_count ? &untold.fresh[k] : &untold.amended[k - untold.fresh_count];
            strcpy(tales[count].name, NAMED[0]);
            tales[count].revision = alerts.states[0].revision;
            tales[count].response = response->number;
            tales[count++].score = response->score;
        }
        struct change *change = make_change(f, CHANGE_ALERT_TELL, h->now_ms);
        change->as.alert_tell.version = alerts.told_version;
        change->as.alert_tell.through = untold.through;
        change->as.alert_tell.amended_through = untold.amended_through;
        change->as.alert_tell.tales = tales;
        change->as.alert_tell.count = count;
        assert_int_equal(apply(f, change), OUTCOME_AMENDED);
        told[i] = (int64_t)change->as.alert_tell.told;
    }
    assert_int_equal(told[0], told[1]);
    *h->told += told[0];
}

static void named_acknowledge(struct named_history *h) {
    struct change *made = make_change(h->engines[0], CHANGE_ACKNOWLEDGE, h->now_ms), changes[2];
    strcpy(made->as.acknowledge.name, NAMED[h->roll(3)]);
    made->as.acknowledge.note = h->roll(2) ? "seen" : NULL;
    named_apply(h, made, changes);
}

static void same_number(double a, double b) {
    assert_true(a == b || (isnan(a) && isnan(b)));
}

static void same_note(const struct alert_acknowledgement *a, const struct alert_acknowledgement *b) {
    assert_int_equal(a->at, b->at);
    assert_true(a->note == b->note || (a->note && b->note && strcmp(a->note, b->note) == 0));
}

static void same_history(struct named_history *h, const char *name) {
    struct alert_event *events[2] = {NULL, NULL};
    size_t counts[2];
    struct error err;
    for (size_t i = 0; i < 2; i++)
        assert_ok(store_read_alert_history(h->engines[i]->reader, name, 0, 1000, &h->engines[i]->arena, &events[i],
                                           &counts[i], &err),
                  err);
    assert_int_equal(counts[0], counts[1]);
    for (size_t k = 0; k < counts[0]; k++) {
        const struct alert_event *a = &events[0][k], *b = &events[1][k];
        assert_int_equal(a->kind, b->kind);
        assert_int_equal(a->at, b->at);
        assert_int_equal(a->n, b->n);
        same_number(a->value, b->value);
        assert_int_equal(a->response_number == 0, b->response_number == 0);
        assert_true(a->response_number == 0 || id_compare(&a->response, &b->response) == 0);
        same_note(&a->acknowledgement, &b->acknowledgement);
    }
}

static void named_check(struct named_history *h) {
    struct store_alerts alerts[2] = {named_states(h->engines[0]), named_states(h->engines[1])};
    assert_int_equal(alerts[0].count, alerts[1].count);
    for (size_t k = 0; k < alerts[0].count; k++) {
        const struct alert_state *a = &alerts[0].states[k], *b = &alerts[1].states[k];
        assert_string_equal(a->name, b->name);
        assert_int_equal(a->revision, b->revision);
        assert_int_equal(a->version, b->version);
        assert_int_equal(a->status, b->status);
        assert_int_equal(a->since, b->since);
        assert_int_equal(a->through >= 0, b->through >= 0);
        assert_int_equal(a->finding.n, b->finding.n);
        same_number(a->finding.value, b->finding.value);
        same_note(&a->acknowledgement, &b->acknowledgement);
        same_history(h, a->name);
    }
    for (int kind = 0; kind < DOCUMENT_KIND_COUNT; kind++) {
        struct document *documents[2] = {NULL, NULL};
        size_t counts[2];
        struct error err;
        for (size_t i = 0; i < 2; i++)
            assert_ok(store_read_documents(h->engines[i]->reader, (enum document_kind)kind, NULL, 10,
                                           &h->engines[i]->arena, &documents[i], &counts[i], &err),
                      err);
        assert_int_equal(counts[0], counts[1]);
        for (size_t k = 0; k < counts[0]; k++) {
            assert_string_equal(documents[0][k].name, documents[1][k].name);
            assert_string_equal(documents[0][k].definition, documents[1][k].definition);
            assert_int_equal(documents[0][k].revision, documents[1][k].revision);
        }
    }
}

static void named_step(struct named_history *h) {
    typedef void act(struct named_history * h);
    static act *const ACTS[] = {named_define, named_evaluate, named_tell, named_acknowledge};
    for (unsigned i = 0, count = 2 + h->roll(6); i < count; i++)
        ACTS[h->roll(CXD_COUNT(ACTS))](h);
    named_check(h);
}

#endif
