/* What needs respondents told apart (docs/scoring.md §8): every response of the windows is read, once. How long that
 * may take the store bounds, and how many people it may tell apart domain/people.h. */
#include "query/people.h"

#include "query/filter.h"
#include "query/settle.h"

bool people_asked(const struct score_question *question) {
    return question->respondents || question->latest || question->clustered;
}

struct reading {
    struct respondents *people;
    int side;
    enum cxd_err code;
    struct error *err;
};

static bool take(void *context, const struct response *response) {
    struct reading *reading = context;
    reading->code = people_add(reading->people, reading->side, response->respondent, response->score, reading->err);
    return reading->code == CXD_OK;
}

static enum cxd_err read_side(struct store_reader *reader, const struct filter *filter, const struct window *window,
                              struct respondents *people, int side, struct error *err) {
    struct reading reading = {.people = people, .side = side, .err = err};
    if (window->from >= window->to) /* cut in its first moment */
        return CXD_OK;
    enum cxd_err result =
        store_visit_responses(reader, filter, window->from, window->to, GIVE_RESPONDENT, take, &reading, err);
    return result == CXD_OK ? reading.code : result;
}

static enum cxd_err begin(struct respondents *people, const struct score_question *question, struct error *err) {
    struct hash_key keys[2] = {{{0}}};
    bool made = hash_key_make(&keys[0]) && hash_key_make(&keys[1]);
    people_init(people, question->survey, keys, &question->purse);
    return made ? CXD_OK : error_set(err, ERR_SYSTEM, "the system gave no random bytes");
}

static struct histogram counted(const struct score_question *question, const struct respondents *people, int side) {
    return question->latest ? people_latest(people, side) : people->all[side];
}

/* By the latest answers a respondent is a cluster of one. */
static void keep_latest(struct respondents *people) {
    for (int side = 0; side < PEOPLE_SIDES; side++) {
        people->all[side] = people_latest(people, side);
        for (size_t i = 0; i < people->count; i++) {
            struct respondent_tally *person = &people->persons[i];
            if (person->answers[side] == 0)
                continue;
            person->answers[side] = 1;
            person->sum[side] = people_value(people->survey, person->last[side]);
        }
    }
}

/* The window itself, side 0 of `people`. */
static void settle_own(const struct score_question *question, struct respondents *people, struct score_answer *answer) {
    answer->answers = histogram_count(&people->all[0]);
    answer->distinct = people->distinct[0];
    answer->anonymous = histogram_count(&people->anonymous[0]);
    answer->has_people = true;
    answer->hist = counted(question, people, 0);
    score_compute(question->survey, &answer->hist, question->confidence, &answer->score);
}

static void compare(const struct score_question *question, struct respondents *people, struct score_answer *answer) {
    const struct histogram own = counted(question, people, 0), other = counted(question, people, 1);
    const struct comparison_terms terms = {
        .confidence = question->confidence,
        .alpha = question->alpha,
        .overlap = window_overlaps(&answer->compared_window, &answer->previous_window),
        .own = answer->is_cut ? NULL : &answer->score,
    };
    score_compare(question->survey, &own, &other, &terms, &answer->previous);
    if (question->latest)
        keep_latest(people);
    if (question->clustered)
        people_cluster_comparison(people, question->confidence, &answer->previous);
}

static void finish_own(const struct score_question *question, struct respondents *people, struct score_answer *answer) {
    if (question->latest)
        keep_latest(people);
    if (question->clustered)
        people_cluster(people, 0, &answer->score);
    else if (question->use_t)
        score_use_t(question->survey, &answer->hist, &answer->score);
}

static enum cxd_err answer_in(struct store_reader *reader, const struct score_question *question,
                              struct respondents *people, struct score_answer *answer, struct error *err) {
    const struct filter filter = filter_complete(&question->filter, question->survey);
    enum cxd_err result = read_side(reader, &filter, &answer->window, people, 0, err);
    if (result != CXD_OK)
        return result;
    settle_own(question, people, answer);
    if (answer->is_cut) { /* what is compared is another side than what is shown */
        const struct hash_key keys[2] = {people->keys[0], people->keys[1]};
        finish_own(question, people, answer);
        people_free(people);
        people_init(people, question->survey, keys, &question->purse);
        result = read_side(reader, &filter, &answer->compared_window, people, 0, err);
    }
    if (result == CXD_OK && answer->has_previous)
        result = read_side(reader, &filter, &answer->previous_window, people, 1, err);
    if (result != CXD_OK)
        return result;
    if (answer->has_previous)
        compare(question, people, answer);
    if (!answer->is_cut)
        finish_own(question, people, answer);
    return CXD_OK;
}

enum cxd_err people_answer(struct store_reader *reader, const struct score_question *question,
                           struct score_answer *answer, struct error *err) {
    struct respondents people;
    enum cxd_err result = begin(&people, question, err);
    if (result == CXD_OK)
        result = answer_in(reader, question, &people, answer, err);
    people_free(&people);
    return result;
}

static enum cxd_err read_both(struct store_reader *reader, const struct score_question *question,
                              const struct score_answer *windows, struct respondents *people, struct error *err) {
    const struct filter filter = filter_complete(&question->filter, question->survey);
    enum cxd_err result = store_reader_begin(reader, err);
    if (result != CXD_OK)
        return result;
    result = read_side(reader, &filter, &windows->compared_window, people, 0, err);
    if (result == CXD_OK)
        result = read_side(reader, &filter, &windows->previous_window, people, 1, err);
    store_reader_end(reader);
    return result;
}

enum cxd_err query_movement(struct store_reader *reader, const struct score_question *question,
                            struct movement_answer *ret_answer, struct error *err) {
    struct movement_answer answer = {.windows = {.window = question->window, .has_previous = true}};
    struct respondents people;
    enum cxd_err result = settle_windows(question, &answer.windows, err);
    if (result != CXD_OK)
        return result;
    result = begin(&people, question, err);
    if (result == CXD_OK)
        result = read_both(reader, question, &answer.windows, &people, err);
    if (result == CXD_OK) {
        bool overlap = window_overlaps(&answer.windows.compared_window, &answer.windows.previous_window);
        people_movement(&people, overlap, question->alpha, &answer.movement);
        for (int side = 0; side < PEOPLE_SIDES; side++) {
            answer.distinct[side] = people.distinct[side];
            answer.anonymous[side] = histogram_count(&people.anonymous[side]);
        }
        *ret_answer = answer;
    }
    people_free(&people);
    return result;
}
