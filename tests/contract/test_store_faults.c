/* A store that is refused memory or disk, that another holds, or that is not cxd's: what fails changes
 * nothing, and what comes after works. */

#include "../support/files.h"
#include "database.h"
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "store/sqlite/writer.h"

enum { ARMED = 0, LEFT = 1, ERROR = 3, FAULTS = 512, SYNC = 1 << 1 }; /* of store_fault_vfs.c */
static int64_t *faults;

/* The layer of faults must be there before the first store is opened: the log's comes to lie above it. */
static int lay_faults(void **state) {
    struct store *store = NULL;
    struct error err;
    char directory[32], path[64], url[128];
    make_directory(directory);
    snprintf(path, sizeof path, "%s/control", directory);
    snprintf(url, sizeof url, "vfs:%s:memory:", path);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, FAULTS * (int)sizeof *faults), 0);
    faults = mmap(NULL, FAULTS * sizeof *faults, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    assert_true(faults != MAP_FAILED);
    assert_ok(store_open(url, &store, &err), err);
    store_close(store);
    assert_int_equal(unlink(path), 0);
    return rmdir(directory);
}

/* The engines' arrays grow through this one: it stands before the C library's. */
static long allocations_left = -1;

void *reallocarray(void *array, size_t count, size_t size) {
    if (allocations_left == 0)
        return NULL;
    allocations_left -= allocations_left > 0;
    return realloc(array, count * size);
}

static void path_of(const struct fixture *f, const char *name, char path[128]) {
    snprintf(path, 128, "%s/%s", f->directory, name);
}

enum { BATCH = 300 };

static void make_batch(struct fixture *f, unsigned first, struct change *batch[BATCH]) {
    static char values[BATCH][8];
    static struct answer answers[BATCH];
    for (unsigned i = 0; i < BATCH; i++) {
        batch[i] = make_response(f, first + i, (int)(i % 11), NOW_MS + (int64_t)i * HOUR_MS);
        snprintf(values[i], sizeof values[i], "t%u", i);
        batch[i]->as.response.value.touchpoint = values[i];
        answers[i] = (struct answer){.key = "why", .form = ANSWER_TEXT, .text = values[i]};
        batch[i]->as.response.value.answers = &answers[i];
        batch[i]->as.response.value.answer_count = i % 2;
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
        enum cxd_err code = store_apply(f.store, batch, BATCH, NULL, &err);
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
    fail_each_allocation("memory:");
    fail_each_allocation("sqlite:%s/cxd.db");
}

/* SQLite's own allocations: less and less of them until a batch fails somewhere in its middle. */
static void test_sqlite_out_of_memory_applies_nothing(void **state) {
    struct fixture f;
    struct change *batch[BATCH];
    struct error err;
    unsigned failures = 0;
    fixture_open(&f, "sqlite:%s/cxd.db");
    make_shop(&f);
    for (int64_t room = 512; room < 4000000; room = room * 3 / 2) {
        make_batch(&f, 1, batch);
        sqlite3_hard_heap_limit64(sqlite3_memory_used() + room);
        enum cxd_err code = store_apply(f.store, batch, BATCH, NULL, &err);
        sqlite3_hard_heap_limit64(0);
        if (code == CXD_OK)
            break;
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
        enum cxd_err code = store_apply(f.store, batch, BATCH, NULL, &err);
        assert_int_equal(count_all(&f), 1); /* reads go on */
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
        assert_int_equal_message(code, ERR_STORAGE_FULL, err.detail);
    }
    make_batch(&f, 1, batch);
    assert_ok(store_apply(f.store, batch, BATCH, NULL, &err), err);
    assert_int_equal(count_all(&f), BATCH + 1);
    fixture_reopen(&f);
    assert_int_equal(count_all(&f), BATCH + 1);
    fixture_close(&f);
}

static void test_faulty_fails_as_asked(void **state) {
    struct fixture f;
    struct error err;
    static const struct {
        const char *url;
        enum cxd_err expected[5];
        enum store_fate fate; /* of those that fail */
        bool keeps;           /* them */
    } CASES[] = {
        {"faulty:storage:2:memory:", {CXD_OK, ERR_STORAGE, CXD_OK, CXD_OK, CXD_OK}, STORE_FATE_NOTHING, false},
        {"faulty:full:2-3:sqlite:%s/cxd.db",
         {CXD_OK, ERR_STORAGE_FULL, ERR_STORAGE_FULL, CXD_OK, CXD_OK},
         STORE_FATE_NOTHING,
         false},
        {"faulty:memory:3+:memory:",
         {CXD_OK, CXD_OK, ERR_NO_MEMORY, ERR_NO_MEMORY, ERR_NO_MEMORY},
         STORE_FATE_NOTHING,
         false},
        {"faulty:kept:2:sqlite:%s/cxd.db", {CXD_OK, ERR_STORAGE, CXD_OK, CXD_OK, CXD_OK}, STORE_FATE_UNKNOWN, true},
        {"faulty:lost:2:sqlite:%s/cxd.db", {CXD_OK, ERR_STORAGE, CXD_OK, CXD_OK, CXD_OK}, STORE_FATE_UNKNOWN, false},
    };
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        fixture_open(&f, CASES[i].url);
        make_shop(&f); /* carries no response: not counted */
        int64_t stored = 0;
        for (unsigned k = 0; k < 5; k++) {
            struct change *change = make_response(&f, k, 9, NOW_MS);
            bool is_well = CASES[i].expected[k] == CXD_OK;
            enum store_fate fate;
            assert_int_equal(store_apply(f.store, &change, 1, &fate, &err), CASES[i].expected[k]);
            assert_int_equal(fate, is_well ? STORE_FATE_ALL : CASES[i].fate);
            stored += is_well || CASES[i].keeps;
            assert_int_equal(count_all(&f), stored);
        }
        fixture_close(&f);
    }
}

