/* Below live.c: from the changes that the writer has applied to what pages must know of them. What is told of several
 * names none: whoever shows responses reads them again. */
#include "api/live_notes.h"

static bool note_single(enum live_change change, int64_t survey, const struct id *id, struct live_note *ret_note) {
    *ret_note = (struct live_note){.change = change, .survey = survey, .has_id = true, .id = *id};
    return true;
}

static bool note_several(enum live_change change, int64_t survey, struct live_note *ret_note) {
    *ret_note = (struct live_note){.change = change, .survey = survey};
    return true;
}

bool live_note_of(const struct change *change, struct live_note *ret_note) {
    switch (change->kind) {
    case CHANGE_RESPONSE:
        return note_single(LIVE_AMENDED, change->as.response.value.survey, &change->as.response.value.id, ret_note);
    case CHANGE_EXCLUDE:
        return note_single(change->as.exclude.excluded ? LIVE_EXCLUDED : LIVE_RESTORED, change->as.exclude.survey,
                           &change->as.exclude.id, ret_note);
    case CHANGE_FLAG:
        return note_single(LIVE_EXCLUDED, change->as.flag.survey, &change->as.flag.id, ret_note);
    case CHANGE_CLEAR:
        return note_several(LIVE_RESTORED, change->as.clear.survey, ret_note);
    case CHANGE_RETAIN:
        return note_several(LIVE_ERASED, change->as.retain.survey, ret_note);
    case CHANGE_ERASE:
    case CHANGE_REERASE:
    case CHANGE_UNDO:
        return note_several(LIVE_ERASED, 0, ret_note);
    default:
        return false;
    }
}

void live_notes_put(struct live_notes *notes, const struct live_note *note) {
    uint32_t written = atomic_load_explicit(&notes->written, memory_order_relaxed);
    if (written - atomic_load_explicit(&notes->taken, memory_order_acquire) == LIVE_NOTES) {
        atomic_store(&notes->is_over, true);
        return;
    }
    notes->ring[written % LIVE_NOTES] = *note;
    atomic_store_explicit(&notes->written, written + 1, memory_order_release);
}

bool live_notes_take(struct live_notes *notes, struct live_note *ret_note) {
    uint32_t taken = atomic_load_explicit(&notes->taken, memory_order_relaxed);
    if (taken == atomic_load_explicit(&notes->written, memory_order_acquire))
        return atomic_exchange(&notes->is_over, false) && note_several(LIVE_ERASED, 0, ret_note);
    *ret_note = notes->ring[taken % LIVE_NOTES];
    atomic_store_explicit(&notes->taken, taken + 1, memory_order_release);
    return true;
}
