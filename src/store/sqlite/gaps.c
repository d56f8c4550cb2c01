/* Below SQLite, above the system: what goes to the database file, at checkpoints and into copies, goes without the
 * stale bytes between a page's pointers and its cells. SQLite never reads those; what it has in memory keeps them,
 * until sqlite_db_truncate_log drops it. */

#include "store/sqlite/gaps.h"

#include <stdlib.h>
#include <string.h>

/* The first byte of a b-tree's page, see https://www.sqlite.org/fileformat2.html#b_tree_pages */
enum { INNER_INDEX = 0x02, INNER_TABLE = 0x05, LEAF_INDEX = 0x0a, LEAF_TABLE = 0x0d };
enum { FILE_HEADER_BYTES = 100, PAGE_MIN = 512 };

static size_t header_bytes(uint8_t kind) {
    switch (kind) {
    case INNER_INDEX:
    case INNER_TABLE:
        return 12;
    case LEAF_INDEX:
    case LEAF_TABLE:
        return 8;
    default:
        return 0;
    }
}

static size_t read_16(const uint8_t *bytes) {
    return (size_t)bytes[0] << 8 | bytes[1];
}

static bool is_zero(const uint8_t *bytes, size_t count) {
    return count == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, count - 1) == 0);
}

bool sqlite_gap_find(const uint8_t *page, size_t size, bool is_first, size_t *ret_start, size_t *ret_end) {
    size_t at = is_first ? FILE_HEADER_BYTES : 0;
    size_t pointers = at + header_bytes(page[at]);
    size_t free_block = read_16(page + at + 1), cells = read_16(page + at + 3), end = read_16(page + at + 5);
    size_t start = pointers + 2 * cells;
    if (end == 0)
        end = GAPS_PAGE_MAX;
    if (pointers == at || end > size || start > end || (free_block != 0 && free_block < end))
        return false;
    for (size_t i = 0; i < cells; i++)
        if (read_16(page + pointers + 2 * i) < end)
            return false;
    if (is_zero(page + start, end - start))
        return false;
    *ret_start = start;
    *ret_end = end;
    return true;
}

/* SQLite writes whole pages to a database, and nothing else. */
static bool is_page(size_t count, int64_t offset) {
    return count >= PAGE_MIN && count <= GAPS_PAGE_MAX && (count & (count - 1)) == 0 && offset % (int64_t)count == 0;
}

static bool has_gap(const struct gap_file *file, const void *bytes, size_t count, int64_t offset, size_t *ret_start,
                    size_t *ret_end) {
    return file->bytes >= 0 && is_page(count, offset) && file->bytes / (int64_t)count < GAPS_PAGES_MAX &&
           sqlite_gap_find(bytes, count, offset == 0, ret_start, ret_end);
}

static void note_bytes(struct gap_file *file, int64_t bytes) {
    if (file->bytes >= 0 && bytes > file->bytes)
        file->bytes = bytes;
}

static int gap_write(sqlite3_file *base, const void *bytes, int count, sqlite3_int64 offset) {
    struct gap_file *file = (struct gap_file *)base;
    size_t size = (size_t)count, start = 0, end = 0;
    note_bytes(file, offset + count);
    if (has_gap(file, bytes, size, offset, &start, &end)) {
        bytes = memcpy(file->page, bytes, size);
        memset(file->page + start, 0, end - start);
    }
    return sqlite_through_write(base, bytes, count, offset);
}

/* A checkpoint says how long the file will be, before it writes pages that may point there. */
static int gap_control(sqlite3_file *base, int operation, void *argument) {
    if (operation == SQLITE_FCNTL_SIZE_HINT)
        note_bytes((struct gap_file *)base, *(const sqlite3_int64 *)argument);
    return sqlite_through_control(base, operation, argument);
}

static int gap_close(sqlite3_file *base) {
    free(((struct gap_file *)base)->page);
    return sqlite_through_close(base);
}

static const struct through_hooks GAP_HOOKS = {.write = gap_write, .control = gap_control, .close = gap_close};

int sqlite_gaps_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags, int *ret_flags) {
    struct gap_file *file = (struct gap_file *)base;
    uint8_t *page = malloc(GAPS_PAGE_MAX);
    *file = (struct gap_file){.page = page, .bytes = -1};
    int rc = page ? sqlite_through_open(vfs, name, &file->through, sizeof *file, &GAP_HOOKS, flags, ret_flags)
                  : SQLITE_NOMEM;
    if (rc != SQLITE_OK)
        free(page);
    return rc;
}

static struct gap_file *file_of(sqlite3 *handle) {
    sqlite3_file *file = NULL;
    (void)sqlite3_file_control(handle, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    return (struct gap_file *)sqlite_through_file(file, &GAP_HOOKS);
}

void sqlite_gaps_clear(sqlite3 *handle, int64_t bytes) {
    struct gap_file *file = file_of(handle);
    if (file)
        file->bytes = bytes;
}

static int sweep_page(struct gap_file *file, int size, sqlite3_int64 offset) {
    static const uint8_t ZEROS[GAPS_PAGE_MAX];
    size_t start = 0, end = 0;
    int rc = sqlite_through_read(&file->through.base, file->page, size, offset);
    if (rc != SQLITE_OK || !has_gap(file, file->page, (size_t)size, offset, &start, &end))
        return rc;
    return sqlite_through_write(&file->through.base, ZEROS, (int)(end - start), offset + (sqlite3_int64)start);
}

int sqlite_gaps_sweep(sqlite3 *handle, int64_t page_bytes) {
    struct gap_file *file = file_of(handle);
    sqlite3_int64 bytes = 0;
    if (!file || !is_page((size_t)page_bytes, 0))
        return SQLITE_OK;
    int rc = sqlite_through_size(&file->through.base, &bytes);
    for (sqlite3_int64 offset = 0; rc == SQLITE_OK && offset + page_bytes <= bytes; offset += page_bytes)
        rc = sweep_page(file, (int)page_bytes, offset);
    return rc == SQLITE_OK ? sqlite_through_sync(&file->through.base, SQLITE_SYNC_NORMAL) : rc;
}
