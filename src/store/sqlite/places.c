/* Whether the files of an open database are still in their places; see places.h. */

#include "store/sqlite/places.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cxd/base/clock.h"
#include "cxd/base/hash.h"
#include "store/sqlite/log_vfs.h"
#include "store/sqlite/writer.h"

enum {
    HELD_BYTE = 0x40000000 + 0x800, /* behind those that SQLite locks, in the page that it keeps free for them */
    PAGE_BYTES = 4096,
    DIGEST_PAGES = 64,
    INDEX_BYTES = 32768 /* the least that SQLite makes it */
};

void sqlite_places_init(struct places *places) {
    *places = (struct places){.database_fd = -1, .log_fd = -1};
    pthread_mutex_init(&places->lock, NULL);
}

/* The lock of an open file, not of a process: it stays when SQLite closes another descriptor. Ours must be closed last:
 * that would drop SQLite's. */
enum cxd_err sqlite_places_hold(struct places *places, const char *path, struct error *err) {
    struct flock held = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = HELD_BYTE, .l_len = 1};
    places->database_fd = open(path, O_RDWR | O_CLOEXEC);
    if (places->database_fd < 0)
        return sqlite_file_error(err, "open", path);
    if (fcntl(places->database_fd, F_OFD_SETLK, &held) == 0 || errno == EINVAL)
        return CXD_OK; /* a kernel without such locks: the lock beside the file must do */
    return errno == EAGAIN || errno == EACCES
               ? error_set(err, ERR_LOCKED, "%s is in use by another process, under this name or another", path)
               : sqlite_file_error(err, "lock", path);
}

/* --- What is in the files --------------------------------------------------------------------------------------------
 */

/* Covers every page of a small file; a large one has too many to read them all. */
static uint64_t make_digest(int fd, int64_t bytes) {
    struct hash_key key = {0};
    char page[PAGE_BYTES];
    int64_t last = bytes / PAGE_BYTES - 1;
    for (int64_t i = 0; last >= 0 && i < DIGEST_PAGES; i++) {
        int64_t at = last < DIGEST_PAGES ? i : last * i / (DIGEST_PAGES - 1);
        if (at > last || pread(fd, page, sizeof page, at * PAGE_BYTES) != (ssize_t)sizeof page)
            break;
        key.words[0] = hash_keyed(&key, page, sizeof page);
        key.words[1] = (uint64_t)at;
    }
    return key.words[0];
}

static void note_database(struct places *places) {
    struct stat found;
    if (fstat(places->database_fd, &found) == 0) {
        places->database.bytes = found.st_size;
        places->database.written = found.st_mtim;
        places->digest = make_digest(places->database_fd, found.st_size);
    }
}

/* After we have written to it ourselves. What was cut off meanwhile has no first page: it is left as it was noted, so
 * that the next look finds it otherwise. */
static void note_written(struct places *places) {
    static const char MAGIC[] = "SQLite format 3"; /* with its NUL */
    char bytes[sizeof MAGIC];
    if (pread(places->database_fd, bytes, sizeof bytes, 0) == (ssize_t)sizeof bytes &&
        memcmp(bytes, MAGIC, sizeof bytes) == 0)
        note_database(places);
}

static void note_log(struct places *places) {
    struct stat found;
    if (fstat(places->log_fd, &found) == 0) {
        places->log.bytes = found.st_size;
        places->log.written = found.st_mtim;
    }
}

