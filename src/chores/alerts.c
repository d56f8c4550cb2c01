/* The rules of alerts: one thread that evaluates them when a reporting day is over, and tells of single responses when
 * a commit has brought some. What it finds goes through the writer, which keeps it only if the state is still the one
 * that was read: a rule that was put meanwhile, or an acknowledgement, comes first, and it looks again. */
#include "cxd/chores/alerts.h"

#include <math.h>
#include <stdlib.h>

#include "chores/alerts_state.h"
#include "cxd/base/clock.h"
#include "cxd/base/log.h"
#include "cxd/query/query.h"

#define DAY_MS INT64_C(86400000)

enum {
    LOOK_MS = 1000,       /* how often it is asked whether a day is over */
    GRACE_MS = 60 * 1000, /* after its end, so that what was on its way is in it */
    PAUSE_MS = 20         /* between two steps */
};

/* --- What is statistical ---------------------------------------------------------------------------------------------
 */

static void log_event(const struct watch *watch, const struct alert_event *event) {
    const struct alert_rule *rule = &watch->rule;
    char day[TIME_TEXT_SIZE];
    bool fired = event->kind == ALERT_FIRED;
    log_record(fired ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO, fired ? "alert_fired" : "alert_resolved",
               "alert=%s survey=%s kind=%s n=%lld value=%.2f day_end=%s", rule->name, rule->survey,
               ALERT_KINDS.list[rule->kind], (long long)event->n, isnan(event->value) ? 0 : event->value,
               time_format(day, event->day_end));
}

static void tell_missed(const struct watch *watch, int64_t day_end) {
    int64_t days = watch->state.day_end == 0 ? 0 : (day_end - watch->state.day_end + DAY_MS / 2) / DAY_MS - 1;
    if (days > 0)
        log_record(LOG_LEVEL_WARNING, "alert_days_missed", "alert=%s days=%lld", watch->rule.name, (long long)days);
}

/* False: to be tried again. */
static bool evaluate(struct alerts *alerts, struct watch *watch, int64_t day_end) {
    const struct snapshot *snapshot = catalog_acquire(alerts->options.catalog);
    const struct survey *survey = snapshot_survey(snapshot, watch->rule.survey);
    struct change change = {.kind = CHANGE_ALERT};
    struct alert_finding finding;
    struct error err;
    enum cxd_err code = query_alert(alerts->reader, &watch->rule, survey, day_end, &finding, &err);
    catalog_release(snapshot);
    heartbeat_answer(&alerts->errand.beat);
    change.as.alert.state = watch->state;
    change.as.alert.has_event =
        code == CXD_OK && alert_move(&change.as.alert.state, &finding, day_end, clock_now_ms(), &change.as.alert.event);
    if (code == CXD_OK)
        code = alerts_apply(alerts, &change, &err);
    if (code != CXD_OK) {
        alerts_note_failure(alerts, watch->rule.name, &err);
        return false;
    }
    if (change.outcome != OUTCOME_AMENDED) { /* it is another by now */
        atomic_store(&alerts->is_changed, true);
        errand_wake(&alerts->errand);
        return true;
    }
    tell_missed(watch, day_end);
    bool fired = change.as.alert.has_event && change.as.alert.event.kind == ALERT_FIRED;
    alerts_note_evaluation(alerts, watch->rule.kind, fired);
    if (change.as.alert.has_event)
        log_event(watch, &change.as.alert.event);
    return true;
}

/* A day that was evaluated is not again: a clock that is set back by less than that is the same day's. One that was
 * further ahead was wrong, and so is the day. */
static bool is_due(const struct watch *watch, int64_t day_end) {
    int64_t last = watch->state.day_end;
    return watch->rule.kind != ALERT_DETRACTOR && (last < day_end || last - day_end > DAY_MS + DAY_MS / 2);
}

/* The end of the newest day that is over, 0 while the clock is behind what is known. One that is ahead is believed, as
 * the windows of the scores do: mostly the machine was down, and a day that was judged by a wrong one is again by the
 * right one. Whoever waits for an alert is not told that none can come. */
static int64_t newest_day(struct alerts *alerts) {
    struct reckoned reckoned;
    trust_read(alerts->options.trust, &reckoned);
    return reckoned.state == RECKONED_BEHIND ? 0 : calendar_floor(CALENDAR_DAY, reckoned.wall_ms - GRACE_MS);
}

/* A record of the life before may be lost, be it that it ended behind the commit that it tells of. So each life begins
 * with what fires. */
static void tell_begin(struct alerts *alerts) {
    char since[TIME_TEXT_SIZE];
    for (size_t i = 0; !alerts->has_begun && i < alerts->watch_count; i++) {
        const struct watch *watch = &alerts->watches[i];
        if (watch->state.status == ALERT_FIRING)
            log_record(LOG_LEVEL_WARNING, "alert_firing", "alert=%s survey=%s kind=%s n=%lld since=%s",
                       watch->rule.name, watch->rule.survey, ALERT_KINDS.list[watch->rule.kind],
                       (long long)watch->state.finding.n, time_format(since, watch->state.since));
    }
    alerts->has_begun = true;
}

