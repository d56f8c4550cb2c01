#ifndef CXD_STORE_ANSWERED_H
#define CXD_STORE_ANSWERED_H

#include "store/dimensions.h"

/* What answers to further questions count in, beside the dimensions of their response (docs/design.md §3):
 *
 * - "answer.KEY" of the survey, by what was answered (an option, OPTION_OTHER, a number): the scores of those who did;
 *   of several choices and of texts the value "" has all who answered;
 * - "revision", of what answered one that has questions, and "asked.KEY", with the value "", of those to whom a
 * question that hangs on another answer was to be shown: their scores;
 * - of a question on a scale, under a number of its own: the answers, in the total and in the dimensions that the
 *   response counts in.
 *
 * All of that has the tiers of all time and of UTC days alone. */

/* The number that the answers to a question on a scale lie under, and whose number it is: of a survey's, its own. */
int64_t answered_number(int64_t survey, int slot);
int64_t answered_survey(int64_t number);

/* Whether a dimension of a number has but these two tiers. */
bool answered_is_coarse(int64_t number, const char *dimension);

/* Whether its values are of the survey's own lists, and no stranger's: as many have rollups as there are. */
bool answered_is_listed(int64_t number, const char *dimension);

/* Dimensions that a response counts in with one score. */
struct answered {
    int64_t number;
    struct dimension *dimensions; /* whoever is given them may change the array */
    size_t count;
    int score; /* of the response, or what it answers on a scale */
};
/* False ends it. What is given, texts included, lives until this returns. */
typedef bool answered_visit(void *context, const struct answered *answered);

/* Visits all that a response with answers counts in. `asked` is its survey as the revision that it answered has it;
 * NULL: that had no questions, or is not known. Answers to what is not among the declared questions count in nothing.
 * False where a visit was. Whether the response counts is not looked at. */
bool answered_walk(const struct response *response, const struct declared *declared, const struct survey *asked,
                   answered_visit *visit, void *context);

/* Whether it is on a scale; then `answered` gets number and score that it counts with. */
bool answered_on_scale(const struct answer *answer, const struct declared *declared, int64_t survey,
                       struct answered *answered);

#endif
