/* Segments by what was answered to further questions, where no rollup tells them: a response is looked at as it is when
 * it is counted. */

#include "store/sqlite/answer_segments.h"

#include "store/sqlite/asked.h"

struct scanning {
    struct sqlite_reader *reader;
    struct declared declared;
    struct asked_set asked;
    struct tally *tally;
    struct error *err;
    enum cxd_err code;
};

static enum cxd_err no_memory(struct error *err) {
    return error_set(err, ERR_NO_MEMORY, "no memory for what was answered to questions");
}

/* Under the survey's number there are these dimensions alone. */
static bool count_answered(void *context, const struct answered *answered) {
    struct scanning *scanning = context;
    if (answered->number != scanning->declared.survey)
        return true;
    for (size_t i = 0; scanning->code == CXD_OK && i < answered->count; i++)
        if (!sqlite_tally_count(&scanning->reader->tallies, scanning->tally, answered->dimensions[i].name,
                                answered->dimensions[i].value, answered->score))
            scanning->code = no_memory(scanning->err);
    return scanning->code == CXD_OK;
}

static bool count_response(void *context, const struct response *response) {
    struct scanning *scanning = context;
    const struct survey *asked = NULL;
    scanning->code = sqlite_asked_find(&scanning->reader->db, scanning->reader->store->read_definition,
                                       &scanning->asked, response->survey, response->revision, &asked, scanning->err);
    if (scanning->code == CXD_OK)
        (void)answered_walk(response, &scanning->declared, asked, count_answered, scanning);
    return scanning->code == CXD_OK;
}

static enum cxd_err scan(struct sqlite_reader *reader, struct tally *tally, struct error *err) {
    struct scanning scanning = {.reader = reader, .declared = {.survey = tally->survey}, .tally = tally, .err = err};
    const struct filter filter = {.survey = tally->survey};
    struct arena arena;
    arena_init(&arena);
    sqlite_asked_init(&scanning.asked);
    enum cxd_err code = sqlite_questions_read(&reader->db, tally->survey, &arena, &scanning.declared, err);
    if (code == CXD_OK)
        code = sqlite_visit_responses(&reader->base, &filter, tally->from, tally->to, GIVE_ANSWERS, count_response,
                                      &scanning, err);
    sqlite_asked_free(&scanning.asked);
    arena_free(&arena);
    return code == CXD_OK ? scanning.code : code;
}

enum cxd_err sqlite_scan_answers(struct sqlite_reader *reader, int64_t survey, const char *dimension,
                                 const struct span *span, answer_count *count, void *context, struct error *err) {
    const struct tally *kept = sqlite_tally_of(&reader->tallies, survey, span->from, span->to);
    if (!kept) {
        struct tally *tally = sqlite_tally_begin(&reader->tallies, survey, span->from, span->to);
        enum cxd_err code = tally ? scan(reader, tally, err) : no_memory(err);
        if (code != CXD_OK)
            return code;
        sqlite_tally_keep(&reader->tallies, tally);
        kept = tally;
    }
    const struct tally_dimension *found = sqlite_tally_dimension(kept, dimension);
    for (size_t i = 0; found && i < found->count; i++)
        count(context, found->values[i].text, &found->values[i].hist);
    return CXD_OK;
}
