#ifndef CXD_BASE_ACTOR_H
#define CXD_BASE_ACTOR_H

#include <stdbool.h>
#include <sys/types.h>

#include "cxd/base/compiler.h"
#include "cxd/base/error.h"

/* Root in a directory that someone else owns. Whoever owns it can put anything there, and swap it at any moment, so
 * that no look before an open protects: root acts as that owner, and then can be led to nothing that they could not do
 * themselves. Everybody but root only ever acts as itself. */

enum { ACTOR_GROUPS_MAX = 128, ACTOR_NAME_SIZE = 64 };

struct actor {
    bool is_other; /* not the caller */
    bool is_acting;
    uid_t uid;
    gid_t gid, own_gid;
    char name[ACTOR_NAME_SIZE];                            /* "user cxd", "uid 998" */
    gid_t groups[ACTOR_GROUPS_MAX], own[ACTOR_GROUPS_MAX]; /* the other's, the caller's */
    int group_count, own_count;
};

/* Who is to be acted as at `path`, of a directory or of a file in one: the first on the way from / who is not root and
 * owns a directory, or a symbolic link, that leads there. What is not there yet is in the hands of what is. ERR_SYSTEM
 * where that cannot be found out. */
CXD_NODISCARD enum cxd_err actor_find(const char *path, struct actor *ret_actor, struct error *err);

/* Takes the other's effective ids and groups, for the calling thread alone, until actor_leave. Nothing where it is the
 * caller. ERR_SYSTEM, in words, where this process may not change ids. */
CXD_NODISCARD enum cxd_err actor_enter(struct actor *actor, struct error *err);
/* Ends the process where the ids cannot be had back. Nothing where none were taken. */
void actor_leave(struct actor *actor);

/* The same for the whole process and for good. */
CXD_NODISCARD enum cxd_err actor_become(const struct actor *actor, struct error *err);

#endif
