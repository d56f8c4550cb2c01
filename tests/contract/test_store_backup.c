/* A store as a whole: copies while it is open, what becomes of a copy that fails, and every kind of damage found and
 * named. */

#include "../support/files.h"
#include "database.h"
#include "fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "cxd/store/backup.h"
#include "store/sqlite/backup.h"

enum { RESPONSES = 3000 };

struct place {
    struct fixture f;
    char copy[128], other[128]; /* paths in the fixture's directory */
};

static void fill(struct fixture *f) {
    static const char *const TOUCHPOINTS[] = {"checkout", "support", "app"};
    static const char *const PLANS[] = {"free", "pro"};
    static struct property properties[RESPONSES];
    static char comment[600]; /* so that there are some MiB to copy */
    struct change *batch[RESPONSES];
    struct error err;
    memset(comment, 'x', sizeof comment - 1);
    for (unsigned i = 0; i < RESPONSES; i++) {
        struct response *response;
        batch[i] = make_response(f, i, (int)(i % 11), NOW_MS + (int64_t)(i % 97) * HOUR_MS);
        response = &batch[i]->as.response.value;
        properties[i] = (struct property){"plan", PLANS[i % 2]};
        response->touchpoint = TOUCHPOINTS[i % 3];
        response->properties = &properties[i];
        response->property_count = 1;
        response->comment = comment;
    }
    assert_ok(store_apply(f->store, batch, RESPONSES, NULL, &err), err);
}

static int setup(void **state) {
    static struct place place;
    struct fixture *f = &place.f;
    fixture_open(f, "sqlite:%s/cxd.db");
    make_shop(f);
    fill(f);
    snprintf(place.copy, sizeof place.copy, "%s/copy.db", f->directory);
    snprintf(place.other, sizeof place.other, "%s/other.db", f->directory);
    *state = &place;
    return 0;
}

static bool exists(const char *path, const char *suffix) {
    char name[160];
    struct stat found;
    snprintf(name, sizeof name, "%s%s", path, suffix);
    return lstat(name, &found) == 0;
}

static void remove_all(const char *path) {
    static const char *const SUFFIXES[] = {"", ".partial", "-wal", "-shm", "-journal", ".lock"};
    for (size_t i = 0; i < CXD_COUNT(SUFFIXES); i++) {
        char name[160];
        snprintf(name, sizeof name, "%s%s", path, SUFFIXES[i]);
        unlink(name);
    }
}

static int teardown(void **state) {
    struct place *place = *state;
    remove_all(place->copy);
    remove_all(place->other);
    fixture_close(&place->f);
    return 0;
}

static const char *url_of(const char *path) {
    static char url[160];
    snprintf(url, sizeof url, "sqlite:%s", path);
    return url;
}

static void make_copy(struct place *place) {
    struct store_report report;
    struct error err;
    remove_all(place->copy);
    assert_ok(store_backup(place->f.url, place->copy, NULL, &report, &err), err);
}

static void test_a_copy_is_a_store(void **state) {
    struct place *place = *state;
    struct store_report report;
    struct error err;
    struct stat file;
    assert_ok(store_backup(place->f.url, place->copy, NULL, &report, &err), err);
    assert_true(store_report_is_good(&report));
    assert_int_equal(report.responses, RESPONSES);
    assert_int_equal(report.surveys, 1);
    assert_int_equal(report.audit_records, 1);
    assert_int_equal(stat(place->copy, &file), 0);
    assert_int_equal(file.st_mode & 0777, 0600);
    assert_int_equal(file.st_size, report.bytes);
    assert_false(exists(place->copy, ".partial") || exists(place->copy, "-wal") || exists(place->copy, "-shm") ||
                 exists(place->copy, "-journal"));

    char *before = rollups_text(&place->f);
    assert_int_equal(apply(&place->f, make_response(&place->f, 90000, 3, NOW_MS)), OUTCOME_CREATED);
    assert_ok(store_restore(place->copy, url_of(place->other), NULL, &report, &err), err);
    assert_int_equal(report.responses, RESPONSES);
    struct fixture restored = {.survey = place->f.survey};
    assert_ok(store_open(url_of(place->other), &restored.store, &err), err);
    assert_ok(store_reader_open(restored.store, &restored.reader, &err), err);
    char *after = rollups_text(&restored);
    assert_string_equal(before, after);
    struct response response;
    arena_init(&restored.arena);
    assert_true(read_response(&restored, RESPONSES - 1, &response));
    assert_string_equal(response.properties[0].value, "pro");
    assert_false(read_response(&restored, 90000, &response));
    fixture_close_store(&restored);
    arena_free(&restored.arena);
    free(before);
    free(after);
}

