#ifndef CXD_CMD_RELOAD_H
#define CXD_CMD_RELOAD_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

#include "cxd/base/compiler.h"

/* Both sides of a reload whose outcome is waited for. */

/* The number of a process; false for what is none. */
CXD_NODISCARD bool reload_parse(const char *text, pid_t *ret_pid);

/* Asks the daemon to reload, waits for its answer and prints it. An exit code. */
CXD_NODISCARD int reload_ask(pid_t pid);

/* Answers who asked by reload_ask; nobody else waits for one. */
void reload_answer(const siginfo_t *asked, bool is_done, const char *text);

#endif
