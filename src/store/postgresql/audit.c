/* The audit log, read. */

#include "store/postgresql/writer.h"

/* A field that somebody else wrote and that no record can have reads as "?". */
static void read_field(const PGresult *result, int row, int column, char *field, size_t size) {
    if ((size_t)PQgetlength(result, row, column) >= size)
        snprintf(field, size, "?");
    else
        postgresql_field(result, row, column, field, size);
}

static void read_record(const PGresult *result, int row, struct audit_record *record) {
    *record = (struct audit_record){.number = postgresql_int(result, row, 0), .at = postgresql_int(result, row, 1)};
    read_field(result, row, 2, record->actor, sizeof record->actor);
    read_field(result, row, 3, record->act, sizeof record->act);
    read_field(result, row, 4, record->target, sizeof record->target);
    read_field(result, row, 5, record->detail, sizeof record->detail);
    if (!postgresql_bytes(result, row, 6, record->hash, sizeof record->hash))
        record->hash[0] = 0;
}

static enum cxd_err ask(struct postgresql_reader *reader, int64_t after, size_t limit, const char *respondent,
                        struct arena *arena, const PGresult **ret_result, struct error *err) {
    struct audit_person persons[2];
    struct db_array targets = {0};
    if (!respondent)
        return POSTGRESQL_ASK(&reader->db, QUERY_LIST_AUDIT, ret_result, err, INT(after), LIMIT(limit));
    if (!audit_names(reader->store->audit_secret, respondent, arena, persons))
        return error_set(err, ERR_NO_MEMORY, "no memory to read the audit log");
    postgresql_array_texts(&targets);
    for (size_t i = 0; i < CXD_COUNT(persons); i++) {
        postgresql_array_add_text(&targets, persons[i].keyed);
        postgresql_array_add_text(&targets, persons[i].bare);
    }
    enum cxd_err code =
        POSTGRESQL_ASK(&reader->db, QUERY_LIST_AUDIT_OF, ret_result, err, INT(after), LIMIT(limit), ARRAY(&targets));
    postgresql_array_free(&targets);
    return code;
}

enum cxd_err postgresql_read_audit(struct store_reader *base, int64_t after, size_t limit, const char *respondent,
                                   struct arena *arena, struct audit_record **ret_records, size_t *ret_count,
                                   struct error *err) {
    struct postgresql_reader *reader = (struct postgresql_reader *)base;
    struct audit_record *records = arena_alloc(arena, (limit + 1) * sizeof *records);
    const PGresult *result = NULL;
    bool began = false;
    if (!records)
        return error_set(err, ERR_NO_MEMORY, "no memory to read the audit log");
    enum cxd_err code = postgresql_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = ask(reader, after, limit, respondent, arena, &result, err);
    for (int i = 0; code == CXD_OK && i < PQntuples(result); i++)
        read_record(result, i, &records[i]);
    if (code == CXD_OK) {
        *ret_records = records;
        *ret_count = (size_t)PQntuples(result);
    }
    postgresql_reader_leave(reader, began);
    return code;
}
