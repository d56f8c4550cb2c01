/* Which nodes are there, and which of them has the lease: what each says and asks every second, in one round trip that
 * is one transaction. All times are the database's. */

#include "store/postgresql/reader.h"

enum {
    ABSENT_MS = 60 * 1000,   /* then a row of who has not left goes */
    SLOT_KEPT_MS = 60 * 1000 /* so often an idle node says that its slot is its own: well before it is taken for free */
};

static enum cxd_err queue(struct postgresql_reader *reader, struct error *err) {
    struct db *db = &reader->db;
    const struct db_value self = BLOB(reader->store->node.incarnation, sizeof reader->store->node.incarnation);
    enum cxd_err code = POSTGRESQL_QUEUE(db, QUERY_ATTEND, err, self);
    if (code == CXD_OK)
        code = POSTGRESQL_QUEUE(db, QUERY_TAKE_LEASE, err, self, INT(STORE_ATTENDED_MS));
    if (code == CXD_OK)
        code = POSTGRESQL_QUEUE(db, QUERY_FORGET_ABSENT, err, self, INT(ABSENT_MS));
    return code == CXD_OK ? POSTGRESQL_QUEUE(db, QUERY_KEEP_SLOT, err, self, INT(SLOT_KEPT_MS)) : code;
}

static enum cxd_err leave(struct postgresql_reader *reader, struct error *err) {
    return POSTGRESQL_RUN(&reader->db, QUERY_LEAVE, err,
                          BLOB(reader->store->node.incarnation, sizeof reader->store->node.incarnation));
}

enum cxd_err postgresql_attend(struct store_reader *base, bool leaves, struct store_attendance *ret_attendance,
                               struct error *err) {
    struct postgresql_reader *reader = (struct postgresql_reader *)base;
    const PGresult *result = NULL;
    postgresql_db_bound(&reader->db, reader->store->attend_ms);
    enum cxd_err code = postgresql_db_revive(&reader->db, err);
    if (code == CXD_OK && leaves)
        return leave(reader, err);
    if (code == CXD_OK)
        code = queue(reader, err);
    if (code == CXD_OK)
        code = POSTGRESQL_ASK(&reader->db, QUERY_READ_ATTENDANCE, &result, err,
                              BLOB(reader->store->node.incarnation, sizeof reader->store->node.incarnation),
                              INT(STORE_ATTENDED_MS));
    if (code != CXD_OK) {
        postgresql_db_rollback(&reader->db);
        return code;
    }
    *ret_attendance = (struct store_attendance){.nodes = postgresql_int(result, 0, 0),
                                                .leads = postgresql_bool(result, 0, 1),
                                                .now_ms = postgresql_int(result, 0, 2)};
    ret_attendance->unrolled = ret_attendance->leads && postgresql_bool(result, 0, 3);
    ret_attendance->undoing = ret_attendance->leads && postgresql_bool(result, 0, 4);
    return CXD_OK;
}
