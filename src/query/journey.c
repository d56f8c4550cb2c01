/* The stages of a journey side by side: their scores, and how many people of each did not come to the next. People are
 * told apart by a hash of their names, of 128 bits under a key of the question's own, and no name is kept. */
#include <stdlib.h>
#include <string.h>

#include "cxd/base/clock.h"
#include "cxd/base/hash.h"
#include "cxd/query/query.h"
#include "query/filter.h"

/* As many as fit in half a million slots, three quarters full. */
enum { PEOPLE_MAX = 393216, SLOTS_FIRST = 1 << 12 };

struct person {
    uint64_t name[2];
    int64_t first; /* answered_at of the first answer at the stage; TIME_MIN: came to the next one */
};

/* An open-addressed table, a power of two and at most three quarters full; an empty slot has a name of zeros. */
struct people {
    struct hash_key keys[2];
    struct purse purse;
    struct budget_claim claim;
    struct person *slots;
    size_t capacity;
    int64_t count, came;
    int64_t named, all;   /* answers that were gone through */
    bool is_full;         /* there are too many */
    enum cxd_err refusal; /* of memory; CXD_OK: none */
};

const char *loss_unknown_name(enum loss_unknown reason) {
    static const char *const NAMES[] = {
        [LOSS_KNOWN] = NULL,
        [LOSS_LAST_STAGE] = "last_stage",
        [LOSS_EMPTY] = "empty",
        [LOSS_NO_RESPONDENTS] = "no_respondents",
        [LOSS_NEXT_UNNAMED] = "next_without_respondents",
        [LOSS_SUPPRESSED] = "suppressed",
        [LOSS_TOO_MANY] = "too_many_people",
        [LOSS_TOO_LONG] = "too_many_answers",
    };
    return NAMES[reason];
}

static struct person *find_slot(const struct people *people, const uint64_t name[2]) {
    size_t mask = people->capacity - 1, at = name[0] & mask;
    while (people->slots[at].name[1] != 0 &&
           (people->slots[at].name[0] != name[0] || people->slots[at].name[1] != name[1]))
        at = (at + 1) & mask;
    return &people->slots[at];
}

static struct person *find(const struct people *people, const char *respondent, uint64_t ret_name[2]) {
    size_t length = strlen(respondent);
    ret_name[0] = hash_keyed(&people->keys[0], respondent, length);
    ret_name[1] = hash_keyed(&people->keys[1], respondent, length) | 1;
    return find_slot(people, ret_name);
}

/* While they are moved there are both. */
static enum cxd_err grow(struct people *people) {
    struct people larger = *people;
    larger.capacity = people->capacity ? 2 * people->capacity : SLOTS_FIRST;
    if (!purse_claim(&people->purse, &larger.claim, (people->capacity + larger.capacity) * sizeof *larger.slots))
        return ERR_QUESTION_MEMORY;
    larger.slots = calloc(larger.capacity, sizeof *larger.slots);
    if (!larger.slots) {
        people->claim = larger.claim;
        return ERR_NO_MEMORY;
    }
    for (size_t i = 0; i < people->capacity; i++)
        if (people->slots[i].name[1] != 0)
            *find_slot(&larger, people->slots[i].name) = people->slots[i];
    free(people->slots);
    *people = larger;
    return CXD_OK;
}

/* In the order of time: the first that is seen of a person is the first. */
static bool meet(void *context, const struct response *response) {
    struct people *people = context;
    uint64_t name[2];
    people->all++;
    if (!response->respondent)
        return true;
    people->named++;
    struct person *person = people->capacity > 0 ? find(people, response->respondent, name) : NULL;
    if (person && person->name[1] != 0)
        return true;
    people->is_full = people->count == PEOPLE_MAX;
    if (people->is_full)
        return false;
    if (4 * ((size_t)people->count + 1) > 3 * people->capacity) {
        people->refusal = grow(people);
        if (people->refusal != CXD_OK)
            return false;
        person = find(people, response->respondent, name);
    }
    people->count++;
    *person = (struct person){{name[0], name[1]}, response->answered_at};
    return true;
}

static bool meet_again(void *context, const struct response *response) {
    struct people *people = context;
    uint64_t name[2];
    people->all++;
    if (!response->respondent)
        return true;
    people->named++;
    struct person *person = find(people, response->respondent, name);
    if (person->name[1] != 0 && person->first != TIME_MIN && person->first <= response->answered_at) {
        person->first = TIME_MIN;
        people->came++;
    }
    return true;
}

