/* What was answered to the questions behind a score: how many were asked, how many answered, and what. Out of one state
 * of the store. Without a filter all of it is read from rollups, else by scans. */
#include "cxd/query/questions.h"

#include <stdio.h>
#include <string.h>

#include "query/filter.h"
#include "query/gather.h"
#include "query/past.h"
#include "query/shown.h"

enum { DIMENSION_SIZE = sizeof "answer." + QUESTION_KEY_CHARACTERS_MAX };

/* While it is read. */
struct inquiry {
    struct store_reader *reader;
    struct score_question question;
    struct arena *arena;
    struct score_answer whole;
    struct past *revisions; /* that answers of the window are to, ascending */
    size_t revision_count;
};

static enum cxd_err no_memory(struct error *err) {
    return error_set(err, ERR_NO_MEMORY, "no memory for what was answered to questions");
}

/* --- Whom it was to be shown ------------------------------------------------------------------------------------- */

/* Who was to be shown it by the score alone; *ret_depends: others by what they answered. The key makes it the same
 * question, as in rollups: of one that was never answered the type may have changed. */
static int64_t count_by_band(const struct inquiry *inquiry, const struct question *question, bool *ret_depends) {
    int64_t asked = 0;
    *ret_depends = false;
    for (size_t i = 0; i < inquiry->revision_count; i++) {
        const struct past *past = &inquiry->revisions[i];
        const struct question *asks = past->survey ? survey_question(past->survey, question->key) : NULL;
        if (asks && asks->show.key)
            *ret_depends = true;
        else if (asks)
            asked += shown_by_band(past->survey, &asks->show, &past->hist);
    }
    return asked;
}

static enum cxd_err count_asked(struct inquiry *inquiry, const struct question *question, int64_t *ret_asked,
                                struct error *err) {
    bool depends;
    int64_t more = 0;
    enum cxd_err result = CXD_OK;
    *ret_asked = count_by_band(inquiry, question, &depends);
    if (depends)
        result = shown_count(inquiry->reader, &inquiry->question, &inquiry->whole.window, question, inquiry->revisions,
                             inquiry->revision_count, inquiry->arena, &more, err);
    *ret_asked += more;
    return result;
}

/* --- Options ------------------------------------------------------------------------------------------------------ */

static const struct question_option *option_of(const struct question *question, const char *value) {
    const struct question_option *option = NULL;
    for (size_t i = 0; question && i < question->option_count; i++)
        if (strcmp(question->options[i].value, value) == 0)
            option = &question->options[i];
    return option;
}

/* The question of the revision, where it has options as this one has. */
static const struct question *find_same(const struct past *past, const struct question *question) {
    const struct question *same = past->survey ? survey_question(past->survey, question->key) : NULL;
    return same && same->type == question->type ? same : NULL;
}

/* What is no option any more, as the latest revision has it that has it. */
static const struct question_option *find_option(const struct inquiry *inquiry, const struct question *question,
                                                 const char *value) {
    const struct question_option *option = NULL;
    for (size_t i = inquiry->revision_count; !option && i-- > 0;)
        option = option_of(find_same(&inquiry->revisions[i], question), value);
    return option;
}

/* An option that nobody chose is one all the same. */
static bool add_unchosen(const struct question *question, struct values *values) {
    bool done = true;
    values->most = SEGMENTS_VALUES_MAX;
    for (size_t i = 0; done && i < question->option_count; i++)
        done = values_find(values, &question->options[i].value) != NULL;
    if (done && question->other) {
        const char *const other = OPTION_OTHER;
        done = values_find(values, &other) != NULL;
    }
    return done;
}

/* The table of segments by the answers, of which those who did not answer are a row too. */
static enum cxd_err read_table(struct inquiry *inquiry, struct question_figures *figures, struct segments *segments,
                               struct error *err) {
    const struct question *question = figures->question;
    struct segments_question table = {.score = inquiry->question, .asked = {question}, .by_count = 1};
    static const char *const UNSET[SEGMENT_DIMENSIONS_MAX] = {NULL};
    char by[DIMENSION_SIZE];
    struct values values;
    snprintf(by, sizeof by, "answer.%s", question->key);
    table.by[0] = by;
    enum cxd_err result = values_init(&values, 1, SEGMENTS_VALUES_MAX, inquiry->arena, err);
    if (result == CXD_OK)
        result = gather_rows(inquiry->reader, &table, &inquiry->whole, &values, err);
    if (result != CXD_OK)
        return result;
    const struct segment *unset = values_look(&values, UNSET);
    figures->answered = inquiry->whole.score.n - (unset ? histogram_count(&unset->parts[SEGMENT_WINDOW]) : 0);
    if (question->type != QUESTION_TEXT && !add_unchosen(question, &values))
        return no_memory(err);
    *segments = (struct segments){.rows = values.rows,
                                  .count = values.count,
                                  .beyond = values.beyond,
                                  .overall = inquiry->whole.hist,
                                  .n = {inquiry->whole.score.n}};
    return CXD_OK;
}

