#ifndef CXD_BASE_ARENA_H
#define CXD_BASE_ARENA_H

#include <stddef.h>

#include "cxd/base/compiler.h"

/* Memory that is freed all at once: one arena a request. Allocations are aligned for any type and live until
 * arena_reset or arena_free. Not safe for use by two threads at once. */

struct arena_block;

struct arena {
    struct arena_block *blocks; /* newest first */
    char *next;
    size_t left;
    size_t first; /* bytes of the first block; 0: the usual */
    size_t held;  /* of the heap */
};

/* An empty arena; allocates nothing yet. */
void arena_init(struct arena *arena);
/* The same; its first block holds about so much, for what is kept long and of which there are many. */
void arena_init_sized(struct arena *arena, size_t bytes);

/* Frees everything but the first block, which is kept for reuse. */
void arena_reset(struct arena *arena);
void arena_free(struct arena *arena);

/* A moment of an arena, to which arena_rewind goes back: what was allocated since is gone, and its blocks are freed. Of
 * moments that were taken one after the other, the later ones are gone with it. */
struct arena_mark {
    struct arena_block *block;
    char *next;
    size_t left;
};
struct arena_mark arena_mark(const struct arena *arena);
void arena_rewind(struct arena *arena, struct arena_mark mark);

/* Returns NULL when memory is refused; a size of 0 gives a unique pointer. arena_alloc_zero clears the memory. */
CXD_NODISCARD void *arena_alloc(struct arena *arena, size_t size);
CXD_NODISCARD void *arena_alloc_zero(struct arena *arena, size_t count, size_t size);

/* What it has of the heap. */
size_t arena_bytes(const struct arena *arena);

/* A NUL-terminated copy; NULL when memory is refused. arena_strdup(NULL) is NULL. */
CXD_NODISCARD char *arena_strndup(struct arena *arena, const char *text, size_t length);
CXD_NODISCARD char *arena_strdup(struct arena *arena, const char *text);

#endif
