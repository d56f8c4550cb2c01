/* The daemon's own errands. One change at a time goes to the writer, each small, and between two the thread rests as
 * long as the last one took: others' changes wait for one of them at most. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chores/errand.h"
#include "cxd/base/clock.h"
#include "cxd/base/log.h"
#include "cxd/chores/housekeeping.h"

#define DAY_MS INT64_C(86400000)

enum {
    RESPONSES_AT_ONCE = 200,
    UNDONE_AT_ONCE = 250,
    MARKS_AT_ONCE = 1000,
    KEYS_AT_ONCE = 100,
    LOOK_MS = 1000,  /* how often the database's files are looked for */
    SETTLE_MS = 2000 /* how long after an erasure its bytes are seen to */
};

/* Comments that are indexed at once; how many are worth it, or how long they wait; and how many press. */
enum {
    COMMENTS_AT_ONCE = 1000,
    COMMENTS_WAITING = 500,
    INDEX_MS = 60 * 1000,
    COMMENTS_PRESSING = 100 * 1000,
    INDEX_RESTS = 8, /* as long as a slice took, beside the one rest of every change */
    PURGE_RESTS = 10 /* as long as all of it took */
};

/* Rows of the rollups that are read for packs at once; how often it is looked whether any are missing; and how long a
 * day is over before it is packed, for those who answered at its end. */
enum { ROWS_AT_ONCE = 4000, PACK_MS = 60 * 1000, LATE_MS = 3600 * 1000 };

enum { NOTE_MS = 3600 * 1000 }; /* how often the time is kept for the next start, at least */

struct housekeeping {
    struct ingest *ingest;
    const struct store *store;
    struct catalog *catalog;
    struct trust *trust;
    const struct nodes *nodes;
    int64_t interval_ms, delay_ms, min_free;
    bool is_low; /* the disk, as the log has heard */
    _Atomic int64_t keep_marks_ms, keep_events_ms;
    atomic_bool is_resumed;    /* the next run is now */
    enum reckoned_state state; /* that the log has heard of */
    int64_t index_ms;          /* monotonic: when few comments are indexed too */
    int64_t purge_ms;          /* monotonic: when what is erased may leave their index again */
    int64_t purge_took_ms;     /* so far, of the time that is under way */
    int64_t pack_ms;           /* monotonic: when it is looked for days to pack */
    int64_t note_ms;           /* monotonic: when the time is kept next */
    pthread_t thread;
    struct errand errand;
    atomic_bool is_waiting; /* for the writer, or the disk */
    bool is_behind;         /* the catalog could not be renewed */
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
    bool is_said = ingest_place(housekeeping->ingest) != STORE_IN_PLACE;
    if (result != CXD_OK && change->outcome != OUTCOME_REFUSED && !is_said)
        log_record(LOG_LEVEL_WARNING, "housekeeping_refused", "error=%s", error_slug(result));
    return !errand_rest(&housekeeping->errand, clock_monotonic_ms() - begun_ms) && nodes_lead(housekeeping->nodes) &&
           (result == CXD_OK || change->outcome == OUTCOME_REFUSED);
}

/* Fills the change by the rule that the survey has now; false where it keeps everything. */
static bool read_rule(struct housekeeping *housekeeping, int64_t number, struct change *change, char slug[SLUG_SIZE]) {
    const struct snapshot *snapshot = catalog_acquire(housekeeping->catalog);
    const struct survey *survey = snapshot_survey_number(snapshot, number);
    bool has_rule = survey && survey->retention_days > 0;
    if (has_rule) {
        memcpy(slug, survey->slug, SLUG_SIZE);
        change->kind = CHANGE_RETAIN;
        change->as.retain.survey = number;
        change->as.retain.before_ms = survey_retained_from(survey, trust_now(housekeeping->trust));
        change->as.retain.retention = survey->retention;
        change->as.retain.limit = RESPONSES_AT_ONCE;
    }
    catalog_release(snapshot);
    return has_rule;
}

