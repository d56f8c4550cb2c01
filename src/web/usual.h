#ifndef CXD_SRC_WEB_USUAL_H
#define CXD_SRC_WEB_USUAL_H

#include "cxd/domain/question.h"
#include "cxd/domain/survey.h"
#include "web/texts.h"

/* What the question and the ends of a scale are called where the survey does not say. */

struct usual {
    enum text question, low, high;
};

struct usual usual_texts(const struct survey *survey);

/* Those of a further question of the survey, which is on a scale. */
struct usual usual_texts_of(const struct survey *survey, const struct question *question);
/* Whether it takes its ends from there: it is on a scale, and says of neither end what it is. */
bool usual_has_ends(const struct question *question);

#endif