static void test_memory_has_no_file(void **state) {
    struct place *place = *state;
    struct store_report report;
    struct error err;
    assert_int_equal(store_check("memory:", NULL, &report, &err), ERR_CONFIG);
    assert_non_null(strstr(err.detail, "memory:"));
    assert_int_equal(store_backup("memory:", place->copy, NULL, &report, &err), ERR_CONFIG);
    make_copy(place);
    assert_int_equal(store_restore(place->copy, "memory:", NULL, &report, &err), ERR_CONFIG);
    assert_int_equal(store_check("odd:x", NULL, &report, &err), ERR_CONFIG);
}

static void test_nothing_is_overwritten(void **state) {
    struct place *place = *state;
    struct store_report report;
    struct error err;
    make_copy(place);
    assert_int_equal(store_backup(place->f.url, place->copy, NULL, &report, &err), ERR_EXISTS);
    assert_int_equal(symlink("nowhere", place->other), 0);
    assert_int_equal(store_backup(place->f.url, place->other, NULL, &report, &err), ERR_EXISTS);
    assert_int_equal(store_restore(place->copy, url_of(place->other), NULL, &report, &err), ERR_EXISTS);
    unlink(place->other);
    static const char *const SUFFIXES[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < CXD_COUNT(SUFFIXES); i++) {
        char name[160];
        snprintf(name, sizeof name, "%s%s", place->other, SUFFIXES[i]);
        close(open(name, O_CREAT | O_WRONLY, 0600));
        assert_int_equal(store_restore(place->copy, url_of(place->other), NULL, &report, &err), ERR_EXISTS);
        assert_non_null(strstr(err.detail, name));
        unlink(name);
    }
    assert_false(exists(place->other, ".partial"));
    assert_int_equal(store_restore(place->copy, place->f.url, NULL, &report, &err), ERR_EXISTS);
}

static void test_a_daemon_that_lost_its_file_keeps_its_place(void **state) {
    struct place *place = *state;
    struct store_report report;
    struct error err;
    char name[160];
    make_copy(place);
    snprintf(name, sizeof name, "%s.lock", place->other);
    int fd = open(name, O_CREAT | O_RDWR, 0600);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    assert_int_equal(store_restore(place->copy, url_of(place->other), NULL, &report, &err), ERR_LOCKED);
    assert_false(exists(place->other, "") || exists(place->other, ".partial"));
    close(fd);
    assert_ok(store_restore(place->copy, url_of(place->other), NULL, &report, &err), err);
}

static void test_leftovers_of_a_crash(void **state) {
    struct place *place = *state;
    struct store_report report;
    struct error err;
    char name[160];
    snprintf(name, sizeof name, "%s.partial", place->copy);
    int fd = open(name, O_CREAT | O_RDWR, 0644);
    assert_int_equal(write(fd, "rubbish", 7), 7);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    assert_int_equal(store_backup(place->f.url, place->copy, NULL, &report, &err), ERR_LOCKED);
    assert_true(exists(place->copy, ".partial"));
    close(fd);
    assert_ok(store_backup(place->f.url, place->copy, NULL, &report, &err), err);
    assert_false(exists(place->copy, ".partial"));
}

struct telling {
    enum store_stage stage; /* the run ends there, after `left` tellings */
    int left;
    int64_t last_done, most;
    unsigned count[2];
};

static bool tell(void *context, enum store_stage stage, int64_t done, int64_t total) {
    struct telling *telling = context;
    assert_true(done >= 0 && done <= total);
    telling->count[stage]++;
    return stage != telling->stage || telling->left-- > 0;
}

