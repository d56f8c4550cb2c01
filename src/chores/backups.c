/* The daemon's own backups: a thread that copies the database to a directory at every interval, verifies each copy, and
 * keeps the newest. It reads by connections of its own and takes its time: the writer and its disk come first. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "chores/errand.h"
#include "cxd/base/clock.h"
#include "cxd/base/log.h"
#include "cxd/catalog/catalog.h"
#include "cxd/chores/backups.h"
#include "cxd/store/backup.h"

enum {
    NICE = 10,
    LOOK_MS = 60 * 1000,  /* the clock may be set meanwhile, or the machine sleep */
    RETRY_MS = 600 * 1000 /* after a failure, if the interval is not shorter */
};

struct backups {
    char *url, *directory;
    struct ingest *ingest;
    struct trust *trust;
    int64_t every_ms;
    size_t keep;
    pthread_t thread;
    struct errand errand;
    pthread_mutex_t lock; /* of the status */
    struct backups_status status;
    /* The thread's own: */
    int64_t last_ms;       /* wall clock of the newest backup; TIME_MIN: none */
    int64_t last_mono_ms;  /* monotonic clock of the last run */
    int64_t wait_ms;       /* from then to the next */
    int64_t step_begun_ms; /* of a backup's progress */
};

/* Rests as long as the last step took: half of the disk and of a core at most. */
static bool tell(void *context, enum store_stage stage, int64_t done, int64_t total) {
    struct backups *backups = context;
    (void)stage;
    (void)done;
    (void)total;
    bool ending = errand_rest(&backups->errand, clock_monotonic_ms() - backups->step_begun_ms);
    backups->step_begun_ms = clock_monotonic_ms();
    return !ending;
}

/* "cxd-20261124T120000Z.db" to its time; false for every other name. */
static bool parse_name(const char *name, int64_t *ret_ms) {
    static const char pattern[] = "cxd-########T######Z.db";
    if (strlen(name) != sizeof pattern - 1)
        return false;
    for (size_t i = 0; i < sizeof pattern - 1; i++)
        if (pattern[i] == '#' ? name[i] < '0' || name[i] > '9' : name[i] != pattern[i])
            return false;
    char text[TIME_TEXT_SIZE];
    int length = snprintf(text, sizeof text, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", name + 4, name + 8, name + 10, name + 13,
                          name + 15, name + 17);
    return time_parse(text, (size_t)length, ret_ms);
}

void backups_name(int64_t now_ms, char out[BACKUPS_NAME_SIZE]) {
    char text[TIME_TEXT_SIZE];
    time_format(text, now_ms / 1000 * 1000);
    snprintf(out, BACKUPS_NAME_SIZE, "cxd-%.4s%.2s%.2sT%.2s%.2s%.2sZ.db", text, text + 5, text + 8, text + 11,
             text + 14, text + 17);
}

