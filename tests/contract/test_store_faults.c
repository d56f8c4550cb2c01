/* A store that is refused memory or disk, that another holds, or that is not cxd's: what fails changes
 * nothing, and what comes after works. */

#include "fixture.h"

#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>

/* The engines' arrays grow through this one: it stands before the C library's. */
static long allocations_left = -1;

void *reallocarray(void *array, size_t count, size_t size) {
    if (allocations_left == 0) {
        return NULL;
    }
    allocations_left -= allocations_left > 0;
    return realloc(array, count * size);
}

static void path_of(const struct fixture *f, const char *name, char path[128]) {
    snprintf(path, 128, "%s/%s", f->directory, name);
}

enum { BATCH = 300 };

static void make_batch(struct fixture *f, unsigned first, struct change *batch[BATCH]) {
    static char values[BATCH][8];
    for (unsigned i = 0; i < BATCH; i++) {
        batch[i] = make_response(f, first + i, (int)(i % 11), NOW_MS + (int64_t)i * HOUR_MS);
        snprintf(values[i], sizeof values[i], "t%u", i);
        batch[i]->as.response.value.touchpoint = values[i];
    }
}

static void fail_each_allocation(const char *url) {
    struct fixture f;
    struct change *batch[BATCH];
    fixture_open(&f, url);
    make_shop(&f);
    assert_int_equal(apply(&f, make_response(&f, 100000, 9, NOW_MS)), OUTCOME_CREATED);
    unsigned failures = 0;
    for (bool done = false; !done; failures += !done) {
        char *before = rollups_text(&f);
        struct error err;
        make_batch(&f, 1, batch);
        allocations_left = (long)failures;
        enum cxd_err code = store_apply(f.store, batch, BATCH, &err);
        allocations_left = -1;
        done = code == CXD_OK;
        if (!done) {
            assert_int_equal(code, ERR_NO_MEMORY);
            assert_int_equal(count_all(&f), 1);
            char *after = rollups_text(&f);
            assert_string_equal(before, after);
            free(after);
        }
        free(before);
        assert_true(failures < 100);
    }
    assert_true(failures > 2);
    assert_int_equal(count_all(&f), BATCH + 1);
    fixture_close(&f);
}

static void test_refused_allocation_applies_nothing(void **state) {
    (void)state;
    fail_each_allocation("memory:");
    fail_each_allocation("sqlite:%s/cxd.db");
}

/* SQLite's own allocations: less and less of them until a batch fails somewhere in its middle. */
static void test_sqlite_out_of_memory_applies_nothing(void **state) {
    (void)state;
    struct fixture f;
    struct change *batch[BATCH];
    struct error err;
    unsigned failures = 0;
    fixture_open(&f, "sqlite:%s/cxd.db");
    make_shop(&f);
    for (int64_t room = 512; room < 4000000; room = room * 3 / 2) {
        make_batch(&f, 1, batch);
        sqlite3_hard_heap_limit64(sqlite3_memory_used() + room);
        enum cxd_err code = store_apply(f.store, batch, BATCH, &err);
        sqlite3_hard_heap_limit64(0);
        if (code == CXD_OK) {
            break;
        }
        assert_int_equal_message(code, ERR_NO_MEMORY, err.detail);
        assert_int_equal(count_all(&f), 0);
        failures++;
    }
    assert_true(failures > 3);
    assert_int_equal(count_all(&f), BATCH);
    fixture_close(&f);
}

/* A limit on the size of files stands for a full disk. */
static void test_full_disk_applies_nothing_and_recovers(void **state) {
    (void)state;
    struct fixture f;
    struct change *batch[BATCH];
    struct error err;
    struct rlimit before, tight;
    fixture_open(&f, "sqlite:%s/cxd.db");
    make_shop(&f);
    assert_int_equal(apply(&f, make_response(&f, 100000, 9, NOW_MS)), OUTCOME_CREATED);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    tight = before;
    struct stat status;
    char log[128];
    path_of(&f, "cxd.db-wal", log);
    assert_int_equal(stat(log, &status), 0);
    for (rlim_t more = 0; more < 20000; more += 5000) {
        make_batch(&f, 1, batch);
        tight.rlim_cur = (rlim_t)status.st_size + more;
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
        enum cxd_err code = store_apply(f.store, batch, BATCH, &err);
        assert_int_equal(count_all(&f), 1); /* reads go on */
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
        assert_int_equal_message(code, ERR_STORAGE_FULL, err.detail);
    }
    make_batch(&f, 1, batch);
    assert_ok(store_apply(f.store, batch, BATCH, &err), err);
    assert_int_equal(count_all(&f), BATCH + 1);
    fixture_reopen(&f);
    assert_int_equal(count_all(&f), BATCH + 1);
    fixture_close(&f);
}

