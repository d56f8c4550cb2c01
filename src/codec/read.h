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

/* Parses the value at `start` of bytes[0 … end); what the document held before is dropped. With ret_stop
 * NULL nothing but white space may follow it; else *ret_stop is where it ends. Does not look at nesting.
 * ERR_MALFORMED_JSON (with line and column of `bytes`), ERR_NO_MEMORY. */
CXD_NODISCARD enum cxd_err document_load(struct document *doc, const char *bytes, size_t start, size_t end,
                                         size_t *ret_stop, struct error *err);
/* The whole of `bytes`, nested no deeper than `depth`. */
CXD_NODISCARD enum cxd_err document_read(struct document *doc, const char *bytes, size_t length, size_t depth,
                                         struct error *err);
/* Describe what is wrong with a text: its nesting, or what the library says of the value at `start`. */
enum cxd_err document_refuse_depth(size_t depth, struct error *err);
enum cxd_err document_refuse_text(const json_error_t *error, const char *bytes, size_t start, size_t end,
                                  size_t lines_before, struct error *err);

/* What the readers of a body's members need: where to copy to, and where to say what is wrong. */
struct reading {
    struct arena *arena;
    struct error *err;
    bool refused; /* memory was; the reading is worth nothing */
};

/* Describes the refused memory, if there was any, and returns the reading's code. */
enum cxd_err reading_end(struct reading *reading);

/* The member, or NULL where it is not given or null. */
const json_t *read_member(const json_t *object, const char *name);

/* Each reads a value that is given, or adds what is wrong to the error and returns false. */
bool read_text(struct reading *reading, const json_t *value, const char *pointer, const char **ret_text);
bool read_whole(struct reading *reading, const json_t *value, const char *pointer, int64_t *ret_number);
bool read_time(struct reading *reading, const json_t *value, const char *pointer, int64_t *ret_ms);
bool read_duration(struct reading *reading, const json_t *value, const char *pointer, int64_t *ret_seconds);
bool read_is_object(struct reading *reading, const json_t *value, const char *pointer);
bool read_is_array(struct reading *reading, const json_t *value, const char *pointer);

/* Reads an object of texts, numbers and booleans into a list that is sorted by key and of the arena; the results stay as they are where
 * there is none. */
void read_property_list(struct reading *reading, const json_t *value, const char *pointer,
                        const struct property **ret_properties, size_t *ret_count);

struct batch;

/* Reads the next value of a batch into its document: false at the end; what is wrong with it is in *err. */
CXD_NODISCARD bool batch_load(struct batch *batch, size_t *ret_line, struct error *err);

/* Reads a response's members out of an object. With ret_slug (of a batch) a `survey` member is wanted, and
 * is NULL if bad. */
enum cxd_err response_read(const json_t *root, struct arena *arena, const char **ret_slug,
                           struct response *ret_response, struct error *err);

#endif
