#ifndef CXD_SRC_WEB_FIELDS_H
#define CXD_SRC_WEB_FIELDS_H

#include "cxd/codec/form.h"
#include "cxd/http/http.h"

/* What a page is told, by its link or by what was posted to it, as names and values. */

/* Of the query string, and of the body: a form of either kind, or JSON by the names that a form has for it
 * (property.KEY, answer.KEY). What cannot be read, or finds no memory, is none. */
struct form fields_of_link(struct http_request *request);
struct form fields_of_post(struct http_request *request);
/* Whether there is a field of the name, whatever it says. */
bool fields_given(const struct form *form, const char *name);
/* The value of a name, of the request's arena; NULL where it is not given, says nothing, or is a file. */
const char *fields_value(struct http_request *request, const struct form *form, const char *name);
const char *fields_value_or(struct http_request *request, const struct form *form, const char *name, const char *none);
/* Whether the name has this value, be it one of several. */
bool fields_has(const struct form *form, const char *name, const char *value);
/* The value of one field, likewise. */
const char *field_value(struct http_request *request, const struct form_field *field);

#endif
