/* Databases of every schema number there has been, as the cxd of their time left them (tests/upgrade/), are opened by
 * this one: as they are, with their last batches still in the log, killed at every write on the way, refused where the
 * upgrade fails. */

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "../support/files.h"
#include "cxd/domain/respondent.h"
#include "cxd/store/backup.h"
#include "database.h"
#include "fixture.h"
#include "store/sqlite/sql.h"

enum { WORDS = 512, ARMED = 0, LEFT = 1, ERROR = 3, SHORT = 4 }; /* of store_fault_vfs.c */
enum { WRITES = 1 << 0, SYNCS = 1 << 1, OPENS = 1 << 2, TRUNCATES = 1 << 3 };
#define STALE "moved elsewhere" /* in a file that no cxd of schema 3 or later has opened: they leave nothing stale */
enum { CLEARED_SCHEMA = 3, NUMBERED_SCHEMA = 4 };
enum { CALLS_MAX = 2000, DIRECTORY_BYTES = 32, PATH_BYTES = 128 };

struct old {
    int schema;
    char directory[DIRECTORY_BYTES];
    char path[PATH_BYTES], log[PATH_BYTES], backup[PATH_BYTES], control[PATH_BYTES];
    char fresh[PATH_BYTES], fresh_log[PATH_BYTES]; /* to begin with */
    int64_t *words;
    char *content; /* what no upgrade may change */
};

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
    for (size_t i = 0; i < count; i++)
        assert_int_equal(sqlite3_exec(db, queries[i], append_row, &out, NULL), SQLITE_OK);
    buffer_append_char(&out, '\0');
    assert_false(out.failed);
    return out.data;
}

/* All that the tables and columns of these schemas hold: later ones add to them, and change nothing of it. */
static char *content_of(sqlite3 *db, int schema) {
    static const struct {
        int since;
        const char *query;
    } HELD[] = {
        {1, "SELECT hex(id), survey, revision, score, answered_at, received_at, excluded, touchpoint, "
            "channel, locale, respondent, comment, properties, excluded_reason FROM response ORDER BY id"},
        {1, "SELECT number, slug, revision, definition, metric, scale_min, scale_max, created_at, "
            "updated_at, archived_at FROM survey"},
        {1, "SELECT survey, revision, definition, created_at FROM survey_revision"},
        {1, "SELECT survey, position, key, rolled FROM survey_property"},
        {1, "SELECT id, survey, dimension, value FROM series"},
        {1, "SELECT survey, segmented, tier, bucket, series, n0, n1, n2, n3, n4, n5, n6, n7, n8, n9, n10 "
            "FROM rollup"},
        {1, "SELECT hex(id), name, prefix, hex(hash), scopes, created_at, expires_at, used_day, revoked_at "
            "FROM api_key"},
        {2, "SELECT hex(id), flags, visit FROM response ORDER BY id"},
        {2, "SELECT survey, done_at FROM anonymised"},
        {2, "SELECT number, hex(secret), created_at FROM signing_key"},
        {2, "SELECT number, at, actor, act, target, detail, hex(hash) FROM audit"},
        {3, "SELECT hex(id), forgotten_at FROM response ORDER BY id"},
        {3, "SELECT hex(id), at FROM gone ORDER BY id"},
        {3, "SELECT answered_at, hex(digest) FROM said_first ORDER BY digest"},
        {4, "SELECT number, hex(id), sequence, ahead_ms FROM response ORDER BY number"},
        {4, "SELECT survey, hex(response), respondent, properties, created_at, expires_at, kept_until FROM invitation"},
        {4, "SELECT catalog_generation, keys_removed, numbered, known_at, hex(store) FROM identity"},
        {5, "SELECT kind, name, definition, revision, created_at, updated_at FROM document"},
        {5, "SELECT name, revision, version, status, since, evaluated_at, day_end, through, reason, n, value, p_value, "
            "acknowledged_at, acknowledged_by, note FROM alert_state"},
        {5, "SELECT name, number, kind, at, day_end, n, value, p_value, response, hex(response_id), acknowledged_at, "
            "acknowledged_by, note FROM alert_event"},
        {5, "SELECT sequence_number, response FROM alert_amended"},
        {5, "SELECT through, version FROM alert_told"},
        {5, "SELECT id, hex(block) FROM comment_index_data"},
        {5, "SELECT segid, hex(term), pgno FROM comment_index_idx"},
        {5, "SELECT place, number, words FROM comment_place"},
        {5, "SELECT survey, comments, words FROM comment_total"},
        {5, "SELECT indexed, purge, stale FROM comment_state"},
        {5, "SELECT number, survey, day, hex(visit), at, seen, answers, next_answers, touchpoint, channel, locale, "
            "properties FROM impression"},
        {5, "SELECT impressions_from FROM identity"},
        {5, "SELECT survey, after FROM impression_survey"},
        {5, "SELECT survey, key, shown_from FROM impression_property"},
        {5, "SELECT hex(response), opened FROM invitation"},
        {6, "SELECT number, updated_at, import FROM response ORDER BY number"},
        {6, "SELECT number, hex(id), survey, source, fingerprint, expected, state, created_at, updated_at, created, "
            "known, refused, removed, after, last, undone FROM import"},
        {6, "SELECT day, hex(visit), number FROM impression_name"},
        {6, "SELECT impressions_named FROM identity"},
        {7, "SELECT number, answers FROM response ORDER BY number"},
        {7, "SELECT response, revision FROM said_first"},
        {7, "SELECT survey, slot, key, type, metric, scale_min, scale_max, revision, answered FROM question"},
    };
    const char *queries[CXD_COUNT(HELD)];
    size_t count = 0;
    while (count < CXD_COUNT(HELD) && HELD[count].since <= schema) {
        queries[count] = HELD[count].query;
        count++;
    }
    return text_of(db, queries, count);
}

