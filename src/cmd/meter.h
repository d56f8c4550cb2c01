#ifndef CXD_SRC_CMD_METER_H
#define CXD_SRC_CMD_METER_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "cmd/output.h"

/* How a long transfer gets on, as somebody at a terminal follows it on stderr: done, rate, and, where it is known how
 * much there is, a bar and the time left. Elsewhere nothing is shown. */

struct meter {
    struct screen screen;
    const char *verb, *noun; /* "Exporting", "responses" */
    bool is_shown, is_drawn;
    int64_t total; /* of `done`; 0: not known */
    int64_t skipped;
    int64_t begun_ms, drawn_ms;
    sigset_t before;
};

/* From here to meter_end SIGINT, SIGTERM and SIGHUP only make meter_is_cancelled true. Nothing is shown if `quiet`. */
void meter_begin(struct meter *meter, const char *verb, const char *noun, bool quiet);
/* `done` was there before: not of this run's rate. */
void meter_skip(struct meter *meter, int64_t done);
void meter_show(struct meter *meter, int64_t done);
/* Before anything else is written to the terminal. */
void meter_clear(struct meter *meter);
bool meter_is_cancelled(const struct meter *meter);
/* Removes the bar. A signal that came meanwhile takes its course. Returns the seconds since the begin. */
double meter_end(struct meter *meter);

/* "1,234,567" */
enum { COUNT_TEXT_SIZE = 32 };
const char *count_format(char out[COUNT_TEXT_SIZE], int64_t count);

#endif
