/* Named definitions: put, deleted and read. */

#include <stdio.h>

#include "store/decide.h"
#include "store/sqlite/reader.h"
#include "store/sqlite/writer.h"

static enum cxd_err read_row(sqlite3_stmt *stmt, enum document_kind kind, struct arena *arena,
                             struct document *ret_document, struct error *err) {
    struct document document = {
        .kind = kind,
        .revision = sqlite3_column_int64(stmt, 1),
        .created_at = sqlite3_column_int64(stmt, 3),
        .updated_at = sqlite3_column_int64(stmt, 4),
    };
    const char *name = NULL;
    enum cxd_err code = sqlite_db_copy_text(stmt, 0, arena, &name, err);
    if (code == CXD_OK)
        code = sqlite_db_copy_text(stmt, 2, arena, &document.definition, err);
    if (code != CXD_OK)
        return code;
    snprintf(document.name, sizeof document.name, "%s", name);
    *ret_document = document;
    return CXD_OK;
}

static enum cxd_err find(struct db *db, enum document_kind kind, const char *name, struct arena *arena, bool *ret_found,
                         struct document *ret_document, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool found = false;
    enum cxd_err code =
        SQLITE_FIRST(db, QUERY_SELECT_DOCUMENT, &stmt, &found, err, TEXT(document_kind_name(kind)), TEXT(name));
    if (code == CXD_OK && found)
        code = read_row(stmt, kind, arena, ret_document, err);
    sqlite3_reset(stmt);
    if (code == CXD_OK)
        *ret_found = found;
    return code;
}

static enum cxd_err count_kind(struct db *db, enum document_kind kind, int64_t *ret_count, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = SQLITE_FIRST(db, QUERY_COUNT_DOCUMENTS, &stmt, &row, err, TEXT(document_kind_name(kind)));
    if (code == CXD_OK)
        *ret_count = sqlite3_column_int64(stmt, 0);
    sqlite3_reset(stmt);
    return code;
}

enum cxd_err sqlite_write_document(struct sqlite_store *store, struct change *change, struct error *err) {
    const struct document *document = &change->as.document;
    struct document stored;
    bool found = false;
    enum cxd_err code = find(&store->db, document->kind, document->name, &store->scratch, &found, &stored, err);
    if (code != CXD_OK)
        return code;
    int64_t count = 0;
    if (!found && document_kind_most(document->kind) < INT64_MAX)
        code = count_kind(&store->db, document->kind, &count, err);
    if (code != CXD_OK)
        return code;
    decide_document(change, found ? &stored : NULL, count);
    if (change->outcome != OUTCOME_CREATED && change->outcome != OUTCOME_AMENDED)
        return CXD_OK;
    return SQLITE_RUN(&store->db, QUERY_PUT_DOCUMENT, err, TEXT(document_kind_name(document->kind)),
                      TEXT(document->name), TEXT(document->definition), INT(document->revision),
                      INT(document->created_at), INT(document->updated_at));
}

enum cxd_err sqlite_write_discard(struct sqlite_store *store, struct change *change, struct error *err) {
    const char *name = change->as.discard.name;
    enum document_kind kind = change->as.discard.kind;
    struct document stored;
    bool found = false;
    enum cxd_err code = find(&store->db, kind, name, &store->scratch, &found, &stored, err);
    if (code != CXD_OK)
        return code;
    decide_discard(change, found ? &stored : NULL);
    if (change->outcome != OUTCOME_AMENDED)
        return CXD_OK;
    return SQLITE_RUN(&store->db, QUERY_DELETE_DOCUMENT, err, TEXT(document_kind_name(kind)), TEXT(name));
}

enum cxd_err sqlite_read_documents(struct store_reader *base, enum document_kind kind, const char *after, size_t limit,
                                   struct arena *arena, struct document **ret_documents, size_t *ret_count,
                                   struct error *err) {
    struct sqlite_reader *reader = (struct sqlite_reader *)base;
    struct document *documents = arena_alloc_zero(arena, limit + 1, sizeof *documents);
    if (!documents)
        return error_set(err, ERR_NO_MEMORY, "no memory to read the definitions");
    size_t count = 0;
    sqlite3_stmt *stmt = NULL;
    bool began = false, row = false;
    enum cxd_err code = sqlite_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = SQLITE_ASK(&reader->db, QUERY_LIST_DOCUMENTS, &stmt, err, TEXT(document_kind_name(kind)),
                          TEXT(after ? after : ""), INT(limit));
    while (code == CXD_OK && (code = sqlite_db_next(&reader->db, stmt, &row, err)) == CXD_OK && row && count < limit)
        code = read_row(stmt, kind, arena, &documents[count++], err);
    sqlite3_reset(stmt);
    sqlite_reader_leave(reader, began);
    if (code == CXD_OK) {
        *ret_documents = documents;
        *ret_count = count;
    }
    return code;
}

enum cxd_err sqlite_read_document(struct store_reader *base, enum document_kind kind, const char *name,
                                  struct arena *arena, bool *ret_found, struct document *ret_document,
                                  struct error *err) {
    struct sqlite_reader *reader = (struct sqlite_reader *)base;
    bool began = false;
    enum cxd_err code = sqlite_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = find(&reader->db, kind, name, arena, ret_found, ret_document, err);
    sqlite_reader_leave(reader, began);
    return code;
}
