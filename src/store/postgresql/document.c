/* Named definitions: put, deleted and read. */

#include "store/postgresql/writer.h"

static enum cxd_err read_row(const PGresult *result, int row, enum document_kind kind, struct arena *arena,
                             struct document *ret_document, struct error *err) {
    struct document document = {
        .kind = kind,
        .revision = postgresql_int(result, row, 1),
        .created_at = postgresql_int(result, row, 3),
        .updated_at = postgresql_int(result, row, 4),
    };
    postgresql_field(result, row, 0, document.name, sizeof document.name);
    enum cxd_err code = postgresql_copy(result, row, 2, arena, &document.definition, err);
    if (code == CXD_OK)
        *ret_document = document;
    return code;
}

/* By select_document, or lock_document. */
static enum cxd_err find(struct db *db, enum query query, enum document_kind kind, const char *name,
                         struct arena *arena, bool *ret_found, struct document *ret_document, struct error *err) {
    const PGresult *result = NULL;
    enum cxd_err code = POSTGRESQL_ASK(db, query, &result, err, TEXT(document_kind_name(kind)), TEXT(name));
    if (code == CXD_OK && PQntuples(result) == 1)
        code = read_row(result, 0, kind, arena, ret_document, err);
    if (code == CXD_OK)
        *ret_found = PQntuples(result) == 1;
    return code;
}

enum cxd_err postgresql_apply_document(struct postgresql_store *store, struct change *change, struct error *err) {
    const struct document *document = &change->as.document;
    const char *kind = document_kind_name(document->kind);
    struct document stored;
    const PGresult *counted = NULL;
    bool found = false;
    enum cxd_err code =
        find(&store->db, QUERY_LOCK_DOCUMENT, document->kind, document->name, &store->arena, &found, &stored, err);
    if (code == CXD_OK)
        code = POSTGRESQL_ASK(&store->db, QUERY_COUNT_DOCUMENTS, &counted, err, TEXT(kind));
    if (code != CXD_OK)
        return code;
    decide_document(change, found ? &stored : NULL, postgresql_int(counted, 0, 0));
    if (change->outcome != OUTCOME_CREATED && change->outcome != OUTCOME_AMENDED)
        return CXD_OK;
    return POSTGRESQL_RUN(&store->db, found ? QUERY_UPDATE_DOCUMENT : QUERY_INSERT_DOCUMENT, err, TEXT(kind),
                          TEXT(document->name), TEXT(document->definition), INT(document->revision),
                          INT(document->created_at), INT(document->updated_at));
}

enum cxd_err postgresql_apply_discard(struct postgresql_store *store, struct change *change, struct error *err) {
    const char *name = change->as.discard.name;
    enum document_kind kind = change->as.discard.kind;
    struct document stored;
    bool found = false;
    enum cxd_err code = find(&store->db, QUERY_LOCK_DOCUMENT, kind, name, &store->arena, &found, &stored, err);
    if (code != CXD_OK)
        return code;
    decide_discard(change, found ? &stored : NULL);
    return change->outcome == OUTCOME_AMENDED
               ? POSTGRESQL_RUN(&store->db, QUERY_DELETE_DOCUMENT, err, TEXT(document_kind_name(kind)), TEXT(name))
               : CXD_OK;
}

enum cxd_err postgresql_read_documents(struct store_reader *base, enum document_kind kind, const char *after,
                                       size_t limit, struct arena *arena, struct document **ret_documents,
                                       size_t *ret_count, struct error *err) {
    struct postgresql_reader *reader = (struct postgresql_reader *)base;
    const PGresult *result = NULL;
    bool began = false;
    size_t count = 0;
    struct document *documents = NULL;
    enum cxd_err code = postgresql_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = POSTGRESQL_ASK(&reader->db, QUERY_LIST_DOCUMENTS, &result, err, TEXT(document_kind_name(kind)),
                              TEXT(after ? after : ""), LIMIT(limit));
    if (code == CXD_OK) {
        count = (size_t)PQntuples(result);
        documents = arena_alloc(arena, (count + 1) * sizeof *documents);
        if (!documents)
            code = error_set(err, ERR_NO_MEMORY, "no memory to read documents");
    }
    for (size_t i = 0; code == CXD_OK && i < count; i++)
        code = read_row(result, (int)i, kind, arena, &documents[i], err);
    postgresql_reader_leave(reader, began);
    if (code == CXD_OK) {
        *ret_documents = documents;
        *ret_count = count;
    }
    return code;
}

enum cxd_err postgresql_read_document(struct store_reader *base, enum document_kind kind, const char *name,
                                      struct arena *arena, bool *ret_found, struct document *ret_document,
                                      struct error *err) {
    struct postgresql_reader *reader = (struct postgresql_reader *)base;
    bool began = false;
    enum cxd_err code = postgresql_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = find(&reader->db, QUERY_SELECT_DOCUMENT, kind, name, arena, ret_found, ret_document, err);
    postgresql_reader_leave(reader, began);
    return code;
}
