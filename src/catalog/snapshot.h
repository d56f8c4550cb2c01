#ifndef CXD_CATALOG_SNAPSHOT_H
#define CXD_CATALOG_SNAPSHOT_H

#include <stdatomic.h>

#include "cxd/base/arena.h"
#include "cxd/catalog/catalog.h"

/* Snapshots of the catalog, and the surveys and keys that they share. An entry lives in a run of snapshots that follow
 * each other. The last one that has it owns it (`retired`), and each snapshot keeps the one that came after it alive,
 * so that the owner outlives whoever looks at the entry. */

struct entry {
    struct entry *made_before, *retired_before; /* of the same draft; of the same owner */
    struct arena arena;                         /* of a survey's texts */
    union {
        struct survey survey;
        struct api_key key;
    } as;
};

/* All sessions of a time; shared by the snapshots between two changes of them. */
struct session_list {
    atomic_size_t boxes; /* that have it */
    size_t count;
    struct session items[];
};

/* What a snapshot pointer really points into. The arrays are the box's, and go with its last user. */
struct box {
    struct snapshot snapshot;      /* first: handed out by address */
    const struct survey **surveys; /* by slug; from survey_room on, by number */
    const struct api_key **keys;   /* by creation; from key_room on, by hash; from 2 * key_room on, by id */
    size_t survey_room, key_room;  /* how many there may be */
    struct session_list *sessions; /* NULL: there are none */
    atomic_size_t users;           /* who may look */
    atomic_size_t holds;           /* all users as one, and the box before */
    struct box *next;              /* came after it; NULL: it is the newest */
    struct entry *retired;
};

/* A snapshot in the making. */
struct draft {
    struct box *box;
    struct entry *made, *retired;
};

/* Begins with what `before` has (NULL: nothing), and room for so many more. ERR_NO_MEMORY. */
CXD_NODISCARD enum cxd_err draft_begin(const struct box *before, size_t more_surveys, size_t more_keys,
                                       struct draft *ret_draft, struct error *err);
/* Adds the survey, or puts it in the place of the one of its slug. ERR_NO_MEMORY, or ERR_STORAGE where the
 * definition cannot be read; then the draft is as before. */
CXD_NODISCARD enum cxd_err draft_put_survey(struct draft *draft, const struct survey_record *record, struct error *err);
/* Adds the key, or puts it in the place of the one of its id. ERR_NO_MEMORY. */
CXD_NODISCARD enum cxd_err draft_put_key(struct draft *draft, const struct api_key *key, struct error *err);
/* In place of those that there were. ERR_NO_MEMORY. */
CXD_NODISCARD enum cxd_err draft_set_sessions(struct draft *draft, const struct session *sessions, size_t count,
                                              struct error *err);
void draft_remove_key(struct draft *draft, const struct api_key *key);
/* The snapshot, with one user, after `before`, which owns what it has more. NULL: it is the first. */
struct box *draft_end(struct draft *draft, struct box *before);
void draft_abandon(struct draft *draft);

/* Gives everything that is in the box to it: there is none after it. */
void box_retire_all(struct box *box);

#endif
