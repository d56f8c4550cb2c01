/* Below the rules of alerts: what there is of them, and how what they find goes to the writer. */
#include "chores/alerts_state.h"

#include <stdlib.h>
#include <string.h>

#include "cxd/base/clock.h"
#include "cxd/base/log.h"
#include "cxd/codec/alert.h"

enum { RETRY_MS = 10 * 1000 }; /* after a failure */

/* Counted each time, and said the first. */
static void count_failure(struct alerts *alerts, const char *name, bool was_said, const struct error *err) {
    pthread_mutex_lock(&alerts->lock);
    alerts->figures.failures++;
    pthread_mutex_unlock(&alerts->lock);
    if (!was_said)
        log_record(LOG_LEVEL_WARNING, "alert_failed", "alert=%s error=%s detail=%s", name, error_slug(err->code),
                   err->detail);
}

void alerts_note_failure(struct alerts *alerts, const char *name, const struct error *err) {
    count_failure(alerts, name, alerts->is_failing, err);
    alerts->is_failing = true;
    alerts->retry_ms = clock_monotonic_ms() + RETRY_MS;
}

/* --- What there is ---------------------------------------------------------------------------------------------------
 */

/* Joins rules and states, and counts these. A rule that cannot be read is passed over until somebody puts it anew. */
static enum cxd_err join(struct alerts *alerts, const struct document *documents, size_t count,
                         const struct store_alerts *states, struct error *err) {
    struct alerts_figures figures = {.is_known = true};
    bool is_watching = false, is_unreadable = false;
    alerts->watches = arena_alloc_zero(&alerts->rules, count + 1, sizeof *alerts->watches);
    alerts->watch_count = 0;
    if (!alerts->watches)
        return error_set(err, ERR_NO_MEMORY, "no memory for the rules of alerts");
    for (size_t i = 0; i < count; i++) {
        struct watch *watch = &alerts->watches[alerts->watch_count];
        const struct alert_state *state = store_alerts_find(states, documents[i].name);
        enum cxd_err code =
            alert_decode_stored(documents[i].definition, documents[i].name, &alerts->rules, &watch->rule, err);
        if (code == ERR_NO_MEMORY)
            return code;
        if (code != CXD_OK)
            count_failure(alerts, documents[i].name, alerts->is_unreadable, err);
        is_unreadable = is_unreadable || code != CXD_OK;
        if (code != CXD_OK || !state || state->revision != documents[i].revision)
            continue;
        watch->state = *state;
        alerts->watch_count++;
        is_watching = is_watching || watch->rule.kind == ALERT_DETRACTOR;
        figures.states[state->status]++;
    }
    alerts->is_unreadable = is_unreadable;
    atomic_store(&alerts->is_watching, is_watching);
    pthread_mutex_lock(&alerts->lock);
    memcpy(alerts->figures.states, figures.states, sizeof figures.states);
    alerts->figures.is_known = true;
    pthread_mutex_unlock(&alerts->lock);
    return CXD_OK;
}

/* The version is another where a rule was put that waits for responses: by those that were there before it some may
 * have been passed, and are looked at again. Before what was stored when the oldest rule was put there is nothing to
 * tell of. */
static void settle_through(struct alerts *alerts, const struct store_alerts *states) {
    int64_t least = INT64_MAX;
    for (size_t i = 0; i < alerts->watch_count; i++)
        if (alerts->watches[i].rule.kind == ALERT_DETRACTOR && alerts->watches[i].state.through < least)
            least = alerts->watches[i].state.through;
    if (alerts->version != states->told_version || alerts->through < states->told_through) {
        alerts->through = states->told_through;
        alerts->looked = 0;
    }
    alerts->version = states->told_version;
    alerts->kept_through = states->told_through;
    if (least != INT64_MAX && alerts->through < least)
        alerts->through = least;
}

enum cxd_err alerts_load(struct alerts *alerts, struct error *err) {
    struct document *documents = NULL;
    struct store_alerts states = {0};
    size_t count = 0;
    arena_reset(&alerts->rules);
    alerts->watch_count = 0;
    alerts->is_current = false;
    enum cxd_err code = store_reader_begin(alerts->reader, err);
    if (code != CXD_OK)
        return code;
    code = store_read_documents(alerts->reader, DOCUMENT_ALERT, NULL, ALERT_RULES_MAX, &alerts->rules, &documents,
                                &count, err);
    if (code == CXD_OK)
        code = store_read_alerts(alerts->reader, &alerts->rules, &states, err);
    store_reader_end(alerts->reader);
    if (code == CXD_OK)
        code = join(alerts, documents, count, &states, err);
    if (code == CXD_OK)
        settle_through(alerts, &states);
    alerts->is_current = code == CXD_OK;
    return code;
}

enum cxd_err alerts_apply(struct alerts *alerts, struct change *change, struct error *err) {
    change->now_ms = clock_now_ms();
    change->arena = &alerts->scratch;
    atomic_store(&alerts->is_waiting, true);
    enum cxd_err code = ingest_apply(alerts->options.ingest, change, err);
    heartbeat_answer(&alerts->errand.beat);
    atomic_store(&alerts->is_waiting, false);
    return code;
}

void alerts_note_evaluation(struct alerts *alerts, enum alert_kind kind, bool fired) {
    pthread_mutex_lock(&alerts->lock);
    alerts->figures.evaluations[kind]++;
    alerts->figures.fired[kind] += fired;
    pthread_mutex_unlock(&alerts->lock);
}
