/* How far an upgrade is, for who waits for the start. Most of it is one statement that writes every response anew:
 * SQLite calls back for each row of it, and now and then while it sorts or makes an index. */

#include <string.h>

#include "cxd/base/clock.h"
#include "store/sqlite/writer.h"

enum { STEPS_A_CALL = 100 * 1000 }; /* of SQLite's machine: some milliseconds */

static void tell(struct telling *telling) {
    telling->told_ms = clock_monotonic_ms();
    telling->now.ms = telling->told_ms - telling->begun_ms;
    if (telling->to)
        telling->to->tell(telling->to->context, &telling->now);
}

static void tell_if_due(struct telling *telling) {
    if (telling->to && clock_monotonic_ms() - telling->told_ms >= telling->to->every_ms)
        tell(telling);
}

void sqlite_telling_begin(struct telling *telling, int64_t from, int64_t to, int64_t rows) {
    telling->now = (struct store_upgrading){.from = from, .to = to, .rows = rows, .step = STORE_UPGRADE_BEGINS};
    telling->begun_ms = clock_monotonic_ms();
    tell(telling);
}

void sqlite_telling_step(struct telling *telling, enum store_upgrade_step step, int64_t all) {
    telling->now.step = step;
    telling->now.done = 0;
    telling->now.all = all;
    tell(telling);
}

void sqlite_telling_advance(struct telling *telling, int64_t done, int64_t all) {
    telling->now.done = done;
    telling->now.all = all;
    tell_if_due(telling);
}

static int keep_on(void *context) {
    tell_if_due(context);
    return 0;
}

static void count_row(void *context, int operation, const char *database, const char *table, sqlite3_int64 row) {
    struct telling *telling = context;
    (void)database;
    (void)row;
    if (operation == SQLITE_INSERT && strcmp(table, "response") == 0 && telling->now.done < telling->now.all)
        telling->now.done++;
}

void sqlite_telling_follow(struct telling *telling, struct db *db) {
    if (!telling->to)
        return;
    sqlite3_progress_handler(db->handle, STEPS_A_CALL, keep_on, telling);
    (void)sqlite3_update_hook(db->handle, count_row, telling);
}

void sqlite_telling_leave(struct telling *telling, struct db *db) {
    if (!telling->to)
        return;
    sqlite3_progress_handler(db->handle, 0, NULL, NULL);
    (void)sqlite3_update_hook(db->handle, NULL, NULL);
    tell_if_due(telling);
}
