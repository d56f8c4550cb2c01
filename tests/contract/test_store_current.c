/* store_open_current: a store that is there and of this version, or none. What it refuses it leaves as it was: it makes
 * no file and raises no schema, and holds no lock. */

#include <sys/stat.h>

#include "database.h"
#include "fixture.h"

static struct fixture f;

static int setup(void **state) {
    (void)state;
    fixture_open(&f, "sqlite:%s/cxd.db");
    make_shop(&f);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    fixture_close(&f);
    return 0;
}

static char *path_of(const char *name, char out[128]) {
    snprintf(out, 128, "%s/%s", f.directory, name);
    return out;
}

static void assert_refused(const char *url, enum cxd_err expected, const char *mention) {
    struct store *store = NULL;
    struct error err;
    enum cxd_err code = store_open_current(url, &store, &err);
    assert_int_equal_message(code, expected, code == CXD_OK ? "" : err.detail);
    if (!strstr(err.detail, mention))
        fail_msg("'%s' does not say '%s'", err.detail, mention);
    assert_null(store);
}

static void test_what_is_there_is_opened_and_written(void **state) {
    struct error err;
    (void)state;
    assert_int_equal(apply(&f, make_response(&f, 1, 9, NOW_MS)), OUTCOME_CREATED);
    fixture_close_store(&f);
    assert_ok(store_open_current(f.url, &f.store, &err), err);
    assert_ok(store_reader_open(f.store, &f.reader, &err), err);
    assert_int_equal(count_all(&f), 1);
    assert_int_equal(apply(&f, make_response(&f, 2, 9, NOW_MS)), OUTCOME_CREATED);
    assert_refused(f.url, ERR_LOCKED, "is in use by process");
    fixture_reopen(&f);
    assert_int_equal(count_all(&f), 2);
}

static void test_what_is_open_is_refused_and_goes_on(void **state) {
    char pid[32];
    (void)state;
    snprintf(pid, sizeof pid, "process %ld", (long)getpid());
    assert_refused(f.url, ERR_LOCKED, pid);
    assert_int_equal(apply(&f, make_response(&f, 1, 9, NOW_MS)), OUTCOME_CREATED);
}

static void test_none_is_made(void **state) {
    static const char *const NAMES[] = {"none.db", "none.db.lock", "none", NULL};
    char url[160], path[128];
    (void)state;
    snprintf(url, sizeof url, "sqlite:%s/none.db", f.directory);
    assert_refused(url, ERR_STORAGE, "none.db");
    snprintf(url, sizeof url, "sqlite:%s/none/none.db", f.directory);
    assert_refused(url, ERR_STORAGE, "there is no database");
    for (size_t i = 0; NAMES[i]; i++)
        assert_int_not_equal(access(path_of(NAMES[i], path), F_OK), 0);
}

/* Refused, left as it is, and afterwards opened by who may raise it. */
static void test_none_is_raised(void **state) {
    char path[128], sql[64];
    (void)state;
    path_of("cxd.db", path);
    fixture_close_store(&f);
    sqlite3 *db = open_database(path);
    int64_t newest = number_of(db, "PRAGMA user_version");
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    for (int64_t version = newest - 1; version <= newest + 1; version += 2) {
        snprintf(sql, sizeof sql, "PRAGMA user_version = %lld", (long long)version);
        run_sql_in(path, sql);
        snprintf(sql, sizeof sql, "has schema %lld", (long long)version);
        assert_refused(f.url, ERR_SCHEMA, sql);
        db = open_database(path);
        assert_int_equal(number_of(db, "PRAGMA user_version"), version);
        assert_int_equal(sqlite3_close(db), SQLITE_OK);
    }
    snprintf(sql, sizeof sql, "PRAGMA user_version = %lld", (long long)newest);
    run_sql_in(path, sql);
    fixture_reopen(&f);
}

static void test_what_is_no_store_is_refused(void **state) {
    char path[128];
    struct stat found;
    (void)state;
    fixture_close_store(&f);
    path_of("cxd.db", path);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_refused(f.url, ERR_STORAGE, "cxd.db");
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(symlink("elsewhere", path), 0);
    assert_refused(f.url, ERR_STORAGE, "cxd.db");
    assert_int_equal(unlink(path), 0);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fclose(file);
    assert_refused(f.url, ERR_SCHEMA, "is empty");
    assert_int_equal(stat(path, &found), 0);
    assert_int_equal(found.st_size, 0);
    fixture_reopen(&f); /* an empty file is for the first start */
}

static void test_engines_that_keep_nothing(void **state) {
    (void)state;
    assert_refused("memory:", ERR_CONFIG, "while its daemon runs");
    assert_refused("postgres:cxd", ERR_CONFIG, "postgres:cxd");
    assert_refused("", ERR_CONFIG, "storage URL");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_what_is_there_is_opened_and_written),
        TEST(test_what_is_open_is_refused_and_goes_on),
        TEST(test_none_is_made),
        TEST(test_none_is_raised),
        TEST(test_what_is_no_store_is_refused),
        TEST(test_engines_that_keep_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
