/* A respondent is forgotten. The numbers are gathered first: the table is not changed while it is scanned. */

#include <stdlib.h>

#include "store/decide.h"
#include "store/decide_import.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/visits.h"

/* The numbers that a query gives; to be freed. */
static enum cxd_err gather(struct sqlite_store *store, enum cxd_err asked, sqlite3_stmt *stmt, int64_t **ret_numbers,
                           size_t *ret_count, struct error *err) {
    int64_t *numbers = NULL;
    size_t count = 0, capacity = 0;
    bool row = false;
    enum cxd_err code = asked;
    while (code == CXD_OK && (code = sqlite_db_next(&store->db, stmt, &row, err)) == CXD_OK && row) {
        if (count == capacity) {
            capacity = capacity ? 2 * capacity : 16;
            int64_t *larger = reallocarray(numbers, capacity, sizeof *larger);
            if (!larger) {
                code = error_set(err, ERR_NO_MEMORY, "no memory for the responses of a respondent");
                break;
            }
            numbers = larger;
        }
        numbers[count++] = sqlite3_column_int64(stmt, 0);
    }
    sqlite3_reset(stmt);
    if (code != CXD_OK) {
        free(numbers);
        return code;
    }
    *ret_numbers = numbers;
    *ret_count = count;
    return CXD_OK;
}

enum cxd_err sqlite_remove_response(struct sqlite_store *store, const struct response *response, struct error *err) {
    enum cxd_err code = SQLITE_RUN(&store->db, QUERY_DELETE_RESPONSE, err, INT(response->number));
    if (code == CXD_OK)
        code = SQLITE_RUN(&store->db, QUERY_KEEP_NUMBER, err, INT(response->number));
    if (code == CXD_OK)
        code = SQLITE_RUN(&store->db, QUERY_FORGET_TOLD, err, INT(response->number));
    store->numbers.is_there = store->numbers.is_there && response->number != store->numbers.last;
    if (code == CXD_OK)
        code = sqlite_comments_forget(store, response, err);
    return code == CXD_OK ? sqlite_count_response(store, response, -1, err) : code;
}

enum cxd_err sqlite_delete_response(struct sqlite_store *store, const struct response *response, int64_t mark_at,
                                    struct error *err) {
    enum cxd_err code = sqlite_remove_response(store, response, err);
    if (code == CXD_OK)
        code = sqlite_invitation_remove(store, response->survey, &response->id, err);
    return code == CXD_OK ? sqlite_marks_put(store, response->survey, &response->id, mark_at, err) : code;
}

static enum cxd_err write_forgotten(struct sqlite_store *store, const struct response *after, struct error *err) {
    struct response_texts texts;
    enum cxd_err code = sqlite_row_write_texts(&store->text, after, &texts, err);
    if (code == CXD_OK)
        code = SQLITE_RUN(&store->db, QUERY_FORGET_RESPONSE, err, INT(after->number), TEXT(after->touchpoint),
                          TEXT(after->channel), TEXT(after->locale), TEXT(texts.properties), TEXT(texts.answers),
                          INT(sqlite_row_forgotten(after)), INT(after->updated_at));
    return code;
}

enum cxd_err sqlite_forget_response(struct sqlite_store *store, const struct response *response, bool by_age,
                                    int64_t now_ms, bool *ret_taken, struct error *err) {
    struct declared none = {0};
    struct response after;
    bool moves = false;
    const struct declared *declared = sqlite_declared_find(&store->declared, response->survey);
    struct property *kept = arena_alloc(&store->scratch, (response->property_count + 1) * sizeof *kept);
    struct answer *answers = arena_alloc(&store->scratch, (response->answer_count + 1) * sizeof *answers);
    if (!kept || !answers)
        return error_set(err, ERR_NO_MEMORY, "no memory to forget a respondent");
    *ret_taken = decide_forget(response, declared ? declared : &none, by_age, now_ms, kept, answers, &after, &moves);
    enum cxd_err code = *ret_taken ? write_forgotten(store, &after, err) : CXD_OK;
    if (code == CXD_OK && *ret_taken)
        code = sqlite_comments_forget(store, response, err);
    if (code == CXD_OK && *ret_taken && response->first.is_kept)
        code = SQLITE_RUN(&store->db, QUERY_DELETE_FIRST, err, INT(response->number));
    if (code == CXD_OK && *ret_taken)
        code = sqlite_invitation_remove(store, response->survey, &response->id, err);
    if (code == CXD_OK && moves)
        code = sqlite_count_response(store, response, -1, err);
    return code == CXD_OK && moves ? sqlite_count_response(store, &after, 1, err) : code;
}