static bool is_same_time(const struct timespec *a, const struct timespec *b) {
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/* Only we write to it, and only at checkpoints. A time that changes alone (touch; file systems that set it late) is
 * looked into. */
static bool is_database_ours(struct places *places) {
    struct stat found;
    if (fstat(places->database_fd, &found) != 0 || found.st_size != places->database.bytes)
        return false;
    if (is_same_time(&found.st_mtim, &places->database.written))
        return true;
    if (make_digest(places->database_fd, found.st_size) != places->digest)
        return false;
    places->database.written = found.st_mtim;
    return true;
}

static bool has_mark(int fd, const struct log_mark *mark) {
    uint8_t bytes[LOG_MARK_BYTES];
    size_t length = (size_t)mark->length;
    return pread(fd, bytes, length, mark->offset) == (ssize_t)length && memcmp(bytes, mark->bytes, length) == 0;
}

/* Every byte of it: in the middle nobody looks otherwise, until it is in the database. */
static bool is_log_whole(struct places *places) {
    uint8_t header[LOG_HEADER_BYTES];
    bool is_same = pread(places->log_fd, header, sizeof header, 0) == (ssize_t)sizeof header &&
                   memcmp(header, places->log_header, sizeof header) == 0;
    places->is_log_broken =
        places->is_log_broken || (is_same && !sqlite_log_chain_is_whole(places->log_fd, places->log_pages));
    return !places->is_log_broken;
}

/* A time of writing that is not ours is looked into. */
static bool is_log_ours(struct places *places, const struct log_known *known, bool was_written) {
    struct stat found;
    if (places->is_log_broken || fstat(places->log_fd, &found) != 0 || found.st_size < known->bytes)
        return false;
    if (!was_written && is_same_time(&found.st_mtim, &places->log.written))
        return true;
    if (!has_mark(places->log_fd, &known->head) || !has_mark(places->log_fd, &known->tail))
        return false;
    if (!was_written && ((known->head.length == 0 && found.st_size != known->bytes) || !is_log_whole(places)))
        return false;
    places->log.written = found.st_mtim;
    places->log.bytes = found.st_size;
    return true;
}

/* --- Where the files are ---------------------------------------------------------------------------------------------
 */

static enum store_place find(const struct places *places, enum place_of file, bool asks_rights) {
    const char *path = places->files[file].path;
    struct stat found;
    if (stat(path, &found) != 0)
        return errno == ENOENT || errno == ENOTDIR ? STORE_MISSING : STORE_INACCESSIBLE;
    if (found.st_dev != places->files[file].device || found.st_ino != places->files[file].inode)
        return STORE_REPLACED;
    if (file == PLACE_INDEX && found.st_size < INDEX_BYTES)
        return STORE_OVERWRITTEN; /* who reads it now is killed (SIGBUS) */
    bool is_good = !asks_rights || faccessat(AT_FDCWD, path, R_OK | W_OK, AT_EACCESS) == 0;
    return is_good ? STORE_IN_PLACE : STORE_INACCESSIBLE;
}

static bool is_removed(int fd) {
    struct stat found;
    return fstat(fd, &found) == 0 && found.st_nlink == 0;
}

static void explain(struct places *places, enum store_place place, enum place_of file) {
    static const char *const HOW[] = {
        [STORE_IN_PLACE] = "is in its place",
        [STORE_MISSING] = "is not in its place any more",
        [STORE_REPLACED] = "is another file than the one that was opened",
        [STORE_OVERWRITTEN] = "was written or cut off by somebody else",
        [STORE_INACCESSIBLE] = "can not be opened any more",
    };
    bool is_lost = file == PLACE_DATABASE && place != STORE_OVERWRITTEN && is_removed(places->database_fd);
    int length = snprintf(places->why, sizeof places->why, "%s %s", places->files[file].path, HOW[place]);
    if (is_lost && length >= 0 && (size_t)length < sizeof places->why) {
        snprintf(places->why + length, sizeof places->why - (size_t)length,
                 "; until cxd ends it can be copied from /proc/%ld/fd/%d", (long)getpid(), places->database_fd);
    }
}

/* The log belongs to a file that is no more: beside the one that is there now SQLite would take it for that one's. */
static void move_log_away(struct places *places) {
    char *name = NULL;
    if (find(places, PLACE_LOG, false) == STORE_IN_PLACE && places->log.bytes > 0 &&
        asprintf(&name, "%s.lost-%lld", places->files[PLACE_LOG].path, (long long)clock_now_ms()) >= 0) {
        (void)rename(places->files[PLACE_LOG].path, name);
        free(name);
    }
}

static enum store_place judge_content(struct places *places, struct db *db, bool was_written) {
    const struct log_known *known = sqlite_log_vfs_known(db->handle);
    bool is_log_good = !known || is_log_ours(places, known, was_written);
    if (!is_database_ours(places)) {
        explain(places, STORE_OVERWRITTEN, PLACE_DATABASE);
        if (is_log_good)
            move_log_away(places);
        return STORE_OVERWRITTEN;
    }
    if (!is_log_good) {
        explain(places, STORE_OVERWRITTEN, PLACE_LOG);
        return STORE_OVERWRITTEN;
    }
    return STORE_IN_PLACE;
}

static enum store_place judge_places(struct places *places, bool asks_rights) {
    static const enum place_of ORDER[] = {PLACE_DATABASE, PLACE_LOG, PLACE_INDEX, PLACE_LOCK};
    for (size_t i = 0; i < CXD_COUNT(ORDER); i++) {
        enum store_place place = find(places, ORDER[i], asks_rights);
        if (place != STORE_IN_PLACE) {
            explain(places, place, ORDER[i]);
            return place;
        }
    }
    return STORE_IN_PLACE;
}

/* With another index there may be another process that knows nothing of us. */
static bool is_ours_to_write(const struct places *places) {
    return atomic_load(&places->state) != STORE_OVERWRITTEN && find(places, PLACE_INDEX, false) != STORE_REPLACED;
}

static bool bring_home(struct places *places, struct db *db) {
    if (!is_log_whole(places))
        return false;
    bool done = sqlite_db_truncate_log(db);
    places->log_pages = done ? 0 : places->log_pages;
    note_written(places);
    note_log(places);
    return done;
}

/* Rights are asked for once a second only: without them nothing is lost. */
enum occasion { LOOKED_AROUND, LOOKED_BEFORE, LOOKED_AFTER };

static enum store_place look(struct places *places, struct db *db, enum occasion occasion) {
    enum store_place state = (enum store_place)atomic_load(&places->state);
    bool asks_rights = occasion == LOOKED_AROUND || state != STORE_IN_PLACE;
    if (!places->is_begun || state == STORE_OVERWRITTEN)
        return state;
    state = judge_content(places, db, occasion == LOOKED_AFTER);
    if (state == STORE_IN_PLACE)
        state = judge_places(places, asks_rights);
    atomic_store(&places->state, (int)state);
    if (state != STORE_IN_PLACE && places->log.bytes > 0 && is_ours_to_write(places))
        (void)bring_home(places, db);
    return state;
}

enum store_place sqlite_places_look(struct places *places, struct db *db) {
    return look(places, db, LOOKED_AROUND);
}

static enum cxd_err expect(struct places *places, enum store_place place, struct error *err) {
    return place == STORE_IN_PLACE ? CXD_OK : error_set(err, ERR_STORAGE, "%s", places->why);
}

enum cxd_err sqlite_places_expect_before(struct places *places, struct db *db, struct error *err) {
    return expect(places, look(places, db, LOOKED_BEFORE), err);
}

enum cxd_err sqlite_places_expect_after(struct places *places, struct db *db, struct error *err) {
    return expect(places, look(places, db, LOOKED_AFTER), err);
}

bool sqlite_places_settle(struct places *places, struct db *db) {
    return places->is_begun ? is_ours_to_write(places) && bring_home(places, db) : sqlite_db_truncate_log(db);
}

enum { REST = 20 }; /* times as long as it took */
static const int64_t REST_NS = INT64_C(5) * 1000 * 1000 * 1000;

/* After each commit, whose caller holds the lock. Where a reader keeps the log from being begun again it grows on: then
 * it is brought home, and read for that, not at each commit, but when it has become longer by a quarter, or when the
 * last time was a twentieth of what has passed since: so it is short again soon after the reader has gone. */
static int note_commit(void *context, sqlite3 *handle, const char *schema, int pages) {
    (void)schema; /* there is one */
    struct places *places = context;
    const struct log_known *known = sqlite_log_vfs_known(handle);
    places->log_pages = known && known->head.length == LOG_HEADER_BYTES ? pages : 0;
    if (places->log_pages > 0)
        memcpy(places->log_header, known->head.bytes, LOG_HEADER_BYTES);
    if (pages < places->home_pages) {
        places->home_pages = 0;
        places->due_pages = places->checkpoint_pages;
    }
    places->is_due =
        pages >= places->due_pages || (pages >= places->checkpoint_pages && clock_monotonic_ns() >= places->due_at_ns);
    return SQLITE_OK;
}

static void bring_some_home(struct places *places, sqlite3 *handle) {
    int64_t begun_ns = clock_monotonic_ns();
    places->is_due = false;
    if (is_database_ours(places) && is_log_whole(places)) {
        (void)sqlite3_wal_checkpoint_v2(handle, "main", SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
        note_written(places);
    }
    int64_t more = places->log_pages / 4, now_ns = clock_monotonic_ns();
    int64_t rest_ns = (now_ns - begun_ns) * REST;
    places->home_pages = places->log_pages;
    places->due_pages = places->log_pages + (more > places->checkpoint_pages ? more : places->checkpoint_pages);
    places->due_at_ns = now_ns + (rest_ns > REST_NS ? rest_ns : REST_NS);
}

void sqlite_places_tend(struct places *places, struct db *db) {
    if (places->is_due && sqlite_places_state(places) == STORE_IN_PLACE)
        bring_some_home(places, db->handle);
}

/* --- The life of it --------------------------------------------------------------------------------------------------
 */

static bool name_files(struct places *places, const char *path, sqlite3 *handle) {
    const char *real = sqlite3_db_filename(handle, "main"); /* without links: the log is beside it */
    bool named = true;
    named = named && asprintf(&places->files[PLACE_LOCK].path, "%s.lock", path) >= 0;
    named = named && asprintf(&places->files[PLACE_DATABASE].path, "%s", path) >= 0;
    named = named && asprintf(&places->files[PLACE_LOG].path, "%s-wal", real) >= 0;
    return named && asprintf(&places->files[PLACE_INDEX].path, "%s-shm", real) >= 0;
}

static enum cxd_err identify(struct places *places, enum place_of file, int fd, struct error *err) {
    struct stat found;
    const char *path = places->files[file].path;
    if (fd >= 0 ? fstat(fd, &found) != 0 : stat(path, &found) != 0)
        return sqlite_file_error(err, "look at", path);
    places->files[file].device = found.st_dev;
    places->files[file].inode = found.st_ino;
    return CXD_OK;
}

static enum cxd_err open_log(struct places *places, struct error *err) {
    places->log_fd = open(places->files[PLACE_LOG].path, O_RDONLY | O_CLOEXEC);
    return places->log_fd >= 0 ? CXD_OK : sqlite_file_error(err, "open", places->files[PLACE_LOG].path);
}

/* The index must not be opened: to close it would drop SQLite's locks. */
static enum cxd_err identify_all(struct places *places, int lock_fd, struct error *err) {
    enum cxd_err code = open_log(places, err);
    if (code == CXD_OK)
        code = identify(places, PLACE_LOCK, lock_fd, err);
    if (code == CXD_OK)
        code = identify(places, PLACE_DATABASE, places->database_fd, err);
    if (code == CXD_OK)
        code = identify(places, PLACE_LOG, places->log_fd, err);
    return code == CXD_OK ? identify(places, PLACE_INDEX, -1, err) : code;
}

enum cxd_err sqlite_places_begin(struct places *places, const char *path, int lock_fd, struct db *db,
                                 struct error *err) {
    int64_t pages = 0;
    if (!name_files(places, path, db->handle))
        return error_set(err, ERR_NO_MEMORY, "no memory to open the store");
    enum cxd_err code = identify_all(places, lock_fd, err);
    if (code == CXD_OK)
        code = sqlite_db_read_number(db, "PRAGMA wal_autocheckpoint", &pages, err);
    if (code != CXD_OK)
        return code;
    places->checkpoint_pages = places->due_pages = (int)pages;
    (void)sqlite3_wal_hook(db->handle, note_commit, places); /* in place of SQLite's own */
    note_database(places);
    note_log(places);
    places->is_begun = true;
    return expect(places, sqlite_places_look(places, db), err);
}

void sqlite_places_end(struct places *places) {
    const int fds[] = {places->log_fd, places->database_fd};
    for (size_t i = 0; i < CXD_COUNT(fds); i++)
        if (fds[i] >= 0)
            close(fds[i]);
    for (size_t i = 0; i < PLACE_COUNT; i++)
        free(places->files[i].path);
    pthread_mutex_destroy(&places->lock);
}

enum store_place sqlite_places_state(const struct places *places) {
    return (enum store_place)atomic_load(&places->state);
}

enum cxd_err sqlite_places_expect_readable(const struct places *places, struct error *err) {
    return sqlite_places_state(places) != STORE_OVERWRITTEN
               ? CXD_OK
               : error_set(err, ERR_STORAGE, "somebody else has written into the database");
}
