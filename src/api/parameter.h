#ifndef CXD_API_PARAMETER_H
#define CXD_API_PARAMETER_H

#include "api/parameters.h"

/* One parameter of a query string, by the table of all there are: between parameters.c and what it reads. */

enum { LISTING_LIMIT_MAX = 500, SEGMENTS_LIMIT_MAX = 1000, FILTER_PROPERTIES_MAX = 8, FILTER_ANSWERS_MAX = 8 };

/* A question while it is being read. */
struct reading {
    struct trend_question question;
    int64_t now_ms;
    bool has_window, has_from, has_to, has_compare;
    int64_t after;
    struct listing listing;   /* what it has beside the filter and the window */
    struct terms_asked terms; /* but its limit */
    struct search_asked asked;
    struct walk walk; /* what it has beside the listing's */
    const char *after_slug;
    const char *surveys;
    struct parameters_plan plan;
    const char *by;
    size_t segments_limit;
    struct picture_look look;
    struct property properties[FILTER_PROPERTIES_MAX], answers[FILTER_ANSWERS_MAX];
};

/* Reads an item into what is being read: those of `sets` (enum parameter_set), and property.KEY and answer.KEY where
 * they have a filter. ERR_BAD_PARAMETER names it. */
CXD_NODISCARD enum cxd_err parameter_read(struct reading *reading, unsigned sets, const struct http_query_item *item,
                                          struct error *err);
/* The window of this name, also where none was sent. */
CXD_NODISCARD enum cxd_err parameter_read_window(struct reading *reading, const char *value, struct error *err);
/* true or false. ERR_BAD_PARAMETER names it by `name`. */
CXD_NODISCARD enum cxd_err parameter_read_boolean(const char *name, const char *value, bool *ret, struct error *err);

#endif