/* What the engine breaks off, since it would take too long, is no error of the whole question. */
static enum cxd_err visit(struct store_reader *reader, const struct filter *filter, const struct window *window,
                          store_response_visit *each, struct people *people, bool *ret_too_long, struct error *err) {
    people->named = people->all = 0;
    if (window->from >= window->to)
        return CXD_OK;
    enum cxd_err result =
        store_visit_responses(reader, filter, window->from, window->to, GIVE_RESPONDENT, each, people, err);
    *ret_too_long = result == ERR_BAD_PARAMETER;
    return *ret_too_long ? CXD_OK : result;
}

/* At two stages, of which the next is without the filter. */
static enum cxd_err lose(struct store_reader *reader, const struct filter *filter, const struct filter *next,
                         const struct window *window, int64_t min_n, struct people *people, struct journey_loss *loss,
                         struct error *err) {
    const struct window since = {.from = window->from, .to = TIME_MAX};
    bool too_long = false;
    enum cxd_err result = visit(reader, filter, window, meet, people, &too_long, err);
    if (result == CXD_OK && people->refusal != CXD_OK)
        result = people->refusal == ERR_NO_MEMORY ? error_set(err, ERR_NO_MEMORY, "no memory to tell people apart")
                                                  : purse_refuse(err);
    if (result != CXD_OK)
        return result;
    loss->people = people->count;
    loss->reason = too_long                ? LOSS_TOO_LONG
                   : people->is_full       ? LOSS_TOO_MANY
                   : people->all == 0      ? LOSS_EMPTY
                   : people->named == 0    ? LOSS_NO_RESPONDENTS
                   : people->count < min_n ? LOSS_SUPPRESSED
                                           : LOSS_KNOWN;
    if (loss->reason != LOSS_KNOWN)
        return CXD_OK;
    result = visit(reader, next, &since, meet_again, people, &too_long, err);
    loss->lost = people->count - people->came;
    if (too_long)
        loss->reason = LOSS_TOO_LONG;
    else if (people->named == 0 && people->all > 0)
        loss->reason = LOSS_NEXT_UNNAMED;
    return result;
}

static enum cxd_err read_losses(struct store_reader *reader, const struct journey *journey,
                                const struct survey *const *surveys, const struct score_question *question,
                                struct journey_answer *answer, struct error *err) {
    enum cxd_err result = CXD_OK;
    answer->losses[journey->stage_count - 1].reason = LOSS_LAST_STAGE;
    for (size_t i = 0; result == CXD_OK && i + 1 < journey->stage_count; i++) {
        const struct filter all = {.touchpoint = journey->stages[i + 1].touchpoint};
        struct filter filter = filter_complete(&question->filter, surveys[i]);
        struct filter next = filter_complete(&all, surveys[i + 1]);
        int64_t min_n = surveys[i]->min_n > surveys[i + 1]->min_n ? surveys[i]->min_n : surveys[i + 1]->min_n;
        filter.touchpoint = journey->stages[i].touchpoint;
        struct people people = {.purse = question->purse};
        if (hash_key_make(&people.keys[0]) && hash_key_make(&people.keys[1]))
            result = lose(reader, &filter, &next, &answer->scores[i].window, min_n, &people, &answer->losses[i], err);
        else
            result = error_set(err, ERR_SYSTEM, "the system gave no random bytes");
        free(people.slots);
        purse_release(&people.purse, &people.claim);
    }
    return result;
}

static void find_steepest(const struct journey *journey, const struct survey *const *surveys,
                          struct journey_answer *answer) {
    answer->steepest = -1;
    answer->drop = 0;
    for (size_t i = 1; i < journey->stage_count; i++) {
        const struct score *before = &answer->scores[i - 1].score, *here = &answer->scores[i].score;
        if (!before->known || !here->known)
            continue;
        double drop = journey_position(surveys[i - 1], before->value) - journey_position(surveys[i], here->value);
        if (drop > answer->drop) {
            answer->drop = drop;
            answer->steepest = (int)i;
        }
    }
}

enum cxd_err query_journey(struct store_reader *reader, const struct journey *journey,
                           const struct survey *const *surveys, const struct score_question *question,
                           struct journey_answer *ret_answer, struct error *err) {
    enum cxd_err result = CXD_OK;
    memset(ret_answer->losses, 0, sizeof ret_answer->losses);
    for (size_t i = 0; result == CXD_OK && i < journey->stage_count; i++) {
        struct score_question own = *question;
        own.survey = surveys[i];
        own.pool = (struct pool){0};
        own.filter.touchpoint = journey->stages[i].touchpoint;
        result = query_score_within(reader, &own, &ret_answer->scores[i], err);
    }
    if (result == CXD_OK)
        result = read_losses(reader, journey, surveys, question, ret_answer, err);
    if (result == CXD_OK)
        find_steepest(journey, surveys, ret_answer);
    return result;
}
