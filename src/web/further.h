#ifndef CXD_SRC_WEB_FURTHER_H
#define CXD_SRC_WEB_FURTHER_H

#include "web/fields.h"
#include "web/page.h"

/* Writes what the survey asks behind its score, all of it: whoever looks at it without the means to hide what is not
 * for them is told where a question is for some alone. `fields` may hold answers already; `invalid` (NULL: nothing)
 * says which are missing. */
void further_write(const struct page *page, const struct survey *survey, const struct form *fields,
                   const struct error *invalid);

#endif
