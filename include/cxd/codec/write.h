#ifndef CXD_CODEC_WRITE_H
#define CXD_CODEC_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "cxd/base/buffer.h"

/* Writing JSON, member by member. Each takes the name of an object's member, or NULL for an element of an array or a
 * document by itself; a comma goes before whatever is not the first. Names are the program's own and need no escapes.
 * What is closed is closed by buffer_append_char. */

void write_open(struct buffer *out, const char *name, char bracket); /* '{' or '[' */
void write_null(struct buffer *out, const char *name);
void write_text(struct buffer *out, const char *name, const char *text);  /* NULL gives null */
void write_given(struct buffer *out, const char *name, const char *text); /* NULL: nothing is written */
void write_int(struct buffer *out, const char *name, int64_t number);
void write_known(struct buffer *out, const char *name, int64_t number, bool is_known);              /* else null */
void write_fixed(struct buffer *out, const char *name, double number, int decimals, bool is_known); /* else null */
void write_bool(struct buffer *out, const char *name, bool is_true);
void write_time(struct buffer *out, const char *name, int64_t time_ms);         /* as buffer_append_time */
void write_time_or_null(struct buffer *out, const char *name, int64_t time_ms); /* 0: null */
/* The name and ':' alone; the value follows by other means. */
void write_name(struct buffer *out, const char *name);

struct id;
void write_id(struct buffer *out, const char *name, const struct id *id);

#endif
