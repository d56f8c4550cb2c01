/* How far the order of the commits is settled. A number is taken before its commit, so of two nodes the greater one may
 * be seen first. Whoever goes on behind a number looks no further than the horizon: below it nothing will appear. It is
 * the least of `above` in the table of nodes, and no more than the greatest number that was given. For what a reader
 * does not see of an announcement's commit takes its numbers behind it, above all that reader has seen: no clock has
 * part in it. It holds for a standby, which sees the commits in their order; and where the parts of a commit come to be
 * seen one after the other (Citus) too, as it is asked first, and as a node settles what has been answered alone. */

#include "store/postgresql/reader.h"

enum { SHUT_OUT_MS = 15 * 1000 }; /* longer than a batch may take */

/* An announcement that comes to be seen late says less than was seen to be settled: that stays so. Of one server, whose
 * later states have what its earlier ones had. */
static int64_t keep(struct postgresql_reader *reader, int64_t number) {
    if (reader->horizon.incarnation != reader->db.incarnation || number > reader->horizon.number) {
        reader->horizon.number = number;
        reader->horizon.incarnation = reader->db.incarnation;
    }
    return reader->horizon.number;
}

static enum cxd_err ask(struct postgresql_reader *reader, int64_t *ret_number, bool *ret_is_held, struct error *err) {
    const PGresult *result = NULL;
    enum cxd_err code = POSTGRESQL_ASK(&reader->db, QUERY_READ_HORIZON, &result, err, INT(SHUT_OUT_MS));
    if (code != CXD_OK)
        return code;
    *ret_number = keep(reader, postgresql_int(result, 0, 0));
    *ret_is_held = postgresql_bool(result, 0, 1);
    return CXD_OK;
}

void postgresql_shut_out_silent(struct postgresql_reader *reader) {
    struct error ignored; /* who may not write leaves it to others */
    if (POSTGRESQL_RUN(&reader->db, QUERY_SHUT_OUT_SILENT, &ignored, INT(SHUT_OUT_MS)) != CXD_OK)
        postgresql_db_rollback(&reader->db);
}

enum cxd_err postgresql_read_horizon(struct postgresql_reader *reader, bool began, int64_t *ret_number,
                                     struct error *err) {
    bool is_held = false;
    enum cxd_err code = ask(reader, ret_number, &is_held, err);
    reader->sees_silent = code == CXD_OK && is_held && !began;
    if (code != CXD_OK || !is_held || !began)
        return code;
    postgresql_db_rollback(&reader->db);
    postgresql_shut_out_silent(reader);
    code = postgresql_db_revive(&reader->db, err);
    if (code == CXD_OK)
        code = POSTGRESQL_QUEUE(&reader->db, QUERY_BEGIN_READ, err);
    return code == CXD_OK ? ask(reader, ret_number, &is_held, err) : code;
}
