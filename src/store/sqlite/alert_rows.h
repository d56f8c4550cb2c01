#ifndef CXD_STORE_SQLITE_ALERT_ROWS_H
#define CXD_STORE_SQLITE_ALERT_ROWS_H

#include "cxd/store/store.h"
#include "store/sqlite/db.h"

/* A row of select_alert or list_alerts. */
CXD_NODISCARD enum cxd_err sqlite_row_read_alert(sqlite3_stmt *stmt, struct arena *arena, struct alert_state *ret_state,
                                                 struct error *err);
/* What was told of responses, and how often: see struct store_alerts. */
CXD_NODISCARD enum cxd_err sqlite_db_read_told(struct db *db, int64_t *ret_through, int64_t *ret_version,
                                               struct error *err);

#endif
