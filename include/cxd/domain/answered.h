#ifndef CXD_DOMAIN_ANSWERED_H
#define CXD_DOMAIN_ANSWERED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/domain/question.h"
#include "cxd/domain/score.h"
#include "cxd/domain/segments.h"

/* What was answered to a question behind a survey's score (docs/scoring.md §14). */

/* An option of a closed list, or OPTION_OTHER. */
struct option_figures {
    const char *value;
    const struct question_option *option; /* its texts, of the latest revision with it; NULL: OPTION_OTHER */
    size_t place;                         /* among the question's; OPTION_OTHER and what is retired behind them */
    bool is_retired;                      /* the question has it no more */
    struct segment *segment;              /* the survey's score among who chose it; hidden[SEGMENT_WINDOW]: only the
                                           * value is shown */
    double share;                         /* of those who answered, in percent; NaN where nobody did */
    struct interval interval;             /* of it */
};

struct question_figures {
    const struct question *question; /* as the survey has it, or had it last */
    bool is_removed;
    bool is_asked_told, is_answered_told; /* else withheld, and without the latter all that was answered */
    int64_t asked;                        /* to whom it was to be shown, of the answers that count */
    int64_t answered;                     /* who answered it: people, and not ticks */
    /* QUESTION_SCALE: as a survey's */
    struct survey scoring;
    struct histogram hist;
    struct score score;
    /* QUESTION_CHOICE, QUESTION_CHOICES: the most frequent first, then by their place in the question; what is withheld
     * behind all others */
    struct option_figures *options;
    size_t option_count;
};

/* Fills in what is told of the counts, and withholds options where it is not told how many answered: what a rule of
 * showing tells of other answers is told where these would be (docs/scoring.md §6). `all`: the answers of the window.
 */
void question_figures_tell(struct question_figures *figures, const struct survey *survey, int64_t all);

/* Withholds both counts, and so what was answered. */
void question_figures_withhold(struct question_figures *figures);

/* Whether to whom a question is shown by what was answered to this one, as `show` has it, would tell of what is
 * withheld of it; and so whether the other's counts are to be withheld too. */
bool question_figures_hold(const struct question_figures *figures, const struct survey *survey,
                           const struct question_show *show);

/* Lists the options in their order, with their shares, out of the table by the answers that segments_judge made.
 * `figures` has question and answered, and room for as many options as there are rows. What is no option any more has
 * no texts yet. The options point to the rows. */
void question_figures_list(struct question_figures *figures, const struct segments *segments, double confidence);

#endif
