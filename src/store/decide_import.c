/* The rules of the changes of imports, shared by every engine: what is open takes rows, and what is undone passes its
 * responses by their numbers, so that it goes on where it was. */

#include "store/decide_import.h"

#include "cxd/base/clock.h"

static void refuse(struct change *change, enum cxd_err refusal) {
    change->outcome = OUTCOME_REFUSED;
    change->refusal = refusal;
}

bool decide_import_admit(struct change *change, const struct survey *terms) {
    enum cxd_err refusal = !terms ? ERR_NO_SURVEY : terms->archived_at != 0 ? ERR_SURVEY_CLOSED : CXD_OK;
    if (refusal != CXD_OK)
        refuse(change, refusal);
    return refusal == CXD_OK;
}

void decide_import(struct change *change, const struct import_record *open, bool is_held, int64_t last) {
    struct import_record *value = &change->as.import.value;
    if (is_held) {
        refuse(change, ERR_NOT_READY);
        return;
    }
    if (open) {
        change->as.import.as_sent = *value;
        change->as.import.is_replayed = true;
        *value = *open;
        change->outcome = OUTCOME_REPLAYED;
        return;
    }
    value->state = IMPORT_OPEN;
    value->created_at = value->updated_at = change->now_ms;
    value->created = value->known = value->refused = value->removed = 0;
    value->after = value->last = value->undone = last;
    change->outcome = OUTCOME_CREATED;
}

bool decide_import_open(struct change *change, const struct import_record *stored, int64_t survey) {
    bool is_there = stored && (survey == 0 || stored->survey == survey);
    enum cxd_err refusal = !is_there                      ? ERR_NO_IMPORT
                           : stored->state != IMPORT_OPEN ? ERR_IMPORT_ENDED
                           : stored->is_held              ? ERR_NOT_READY
                                                          : CXD_OK;
    if (refusal != CXD_OK)
        refuse(change, refusal);
    return refusal == CXD_OK;
}

void decide_import_counted(const struct change *change, struct import_record *record) {
    record->updated_at = change->now_ms;
    if (change->kind == CHANGE_IMPORT_ROWS) {
        record->refused += change->as.import_rows.refused;
        return;
    }
    const struct response *value = &change->as.response.value;
    switch (change->outcome) {
    case OUTCOME_CREATED:
        record->created++;
        record->last = value->number;
        break;
    case OUTCOME_REPLAYED:
        record->known += value->import != record->number;
        break;
    case OUTCOME_REFUSED:
        record->refused++;
        break;
    case OUTCOME_NONE:
    case OUTCOME_AMENDED:
    case OUTCOME_MISSING:
        break;
    }
}

bool decide_is_erased(const struct response *response) {
    return response->forgotten_at != 0 && !response->forgotten_by_age;
}

int64_t decide_mark_at(const struct response *response, bool erases, int64_t now_ms) {
    return response->import != 0 && (erases || decide_is_erased(response)) ? TIME_MAX : now_ms;
}

void decide_import_turn(struct change *change, const struct import_record *stored, struct import_record *ret_after) {
    enum import_state to = change->as.import_turn.to;
    if (!stored) {
        change->outcome = OUTCOME_MISSING;
        return;
    }
    bool is_so = stored->state == to || (to == IMPORT_UNDOING && stored->state == IMPORT_UNDONE);
    if (!is_so && stored->state > to) {
        refuse(change, ERR_IMPORT_ENDED);
        return;
    }
    change->broken = is_so ? NULL : precondition_broken(&change->precondition, true, NULL, 0);
    if (change->broken) {
        refuse(change, ERR_PRECONDITION);
        return;
    }
    *ret_after = *stored;
    change->outcome = is_so ? OUTCOME_REPLAYED : OUTCOME_AMENDED;
    if (is_so)
        return;
    ret_after->state = to;
    ret_after->updated_at = change->now_ms;
}

/* Others' responses lie between: of these no more are passed at once than can be in a moment. */
enum { NUMBERS_FOR_EACH = 64 };

int64_t decide_undo_span(const struct change *change, const struct import_record *stored) {
    int64_t most = (int64_t)change->as.undo.limit * NUMBERS_FOR_EACH;
    return stored->last - stored->undone > most ? stored->undone + most : stored->last;
}

void decide_undone(struct change *change, struct import_record *record, size_t removed, int64_t passed) {
    change->as.undo.removed = (int64_t)removed;
    change->as.undo.more = record != NULL;
    change->as.undo.is_done = false;
    change->outcome = record ? OUTCOME_AMENDED : OUTCOME_REPLAYED;
    if (!record)
        return;
    record->undone = passed;
    record->removed += (int64_t)removed;
    record->updated_at = change->now_ms;
    change->as.undo.is_done = passed >= record->last;
    if (change->as.undo.is_done)
        record->state = IMPORT_UNDONE;
    change->as.undo.id = record->id;
    change->as.undo.all = record->removed;
}
