/* The rules of alerts: one thread that evaluates them when a reporting day is over, and tells of single responses when
 * a commit has brought some. What it finds goes through the writer, which keeps it only if the state is still the one
 * that was read: a rule that was put meanwhile, or an acknowledgement, comes first, and it looks again. */
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "chores/errand.h"
#include "cxd/base/clock.h"
#include "cxd/base/log.h"
#include "cxd/chores/alerts.h"
#include "cxd/codec/alert.h"
#include "cxd/query/query.h"

#define DAY_MS INT64_C(86400000)

enum {
    LOOK_MS = 1000,       /* how often it is asked whether a day is over */
    GRACE_MS = 60 * 1000, /* after its end, so that what was on its way is in it */
    RETRY_MS = 10 * 1000, /* after a failure */
    PAUSE_MS = 20,        /* between two looks for responses */
    TELL_RESTS = 4,       /* and as long as the writer took for what was found: most of its time is for others */
    RESPONSES_AT_ONCE = 200,
    TALES_AT_ONCE = 200, /* of one change: the writer has others to look after */
    KEEP_EVERY = 10000   /* numbers that were looked at in vain, before that is kept */
};

/* A rule as it was read, with its state. */
struct watch {
    struct alert_rule rule;
    struct alert_state state;
};

struct alerts {
    struct alerts_options options;
    struct store_reader *reader;
    pthread_t thread;
    bool is_started;
    struct errand errand;
    atomic_bool is_changed;  /* rules or states are others than it has read */
    atomic_bool is_watching; /* some rule waits for responses */
    atomic_bool has_commits; /* since it looked for them */
    atomic_bool is_waiting;  /* for the writer, or the disk */
    pthread_mutex_t lock;    /* of the figures */
    struct alerts_figures figures;
    /* The thread's own: */
    struct arena rules, scratch;
    struct watch *watches; /* of `rules`; those whose state is of the same revision */
    size_t watch_count;
    bool has_begun;  /* what fires was said */
    int64_t day_end; /* for which all were evaluated */
    int64_t rest_ms; /* before the next step */
    bool is_current; /* the watches are all that there are, as far as it knows: what is passed is passed for good */
    bool is_failing, is_unreadable;         /* it was said */
    int64_t retry_ms;                       /* monotonic; 0: nothing failed */
    int64_t through, kept_through, version; /* of what was told; as the store has it */
};

/* Counted each time, and said the first. */
static void count_failure(struct alerts *alerts, const char *name, bool was_said, const struct error *err) {
    pthread_mutex_lock(&alerts->lock);
    alerts->figures.failures++;
    pthread_mutex_unlock(&alerts->lock);
    if (!was_said)
        log_record(LOG_LEVEL_WARNING, "alert_failed", "alert=%s error=%s detail=%s", name, error_slug(err->code),
                   err->detail);
}

/* What is tried again. */
static void note_failure(struct alerts *alerts, const char *name, const struct error *err) {
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
    if (alerts->version != states->told_version || alerts->through < states->told_through)
        alerts->through = states->told_through;
    alerts->version = states->told_version;
    alerts->kept_through = states->told_through;
    if (least != INT64_MAX && alerts->through < least)
        alerts->through = least;
}