/* Deletes or forgets it, if it is there. */
static enum cxd_err erase_one(struct sqlite_store *store, int64_t number, bool counts, int64_t now_ms, bool *ret_found,
                              struct response *ret_response, struct error *err) {
    bool taken = false;
    arena_reset(&store->scratch);
    *ret_found = false;
    enum cxd_err code = sqlite_find_numbered(store, number, ret_found, ret_response, err);
    if (code == CXD_OK && *ret_found)
        code = sqlite_visits_forget(store, ret_response, counts ? LEAVE_ERASED : LEAVE_FORGOTTEN, err);
    if (code != CXD_OK || !*ret_found)
        return code;
    return counts ? sqlite_delete_response(store, ret_response, decide_mark_at(ret_response, true, now_ms), err)
                  : sqlite_forget_response(store, ret_response, false, now_ms, &taken, err);
}

enum cxd_err sqlite_write_erase(struct sqlite_store *store, struct change *change, struct error *err) {
    bool counts = change->as.erase.counts, has_more = false;
    size_t limit = change->as.erase.limit, count = 0, invitations = 0;
    int64_t *numbers = NULL;
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = SQLITE_ASK(&store->db, QUERY_SELECT_RESPONDENT, &stmt, err, TEXT(change->as.erase.respondent),
                                   INT(limit > INT64_MAX ? INT64_MAX : (int64_t)limit));
    code = gather(store, code, stmt, &numbers, &count, err);
    if (code == CXD_OK && count < limit)
        code =
            SQLITE_HAS(&store->db, QUERY_LIST_INVITATIONS, &has_more, err, TEXT(change->as.erase.respondent), INT(1));
    if (code == CXD_OK && !decide_touch(change, count > 0 || has_more)) {
        free(numbers);
        return CXD_OK;
    }
    for (size_t i = 0; code == CXD_OK && i < count; i++) {
        struct response response;
        bool found = false;
        code = erase_one(store, numbers[i], counts, change->now_ms, &found, &response, err);
        if (code == CXD_OK && found)
            code = sqlite_erasures_note(store, &response, change->now_ms, counts, err);
    }
    free(numbers);
    if (code == CXD_OK && has_more)
        code = sqlite_invitations_erase(store, change->as.erase.respondent, limit - count, change->now_ms, &invitations,
                                        err);
    decide_erased(change, count, invitations);
    return code;
}

/* Deletes or forgets what an entry of the list names, as it was then; what is not there may still be on its way, as a
 * retry or in a file, and is marked all the same. What was imported is marked for good, whoever else had its id. */
static enum cxd_err erase_named(struct sqlite_store *store, const struct erasure *entry, bool *ret_found,
                                struct error *err) {
    int64_t *numbers = NULL;
    size_t count = 0;
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code =
        SQLITE_ASK(&store->db, QUERY_SELECT_NAMED, &stmt, err, TEXT(erasure_survey(entry)), ID(&entry->id));
    code = gather(store, code, stmt, &numbers, &count, err);
    *ret_found = count > 0;
    for (size_t i = 0; code == CXD_OK && i < count; i++) {
        struct response response;
        bool found = false;
        code = erase_one(store, numbers[i], entry->gone, entry->at, &found, &response, err);
    }
    free(numbers);
    if (code == CXD_OK)
        code = SQLITE_RUN(&store->db, QUERY_DELETE_NAMED_INVITATION, err, TEXT(entry->survey), ID(&entry->id));
    return code == CXD_OK && (count == 0 || (entry->gone && entry->is_imported))
               ? sqlite_marks_put_named(store, entry, err)
               : code;
}

enum cxd_err sqlite_write_reerase(struct sqlite_store *store, struct change *change, struct error *err) {
    size_t from = store->redo.next, erased = 0;
    enum cxd_err code = CXD_OK;
    while (code == CXD_OK && store->redo.next < store->redo.count &&
           store->redo.next - from < change->as.reerase.limit) {
        const struct erasure *entry = &store->redo.items[store->redo.next++];
        bool found = false;
        code = erase_named(store, entry, &found, err);
        erased += found;
    }
    decide_reerased(change, store->redo.next - from, store->redo.count - from, erased);
    if (code == CXD_OK && store->redo.next > from) {
        int64_t number = store->redo.items[store->redo.next - 1].number;
        code = number > store->identity.erasures ? sqlite_erasures_know(store, number, err) : CXD_OK;
    }
    return code;
}
