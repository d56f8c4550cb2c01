/* What the writer knows of every survey: read again when the generation of the catalog is another. */

#include "store/postgresql/known.h"

#include <string.h>

#include "cxd/store/store.h"
#include "store/answered.h"

enum cxd_err postgresql_known_record(const PGresult *result, int row, struct arena *arena,
                                     struct survey_record *ret_record, struct error *err) {
    struct survey_record record = {
        .number = postgresql_int(result, row, 0),
        .revision = postgresql_int(result, row, 2),
        .scale_min = (int)postgresql_int(result, row, 5),
        .scale_max = (int)postgresql_int(result, row, 6),
        .created_at = postgresql_int(result, row, 7),
        .updated_at = postgresql_int(result, row, 8),
        .archived_at = postgresql_int(result, row, 9),
    };
    int word = words_find(&SURVEY_METRICS, postgresql_text(result, row, 4));
    postgresql_field(result, row, 1, record.slug, sizeof record.slug);
    enum cxd_err code = postgresql_copy(result, row, 3, arena, &record.definition, err);
    if (code == CXD_OK && (word < 0 || (size_t)PQgetlength(result, row, 1) >= sizeof record.slug))
        return error_set(err, ERR_STORAGE, "the stored survey %lld, \"%.64s\", cannot be read",
                         (long long)record.number, record.slug);
    record.metric = (enum metric)word;
    if (code == CXD_OK)
        *ret_record = record;
    return code;
}

static struct known_survey *find(struct known_survey *surveys, size_t count, int64_t survey) {
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (surveys[middle].record.number < survey)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && surveys[low].record.number == survey ? &surveys[low] : NULL;
}

struct known_survey *postgresql_known_find(struct known *known, int64_t survey) {
    return find(known->surveys, known->count, survey);
}

struct known_survey *postgresql_known_slug(struct known *known, const char *slug) {
    for (size_t i = 0; i < known->count; i++)
        if (strcmp(known->surveys[i].record.slug, slug) == 0)
            return &known->surveys[i];
    return NULL;
}

static int64_t place_of(const PGresult *result, int row, int column) {
    return PQgetisnull(result, row, column) ? INT64_MIN : postgresql_int(result, row, column);
}

void postgresql_known_anonymised(struct known *known, const PGresult *surveys) {
    for (int i = 0; i < PQntuples(surveys); i++) {
        struct known_survey *survey = postgresql_known_find(known, postgresql_int(surveys, i, 0));
        if (survey)
            survey->declared.anonymised_to = place_of(surveys, i, 1);
    }
}

static enum cxd_err take_surveys(struct known *known, const PGresult *result, struct error *err) {
    size_t count = (size_t)PQntuples(result);
    enum cxd_err code = CXD_OK;
    known->surveys = arena_alloc_zero(&known->arena, count + 1, sizeof *known->surveys);
    if (!known->surveys)
        return error_set(err, ERR_NO_MEMORY, "no memory for the surveys");
    for (size_t i = 0; code == CXD_OK && i < count; i++) {
        struct known_survey *survey = &known->surveys[i];
        code = postgresql_known_record(result, (int)i, &known->arena, &survey->record, err);
        survey->declared = (struct declared){
            .survey = survey->record.number,
            .anonymised_to = place_of(result, (int)i, 11),
            .reported_after = PQgetisnull(result, (int)i, 10) ? INT64_MAX : postgresql_int(result, (int)i, 10)};
    }
    known->count = code == CXD_OK ? count : 0;
    return code;
}

/* survey, key, rolled, shown_from */
static enum cxd_err take_properties(struct known *known, const PGresult *result, struct error *err) {
    for (int i = 0; i < PQntuples(result); i++) {
        struct known_survey *survey = postgresql_known_find(known, postgresql_int(result, i, 0));
        const char *key = postgresql_text(result, i, 1);
        if (!survey || survey->record.property_count == SURVEY_PROPERTIES_MAX)
            continue;
        size_t size = strlen(DIMENSION_PROPERTY) + strlen(key) + 1;
        char *name = arena_alloc(&known->arena, size);
        if (!name)
            return error_set(err, ERR_NO_MEMORY, "no memory for the surveys");
        snprintf(name, size, DIMENSION_PROPERTY "%s", key);
        size_t at = survey->record.property_count++;
        bool rolled = postgresql_bool(result, i, 2);
        survey->record.property_keys[at] = name + strlen(DIMENSION_PROPERTY);
        survey->record.property_rolled[at] = rolled;
        survey->declared.properties[at] =
            (struct declared_property){.dimension = name, .rolled = rolled, .shown_from = postgresql_int(result, i, 3)};
        survey->declared.count = at + 1;
    }
    return CXD_OK;
}