static void test_discard_keeps_surveys_only(void **state) {
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
    struct fixture f;
    fixture_open(&f, "sqlite:%s/cxd.db");
    make_shop(&f);
    assert_int_equal(apply(&f, make_response(&f, 1, 9, NOW_MS)), OUTCOME_CREATED);
    fixture_reopen(&f);
    assert_int_equal(count_all(&f), 1);
    struct store_catalog catalog = read_catalog(&f, SINCE_EVER);
    assert_int_equal(catalog.survey_count, 1);
    assert_string_equal(catalog.surveys[0].property_keys[0], "plan");
    assert_int_equal(apply(&f, make_response(&f, 1, 9, NOW_MS)), OUTCOME_REPLAYED);
    struct stat status;
    char path[128];
    path_of(&f, "cxd.db", path);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    fixture_close(&f);
}

static void test_second_open_is_refused(void **state) {
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

static void assert_schema_error(struct fixture *f, const char *mention) {
    struct error err;
    fixture_close_store(f);
    assert_int_equal_message(store_open(f->url, &f->store, &err), ERR_SCHEMA, "");
    assert_non_null(strstr(err.detail, mention));
    assert_null(f->store);
}

static void test_newer_and_foreign_files_are_refused(void **state) {
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
        run_sql_in(path, CASES[i].sql);
        assert_schema_error(&f, CASES[i].mention);
        fixture_close(&f);
    }
    fixture_open(&f, "sqlite:%s/cxd.db");
    fixture_close_store(&f);
    path_of(&f, "cxd.db", path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (int i = 0; i < 400; i++)
        fputs("dear diary, ", file);
    fclose(file);
    assert_schema_error(&f, "cxd.db is not a database of cxd");
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_size, 400 * 12); /* left as it was */
    fixture_close(&f);
}

