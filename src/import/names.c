/* The columns of JSON by name. Objects of a file mostly have their members in one order, so the next name is mostly the
 * next column. */
#include "import/names.h"

#include <string.h>

enum { SLOTS = 2 * TABLE_COLUMNS_MAX };

/* FNV-1a. Who makes the names of a file up to collide waits for it: there are 4096 at most. */
static size_t slot_of(const char *name) {
    uint32_t hash = 2166136261;
    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * 16777619;
    return hash % SLOTS;
}

/* The name's, or a free one. */
static size_t find_slot(const struct names *names, const char *name) {
    size_t slot = slot_of(name);
    while (names->slots[slot] != 0 && strcmp(names->list[names->slots[slot] - 1], name) != 0)
        slot = (slot + 1) % SLOTS;
    return slot;
}

size_t names_find(struct names *names, const char *name) {
    size_t found = names->after < names->count ? names->after : 0;
    if (found == names->count || strcmp(names->list[found], name) != 0) {
        uint16_t taken = names->slots[find_slot(names, name)];
        if (taken == 0)
            return SIZE_MAX;
        found = taken - 1u;
    }
    names->after = found + 1;
    return found;
}

enum cxd_err names_add(struct names *names, const char *name, struct error *err) {
    if (names->count == TABLE_COLUMNS_MAX)
        return error_set(err, ERR_TABLE, "more than %d columns", TABLE_COLUMNS_MAX);
    const char *copy = arena_strdup(&names->arena, name);
    if (!copy)
        return error_set(err, ERR_NO_MEMORY, "no memory for the names of columns");
    names->list[names->count++] = copy;
    names->slots[find_slot(names, name)] = (uint16_t)names->count;
    return CXD_OK;
}

void names_free(struct names *names) {
    arena_free(&names->arena);
}
