#ifndef CXD_STORE_POSTGRESQL_ALERT_ROWS_H
#define CXD_STORE_POSTGRESQL_ALERT_ROWS_H

#include "store/postgresql/writer.h"

/* Rows of alert_columns. What is read is of the arena. */
CXD_NODISCARD enum cxd_err postgresql_row_alert(const PGresult *result, int row, struct arena *arena,
                                                struct alert_state *ret_state, struct error *err);

#endif
