#ifndef CXD_STORE_SQLITE_LIST_H
#define CXD_STORE_SQLITE_LIST_H

#include <sys/types.h>

#include "cxd/base/id.h"
#include "cxd/store/store.h"

/* The list of erasures as a file, "erasures-STORE.list", for its owner only. Its first line is "cxd erasures 1 BASE";
 * then each entry is a line "NUMBER TIME ID kept SURVEY" (the response lost its person) or "… gone SURVEY" (it was
 * deleted). A cxd before schema 4 wrote no SURVEY, and looks at none: ids were unique then, and the entry means every
 * survey. Numbers ascend; none above BASE has been pruned. What an entry tells of is committed only after the entry is
 * on the disk. */

struct erasure {
    int64_t number, at;
    struct id id;
    bool gone;
    bool is_imported;       /* it may come again after any time, from a file */
    char survey[SLUG_SIZE]; /* "": every one */
};
/* NULL for every one. */
static inline const char *erasure_survey(const struct erasure *entry) {
    return entry->survey[0] != '\0' ? entry->survey : NULL;
}

struct list {
    int fd; /* −1: none is kept */
    char *path;
    char *directory;
    int64_t base, last; /* numbers: pruned up to; of the last entry */
    off_t length;       /* of what is committed; more of it is to be taken back */
};

/* What a list has behind the entry numbered `after`, by number. A list may have been put together out of several, or by
 * hand: numbers that come twice are as many entries, unless they are of one response. */
struct list_content {
    bool found;         /* false: there is no such file, or it is none of ours */
    int64_t base, last; /* as in struct list */
    off_t length;       /* up to the end of the last whole line */
    bool is_unended;    /* which lacks its line feed */
    bool is_mixed;      /* numbers do not ascend */
    int64_t bad;        /* lines that are none */
    bool has_after;     /* the entry numbered `after` is there */
    struct erasure after;
    struct erasure *rest; /* to be freed */
    size_t count;
};
CXD_NODISCARD enum cxd_err sqlite_list_read(const char *path, int64_t after, struct list_content *ret_content,
                                            struct error *err);

/* "DIRECTORY/erasures-STORE.list"; to be freed, NULL without memory. */
char *sqlite_list_path(const char *directory, const struct id *store);
/* The one store that has a list in the directory; false if there is none, or more than one. */
bool sqlite_list_find_only(const char *directory, struct id *ret_store);

/* Opens a list that was read, or (content->found false) makes one. Entries go on behind `known` at least. */
CXD_NODISCARD enum cxd_err sqlite_list_open(const char *path, const char *directory, const struct list_content *content,
                                            int64_t known, struct list *ret_list, struct error *err);
void sqlite_list_close(struct list *list);

/* Writes entries behind the last, sets their numbers, and flushes them. sqlite_list_keep makes them stay,
 * sqlite_list_take_back takes them out. */
CXD_NODISCARD enum cxd_err sqlite_list_append(struct list *list, struct erasure *entries, size_t count,
                                              struct error *err);
void sqlite_list_keep(struct list *list, int64_t last);
void sqlite_list_take_back(struct list *list);

/* Leaves out the entries before a time; and removes lists of other stores that nobody has written since. */
CXD_NODISCARD enum cxd_err sqlite_list_prune(struct list *list, int64_t before_ms, struct error *err);

#endif
