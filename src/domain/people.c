/* Respondents of one window or two, told apart in one pass over their answers (docs/scoring.md §8). */
#include "cxd/domain/people.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_PERSONS = 256, NO_SCORE = -1 };

void people_init(struct respondents *people, const struct survey *survey, const struct hash_key keys[2],
                 const struct purse *purse) {
    *people = (struct respondents){.survey = survey, .keys = {keys[0], keys[1]}, .purse = *purse};
}

void people_free(struct respondents *people) {
    free(people->persons);
    free(people->slots);
    purse_release(&people->purse, &people->claim);
}

/* Where the person's position stands, or would. */
static uint32_t *slot_of(const struct respondents *people, const uint64_t name[2]) {
    size_t at = name[0] & (people->slot_count - 1);
    while (people->slots[at] != 0) {
        const struct respondent_tally *person = &people->persons[people->slots[at] - 1];
        if (person->name[0] == name[0] && person->name[1] == name[1])
            break;
        at = (at + 1) & (people->slot_count - 1);
    }
    return &people->slots[at];
}

static size_t bytes_of(size_t capacity) {
    return capacity * (sizeof(struct respondent_tally) + 2 * sizeof(uint32_t));
}

/* Twice as many persons, and four places for every two of them. */
static bool grow(struct respondents *people, size_t capacity) {
    struct respondent_tally *persons = reallocarray(people->persons, capacity, sizeof *persons);
    if (!persons)
        return false;
    people->persons = persons;
    uint32_t *slots = calloc(2 * capacity, sizeof *slots);
    if (!slots)
        return false;
    free(people->slots);
    people->slots = slots;
    people->slot_count = 2 * capacity;
    people->capacity = capacity;
    for (size_t i = 0; i < people->count; i++)
        *slot_of(people, persons[i].name) = (uint32_t)i + 1;
    return true;
}

/* While the places are moved there are the old ones too. */
static enum cxd_err make_room(struct respondents *people, struct error *err) {
    size_t capacity = people->capacity ? 2 * people->capacity : FIRST_PERSONS;
    if (!purse_claim(&people->purse, &people->claim, bytes_of(capacity) + people->slot_count * sizeof(uint32_t)))
        return purse_refuse(err);
    if (!grow(people, capacity))
        return error_set(err, ERR_NO_MEMORY, "no memory to tell respondents apart");
    return CXD_OK;
}

static enum cxd_err find(struct respondents *people, const char *respondent, struct respondent_tally **ret_person,
                         struct error *err) {
    size_t length = strlen(respondent);
    const uint64_t name[2] = {hash_keyed(&people->keys[0], respondent, length),
                              hash_keyed(&people->keys[1], respondent, length)};
    uint32_t *slot = people->slot_count > 0 ? slot_of(people, name) : NULL;
    if (slot && *slot != 0) {
        *ret_person = &people->persons[*slot - 1];
        return CXD_OK;
    }
    if (people->count == RESPONDENTS_MAX) {
        return error_set(err, ERR_BAD_PARAMETER,
                         "more than %d respondents would have to be told apart for this: choose a shorter window, or a "
                         "filter",
                         RESPONDENTS_MAX);
    }
    enum cxd_err code = people->count == people->capacity ? make_room(people, err) : CXD_OK;
    if (code != CXD_OK)
        return code;
    struct respondent_tally *person = &people->persons[people->count++];
    *person = (struct respondent_tally){.name = {name[0], name[1]}, .last = {NO_SCORE, NO_SCORE}};
    *slot_of(people, name) = (uint32_t)people->count;
    *ret_person = person;
    return CXD_OK;
}

int people_value(const struct survey *survey, int score) {
    enum band band = survey_band(survey, score);
    if (survey->method == METHOD_MEAN)
        return score;
    if (survey->method == METHOD_TOP_BOX)
        return band == BAND_FAVOURABLE;
    return (band == BAND_FAVOURABLE) - (band == BAND_UNFAVOURABLE);
}

enum cxd_err people_add(struct respondents *people, int side, const char *respondent, int score, struct error *err) {
    people->all[side].n[score]++;
    if (!respondent || respondent[0] == '\0') {
        people->anonymous[side].n[score]++;
        return CXD_OK;
    }
    struct respondent_tally *person = NULL;
    enum cxd_err code = find(people, respondent, &person, err);
    if (code != CXD_OK)
        return code;
    people->distinct[side] += person->answers[side] == 0;
    person->answers[side]++;
    person->sum[side] += people_value(people->survey, score);
    person->last[side] = (int8_t)score;
    return CXD_OK;
}

struct histogram people_latest(const struct respondents *people, int side) {
    struct histogram hist = people->anonymous[side];
    for (size_t i = 0; i < people->count; i++)
        if (people->persons[i].last[side] != NO_SCORE)
            hist.n[people->persons[i].last[side]]++;
    return hist;
}

int64_t people_clusters(const struct respondents *people, int side) {
    return people->distinct[side] + histogram_count(&people->anonymous[side]);
}