static void test_faulty_fails_as_asked(void **state) {
    (void)state;
    struct fixture f;
    struct error err;
    static const struct {
        const char *url;
        enum cxd_err expected[5];
    } CASES[] = {
        {"faulty:storage:2:memory:", {CXD_OK, ERR_STORAGE, CXD_OK, CXD_OK, CXD_OK}},
        {"faulty:full:2-3:sqlite:%s/cxd.db", {CXD_OK, ERR_STORAGE_FULL, ERR_STORAGE_FULL, CXD_OK, CXD_OK}},
        {"faulty:memory:3+:memory:", {CXD_OK, CXD_OK, ERR_NO_MEMORY, ERR_NO_MEMORY, ERR_NO_MEMORY}},
    };
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        fixture_open(&f, CASES[i].url);
        make_shop(&f); /* carries no response: not counted */
        int64_t stored = 0;
        for (unsigned k = 0; k < 5; k++) {
            struct change *change = make_response(&f, k, 9, NOW_MS);
            assert_int_equal(store_apply(f.store, &change, 1, &err), CASES[i].expected[k]);
            stored += CASES[i].expected[k] == CXD_OK;
            assert_int_equal(count_all(&f), stored);
        }
        fixture_close(&f);
    }
}

static void test_discard_keeps_surveys_only(void **state) {
    (void)state;
    struct fixture f;
    fixture_open(&f, "discard:");
    make_shop(&f);
    assert_int_equal(f.survey, 1);
    assert_int_equal(apply(&f, make_response(&f, 1, 9, NOW_MS)), OUTCOME_CREATED);
    assert_int_equal(apply(&f, make_response(&f, 1, 9, NOW_MS)), OUTCOME_CREATED);
    assert_int_equal(count_all(&f), 0);
    fixture_close(&f);
}

static void test_reopened_store_holds_everything(void **state) {
    (void)state;
    struct fixture f;
    struct error err;
    struct survey_record *surveys;
    size_t count;
    fixture_open(&f, "sqlite:%s/cxd.db");
    make_shop(&f);
    assert_int_equal(apply(&f, make_response(&f, 1, 9, NOW_MS)), OUTCOME_CREATED);
    fixture_reopen(&f);
    assert_int_equal(count_all(&f), 1);
    assert_ok(store_read_surveys(f.reader, &f.arena, &surveys, &count, &err), err);
    assert_int_equal(count, 1);
    assert_string_equal(surveys[0].property_keys[0], "plan");
    assert_int_equal(apply(&f, make_response(&f, 1, 9, NOW_MS)), OUTCOME_REPLAYED);
    struct stat status;
    char path[128];
    path_of(&f, "cxd.db", path);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    fixture_close(&f);
}

static void test_second_open_is_refused(void **state) {
    (void)state;
    struct fixture f;
    struct error err;
    struct store *second = NULL;
    char pid[32];
    fixture_open(&f, "sqlite:%s/cxd.db");
    assert_int_equal(store_open(f.url, &second, &err), ERR_LOCKED);
    snprintf(pid, sizeof pid, "process %ld", (long)getpid());
    assert_non_null(strstr(err.detail, pid));
    make_shop(&f); /* the first is not harmed */
    fixture_reopen(&f);
    fixture_close(&f);
}

