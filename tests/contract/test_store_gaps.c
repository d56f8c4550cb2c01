/* What is erased leaves the files, whatever moved where: no byte of it is in the database, its log, or a copy made
 * later. First the pages alone, then databases of every form, then whole histories of a store. */

#include <dirent.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "../support/files.h"
#include "cxd/store/backup.h"
#include "fixture.h"
#include "store/sqlite/db.h"
#include "store/sqlite/gaps.h"
#include "store/sqlite/log_vfs.h"

static uint64_t random_state;

static unsigned roll(unsigned sides) {
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(random_state >> 33) % sides;
}

/* --- Words that are looked for ---------------------------------------------------------------------------------------
 */

/* "zqxw0042.", again and again: of what is left of a text, however cut, a whole one is found. */
enum { WORD_BYTES = 9, PEOPLE_MAX = 1000, TEXT_MAX = 9000 };

static const char *text_of(unsigned person, size_t length) {
    static char text[TEXT_MAX + WORD_BYTES + 1];
    for (size_t at = 0; at < length; at += WORD_BYTES)
        snprintf(text + at, WORD_BYTES + 1, "zqxw%04u.", person % PEOPLE_MAX);
    text[length] = '\0';
    return text;
}

static void count_words(const char *path, size_t found[PEOPLE_MAX]) {
    size_t size = 0;
    char *bytes = read_file(path, &size), *end = bytes + size;
    if (!bytes)
        fail_msg("no %s", path);
    for (char *at = bytes; (at = memchr(at, 'z', (size_t)(end - at))) != NULL; at++)
        if (end - at >= WORD_BYTES && memcmp(at, "zqxw", 4) == 0 && strspn(at + 4, "0123456789") == 4 && at[8] == '.')
            found[atoi(at + 4)]++;
    free(bytes);
}

/* --- Pages -----------------------------------------------------------------------------------------------------------
 */

enum { PAGE = 4096 };

static void put_16(uint8_t *page, size_t at, size_t value) {
    page[at] = (uint8_t)(value >> 8);
    page[at + 1] = (uint8_t)value;
}

static void make_page(uint8_t *page, size_t size, size_t at, uint8_t kind, size_t cells, size_t end) {
    memset(page, 'x', size);
    page[at] = kind;
    put_16(page, at + 1, 0);
    put_16(page, at + 3, cells);
    put_16(page, at + 5, end);
    for (size_t i = 0; i < cells; i++)
        put_16(page, at + (kind < 0x08 ? 12 : 8) + 2 * i, end + 4 * i);
}

static void assert_gap(const uint8_t *page, size_t size, bool is_first, size_t start, size_t end) {
    size_t found_start = 0, found_end = 0;
    assert_true(sqlite_gap_find(page, size, is_first, &found_start, &found_end));
    assert_int_equal(found_start, start);
    assert_int_equal(found_end, end);
}

static void assert_no_gap(const uint8_t *page, size_t size) {
    size_t start = 0, end = 0;
    assert_false(sqlite_gap_find(page, size, false, &start, &end));
}

static void test_the_gap_of_a_page(void **state) {
    static const uint8_t KINDS[] = {0x02, 0x05, 0x0a, 0x0d};
    static uint8_t page[GAPS_PAGE_MAX];
    for (size_t i = 0; i < sizeof KINDS; i++) {
        size_t header = KINDS[i] < 0x08 ? 12 : 8;
        make_page(page, PAGE, 0, KINDS[i], 3, 4000);
        assert_gap(page, PAGE, false, header + 6, 4000);
        make_page(page, PAGE, 100, KINDS[i], 3, 4000);
        assert_gap(page, PAGE, true, 100 + header + 6, 4000);
        make_page(page, PAGE, 0, KINDS[i], 0, PAGE);
        assert_gap(page, PAGE, false, header, PAGE);
        make_page(page, GAPS_PAGE_MAX, 0, KINDS[i], 0, 0); /* 65,536 */
        assert_gap(page, GAPS_PAGE_MAX, false, header, GAPS_PAGE_MAX);

        make_page(page, PAGE, 0, KINDS[i], 3, 4000);
        memset(page + header + 6, 0, 4000 - header - 6);
        assert_no_gap(page, PAGE); /* nothing in it */
        page[3999] = 1;
        assert_gap(page, PAGE, false, header + 6, 4000);
    }
}

