/* The gathering file of the write-ahead log: whatever the pattern of writes, the file holds the same bytes as one that
 * was written directly. */
#include <unistd.h>

#include "../support/unit.h"
#include "store/sqlite/log_vfs.h"

enum { SIZE = 3 * 1024 * 1024 };

struct bed {
    char database[32];
    char path[64];
    sqlite3_file *file;
    char *expected;
    uint32_t random;
};

static uint32_t next_random(struct bed *bed, uint32_t below) {
    bed->random = bed->random * 1664525u + 1013904223u;
    return (bed->random >> 8) % below;
}

static int open_bed(void **state) {
    struct bed *bed = calloc(1, sizeof *bed);
    /* SQLite gives the log the mode of the database, which it finds by the log's name. */
    snprintf(bed->database, sizeof bed->database, "/tmp/cxd-log-XXXXXX");
    close(mkstemp(bed->database));
    snprintf(bed->path, sizeof bed->path, "%s-wal", bed->database);
    sqlite_log_vfs_register();
    sqlite3_vfs *vfs = sqlite3_vfs_find(LOG_VFS);
    assert_non_null(vfs);
    bed->file = calloc(1, (size_t)vfs->szOsFile);
    bed->expected = calloc(1, SIZE);
    int flags = SQLITE_OPEN_WAL | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    assert_int_equal(vfs->xOpen(vfs, bed->path, bed->file, flags, &flags), SQLITE_OK);
    *state = bed;
    return 0;
}

static int close_bed(void **state) {
    struct bed *bed = *state;
    assert_int_equal(bed->file->pMethods->xClose(bed->file), SQLITE_OK);
    unlink(bed->path);
    unlink(bed->database);
    free(bed->file);
    free(bed->expected);
    free(bed);
    return 0;
}

static void put(struct bed *bed, size_t offset, size_t count) {
    for (size_t i = 0; i < count; i++)
        bed->expected[offset + i] = (char)next_random(bed, 256);
    assert_int_equal(bed->file->pMethods->xWrite(bed->file, bed->expected + offset, (int)count, (sqlite3_int64)offset),
                     SQLITE_OK);
}

/* By another descriptor, as a reader's connection would. */
static void assert_file(const struct bed *bed, size_t size) {
    char *found = malloc(size);
    FILE *file = fopen(bed->path, "rb");
    assert_int_equal(fread(found, 1, size, file), size);
    assert_memory_equal(found, bed->expected, size);
    fclose(file);
    free(found);
}

/* Commits of every size around the powers of two, as SQLite writes them: headers of 24 bytes and pages of 4096. */
static void test_commits_of_any_size(void **state) {
    struct bed *bed = *state;
    size_t size = 0;
    for (size_t pages = 1; pages <= 68; pages++) {
        size = 0;
        for (size_t i = 0; i < pages; i++) {
            put(bed, size, 24);
            put(bed, size + 24, 4096);
            size += 24 + 4096;
        }
        assert_int_equal(bed->file->pMethods->xSync(bed->file, SQLITE_SYNC_NORMAL), SQLITE_OK);
        assert_file(bed, size);
    }
}

/* A run that is a multiple of 128 KiB: SQLite's file layer would take it for 0 bytes. */
static void test_round_sizes(void **state) {
    struct bed *bed = *state;
    for (size_t total = 128 * 1024; total <= 1024 * 1024; total += 128 * 1024) {
        for (size_t offset = 0; offset < total; offset += 4096)
            put(bed, offset, 4096);
        assert_int_equal(bed->file->pMethods->xSync(bed->file, SQLITE_SYNC_NORMAL), SQLITE_OK);
        assert_file(bed, total);
    }
}

static void test_any_pattern(void **state) {
    struct bed *bed = *state;
    sqlite3_int64 end = 0, size = 0;
    char read[5000];
    for (int round = 0; round < 4000; round++) {
        size_t count = 1 + next_random(bed, 4500);
        size_t offset = next_random(bed, 3) > 0 ? (size_t)end : next_random(bed, SIZE - 200 * 1024);
        if (offset + count > SIZE - 150 * 1024)
            offset = 0;
        put(bed, offset, count);
        end = (sqlite3_int64)(offset + count);
        size = end > size ? end : size;
        if (next_random(bed, 20) == 0 && size > 5000) {
            size_t from = next_random(bed, (uint32_t)size - 5000);
            assert_int_equal(bed->file->pMethods->xRead(bed->file, read, sizeof read, (sqlite3_int64)from), SQLITE_OK);
            assert_memory_equal(read, bed->expected + from, sizeof read);
        }
        sqlite3_int64 told = 0;
        if (next_random(bed, 50) == 0) {
            assert_int_equal(bed->file->pMethods->xFileSize(bed->file, &told), SQLITE_OK);
            assert_true(told == size);
        }
    }
    assert_int_equal(bed->file->pMethods->xTruncate(bed->file, size / 2), SQLITE_OK);
    assert_file(bed, (size_t)(size / 2));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_commits_of_any_size, open_bed, close_bed),
        cmocka_unit_test_setup_teardown(test_round_sizes, open_bed, close_bed),
        cmocka_unit_test_setup_teardown(test_any_pattern, open_bed, close_bed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