static void test_missing_directory_is_made(void **state) {
    struct store *store = NULL;
    struct error err;
    char directory[32], url[128], path[128];
    make_directory(directory);
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

/* Of a response that goes, or (counts false) of one that stays without what it said. */
static void erase_words(bool counts) {
    static const struct answer ANSWERS[] = {
        {.key = "reason", .form = ANSWER_TEXT, .text = "other", .other = "her-own-words"},
        {.key = "why", .form = ANSWER_TEXT, .text = "her-long-answer"}};
    struct fixture f;
    char path[128];
    fixture_open(&f, "sqlite:%s/cxd.db");
    make_shop(&f);
    struct change *change = make_response(&f, 1, 9, NOW_MS);
    change->as.response.value.respondent = "ann-the-respondent";
    change->as.response.value.comment = "my-telling-comment";
    change->as.response.value.touchpoint = "ann-the-respondent";
    change->as.response.value.answers = ANSWERS;
    change->as.response.value.answer_count = CXD_COUNT(ANSWERS);
    assert_int_equal(apply(&f, change), OUTCOME_CREATED);
    struct change *erase = make_change(&f, CHANGE_ERASE, NOW_MS);
    erase->as.erase.respondent = "ann-the-respondent";
    erase->as.erase.counts = counts;
    erase->as.erase.limit = SIZE_MAX;
    assert_int_equal(apply(&f, erase), OUTCOME_AMENDED);
    fixture_close_store(&f);
    path_of(&f, "cxd.db", path);
    size_t size = 0;
    char *bytes = read_file(path, &size);
    assert_non_null(bytes);
    assert_true(size > 4096);
    static const char *const WORDS[] = {"ann-the-respondent", "my-telling-comment", "her-own-words", "her-long-answer"};
    for (size_t i = 0; i < CXD_COUNT(WORDS); i++)
        assert_null(memmem(bytes, size, WORDS[i], strlen(WORDS[i])));
    assert_non_null(memmem(bytes, size, "shop", 4));
    free(bytes);
    fixture_close(&f);
}

static void test_erased_words_leave_the_file(void **state) {
    erase_words(true);
    erase_words(false);
}

/* The list's text, without its times; and the list itself, for who removes it. */
static void read_erasures(const struct store_erasures *erasures, char text[4096]) {
    FILE *file = fopen(erasures->path, "r");
    assert_non_null(file);
    text[fread(text, 1, 4095, file)] = '\0';
    fclose(file);
}

/* By a commit that finds no room, or a list that finds none: nothing is erased, nothing is listed, and later both are.
 */
static void test_full_disk_erases_and_lists_nothing(void **state) {
    struct fixture f;
    struct error err;
    struct store_erasures erasures;
    struct rlimit before, tight;
    struct stat status;
    struct response stored;
    char log[128], text[4096];
    fixture_open(&f, "sqlite:%s/cxd.db");
    make_shop(&f);
    assert_ok(store_keep_erasures(f.store, f.directory, &erasures, &err), err);
    assert_int_equal(erasures.list, STORE_LIST_NEW);
    for (unsigned i = 0; i < 30; i++)
        make_person(&f, i, i == 0 ? "bob" : "ann");
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    tight = before;
    path_of(&f, "cxd.db-wal", log);
    assert_int_equal(stat(log, &status), 0);
    const rlim_t limits[] = {
        20, 200, 4096, (rlim_t)status.st_size, (rlim_t)status.st_size + 4096, (rlim_t)status.st_size + 9000};
    for (size_t i = 0; i < CXD_COUNT(limits); i++) {
        struct change *erase = make_change(&f, CHANGE_ERASE, NOW_MS);
        erase->as.erase.respondent = "ann";
        erase->as.erase.limit = SIZE_MAX;
        tight.rlim_cur = limits[i];
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
        enum cxd_err code = store_apply(f.store, &erase, 1, NULL, &err);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
        assert_int_equal_message(code, ERR_STORAGE_FULL, err.detail);
        assert_true(read_response(&f, 5, &stored));
        assert_string_equal(stored.respondent, "ann");
        read_erasures(&erasures, text);
        assert_string_equal(text, "cxd erasures 1 0\n");
    }
    struct change *erase = make_change(&f, CHANGE_ERASE, NOW_MS);
    erase->as.erase.respondent = "bob";
    erase->as.erase.limit = SIZE_MAX;
    assert_int_equal(apply(&f, erase), OUTCOME_AMENDED);
    read_erasures(&erasures, text);
    assert_string_equal(text,
                        "cxd erasures 1 0\n1 2026-03-20T09:46:40Z 019b0000-0000-7000-8000-000000000000 kept shop\n");

    fixture_reopen(&f);
    assert_ok(store_keep_erasures(f.store, f.directory, &erasures, &err), err);
    assert_int_equal(erasures.list, STORE_LIST_THERE);
    assert_int_equal(erasures.unknown, 0);
    assert_int_equal(erasures.lost, 0);
    assert_int_equal(unlink(erasures.path), 0);
    fixture_close(&f);
}

/* Another file of the list's name, as out of a backup of the directory, is not taken for it when what is old goes. */
static void test_only_its_own_list_is_pruned(void **state) {
    static const char OTHER[] = "cxd erasures 1 0\n"
                                "1 2020-01-01T00:00:00Z 019b0000-0000-7000-8000-0000000000aa kept\n"
                                "2 2026-03-20T09:46:40Z 019b0000-0000-7000-8000-0000000000bb kept\n";
    struct fixture f;
    struct error err;
    struct store_erasures erasures;
    char path[128], text[4096];
    fixture_open(&f, "sqlite:%s/cxd.db");
    make_shop(&f);
    assert_ok(store_keep_erasures(f.store, f.directory, &erasures, &err), err);
    make_person(&f, 0, "bob");
    struct change *erase = make_change(&f, CHANGE_ERASE, NOW_MS);
    erase->as.erase.respondent = "bob";
    erase->as.erase.limit = SIZE_MAX;
    assert_int_equal(apply(&f, erase), OUTCOME_AMENDED);
    path_of(&f, "other", path);
    write_file(path, OTHER, strlen(OTHER));
    assert_int_equal(rename(path, erasures.path), 0);
    struct change *unmark = make_change(&f, CHANGE_UNMARK, NOW_MS);
    unmark->as.unmark.before_ms = NOW_MS;
    unmark->as.unmark.limit = 10;
    assert_int_equal(apply(&f, unmark), OUTCOME_REPLAYED);
    read_erasures(&erasures, text);
    assert_string_equal(text,
                        "cxd erasures 1 0\n1 2026-03-20T09:46:40Z 019b0000-0000-7000-8000-000000000000 kept shop\n");
    assert_int_equal(unlink(erasures.path), 0);
    fixture_close(&f);
}

struct move {
    char from[128], to[128];
};

static int move_away(void *context) {
    const struct move *move = context;
    return rename(move->from, move->to); /* other than 0 would take the commit back */
}

/* The file is moved away while a batch is committed: who has it back finds the batch in it. */
static void test_what_is_lost_at_the_commit_has_an_unknown_fate(void **state) {
    struct fixture f;
    struct error err;
    struct move move;
    enum store_fate fate;
    fixture_open(&f, "sqlite:%s/cxd.db");
    make_shop(&f);
    path_of(&f, "cxd.db", move.from);
    path_of(&f, "away.db", move.to);
    struct change *change = make_response(&f, 1, 9, NOW_MS);
    struct sqlite_store *store = (struct sqlite_store *)f.store;
    sqlite3_commit_hook(store->db.handle, move_away, &move);
    assert_int_equal(store_apply(f.store, &change, 1, &fate, &err), ERR_STORAGE);
    assert_int_equal(fate, STORE_FATE_UNKNOWN);
    sqlite3_commit_hook(store->db.handle, NULL, NULL);
    assert_int_equal(store_apply(f.store, &change, 1, &fate, &err), ERR_STORAGE);
    assert_int_equal(fate, STORE_FATE_NOTHING); /* it was not begun */
    assert_int_equal(rename(move.to, move.from), 0);
    assert_int_equal(store_apply(f.store, &change, 1, &fate, &err), CXD_OK);
    assert_int_equal(fate, STORE_FATE_ALL);
    assert_int_equal(change->outcome, OUTCOME_REPLAYED);
    assert_int_equal(count_all(&f), 1);
    fixture_close(&f);
}

/* Applies a change whose flush fails, in a process that ends there; what it was told of the fate. */
static enum store_fate apply_unflushed(const struct fixture *f, struct change *change) {
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct error err;
        struct store_erasures erasures;
        enum store_fate fate = STORE_FATE_ALL;
        struct store *store = NULL;
        bool is_ready = store_open(f->url, &store, &err) == CXD_OK &&
                        store_keep_erasures(store, f->directory, &erasures, &err) == CXD_OK;
        faults[LEFT] = 1;
        faults[ERROR] = EIO;
        faults[ARMED] = SYNC;
        bool is_refused = is_ready && store_apply(store, &change, 1, &fate, &err) == ERR_STORAGE;
        _exit(is_refused ? (int)fate : 100);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    faults[ARMED] = 0;
    assert_true(WIFEXITED(status));
    assert_in_range(WEXITSTATUS(status), 0, STORE_FATE_UNKNOWN);
    return (enum store_fate)WEXITSTATUS(status);
}

/* What lies in the log when its flush fails is there for the next life: also the erasure, of which the list tells. */
static void test_what_is_not_flushed_has_an_unknown_fate(void **state) {
    static const char LISTED[] =
        "cxd erasures 1 0\n1 2026-03-20T09:46:40Z 019b0000-0000-7000-8000-000000000000 kept shop\n";
    for (int erases = 0; erases < 2; erases++) {
        struct fixture f;
        struct error err;
        struct store_erasures erasures;
        struct response stored;
        char text[4096];
        fixture_open(&f, "sqlite:%s/cxd.db");
        make_shop(&f);
        make_person(&f, 0, "bob");
        struct change *change = erases ? make_change(&f, CHANGE_ERASE, NOW_MS) : make_response(&f, 1, 9, NOW_MS);
        if (erases) {
            change->as.erase.respondent = "bob";
            change->as.erase.limit = SIZE_MAX;
        }
        fixture_close_store(&f);
        assert_int_equal(apply_unflushed(&f, change), STORE_FATE_UNKNOWN);
        assert_ok(store_open(f.url, &f.store, &err), err);
        assert_ok(store_reader_open(f.store, &f.reader, &err), err);
        assert_ok(store_keep_erasures(f.store, f.directory, &erasures, &err), err);
        assert_int_equal(erasures.list, STORE_LIST_THERE);
        assert_int_equal(erasures.unknown, 0);
        assert_int_equal(erasures.lost, 0);
        read_erasures(&erasures, text);
        assert_true(read_response(&f, 0, &stored));
        assert_string_equal(text, erases ? LISTED : "cxd erasures 1 0\n");
        assert_int_equal(!stored.respondent, erases);
        assert_int_equal(count_all(&f), erases ? 1 : 2);
        assert_int_equal(unlink(erasures.path), 0);
        fixture_close(&f);
    }
}

/* Of a file that somebody else has written into, nothing is told, whatever is asked for. */
static void test_what_is_overwritten_is_not_read(void **state) {
    struct fixture f;
    struct error err;
    struct stat status;
    struct response response;
    struct store_catalog catalog;
    struct audit_record *records;
    struct histogram hist;
    struct store_figures figures;
    const struct id id = id_of(1);
    const int64_t bounds[] = {TIME_MIN, TIME_MAX};
    const struct listing listing = {.from = TIME_MIN, .to = TIME_MAX, .excluded = -1, .limit = 1};
    int64_t first, last;
    size_t count;
    bool found;
    char path[128];
    fixture_open(&f, "sqlite:%s/cxd.db");
    make_shop(&f);
    path_of(&f, "cxd.db", path);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(truncate(path, status.st_size + 4096), 0);
    assert_int_equal(store_look(f.store, &err), STORE_OVERWRITTEN);
    const struct filter filter = {.survey = f.survey};
    const enum cxd_err codes[] = {
        store_read_histograms(f.reader, &filter, bounds, 2, &hist, &err),
        store_read_extent(f.reader, f.survey, EXTENT_ANSWERS, &found, &first, &last, &err),
        store_read_response(f.reader, f.survey, &id, &f.arena, &found, &response, &err),
        store_read_last_answer(f.reader, "ann", f.survey, 0, 1, &last, &err),
        store_read_responses(f.reader, &listing, &f.arena, &(struct response *){NULL}, &count, &err),
        store_visit_responses(f.reader, &filter, TIME_MIN, TIME_MAX, 0, NULL, NULL, &err),
        store_read_catalog(f.reader, SINCE_EVER, &f.arena, &catalog, &err),
        store_read_audit(f.reader, 0, 1, NULL, &f.arena, &records, &count, &err),
        store_read_figures(f.reader, &figures, &err),
        store_reader_begin(f.reader, &err),
    };
    for (size_t i = 0; i < CXD_COUNT(codes); i++)
        assert_int_equal(codes[i], ERR_STORAGE);
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
        cmocka_unit_test(test_full_disk_erases_and_lists_nothing),
        cmocka_unit_test(test_only_its_own_list_is_pruned),
        cmocka_unit_test(test_what_is_lost_at_the_commit_has_an_unknown_fate),
        cmocka_unit_test(test_what_is_not_flushed_has_an_unknown_fate),
        cmocka_unit_test(test_what_is_overwritten_is_not_read),
    };
    sqlite3_initialize(); /* before the engine's own set-up, which would turn the heap limit off */
    return cmocka_run_group_tests_name("store faults", tests, lay_faults, NULL);
}