/* Tables and indexes, as the migrations up to this number make them from nothing. */
static void assert_schema(sqlite3 *db, int64_t schema) {
    static const char *const QUERY[] = {"SELECT type, name, sql FROM sqlite_schema ORDER BY name"};
    sqlite3 *fresh = open_database(":memory:");
    for (size_t i = 0; i < SQLITE_MIGRATION_COUNT && SQLITE_MIGRATIONS[i].version <= schema; i++)
        run_sql(fresh, SQLITE_MIGRATIONS[i].text);
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
    write_file(to, bytes, size);
    free(bytes);
}

/* What an SQLite that moved rows between pages may have left in the gaps of this page, between its pointers and its
 * cells. */
static bool make_stale(uint8_t *page, size_t at) {
    size_t header = page[at] == 0x0d || page[at] == 0x0a ? 8 : page[at] == 0x05 || page[at] == 0x02 ? 12 : 0;
    size_t start = at + header + 2 * (size_t)(page[at + 3] << 8 | page[at + 4]);
    size_t end = (size_t)(page[at + 5] << 8 | page[at + 6]);
    if (header == 0 || end < start + strlen(STALE))
        return false;
    memset(page + start, 'z', end - start);
    memcpy(page + end - strlen(STALE), STALE, strlen(STALE));
    return true;
}

static void make_stale_file(const char *path) {
    size_t size = 0;
    int stale = 0;
    char *bytes = read_file(path, &size);
    assert_non_null(bytes);
    for (size_t page = 0; page < size; page += 4096)
        stale += make_stale((uint8_t *)bytes + page, page == 0 ? 100 : 0);
    assert_true(stale > 10);
    write_file(path, bytes, size);
    free(bytes);
}

static void assert_nothing_stale(const char *path) {
    size_t size = 0;
    char *bytes = read_file(path, &size);
    assert_non_null(bytes);
    assert_null(memmem(bytes, size, STALE, strlen(STALE)));
    free(bytes);
}

/* Makes the file that every test begins with: as a clean end left it, or (in_log) as a kill did, the last of it in the
 * write-ahead log. */