static enum cxd_err read_options(struct inquiry *inquiry, struct question_figures *figures, struct error *err) {
    struct segments segments;
    enum cxd_err result = read_table(inquiry, figures, &segments, err);
    if (result != CXD_OK || figures->question->type == QUESTION_TEXT)
        return result;
    const struct segments_terms terms = {.survey = inquiry->question.survey,
                                         .confidence = inquiry->question.confidence,
                                         .alpha = inquiry->question.alpha,
                                         .limit = segments.count + 1,
                                         .overlaps = figures->question->type == QUESTION_CHOICES,
                                         .answered = true};
    figures->options = arena_alloc_zero(inquiry->arena, segments.count + 1, sizeof *figures->options);
    if (!figures->options || !segments_judge(&terms, &segments))
        return no_memory(err);
    question_figures_list(figures, &segments, inquiry->question.confidence);
    for (size_t i = 0; i < figures->option_count; i++)
        if (!figures->options[i].option)
            figures->options[i].option = find_option(inquiry, figures->question, figures->options[i].value);
    return CXD_OK;
}

static enum cxd_err read_scale(struct inquiry *inquiry, struct question_figures *figures, struct error *err) {
    const struct window *window = &inquiry->whole.window;
    const int64_t bounds[2] = {window->from, window->to};
    struct filter filter = filter_complete(&inquiry->question.filter, inquiry->question.survey);
    enum cxd_err result = CXD_OK;
    filter.question = figures->question->key;
    if (window->from < window->to)
        result = store_read_histograms(inquiry->reader, &filter, bounds, 2, &figures->hist, err);
    if (result != CXD_OK)
        return result;
    figures->answered = histogram_count(&figures->hist);
    figures->scoring = question_scoring(inquiry->question.survey, figures->question);
    score_compute(&figures->scoring, &figures->hist, inquiry->question.confidence, &figures->score);
    return CXD_OK;
}

/* --- Which questions ---------------------------------------------------------------------------------------------- */

static enum cxd_err read_figures(struct inquiry *inquiry, struct question_figures *figures, struct error *err) {
    enum cxd_err result = figures->question->type == QUESTION_SCALE ? read_scale(inquiry, figures, err)
                                                                    : read_options(inquiry, figures, err);
    if (result == CXD_OK)
        result = count_asked(inquiry, figures->question, &figures->asked, err);
    question_figures_tell(figures, inquiry->question.survey, inquiry->whole.score.n);
    return result;
}

static bool is_listed(const struct questions_answer *answer, const char *key) {
    bool is_there = false;
    for (size_t i = 0; i < answer->count; i++)
        is_there = is_there || strcmp(answer->questions[i].question->key, key) == 0;
    return is_there;
}

/* Each as the latest revision has it that has it. */
static void list_removed(const struct inquiry *inquiry, struct questions_answer *answer) {
    for (size_t i = inquiry->revision_count; i-- > 0;) {
        const struct survey *past = inquiry->revisions[i].survey;
        for (size_t j = 0; past && j < past->question_count; j++)
            if (!is_listed(answer, past->questions[j].key))
                answer->questions[answer->count++] =
                    (struct question_figures){.question = &past->questions[j], .is_removed = true};
    }
}

static enum cxd_err list_questions(const struct inquiry *inquiry, struct questions_answer *answer, struct error *err) {
    const struct survey *survey = inquiry->question.survey;
    size_t most = survey->question_count;
    for (size_t i = 0; i < inquiry->revision_count; i++)
        most += inquiry->revisions[i].survey ? inquiry->revisions[i].survey->question_count : 0;
    answer->questions = arena_alloc_zero(inquiry->arena, most + 1, sizeof *answer->questions);
    if (!answer->questions)
        return no_memory(err);
    for (size_t i = 0; i < survey->question_count; i++)
        answer->questions[answer->count++].question = &survey->questions[i];
    list_removed(inquiry, answer);
    return CXD_OK;
}

static enum cxd_err find_question(const struct inquiry *inquiry, const char *key, struct questions_answer *answer,
                                  struct error *err) {
    const struct question *question = survey_question(inquiry->question.survey, key);
    bool is_removed = !question;
    enum cxd_err result = CXD_OK;
    if (is_removed)
        result =
            query_past_question(inquiry->reader, inquiry->question.survey, key, NULL, inquiry->arena, &question, err);
    if (result != CXD_OK || !question)
        return result;
    answer->questions = arena_alloc_zero(inquiry->arena, 1, sizeof *answer->questions);
    if (!answer->questions)
        return no_memory(err);
    answer->questions[0] = (struct question_figures){.question = question, .is_removed = is_removed};
    answer->count = 1;
    return CXD_OK;
}

