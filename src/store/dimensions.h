#ifndef CXD_STORE_DIMENSIONS_H
#define CXD_STORE_DIMENSIONS_H

#include "cxd/store/store.h"

/* The dimensions that a response counts in. */

#define DIMENSION_PROPERTY "property."
#define DIMENSION_ANSWER "answer."
#define DIMENSION_ASKED "asked."
#define DIMENSION_REVISION "revision"

/* What the rollups of a dimension of a survey cover: every response, those from a place on, or none any more. */
enum dimension_state { DIMENSION_KEPT, DIMENSION_FILLING, DIMENSION_CLEARING };

/* A place in the order in which responses lie in time: of one that is being filled in, what lies at it or later counts.
 */
struct response_place {
    int64_t answered_at;
    int score;
    int standing; /* of response_standing */
    int64_t number;
};

/* Why a response does not count, as engines keep it in one number: bits, 0 where it counts. */
enum { STANDING_EXCLUDED = 1, STANDING_SCORELESS = 2 };
int response_standing(const struct response *response);

/* Behind every response. */
extern const struct response_place RESPONSE_PLACE_END;
int response_place_compare(const struct response *response, const struct response_place *place);

/* A question that a survey has, or has had. */
struct declared_question {
    const char *key;
    const char *dimension, *asked; /* "answer.KEY", "asked.KEY" */
    int slot;                      /* from 1 */
    enum question_type type;
    struct question_scale scale; /* of QUESTION_SCALE: metric, min, max */
    bool is_answered;            /* somebody has: these are fixed */
};

/* The properties that a survey declares now, and what it has ever asked behind its score. */
struct declared {
    int64_t survey;
    const struct survey *terms; /* of the sqlite engine: as they are in the transaction; NULL: not read yet */
    int64_t anonymised_to;      /* retention has done what was answered before it */
    int64_t reported_after;     /* responses with a greater number count as answers of visits */
    size_t count;
    struct declared_property {
        const char *dimension; /* "property.KEY" */
        int64_t shown_from;    /* visits count in it from this day on */
        bool rolled;           /* every response counts */
        bool filling;          /* else those from `from` on; neither: none */
        struct response_place from;
    } properties[SURVEY_PROPERTIES_MAX];
    struct declared_question *questions;
    size_t question_count;
};

/* The KEY of a declared property. */
const char *declared_key(const struct declared_property *property);
bool declared_has(const struct declared *declared, const char *key);
/* Fills in a question; its texts are of the arena. False when memory is refused. */
CXD_NODISCARD bool declared_question_make(struct arena *arena, const char *key, int slot, enum question_type type,
                                          struct declared_question *ret_question);
/* NULL: it never had one of this key. */
const struct declared_question *declared_question(const struct declared *declared, const char *key);
/* Whether a question is of the same type, and on a scale of the same metric and ends. */
bool declared_is_same(const struct declared_question *declared, const struct question *question);

struct dimension {
    const char *name, *value;
};

enum { DIMENSIONS_MAX = 4 + SURVEY_PROPERTIES_MAX };

/* Writes the dimensions that rollups count a response in, the total ("", "") first; returns their number.
 * Whether it counts is not looked at. */
size_t dimensions_of(const struct response *response, const struct declared *declared,
                     struct dimension ret_dimensions[DIMENSIONS_MAX]);

#endif
