#ifndef CXD_CODEC_JSON_H
#define CXD_CODEC_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "cxd/base/buffer.h"
#include "cxd/base/compiler.h"
#include "cxd/base/error.h"

/* For clients of the daemon (cmd/), which read its replies without seeing a JSON library. */

struct json; /* a value of a parsed document */

/* ERR_MALFORMED_JSON. The document is freed by json_free on the value returned; values inside belong to it. */
CXD_NODISCARD enum cxd_err json_open(const char *bytes, size_t length, struct json **ret_document, struct error *err);
void json_free(struct json *document);

/* Many texts, one after the other, of which each takes the place of the one before. */
struct json_scratch;
CXD_NODISCARD struct json_scratch *json_scratch_new(void); /* NULL when memory is refused */
void json_scratch_free(struct json_scratch *scratch);
/* ERR_MALFORMED_JSON, where `lines_before` are counted in what is said of the place; ERR_NO_MEMORY. The document is the
 * scratch's. */
CXD_NODISCARD enum cxd_err json_scratch_read(struct json_scratch *scratch, const char *bytes, size_t length,
                                             size_t lines_before, const struct json **ret_document, struct error *err);

/* `path` is member names joined by '.': "interval.low". NULL / false where it is not there or of another type (null
 * too). */
const struct json *json_get(const struct json *value, const char *path);
const char *json_text(const struct json *value, const char *path);
bool json_number(const struct json *value, const char *path, double *ret_number);
/* Whether the text is a number by the grammar of JSON, and as it stands can be written into one. */
bool json_is_number_text(const char *text);
bool json_is_true(const struct json *value, const char *path);
size_t json_count(const struct json *value); /* elements of an array, members of an object */
const struct json *json_at(const struct json *array, size_t index);
/* The name of an object's member by position (order of the text). */
const char *json_name_at(const struct json *object, size_t index);
enum json_kind { JSON_KIND_NULL, JSON_KIND_BOOL, JSON_KIND_NUMBER, JSON_KIND_TEXT, JSON_KIND_ARRAY, JSON_KIND_OBJECT };
enum json_kind json_kind_of(const struct json *value); /* NULL, as json_at gives it, is JSON_KIND_NULL */
/* Each member of an object, in the order of the text. */
void json_each(const struct json *object, void (*take)(void *context, const char *name, const struct json *value),
               void *context);
/* Adds the elements of the page's array `member` to the document's, and the page's `next` takes the place of the
 * document's. False where either has no such array, or memory is refused. */
CXD_NODISCARD bool json_join(struct json *document, const struct json *page, const char *member);
/* False where the document is no object, or memory is refused. */
CXD_NODISCARD bool json_set_bool(struct json *document, const char *member, bool value);
/* The document's text, in the order that it was read in; numbers have at most 15 digits. */
void json_write(struct buffer *out, const struct json *document);
const char *json_library_version(void); /* Jansson's */

/* nesting.c: nested deeper than `depth`? A scan of brackets outside strings; takes any bytes. */
bool json_too_deep(const char *bytes, size_t length, size_t depth);

#endif
