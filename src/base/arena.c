/* Memory of one request: parsers and codecs take from it, and the connection gives all of it back at once. The
 * first block stays, so that a small request costs no malloc. Under AddressSanitizer what is not handed out is
 * poisoned, with a gap between allocations, so that an overrun or a use after arena_reset is caught. */

#include "cxd/base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_POISON 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define ARENA_POISON 1
#endif

#ifdef ARENA_POISON
#include <sanitizer/asan_interface.h>
enum { GAP = 16 };
#else
#define ASAN_POISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
enum { GAP = 0 };
#endif

enum { FIRST_BLOCK = 4096, LARGEST_BLOCK = 256 * 1024, ALIGNMENT = alignof(max_align_t) };

struct arena_block {
    struct arena_block *next; /* older */
    size_t size;              /* of data */
    alignas(max_align_t) char data[];
};

void arena_init(struct arena *arena) {
    *arena = (struct arena){0};
}

void arena_init_sized(struct arena *arena, size_t bytes) {
    *arena = (struct arena){.first = sizeof(struct arena_block) + bytes};
}

static void block_free(struct arena_block *block) {
    ASAN_UNPOISON_MEMORY_REGION(block->data, block->size);
    free(block);
}

static void use_block(struct arena *arena, struct arena_block *block) {
    ASAN_POISON_MEMORY_REGION(block->data, block->size);
    arena->blocks = block;
    arena->next = block->data;
    arena->left = block->size;
}

struct arena_mark arena_mark(const struct arena *arena) {
    return (struct arena_mark){.block = arena->blocks, .next = arena->next, .left = arena->left};
}

void arena_rewind(struct arena *arena, struct arena_mark mark) {
    struct arena_block *block = arena->blocks;
    if (!block)
        return;
    while (block != mark.block && block->next) {
        struct arena_block *older = block->next;
        arena->held -= sizeof *block + block->size;
        block_free(block);
        block = older;
    }
    if (!mark.block) {
        use_block(arena, block);
        return;
    }
    ASAN_POISON_MEMORY_REGION(mark.next, mark.left);
    arena->blocks = block;
    arena->next = mark.next;
    arena->left = mark.left;
}

void arena_reset(struct arena *arena) {
    arena_rewind(arena, (struct arena_mark){0});
}

void arena_free(struct arena *arena) {
    struct arena_block *block = arena->blocks;
    while (block) {
        struct arena_block *older = block->next;
        block_free(block);
        block = older;
    }
    arena_init(arena);
}

static struct arena_block *block_push(struct arena *arena, size_t data_size) {
    struct arena_block *block = malloc(sizeof *block + data_size);
    if (!block)
        return NULL;
    block->next = arena->blocks;
    block->size = data_size;
    arena->held += sizeof *block + data_size;
    use_block(arena, block);
    return block;
}

/* A block that holds `size`. The first is always a small one, whatever is asked, since it is the one that is kept. */
static struct arena_block *block_for(struct arena *arena, size_t size) {
    size_t usual = (arena->first > 0 ? arena->first : FIRST_BLOCK) - sizeof(struct arena_block);
    if (!arena->blocks) {
        struct arena_block *first = block_push(arena, usual);
        if (!first || size <= usual)
            return first;
    }
    size_t grown = 2 * arena->blocks->size;
    if (grown > LARGEST_BLOCK)
        grown = LARGEST_BLOCK;
    return block_push(arena, size > grown ? size : grown);
}

void *arena_alloc(struct arena *arena, size_t size) {
    if (size > SIZE_MAX / 2)
        return NULL;
    size_t taken = (size + GAP + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    if (taken == 0)
        taken = ALIGNMENT;
    if (taken > arena->left && !block_for(arena, taken))
        return NULL;
    void *memory = arena->next;
    arena->next += taken;
    arena->left -= taken;
    ASAN_UNPOISON_MEMORY_REGION(memory, size);
    return memory;
}

void *arena_alloc_zero(struct arena *arena, size_t count, size_t size) {
    size_t total;
    if (__builtin_mul_overflow(count, size, &total))
        return NULL;
    void *memory = arena_alloc(arena, total);
    if (memory)
        memset(memory, 0, total);
    return memory;
}

size_t arena_bytes(const struct arena *arena) {
    return arena->held;
}

char *arena_strndup(struct arena *arena, const char *text, size_t length) {
    if (length == SIZE_MAX)
        return NULL;
    char *copy = arena_alloc(arena, length + 1);
    if (!copy)
        return NULL;
    if (length > 0)
        memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

char *arena_strdup(struct arena *arena, const char *text) {
    return text ? arena_strndup(arena, text, strlen(text)) : NULL;
}
