#ifndef CXD_CMD_PROGRESS_H
#define CXD_CMD_PROGRESS_H

#include <signal.h>

#include "cmd/output.h"
#include "cxd/store/backup.h"

/* A long run on a store, as somebody at a terminal follows it: a bar on stderr, and Ctrl-C that leaves nothing half
 * done. */

struct progress {
    struct store_progress tell; /* for the store's functions; valid while the struct stays where it is */
    struct screen screen;
    bool is_shown;
    bool is_drawn; /* a bar stands on the terminal */
    enum store_stage stage;
    int64_t begun_ms, stage_begun_ms, drawn_ms;
    sigset_t before;
};

/* From here to progress_end SIGINT, SIGTERM and SIGHUP only end the run with ERR_CANCELLED, and a file that may grow no
 * further is an error; the process has a lower priority (nice 10), unless it was started with one. A bar is shown if
 * stderr is a terminal, unless `quiet`. */
void progress_begin(struct progress *progress, bool quiet);
/* Removes the bar. A signal that came meanwhile takes its course. Returns the seconds since the begin. */
double progress_end(struct progress *progress);

/* "175.2 MiB" */
enum { BYTES_TEXT_SIZE = 32 };
const char *bytes_format(char out[BYTES_TEXT_SIZE], int64_t bytes);

#endif
