#ifndef CXD_QUERY_QUESTIONS_H
#define CXD_QUERY_QUESTIONS_H

#include "cxd/domain/answered.h"
#include "cxd/query/query.h"

/* What was answered to the questions behind a survey's score (docs/scoring.md §14). */

struct questions_answer {
    struct score_answer whole; /* of the survey's score; no comparison, no rate */
    struct question_figures *questions;
    size_t count;
};

/* Every question of the survey in its order, and behind these those that were removed and have answers in the window;
 * or of `key` the one (count 0: there never was one). The question's own survey is not scored as another question is.
 * All is of the arena. As query_score. */
CXD_NODISCARD enum cxd_err query_questions(struct store_reader *reader, const struct score_question *question,
                                           const char *key, struct arena *arena, struct questions_answer *ret_answer,
                                           struct error *err);

/* past.c: the question of a key, with an option of that value (NULL: whatever it has), as the latest revision of the
 * survey with such a one has it; NULL: there never was one. The store's errors. */
CXD_NODISCARD enum cxd_err query_past_question(struct store_reader *reader, const struct survey *survey,
                                               const char *key, const char *value, struct arena *arena,
                                               const struct question **ret_question, struct error *err);

#endif
