/* Copies of a database while it is in use: `cxd backup`, `cxd restore`, and the daemon's own. */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/sqlite/backup.h"
#include "store/sqlite/writer.h"

/* A step's pages; between steps progress is told, and the run may end. */
enum { PAGES_A_STEP = 256, PAGE_BYTES = 4096, WRITE_OUT_STEPS = 8 };

/* Sends what was written on its way to the disk, and waits for what was sent before: else all of it waits for the flush
 * at the end, and with it, on many file systems, every flush of the daemon's. */
static void write_out(int fd, int step) {
    if (step % WRITE_OUT_STEPS == 0)
        (void)sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE);
}

static enum cxd_err copy_pages(struct db *source, struct db *copy, int fd, struct watch *watch, struct error *err) {
    sqlite3_backup *backup = sqlite3_backup_init(copy->handle, "main", source->handle, "main");
    if (!backup)
        return sqlite_db_error(copy, "cannot begin the copy", err);
    int rc = SQLITE_OK;
    int64_t left = 0;
    for (int step = 1; rc == SQLITE_OK; step++) {
        rc = sqlite3_backup_step(backup, PAGES_A_STEP);
        write_out(fd, step);
        watch->total = (int64_t)sqlite3_backup_pagecount(backup) * PAGE_BYTES;
        left = (int64_t)sqlite3_backup_remaining(backup) * PAGE_BYTES;
        if (rc == SQLITE_OK && !sqlite_watch_advance(watch, watch->total - left - watch->done))
            break;
    }
    if (rc != SQLITE_DONE && rc != SQLITE_OK) {
        (void)sqlite3_backup_finish(backup); /* leaves the error with the copy's connection */
        return sqlite_db_error(copy, "cannot copy the database", err);
    }
    if (sqlite3_backup_finish(backup) != SQLITE_OK)
        return sqlite_db_error(copy, "cannot copy the database", err);
    return watch->cancelled ? error_set(err, ERR_CANCELLED, "cancelled") : CXD_OK;
}

/* A file that was put in the place of the one that was made is not opened, so that nothing is written to it. */
static enum cxd_err open_copy(const struct partial *to, struct db *copy, struct error *err) {
    sqlite_file_expect(to->fd);
    enum cxd_err code = sqlite_db_open(to->path, DB_COPY, copy, err);
    sqlite_file_expect(-1);
    return code == ERR_STORAGE && !sqlite_partial_is_current(to) ? sqlite_partial_replaced(to, err) : code;
}

enum cxd_err sqlite_backup_copy(struct db *source, const struct partial *to, struct watch *watch, struct error *err) {
    struct db copy = {0};
    watch->stage = STORE_COPYING;
    watch->done = watch->told = 0;
    sqlite_watch_set(source->handle, NULL); /* what is copied is counted, not what is read */
    enum cxd_err code = open_copy(to, &copy, err);
    if (code == CXD_OK && sqlite3_get_autocommit(source->handle)) {
        code = SQLITE_RUN(source, QUERY_BEGIN_READ, err);
        if (code == CXD_OK)
            code = SQLITE_RUN(source, QUERY_TAKE_SNAPSHOT, err);
    }
    if (code == CXD_OK)
        code = sqlite_db_clear_gaps(&copy, source, err);
    if (code == CXD_OK)
        code = copy_pages(source, &copy, to->fd, watch, err);
    sqlite_db_rollback(source);
    /* A copy is one file: without a write-ahead log until a daemon opens it. */
    if (code == CXD_OK)
        code = sqlite_db_exec(&copy, "PRAGMA journal_mode = DELETE", "cannot finish the copy", err);
    sqlite_db_close(&copy);
    return code;
}

static enum cxd_err describe_damage(const struct store_report *report, const char *path, struct error *err) {
    for (int part = 0; part < STORE_PART_COUNT; part++) {
        if (report->parts[part].damage > 0) {
            return error_set(err, ERR_DAMAGED, "%s is damaged: %s: %s", path, store_part_name((enum store_part)part),
                             report->parts[part].places[0]);
        }
    }
    return error_set(err, ERR_DAMAGED, "%s is damaged", path);
}

