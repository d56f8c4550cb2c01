#ifndef CXD_STORE_SQLITE_GAPS_H
#define CXD_STORE_SQLITE_GAPS_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/sqlite/through.h"

/* The database file as our writing connections see it: the system's own, but that the pages that go to it have nothing
 * in their gaps. SQLite takes the bytes of what is deleted out of a page (secure_delete), but where it moves rows
 * between pages, copies of them stay in the gap between a page's pointers and its cells, for as long as nothing else
 * comes to lie there. */

/* Where there is something in the gap of a whole page: [*ret_start, *ret_end) of it means nothing to SQLite and is not
 * zero. False for one without, and for what is no page of a b-tree by its form. A page of another kind may have that
 * form by chance: whoever asks knows that it cannot be one, see sqlite_gaps_clear. */
bool sqlite_gap_find(const uint8_t *page, size_t size, bool is_first, size_t *ret_start, size_t *ret_end);

/* How pages of other kinds are told apart: they begin with a page's number, so in a database of fewer pages than this
 * their first byte is less than any of a b-tree's. Not so in one with auto_vacuum, whose maps begin with any byte. */
enum { GAPS_PAGES_MAX = 0x02000000 };
enum { GAPS_PAGE_MAX = 64 * 1024 };

struct gap_file {
    struct through_file through;
    uint8_t *page;       /* GAPS_PAGE_MAX */
    sqlite3_int64 bytes; /* the database is not longer; −1: nobody has said so, and nothing is cleared */
};

/* xOpen of a database file, for a file system of sqlite_through_register with room for a struct gap_file. */
int sqlite_gaps_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags, int *ret_flags);
/* From now on the gaps of pages that are written are cleared. `bytes`: how long the database is, with what waits in its
 * log or is to be copied into it; it has no auto_vacuum. For a connection whose file sqlite_gaps_open opened; for
 * another it does nothing. */
void sqlite_gaps_clear(sqlite3 *handle, int64_t bytes);
/* Clears those of all pages in the file, and flushes it: of one that was written without sqlite_gaps_clear, after it.
 * An SQLite code. Stopped at any moment it has changed nothing that SQLite reads. */
int sqlite_gaps_sweep(sqlite3 *handle, int64_t page_bytes);

#endif
