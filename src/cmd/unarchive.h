#ifndef CXD_SRC_CMD_UNARCHIVE_H
#define CXD_SRC_CMD_UNARCHIVE_H

#include <stdbool.h>

#include "cmd/command.h"

/* cxd import --all: puts an archive into the daemon. Nothing is written before all of the file is read and found whole,
 * and every survey that is there is found to be the same. Without `writes` that is all. An exit code. */
CXD_NODISCARD int unarchive_run(const struct invocation *invocation, const char *path, bool writes, bool is_quiet);

#endif