static void make_database(struct old *old, bool in_log) {
    char name[PATH_BYTES];
    size_t size = 0;
    snprintf(name, sizeof name, "tests/upgrade/schema-%d.sql", old->schema);
    char *sql = read_file(name, &size);
    if (!sql)
        fail_msg("%s is missing: dump what the last cxd of that schema writes", name);
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
    if (old->schema < CLEARED_SCHEMA)
        make_stale_file(old->fresh);
    free(old->content);
    old->content = content_of(db, old->schema);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    free(sql);
}

static void lay_database(const struct old *old) {
    remove_databases(old);
    copy_file(old->fresh, old->path);
    if (access(old->fresh_log, F_OK) == 0)
        copy_file(old->fresh_log, old->log);
}

static void old_open(struct old *old, int schema, bool in_log) {
    *old = (struct old){.schema = schema};
    make_directory(old->directory);
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

static int64_t newest(void) {
    return SQLITE_MIGRATIONS[SQLITE_MIGRATION_COUNT - 1].version;
}

static void assert_database(const struct old *old, const char *path, int64_t schema) {
    sqlite3 *db = open_database(path);
    assert_int_equal(number_of(db, "PRAGMA user_version"), schema);
    assert_int_equal(number_of(db, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), 0);
    assert_schema(db, schema);
    char *content = content_of(db, old->schema);
    assert_string_equal(content, old->content);
    free(content);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    if (schema == newest() || path == old->backup)
        assert_nothing_stale(path);
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

/* As a backup may be, before it is restored. */
static void assert_sound(const char *path) {
    struct store_report report;
    struct error err;
    char url[2 * PATH_BYTES + 16];
    snprintf(url, sizeof url, "sqlite:%s", path);
    assert_ok(store_check(url, NULL, &report, &err), err);
    for (size_t i = 0; i < STORE_PART_COUNT; i++)
        if (report.parts[i].damage > 0 || report.parts[i].skipped)
            fail_msg("%s: part %zu: %s", path, i, report.parts[i].places[0]);
}

static void test_every_earlier_schema_opens(void **state) {
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
            if (!in_log) { /* there the comments are others than their index */
                assert_sound(old.backup);
                assert_sound(old.path);
            }

            unlink(old.backup);
            assert_ok(store_open(url, &store, &err), err); /* again: there is nothing to do */
            assert_null(store_upgraded(store));
            assert_ok(store_rebuild(store, &responses, &err), err); /* the rollups were right */
            store_close(store);
            assert_false(exists(old.backup));
            assert_true(responses > 0);
            sqlite3 *db = open_database(old.path);
            assert_int_equal(number_of(db, "SELECT count(*) FROM response"), responses);
            if (schema < NUMBERED_SCHEMA) {
                /* Of these it is known that answered_at was sent. */
                assert_int_equal(number_of(db, "SELECT count(*) FROM response WHERE ahead_ms = 0"),
                                 number_of(db, "SELECT count(*) FROM response WHERE answered_at <> received_at"));
                assert_int_equal(number_of(db, "SELECT count(*) FROM response WHERE ahead_ms <> 0 OR sequence <> 0"),
                                 0);
                /* And how late it was. */
                assert_int_equal(number_of(db, "SELECT known_at >= max(received_at) FROM identity, response"), 1);
            }
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

/* At each `step`th of them. */
static void kill_at_calls(int schema, int calls, unsigned step, bool half_written, bool in_log) {
    struct old old;
    bool seen_old = false, seen_new = false, seen_backup = false;
    old_open(&old, schema, in_log);
    for (int64_t left = 1;; left += step) {
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
        assert_true(version == schema || version == newest());
        seen_old = seen_old || version == schema;
        seen_new = seen_new || version == newest();
        assert_true(version == schema || exists(old.backup));
        assert_database(&old, old.path, version);
        upgrade(&old);
        assert_database(&old, old.path, newest());
        assert_database(&old, old.backup, schema);
        if (ended)
            break;
    }
    assert_true(seen_old && seen_new && seen_backup);
    old_close(&old);
}

static void test_killed_at_any_write_it_is_old_or_new(void **state) {
    for (int schema = 1; schema < newest(); schema++) {
        /* The way from the first leads through all migrations, that from the last through what most upgrades do. */
        bool is_on_the_way = schema > 1 && schema < newest() - 1;
        unsigned step = is_on_the_way ? rounds(13, 41) : rounds(2, 7);
        kill_at_calls(schema, WRITES | SYNCS | TRUNCATES | OPENS, step, false, false);
        kill_at_calls(schema, WRITES, step, true, true);
    }
}

static void test_what_fails_on_the_copy_leaves_the_file_alone(void **state) {
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
    struct old old;
    char other[PATH_BYTES];
    old_open(&old, 1, false);
    upgrade(&old);
    snprintf(other, sizeof other, "%s/cxd.db.schema-9.backup", old.directory);
    write_file(other, "", 0);
    copy_file(old.fresh, old.path); /* as someone would restore an older copy */
    upgrade(&old);
    assert_database(&old, old.backup, 1);
    assert_int_equal(unlink(other), 0);
    old_close(&old);
}

/* The migration to schema 4 and the program agree on what an address of e-mail is, and on its form. */
static void test_names_get_their_form(void **state) {
    (void)state;
    static const char *const PIECES[] = {"A",
                                         "z",
                                         "@",
                                         "\xC3\x84",
                                         "-",
                                         "]",
                                         " ",
                                         "\t",
                                         "\xC2\xA0",
                                         "\xC2\x85",
                                         "\xE1\x9A\x80",
                                         "\xE2\x80\x80",
                                         "\xE2\x80\x8B",
                                         "\xE2\x80\xA8",
                                         "\xE2\x80\xAF",
                                         "\xE2\x81\x9F",
                                         "\xE3\x80\x80",
                                         "\xEF\xBB\xBF",
                                         "_",
                                         "%",
                                         "\xE2\x80\x8C"};
    enum { ROUNDS = 20000 };
    sqlite3 *db = open_database(":memory:");
    sqlite3_stmt *stmt = NULL;
    struct arena arena;
    unsigned random = 7;
    size_t changed = 0;
    arena_init(&arena);
    for (size_t i = 0; SQLITE_MIGRATIONS[i].version < 4; i++)
        run_sql(db, SQLITE_MIGRATIONS[i].text);
    run_sql(db, "CREATE TABLE sent (id BLOB, respondent TEXT); BEGIN");
    assert_int_equal(sqlite3_prepare_v2(db, "INSERT INTO sent VALUES (randomblob(16), ?1)", -1, &stmt, NULL),
                     SQLITE_OK);
    for (int i = 0; i < ROUNDS; i++) {
        char name[64] = "";
        for (random = random * 1103515245 + 12345; random % 8 != 0; random = random * 1103515245 + 12345) {
            unsigned piece = (random >> 16) % (2 * CXD_COUNT(PIECES));
            strcat(name, PIECES[piece < CXD_COUNT(PIECES) ? piece : piece % 3]);
            if (strlen(name) > sizeof name - 8)
                break;
        }
        sqlite3_bind_text(stmt, 1, name, -1, SQLITE_TRANSIENT);
        assert_int_equal(sqlite3_step(stmt), SQLITE_DONE);
        sqlite3_reset(stmt);
    }
    sqlite3_finalize(stmt);
    run_sql(db,
            "INSERT INTO response (id, survey, revision, score, answered_at, received_at, excluded, flags, respondent) "
            "SELECT id, 1, 1, 1, 1, 1, 0, 0, respondent FROM sent");
    run_sql(db, SQLITE_MIGRATIONS[3].text);
    assert_int_equal(
        sqlite3_prepare_v2(db, "SELECT sent.respondent, response.respondent FROM sent JOIN response USING (id)", -1,
                           &stmt, NULL),
        SQLITE_OK);
    int rows = 0;
    for (; sqlite3_step(stmt) == SQLITE_ROW; rows++) {
        const char *sent = (const char *)sqlite3_column_text(stmt, 0);
        const char *stored = (const char *)sqlite3_column_text(stmt, 1);
        assert_string_equal(stored, respondent_form(sent, &arena));
        changed += strcmp(sent, stored) != 0;
    }
    assert_int_equal(rows, ROUNDS);
    assert_true(changed > ROUNDS / 50);
    sqlite3_finalize(stmt);
    arena_free(&arena);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

enum { MANY = 20000 };

struct told {
    struct store_upgrading last[4]; /* of each step */
    size_t counts[4], between;
};

static void note_told(void *context, const struct store_upgrading *upgrading) {
    struct told *told = context;
    for (size_t later = (size_t)upgrading->step + 1; later < CXD_COUNT(told->counts); later++)
        assert_int_equal(told->counts[later], 0); /* in their order */
    const struct store_upgrading *before = &told->last[upgrading->step];
    assert_true(told->counts[upgrading->step] == 0 || upgrading->done >= before->done);
    assert_true(upgrading->done >= 0 && upgrading->done <= upgrading->all && upgrading->ms >= 0);
    told->between += upgrading->step == STORE_UPGRADE_ITSELF && upgrading->done > 0 && upgrading->done < upgrading->all;
    told->counts[upgrading->step]++;
    told->last[upgrading->step] = *upgrading;
}

static void open_telling(const struct old *old, int64_t every_ms, struct told *ret_told) {
    const struct store_telling telling = {.tell = note_told, .context = ret_told, .every_ms = every_ms};
    char url[2 * PATH_BYTES + 16];
    struct store *store = NULL;
    struct error err;
    *ret_told = (struct told){0};
    snprintf(url, sizeof url, "sqlite:%s", old->path);
    assert_ok(store_open_telling(url, &telling, &store, &err), err);
    store_close(store);
}

/* Who waits hears of every step, and how many rows are done, as often as they asked for. */
static void test_an_upgrade_tells_how_far_it_is(void **state) {
    for (int round = 0; round < 2; round++) {
        struct old old;
        struct told told;
        char sql[256];
        old_open(&old, 3, false);
        sqlite3 *db = open_database(old.path);
        snprintf(sql, sizeof sql,
                 "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) INSERT INTO response "
                 "(id, survey, revision, score, answered_at, received_at, excluded) "
                 "SELECT randomblob(16), 1, 1, 1, i, i, 1 FROM n",
                 MANY);
        run_sql(db, sql);
        int64_t rows = number_of(db, "SELECT count(*) FROM response");
        assert_int_equal(sqlite3_close(db), SQLITE_OK);

        open_telling(&old, round == 0 ? 0 : INT64_MAX, &told);
        assert_int_equal(told.counts[STORE_UPGRADE_BEGINS], 1);
        assert_int_equal(told.last[STORE_UPGRADE_BEGINS].from, 3);
        assert_int_equal(told.last[STORE_UPGRADE_BEGINS].to, newest());
        assert_int_equal(told.last[STORE_UPGRADE_BEGINS].rows, rows);
        if (round == 0) {
            assert_true(told.between > 0);
            assert_true(told.last[STORE_UPGRADE_BACKUP].done > 0);
            assert_int_equal(told.last[STORE_UPGRADE_TRIAL].done, rows);
            assert_int_equal(told.last[STORE_UPGRADE_ITSELF].done, rows);
        } else {
            for (int step = 0; step < 4; step++)
                assert_int_equal(told.counts[step], 1);
        }
        open_telling(&old, 0, &told); /* there is nothing to do */
        assert_int_equal(told.counts[STORE_UPGRADE_BEGINS], 0);
        old_close(&old);
    }
}

/* The layer of faults must be there before the first store is opened: the log's comes to lie above it. */
static int lay_faults(void **state) {
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
        cmocka_unit_test(test_names_get_their_form),
        cmocka_unit_test(test_an_upgrade_tells_how_far_it_is),
    };
    return cmocka_run_group_tests_name("store upgrade", tests, lay_faults, NULL);
}
