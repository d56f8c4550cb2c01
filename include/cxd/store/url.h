#ifndef CXD_STORE_URL_H
#define CXD_STORE_URL_H

#include <stdbool.h>
#include <stddef.h>

/* The URL of a store: "sqlite:PATH". What stands in one only store/ knows: which engine it names, whether that takes
 * it, what can be asked of that, and how it is told of without its secrets. Nothing here looks at a disk. */

bool store_url_is_valid(const char *url);
/* The forms that there are, for a message: "sqlite:PATH". Returns `out`. */
const char *store_url_forms(char *out, size_t size);

enum store_capability {
    STORE_HAS_FILES,     /* it lies in a file of this machine: store_url_file, store_look, store_read_disk */
    STORE_CAN_BACKUP,    /* store_backup, store_restore, store_check, store_check_copy */
    STORE_LISTS_ERASURES /* store_keep_erasures, store_compare_erasures */
};
/* False of a URL that is not valid too. */
bool store_url_can(const char *url, enum store_capability capability);

/* The file that `url` names, a part of it; NULL where it names none. */
const char *store_url_file(const char *url);

/* The URL as messages, logs and replies may show it: in place of a password, after the user's name or as a parameter,
 * stands "***". Returns `out`; cut where `size` is too small. */
const char *store_url_show(const char *url, char *out, size_t size);

#endif
