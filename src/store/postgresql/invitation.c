/* Invitations that are kept, read. */

#include "store/postgresql/rows.h"
#include "store/postgresql/writer.h"

static enum cxd_err read_row(const PGresult *result, int row, struct arena *arena, struct invitation_record *ret_record,
                             struct error *err) {
    struct invitation_record record = {.survey = postgresql_int(result, row, 0),
                                       .response = postgresql_id(result, row, 1),
                                       .created_at = postgresql_int(result, row, 4),
                                       .expires_at = postgresql_int(result, row, 5),
                                       .kept_until = postgresql_int(result, row, 6)};
    enum cxd_err code = postgresql_copy(result, row, 2, arena, &record.respondent, err);
    if (code == CXD_OK)
        code = postgresql_row_properties(result, row, 3, arena, &record.properties, &record.property_count, err);
    if (code == CXD_OK)
        *ret_record = record;
    return code;
}

enum cxd_err postgresql_read_invitation(struct store_reader *base, int64_t survey, const struct id *response,
                                        struct arena *arena, bool *ret_found, struct invitation_record *ret_record,
                                        struct error *err) {
    struct postgresql_reader *reader = (struct postgresql_reader *)base;
    const PGresult *result = NULL;
    bool began = false;
    enum cxd_err code = postgresql_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = POSTGRESQL_ASK(&reader->db, QUERY_SELECT_INVITATION, &result, err, INT(survey), ID(response));
    bool found = code == CXD_OK && PQntuples(result) == 1;
    if (found)
        code = read_row(result, 0, arena, ret_record, err);
    postgresql_reader_leave(reader, began);
    if (code == CXD_OK)
        *ret_found = found;
    return code;
}

enum cxd_err postgresql_read_invitations(struct store_reader *base, const char *respondent, size_t limit,
                                         struct arena *arena, struct invitation_record **ret_records, size_t *ret_count,
                                         struct error *err) {
    struct postgresql_reader *reader = (struct postgresql_reader *)base;
    const PGresult *result = NULL;
    struct invitation_record *records = NULL;
    bool began = false;
    size_t count = 0;
    enum cxd_err code = postgresql_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = POSTGRESQL_ASK(&reader->db, QUERY_LIST_INVITATIONS, &result, err, TEXT(respondent), LIMIT(limit));
    if (code == CXD_OK) {
        count = (size_t)PQntuples(result);
        records = arena_alloc(arena, (count + 1) * sizeof *records);
        if (!records)
            code = error_set(err, ERR_NO_MEMORY, "no memory for the invitations of a respondent");
    }
    for (size_t i = 0; code == CXD_OK && i < count; i++)
        code = read_row(result, (int)i, arena, &records[i], err);
    postgresql_reader_leave(reader, began);
    if (code == CXD_OK) {
        *ret_records = records;
        *ret_count = count;
    }
    return code;
}
