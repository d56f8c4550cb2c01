/* Segments by what was answered to further questions, where no rollup tells them: a response is looked at as it is when
 * it is counted. */

#include "store/sqlite/answer_segments.h"

#include <string.h>

#include "store/sqlite/asked.h"

struct scanning {
    struct sqlite_reader *reader;
    struct declared declared;
    const char *dimension;
    struct asked_set asked;
    answer_count *count;
    void *context;
    struct error *err;
    enum cxd_err code;
};

static bool count_answered(void *context, const struct answered *answered) {
    const struct scanning *scanning = context;
    for (size_t i = 0; answered->number == scanning->declared.survey && i < answered->count; i++)
        if (strcmp(answered->dimensions[i].name, scanning->dimension) == 0)
            scanning->count(scanning->context, answered->dimensions[i].value, answered->score);
    return true;
}

static bool count_response(void *context, const struct response *response) {
    struct scanning *scanning = context;
    const struct survey *asked = NULL;
    scanning->code = sqlite_asked_find(&scanning->reader->db, scanning->reader->store->read_definition,
                                       &scanning->asked, response->survey, response->revision, &asked, scanning->err);
    if (scanning->code == CXD_OK)
        answered_walk(response, &scanning->declared, asked, count_answered, scanning);
    return scanning->code == CXD_OK;
}

enum cxd_err sqlite_scan_answers(struct sqlite_reader *reader, int64_t survey, const char *dimension,
                                 const struct span *span, answer_count *count, void *context, struct error *err) {
    struct scanning scanning = {.reader = reader,
                                .declared = {.survey = survey},
                                .dimension = dimension,
                                .count = count,
                                .context = context,
                                .err = err};
    const struct filter filter = {.survey = survey};
    struct arena arena;
    arena_init(&arena);
    sqlite_asked_init(&scanning.asked);
    enum cxd_err code = sqlite_questions_read(&reader->db, survey, &arena, &scanning.declared, err);
    if (code == CXD_OK)
        code = sqlite_visit_responses(&reader->base, &filter, span->from, span->to, GIVE_ANSWERS, count_response,
                                      &scanning, err);
    sqlite_asked_free(&scanning.asked);
    arena_free(&arena);
    return code == CXD_OK ? scanning.code : code;
}
