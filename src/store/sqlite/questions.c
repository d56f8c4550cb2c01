/* The questions that surveys have, and have had: put with the definition, and fixed by the first answer. */

#include "store/sqlite/writer.h"

enum cxd_err sqlite_questions_put(struct sqlite_store *store, const struct survey_record *survey,
                                  const struct survey *asks, struct error *err) {
    enum cxd_err code = CXD_OK;
    for (size_t i = 0; code == CXD_OK && asks && i < asks->question_count; i++) {
        const struct question *question = &asks->questions[i];
        bool is_scale = question->type == QUESTION_SCALE;
        code = SQLITE_RUN(&store->db, QUERY_PUT_QUESTION, err, INT(survey->number), TEXT(question->key),
                          INT(question->type), TEXT(is_scale ? metric_name(question->scale.metric) : NULL),
                          INT(is_scale ? question->scale.min : 0), INT(is_scale ? question->scale.max : 0),
                          INT(survey->revision));
    }
    return code;
}

enum cxd_err sqlite_questions_fix(struct sqlite_store *store, const struct declared *declared,
                                  const struct response *response, struct error *err) {
    enum cxd_err code = CXD_OK;
    for (size_t i = 0; code == CXD_OK && i < response->answer_count; i++) {
        const struct declared_question *question = declared_question(declared, response->answers[i].key);
        if (!question || question->is_answered)
            continue;
        code = SQLITE_RUN(&store->db, QUERY_FIX_QUESTION, err, INT(declared->survey), TEXT(question->key));
        if (code == CXD_OK)
            sqlite_declared_set_answered(&store->declared, declared->survey, question);
    }
    return code;
}
