#ifndef CXD_SRC_WEB_USUAL_H
#define CXD_SRC_WEB_USUAL_H

#include "cxd/domain/survey.h"
#include "web/texts.h"

/* What the question and the ends of a scale are called where the survey does not say. */

struct usual {
    enum text question, low, high;
};

struct usual usual_texts(const struct survey *survey);

#endif