static bool is_backup(int directory, const char *name, int64_t *ret_ms) {
    struct stat found;
    return parse_name(name, ret_ms) && fstatat(directory, name, &found, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISREG(found.st_mode);
}

/* What a crash left of a backup. */
static void remove_leftover(const struct backups *backups, const char *name) {
    char stem[BACKUPS_NAME_SIZE], path[PATH_MAX];
    int64_t at_ms;
    if (strlen(name) < BACKUPS_NAME_SIZE - 1 || strcmp(name + BACKUPS_NAME_SIZE - 1, ".partial") != 0)
        return;
    snprintf(stem, sizeof stem, "%s", name);
    if (!parse_name(stem, &at_ms))
        return;
    snprintf(path, sizeof path, "%s/%s", backups->directory, stem);
    store_remove_partial(backups->url, path);
}

struct names {
    char (*items)[BACKUPS_NAME_SIZE];
    size_t count, capacity;
};

static bool add_name(struct names *names, const char *name) {
    if (names->count == names->capacity) {
        size_t larger = names->capacity > 0 ? 2 * names->capacity : 16;
        void *grown = reallocarray(names->items, larger, sizeof *names->items);
        if (!grown)
            return false;
        names->items = grown;
        names->capacity = larger;
    }
    memcpy(names->items[names->count++], name, BACKUPS_NAME_SIZE);
    return true;
}

static int compare_names(const void *a, const void *b) {
    return memcmp(a, b, BACKUPS_NAME_SIZE);
}

/* The backups in the directory, oldest first, and away with leftovers. Without the directory there are none. The names
 * are to be freed. */
static void list_backups(const struct backups *backups, struct names *ret_names) {
    struct names names = {NULL, 0, 0};
    DIR *directory = opendir(backups->directory);
    struct dirent *entry;
    while (directory && (entry = readdir(directory)) != NULL) {
        int64_t at_ms;
        if (is_backup(dirfd(directory), entry->d_name, &at_ms)) {
            if (!add_name(&names, entry->d_name))
                break;
        } else {
            remove_leftover(backups, entry->d_name);
        }
    }
    if (directory)
        closedir(directory);
    if (names.count > 0)
        qsort(names.items, names.count, sizeof *names.items, compare_names);
    *ret_names = names;
}

/* The oldest of them beyond `keep` go, but never the one that was just made, whatever the clock says. */
static void remove_among(const struct backups *backups, char (*items)[BACKUPS_NAME_SIZE], size_t count,
                         const char *made) {
    char path[PATH_MAX];
    size_t left = count;
    for (size_t i = 0; i < count && left > backups->keep; i++) {
        if (strcmp(items[i], made) == 0)
            continue;
        snprintf(path, sizeof path, "%s/%s", backups->directory, items[i]);
        if (unlink(path) == 0)
            log_record(LOG_LEVEL_INFO, "backup_removed", "file=%s", items[i]);
        left--;
    }
}

/* Those of a clock that was wrong, or may be, are named by a time that has not come. They never push out the others,
 * nor are they pushed out by them, and as many are kept of each. */
static void remove_old(const struct backups *backups, const char *made) {
    struct names names;
    int64_t at_ms = 0, now_ms = trust_now(backups->trust);
    size_t past = 0;
    list_backups(backups, &names);
    while (past < names.count && parse_name(names.items[past], &at_ms) && at_ms <= now_ms)
        past++;
    if (past > 0)
        remove_among(backups, names.items, past, made);
    if (names.count > past)
        remove_among(backups, names.items + past, names.count - past, made);
    free(names.items);
}

/* The schedule goes on from the newest backup that is there. One from the future, beyond what a clock is off by, says
 * nothing. */
static void find_last(struct backups *backups) {
    struct names names;
    struct stat found;
    char path[PATH_MAX];
    int64_t now_ms = clock_now_ms(), at_ms = 0, size_bytes = 0;
    list_backups(backups, &names);
    for (size_t i = 0; i < names.count; i++)
        if (parse_name(names.items[i], &at_ms) && at_ms <= now_ms + backups->every_ms) {
            backups->last_ms = at_ms < now_ms ? at_ms : now_ms;
            snprintf(path, sizeof path, "%s/%s", backups->directory, names.items[i]);
            size_bytes = stat(path, &found) == 0 ? found.st_size : 0;
        }
    free(names.items);
    pthread_mutex_lock(&backups->lock);
    backups->status.last_success_ms = backups->last_ms;
    backups->status.size_bytes = size_bytes;
    pthread_mutex_unlock(&backups->lock);
}

static enum cxd_err make_directory(const char *path, struct error *err) {
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return error_set(err, ERR_STORAGE, "cannot make the directory %s: %s", path, strerror(errno));
    return CXD_OK;
}

static void note_success(struct backups *backups, const char *name, int64_t at_ms, int64_t duration_ms,
                         const struct store_report *report) {
    pthread_mutex_lock(&backups->lock);
    backups->status.last_success_ms = at_ms;
    backups->status.duration_ms = duration_ms;
    backups->status.size_bytes = report->bytes;
    backups->status.is_failing = false;
    pthread_mutex_unlock(&backups->lock);
    log_record(LOG_LEVEL_INFO, "backup", "file=%s responses=%lld bytes=%lld seconds=%.1f", name,
               (long long)report->responses, (long long)report->bytes, (double)duration_ms / 1000);
}

static void note_failure(struct backups *backups, enum cxd_err result, const struct error *err) {
    pthread_mutex_lock(&backups->lock);
    backups->status.failures++;
    backups->status.is_failing = true;
    pthread_mutex_unlock(&backups->lock);
    log_record(LOG_LEVEL_ERROR, "backup_failed", "error=%s detail=%s", error_slug(result), err->detail);
}

static void set_running(struct backups *backups, bool is_running) {
    pthread_mutex_lock(&backups->lock);
    backups->status.is_running = is_running;
    pthread_mutex_unlock(&backups->lock);
}

static enum cxd_err expect_in_place(struct backups *backups, struct error *err) {
    return ingest_look(backups->ingest) == STORE_IN_PLACE
               ? CXD_OK
               : error_set(err, ERR_STORAGE, "the database's files are not in their places");
}

/* What lies in the place of the database, and is not it, must not push out the copies of it. */
static enum cxd_err make_one(struct backups *backups, const char *path, struct store_report *ret_report,
                             struct error *err) {
    const struct store_progress progress = {tell, backups, catalog_examine, catalog_examine_document, catalog_decode};
    enum cxd_err result = make_directory(backups->directory, err);
    if (result == CXD_OK)
        result = expect_in_place(backups, err);
    if (result == CXD_OK)
        result = store_backup(backups->url, path, &progress, ret_report, err);
    if (result == CXD_OK) {
        result = expect_in_place(backups, err);
        if (result != CXD_OK)
            (void)unlink(path);
    }
    return result;
}

static void run_once(struct backups *backups) {
    int64_t now_ms = clock_now_ms(), begun_ms = clock_monotonic_ms();
    struct store_report report;
    struct error err;
    char name[BACKUPS_NAME_SIZE], path[PATH_MAX];
    backups_name(now_ms, name);
    snprintf(path, sizeof path, "%s/%s", backups->directory, name);
    backups->step_begun_ms = begun_ms;
    set_running(backups, true);
    enum cxd_err result = make_one(backups, path, &report, &err);
    set_running(backups, false);
    backups->last_mono_ms = clock_monotonic_ms();
    backups->wait_ms = backups->every_ms;
    if (result == CXD_OK) {
        backups->last_mono_ms = begun_ms; /* every: from begin to begin */
        backups->last_ms = now_ms;
        note_success(backups, name, now_ms, clock_monotonic_ms() - begun_ms, &report);
        remove_old(backups, name);
    } else if (result != ERR_CANCELLED) {
        backups->wait_ms = backups->every_ms < RETRY_MS ? backups->every_ms : RETRY_MS;
        note_failure(backups, result, &err);
    }
}

/* How long until the next, by the clock that says sooner. */
static int64_t left_ms(const struct backups *backups) {
    int64_t left = backups->last_mono_ms + backups->wait_ms - clock_monotonic_ms();
    if (backups->last_ms != TIME_MIN && !backups->status.is_failing) {
        int64_t by_wall = backups->last_ms + backups->every_ms - clock_now_ms();
        left = by_wall < left ? by_wall : left;
    }
    return left < 0 ? 0 : left;
}

static void *backups_main(void *argument) {
    struct backups *backups = argument;
    /* Of this thread only. Where a sandbox forbids it, the rests must do. */
    (void)setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), NICE);
    find_last(backups);
    backups->last_mono_ms = clock_monotonic_ms();
    backups->wait_ms = backups->last_ms == TIME_MIN ? 0 : backups->every_ms;
    for (int64_t left = left_ms(backups); !errand_rest(&backups->errand, left < LOOK_MS ? left : LOOK_MS);
         left = left_ms(backups))
        if (left_ms(backups) == 0)
            run_once(backups);
    return NULL;
}

