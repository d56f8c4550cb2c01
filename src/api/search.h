#ifndef CXD_API_SEARCH_H
#define CXD_API_SEARCH_H

#include "api/parameters.h"
#include "cxd/catalog/catalog.h"

/* Comments that are searched or listed, as a part of a reply. */

/* Reads what is asked of the responses of a survey. *ret_is_search: it is a search of comments, because of q, or since
 * only comments are wanted; else the listing in *ret_search is all there is to it. ERR_BAD_PARAMETER. */
CXD_NODISCARD enum cxd_err search_read(struct http_request *request, const struct survey *survey, bool is_of_comments,
                                       struct search *ret_search, bool *ret_is_search, struct error *err);
/* The same of an export: which responses, as they lie, and where it goes on (NULL: from the first). */
CXD_NODISCARD enum cxd_err search_read_walk(struct http_request *request, const struct survey *survey,
                                            struct walk *ret_walk, const char **ret_cursor, struct error *err);
/* The same of who listens: which responses are told. On a loop. */
CXD_NODISCARD enum cxd_err search_read_live(struct http_request *request, const struct survey *survey,
                                            struct walk *ret_wanted, struct error *err);
/* Appends the members of the page, in an object that is begun, and ends that. */
CXD_NODISCARD enum cxd_err search_append_page(struct http_request *request, const struct survey *survey,
                                              const struct search *search, struct error *err);

#endif