static enum cxd_err load(struct alerts *alerts, struct error *err) {
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

/* Waits for the writer. */
static enum cxd_err apply(struct alerts *alerts, struct change *change, struct error *err) {
    change->now_ms = clock_now_ms();
    change->arena = &alerts->scratch;
    atomic_store(&alerts->is_waiting, true);
    enum cxd_err code = ingest_apply(alerts->options.ingest, change, err);
    heartbeat_answer(&alerts->errand.beat);
    atomic_store(&alerts->is_waiting, false);
    return code;
}

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

static void note_evaluation(struct alerts *alerts, enum alert_kind kind, bool fired) {
    pthread_mutex_lock(&alerts->lock);
    alerts->figures.evaluations[kind]++;
    alerts->figures.fired[kind] += fired;
    pthread_mutex_unlock(&alerts->lock);
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
        code = apply(alerts, &change, &err);
    if (code != CXD_OK) {
        note_failure(alerts, watch->rule.name, &err);
        return false;
    }
    if (change.outcome != OUTCOME_AMENDED) { /* it is another by now */
        atomic_store(&alerts->is_changed, true);
        errand_wake(&alerts->errand);
        return true;
    }
    tell_missed(watch, day_end);
    bool fired = change.as.alert.has_event && change.as.alert.event.kind == ALERT_FIRED;
    note_evaluation(alerts, watch->rule.kind, fired);
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
    enum cxd_err code = load(alerts, &err);
    if (code != CXD_OK) {
        note_failure(alerts, "", &err);
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
    if (is_any && load(alerts, &err) != CXD_OK)
        note_failure(alerts, "", &err);
}

/* --- What tells of single responses ----------------------------------------------------------------------------------
 */

/* `is_fresh`: stored since, and not only amended. Adds to the tales. */
static void match(struct alerts *alerts, const struct snapshot *snapshot, const struct response *response,
                  bool is_fresh, struct alert_tale *tales, size_t *count) {
    for (size_t i = 0; i < alerts->watch_count; i++) {
        const struct watch *watch = &alerts->watches[i];
        const struct survey *survey =
            watch->rule.kind == ALERT_DETRACTOR ? snapshot_survey(snapshot, watch->rule.survey) : NULL;
        if (!survey || survey->archived_at != 0 || (is_fresh && response->number <= watch->state.through) ||
            !alert_takes(&watch->rule, survey, response))
            continue;
        struct alert_tale *tale = &tales[(*count)++];
        memcpy(tale->name, watch->rule.name, sizeof tale->name);
        tale->revision = watch->state.revision;
        tale->response = response->number;
        tale->score = response->score;
    }
}

static void log_tale(const struct watch *watch, const struct response *response) {
    char id[ID_TEXT_SIZE];
    log_record(LOG_LEVEL_WARNING, "alert_fired", "alert=%s survey=%s kind=%s score=%d response=%s", watch->rule.name,
               watch->rule.survey, ALERT_KINDS.list[watch->rule.kind], response->score, id_format(id, &response->id));
}

static const struct response *find_told(const struct store_untold *untold, int64_t number) {
    for (size_t i = 0; i < untold->fresh_count; i++)
        if (untold->fresh[i].number == number)
            return &untold->fresh[i];
    for (size_t i = 0; i < untold->amended_count; i++)
        if (untold->amended[i].number == number)
            return &untold->amended[i];
    return NULL;
}

static void note_told(struct alerts *alerts, const struct store_untold *untold, const struct alert_tale *tales,
                      size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct response *response = find_told(untold, tales[i].response);
        for (size_t k = 0; tales[i].is_told && response && k < alerts->watch_count; k++)
            if (strcmp(alerts->watches[k].rule.name, tales[i].name) == 0)
                log_tale(&alerts->watches[k], response);
        note_evaluation(alerts, ALERT_DETRACTOR, tales[i].is_told);
    }
}

/* What was found goes to the writer, and with the last of it how far was looked, where that is far. */
static enum cxd_err keep_told(struct alerts *alerts, const struct store_untold *untold, struct alert_tale *tales,
                              size_t count, struct error *err) {
    bool is_worth = count > 0 || untold->amended_through > 0 || untold->through - alerts->kept_through >= KEEP_EVERY;
    bool is_last = !is_worth;
    alerts->through = untold->through;
    for (size_t at = 0; !is_last; at += TALES_AT_ONCE) {
        is_last = count - at <= TALES_AT_ONCE;
        struct change change = {.kind = CHANGE_ALERT_TELL,
                                .as.alert_tell = {.version = alerts->version,
                                                  .through = is_last ? untold->through : 0,
                                                  .amended_through = is_last ? untold->amended_through : 0,
                                                  .tales = tales + at,
                                                  .count = is_last ? count - at : TALES_AT_ONCE}};
        enum cxd_err code = apply(alerts, &change, err);
        if (code != CXD_OK || change.outcome != OUTCOME_AMENDED) {
            alerts->is_current = false; /* it is read again, and looked for again from there */
            atomic_store(&alerts->is_changed, true);
            atomic_store(&alerts->has_commits, true);
            alerts->through = alerts->kept_through;
            return code;
        }
        alerts->version++;
        note_told(alerts, untold, change.as.alert_tell.tales, change.as.alert_tell.count);
    }
    if (is_worth)
        alerts->kept_through = untold->through;
    return CXD_OK;
}

/* Some; true if there are more. */
static bool tell_some(struct alerts *alerts, struct error *err, enum cxd_err *ret_code) {
    struct store_untold untold;
    size_t count = 0;
    arena_reset(&alerts->scratch);
    *ret_code = store_read_untold(alerts->reader, alerts->through, RESPONSES_AT_ONCE, &alerts->scratch, &untold, err);
    if (*ret_code != CXD_OK)
        return false;
    size_t most = (untold.fresh_count + untold.amended_count) * alerts->watch_count;
    struct alert_tale *tales = arena_alloc_zero(&alerts->scratch, most + 1, sizeof *tales);
    if (!tales) {
        *ret_code = error_set(err, ERR_NO_MEMORY, "no memory to tell of responses");
        return false;
    }
    const struct snapshot *snapshot = catalog_acquire(alerts->options.catalog);
    for (size_t i = 0; i < untold.fresh_count; i++)
        match(alerts, snapshot, &untold.fresh[i], true, tales, &count);
    for (size_t i = 0; i < untold.amended_count; i++)
        match(alerts, snapshot, &untold.amended[i], false, tales, &count);
    catalog_release(snapshot);
    int64_t begun_ms = clock_monotonic_ms();
    *ret_code = keep_told(alerts, &untold, tales, count, err);
    alerts->rest_ms = PAUSE_MS + TELL_RESTS * (clock_monotonic_ms() - begun_ms);
    if (count > 0)
        atomic_store(&alerts->is_changed, true); /* states are others now */
    return *ret_code == CXD_OK && (untold.more || untold.more_amended);
}

/* A slice: a day that is over, and a rule that is new, do not wait for the last of many responses. */
static void tell(struct alerts *alerts) {
    struct error err;
    enum cxd_err code = CXD_OK;
    atomic_store(&alerts->has_commits, false);
    bool is_more = tell_some(alerts, &err, &code);
    if (is_more || code != CXD_OK)
        atomic_store(&alerts->has_commits, true);
    if (code != CXD_OK) {
        alerts->is_current = false;
        note_failure(alerts, "", &err);
    }
}

/* --- The thread ------------------------------------------------------------------------------------------------------
 */

static bool is_behind(struct alerts *alerts) {
    return alerts->is_current && atomic_load(&alerts->is_watching) && atomic_load(&alerts->has_commits);
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
        tell(alerts);
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
        if (ingest_place(alerts->options.ingest) == STORE_IN_PLACE)
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
