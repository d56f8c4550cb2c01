#ifndef CXD_CHORES_ALERTS_STATE_H
#define CXD_CHORES_ALERTS_STATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "chores/errand.h"
#include "cxd/chores/alerts.h"

/* What the files of the rules of alerts share: the rules with their states as they were read, and what happens to all
 * of them alike. All is the thread's of the alerts, unless something else is said. */

/* A rule as it was read, with its state. */
struct watch {
    struct alert_rule rule;
    struct alert_state state;
};

struct alerts {
    struct alerts_options options;
    struct store_reader *reader;
    pthread_t thread;
    bool is_started;
    struct errand errand;
    atomic_bool is_changed;  /* rules or states are others than it has read */
    atomic_bool is_watching; /* some rule waits for responses */
    atomic_bool has_commits; /* since it looked for them */
    atomic_bool is_waiting;  /* for the writer, or the disk */
    pthread_mutex_t lock;    /* of the figures */
    struct alerts_figures figures;
    /* The thread's own: */
    struct arena rules, scratch;
    struct watch *watches; /* of `rules`; those whose state is of the same revision */
    size_t watch_count;
    bool has_begun;  /* what fires was said */
    int64_t day_end; /* for which all were evaluated */
    int64_t rest_ms; /* before the next step */
    bool has_led;    /* in the step before */
    bool is_current; /* the watches are all that there are, as far as it knows: what is passed is passed for good */
    bool is_failing, is_unreadable;         /* it was said */
    int64_t retry_ms;                       /* monotonic; 0: nothing failed */
    int64_t through, kept_through, version; /* of what was told; as the store has it */
    int64_t looked;                         /* at so many responses behind kept_through */
};

/* alerts_state.c */
/* Reads the rules and their states, and joins them. */
CXD_NODISCARD enum cxd_err alerts_load(struct alerts *alerts, struct error *err);
/* Through the writer, for which it waits. */
CXD_NODISCARD enum cxd_err alerts_apply(struct alerts *alerts, struct change *change, struct error *err);
/* What is tried again after a while; said the first time. */
void alerts_note_failure(struct alerts *alerts, const char *name, const struct error *err);
void alerts_note_evaluation(struct alerts *alerts, enum alert_kind kind, bool fired);

/* alerts_tell.c */
/* Tells of a slice of the responses that are stored since: a day that is over, and a rule that is new, do not wait for
 * the last of many. */
void alerts_tell(struct alerts *alerts);

#endif
