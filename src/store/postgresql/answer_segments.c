/* Segments by what was answered to further questions, where no rollup tells them: a response is looked at as it is when
 * it is counted. */

#include <string.h>

#include "store/answered.h"
#include "store/postgresql/reader.h"

enum { REVISIONS_MAX = 64 }; /* that are held at once: definitions have up to some tens of kilobytes */

struct scanning {
    struct postgresql_reader *reader;
    struct declared declared;
    const char *dimension;
    struct {
        int64_t revision;
        const struct survey *asked; /* NULL: nothing, or it cannot be read */
    } revisions[REVISIONS_MAX];
    size_t revision_count;
    struct arena questions, definitions;
    answer_count *count;
    void *context;
    struct error *err;
    enum cxd_err code;
};

static enum cxd_err read_questions(struct scanning *scanning, struct error *err) {
    struct declared *declared = &scanning->declared;
    const PGresult *result = NULL;
    enum cxd_err code = POSTGRESQL_ASK(&scanning->reader->db, QUERY_LIST_ASKED, &result, err, INT(declared->survey));
    if (code != CXD_OK)
        return code;
    size_t count = (size_t)PQntuples(result);
    declared->questions = arena_alloc_zero(&scanning->questions, count + 1, sizeof *declared->questions);
    bool is_made = declared->questions;
    for (size_t i = 0; is_made && i < count; i++) {
        struct declared_question *question = &declared->questions[i];
        const char *metric = postgresql_text(result, (int)i, 3);
        int word = metric ? words_find(&SURVEY_METRICS, metric) : -1;
        is_made = declared_question_make(&scanning->questions, postgresql_text(result, (int)i, 0),
                                         (int)postgresql_int(result, (int)i, 1),
                                         (enum question_type)postgresql_int(result, (int)i, 2), question);
        question->scale = (struct question_scale){.metric = word < 0 ? METRIC_NPS : (enum metric)word,
                                                  .min = (int)postgresql_int(result, (int)i, 4),
                                                  .max = (int)postgresql_int(result, (int)i, 5)};
        question->is_answered = postgresql_bool(result, (int)i, 6);
    }
    declared->question_count = count;
    return is_made ? CXD_OK : error_set(err, ERR_NO_MEMORY, "no memory for the questions of a survey");
}

/* Metric and scale are not held against the survey's: they may have been others before there were answers. */
static enum cxd_err read_revision(struct scanning *scanning, int64_t revision, const struct survey **ret_asked,
                                  struct error *err) {
    struct arena *arena = &scanning->definitions;
    struct survey_record record = {.slug = "revision"};
    const PGresult *result = NULL;
    enum cxd_err code = POSTGRESQL_ASK(&scanning->reader->db, QUERY_SELECT_ASKED_REVISION, &result, err,
                                       INT(scanning->declared.survey), INT(revision));
    if (code != CXD_OK || PQntuples(result) == 0)
        return code;
    struct survey *asked = arena_alloc_zero(arena, 1, sizeof *asked);
    code = asked ? postgresql_copy(result, 0, 0, arena, &record.definition, err)
                 : error_set(err, ERR_NO_MEMORY, "no memory for the surveys");
    if (code == CXD_OK)
        code = scanning->reader->store->base.read_definition(&record, arena, asked, err);
    if (code == CXD_OK && asked->question_count > 0)
        *ret_asked = asked;
    return code == ERR_STORAGE ? CXD_OK : code;
}

static enum cxd_err find_revision(struct scanning *scanning, int64_t revision, const struct survey **ret_asked,
                                  struct error *err) {
    *ret_asked = NULL;
    if (!scanning->reader->store->base.read_definition)
        return CXD_OK;
    for (size_t i = 0; i < scanning->revision_count; i++) {
        if (scanning->revisions[i].revision == revision) {
            *ret_asked = scanning->revisions[i].asked;
            return CXD_OK;
        }
    }
    if (scanning->revision_count == REVISIONS_MAX) {
        scanning->revision_count = 0;
        arena_reset(&scanning->definitions);
    }
    enum cxd_err code = read_revision(scanning, revision, ret_asked, err);
    if (code == CXD_OK) {
        scanning->revisions[scanning->revision_count].revision = revision;
        scanning->revisions[scanning->revision_count++].asked = *ret_asked;
    }
    return code;
}

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
    scanning->code = find_revision(scanning, response->revision, &asked, scanning->err);
    if (scanning->code == CXD_OK)
        answered_walk(response, &scanning->declared, asked, count_answered, scanning);
    return scanning->code == CXD_OK;
}

enum cxd_err postgresql_scan_answers(struct postgresql_reader *reader, int64_t survey, const char *dimension,
                                     int64_t from, int64_t to, answer_count *count, void *context, struct error *err) {
    struct scanning scanning = {.reader = reader,
                                .declared = {.survey = survey},
                                .dimension = dimension,
                                .count = count,
                                .context = context,
                                .err = err};
    const struct filter filter = {.survey = survey};
    arena_init(&scanning.questions);
    arena_init(&scanning.definitions);
    enum cxd_err code = read_questions(&scanning, err);
    if (code == CXD_OK)
        code = postgresql_scan_responses(reader, &filter, from, to, GIVE_ANSWERS, count_response, &scanning, err);
    arena_free(&scanning.questions);
    arena_free(&scanning.definitions);
    return code == CXD_OK ? scanning.code : code;
}
