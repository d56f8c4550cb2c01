/* Rows of a long answer, some hundred at a time: memory is bounded, an end in the middle costs nothing, and between two
 * such lots it is answered that work goes on. */

#include "store/postgresql/reader.h"

/* FETCH_FEW and FETCH_MANY of read.sql have these numbers. */
enum { FEW = 40, MANY = 1000, MANY_BYTES_MAX = 512 * 1024 };

enum cxd_err postgresql_cursor_open(struct cursor *cursor, struct postgresql_reader *reader, enum query query,
                                    const struct db_value *values, size_t count, struct error *err) {
    *cursor = (struct cursor){.reader = reader, .most = FEW};
    return postgresql_db_queue(&reader->db, query, values, count, err);
}

static size_t bytes_of(const PGresult *rows) {
    size_t bytes = 0;
    for (int row = 0; row < PQntuples(rows); row++)
        for (int column = 0; column < PQnfields(rows); column++)
            bytes += (size_t)PQgetlength(rows, row, column);
    return bytes;
}

/* Many at once where they are small, as far as those before tell. */
static enum cxd_err fetch(struct cursor *cursor, struct error *err) {
    struct db *db = &cursor->reader->db;
    if (cursor->rows) {
        size_t each = bytes_of(cursor->rows) / (size_t)cursor->most + 1;
        cursor->most = each * MANY <= MANY_BYTES_MAX ? MANY : FEW;
        PQclear(cursor->rows);
        cursor->rows = NULL;
    }
    heartbeat_answer(cursor->reader->base.beat);
    if (db->goes_on)
        postgresql_db_bound(db, WALK_MS);
    else if (postgresql_db_left_ms(db) <= GRACE_MS)
        return postgresql_db_too_much(err);
    enum cxd_err code = POSTGRESQL_RUN(db, cursor->most == MANY ? QUERY_FETCH_MANY : QUERY_FETCH_FEW, err);
    if (code != CXD_OK)
        return code;
    cursor->rows = db->results[db->result_count - 1];
    db->results[db->result_count - 1] = NULL;
    cursor->row = -1;
    return CXD_OK;
}

enum cxd_err postgresql_cursor_next(struct cursor *cursor, bool *ret_row, struct error *err) {
    bool is_read = cursor->rows && cursor->row + 1 >= PQntuples(cursor->rows);
    *ret_row = false;
    if (is_read && PQntuples(cursor->rows) < cursor->most)
        return CXD_OK;
    enum cxd_err code = !cursor->rows || is_read ? fetch(cursor, err) : CXD_OK;
    if (code != CXD_OK)
        return code;
    *ret_row = ++cursor->row < PQntuples(cursor->rows);
    return CXD_OK;
}

void postgresql_cursor_close(struct cursor *cursor) {
    struct error err;
    if (!cursor->reader)
        return;
    struct db *db = &cursor->reader->db;
    PQclear(cursor->rows);
    /* With the transaction it goes anyway: where this fails, that does. */
    if (db->failure == DB_SOUND && POSTGRESQL_RUN(db, QUERY_CLOSE_CURSOR, &err) != CXD_OK)
        db->failure = DB_REFUSED;
    *cursor = (struct cursor){0};
}
