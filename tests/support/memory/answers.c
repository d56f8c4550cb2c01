/* Answers to further questions in the memory engine: what a revision asks. */

#include <string.h>

#include "memory.h"

bool memory_asked(const struct memory_store *store, int64_t survey, int64_t revision, struct arena *arena,
                  const struct survey **ret_asked) {
    *ret_asked = NULL;
    for (size_t i = 0; store->base.read_definition && i < store->revisions.count; i++) {
        const struct survey_record *put = store->revisions.blocks[i];
        struct survey *asked;
        struct error err;
        if (!put || put->number != survey || put->revision != revision)
            continue;
        struct survey_record record = {.definition = put->definition};
        strcpy(record.slug, put->slug);
        asked = arena_alloc_zero(arena, 1, sizeof *asked);
        enum cxd_err code = asked ? store->base.read_definition(&record, arena, asked, &err) : ERR_NO_MEMORY;
        if (code == CXD_OK && asked->question_count > 0)
            *ret_asked = asked;
        return code != ERR_NO_MEMORY;
    }
    return true;
}
