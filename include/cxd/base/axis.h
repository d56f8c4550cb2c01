#ifndef CXD_BASE_AXIS_H
#define CXD_BASE_AXIS_H

/* The axis of a chart. */

/* The distance between labels: 1, 2 or 5 times a power of ten, the least that needs no more than `labels` of them
 * (≥ 1) for a span > 0. */
double axis_step(double span, int labels);

#endif
