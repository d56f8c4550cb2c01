#ifndef CXD_CODEC_READ_H
#define CXD_CODEC_READ_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/codec/json.h" /* before the library, whose macros have some of its names */

#include <jansson.h>

#include "cxd/base/arena.h"
#include "cxd/base/compiler.h"
#include "cxd/base/error.h"
#include "cxd/base/words.h"
#include "cxd/domain/response.h"

/* Reading JSON, shared by the files of codec/ and by nobody else. */

/* A parsed text and all of its memory. While a text is parsed, the JSON library allocates from here and
 * frees nothing; document_close drops the whole at once. So a value of a document must never be given to
 * json_decref. */
struct document {
    json_t *root;
    size_t lines_before;           /* of the body, in front of the bytes that are parsed: for messages */
    struct document_block *blocks; /* of the heap, newest first, once `first` is used up */
    char *next;
    size_t left;
    size_t block_size; /* of the next block */
    jmp_buf refused;
    _Alignas(max_align_t) char first[6144]; /* a usual response needs about 3 KiB */
};

void document_init(struct document *doc);
void document_close(struct document *doc);

/* Parses the value at bytes[start … end), around which white space may stand; what the document held before is dropped.
 * A byte order mark in front is passed over. What mend.h says is mended first, so bad characters are each member's to
 * judge; a NUL elsewhere, and nesting deeper than `depth`, are not JSON. ERR_MALFORMED_JSON (with line and column of
 * `bytes`), ERR_NO_MEMORY. */
CXD_NODISCARD enum cxd_err document_read(struct document *doc, const char *bytes, size_t start, size_t end,
                                         size_t depth, struct error *err);
/* The same of a whole text, of which nothing is mended. It is not nested deeper than the stack allows. */
CXD_NODISCARD enum cxd_err document_read_as_is(struct document *doc, const char *bytes, size_t length,
                                               struct error *err);
/* ERR_MALFORMED_JSON where the text has a NUL, of which the library may take no notice. */
CXD_NODISCARD enum cxd_err document_check_nul(const char *bytes, size_t length, struct error *err);
/* Describes what is wrong with a text: what the library says of the value at `start`. */
enum cxd_err document_refuse_text(const json_error_t *error, const char *bytes, size_t start, size_t end,
                                  size_t lines_before, struct error *err);

/* What the readers of a body's members need: where to copy to, and where to say what is wrong. */
struct reading {
    struct arena *arena;
    struct error *err;
    bool refused;              /* memory was; the reading is worth nothing */
    struct response *adjusted; /* where free text that was mended is noted; NULL: it stays as it is */
};

/* Describes the refused memory, if there was any, and returns the reading's code. */
enum cxd_err reading_end(struct reading *reading);

/* The member, or NULL where it is not given or null. */
const json_t *read_member(const json_t *object, const char *name);

/* Null, or a text of nothing but blanks: as a member that is not given. */
bool read_says_nothing(const json_t *value);
/* The member, or NULL where it is not given or says nothing. */
const json_t *read_optional(const json_t *object, const char *name);

/* Adds `detail` for a member that is not among the words; or its part before the semicolon, and which was meant. */
void read_unknown(struct error *err, const char *pointer, const char *name, const struct words *names,
                  const char *detail);
/* The same for each member of the object that is not. */
void read_refuse_unknown(struct reading *reading, const json_t *object, const char *pointer, const struct words *names,
                         const char *detail);

/* Each reads a value that is given, or adds what is wrong to the error and returns false. */
bool read_text(struct reading *reading, const json_t *value, const char *pointer, const char **ret_text);
/* Brings a respondent's name that was read to its form; false where none was, or memory is refused. */
bool read_form(struct reading *reading, const char **respondent);
/* Free text: what no text may have becomes U+FFFD where the reading has a place to note it. */
bool read_free_text(struct reading *reading, const json_t *value, const char *pointer, const char **ret_text);
/* The text, where it is a whole number that was put into quotes; else NULL. */
const char *read_quoted_number(const json_t *value);
/* Of what lies beyond 64 bits the nearest. */
bool read_whole(struct reading *reading, const json_t *value, const char *pointer, int64_t *ret_number);
bool read_time(struct reading *reading, const json_t *value, const char *pointer, int64_t *ret_ms);
bool read_duration(struct reading *reading, const json_t *value, const char *pointer, int64_t *ret_seconds);
/* One of the words, as its index: of an enumeration. */
bool read_word(struct reading *reading, const json_t *value, const char *pointer, const struct words *words,
               int *ret_index);
bool read_bool(struct reading *reading, const json_t *value, const char *pointer, bool *ret);
bool read_is_object(struct reading *reading, const json_t *value, const char *pointer);
bool read_is_array(struct reading *reading, const json_t *value, const char *pointer);

struct batch;

/* Reads the next value of a batch into its document: false at the end; what is wrong with it is in *err. */
CXD_NODISCARD bool batch_load(struct batch *batch, size_t *ret_line, struct error *err);

/* How a response comes, and which members it has then. */
enum way { ALONE = 1 << 0, BATCH = 1 << 1, IMPORT = 1 << 2, CLIENTS = ALONE | BATCH, ANY = CLIENTS | IMPORT };

/* Reads a response's members out of an object. With ret_slug (of a batch) a `survey` member is wanted, and
 * is NULL if bad. */
enum cxd_err response_read(const json_t *root, struct arena *arena, const char **ret_slug,
                           struct response *ret_response, struct error *err);

/* The same of an import: `survey` is no member, and others are. */
enum cxd_err response_read_imported(const json_t *root, struct arena *arena, struct response *ret_response,
                                    struct error *err);

/* response_flat.c: the same of bytes, where they are what nearly every program sends (flat.h), and good: else false,
 * and nothing is said of why. Takes nothing that is nested deeper than `depth`. */
CXD_NODISCARD bool response_read_flat(const char *bytes, size_t length, size_t depth, struct arena *arena,
                                      const char **ret_slug, struct response *ret_response);
CXD_NODISCARD bool response_read_flat_imported(const char *bytes, size_t length, size_t depth, struct arena *arena,
                                               struct response *ret_response);

/* properties.c: reads an object of texts, numbers and booleans into a list that is sorted by key and of the arena; the
 * results stay as they are where there is none. */
void read_property_list(struct reading *reading, const json_t *value, const char *pointer,
                        const struct property **ret_properties, size_t *ret_count);

/* Free text that is a member of the object at `parent`; NULL: it is no string, which is told, or memory is refused. */
const char *read_free_member(struct reading *reading, const char *parent, const char *key, const json_t *value);

/* answers_read.c: reads an object of answers into a list that is sorted and of the arena; what is too much is left out
 * (response_leave_out). `keeps_erased`: null is an answer whose text is gone, else it is none. */
void read_answers(struct reading *reading, const json_t *value, const char *pointer, bool keeps_erased,
                  struct response *response);
/* Takes such answers out again. */
void answers_drop_erased(struct response *response);

/* key.c: a list of scopes; at least one. */
void read_scopes(struct reading *reading, const json_t *value, unsigned *ret_scopes);

#endif