static void test_what_has_no_gap(void **state) {
    static uint8_t page[GAPS_PAGE_MAX];
    for (unsigned kind = 0; kind < 256; kind++) {
        if (kind != 0x02 && kind != 0x05 && kind != 0x0a && kind != 0x0d) {
            make_page(page, PAGE, 0, (uint8_t)kind, 3, 4000);
            assert_no_gap(page, PAGE);
        }
    }
    make_page(page, PAGE, 0, 0x0d, 3, 4000);
    put_16(page, 10, 3999); /* a cell in it */
    assert_no_gap(page, PAGE);
    make_page(page, PAGE, 0, 0x0d, 3, 4000);
    put_16(page, 1, 3996); /* a free block in it */
    assert_no_gap(page, PAGE);
    make_page(page, PAGE, 0, 0x0d, 3, 13); /* cells over pointers */
    assert_no_gap(page, PAGE);
    make_page(page, PAGE, 0, 0x0d, 0, PAGE + 1);
    assert_no_gap(page, PAGE);
    make_page(page, PAGE, 0, 0x0d, 0, 0); /* 65,536 */
    assert_no_gap(page, PAGE);
    make_page(page, PAGE, 0, 0x0d, 0, 4000);
    put_16(page, 3, 65535);
    assert_no_gap(page, PAGE);
    for (int i = 0; i < 20000; i++) {
        size_t start = 0, end = 0;
        for (size_t at = 0; at < 64; at++)
            page[at] = (uint8_t)roll(roll(2) ? 256 : 14);
        if (sqlite_gap_find(page, 512, false, &start, &end))
            assert_true(start >= 8 && start < end && end <= 512);
    }
}

/* --- The file --------------------------------------------------------------------------------------------------------
 */

struct bed {
    char directory[64], path[96];
    struct db db;
};

