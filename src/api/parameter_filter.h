#ifndef CXD_API_PARAMETER_FILTER_H
#define CXD_API_PARAMETER_FILTER_H

#include "api/parameter.h"

/* The parameters that say which responses: between parameter.c and what it reads. All are ERR_BAD_PARAMETER. */

/* A text to filter by, which is not empty, nor longer than any that is stored. */
CXD_NODISCARD enum cxd_err parameter_read_filter(const char *name, const char *value, const char **ret_filter,
                                                 struct error *err);

CXD_NODISCARD enum cxd_err parameter_read_touchpoint(struct reading *reading, const char *value, struct error *err);
CXD_NODISCARD enum cxd_err parameter_read_channel(struct reading *reading, const char *value, struct error *err);
CXD_NODISCARD enum cxd_err parameter_read_locale(struct reading *reading, const char *value, struct error *err);
/* The key of a question on a scale; whether the survey has it is judged by who knows the survey. */
CXD_NODISCARD enum cxd_err parameter_read_question(struct reading *reading, const char *value, struct error *err);
/* The same of one that is answered in words, for searches and terms. */
CXD_NODISCARD enum cxd_err parameter_read_texts_of(struct reading *reading, const char *value, struct error *err);

/* Whether the name of a parameter has a key behind it: property.KEY, answer.KEY. */
bool parameter_is_keyed(const char *name);
/* One of these. */
CXD_NODISCARD enum cxd_err parameter_read_keyed(struct reading *reading, const struct http_query_item *item,
                                                struct error *err);
/* "property." or "answer.", where that was meant by what stands in front of the key; NULL: neither. */
const char *parameter_keyed_like(const char *name);

#endif
