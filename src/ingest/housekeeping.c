/* The daemon's own errands. One change at a time goes to the writer, each small, and between two the thread rests as long as the last one
 * took: others' changes wait for one of them at most. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cxd/base/clock.h"
#include "cxd/base/log.h"
#include "cxd/ingest/housekeeping.h"
#include "ingest/errand.h"

enum {
    RESPONSES_AT_ONCE = 200,
    SETTLE_MS = 2000 /* how long after an erasure its bytes are seen to */
};

struct housekeeping {
    struct ingest *ingest;
    struct catalog *catalog;
    int64_t interval_ms;
    pthread_t thread;
    struct errand errand;
    atomic_bool is_waiting; /* for the writer */
};

/* False where the run must end: the store refused, or the daemon stops. */
static bool apply(struct housekeeping *housekeeping, struct change *change) {
    struct error err;
    int64_t begun_ms = clock_monotonic_ms();
    change->now_ms = clock_now_ms();
    change->outcome = OUTCOME_NONE;
    atomic_store(&housekeeping->is_waiting, true);
    enum cxd_err result = ingest_apply(housekeeping->ingest, change, &err);
    heartbeat_answer(&housekeeping->errand.beat);
    atomic_store(&housekeeping->is_waiting, false);
    if (result != CXD_OK && change->outcome != OUTCOME_REFUSED)
        log_record(LOG_LEVEL_WARNING, "housekeeping_refused", "error=%s", error_slug(result));
    return !errand_rest(&housekeeping->errand, clock_monotonic_ms() - begun_ms) &&
           (result == CXD_OK || change->outcome == OUTCOME_REFUSED);
}

/* Fills the change by the rule that the survey has now; false where it keeps everything. */
static bool read_rule(struct housekeeping *housekeeping, int64_t number, struct change *change,
                      char slug[SLUG_SIZE]) {
    const struct snapshot *snapshot = catalog_acquire(housekeeping->catalog);
    const struct survey *survey = snapshot_survey_number(snapshot, number);
    bool has_rule = survey != NULL && survey->retention_days > 0;
    if (has_rule) {
        memcpy(slug, survey->slug, SLUG_SIZE);
        change->kind = CHANGE_RETAIN;
        change->as.retain.survey = number;
        change->as.retain.before_ms = survey_retained_from(survey, clock_now_ms());
        change->as.retain.retention = survey->retention;
        change->as.retain.limit = RESPONSES_AT_ONCE;
    }
    catalog_release(snapshot);
    return has_rule;
}

/* In the log, and in the audit log: what is deleted was deleted by someone. */
static void note_run(struct housekeeping *housekeeping, const char *slug,
                     const int64_t touched[RETENTION_COUNT]) {
    char detail[64];
    struct change note = {.kind = CHANGE_NOTE};
    snprintf(detail, sizeof(detail), "deleted %lld anonymised %lld", (long long)touched[RETENTION_DELETE],
             (long long)touched[RETENTION_ANONYMISE]);
    log_record(LOG_LEVEL_INFO, "retained", "survey=%s deleted=%lld anonymised=%lld", slug,
               (long long)touched[RETENTION_DELETE], (long long)touched[RETENTION_ANONYMISE]);
    note.as.note.act = "retention.run";
    note.as.note.target = slug;
    note.as.note.detail = detail;
    (void)apply(housekeeping, &note);
}

/* The rule is read again before each change: it may be another by then. */
static bool retain(struct housekeeping *housekeeping, int64_t number) {
    struct change change = {0};
    char slug[SLUG_SIZE] = "";
    int64_t touched[RETENTION_COUNT] = {0};
    bool goes_on = true, more = true;
    while (goes_on && more && read_rule(housekeeping, number, &change, slug)) {
        goes_on = apply(housekeeping, &change);
        more = change.outcome != OUTCOME_REFUSED && change.as.retain.more;
        if (change.outcome == OUTCOME_AMENDED)
            touched[change.as.retain.retention] += change.as.retain.touched;
    }
    if (touched[RETENTION_DELETE] + touched[RETENTION_ANONYMISE] > 0)
        note_run(housekeeping, slug, touched);
    return goes_on;
}

static void retain_all(struct housekeeping *housekeeping) {
    const struct snapshot *snapshot = catalog_acquire(housekeeping->catalog);
    size_t count = snapshot->survey_count;
    int64_t *numbers = calloc(count + 1, sizeof(*numbers));
    for (size_t i = 0; numbers != NULL && i < count; i++)
        numbers[i] = snapshot->surveys[i].number;
    catalog_release(snapshot);
    for (size_t i = 0; numbers != NULL && i < count; i++)
        if (!retain(housekeeping, numbers[i]))
            break;
    free(numbers);
}

static void *housekeeping_main(void *argument) {
    struct housekeeping *housekeeping = argument;
    int64_t next_ms = clock_monotonic_ms();
    pthread_setname_np(pthread_self(), "cxd-house");
    do {
        if (clock_monotonic_ms() >= next_ms) {
            retain_all(housekeeping);
            next_ms = clock_monotonic_ms() + housekeeping->interval_ms;
        }
        if (ingest_is_unsettled(housekeeping->ingest)) {
            struct change settle = {.kind = CHANGE_SETTLE};
            (void)apply(housekeeping, &settle);
        }
    } while (!errand_rest(&housekeeping->errand,
                          housekeeping->interval_ms < SETTLE_MS ? housekeeping->interval_ms : SETTLE_MS));
    return NULL;
}

enum cxd_err housekeeping_start(struct ingest *ingest, struct catalog *catalog, int64_t interval_s,
                                struct housekeeping **ret_housekeeping, struct error *err) {
    struct housekeeping *housekeeping = calloc(1, sizeof(*housekeeping));
    if (housekeeping == NULL)
        return error_set(err, ERR_NO_MEMORY, "no memory for the housekeeping");
    housekeeping->ingest = ingest;
    housekeeping->catalog = catalog;
    housekeeping->interval_ms = interval_s * 1000;
    errand_init(&housekeeping->errand);
    if (pthread_create(&housekeeping->thread, NULL, housekeeping_main, housekeeping) != 0) {
        errand_destroy(&housekeeping->errand);
        free(housekeeping);
        return error_set(err, ERR_SYSTEM, "cannot start the housekeeping's thread");
    }
    *ret_housekeeping = housekeeping;
    return CXD_OK;
}

int64_t housekeeping_stuck_ms(struct housekeeping *housekeeping, int64_t now_monotonic_ms) {
    int64_t stuck_ms = errand_ask(&housekeeping->errand, now_monotonic_ms);
    return atomic_load(&housekeeping->is_waiting) ? 0 : stuck_ms;
}

void housekeeping_stop(struct housekeeping *housekeeping) {
    if (housekeeping == NULL)
        return;
    errand_end(&housekeeping->errand);
    pthread_join(housekeeping->thread, NULL);
    errand_destroy(&housekeeping->errand);
    free(housekeeping);
}
