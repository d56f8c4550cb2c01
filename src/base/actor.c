/* Who owns the way to a directory, and acting as them. The ids are changed by the system calls themselves, which are a
 * thread's; the C library's functions would change those of every thread. */

#include "cxd/base/actor.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* 32-bit systems have calls for 16-bit ids under the plain names. */
#ifdef SYS_setresuid32
enum { SET_UIDS = SYS_setresuid32, SET_GIDS = SYS_setresgid32, SET_GROUPS = SYS_setgroups32 };
#else
enum { SET_UIDS = SYS_setresuid, SET_GIDS = SYS_setresgid, SET_GROUPS = SYS_setgroups };
#endif

enum { LINKS_MAX = 40, ENTRY_SIZE = 4096 };

/* A walk from / along a path: what has been walked, and what is left. */
struct walk {
    char done[PATH_MAX], left[PATH_MAX];
    unsigned links;
};

static bool begin(struct walk *walk, const char *path) {
    char here[PATH_MAX] = "";
    walk->done[0] = '\0';
    walk->links = 0;
    if (path[0] != '/' && !getcwd(here, sizeof here))
        return false;
    int length = snprintf(walk->left, sizeof walk->left, "%s/%s", here, path);
    errno = ENAMETOOLONG;
    return length > 0 && (size_t)length < sizeof walk->left;
}

/* The target goes in front of what is left. */
static bool follow(struct walk *walk, size_t parent) {
    char target[PATH_MAX], rest[PATH_MAX];
    ssize_t length = readlink(walk->done, target, sizeof target - 1);
    if (length < 0)
        return false;
    target[length] = '\0';
    strcpy(rest, walk->left);
    walk->done[target[0] == '/' ? 0 : parent] = '\0';
    int joined = snprintf(walk->left, sizeof walk->left, "%s/%s", target, rest);
    errno = ++walk->links > LINKS_MAX ? ELOOP : ENAMETOOLONG;
    return walk->links <= LINKS_MAX && joined > 0 && (size_t)joined < sizeof walk->left;
}

/* Takes the next name off what is left, and looks at it. False with errno: at the end 0. */
static bool advance(struct walk *walk, struct stat *ret_found, size_t *ret_parent) {
    const char *name = walk->left + strspn(walk->left, "/");
    size_t length = strcspn(name, "/"), parent = strlen(walk->done);
    if (length == 0) {
        errno = 0;
        return false;
    }
    *ret_parent = parent;
    if (length == 2 && memcmp(name, "..", 2) == 0) {
        char *slash = strrchr(walk->done, '/');
        if (slash)
            *slash = '\0';
    } else if (length != 1 || *name != '.') {
        if (parent + 1 + length >= sizeof walk->done) {
            errno = ENAMETOOLONG;
            return false;
        }
        walk->done[parent] = '/';
        memcpy(walk->done + parent + 1, name, length);
        walk->done[parent + 1 + length] = '\0';
    }
    memmove(walk->left, name + length, strlen(name + length) + 1);
    return lstat(*walk->done ? walk->done : "/", ret_found) == 0;
}

/* Files on the way are passed over: who owns the directory may swap them. */
static enum cxd_err find_owner(const char *path, uid_t *ret_uid, gid_t *ret_gid, struct error *err) {
    struct walk walk;
    struct stat found;
    size_t parent = 0;
    if (!begin(&walk, path))
        return error_set(err, ERR_SYSTEM, "cannot find the way to %s: %s", path, strerror(errno));
    while (advance(&walk, &found, &parent)) {
        bool is_link = S_ISLNK(found.st_mode);
        if (found.st_uid != 0 && (is_link || S_ISDIR(found.st_mode))) {
            *ret_uid = found.st_uid;
            *ret_gid = found.st_gid;
            return CXD_OK;
        }
        if (is_link && !follow(&walk, parent))
            break;
    }
    if (errno != 0 && errno != ENOENT && errno != ENOTDIR)
        return error_set(err, ERR_SYSTEM, "cannot find the way to %s: %s", path, strerror(errno));
    *ret_uid = 0;
    *ret_gid = 0;
    return CXD_OK;
}

/* An account has a name and groups; a bare number has the group that the directory has. */
static void describe(struct actor *actor) {
    char text[ENTRY_SIZE];
    struct passwd account, *found = NULL;
    snprintf(actor->name, sizeof actor->name, "uid %lu", (unsigned long)actor->uid);
    if (getpwuid_r(actor->uid, &account, text, sizeof text, &found) != 0 || !found)
        return;
    snprintf(actor->name, sizeof actor->name, "user %s", account.pw_name);
    actor->gid = account.pw_gid;
    actor->group_count = ACTOR_GROUPS_MAX;
    if (getgrouplist(account.pw_name, account.pw_gid, actor->groups, &actor->group_count) < 0)
        actor->group_count = 0;
}

enum cxd_err actor_find(const char *path, struct actor *ret_actor, struct error *err) {
    struct actor actor = {.uid = geteuid(), .gid = getegid(), .own_gid = getegid()};
    if (actor.uid == 0) {
        enum cxd_err code = find_owner(path, &actor.uid, &actor.gid, err);
        if (code != CXD_OK)
            return code;
        actor.is_other = actor.uid != 0;
    }
    if (actor.is_other)
        describe(&actor);
    *ret_actor = actor;
    return CXD_OK;
}

static long set_ids(const gid_t *groups, int count, uid_t uid, gid_t gid) {
    const uid_t same = (uid_t)-1;
    if (uid == 0) { /* first the right to change the others */
        long failed = syscall(SET_UIDS, same, uid, same);
        failed |= syscall(SET_GIDS, same, gid, same);
        return failed | syscall(SET_GROUPS, (size_t)count, groups);
    }
    if (syscall(SET_GROUPS, (size_t)count, groups) != 0 || syscall(SET_GIDS, same, gid, same) != 0)
        return -1;
    return syscall(SET_UIDS, same, uid, same);
}

static enum cxd_err forbidden(const struct actor *actor, struct error *err) {
    return error_set(err, ERR_SYSTEM,
                     "the directory is %s's, and this process may not act as them (%s): run it as that user",
                     actor->name, strerror(errno));
}

enum cxd_err actor_enter(struct actor *actor, struct error *err) {
    if (!actor->is_other)
        return CXD_OK;
    actor->own_count = getgroups(ACTOR_GROUPS_MAX, actor->own);
    if (actor->own_count < 0)
        return forbidden(actor, err);
    actor->is_acting = true;
    if (set_ids(actor->groups, actor->group_count, actor->uid, actor->gid) == 0)
        return CXD_OK;
    enum cxd_err code = forbidden(actor, err);
    actor_leave(actor);
    return code;
}

void actor_leave(struct actor *actor) {
    if (!actor->is_acting)
        return;
    actor->is_acting = false;
    if (set_ids(actor->own, actor->own_count, 0, actor->own_gid) != 0 && geteuid() != 0)
        abort();
}

enum cxd_err actor_become(const struct actor *actor, struct error *err) {
    if (!actor->is_other)
        return CXD_OK;
    if (setgroups((size_t)actor->group_count, actor->groups) != 0 ||
        setresgid(actor->gid, actor->gid, actor->gid) != 0 || setresuid(actor->uid, actor->uid, actor->uid) != 0)
        return forbidden(actor, err);
    return CXD_OK;
}
