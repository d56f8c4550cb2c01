/* Marks of ids whose responses were deleted, by a respondent's erasure or by age: such an id is not filled again. */

#include "cxd/base/clock.h"
#include "store/sqlite/writer.h"

enum cxd_err sqlite_marks_load(struct sqlite_store *store, struct error *err) {
    bool found = false;
    enum cxd_err code = SQLITE_HAS(&store->db, QUERY_HAS_GONE, &found, err);
    store->has_marks = store->has_marks || found;
    return code;
}

enum cxd_err sqlite_marks_put(struct sqlite_store *store, int64_t survey, const struct id *id, int64_t at,
                              struct error *err) {
    enum cxd_err code = SQLITE_RUN(&store->db, QUERY_INSERT_GONE, err, INT(survey), ID(id), INT(at));
    store->has_marks = true; /* also where the batch fails: then somebody looks for nothing */
    return code;
}

enum cxd_err sqlite_marks_put_named(struct sqlite_store *store, const struct erasure *entry, struct error *err) {
    store->has_marks = true;
    return SQLITE_RUN(&store->db, QUERY_INSERT_NAMED_GONE, err, TEXT(entry->survey), ID(&entry->id),
                      INT(entry->is_imported ? TIME_MAX : entry->at));
}

enum cxd_err sqlite_marks_find(struct sqlite_store *store, int64_t survey, const struct id *id, bool *ret_found,
                               struct error *err) {
    *ret_found = false;
    return store->has_marks ? SQLITE_HAS(&store->db, QUERY_SELECT_GONE, ret_found, err, INT(survey), ID(id)) : CXD_OK;
}

enum cxd_err sqlite_write_unmark(struct sqlite_store *store, struct change *change, struct error *err) {
    enum cxd_err code =
        SQLITE_RUN(&store->db, QUERY_DELETE_GONE, err, INT(change->as.unmark.before_ms), INT(change->as.unmark.limit));
    size_t removed = code == CXD_OK ? (size_t)sqlite3_changes(store->db.handle) : 0;
    if (code == CXD_OK && removed < change->as.unmark.limit && store->list.fd >= 0) {
        struct error why; /* tried again at the next run; until then the list is longer than it has to be */
        (void)!sqlite_list_prune(&store->list, change->as.unmark.before_ms, &why);
    }
    decide_unmarked(change, removed);
    return code;
}
