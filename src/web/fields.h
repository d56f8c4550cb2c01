#ifndef CXD_SRC_WEB_FIELDS_H
#define CXD_SRC_WEB_FIELDS_H

#include "cxd/codec/form.h"
#include "cxd/http/http.h"

/* What a page is told, by its link or by what was posted to it, as names and values. */

/* Of the body of a POST, else of the query string. What cannot be read, or finds no memory, is none. */
struct form fields_read(struct http_request *request);
/* The value of a name, of the request's arena; NULL where it is not given, or says nothing. */
const char *fields_value(struct http_request *request, const struct form *form, const char *name);
const char *fields_value_or(struct http_request *request, const struct form *form, const char *name, const char *none);
/* Whether the name has this value, be it one of several. */
bool fields_has(const struct form *form, const char *name, const char *value);
/* The value of one field, likewise. */
const char *field_value(struct http_request *request, const struct form_field *field);

#endif
