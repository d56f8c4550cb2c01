#ifndef CXD_CMD_SCORE_VIEW_H
#define CXD_CMD_SCORE_VIEW_H

#include <stdbool.h>

#include "cmd/output.h"
#include "cxd/codec/json.h"

/* A score as the daemon replies it (docs/openapi.yaml), for a person to read. False where it is none. */

/* One survey: every figure, where it is on its scale, the bands and the distribution as bars. */
CXD_NODISCARD bool score_view_append(const struct screen *screen, struct buffer *out, const struct json *score);

/* Every survey, a line each; `scores` is the array. */
CXD_NODISCARD bool score_view_append_list(const struct screen *screen, struct buffer *out, const struct json *scores);

/* The parts that other views have too: what is scored and how; the window, which may be NULL; score, interval and n.
 * Lines. */
void score_view_append_title(const struct screen *screen, struct buffer *out, const struct json *score);
/* A title whose figures are of a member of the document; NULL: it has none. */
void score_view_append_heading(const struct screen *screen, struct buffer *out, const struct json *document,
                               const struct json *score);
void score_view_append_window(const struct screen *screen, struct buffer *out, const struct json *window);
/* The same of the one that it is held against. */
void score_view_append_before(const struct screen *screen, struct buffer *out, const struct json *window);
void score_view_append_figures(const struct screen *screen, struct buffer *out, const struct json *score);

/* A figure in the score's unit, with its decimals; "-" for null. `is_signed` shows a plus. */
enum { FIGURE_SIZE = 64 };
const char *score_view_figure(char out[FIGURE_SIZE], const struct json *score, const char *path, bool is_signed);
/* "p 0.36": never 0. */
const char *score_view_probability(char out[FIGURE_SIZE], double p);

/* What the figures of a score can be: a net score's -100 to 100, 0 to 100 of a share, the scale of a mean. */
struct score_range {
    double min, max, step; /* a step is what a reader would mark on it */
    bool is_mean, is_net;
};
struct score_range score_view_range(const struct json *score);

#endif
