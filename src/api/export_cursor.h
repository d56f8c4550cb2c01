#ifndef CXD_API_EXPORT_CURSOR_H
#define CXD_API_EXPORT_CURSOR_H

#include "cxd/base/error.h"
#include "cxd/store/store.h"

/* Where an export goes on: "HISTORY.NUMBER", behind the response of this number. */

enum { EXPORT_CURSOR_SIZE = STORE_HISTORY_SIZE + 24 };
void export_cursor_write(char out[EXPORT_CURSOR_SIZE], const char *history, int64_t number);
/* ERR_BAD_PARAMETER: it is none; ERR_STALE_CURSOR: it is of another history. */
CXD_NODISCARD enum cxd_err export_cursor_read(const char *text, const char *history, int64_t *ret_number,
                                              struct error *err);

#endif