/* In the log, and in the audit log: what is deleted was deleted by someone. */
static void note_run(struct housekeeping *housekeeping, const char *slug, const int64_t touched[RETENTION_COUNT]) {
    char detail[64];
    struct change note = {.kind = CHANGE_NOTE};
    snprintf(detail, sizeof detail, "deleted %lld anonymised %lld", (long long)touched[RETENTION_DELETE],
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
    int64_t *numbers = calloc(count + 1, sizeof *numbers);
    for (size_t i = 0; numbers && i < count; i++)
        numbers[i] = snapshot->surveys[i]->number;
    catalog_release(snapshot);
    for (size_t i = 0; numbers && i < count; i++)
        if (!retain(housekeeping, numbers[i]))
            break;
    free(numbers);
}

static void forget_marks(struct housekeeping *housekeeping) {
    struct change change = {.kind = CHANGE_UNMARK};
    change.as.unmark.limit = MARKS_AT_ONCE;
    do {
        change.as.unmark.before_ms = trust_now(housekeeping->trust) - atomic_load(&housekeeping->keep_marks_ms);
    } while (apply(housekeeping, &change) && change.as.unmark.more);
}

static void expire_visits(struct housekeeping *housekeeping) {
    struct change change = {.kind = CHANGE_EXPIRE};
    change.as.expire.limit = MARKS_AT_ONCE;
    do {
        change.as.expire.before_ms = trust_now(housekeeping->trust) - atomic_load(&housekeeping->keep_events_ms);
    } while (apply(housekeeping, &change) && change.as.expire.more);
}

static void forget_invitations(struct housekeeping *housekeeping) {
    struct change change = {.kind = CHANGE_LAPSE};
    change.as.lapse.limit = MARKS_AT_ONCE;
    do {
        change.as.lapse.before_ms = trust_now(housekeeping->trust);
    } while (apply(housekeeping, &change) && change.as.lapse.more);
}

static bool is_in_place(struct housekeeping *housekeeping) {
    atomic_store(&housekeeping->is_waiting, true);
    enum store_place place = ingest_look(housekeeping->ingest);
    heartbeat_answer(&housekeeping->errand.beat);
    atomic_store(&housekeeping->is_waiting, false);
    return place == STORE_IN_PLACE;
}

/* Once, when it becomes so: /readyz, which anybody may ask, names no path and no size. Around the limit it does not
 * come and go: it is over when there is a sixteenth more. */
static void tell_disk(struct housekeeping *housekeeping) {
    struct store_disk disk;
    int64_t needed = housekeeping->min_free + (housekeeping->is_low ? housekeeping->min_free / 16 : 0);
    atomic_store(&housekeeping->is_waiting, true);
    bool is_known = store_read_disk(housekeeping->store, &disk);
    heartbeat_answer(&housekeeping->errand.beat);
    atomic_store(&housekeeping->is_waiting, false);
    if (!is_known || (disk.free_bytes < needed) == housekeeping->is_low)
        return;
    housekeeping->is_low = !housekeeping->is_low;
    log_record(housekeeping->is_low ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO,
               housekeeping->is_low ? "disk_low" : "disk_has_room", "path=%s free_bytes=%lld needed_bytes=%lld",
               store_directory(housekeeping->store), (long long)disk.free_bytes, (long long)needed);
}

/* What another process has written. The writer renews for its own. */
static void renew_catalog(struct housekeeping *housekeeping) {
    struct error err;
    atomic_store(&housekeeping->is_waiting, true);
    bool is_behind = catalog_renew(housekeeping->catalog, &err) != CXD_OK;
    heartbeat_answer(&housekeeping->errand.beat);
    atomic_store(&housekeeping->is_waiting, false);
    if (err.code != CXD_OK && !(is_behind && housekeeping->is_behind)) /* once: it is tried again every second */
        log_record(LOG_LEVEL_ERROR, "catalog_reload_failed", "error=%s detail=%s", error_slug(err.code), err.detail);
    housekeeping->is_behind = is_behind;
}

static bool has_past_keys(struct housekeeping *housekeeping, int64_t before_ms) {
    const struct snapshot *snapshot = catalog_acquire(housekeeping->catalog);
    bool has_any = false;
    for (size_t i = 0; !has_any && i < snapshot->key_count; i++)
        has_any = api_key_is_past(snapshot->keys[i], NULL, before_ms);
    catalog_release(snapshot);
    return has_any;
}

static void remove_past_keys(struct housekeeping *housekeeping) {
    struct change change = {.kind = CHANGE_PRUNE};
    change.as.prune.before_ms = trust_now(housekeeping->trust) - API_KEY_KEPT_DAYS * DAY_MS;
    change.as.prune.limit = KEYS_AT_ONCE;
    while (has_past_keys(housekeeping, change.as.prune.before_ms) && apply(housekeeping, &change) &&
           change.as.prune.removed > 0)
        ;
}

/* For a while: what else there is to do comes between. False where there is nothing more, or the run must end. */
static bool roll(struct housekeeping *housekeeping) {
    int64_t until_ms = clock_monotonic_ms() + LOOK_MS;
    bool goes_on = true;
    while (goes_on && ingest_is_unrolled(housekeeping->ingest) && clock_monotonic_ms() < until_ms) {
        struct change change = {.kind = CHANGE_ROLL, .as.roll.limit = RESPONSES_AT_ONCE};
        goes_on = apply(housekeeping, &change);
    }
    return goes_on && ingest_is_unrolled(housekeeping->ingest);
}

/* The same of what is imported and is to be undone. */
static bool undo(struct housekeeping *housekeeping) {
    int64_t until_ms = clock_monotonic_ms() + LOOK_MS;
    bool goes_on = true;
    while (goes_on && ingest_is_undoing(housekeeping->ingest) && clock_monotonic_ms() < until_ms) {
        struct change change = {.kind = CHANGE_UNDO, .as.undo.limit = UNDONE_AT_ONCE};
        char id[ID_TEXT_SIZE];
        goes_on = apply(housekeeping, &change);
        if (change.outcome == OUTCOME_AMENDED && change.as.undo.is_done)
            log_record(LOG_LEVEL_INFO, "import_undone", "import=%s responses=%lld", id_format(id, &change.as.undo.id),
                       (long long)change.as.undo.all);
    }
    return goes_on && ingest_is_undoing(housekeeping->ingest);
}

/* Days that are over, and those that have changed since. */
static bool pack(struct housekeeping *housekeeping) {
    int64_t until_ms = clock_monotonic_ms() + LOOK_MS;
    struct change change = {.kind = CHANGE_PACK, .as.pack = {.limit = ROWS_AT_ONCE, .more = true}};
    bool goes_on = clock_monotonic_ms() >= housekeeping->pack_ms;
    while (goes_on && change.as.pack.more && clock_monotonic_ms() < until_ms) {
        change.as.pack.before_ms = trust_now(housekeeping->trust) - LATE_MS;
        goes_on = apply(housekeeping, &change);
    }
    bool has_more = goes_on && change.as.pack.more;
    if (!has_more && clock_monotonic_ms() >= housekeeping->pack_ms)
        housekeeping->pack_ms = clock_monotonic_ms() + PACK_MS;
    return has_more;
}

static int64_t index_some(struct housekeeping *housekeeping, bool may_purge, bool *ret_goes_on) {
    int64_t begun_ms = clock_monotonic_ms();
    bool is_due = ingest_unindexed(housekeeping->ingest) > 0 && clock_monotonic_ms() >= housekeeping->index_ms;
    struct change change = {.kind = CHANGE_INDEX};
    change.as.index.limit = is_due || ingest_unindexed(housekeeping->ingest) >= COMMENTS_WAITING ? COMMENTS_AT_ONCE : 0;
    change.as.index.may_purge = may_purge;
    *ret_goes_on = apply(housekeeping, &change);
    int64_t took_ms = clock_monotonic_ms() - begun_ms;
    if (change.as.index.limit > 0 && !change.as.index.more)
        housekeeping->index_ms = clock_monotonic_ms() + INDEX_MS;
    housekeeping->purge_took_ms += ingest_is_purging(housekeeping->ingest) || change.as.index.purged ? took_ms : 0;
    if (change.as.index.purged) {
        housekeeping->purge_ms = clock_monotonic_ms() + PURGE_RESTS * housekeeping->purge_took_ms;
        housekeeping->purge_took_ms = 0;
    }
    return took_ms;
}

/* For a while, as roll; but as long as few comments wait, which a search reads as they are, it keeps to a tenth of the
 * writer's time. What was erased leaves at once, and for a while after each time no more: it is the whole index that is
 * written anew. */
static bool index_comments(struct housekeeping *housekeeping) {
    int64_t until_ms = clock_monotonic_ms() + LOOK_MS;
    bool goes_on = true, has_some = true;
    while (goes_on && has_some && clock_monotonic_ms() < until_ms) {
        int64_t waiting = ingest_unindexed(housekeeping->ingest), now_ms = clock_monotonic_ms();
        bool may_purge = ingest_is_purging(housekeeping->ingest) &&
                         (housekeeping->purge_took_ms > 0 || now_ms >= housekeeping->purge_ms);
        has_some = may_purge || waiting >= COMMENTS_WAITING || (waiting > 0 && now_ms >= housekeeping->index_ms);
        if (!has_some)
            break;
        int64_t took_ms = index_some(housekeeping, may_purge, &goes_on);
        if (goes_on && !may_purge && waiting < COMMENTS_PRESSING)
            goes_on = !errand_rest(&housekeeping->errand, INDEX_RESTS * took_ms);
    }
    return goes_on && has_some;
}

/* Once, when it becomes so. */
static void tell_state(struct housekeeping *housekeeping, const struct reckoned *reckoned) {
    char wall[TIME_TEXT_SIZE], now[TIME_TEXT_SIZE];
    if (reckoned->state == housekeeping->state)
        return;
    time_format(wall, reckoned->wall_ms);
    time_format(now, reckoned->now_ms);
    if (reckoned->state == RECKONED_HELD)
        log_record(LOG_LEVEL_WARNING, "retention_held", "clock=%s deletes_as_of=%s ahead_days=%lld", wall, now,
                   (long long)(reckoned->ahead_ms / DAY_MS));
    else if (reckoned->state == RECKONED_BEHIND)
        log_record(LOG_LEVEL_WARNING, "clock_behind", "clock=%s behind_days=%lld", wall,
                   (long long)(-reckoned->ahead_ms / DAY_MS));
    else
        log_record(LOG_LEVEL_INFO, "clock_agrees", "clock=%s", wall);
    housekeeping->state = reckoned->state;
}

/* So that the next start knows how late it was, also after a time in which nobody answered. */
static void keep_time(struct housekeeping *housekeeping) {
    struct change change = {.kind = CHANGE_CLOCK};
    struct reckoned reckoned;
    trust_read(housekeeping->trust, &reckoned);
    tell_state(housekeeping, &reckoned);
    if (clock_monotonic_ms() < housekeeping->note_ms)
        return;
    change.as.clock.known_ms = reckoned.known_ms;
    (void)apply(housekeeping, &change);
    housekeeping->note_ms = clock_monotonic_ms() + NOTE_MS;
}

/* Whatever goes because it is old. */
static void remove_old(struct housekeeping *housekeeping) {
    retain_all(housekeeping);
    forget_marks(housekeeping);
    forget_invitations(housekeeping);
    expire_visits(housekeeping);
    remove_past_keys(housekeeping);
}

static void *housekeeping_main(void *argument) {
    struct housekeeping *housekeeping = argument;
    int64_t settle_ms = clock_monotonic_ms(), next_ms = settle_ms + housekeeping->delay_ms, rest_ms;
    pthread_setname_np(pthread_self(), "cxd-house");
    do {
        rest_ms = LOOK_MS;
        if (!is_in_place(housekeeping))
            continue;
        tell_disk(housekeeping);
        if (!housekeeping->nodes)
            renew_catalog(housekeeping);
        if (!nodes_lead(housekeeping->nodes))
            continue;
        keep_time(housekeeping);
        if (atomic_exchange(&housekeeping->is_resumed, false) || clock_monotonic_ms() >= next_ms) {
            remove_old(housekeeping);
            next_ms = clock_monotonic_ms() + housekeeping->interval_ms;
        }
        if (ingest_is_unsettled(housekeeping->ingest) && clock_monotonic_ms() >= settle_ms) {
            struct change settle = {.kind = CHANGE_SETTLE};
            (void)apply(housekeeping, &settle);
            settle_ms =
                clock_monotonic_ms() + (housekeeping->interval_ms < SETTLE_MS ? housekeeping->interval_ms : SETTLE_MS);
        }
        if (roll(housekeeping))
            rest_ms = 0;
        if (undo(housekeeping))
            rest_ms = 0;
        if (index_comments(housekeeping))
            rest_ms = 0;
        if (pack(housekeeping))
            rest_ms = 0;
    } while (!errand_rest(&housekeeping->errand, rest_ms));
    return NULL;
}

enum cxd_err housekeeping_start(const struct housekeeping_options *options, struct housekeeping **ret_housekeeping,
                                struct error *err) {
    struct housekeeping *housekeeping = calloc(1, sizeof *housekeeping);
    if (!housekeeping)
        return error_set(err, ERR_NO_MEMORY, "no memory for the housekeeping");
    housekeeping->ingest = options->ingest;
    housekeeping->store = options->store;
    housekeeping->min_free = options->min_free;
    housekeeping->catalog = options->catalog;
    housekeeping->trust = options->trust;
    housekeeping->nodes = options->nodes;
    housekeeping->interval_ms = options->interval_s * 1000;
    housekeeping->delay_ms = options->delay_s * 1000;
    housekeeping->note_ms = clock_monotonic_ms();
    housekeeping->pack_ms = clock_monotonic_ms() + PACK_MS;
    housekeeping_keep(housekeeping, options->keep_marks_s, options->keep_events_s);
    errand_init(&housekeeping->errand);
    if (pthread_create(&housekeeping->thread, NULL, housekeeping_main, housekeeping) != 0) {
        errand_destroy(&housekeeping->errand);
        free(housekeeping);
        return error_set(err, ERR_SYSTEM, "cannot start the housekeeping's thread");
    }
    *ret_housekeeping = housekeeping;
    return CXD_OK;
}

void housekeeping_keep(struct housekeeping *housekeeping, int64_t keep_marks_s, int64_t keep_events_s) {
    atomic_store(&housekeeping->keep_marks_ms, keep_marks_s * 1000);
    atomic_store(&housekeeping->keep_events_ms, keep_events_s * 1000);
}

void housekeeping_resume(struct housekeeping *housekeeping) {
    atomic_store(&housekeeping->is_resumed, true);
}

int64_t housekeeping_stuck_ms(struct housekeeping *housekeeping, int64_t now_monotonic_ms) {
    int64_t stuck_ms = errand_ask(&housekeeping->errand, now_monotonic_ms);
    return atomic_load(&housekeeping->is_waiting) ? 0 : stuck_ms;
}

void housekeeping_stop(struct housekeeping *housekeeping) {
    if (!housekeeping)
        return;
    errand_end(&housekeeping->errand);
    pthread_join(housekeeping->thread, NULL);
    errand_destroy(&housekeeping->errand);
    free(housekeeping);
}