static void evaluate_all(struct alerts *alerts, int64_t day_end) {
    struct error err;
    bool is_whole = true, is_any = false;
    enum cxd_err code = alerts_load(alerts, &err);
    if (code != CXD_OK) {
        alerts_note_failure(alerts, "", &err);
        return;
    }
    tell_begin(alerts);
    for (size_t i = 0; day_end != 0 && i < alerts->watch_count && !errand_rest(&alerts->errand, 0); i++) {
        if (!is_due(&alerts->watches[i], day_end))
            continue;
        arena_reset(&alerts->scratch);
        is_any = true;
        is_whole = evaluate(alerts, &alerts->watches[i], day_end) && is_whole;
    }
    if (is_whole)
        alerts->day_end = day_end;
    if (is_any && alerts_load(alerts, &err) != CXD_OK)
        alerts_note_failure(alerts, "", &err);
}

/* --- The thread ------------------------------------------------------------------------------------------------------
 */

static bool is_behind(struct alerts *alerts) {
    return alerts->is_current && atomic_load(&alerts->is_watching) && atomic_load(&alerts->has_commits);
}

/* Of what came by others nobody tells: rules are read anew, and responses looked for, with every step. Whoever leads
 * from now on knows nothing yet. */
static bool take_lead(struct alerts *alerts) {
    bool leads = nodes_lead(alerts->options.nodes);
    if (leads && alerts->options.nodes) {
        atomic_store(&alerts->is_changed, true);
        atomic_store(&alerts->has_commits, true);
    }
    if (leads && !alerts->has_led)
        alerts->day_end = -1;
    alerts->has_led = leads;
    return leads;
}

/* A rule that cannot be evaluated is tried again later, and meanwhile the others tell of responses. */
static void step(struct alerts *alerts) {
    int64_t day_end = newest_day(alerts);
    bool is_retry = alerts->retry_ms != 0;
    if (!is_retry || clock_monotonic_ms() >= alerts->retry_ms) {
        alerts->retry_ms = 0;
        bool is_changed = atomic_exchange(&alerts->is_changed, false);
        if (is_changed || is_retry || day_end != alerts->day_end)
            evaluate_all(alerts, day_end);
    }
    if (is_behind(alerts))
        alerts_tell(alerts);
    if (alerts->retry_ms == 0)
        alerts->is_failing = false;
    if ((alerts->retry_ms == 0 && atomic_load(&alerts->is_changed)) || is_behind(alerts))
        errand_wake(&alerts->errand);
}

static void *alerts_main(void *argument) {
    struct alerts *alerts = argument;
    pthread_setname_np(pthread_self(), "cxd-alerts");
    do {
        alerts->rest_ms = PAUSE_MS;
        if (take_lead(alerts) && ingest_place(alerts->options.ingest) == STORE_IN_PLACE)
            step(alerts);
    } while (!errand_rest(&alerts->errand, alerts->rest_ms) && !errand_wait(&alerts->errand, LOOK_MS));
    return NULL;
}

enum cxd_err alerts_make(struct alerts **ret_alerts, struct error *err) {
    struct alerts *alerts = calloc(1, sizeof *alerts);
    if (!alerts)
        return error_set(err, ERR_NO_MEMORY, "no memory for the alerts");
    errand_init(&alerts->errand);
    pthread_mutex_init(&alerts->lock, NULL);
    arena_init(&alerts->rules);
    arena_init(&alerts->scratch);
    atomic_init(&alerts->is_changed, true);
    atomic_init(&alerts->has_commits, true); /* as a life before this one may have left it */
    atomic_init(&alerts->is_watching, false);
    alerts->day_end = -1;
    *ret_alerts = alerts;
    return CXD_OK;
}

enum cxd_err alerts_start(struct alerts *alerts, const struct alerts_options *options, struct error *err) {
    alerts->options = *options;
    enum cxd_err code = store_reader_open(options->store, &alerts->reader, err);
    if (code != CXD_OK)
        return code;
    store_reader_watch(alerts->reader, &alerts->errand.beat);
    if (pthread_create(&alerts->thread, NULL, alerts_main, alerts) != 0)
        return error_set(err, ERR_SYSTEM, "cannot start the thread of the alerts");
    alerts->is_started = true;
    return CXD_OK;
}

void alerts_stop(struct alerts *alerts) {
    if (!alerts)
        return;
    errand_end(&alerts->errand);
    if (alerts->is_started)
        pthread_join(alerts->thread, NULL);
    alerts->is_started = false;
    if (alerts->reader)
        store_reader_close(alerts->reader);
    alerts->reader = NULL;
}

void alerts_free(struct alerts *alerts) {
    if (!alerts)
        return;
    errand_destroy(&alerts->errand);
    pthread_mutex_destroy(&alerts->lock);
    arena_free(&alerts->rules);
    arena_free(&alerts->scratch);
    free(alerts);
}

void alerts_wake(struct alerts *alerts) {
    atomic_store(&alerts->is_changed, true);
    errand_wake(&alerts->errand);
}

void alerts_committed(struct alerts *alerts) {
    if (!atomic_exchange(&alerts->has_commits, true) && atomic_load(&alerts->is_watching))
        errand_wake(&alerts->errand);
}

void alerts_read_figures(struct alerts *alerts, struct alerts_figures *ret_figures) {
    pthread_mutex_lock(&alerts->lock);
    *ret_figures = alerts->figures;
    pthread_mutex_unlock(&alerts->lock);
}

int64_t alerts_stuck_ms(struct alerts *alerts, int64_t now_monotonic_ms) {
    int64_t stuck_ms = errand_ask(&alerts->errand, now_monotonic_ms);
    return atomic_load(&alerts->is_waiting) ? 0 : stuck_ms;
}
