/* What a check finds: damage is noted, part by part, and an error that is damage of pages becomes one. */

#include <stdarg.h>
#include <stdio.h>

#include "cxd/base/utf8.h"
#include "store/sqlite/backup.h"

void sqlite_check_damage(struct checker *checker, enum store_part part, const char *format, ...) {
    struct store_finding *finding = &checker->report->parts[part];
    if (finding->damage < STORE_PLACES) {
        char *place = finding->places[finding->damage];
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(place, STORE_PLACE_SIZE, format, arguments);
        va_end(arguments);
        utf8_make_plain(place); /* a damaged file's names, and what SQLite says of them */
    }
    finding->damage++;
}

enum cxd_err sqlite_check_absorb(struct checker *checker, enum cxd_err code, struct error *err) {
    int rc = sqlite3_errcode(checker->db->handle) & 0xff;
    if (code == CXD_OK || code == ERR_NO_MEMORY)
        return code;
    if (checker->watch->cancelled)
        return error_set(err, ERR_CANCELLED, "cancelled");
    if (rc == SQLITE_CORRUPT || rc == SQLITE_NOTADB) {
        sqlite_check_damage(checker, STORE_INTEGRITY, "%s", sqlite3_errmsg(checker->db->handle));
        return CXD_OK;
    }
    return code;
}

store_read_definition *sqlite_check_reader(const struct checker *checker) {
    const struct store_progress *progress = checker->watch->progress;
    return progress ? progress->read_definition : NULL;
}
