/* Definitions: put and archived. Whoever does has locked the state and the survey at the begin of the batch. */

#include <stdlib.h>
#include <string.h>

#include "store/postgresql/batch.h"

static enum cxd_err no_memory(struct error *err) {
    return error_set(err, ERR_NO_MEMORY, "no memory for a definition");
}

static enum cxd_err has_responses(struct postgresql_store *store, int64_t survey, bool *ret_has, struct error *err) {
    const PGresult *result = NULL;
    enum cxd_err code = postgresql_batch_flush(store, err);
    if (code == CXD_OK)
        code = POSTGRESQL_ASK(&store->db, QUERY_HAS_RESPONSES, &result, err, INT(survey));
    if (code == CXD_OK)
        *ret_has = postgresql_bool(result, 0, 0);
    return code;
}

/* What its new definition asks; NULL: the store does not judge, or it cannot be read. */
static enum cxd_err read_asks(struct postgresql_store *store, const struct survey_record *record,
                              const struct survey **ret_asks, struct error *err) {
    if (!store->base.read_definition)
        return CXD_OK;
    struct survey *asks = arena_alloc(&store->arena, sizeof *asks);
    if (!asks)
        return no_memory(err);
    enum cxd_err code = store->base.read_definition(record, &store->arena, asks, err);
    if (code == CXD_OK)
        *ret_asks = asks;
    return code == ERR_STORAGE ? CXD_OK : code;
}

static enum cxd_err queue_record(struct postgresql_store *store, const struct survey_record *survey,
                                 struct error *err) {
    return POSTGRESQL_QUEUE(&store->db, QUERY_PUT_SURVEY, err, INT(survey->number), TEXT(survey->slug),
                            INT(survey->revision), TEXT(survey->definition), TEXT(metric_name(survey->metric)),
                            INT(survey->scale_min), INT(survey->scale_max), INT(survey->created_at),
                            INT(survey->updated_at), INT(survey->archived_at), INT(store->generation + 1));
}

static enum cxd_err queue_properties(struct postgresql_store *store, const struct survey_record *survey,
                                     struct error *err) {
    struct db_array *arrays = store->arrays;
    postgresql_array_texts(&arrays[0]);
    postgresql_array_ints(&arrays[1]);
    for (size_t i = 0; i < survey->property_count; i++) {
        postgresql_array_add_text(&arrays[0], survey->property_keys[i]);
        postgresql_array_add_int(&arrays[1], survey->property_rolled[i]);
    }
    return POSTGRESQL_QUEUE(&store->db, QUERY_PUT_PROPERTIES, err, INT(survey->number), ARRAY(&arrays[0]),
                            ARRAY(&arrays[1]));
}

static enum cxd_err queue_questions(struct postgresql_store *store, const struct survey_record *survey,
                                    const struct survey *asks, struct error *err) {
    struct db_array *arrays = store->arrays;
    for (size_t i = 0; i < 5; i++)
        if (i == 0 || i == 2)
            postgresql_array_texts(&arrays[i]);
        else
            postgresql_array_ints(&arrays[i]);
    for (size_t i = 0; i < asks->question_count; i++) {
        const struct question *question = &asks->questions[i];
        bool is_scale = question->type == QUESTION_SCALE;
        postgresql_array_add_text(&arrays[0], question->key);
        postgresql_array_add_int(&arrays[1], question->type);
        postgresql_array_add_text(&arrays[2], is_scale ? metric_name(question->scale.metric) : NULL);
        postgresql_array_add_int(&arrays[3], is_scale ? question->scale.min : 0);
        postgresql_array_add_int(&arrays[4], is_scale ? question->scale.max : 0);
    }
    return POSTGRESQL_QUEUE(&store->db, QUERY_PUT_QUESTIONS, err, INT(survey->number), ARRAY(&arrays[0]),
                            ARRAY(&arrays[1]), ARRAY(&arrays[2]), ARRAY(&arrays[3]), ARRAY(&arrays[4]),
                            INT(survey->revision));
}

