#ifndef CXD_API_STARTER_SURVEYS_H
#define CXD_API_STARTER_SURVEYS_H

#include <stddef.h>

/* The definitions of config/starter-surveys/, embedded when it is built. */

struct starter_survey {
    const char *slug;       /* the name of the file */
    const char *definition; /* the file */
};
extern const struct starter_survey STARTER_SURVEYS[];
extern const size_t STARTER_SURVEYS_COUNT;

#endif
