#ifndef CXD_DOMAIN_JUDGE_H
#define CXD_DOMAIN_JUDGE_H

#include <stdbool.h>

#include "cxd/base/arena.h"
#include "cxd/base/compiler.h"
#include "cxd/domain/question.h"
#include "cxd/domain/response.h"

/* Answers to further questions, judged by what was asked (docs/scoring.md §14). */

/* By the questions and bands of `asked`: what is taken becomes canonical (by key in the order of bytes; of several
 * choices a list, in the order of bytes, distinct), all else is left out of response->answers and put in front of
 * response->sent.left_out. Of several choices those that are no option are left out, and the others are taken. What is
 * taken stays as it is where it is judged again by the same survey. Nothing that the response had is changed in its
 * place. False where memory is refused. */
CXD_NODISCARD bool response_judge_answers(struct response *response, const struct survey *asked, struct arena *arena);

/* Whether a question of `asked` was to be shown to who said the response, whose answers have been judged. */
bool question_is_shown(const struct survey *asked, const struct question *question, const struct response *response);

/* Whether it is, or has among others, an option's value, OPTION_OTHER, or a number as it is written. Of a text: that
 * very text. */
bool answer_is(const struct answer *answer, const char *value);

#endif