static void test_progress_and_cancelling(void **state) {
    struct place *place = *state;
    struct store_report report;
    struct error err;
    struct telling telling = {.stage = STORE_VERIFYING, .left = 1000};
    struct store_progress progress = {.tell = tell, .context = &telling};
    assert_ok(store_backup(place->f.url, place->copy, &progress, &report, &err), err);
    assert_true(telling.count[STORE_COPYING] > 0 && telling.count[STORE_VERIFYING] > 0);
    assert_ok(store_check(place->f.url, &progress, &report, &err), err);
    unlink(place->copy);
    for (int stage = STORE_COPYING; stage <= STORE_VERIFYING; stage++) {
        telling = (struct telling){.stage = (enum store_stage)stage, .left = 0};
        assert_int_equal(store_backup(place->f.url, place->copy, &progress, &report, &err), ERR_CANCELLED);
        assert_false(exists(place->copy, "") || exists(place->copy, ".partial"));
    }
    telling = (struct telling){.stage = STORE_VERIFYING, .left = 0};
    assert_int_equal(store_check(place->f.url, &progress, &report, &err), ERR_CANCELLED);
}

/* The writer commits between the steps of the copy: what is copied is the state of its begin. */
static bool write_meanwhile(void *context, enum store_stage stage, int64_t done, int64_t total) {
    struct fixture *f = context;
    static unsigned number = 100000;
    (void)done;
    (void)total;
    if (stage == STORE_COPYING)
        assert_int_equal(apply(f, make_response(f, number++, 9, NOW_MS)), OUTCOME_CREATED);
    return true;
}

static void test_a_copy_is_of_one_moment(void **state) {
    struct place *place = *state;
    struct store_report report;
    struct error err;
    struct store_progress progress = {.tell = write_meanwhile, .context = &place->f};
    assert_ok(store_backup(place->f.url, place->copy, &progress, &report, &err), err);
    assert_int_equal(report.responses, RESPONSES);
    assert_true(count_all(&place->f) > count_all(&(struct fixture){.survey = 0, .reader = place->f.reader}));
    assert_ok(store_check(place->f.url, NULL, &report, &err), err);
    assert_true(report.responses > RESPONSES);
}

/* Somebody puts a file there while the copy is made: it stays. */
static bool get_in_between(void *context, enum store_stage stage, int64_t done, int64_t total) {
    (void)done;
    (void)total;
    if (stage == STORE_VERIFYING && !exists(context, "")) {
        int fd = open(context, O_CREAT | O_WRONLY | O_EXCL, 0600);
        assert_int_equal(write(fd, "mine", 4), 4);
        close(fd);
    }
    return true;
}

static void test_what_came_in_between_stays(void **state) {
    struct place *place = *state;
    struct store_report report;
    struct error err;
    struct stat file;
    struct store_progress progress = {.tell = get_in_between, .context = place->copy};
    assert_int_equal(store_backup(place->f.url, place->copy, &progress, &report, &err), ERR_EXISTS);
    assert_int_equal(stat(place->copy, &file), 0);
    assert_int_equal(file.st_size, 4);
    assert_false(exists(place->copy, ".partial"));
}

/* More sums than are held at once, and a stretch that would end within a quarter hour if it could. */
static void test_many_stretches(void **state) {
    enum { MANY = 9001, QUARTER_MS = 15 * 60 * 1000 };
    static const char *const VALUES[] = {"a", "b"};
    static struct property properties[MANY];
    static struct change *batch[MANY];
    struct place *place = *state;
    struct store_report report;
    struct error err;
    struct change *many = make_survey(&place->f, "many", "{}", (const char *[]){"plan", NULL});
    assert_int_equal(apply(&place->f, many), OUTCOME_CREATED);
    for (unsigned i = 0; i < MANY; i++) {
        batch[i] = make_response(&place->f, 50000 + i, (int)(i % 11), NOW_MS + (int64_t)((i + 1) / 2) * QUARTER_MS);
        struct response *response = &batch[i]->as.response.value;
        properties[i] = (struct property){"plan", VALUES[i % 2]};
        response->survey = many->as.survey.number;
        response->touchpoint = VALUES[i % 2];
        response->properties = &properties[i];
        response->property_count = 1;
    }
    assert_ok(store_apply(place->f.store, batch, MANY, NULL, &err), err);
    assert_ok(store_check(place->f.url, NULL, &report, &err), err);
    assert_string_equal(report.parts[STORE_ROLLUPS].places[0], "");
    assert_true(store_report_is_good(&report));
    assert_int_equal(report.responses, RESPONSES + MANY);
    /* One row too many of each quarter hour of the total is seen, wherever a stretch ends. */
    make_copy(place);
    run_sql_in(place->copy, "UPDATE rollup SET n0 = n0 + 1 WHERE survey = 2 AND segmented = 0 AND tier = 3");
    assert_ok(store_check(url_of(place->copy), NULL, &report, &err), err);
    assert_true(report.parts[STORE_ROLLUPS].damage >= (MANY + 1) / 2);
    assert_int_equal(report.parts[STORE_ROLLUPS].damage, (MANY + 1) / 2 + 1126);
}

