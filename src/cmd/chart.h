#ifndef CXD_CMD_CHART_H
#define CXD_CMD_CHART_H

#include "cmd/output.h"

/* A line of figures over time, with the interval of each as a band: figures in, lines out. */

enum { CHART_LABEL_SIZE = 20 };

struct chart_point {
    bool is_known, has_interval; /* a value that is not known leaves a gap */
    double value, low, high;
    double n;
    char label[CHART_LABEL_SIZE]; /* of its time, printable ASCII */
};

struct chart {
    const struct chart_point *points;
    size_t count;
    double min, max;    /* of the scale: the axis stays within it */
    double step_most;   /* between labels of the axis; 0: any */
    bool has_zero;      /* a line at 0, if it is on the axis */
    const int *strides; /* labels of the times may stand at every so many points, 0 at the end */
};

/* The chart, its axes, and the counts below them, on the screen's columns. Where points are more than columns, a column
 * shows the whole range of its points. Nothing where no value is known. */
void chart_append(const struct screen *screen, struct buffer *out, const struct chart *chart);

/* What the signs of a chart mean: the line, and the band around it. */
void chart_append_key(const struct screen *screen, struct buffer *out, const char *line, const char *interval);

#endif
