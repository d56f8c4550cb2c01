/* Cursors of exports. */
#include "api/export_cursor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void export_cursor_write(char out[EXPORT_CURSOR_SIZE], const char *history, int64_t number) {
    snprintf(out, EXPORT_CURSOR_SIZE, "%s.%lld", history, (long long)number);
}

enum cxd_err export_cursor_read(const char *text, const char *history, int64_t *ret_number, struct error *err) {
    enum { DIGITS_MAX = 19 };
    size_t length = strspn(text, "0123456789abcdef");
    const char *number = text + length + 1;
    size_t digits = length == STORE_HISTORY_SIZE - 1 && text[length] == '.' ? strspn(number, "0123456789") : 0;
    errno = 0;
    long long value = digits > 0 && digits <= DIGITS_MAX ? strtoll(number, NULL, 10) : 0;
    if (digits == 0 || digits > DIGITS_MAX || number[digits] != '\0' || errno != 0)
        return error_set(err, ERR_BAD_PARAMETER, "cursor: what an export before has given as Cxd-Cursor");
    if (strncmp(text, history, length) != 0)
        return error_set(err, ERR_STALE_CURSOR,
                         "the database has been restored from a copy since, and its numbers are not those of the "
                         "cursor: begin again, without it");
    *ret_number = value;
    return CXD_OK;
}
