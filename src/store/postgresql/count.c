/* A response counts, or counts no more: by what is known of its survey. */

#include <string.h>

#include "store/postgresql/writer.h"

enum cxd_err postgresql_count(struct postgresql_store *store, const struct response *response, int sign,
                              struct error *err) {
    if (!response || !response_counts(response))
        return CXD_OK;
    const struct known_survey *known = postgresql_known_find(&store->known, response->survey);
    const struct survey *asked = NULL;
    if (!known)
        return error_set(err, ERR_STORAGE, "a stored response is of a survey that is not there");
    enum cxd_err code = CXD_OK;
    if (known->declared.question_count > 0)
        code = postgresql_judge_asked(store, response->survey, response->revision, &asked, err);
    if (code == CXD_OK && (!deltas_add(&store->deltas, &known->declared, response, sign) ||
                           (known->declared.question_count > 0 &&
                            !deltas_add_answers(&store->deltas, &known->declared, asked, response, sign))))
        return error_set(err, ERR_NO_MEMORY, "no memory to count a response");
    return code;
}

/* What it answers is fixed by it. */
static enum cxd_err fix_questions(struct postgresql_store *store, const struct response *response, struct error *err) {
    const struct known_survey *known = postgresql_known_find(&store->known, response->survey);
    struct db_array *arrays = store->arrays;
    postgresql_array_ints(&arrays[0]);
    postgresql_array_texts(&arrays[1]);
    for (size_t i = 0; known && i < response->answer_count; i++) {
        for (size_t k = 0; k < known->declared.question_count; k++) {
            struct declared_question *question = &known->declared.questions[k];
            if (question->is_answered || strcmp(question->key, response->answers[i].key) != 0)
                continue;
            postgresql_array_add_int(&arrays[0], response->survey);
            postgresql_array_add_text(&arrays[1], question->key);
            question->is_answered = true;
        }
    }
    return arrays[0].count == 0
               ? CXD_OK
               : POSTGRESQL_RUN(&store->db, QUERY_FIX_QUESTIONS, err, ARRAY(&arrays[0]), ARRAY(&arrays[1]));
}

enum cxd_err postgresql_count_turn(struct postgresql_store *store, struct held_row *row, const struct response *after,
                                   struct error *err) {
    enum cxd_err code = postgresql_count(store, row->is_there ? &row->value : NULL, -1, err);
    if (code == CXD_OK && after)
        code = fix_questions(store, after, err);
    if (code == CXD_OK)
        code = postgresql_count(store, after, 1, err);
    if (after)
        row->value = *after;
    row->is_there = after;
    row->is_changed = true;
    return code;
}

enum cxd_err postgresql_store_turn(struct postgresql_store *store, struct held_row *row, const struct response *after,
                                   struct error *err) {
    struct known_survey *known = postgresql_known_find(&store->known, after->survey);
    if (known && after->answered_at <= known->declared.anonymised_to) {
        known->declared.anonymised_to = after->answered_at;
        known->is_moved_back = true;
    }
    row->is_amended |= row->is_there && !after->excluded;
    enum cxd_err code = postgresql_visits_move(store, row->is_there ? &row->value : NULL, after, err);
    return code == CXD_OK ? postgresql_count_turn(store, row, after, err) : code;
}