/* Of what is not asked any more only what was answered is of interest. */
static void drop_unanswered(struct questions_answer *answer) {
    size_t kept = 0;
    for (size_t i = 0; i < answer->count; i++)
        if (!answer->questions[i].is_removed || answer->questions[i].answered > 0)
            answer->questions[kept++] = answer->questions[i];
    answer->count = kept;
}

/* --- min_n -------------------------------------------------------------------------------------------------------- */

/* As the revision has it, if by what was answered to another question. */
static const struct question_show *find_show(const struct past *past, const char *key) {
    const struct question *asks = past->survey ? survey_question(past->survey, key) : NULL;
    return asks && asks->show.key ? &asks->show : NULL;
}

static bool is_following(const struct inquiry *inquiry, const char *key) {
    bool follows = false;
    for (size_t i = 0; i < inquiry->revision_count; i++)
        follows = follows || find_show(&inquiry->revisions[i], key);
    return follows;
}

/* Whether it would tell what is withheld of one that it follows upon, in any revision. */
static bool would_tell(const struct inquiry *inquiry, const struct questions_answer *answer, const char *key) {
    for (size_t i = 0; i < inquiry->revision_count; i++) {
        const struct question_show *show = find_show(&inquiry->revisions[i], key);
        for (size_t j = 0; show && j < answer->count; j++)
            if (strcmp(answer->questions[j].question->key, show->key) == 0 &&
                question_figures_hold(&answer->questions[j], inquiry->question.survey, show))
                return true;
    }
    return false;
}

/* What is withheld withholds of what follows upon it, in whatever order revisions have them. */
static void withhold_what_follows(const struct inquiry *inquiry, struct questions_answer *answer) {
    bool changed = true;
    while (changed) {
        changed = false;
        for (size_t i = 0; i < answer->count; i++) {
            struct question_figures *figures = &answer->questions[i];
            if ((figures->is_asked_told || figures->is_answered_told) &&
                would_tell(inquiry, answer, figures->question->key)) {
                question_figures_withhold(figures);
                changed = true;
            }
        }
    }
}

/* Of all, the one that was asked for. */
static void keep_one(struct questions_answer *answer, const char *key) {
    size_t kept = 0;
    for (size_t i = 0; i < answer->count; i++)
        if (strcmp(answer->questions[i].question->key, key) == 0)
            answer->questions[kept++] = answer->questions[i];
    answer->count = kept;
}

static enum cxd_err read_all(struct inquiry *inquiry, const char *key, struct questions_answer *answer,
                             struct error *err) {
    /* What is withheld of others is known where these are read too. */
    bool is_alone = key && (inquiry->question.survey->min_n <= 0 || !is_following(inquiry, key));
    enum cxd_err result = is_alone ? find_question(inquiry, key, answer, err) : list_questions(inquiry, answer, err);
    for (size_t i = 0; result == CXD_OK && i < answer->count; i++)
        result = read_figures(inquiry, &answer->questions[i], err);
    if (result != CXD_OK)
        return result;
    withhold_what_follows(inquiry, answer);
    if (key)
        keep_one(answer, key);
    else
        drop_unanswered(answer);
    return CXD_OK;
}

static enum cxd_err read_state(struct inquiry *inquiry, const char *key, struct questions_answer *answer,
                               struct error *err) {
    enum cxd_err result = query_score_within(inquiry->reader, &inquiry->question, &inquiry->whole, err);
    if (result == CXD_OK)
        result = shown_revisions(inquiry->reader, &inquiry->question, &inquiry->whole.window, inquiry->arena,
                                 &inquiry->revisions, &inquiry->revision_count, err);
    if (result == CXD_OK)
        result = past_read(inquiry->reader, inquiry->question.survey, inquiry->revisions, inquiry->revision_count,
                           inquiry->arena, err);
    if (result == CXD_OK)
        result = read_all(inquiry, key, answer, err);
    return result;
}

enum cxd_err query_questions(struct store_reader *reader, const struct score_question *question, const char *key,
                             struct arena *arena, struct questions_answer *ret_answer, struct error *err) {
    struct inquiry inquiry = {.reader = reader, .question = *question, .arena = arena};
    struct questions_answer answer = {.count = 0};
    inquiry.question.compare = COMPARE_NONE;
    inquiry.question.without_rate = true;
    enum cxd_err result = store_reader_begin(reader, err);
    if (result != CXD_OK)
        return result;
    result = read_state(&inquiry, key, &answer, err);
    store_reader_end(reader);
    if (result != CXD_OK)
        return result;
    answer.whole = inquiry.whole;
    *ret_answer = answer;
    return CXD_OK;
}