/* survey, key, slot, type, metric, scale_min, scale_max, answered */
static bool add_question(struct known *known, struct declared *declared, const PGresult *result, int row) {
    size_t count = declared->question_count;
    struct declared_question *questions = declared->questions;
    if ((count & (count - 1)) == 0) { /* a power of two, or none: it is full */
        questions = arena_alloc_zero(&known->arena, 2 * count + 1, sizeof *questions);
        if (questions && count > 0)
            memcpy(questions, declared->questions, count * sizeof *questions);
    }
    if (!questions ||
        !declared_question_make(&known->arena, postgresql_text(result, row, 1), (int)postgresql_int(result, row, 2),
                                (enum question_type)postgresql_int(result, row, 3), &questions[count]))
        return false;
    const char *metric = postgresql_text(result, row, 4);
    int word = metric ? words_find(&SURVEY_METRICS, metric) : -1;
    questions[count].scale = (struct question_scale){.metric = word < 0 ? METRIC_NPS : (enum metric)word,
                                                     .min = (int)postgresql_int(result, row, 5),
                                                     .max = (int)postgresql_int(result, row, 6)};
    questions[count].is_answered = postgresql_bool(result, row, 7);
    declared->questions = questions;
    declared->question_count++;
    return true;
}

static enum cxd_err take_questions(struct known *known, const PGresult *result, struct error *err) {
    for (int i = 0; i < PQntuples(result); i++) {
        struct known_survey *survey = postgresql_known_find(known, postgresql_int(result, i, 0));
        if (survey && !add_question(known, &survey->declared, result, i))
            return error_set(err, ERR_NO_MEMORY, "no memory for the questions of a survey");
    }
    return CXD_OK;
}

enum cxd_err postgresql_known_load(struct known *known, struct db *db, int64_t generation, struct error *err) {
    known->is_loaded = false;
    known->count = 0;
    known->revisions = NULL;
    arena_reset(&known->arena);
    enum cxd_err code = POSTGRESQL_QUEUE(db, QUERY_LIST_SURVEYS, err);
    if (code == CXD_OK)
        code = POSTGRESQL_QUEUE(db, QUERY_LIST_PROPERTIES, err);
    if (code == CXD_OK)
        code = POSTGRESQL_QUEUE(db, QUERY_LIST_QUESTIONS, err);
    if (code == CXD_OK)
        code = postgresql_db_run(db, err);
    if (code == CXD_OK)
        code = take_surveys(known, postgresql_db_result(db, 0), err);
    if (code == CXD_OK)
        code = take_properties(known, postgresql_db_result(db, 1), err);
    if (code == CXD_OK)
        code = take_questions(known, postgresql_db_result(db, 2), err);
    known->is_loaded = code == CXD_OK;
    known->generation = generation;
    return code;
}

/* What is not rolled and not among the rows has been filled in since. */
static void reset_unrolled(struct known *known) {
    for (size_t i = 0; i < known->count; i++)
        for (size_t k = 0; k < known->surveys[i].declared.count; k++) {
            known->surveys[i].declared.properties[k].rolled = known->surveys[i].record.property_rolled[k] = true;
            known->surveys[i].declared.properties[k].filling = false;
        }
}

void postgresql_known_fill(struct known *known, const PGresult *unrolled) {
    reset_unrolled(known);
    for (int row = 0; row < PQntuples(unrolled); row++) {
        struct known_survey *survey = postgresql_known_find(known, answered_survey(postgresql_int(unrolled, row, 0)));
        const char *name = postgresql_text(unrolled, row, 1);
        for (size_t k = 0; survey && k < survey->declared.count; k++) {
            struct declared_property *property = &survey->declared.properties[k];
            if (strcmp(property->dimension, name) != 0)
                continue;
            property->rolled = survey->record.property_rolled[k] = false;
            property->filling = postgresql_int(unrolled, row, 6) == DIMENSION_FILLING;
            property->from = (struct response_place){.answered_at = postgresql_int(unrolled, row, 2),
                                                     .score = (int)postgresql_int(unrolled, row, 3),
                                                     .standing = (int)postgresql_int(unrolled, row, 4),
                                                     .number = postgresql_int(unrolled, row, 5)};
        }
    }
}
