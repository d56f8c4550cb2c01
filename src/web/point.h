#ifndef CXD_SRC_WEB_POINT_H
#define CXD_SRC_WEB_POINT_H

#include "web/page.h"

/* A scale, as a row of points of which one is chosen. */

struct point_scale {
    const char *name; /* of the fields */
    int min, max;
    const char *low, *high; /* what its ends are called, or "" */
    const char *chosen;     /* NULL: none is */
    bool is_required;
    bool is_for_some; /* then only who is asked must answer */
    bool is_refused;  /* what was chosen: the page says why in the element "error" */
};

void point_write_scale(const struct page *page, const struct point_scale *scale);

#endif