/* By the result of put_questions. What is known is as old as the generation, which an answer does not raise. */
static enum cxd_err expect_put(struct postgresql_store *store, size_t at, size_t questions, struct error *err) {
    PGresult *result = store->db.results[at];
    if ((size_t)atoll(PQcmdTuples(result)) == questions)
        return CXD_OK;
    store->db.failure = DB_AGAIN;
    return error_set(err, ERR_STORAGE, "another node has stored the first answer to a question");
}

static enum cxd_err put(struct postgresql_store *store, const struct survey_record *survey, bool is_revised,
                        const struct survey *asks, int64_t now_ms, struct error *err) {
    size_t questions = asks ? asks->question_count : 0;
    enum cxd_err code = queue_record(store, survey, err);
    if (code == CXD_OK && is_revised)
        code = POSTGRESQL_QUEUE(&store->db, QUERY_INSERT_REVISION, err, INT(survey->number), INT(survey->revision),
                                TEXT(survey->definition), INT(survey->updated_at));
    if (code == CXD_OK)
        code = queue_properties(store, survey, err);
    size_t at = store->db.queued;
    if (code == CXD_OK && questions > 0)
        code = queue_questions(store, survey, asks, err);
    if (code == CXD_OK)
        code = POSTGRESQL_QUEUE(&store->db, QUERY_FORGET_SHOWN_PROPERTIES, err, INT(survey->number));
    if (code == CXD_OK) /* of visits that were counted before, from the next day on */
        code = POSTGRESQL_RUN(&store->db, QUERY_BEGIN_SHOWN_PROPERTIES, err, INT(survey->number),
                              INT(impression_day(now_ms) + 1));
    if (code == CXD_OK && questions > 0)
        code = expect_put(store, at, questions, err);
    return code == CXD_OK ? postgresql_known_load(&store->known, &store->db, store->generation, err) : code;
}

static int64_t next_number(const struct known *known) {
    return known->count > 0 ? known->surveys[known->count - 1].record.number + 1 : 1;
}

enum cxd_err postgresql_apply_survey(struct postgresql_store *store, struct change *change, struct error *err) {
    struct survey_record *survey = &change->as.survey;
    struct known_survey *known = postgresql_known_slug(&store->known, survey->slug);
    const struct survey *asks = NULL;
    bool responses = false;
    enum cxd_err code = known ? has_responses(store, known->record.number, &responses, err) : CXD_OK;
    if (code == CXD_OK)
        code = read_asks(store, survey, &asks, err);
    if (code != CXD_OK)
        return code;
    decide_survey(change, known ? &known->record : NULL, responses, known ? &known->declared : NULL, asks);
    if (change->outcome != OUTCOME_CREATED && change->outcome != OUTCOME_AMENDED)
        return CXD_OK;
    if (!known)
        survey->number = next_number(&store->known);
    bool is_revised = !known || known->record.revision != survey->revision;
    /* Responses before this change count by the declarations before it. */
    code = postgresql_batch_flush(store, err);
    if (code == CXD_OK)
        code = postgresql_rollups_flush(store, err);
    if (code == CXD_OK && known)
        code = postgresql_roll_hold(store, survey, err);
    if (code == CXD_OK)
        code = put(store, survey, is_revised, asks, change->now_ms, err);
    return code == CXD_OK ? postgresql_roll_begin(store, survey->number, &change->unrolled, err) : code;
}

enum cxd_err postgresql_apply_archive(struct postgresql_store *store, struct change *change, struct error *err) {
    struct known_survey *known = postgresql_known_slug(&store->known, change->as.archive.slug);
    decide_archive(change, known ? &known->record : NULL);
    if (change->outcome != OUTCOME_AMENDED)
        return CXD_OK;
    struct survey_record record = known->record;
    bool unrolled = false;
    record.archived_at = change->now_ms;
    enum cxd_err code = put(store, &record, false, NULL, change->now_ms, err);
    return code == CXD_OK ? postgresql_roll_begin(store, record.number, &unrolled, err) : code;
}
