#ifndef CXD_DOMAIN_SEGMENTS_H
#define CXD_DOMAIN_SEGMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/compiler.h"
#include "cxd/domain/compare.h"
#include "cxd/domain/histogram.h"
#include "cxd/domain/impression.h"
#include "cxd/domain/score.h"
#include "cxd/domain/survey.h"

/* A table of segments: which of them do harm, by how much, and whether that is noise (docs/scoring.md §5); and what of
 * it is withheld for a survey with a min_n (§6). */

enum { SEGMENT_DIMENSIONS_MAX = 2 };

/* The histograms of a segment: of the window, and of the two windows that are held against each other, where that was
 * asked (the first of them may be the window itself). */
enum segment_part { SEGMENT_WINDOW, SEGMENT_COMPARED, SEGMENT_PREVIOUS, SEGMENT_PARTS };

struct segment {
    const char *values[SEGMENT_DIMENSIONS_MAX]; /* NULL: unset */
    struct histogram parts[SEGMENT_PARTS];
    struct impressions visits; /* of the window, by the values that they were shown with */
    enum impressions_known visits_known;
    /* What segments_judge finds: */
    bool hidden[SEGMENT_PARTS]; /* nothing of this part is shown, nor what it is held against */
    struct score score;         /* meaningless where the window is hidden, as what follows */
    double share;               /* of the answers of the table, in percent; NaN where there are none */
    bool has_impact;            /* it has a score */
    double impact;              /* in the score's unit */
    struct comparison rest;     /* against all others together */
    double p_adjusted;          /* Benjamini–Hochberg over the table; NaN where there is no test */
    bool significant;           /* p_adjusted < alpha */
    struct comparison change;   /* against the other window; its figures of a hidden part are not to be shown */
    bool rate_hidden;           /* as hidden, of the rate alone */
    struct response_rate rate;  /* of the window; to be shown where that is not hidden */
};

struct segments_terms {
    const struct survey *survey;
    double confidence, alpha;
    bool use_t;    /* the classical interval of means */
    bool compares; /* SEGMENT_COMPARED and SEGMENT_PREVIOUS are there */
    bool overlap;  /* and these two windows share answers */
    size_t limit;  /* of rows, at least 1, beside that of the remainder */
    bool overlaps; /* an answer may stand in several rows: those of several choices */
    bool answered; /* how many have a value at all is told elsewhere (rows by the answers to one question) */
};

struct segments {
    struct segment *rows; /* each with an answer in one of its parts, or a visit; no two have the same values */
    size_t count;
    struct segment beyond;     /* answers whose value has no row; the values mean nothing */
    int64_t beyond_values;     /* how many values these have, */
    bool beyond_at_least;      /* or more */
    struct histogram overall;  /* of the window */
    int64_t n[SEGMENT_PARTS];  /* answers of each part; looked at where rows overlap */
    struct score score;        /* of it */
    struct impressions visits; /* of all of it; what no row has is the remainder's */
    enum impressions_known visits_known;
    /* What segments_judge finds: the first `shown` of `rows`, the most harmful first, stand by themselves. */
    size_t shown;
    bool has_remainder;
    struct segment remainder; /* of all others */
    int64_t remainder_values;
};

/* Orders the rows, fills in their figures, and makes up the remainder, of which nothing but the number of its values is
 * known where rows overlap. False if memory is refused. */
CXD_NODISCARD bool segments_judge(const struct segments_terms *terms, struct segments *segments);

#endif
