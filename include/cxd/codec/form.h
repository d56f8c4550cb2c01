#ifndef CXD_CODEC_FORM_H
#define CXD_CODEC_FORM_H

#include <stddef.h>

#include "cxd/base/arena.h"
#include "cxd/base/buffer.h"
#include "cxd/base/compiler.h"
#include "cxd/base/error.h"
#include "cxd/codec/mime.h"

/* Forms as pages and programs send them. Parsers take any bytes, in time linear to their number; what they give points
 * into these bytes, or is of the arena. */

struct form_field {
    const char *name; /* NUL-terminated UTF-8 without a NUL in it */
    const char *value;
    size_t value_length; /* any bytes */
    const char *fault;   /* why the value is not taken: "is a file; …"; NULL: it is */
};

struct form {
    struct form_field *fields; /* in their order */
    size_t count, capacity;
};

/* What a browser adds, where a form asks for it: in which charset it has sent the form. */
#define FORM_CHARSET "_charset_"
/* What names of fields begin with that are answers to further questions. */
#define FORM_ANSWER "answer."

/* A form has no more. */
enum { FORM_FIELDS_MAX = 512 };

/* fields.c: application/x-www-form-urlencoded. '+' is a blank; a '%' without two hexadecimal digits is one, as it is to
 * browsers; a byte order mark in front and fields that are empty altogether are passed over. ERR_MALFORMED_FORM,
 * ERR_NO_MEMORY. */
CXD_NODISCARD enum cxd_err form_read_fields(const char *bytes, size_t length, struct arena *arena,
                                            struct form *ret_form, struct error *err);

/* fields.c: the fields of a link, which others may have added to: one that cannot be a field, and those beyond
 * FORM_FIELDS_MAX, are passed over. ERR_NO_MEMORY. */
CXD_NODISCARD enum cxd_err form_read_link(const char *query, size_t length, struct arena *arena, struct form *ret_form,
                                          struct error *err);

/* A field more, of either kind of form, whose name is a copy of these bytes. */
CXD_NODISCARD enum cxd_err form_add(struct form *form, struct arena *arena, const char *name, size_t name_length,
                                    const struct form_field *field, struct error *err);

/* multipart.c: multipart/form-data (RFC 7578), with the boundary of the Content-Type. A part that is a file, or no text
 * in UTF-8 by its headers, has a fault. The errors are the same. */
CXD_NODISCARD enum cxd_err form_read_parts(const char *bytes, size_t length, const struct mime_text *boundary,
                                           struct arena *arena, struct form *ret_form, struct error *err);

/* response_form.c: a form's response, as the JSON that says the same would be read (response.h). Its fields are the
 * members, `property.KEY`, `answer.KEY` (as often as something is ticked) and `answer.KEY.other` (what other is, in
 * words); an empty one is not given; CR LF becomes LF; a number is read from its text, of an answer by
 * response_settle_answers. Errors as of response_decode: what is a form's matter (given twice, a file) is named among
 * them. */
struct response;
CXD_NODISCARD enum cxd_err response_decode_form(struct form *form, struct arena *arena, struct response *ret_response,
                                                struct error *err);

/* response_form.c: the fields as the JSON that would have said the same, given to `decode`, and what that finds with
 * what is wrong with the form. */
typedef enum cxd_err form_decode(const struct buffer *json, size_t depth, struct arena *arena, void *context,
                                 struct error *err);
CXD_NODISCARD enum cxd_err form_decode_as_json(struct form *form, struct arena *arena, form_decode *decode,
                                               void *context, struct error *err);

#endif