static void backups_free(struct backups *backups) {
    errand_destroy(&backups->errand);
    pthread_mutex_destroy(&backups->lock);
    free(backups->url);
    free(backups->directory);
    free(backups);
}

enum cxd_err backups_start(const struct backups_options *options, struct backups **ret_backups, struct error *err) {
    struct backups *backups = calloc(1, sizeof *backups);
    if (!backups)
        return error_set(err, ERR_NO_MEMORY, "no memory for the backups");
    backups->url = strdup(options->url);
    backups->directory = strdup(options->directory);
    backups->ingest = options->ingest;
    backups->trust = options->trust;
    backups->every_ms = options->every_s * 1000;
    backups->keep = (size_t)options->keep;
    backups->last_ms = TIME_MIN;
    backups->status.last_success_ms = TIME_MIN;
    pthread_mutex_init(&backups->lock, NULL);
    errand_init(&backups->errand);
    if (!backups->url || !backups->directory || pthread_create(&backups->thread, NULL, backups_main, backups) != 0) {
        backups_free(backups);
        return error_set(err, ERR_SYSTEM, "cannot start the thread of the backups");
    }
    *ret_backups = backups;
    return CXD_OK;
}

void backups_status(struct backups *backups, struct backups_status *ret_status) {
    pthread_mutex_lock(&backups->lock);
    *ret_status = backups->status;
    pthread_mutex_unlock(&backups->lock);
}

void backups_stop(struct backups *backups) {
    if (!backups)
        return;
    errand_end(&backups->errand);
    pthread_join(backups->thread, NULL);
    backups_free(backups);
}