static void run_sql(const char *path, const char *sql) {
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void assert_schema_error(struct fixture *f, const char *mention) {
    struct error err;
    fixture_close_store(f);
    assert_int_equal_message(store_open(f->url, &f->store, &err), ERR_SCHEMA, "");
    assert_non_null(strstr(err.detail, mention));
    assert_null(f->store);
}

static void test_newer_and_foreign_files_are_refused(void **state) {
    (void)state;
    struct fixture f;
    char path[128];
    static const struct {
        const char *sql, *mention;
    } CASES[] = {
        {"PRAGMA user_version = 77", "schema 77"},
        {"PRAGMA application_id = 5", "cxd.db is a database, but not one of cxd"},
        {"PRAGMA application_id = 0", "not one of cxd"},
    };
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        fixture_open(&f, "sqlite:%s/cxd.db");
        fixture_close_store(&f);
        path_of(&f, "cxd.db", path);
        run_sql(path, CASES[i].sql);
        assert_schema_error(&f, CASES[i].mention);
        fixture_close(&f);
    }
    fixture_open(&f, "sqlite:%s/cxd.db");
    fixture_close_store(&f);
    path_of(&f, "cxd.db", path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (int i = 0; i < 400; i++) {
        fputs("dear diary, ", file);
    }
    fclose(file);
    assert_schema_error(&f, "cxd.db is not a database of cxd");
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_size, 400 * 12); /* left as it was */
    fixture_close(&f);
}

static void test_missing_directory_is_made(void **state) {
    (void)state;
    struct store *store = NULL;
    struct error err;
    char directory[] = "/tmp/cxd-store-XXXXXX", url[128], path[128];
    assert_non_null(mkdtemp(directory));
    snprintf(url, sizeof url, "sqlite:%s/a/cxd.db", directory);
    assert_ok(store_open(url, &store, &err), err);
    store_close(store);
    store = NULL;
    snprintf(url, sizeof url, "sqlite:%s/b/c/cxd.db", directory);
    assert_int_equal(store_open(url, &store, &err), ERR_STORAGE);
    assert_null(store);
    static const char *const NAMES[] = {"a/cxd.db", "a/cxd.db.lock"};
    for (size_t i = 0; i < CXD_COUNT(NAMES); i++) {
        snprintf(path, sizeof path, "%s/%s", directory, NAMES[i]);
        assert_int_equal(unlink(path), 0); /* and nothing else is left beside it */
    }
    snprintf(path, sizeof path, "%s/a", directory);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(rmdir(directory), 0);
}

static void test_erased_words_leave_the_file(void **state) {
    (void)state;
    struct fixture f;
    char path[128];
    fixture_open(&f, "sqlite:%s/cxd.db");
    make_shop(&f);
    struct change *change = make_response(&f, 1, 9, NOW_MS);
    change->as.response.value.respondent = "ann-the-respondent";
    change->as.response.value.comment = "my-telling-comment";
    change->as.response.value.touchpoint = "her-touchpoint";
    assert_int_equal(apply(&f, change), OUTCOME_CREATED);
    struct change *erase = make_change(&f, CHANGE_ERASE, NOW_MS);
    erase->as.erase.respondent = "ann-the-respondent";
    erase->as.erase.counts = true;
    erase->as.erase.limit = SIZE_MAX;
    assert_int_equal(apply(&f, erase), OUTCOME_AMENDED);
    fixture_close_store(&f);
    path_of(&f, "cxd.db", path);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    static char bytes[1 << 20];
    size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    assert_true(size > 4096);
    static const char *const WORDS[] = {"ann-the-respondent", "my-telling-comment", "her-touchpoint"};
    for (size_t i = 0; i < CXD_COUNT(WORDS); i++) {
        assert_null(memmem(bytes, size, WORDS[i], strlen(WORDS[i])));
    }
    assert_non_null(memmem(bytes, size, "shop", 4));
    fixture_close(&f);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused_allocation_applies_nothing),
        cmocka_unit_test(test_sqlite_out_of_memory_applies_nothing),
        cmocka_unit_test(test_full_disk_applies_nothing_and_recovers),
        cmocka_unit_test(test_faulty_fails_as_asked),
        cmocka_unit_test(test_discard_keeps_surveys_only),
        cmocka_unit_test(test_reopened_store_holds_everything),
        cmocka_unit_test(test_second_open_is_refused),
        cmocka_unit_test(test_newer_and_foreign_files_are_refused),
        cmocka_unit_test(test_missing_directory_is_made),
        cmocka_unit_test(test_erased_words_leave_the_file),
    };
    sqlite3_initialize(); /* before the engine's own set-up, which would turn the heap limit off */
    return cmocka_run_group_tests_name("store faults", tests, NULL, NULL);
}