/* The whole way of a copy, from an open source to a file that has its name. */
static enum cxd_err make_copy(struct source *source, const char *from, struct partial *partial, struct watch *watch,
                              struct store_report *ret_report, struct error *err) {
    enum cxd_err code = sqlite_backup_copy(&source->db, partial, watch, err);
    sqlite_source_close(source);
    if (code == CXD_OK)
        code = sqlite_check_file(partial->path, SOURCE_COPY, watch, ret_report, err);
    if (code == CXD_OK && !store_report_is_good(ret_report))
        code = describe_damage(ret_report, from, err);
    return code == CXD_OK ? sqlite_partial_publish(partial, err) : code;
}

enum cxd_err sqlite_check(const char *path, const struct store_progress *progress, struct store_report *ret_report,
                          struct error *err) {
    struct watch watch = {.progress = progress};
    return sqlite_check_file(path, SOURCE_STORE, &watch, ret_report, err);
}

enum cxd_err sqlite_check_copy(const char *path, const struct store_progress *progress, struct store_report *ret_report,
                               struct error *err) {
    struct watch watch = {.progress = progress};
    return sqlite_check_file(path, SOURCE_COPY, &watch, ret_report, err);
}

enum cxd_err sqlite_backup(const char *path, const char *to, const struct store_progress *progress,
                           struct store_report *ret_report, struct error *err) {
    struct watch watch = {.progress = progress};
    struct source source = {.lock_fd = -1};
    struct partial partial = {.fd = -1};
    *ret_report = (struct store_report){0};
    enum cxd_err code = sqlite_source_open(path, SOURCE_STORE, NULL, &source, err);
    if (code == CXD_OK)
        code = sqlite_source_hold(&source, err);
    if (code == CXD_OK)
        code = sqlite_partial_create(to, PARTIAL_IS_NEW, source.bytes, &partial, err);
    if (code == CXD_OK)
        code = make_copy(&source, path, &partial, &watch, ret_report, err);
    sqlite_source_close(&source);
    sqlite_partial_discard(&partial);
    return code;
}

/* Nothing of an older database may be there: its log would be read into the new one. */
static enum cxd_err must_be_free(const char *path, struct error *err) {
    static const char *const BESIDE[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < CXD_COUNT(BESIDE); i++) {
        char *name = NULL;
        struct stat found;
        if (asprintf(&name, "%s%s", path, BESIDE[i]) < 0)
            return error_set(err, ERR_NO_MEMORY, "no memory for a file's name");
        bool taken = lstat(name, &found) == 0;
        if (taken)
            error_set(err, ERR_EXISTS, "%s exists, and is not overwritten: move it away first", name);
        free(name);
        if (taken)
            return ERR_EXISTS;
    }
    return CXD_OK;
}

/* In the store's directory, as its owner. */
static enum cxd_err restore_here(struct source *source, const char *from, const char *path, struct watch *watch,
                                 struct store_report *ret_report, struct error *err) {
    struct partial partial = {.fd = -1};
    int lock_fd = -1;
    enum cxd_err code = sqlite_partial_create(path, PARTIAL_IS_NEW, source->bytes, &partial, err);
    if (code == CXD_OK)
        code = sqlite_file_lock(path, &lock_fd, err);
    if (code == CXD_OK)
        code = must_be_free(path, err); /* again, now that no daemon can make one */
    if (code == CXD_OK)
        code = make_copy(source, from, &partial, watch, ret_report, err);
    sqlite_partial_discard(&partial);
    sqlite_file_unlock(lock_fd);
    return code;
}

enum cxd_err sqlite_restore(const char *from, const char *path, const struct store_progress *progress,
                            struct store_report *ret_report, struct error *err) {
    struct watch watch = {.progress = progress};
    struct source source = {.lock_fd = -1};
    struct actor owner;
    *ret_report = (struct store_report){0};
    enum cxd_err code = must_be_free(path, err);
    if (code == CXD_OK)
        code = actor_find(path, &owner, err);
    if (code == CXD_OK)
        code = sqlite_source_open(from, SOURCE_COPY, NULL, &source, err);
    if (code == CXD_OK)
        code = sqlite_source_hold(&source, err);
    if (code == CXD_OK) {
        code = actor_enter(&owner, err);
        if (code == CXD_OK)
            code = restore_here(&source, from, path, &watch, ret_report, err);
        actor_leave(&owner);
    }
    sqlite_source_close(&source);
    return code;
}
