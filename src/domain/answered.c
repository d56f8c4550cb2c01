/* What was answered to a question: which counts are told, and its options with their shares, the most frequent first.
 */
#include "cxd/domain/answered.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cxd/domain/distribution.h"

static bool is_told(const struct question *question, int64_t min_n, int64_t all, int64_t count) {
    bool has_rule = question->show.bands != 0 || question->show.key;
    bool is_few_left = question->show.key && all - count > 0 && all - count < min_n;
    return min_n <= 0 || !has_rule || (all >= min_n && count >= min_n && !is_few_left);
}

bool question_figures_hold(const struct question_figures *figures, const struct survey *survey,
                           const struct question_show *show) {
    const struct question *question = figures->question;
    if (survey->min_n <= 0)
        return false;
    if (!figures->is_answered_told || (question->type == QUESTION_SCALE && figures->answered < survey->min_n))
        return true;
    for (size_t i = 0; i < figures->option_count; i++) {
        /* Of several choices it tells of all others, too, who ticked these alone. */
        bool is_meant = question->type == QUESTION_CHOICES;
        for (size_t j = 0; j < show->in_count; j++)
            is_meant = is_meant || strcmp(show->in[j], figures->options[i].value) == 0;
        if (is_meant && figures->options[i].segment->hidden[SEGMENT_WINDOW])
            return true;
    }
    return false;
}

/* Where the question has it; OPTION_OTHER behind all that it has, and what it has no more behind that. */
static size_t place_of(const struct question *question, const char *value) {
    size_t place = 0;
    while (place < question->option_count && strcmp(question->options[place].value, value) != 0)
        place++;
    return place < question->option_count || question_has_option(question, value) ? place : place + 1;
}

/* Of what is withheld the order tells nothing but the question's own. */
static int compare_options(const void *left, const void *right) {
    const struct option_figures *a = left, *b = right;
    bool a_hidden = a->segment->hidden[SEGMENT_WINDOW], b_hidden = b->segment->hidden[SEGMENT_WINDOW];
    int64_t a_n = a->segment->score.n, b_n = b->segment->score.n;
    int order = a_hidden - b_hidden;
    if (!order && !a_hidden)
        order = (a_n < b_n) - (a_n > b_n);
    if (!order)
        order = (a->place > b->place) - (a->place < b->place);
    return order ? order : strcmp(a->value, b->value);
}

static void sort_options(struct question_figures *figures) {
    if (figures->option_count > 0)
        qsort(figures->options, figures->option_count, sizeof *figures->options, compare_options);
}

/* What was answered, and by how many. */
static void hide_answers(struct question_figures *figures) {
    figures->is_answered_told = false;
    for (size_t i = 0; i < figures->option_count; i++)
        figures->options[i].segment->hidden[SEGMENT_WINDOW] = true;
    sort_options(figures);
}

void question_figures_tell(struct question_figures *figures, const struct survey *survey, int64_t all) {
    figures->is_asked_told = is_told(figures->question, survey->min_n, all, figures->asked);
    figures->is_answered_told = is_told(figures->question, survey->min_n, all, figures->answered);
    if (!figures->is_answered_told)
        hide_answers(figures);
}

void question_figures_withhold(struct question_figures *figures) {
    figures->is_asked_told = false;
    hide_answers(figures);
}

static void fill_share(struct option_figures *option, int64_t answered, double confidence) {
    int64_t n = histogram_count(&option->segment->parts[SEGMENT_WINDOW]);
    struct interval *interval = &option->interval;
    option->share = NAN;
    if (answered <= 0)
        return;
    option->share = 100 * (double)n / (double)answered;
    score_wilson(n, answered, -normal_quantile((1 - confidence) / 2), &interval->low, &interval->high);
    interval->low *= 100;
    interval->high *= 100;
    interval->known = true;
}

void question_figures_list(struct question_figures *figures, const struct segments *segments, double confidence) {
    const struct question *question = figures->question;
    figures->option_count = 0;
    for (size_t i = 0; i < segments->count; i++) {
        const char *value = segments->rows[i].values[0];
        if (!value)
            continue;
        struct option_figures *option = &figures->options[figures->option_count++];
        size_t place = place_of(question, value);
        *option = (struct option_figures){.value = value,
                                          .option = place < question->option_count ? &question->options[place] : NULL,
                                          .is_retired = place > question->option_count,
                                          .segment = &segments->rows[i],
                                          .place = place};
        fill_share(option, figures->answered, confidence);
    }
    sort_options(figures);
}
