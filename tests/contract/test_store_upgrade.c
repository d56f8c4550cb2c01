/* Databases of every schema number there has been, as the cxd of their time left them (tests/upgrade/), are opened by this one: as they
 * are, with their last batches still in the log, killed at every write on the way, refused where the upgrade fails. */

#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "fixture.h"
#include "store/sqlite/sql.h"

enum { WORDS = 512, ARMED = 0, LEFT = 1, ERROR = 3, SHORT = 4 }; /* of store_fault_vfs.c */
enum { WRITES = 1 << 0, SYNCS = 1 << 1, OPENS = 1 << 2, TRUNCATES = 1 << 3 };
enum { CALLS_MAX = 2000, DIRECTORY_BYTES = 32, PATH_BYTES = 128 };

struct old {
    int schema;
    char directory[DIRECTORY_BYTES];
    char path[PATH_BYTES], log[PATH_BYTES], backup[PATH_BYTES], control[PATH_BYTES];
    char fresh[PATH_BYTES], fresh_log[PATH_BYTES]; /* to begin with */
    int64_t *words;
    char *content; /* what no upgrade may change */
};

static char *read_file(const char *path, size_t *ret_size) {
    FILE *file = fopen(path, "r");
    if (!file) {
        return NULL;
    }
    struct stat status;
    assert_int_equal(fstat(fileno(file), &status), 0);
    char *bytes = malloc((size_t)status.st_size + 1);
    assert_non_null(bytes);
    *ret_size = fread(bytes, 1, (size_t)status.st_size, file);
    bytes[*ret_size] = '\0';
    fclose(file);
    return bytes;
}

static void run_sql(sqlite3 *db, const char *sql) {
    char *message = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK) {
        fail_msg("%s", message);
    }
}

static sqlite3 *open_database(const char *path) {
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    return db;
}

static int64_t number_of(sqlite3 *db, const char *sql) {
    sqlite3_stmt *stmt = NULL;
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    int64_t number = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return number;
}

static int append_row(void *context, int columns, char **values, char **names) {
    (void)names;
    for (int i = 0; i < columns; i++) {
        buffer_append_text(context, values[i] ? values[i] : "NULL");
        buffer_append_char(context, i + 1 < columns ? '|' : '\n');
    }
    return 0;
}

static char *text_of(sqlite3 *db, const char *const *queries, size_t count) {
    struct buffer out;
    buffer_init(&out);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(sqlite3_exec(db, queries[i], append_row, &out, NULL), SQLITE_OK);
    }
    buffer_append_char(&out, '\0');
    assert_false(out.failed);
    return out.data;
}

/* All that schema 1 holds. */
static char *content_of(sqlite3 *db) {
    static const char *const QUERIES[] = {
        "SELECT hex(id), survey, revision, score, answered_at, received_at, excluded, touchpoint, channel, "
        "locale, respondent, "
        "comment, properties, excluded_reason FROM response ORDER BY id",
        "SELECT number, slug, revision, definition, metric, scale_min, scale_max, created_at, updated_at, "
        "archived_at FROM survey",
        "SELECT survey, revision, definition, created_at FROM survey_revision",
        "SELECT survey, position, key, rolled FROM survey_property",
        "SELECT id, survey, dimension, value FROM series",
        "SELECT survey, segmented, tier, bucket, series, n0, n1, n2, n3, n4, n5, n6, n7, n8, n9, n10 FROM "
        "rollup",
        "SELECT hex(id), name, prefix, hex(hash), scopes, created_at, expires_at, used_day, revoked_at FROM "
        "api_key",
    };
    return text_of(db, QUERIES, CXD_COUNT(QUERIES));
}

/* Tables and indexes, as the migrations up to this number make them from nothing. */
static void assert_schema(sqlite3 *db, int64_t schema) {
    static const char *const QUERY[] = {"SELECT type, name, sql FROM sqlite_schema ORDER BY name"};
    sqlite3 *fresh = open_database(":memory:");
    for (size_t i = 0; i < SQL_MIGRATION_COUNT && SQL_MIGRATIONS[i].version <= schema; i++) {
        run_sql(fresh, SQL_MIGRATIONS[i].text);
    }
    char *expected = text_of(fresh, QUERY, 1), *found = text_of(db, QUERY, 1);
    assert_string_equal(found, expected);
    free(expected);
    free(found);
    assert_int_equal(sqlite3_close(fresh), SQLITE_OK);
}

