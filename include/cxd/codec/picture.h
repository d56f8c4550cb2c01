#ifndef CXD_CODEC_PICTURE_H
#define CXD_CODEC_PICTURE_H

#include <stddef.h>
#include <stdint.h>

#include "cxd/base/buffer.h"
#include "cxd/base/calendar.h"
#include "cxd/base/words.h"
#include "cxd/codec/score.h"
#include "cxd/domain/compare.h"
#include "cxd/domain/score.h"
#include "cxd/domain/survey.h"
#include "cxd/domain/window.h"

/* Scores and trends as SVG: what the JSON of the same question says, drawn. A picture stands by itself: it runs
 * nothing, loads nothing, and says in words (title and desc) what it shows. Figures are rounded as in JSON. */

enum picture_size { PICTURE_SMALL, PICTURE_MEDIUM, PICTURE_LARGE, PICTURE_SIZE_COUNT };
/* PICTURE_AUTO is as who looks at it has set their screen. */
enum picture_theme { PICTURE_LIGHT, PICTURE_DARK, PICTURE_AUTO, PICTURE_THEME_COUNT };

/* "small", …; "light", …: in the order of the enumerations. */
extern const struct words PICTURE_SIZES, PICTURE_THEMES;

struct picture_look {
    enum picture_size size;
    enum picture_theme theme;
};

/* picture_score.c: small is a badge in a line of text, medium a card, large has the bands as well. `previous` may be
 * NULL. */
void picture_score(struct buffer *out, const struct picture_look *look, const struct survey *survey,
                   const struct score_context *context, const struct score *score, const struct comparison *previous);

/* The figure of the bucket that begins at `from`. */
struct picture_point {
    int64_t from;
    const struct score *score;
};

enum { PICTURE_POINTS_MAX = 1000 };

struct picture_trend {
    const char *question; /* whose answers these are; NULL: the survey's own */
    const struct window *window;
    enum calendar_unit unit;
    int64_t rolling_days;      /* 0: none */
    const struct score *total; /* of the window */
    const struct picture_point *points;
    size_t count; /* at most PICTURE_POINTS_MAX */
};

/* picture_trend.c: the figures as a line, their intervals as a band. Small is that alone, for a line of text. */
void picture_trend(struct buffer *out, const struct picture_look *look, const struct survey *survey,
                   const struct picture_trend *trend);

#endif
