#ifndef CXD_SRC_CMD_UNARCHIVE_H
#define CXD_SRC_CMD_UNARCHIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd/command.h"

/* Whether so many responses are to be put; where not, why is said. */
typedef bool unarchive_wish(const struct invocation *invocation, int64_t responses);

/* cxd import --all: puts an archive into the daemon. Nothing is written before all of the file is read and found whole,
 * every survey that is there is found to be the same, and it is wished. An exit code. */
CXD_NODISCARD int unarchive_run(const struct invocation *invocation, const char *path, unarchive_wish *is_wished,
                                bool is_quiet);

#endif
