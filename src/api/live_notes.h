#ifndef CXD_API_LIVE_NOTES_H
#define CXD_API_LIVE_NOTES_H

#include <stdatomic.h>

#include "api/live_event.h"
#include "cxd/store/change.h"

/* What the writer notes for those who listen, of responses that were there: a bounded ring between two threads, of
 * which neither waits. */

struct live_note {
    enum live_change change;
    int64_t survey; /* 0: of any */
    bool has_id;    /* else several */
    struct id id;
};

enum { LIVE_NOTES = 512 }; /* a power of two */
/* All zero is empty. */
struct live_notes {
    struct live_note ring[LIVE_NOTES];
    _Atomic uint32_t written, taken;
    atomic_bool is_over; /* some did not fit */
};

/* What is to be told of a change that has been applied, and amended something; false: nothing of responses. */
bool live_note_of(const struct change *change, struct live_note *ret_note);
/* The writer's. Where there is no room it is kept that there was none. */
void live_notes_put(struct live_notes *notes, const struct live_note *note);
/* The reader's: false if there is none. After some did not fit one of them says that anything may be otherwise. */
bool live_notes_take(struct live_notes *notes, struct live_note *ret_note);

#endif
