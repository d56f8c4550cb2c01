/* A database file to read as a whole, whoever owns it at the moment. SQLite's locks between processes make it safe
 * beside a daemon at work; the connection cannot write, and does not checkpoint when it closes. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cxd/base/plain.h"
#include "store/sqlite/backup.h"

static enum cxd_err look(const char *path, struct source *source, struct error *err) {
    struct stat file;
    if (stat(path, &file) != 0) {
        return errno == ENOENT ? error_set(err, ERR_STORAGE, "there is no database at %s", path)
                               : error_set(err, ERR_STORAGE, "cannot read %s: %s", path, strerror(errno));
    }
    if (!S_ISREG(file.st_mode))
        return error_set(err, ERR_STORAGE, "%s is not a file", path);
    if (faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) != 0)
        return error_set(err, ERR_STORAGE, "cannot read %s: %s (its owner can, and root)", path, strerror(errno));
    source->bytes = file.st_size;
    return CXD_OK;
}

/* True if nothing waits in a write-ahead log. */
static bool is_settled(const char *path) {
    char *log = NULL;
    struct stat file;
    if (asprintf(&log, "%s-wal", path) < 0)
        return false;
    bool settled = stat(log, &file) != 0 ? errno == ENOENT : file.st_size == 0;
    free(log);
    return settled;
}

/* Keeps daemons from opening the file; false if one has it. No lock file and no right to make one: no daemon can come
 * either. */
static bool keep_daemons_out(const char *path, int *ret_fd) {
    char *name = NULL;
    if (asprintf(&name, "%s.lock", path) < 0)
        return false;
    char why[PLAIN_WHY_SIZE];
    int fd = plain_open(name, O_RDONLY, 0, why);
    free(name);
    if (fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0) {
        close(fd);
        return false;
    }
    *ret_fd = fd;
    return true;
}

static enum cxd_err open_as(const char *path, enum db_role role, struct source *source, struct error *err) {
    enum cxd_err code = sqlite_db_open(path, role, &source->db, err);
    if (code == CXD_OK)
        code = sqlite_schema_examine(&source->db, path, &source->schema, err);
    int rc = sqlite3_errcode(source->db.handle) & 0xff;
    if (code == ERR_STORAGE && rc == SQLITE_CORRUPT)
        return error_set(err, ERR_DAMAGED, "%s cannot be read: %s", path, sqlite3_errmsg(source->db.handle));
    if (code == CXD_OK && source->schema == 0)
        code = error_set(err, ERR_SCHEMA, "%s is empty", path);
    return code;
}

static enum cxd_err open_here(const char *path, enum source_kind kind, struct source *source, struct error *err) {
    enum cxd_err code = kind == SOURCE_STORE ? sqlite_file_refuse_odd(path, err) : CXD_OK;
    if (code == CXD_OK)
        code = look(path, source, err);
    if (code == CXD_OK)
        code = open_as(path, DB_SOURCE, source, err);
    /* Write-ahead logging needs files beside the database. Where none can be made, as on a read-only file system, it is
     * read as a file that does not change: while no daemon has it, and no log waits. */
    if (code == ERR_STORAGE && source->db.handle && is_settled(path) && keep_daemons_out(path, &source->lock_fd)) {
        sqlite_db_close(&source->db);
        code = open_as(path, DB_SOURCE_ALONE, source, err);
    }
    return code;
}

static enum cxd_err open_as_owner(const char *path, enum source_kind kind, struct source *source, struct error *err) {
    enum cxd_err code = actor_enter(&source->actor, err);
    if (code == CXD_OK)
        code = open_here(path, kind, source, err);
    actor_leave(&source->actor);
    return code;
}

/* In a directory that is another's: no link may lead out of it. What SQLite has opened it knows by a path without
 * links. */
static enum cxd_err open_as_caller(const char *path, struct source *source, struct error *err) {
    struct actor actor;
    enum cxd_err code = sqlite_file_refuse_odd(path, err);
    if (code == CXD_OK)
        code = open_here(path, SOURCE_COPY, source, err);
    if (code == CXD_OK)
        code = actor_find(sqlite3_db_filename(source->db.handle, "main"), &actor, err);
    if (code == CXD_OK && !actor.is_other)
        code = error_set(err, ERR_STORAGE, "%s leads to another directory by now", path);
    return code;
}

static bool can_owner_read(const char *path, struct actor *owner) {
    bool is_readable = actor_enter(owner, NULL) == CXD_OK && faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) == 0;
    actor_leave(owner);
    return is_readable;
}

enum cxd_err sqlite_source_open(const char *path, enum source_kind kind, struct watch *watch, struct source *ret_source,
                                struct error *err) {
    struct source source = {.lock_fd = -1};
    enum cxd_err code = actor_find(path, &source.actor, err);
    if (code == CXD_OK) {
        bool is_ours = kind == SOURCE_COPY && source.actor.is_other && !can_owner_read(path, &source.actor);
        source.actor.is_other = source.actor.is_other && !is_ours;
        code = is_ours ? open_as_caller(path, &source, err) : open_as_owner(path, kind, &source, err);
    }
    if (code != CXD_OK) {
        sqlite_source_close(&source);
        return code;
    }
    sqlite_watch_set(source.db.handle, watch);
    *ret_source = source;
    return CXD_OK;
}

enum cxd_err sqlite_source_hold(struct source *source, struct error *err) {
    enum cxd_err code = actor_enter(&source->actor, err);
    if (code == CXD_OK)
        code = SQLITE_RUN(&source->db, QUERY_BEGIN_READ, err);
    if (code == CXD_OK)
        code = SQLITE_RUN(&source->db, QUERY_TAKE_SNAPSHOT, err);
    actor_leave(&source->actor);
    return code;
}

void sqlite_source_close(struct source *source) {
    struct error unsaid;
    bool is_acting = source->db.handle && actor_enter(&source->actor, &unsaid) == CXD_OK;
    sqlite_db_close(&source->db);
    if (is_acting)
        actor_leave(&source->actor);
    if (source->lock_fd >= 0)
        close(source->lock_fd);
    *source = (struct source){.lock_fd = -1};
}
