#ifndef CXD_DOMAIN_STOPWORDS_H
#define CXD_DOMAIN_STOPWORDS_H

#include <stddef.h>

/* The lists of config/stopwords/, embedded when it is built. */

struct stopwords {
    const char *language; /* "de": the name of the file */
    const char *text;     /* the file */
};
extern const struct stopwords STOPWORDS[];
extern const size_t STOPWORDS_COUNT;

#endif
