/* A database file to read as a whole, whoever owns it at the moment. SQLite's locks between processes make it safe beside a daemon at
 * work; the connection cannot write, and does not checkpoint when it closes. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/sqlite/backup.h"

static enum cxd_err look(const char *path, struct source *source, struct error *err) {
    struct stat file;
    if (stat(path, &file) != 0) {
        return errno == ENOENT ? error_set(err, ERR_STORAGE, "there is no database at %s", path)
                               : error_set(err, ERR_STORAGE, "cannot read %s: %s", path, strerror(errno));
    }
    if (!S_ISREG(file.st_mode)) {
        return error_set(err, ERR_STORAGE, "%s is not a file", path);
    }
    if (faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) != 0) {
        return error_set(err, ERR_STORAGE, "cannot read %s: %s (its owner can, and root)", path,
                         strerror(errno));
    }
    source->bytes = file.st_size;
    return CXD_OK;
}

/* True if nothing waits in a write-ahead log. */
static bool is_settled(const char *path) {
    char *log = NULL;
    struct stat file;
    if (asprintf(&log, "%s-wal", path) < 0) {
        return false;
    }
    bool settled = stat(log, &file) != 0 ? errno == ENOENT : file.st_size == 0;
    free(log);
    return settled;
}

/* Keeps daemons from opening the file; false if one has it. No lock file and no right to make one: no daemon can come either. */
static bool keep_daemons_out(const char *path, int *ret_fd) {
    char *name = NULL;
    if (asprintf(&name, "%s.lock", path) < 0) {
        return false;
    }
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    free(name);
    if (fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0) {
        close(fd);
        return false;
    }
    *ret_fd = fd;
    return true;
}

static enum cxd_err open_as(const char *path, enum db_role role, struct source *source, struct error *err) {
    enum cxd_err code = db_open(path, role, &source->db, err);
    if (code == CXD_OK) {
        code = migrate_examine(&source->db, path, &source->schema, err);
    }
    int rc = sqlite3_errcode(source->db.handle) & 0xff;
    if (code == ERR_STORAGE && rc == SQLITE_CORRUPT) {
        return error_set(err, ERR_DAMAGED, "%s cannot be read: %s", path, sqlite3_errmsg(source->db.handle));
    }
    if (code == CXD_OK && source->schema == 0) {
        code = error_set(err, ERR_SCHEMA, "%s is empty", path);
    }
    return code;
}

enum cxd_err source_open(const char *path, struct watch *watch, struct source *ret_source,
                         struct error *err) {
    struct source source = {.lock_fd = -1};
    enum cxd_err code = look(path, &source, err);
    if (code == CXD_OK) {
        code = open_as(path, DB_SOURCE, &source, err);
    }
    /* Write-ahead logging needs files beside the database. Where none can be made, as on a read-only file system, it is read as a
     * file that does not change: while no daemon has it, and no log waits. */
    if (code == ERR_STORAGE && source.db.handle && is_settled(path) &&
        keep_daemons_out(path, &source.lock_fd)) {
        db_close(&source.db);
        code = open_as(path, DB_SOURCE_ALONE, &source, err);
    }
    if (code != CXD_OK) {
        source_close(&source);
        return code;
    }
    watch_set(source.db.handle, watch);
    *ret_source = source;
    return CXD_OK;
}

void source_close(struct source *source) {
    db_close(&source->db);
    if (source->lock_fd >= 0) {
        close(source->lock_fd);
    }
    *source = (struct source){.lock_fd = -1};
}