static void bed_open(struct bed *bed, int page_bytes, int reserved, bool auto_vacuum) {
    char before[160];
    struct error err;
    *bed = (struct bed){0};
    make_directory(bed->directory);
    snprintf(bed->path, sizeof bed->path, "%s/cxd.db", bed->directory);
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(bed->path, &db), SQLITE_OK);
    (void)sqlite3_file_control(db, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved);
    snprintf(before, sizeof before, "PRAGMA page_size = %d; PRAGMA auto_vacuum = %d; CREATE TABLE first (x)",
             page_bytes, auto_vacuum);
    assert_int_equal(sqlite3_exec(db, before, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    assert_ok(sqlite_db_open(bed->path, DB_WRITER, &bed->db, &err), err);
    assert_ok(sqlite_db_clear_gaps(&bed->db, &bed->db, &err), err);
    assert_ok(sqlite_db_use_wal(&bed->db, &err), err);
}

static void bed_close(struct bed *bed) {
    sqlite_db_close(&bed->db);
    unlink(bed->path);
    assert_int_equal(rmdir(bed->directory), 0);
}

static void run(struct bed *bed, const char *sql) {
    struct error err;
    assert_ok(sqlite_db_exec(&bed->db, sql, sql, &err), err);
}

static int64_t number_of(struct bed *bed, const char *sql) {
    struct error err;
    int64_t number = 0;
    assert_ok(sqlite_db_read_number(&bed->db, sql, &number, &err), err);
    return number;
}

static void write_page(struct bed *bed, const uint8_t *page, int64_t offset, char expected) {
    uint8_t found[PAGE];
    sqlite3_file *file = NULL;
    assert_int_equal(sqlite3_file_control(bed->db.handle, "main", SQLITE_FCNTL_FILE_POINTER, &file), SQLITE_OK);
    assert_int_equal(file->pMethods->xWrite(file, page, PAGE, offset), SQLITE_OK);
    assert_int_equal(file->pMethods->xRead(file, found, PAGE, offset), SQLITE_OK);
    for (size_t i = 14; i < 4000; i++)
        assert_int_equal(found[i], expected);
    memset(found + 14, 'x', 4000 - 14);
    assert_memory_equal(found, page, PAGE); /* and nothing else of it */
}

/* Beyond 2^25 pages the number of a page may begin as a page of a b-tree does: nothing is cleared any more. */
static void test_as_long_as_kinds_can_be_told_apart(void **state) {
    struct bed bed;
    static uint8_t page[PAGE];
    static const int64_t LONG = (int64_t)GAPS_PAGES_MAX * PAGE;
    bed_open(&bed, PAGE, 0, false);
    make_page(page, PAGE, 0, 0x0d, 3, 4000);
    sqlite3_int64 hint = LONG - 1;
    write_page(&bed, page, 5 * PAGE, 0);
    (void)sqlite3_file_control(bed.db.handle, "main", SQLITE_FCNTL_SIZE_HINT, &hint);
    write_page(&bed, page, 5 * PAGE, 0);
    hint = LONG;
    (void)sqlite3_file_control(bed.db.handle, "main", SQLITE_FCNTL_SIZE_HINT, &hint);
    write_page(&bed, page, 5 * PAGE, 'x');
    sqlite_gaps_clear(bed.db.handle, LONG - 2 * PAGE);
    write_page(&bed, page, LONG - 3 * PAGE, 0);
    write_page(&bed, page, LONG - PAGE, 'x');
    write_page(&bed, page, 5 * PAGE, 'x');
    assert_int_equal(truncate(bed.path, 2 * PAGE), 0);
    bed_close(&bed);
}

static void do_something(struct bed *bed, unsigned person) {
    char sql[TEXT_MAX + 400];
    unsigned length = roll(4) ? roll(600) : roll(4) ? roll(40) : roll(TEXT_MAX);
    if (roll(3) > 0) {
        snprintf(sql, sizeof sql, "INSERT OR REPLACE INTO t VALUES (%u, %u, '%s')", roll(4000), person,
                 text_of(person, length));
    } else if (roll(2)) {
        snprintf(sql, sizeof sql, "UPDATE t SET text = '%s' WHERE person = %u AND id %% 3 = %u",
                 text_of(person, length), person, roll(3));
    } else {
        snprintf(sql, sizeof sql, "DELETE FROM t WHERE person = %u", person);
    }
    run(bed, sql);
}

static void assert_only(struct bed *bed, const char *suffix) {
    char path[128];
    size_t found[PEOPLE_MAX] = {0};
    snprintf(path, sizeof path, "%s%s", bed->path, suffix);
    count_words(path, found);
    for (int person = 0; person < PEOPLE_MAX; person++) {
        char sql[80];
        snprintf(sql, sizeof sql, "SELECT count(*) FROM t WHERE person = %d", person);
        if (found[person] > 0 && number_of(bed, sql) == 0)
            fail_msg("%zu words of %d are in %s", found[person], person, path);
    }
}

/* Pages of every size, with bytes at their end that are not SQLite's, in tables and indexes of both kinds. */
static void try_form(int page_bytes, int reserved, bool auto_vacuum) {
    struct bed bed;
    struct error err;
    int kept = -1;
    bed_open(&bed, page_bytes, reserved, auto_vacuum);
    run(&bed, "CREATE TABLE t (id INTEGER PRIMARY KEY, person INTEGER, text TEXT) WITHOUT ROWID;"
              "CREATE INDEX by_person ON t (person, text); CREATE TABLE copy (person, text);"
              "CREATE TRIGGER i AFTER INSERT ON t BEGIN INSERT INTO copy VALUES (new.person, new.text); END;"
              "CREATE TRIGGER d AFTER DELETE ON t BEGIN DELETE FROM copy WHERE person = old.person AND NOT "
              "EXISTS (SELECT 1 FROM t WHERE person = old.person); END");
    assert_int_equal(number_of(&bed, "PRAGMA page_size"), page_bytes);
    assert_int_equal(number_of(&bed, "PRAGMA auto_vacuum"), auto_vacuum);
    assert_int_equal(sqlite3_file_control(bed.db.handle, "main", SQLITE_FCNTL_RESERVE_BYTES, &kept), SQLITE_OK);
    assert_int_equal(kept, reserved);
    for (int round = 0; round < 4; round++) {
        run(&bed, "BEGIN");
        for (int step = 0; step < 80; step++)
            do_something(&bed, roll(60));
        run(&bed, "COMMIT; BEGIN");
        char sql[100];
        snprintf(sql, sizeof sql, "DELETE FROM t WHERE person %% 5 = %u", roll(5));
        run(&bed, sql);
        run(&bed, "COMMIT");
        assert_true(sqlite_db_truncate_log(&bed.db));
        if (!auto_vacuum) {
            run(&bed, "DELETE FROM copy WHERE person NOT IN (SELECT person FROM t)");
            assert_true(sqlite_db_truncate_log(&bed.db));
            assert_only(&bed, "");
        }
        assert_int_equal(number_of(&bed, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"),
                         0);
    }
    assert_ok(sqlite_db_sweep_gaps(&bed.db, &err), err);
    assert_int_equal(number_of(&bed, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), 0);
    bed_close(&bed);
}

static void test_databases_of_every_form(void **state) {
    random_state = 11;
    for (int page_bytes = 512; page_bytes <= 65536; page_bytes *= 2) {
        try_form(page_bytes, 0, false);
        try_form(page_bytes, 32, false);
        try_form(page_bytes, 0, true);
    }
}

/* --- Whole histories -------------------------------------------------------------------------------------------------
 */

enum { IDS = 1500, PEOPLE = 150, BATCHES = 30, BATCH_MAX = 40, SEEDS = 5 };

struct history {
    struct fixture f;
    bool erased[PEOPLE_MAX];
    bool has_reason[IDS];
};

static const char *copy_of(struct history *h, unsigned person, size_t length) {
    const char *copy = arena_strndup(&h->f.arena, text_of(person, length), length);
    assert_non_null(copy);
    return copy;
}

static unsigned pick_person(struct history *h) {
    for (;;) {
        unsigned person = roll(PEOPLE);
        if (!h->erased[person])
            return person;
    }
}

static struct change *random_answer(struct history *h) {
    static const unsigned LENGTHS[] = {30, 200, 700, 1500, 4000, 8000};
    unsigned number = roll(IDS), person = pick_person(h);
    while (h->has_reason[number]) /* an amended answer keeps the reason, which names who gave it before */
        number = roll(IDS);
    struct change *change = make_response(&h->f, number, (int)roll(11), NOW_MS + (int)roll(1000));
    struct response *response = &change->as.response.value;
    struct property *properties = arena_alloc_zero(&h->f.arena, 2, sizeof *properties);
    assert_non_null(properties);
    response->respondent = copy_of(h, person, WORD_BYTES);
    response->comment = copy_of(h, person, WORD_BYTES + roll(LENGTHS[roll(CXD_COUNT(LENGTHS))]));
    response->visit = roll(2) ? copy_of(h, person, WORD_BYTES) : NULL;
    properties[0] = (struct property){"note", copy_of(h, person, WORD_BYTES + roll(300))};
    properties[1] = (struct property){"plan", roll(2) ? "pro" : "free"};
    response->properties = properties;
    response->property_count = 2;
    return change;
}

/* One transaction, and a few answers taken out of the figures for a reason that names the person. */
static void apply_some(struct history *h) {
    struct change *changes[BATCH_MAX];
    struct error err;
    size_t count = 1 + roll(BATCH_MAX);
    for (size_t i = 0; i < count; i++)
        changes[i] = random_answer(h);
    assert_ok(store_apply(h->f.store, changes, count, NULL, &err), err);
    for (int i = 0; i < 3; i++) {
        unsigned number = roll(IDS);
        struct response stored;
        if (read_response(&h->f, number, &stored) && stored.respondent) {
            unsigned person = (unsigned)atoi(stored.respondent + 4);
            (void)apply(&h->f, make_exclude(&h->f, number, true, copy_of(h, person, WORD_BYTES)));
            h->has_reason[number] = true;
        }
    }
}

static void erase(struct history *h, unsigned person) {
    struct change *change = make_change(&h->f, CHANGE_ERASE, NOW_MS + 2000);
    change->as.erase.respondent = copy_of(h, person, WORD_BYTES);
    change->as.erase.limit = 10000;
    change->as.erase.counts = roll(2);
    (void)apply(&h->f, change);
    h->erased[person] = true;
}

/* Every file in the directory. */
static void assert_erased(struct history *h, const char *when) {
    size_t found[PEOPLE_MAX] = {0};
    DIR *directory = opendir(h->f.directory);
    assert_non_null(directory);
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        char path[400];
        snprintf(path, sizeof path, "%s/%s", h->f.directory, entry->d_name);
        if (entry->d_name[0] != '.')
            count_words(path, found);
    }
    closedir(directory);
    for (unsigned person = 0; person < PEOPLE_MAX; person++)
        if (h->erased[person] && found[person] > 0)
            fail_msg("%s: %zu words of %u", when, found[person], person);
}

static void assert_sound(struct history *h) {
    struct store_report report;
    struct error err;
    char copy[100];
    snprintf(copy, sizeof copy, "%s/copy.db", h->f.directory);
    assert_ok(store_check(h->f.url, NULL, &report, &err), err);
    assert_true(store_report_is_good(&report));
    assert_ok(store_backup(h->f.url, copy, NULL, &report, &err), err);
    assert_true(store_report_is_good(&report));
    assert_erased(h, "in a copy");
    unlink(copy);
}

static void run_history(unsigned seed) {
    static struct history history;
    struct history *h = &history;
    *h = (struct history){0};
    random_state = seed;
    fixture_open(&h->f, "sqlite:%s/cxd.db");
    make_shop(&h->f);
    for (int batch = 0; batch < BATCHES; batch++) {
        arena_reset(&h->f.arena);
        apply_some(h);
        if (roll(6) > 0)
            continue;
        for (unsigned i = 1 + roll(6); i > 0; i--) {
            erase(h, pick_person(h));
            if (roll(3) == 0)
                apply_some(h); /* between erasure and settling too */
        }
        assert_int_equal(apply(&h->f, make_change(&h->f, CHANGE_SETTLE, NOW_MS)), OUTCOME_AMENDED);
        assert_erased(h, "settled");
        for (unsigned i = roll(4); i > 0; i--) {
            apply_some(h);
            assert_erased(h, "while it goes on");
        }
        assert_sound(h);
        if (roll(3) == 0) {
            fixture_reopen(&h->f);
            assert_erased(h, "opened again");
        }
    }
    fixture_close(&h->f);
}

static void test_erased_in_any_history(void **state) {
    for (unsigned seed = 1; seed <= rounds(SEEDS, 2); seed++)
        run_history(seed);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_gap_of_a_page),
        cmocka_unit_test(test_what_has_no_gap),
        cmocka_unit_test(test_as_long_as_kinds_can_be_told_apart),
        cmocka_unit_test(test_databases_of_every_form),
        cmocka_unit_test(test_erased_in_any_history),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