static void test_full_disk(void **state) {
    struct place *place = *state;
    struct store_report report;
    struct error err;
    struct rlimit before, small = {256 * 1024, 256 * 1024};
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small.rlim_max = before.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    enum cxd_err code = store_backup(place->f.url, place->copy, NULL, &report, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(code, ERR_STORAGE_FULL);
    assert_false(exists(place->copy, "") || exists(place->copy, ".partial"));
    assert_ok(store_backup(place->f.url, place->copy, NULL, &report, &err), err);
}

/* What somebody may do to a file, and the words by which the check names it. */
static const struct {
    const char *sql;
    enum store_part part;
    int64_t damage;
    const char *place;
} DAMAGES[] = {
    {"DELETE FROM response WHERE id = (SELECT id FROM response ORDER BY id LIMIT 1 OFFSET 5)", STORE_ROLLUPS, 3,
     "shop, total, quarter hour 2026-03-20T14:45:00Z: the rollup says 31 responses, there are 30"},
    {"UPDATE response SET score = (score + 1) % 11 WHERE rowid_ = 7", STORE_ROLLUPS, 3, "with other scores"},
    {"UPDATE response SET touchpoint = 'support' WHERE rowid_ = 6", STORE_ROLLUPS, 2, "shop, touchpoint, quarter"},
    {"UPDATE response SET touchpoint = 'new' WHERE rowid_ = 6", STORE_ROLLUPS, 2, "shop, touchpoint, quarter"},
    {"UPDATE response SET excluded = 1 WHERE rowid_ = 6", STORE_ROLLUPS, 3, "shop, total"},
    {"UPDATE response SET excluded = 2 WHERE rowid_ = 6", STORE_ROLLUPS, 3, "shop, total"},
    {"UPDATE response SET excluded = 2, score = 3 WHERE rowid_ = 6", STORE_RECORDS, 1, "a response counts as 2"},
    {"UPDATE response SET excluded = 4 WHERE rowid_ = 6", STORE_RECORDS, 1, "a response counts as 4"},
    {"UPDATE response SET properties = NULL WHERE rowid_ = 6", STORE_ROLLUPS, 1, "shop, property.plan"},
    {"UPDATE response SET properties = '{' WHERE rowid_ = 6", STORE_INTEGRITY, 1, "shop: the properties"},
    {"UPDATE response SET revision = 7 WHERE rowid_ = 6", STORE_REFERENCES, 1, "shop: a response answers revision 7"},
    {"UPDATE response SET survey = 7 WHERE rowid_ = 6", STORE_REFERENCES, 1, "1 responses name survey 7"},
    {"UPDATE survey SET scale_max = 9", STORE_REFERENCES, 272, "shop: a response has the score 10"},
    {"UPDATE rollup SET n3 = n3 + 1 WHERE tier = 3 AND segmented = 0 AND bucket = (SELECT min(bucket) FROM "
     "rollup WHERE tier = 3)",
     STORE_ROLLUPS, 2, "shop, total, quarter hour 2026-03-20T09:45:00Z: the rollup says 32 responses, there are 31"},
    {"UPDATE rollup SET n3 = n3 + 1, n4 = n4 - 1 WHERE tier = 2 AND segmented = 0", STORE_ROLLUPS, 102,
     "shop, total, hour"},
    {"UPDATE rollup SET n3 = n3 + 1 WHERE tier = 1 AND segmented = 1 AND series = 2 AND bucket = (SELECT "
     "min(bucket) FROM rollup WHERE tier = 1)",
     STORE_ROLLUPS, 2, "day 2026-03-20T00:00:00Z: not the sum of its hours"},
    {"UPDATE rollup SET n3 = n3 + 1 WHERE tier = 0 AND segmented = 0", STORE_ROLLUPS, 1,
     "shop, total, all time: not the sum"},
    {"DELETE FROM rollup WHERE tier = 0 AND segmented = 0", STORE_ROLLUPS, 1, "shop, total, all time: not the sum"},
    {"DELETE FROM rollup WHERE tier = 2 AND segmented = 0 AND bucket = (SELECT min(bucket) FROM rollup WHERE "
     "tier = 2)",
     STORE_ROLLUPS, 2, "shop, total, hour 2026-03-20T09:00:00Z: missing"},
    {"DELETE FROM rollup", STORE_ROLLUPS, 97 * 6 + 1, "5 values that no response has any more"},
    {"INSERT INTO rollup VALUES (1, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)", STORE_ROLLUPS, 1,
     "no count can be in"},
    {"INSERT INTO rollup VALUES (1, 0, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)", STORE_ROLLUPS, 2,
     "quarter hour 1970-01-01T01:00:00Z: the rollup says 1 responses, there are 0"},
    {"INSERT INTO rollup VALUES (9, 0, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)", STORE_REFERENCES, 1,
     "1 rollup rows name survey 9"},
    {"INSERT INTO series VALUES (99, 1, 'channel', 'x')", STORE_ROLLUPS, 2, "1 values that no response has any more"},
    {"UPDATE dimension SET series = 9 WHERE name = 'touchpoint'", STORE_ROLLUPS, 1,
     "shop, touchpoint: the number of its values"},
    {"UPDATE dimension SET beyond = 3 WHERE name = 'touchpoint'", STORE_ROLLUPS, 1,
     "shop, touchpoint: 3 responses are said to have a value without rollups, there are 0"},
    {"DELETE FROM dimension WHERE name = 'touchpoint'", STORE_ROLLUPS, 1, "values of dimensions that are not there"},
    {"INSERT INTO survey_revision VALUES (5, 1, '{}', 0)", STORE_REFERENCES, 1,
     "a row of survey_revision names a survey"},
    {"UPDATE audit SET detail = 'nothing'", STORE_AUDIT, 1, "record 1 is not what was written"},
    {"UPDATE audit SET number = 3", STORE_AUDIT, 1, "record 1 is not there"},
    {"DROP INDEX response_flagged", STORE_SCHEMA, 1, "the index response_flagged is missing"},
    {"DROP TABLE audit", STORE_SCHEMA, 2, "the index audit_by_target is missing"},
    {"ALTER TABLE api_key ADD COLUMN more TEXT", STORE_SCHEMA, 1, "the table api_key is not as cxd makes it"},
    {"CREATE TRIGGER t AFTER INSERT ON response BEGIN DELETE FROM audit; END", STORE_SCHEMA, 1,
     "the trigger t is not cxd's"},
    {"PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE TABLE' WHERE name = 'audit'", STORE_INTEGRITY,
     1, "malformed"},
};

static void damage(const char *path, const char *sql) {
    char text[512];
    const char *number = strstr(sql, "rowid_ = ");
    if (number) {
        snprintf(text, sizeof text, "%.*sid = (SELECT id FROM response ORDER BY id LIMIT 1 OFFSET %s)",
                 (int)(number - sql), sql, number + strlen("rowid_ = "));
    }
    run_sql_in(path, number ? text : sql);
}

static void test_damage_is_found_and_not_restored(void **state) {
    struct place *place = *state;
    struct store_report report;
    struct error err;
    for (size_t i = 0; i < CXD_COUNT(DAMAGES); i++) {
        make_copy(place);
        damage(place->copy, DAMAGES[i].sql);
        assert_ok(store_check(url_of(place->copy), NULL, &report, &err), err);
        const struct store_finding *finding = &report.parts[DAMAGES[i].part];
        if (finding->damage != DAMAGES[i].damage || !strstr(finding->places[0], DAMAGES[i].place)) {
            fail_msg("%s: %lld of %s: %s", DAMAGES[i].sql, (long long)finding->damage, store_part_name(DAMAGES[i].part),
                     finding->places[0]);
        }
        assert_false(store_report_is_good(&report));
        enum cxd_err code = store_restore(place->copy, url_of(place->other), NULL, &report, &err);
        assert_int_equal_message(code, ERR_DAMAGED, DAMAGES[i].sql);
        assert_false(exists(place->other, "") || exists(place->other, ".partial"));
    }
    /* What somebody adds for their own questions is not damage. */
    make_copy(place);
    run_sql_in(place->copy, "CREATE INDEX mine ON response (comment); CREATE TABLE mine_too (a); ANALYZE");
    assert_ok(store_check(url_of(place->copy), NULL, &report, &err), err);
    assert_true(store_report_is_good(&report));
}

/* Every page in turn is overwritten: none goes unseen, or is no part of the database any more. */
static void test_every_page_matters(void **state) {
    struct place *place = *state;
    struct store_report report;
    struct error err;
    unsigned char page[4096], rubbish[1024];
    make_copy(place);
    memset(rubbish, 0xa5, sizeof rubbish);
    int fd = open(place->copy, O_RDWR);
    struct stat file;
    assert_int_equal(fstat(fd, &file), 0);
    for (off_t at = 0; at < file.st_size; at += 37 * (off_t)sizeof page) {
        assert_int_equal(pread(fd, page, sizeof page, at), sizeof page);
        assert_int_equal(pwrite(fd, rubbish, sizeof rubbish, at), sizeof rubbish);
        enum cxd_err code = store_check(url_of(place->copy), NULL, &report, &err);
        assert_true(at == 0 ? code == ERR_SCHEMA : code == CXD_OK && !store_report_is_good(&report));
        assert_int_equal(pwrite(fd, page, sizeof page, at), sizeof page);
    }
    assert_ok(store_check(url_of(place->copy), NULL, &report, &err), err);
    assert_true(store_report_is_good(&report));
    assert_int_equal(ftruncate(fd, file.st_size / 2), 0);
    assert_ok(store_check(url_of(place->copy), NULL, &report, &err), err);
    assert_true(report.parts[STORE_INTEGRITY].damage > 0);
    close(fd);
}

static void test_what_is_no_store(void **state) {
    struct place *place = *state;
    struct store_report report;
    struct error err;
    assert_int_equal(store_check(url_of(place->copy), NULL, &report, &err), ERR_STORAGE);
    assert_non_null(strstr(err.detail, "there is no database at"));
    assert_int_equal(store_check(url_of(place->f.directory), NULL, &report, &err), ERR_STORAGE);
    close(open(place->copy, O_CREAT | O_WRONLY, 0600));
    assert_int_equal(store_check(url_of(place->copy), NULL, &report, &err), ERR_SCHEMA);
    assert_int_equal(store_restore(place->copy, url_of(place->other), NULL, &report, &err), ERR_SCHEMA);
    run_sql_in(place->copy, "CREATE TABLE t (a)");
    assert_int_equal(store_check(url_of(place->copy), NULL, &report, &err), ERR_SCHEMA);
    make_copy(place);
    run_sql_in(place->copy, "PRAGMA user_version = 999");
    assert_int_equal(store_check(url_of(place->copy), NULL, &report, &err), ERR_SCHEMA);
    assert_non_null(strstr(err.detail, "999"));
    assert_int_equal(store_restore(place->copy, url_of(place->other), NULL, &report, &err), ERR_SCHEMA);
    assert_false(exists(place->other, ""));
}

/* A store of the first schema number, as a daemon of then left it. */
static void test_older_schema(void **state) {
    struct place *place = *state;
    struct store_report report;
    struct error err;
    size_t size = 0;
    char *sql = read_file("sql/sqlite/0001_initial.sql", &size);
    assert_non_null(sql);
    run_sql_in(place->copy, "PRAGMA journal_mode = WAL");
    run_sql_in(place->copy, sql);
    free(sql);
    run_sql_in(place->copy, "INSERT INTO survey VALUES (1, 'shop', 1, '{}', 'nps', 0, 10, 0, 0, 0);"
                            "INSERT INTO survey_revision VALUES (1, 1, '{}', 0);"
                            "INSERT INTO response VALUES (zeroblob(16), 1, 1, 9, 5, 5, 0, NULL, NULL, NULL, "
                            "NULL, NULL, NULL, NULL);"
                            "INSERT INTO rollup SELECT 1, 0, value, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0 FROM "
                            "json_each('[0,1,2,3]')");
    assert_ok(store_check(url_of(place->copy), NULL, &report, &err), err);
    assert_int_equal(report.schema, 1);
    assert_true(store_report_is_good(&report));
    assert_ok(store_restore(place->copy, url_of(place->other), NULL, &report, &err), err);
    struct fixture restored = {.survey = 1};
    assert_ok(store_open(url_of(place->other), &restored.store, &err), err);
    assert_ok(store_reader_open(restored.store, &restored.reader, &err), err);
    assert_int_equal(count_all(&restored), 1);
    fixture_close_store(&restored);
}

/* No right to write beside the file, or none to read it. Root, who may do everything, takes the place of another. */
static void test_rights(void **state) {
    enum { OTHER = 65534 };
    struct place *place = *state;
    struct store_report report;
    struct error err;
    const char *path = place->f.url + strlen("sqlite:");
    bool is_root = geteuid() == 0;
    fixture_close_store(&place->f);
    if (is_root) {
        assert_int_equal(chown(place->f.directory, OTHER, OTHER), 0);
        assert_int_equal(chown(path, OTHER, OTHER), 0);
        assert_int_equal(seteuid(OTHER), 0);
    }
    assert_int_equal(chmod(place->f.directory, 0500), 0);
    assert_ok(store_check(place->f.url, NULL, &report, &err), err);
    assert_int_equal(report.responses, RESPONSES);
    assert_int_equal(store_backup(place->f.url, place->copy, NULL, &report, &err), ERR_STORAGE);
    assert_int_equal(chmod(place->f.directory, 0700), 0);
    assert_int_equal(chmod(path, 0), 0);
    enum cxd_err code = store_check(place->f.url, NULL, &report, &err);
    if (is_root)
        assert_int_equal(seteuid(0), 0);
    assert_int_equal(code, ERR_STORAGE);
    assert_non_null(strstr(err.detail, "Permission denied"));
}

/* What was put in the place of a partial, once it was made. */
static void put_link(const char *at, const char *victim) {
    assert_int_equal(symlink(victim, at), 0);
}

static void put_file(const char *at, const char *victim) {
    assert_int_equal(rename(victim, at), 0);
}

static void assert_not_written(struct place *place, const char *sql, void (*put)(const char *, const char *)) {
    struct source source = {.lock_fd = -1};
    struct partial partial = {.fd = -1};
    struct watch watch = {.progress = NULL};
    struct stat before, after;
    struct error err;
    char name[160];
    remove_all(place->copy);
    remove_all(place->other);
    run_sql_in(place->other, sql);
    assert_int_equal(stat(place->other, &before), 0);
    assert_ok(sqlite_source_open(strchr(place->f.url, ':') + 1, SOURCE_STORE, NULL, &source, &err), err);
    assert_ok(sqlite_partial_create(place->copy, PARTIAL_IS_NEW, 0, &partial, &err), err);
    snprintf(name, sizeof name, "%s.partial", place->copy);
    assert_int_equal(unlink(name), 0);
    put(name, place->other);
    assert_int_equal(sqlite_backup_copy(&source.db, &partial, &watch, &err), ERR_STORAGE);
    assert_non_null(strstr(err.detail, "was replaced while it was written"));
    assert_int_equal(stat(name, &after), 0);
    assert_int_equal(after.st_ino, before.st_ino);
    assert_int_equal(after.st_size, before.st_size);
    assert_memory_equal(&after.st_mtim, &before.st_mtim, sizeof after.st_mtim);
    sqlite_source_close(&source);
    sqlite_partial_discard(&partial);
    assert_true(exists(place->copy, ".partial")); /* not ours to remove */
}

static void test_what_replaces_a_partial_is_not_written(void **state) {
    static const char *const CONTENTS[] = {"PRAGMA user_version = 0", "CREATE TABLE a (b)"};
    for (size_t i = 0; i < CXD_COUNT(CONTENTS); i++) {
        assert_not_written(*state, CONTENTS[i], put_link);
        assert_not_written(*state, CONTENTS[i], put_file);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    static const struct CMUnitTest tests[] = {
        TEST(test_a_copy_is_a_store),
        TEST(test_memory_has_no_file),
        TEST(test_nothing_is_overwritten),
        TEST(test_a_daemon_that_lost_its_file_keeps_its_place),
        TEST(test_leftovers_of_a_crash),
        TEST(test_progress_and_cancelling),
        TEST(test_a_copy_is_of_one_moment),
        TEST(test_what_came_in_between_stays),
        TEST(test_many_stretches),
        TEST(test_full_disk),
        TEST(test_what_replaces_a_partial_is_not_written),
        TEST(test_damage_is_found_and_not_restored),
        TEST(test_every_page_matters),
        TEST(test_what_is_no_store),
        TEST(test_older_schema),
        TEST(test_rights),
    };
    return cmocka_run_group_tests_name("store backup", tests, NULL, NULL);
}
