#ifndef CXD_API_SEARCH_CURSOR_H
#define CXD_API_SEARCH_CURSOR_H

#include "cxd/store/store.h"

/* Where the pages of a search go on. */

/* Reads one of the same survey, q, order and question as the search: a place among the best is none among the newest,
 * and one among the matches of a word none among another's. NULL: there is none. ERR_BAD_PARAMETER. */
CXD_NODISCARD enum cxd_err search_read_cursor(const char *text, struct search *search, struct error *err);

/* Behind `last`; NULL: behind all that was looked at. */
enum { SEARCH_CURSOR_SIZE = 460 };
void search_write_cursor(char out[SEARCH_CURSOR_SIZE], const struct search *search, const struct search_result *result,
                         const struct search_hit *last);

#endif