static void remove_databases(const struct old *old) {
    static const char *const ENDS[] = {"", "-wal", "-shm", "-journal", ".lock"};
    char path[PATH_BYTES + 32];
    for (size_t i = 0; i < CXD_COUNT(ENDS); i++) {
        snprintf(path, sizeof path, "%s%s", old->path, ENDS[i]);
        unlink(path);
        snprintf(path, sizeof path, "%s%s", old->backup, ENDS[i]);
        unlink(path);
        snprintf(path, sizeof path, "%s.partial%s", old->backup, ENDS[i]);
        unlink(path);
    }
}

static void copy_file(const char *from, const char *to) {
    size_t size = 0;
    char *bytes = read_file(from, &size);
    assert_non_null(bytes);
    FILE *file = fopen(to, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
    free(bytes);
}

/* Makes the file that every test begins with: as a clean end left it, or (in_log) as a kill did, the last of it in the write-ahead log. */
static void make_database(struct old *old, bool in_log) {
    char name[PATH_BYTES];
    size_t size = 0;
    snprintf(name, sizeof name, "tests/upgrade/schema-%d.sql", old->schema);
    char *sql = read_file(name, &size);
    if (!sql) {
        fail_msg("%s is missing: dump what the last cxd of that schema writes", name);
    }
    remove_databases(old);
    sqlite3 *db = open_database(old->path);
    run_sql(db, "PRAGMA synchronous = OFF");
    run_sql(db, sql);
    run_sql(db, "PRAGMA journal_mode = WAL");
    if (in_log) {
        run_sql(db, "UPDATE response SET comment = 'in the log' WHERE comment IS NOT NULL");
        copy_file(old->log, old->fresh_log);
    }
    copy_file(old->path, old->fresh);
    free(old->content);
    old->content = content_of(db);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    free(sql);
}

static void lay_database(const struct old *old) {
    remove_databases(old);
    copy_file(old->fresh, old->path);
    if (access(old->fresh_log, F_OK) == 0) {
        copy_file(old->fresh_log, old->log);
    }
}

static void old_open(struct old *old, int schema, bool in_log) {
    *old = (struct old){.schema = schema};
    /* A kill loses nothing that was written: memory does, and is faster. */
    strcpy(old->directory, access("/dev/shm", W_OK) == 0 ? "/dev/shm/cxd-XXXXXX" : "/tmp/cxd-XXXXXX");
    assert_non_null(mkdtemp(old->directory));
    snprintf(old->path, sizeof old->path, "%s/cxd.db", old->directory);
    snprintf(old->backup, sizeof old->backup, "%s/cxd.db.schema-%d.backup", old->directory, schema);
    snprintf(old->log, sizeof old->log, "%s/cxd.db-wal", old->directory);
    snprintf(old->fresh, sizeof old->fresh, "%s/fresh", old->directory);
    snprintf(old->fresh_log, sizeof old->fresh_log, "%s/fresh-wal", old->directory);
    snprintf(old->control, sizeof old->control, "%s/control", old->directory);
    int fd = open(old->control, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, WORDS * (int)sizeof(int64_t)), 0);
    old->words = mmap(NULL, WORDS * sizeof(int64_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    assert_true(old->words != MAP_FAILED);
    make_database(old, in_log);
    lay_database(old);
}

static void old_close(struct old *old) {
    remove_databases(old);
    unlink(old->control);
    unlink(old->fresh);
    unlink(old->fresh_log);
    munmap(old->words, WORDS * sizeof(int64_t));
    assert_int_equal(rmdir(old->directory), 0); /* nothing else is left behind */
    free(old->content);
}

static void assert_database(const struct old *old, const char *path, int64_t schema) {
    sqlite3 *db = open_database(path);
    assert_int_equal(number_of(db, "PRAGMA user_version"), schema);
    assert_int_equal(
        number_of(db, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), 0);
    assert_schema(db, schema);
    char *content = content_of(db);
    assert_string_equal(content, old->content);
    free(content);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static int64_t newest(void) {
    return SQL_MIGRATIONS[SQL_MIGRATION_COUNT - 1].version;
}

static void upgrade(const struct old *old) {
    char url[2 * PATH_BYTES + 16];
    struct store *store = NULL;
    struct error err;
    snprintf(url, sizeof url, "sqlite:%s", old->path);
    assert_ok(store_open(url, &store, &err), err);
    store_close(store);
}

static bool exists(const char *path) {
    return access(path, F_OK) == 0;
}

static void test_every_earlier_schema_opens(void **state) {
    (void)state;
    struct error err;
    for (int schema = 1; schema < newest(); schema++) {
        for (int in_log = 0; in_log < 2; in_log++) {
            struct old old;
            struct store *store = NULL;
            char url[2 * PATH_BYTES + 16];
            int64_t responses = 0;
            old_open(&old, schema, in_log);
            snprintf(url, sizeof url, "sqlite:%s", old.path);
            assert_ok(store_open(url, &store, &err), err);
            const struct store_upgrade *upgrade = store_upgraded(store);
            assert_non_null(upgrade);
            assert_int_equal(upgrade->from, schema);
            assert_int_equal(upgrade->to, newest());
            assert_string_equal(upgrade->backup, old.backup);
            store_close(store);
            assert_database(&old, old.path, newest());
            assert_database(&old, old.backup, schema);
            struct stat status;
            assert_int_equal(stat(old.backup, &status), 0);
            assert_int_equal(status.st_mode & 0777, 0600);

            unlink(old.backup);
            assert_ok(store_open(url, &store, &err), err); /* again: there is nothing to do */
            assert_null(store_upgraded(store));
            assert_ok(store_rebuild(store, &responses, &err), err); /* the rollups were right */
            store_close(store);
            assert_false(exists(old.backup));
            assert_true(responses > 0);
            sqlite3 *db = open_database(old.path);
            assert_int_equal(number_of(db, "SELECT count(*) FROM response"), responses);
            assert_int_equal(sqlite3_close(db), SQLITE_OK);
            old_close(&old);
        }
    }
}

/* Opens in a process that dies at the `left`th of the calls. True if it came to its end instead. */
static bool upgrade_and_die(const struct old *old, int calls, int64_t left, bool half_written) {
    old->words[ARMED] = calls;
    old->words[LEFT] = left;
    old->words[ERROR] = -1;
    old->words[SHORT] = half_written;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct store *store = NULL;
        struct error err;
        char url[2 * PATH_BYTES + 16];
        snprintf(url, sizeof url, "vfs:%s:sqlite:%s", old->control, old->path);
        _exit(store_open(url, &store, &err) == CXD_OK ? 0 : 1);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFSIGNALED(status)) {
        assert_int_equal(WTERMSIG(status), SIGKILL);
        return false;
    }
    assert_int_equal(WEXITSTATUS(status), 0);
    return true;
}

static void kill_at_every_call(int schema, int calls, bool half_written, bool in_log) {
    struct old old;
    bool seen_old = false, seen_new = false, seen_backup = false;
    old_open(&old, schema, in_log);
    for (int64_t left = 1;; left++) {
        assert_true(left < CALLS_MAX);
        lay_database(&old);
        bool ended = upgrade_and_die(&old, calls, left, half_written);
        if (exists(old.backup)) { /* it has its name only when it is whole */
            assert_database(&old, old.backup, schema);
            seen_backup = true;
        }
        sqlite3 *db = open_database(old.path);
        int64_t version = number_of(db, "PRAGMA user_version");
        assert_int_equal(sqlite3_close(db), SQLITE_OK);
        assert_true(version >= schema && version <= newest());
        seen_old = seen_old || version == schema;
        seen_new = seen_new || version == newest();
        assert_true(version == schema || exists(old.backup));
        assert_database(&old, old.path, version);
        upgrade(&old);
        assert_database(&old, old.path, newest());
        assert_database(&old, old.backup, schema);
        if (ended) {
            break;
        }
    }
    assert_true(seen_old && seen_new && seen_backup);
    old_close(&old);
}

static void test_killed_at_any_write_it_is_old_or_new(void **state) {
    (void)state;
    for (int schema = 1; schema < newest(); schema++) {
        kill_at_every_call(schema, WRITES | SYNCS | TRUNCATES | OPENS, false, false);
        kill_at_every_call(schema, WRITES, true, true);
    }
}

static void test_what_fails_on_the_copy_leaves_the_file_alone(void **state) {
    (void)state;
    struct old old;
    struct store *store = NULL;
    struct error err;
    char url[2 * PATH_BYTES + 16];
    size_t size_before = 0, size_after = 0;
    old_open(&old, 1, false);
    sqlite3 *db = open_database(old.path);
    run_sql(db, "CREATE TABLE audit (number INTEGER)"); /* in the way of migration 2 */
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    char *before = read_file(old.path, &size_before);
    snprintf(url, sizeof url, "sqlite:%s", old.path);
    assert_int_equal(store_open(url, &store, &err), ERR_STORAGE);
    assert_null(store);
    assert_non_null(strstr(err.detail, "audit already exists"));
    assert_non_null(strstr(err.detail, "Nothing has been changed"));
    char *after = read_file(old.path, &size_after);
    assert_int_equal(size_before, size_after);
    assert_memory_equal(before, after, size_before);
    assert_false(exists(old.backup));
    free(before);
    free(after);
    old_close(&old);
}

/* A hole of zeros where a page of responses was. */
static void test_a_damaged_file_is_not_upgraded(void **state) {
    (void)state;
    struct old old;
    struct store *store = NULL;
    struct error err;
    char url[2 * PATH_BYTES + 16];
    static const char zeros[4096];
    old_open(&old, 1, false);
    sqlite3 *db = open_database(old.path);
    int64_t page = number_of(db, "SELECT rootpage FROM sqlite_schema WHERE name = 'response_by_time'");
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    int fd = open(old.path, O_RDWR | O_CLOEXEC);
    assert_int_equal(pwrite(fd, zeros, sizeof zeros, (page - 1) * 4096), sizeof zeros);
    close(fd);
    snprintf(url, sizeof url, "sqlite:%s", old.path);
    assert_int_equal(store_open(url, &store, &err), ERR_STORAGE);
    assert_non_null(strstr(err.detail, "damaged"));
    db = open_database(old.path);
    assert_int_equal(number_of(db, "PRAGMA user_version"), 1);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    assert_false(exists(old.backup));
    old_close(&old);
}

static void test_a_later_upgrade_replaces_its_own_backup_only(void **state) {
    (void)state;
    struct old old;
    char other[PATH_BYTES];
    old_open(&old, 1, false);
    upgrade(&old);
    snprintf(other, sizeof other, "%s/cxd.db.schema-9.backup", old.directory);
    FILE *file = fopen(other, "w");
    assert_non_null(file);
    fclose(file);
    copy_file(old.fresh, old.path); /* as someone would restore an older copy */
    upgrade(&old);
    assert_database(&old, old.backup, 1);
    assert_int_equal(unlink(other), 0);
    old_close(&old);
}

/* The layer of faults must be there before the first store is opened: the log's comes to lie above it. */
static int lay_faults(void **state) {
    (void)state;
    struct old old;
    struct store *store = NULL;
    struct error err;
    char url[2 * PATH_BYTES + 16];
    old_open(&old, 1, false);
    snprintf(url, sizeof url, "vfs:%s:memory:", old.control);
    assert_ok(store_open(url, &store, &err), err);
    store_close(store);
    old_close(&old);
    return 0;
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_earlier_schema_opens),
        cmocka_unit_test(test_killed_at_any_write_it_is_old_or_new),
        cmocka_unit_test(test_what_fails_on_the_copy_leaves_the_file_alone),
        cmocka_unit_test(test_a_damaged_file_is_not_upgraded),
        cmocka_unit_test(test_a_later_upgrade_replaces_its_own_backup_only),
    };
    return cmocka_run_group_tests_name("store upgrade", tests, lay_faults, NULL);
}
