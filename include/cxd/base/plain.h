#ifndef CXD_BASE_PLAIN_H
#define CXD_BASE_PLAIN_H

#include <stdbool.h>
#include <sys/stat.h>

#include "cxd/base/compiler.h"

/* Opening a file that should be one of ours where somebody may have put something else: what is opened is judged after
 * the open, by its descriptor. */

enum { PLAIN_WHY_SIZE = 128 };

/* open(2), but follows no link at the end of the path, does not wait (for the other end of a FIFO), and gives only a
 * regular file with one name. −1 with errno and, in words that follow the file's name, why: "is a symbolic link, ...".
 */
CXD_NODISCARD int plain_open(const char *path, int flags, mode_t mode, char ret_why[PLAIN_WHY_SIZE]);

/* The same of a file that must belong to this process's effective user, to the owner of the directory that it lies in,
 * or to root. */
CXD_NODISCARD int plain_open_owned(const char *path, int flags, mode_t mode, char ret_why[PLAIN_WHY_SIZE]);

/* Whether what stands under the name, if anything does, could be opened so; says why not. */
CXD_NODISCARD bool plain_is(const char *path, char ret_why[PLAIN_WHY_SIZE]);

#endif
