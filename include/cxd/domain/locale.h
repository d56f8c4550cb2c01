#ifndef CXD_DOMAIN_LOCALE_H
#define CXD_DOMAIN_LOCALE_H

#include <stdbool.h>

/* Which of the locales that there are is read to who asks for one: that very one (case, and '-' or '_', aside), else
 * the longest that it is a part of ("de" for "de-AT"), else the same language ("de-CH"), else English, else the first
 * in the order of bytes. */
struct locale_choice {
    const char *asked; /* any text; NULL: none is */
    const char *best;  /* NULL: there are none yet */
    int fit;
};

void locale_begin(struct locale_choice *choice, const char *asked);
/* True if this one is better than those before. */
bool locale_try(struct locale_choice *choice, const char *locale);

#endif
