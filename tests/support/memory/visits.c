/* Visits in memory: rows by walking, and everything counted anew at each question. */

#include <stdlib.h>
#include <string.h>

#include "cxd/base/clock.h"
#include "memory.h"

#define DAY_MS INT64_C(86400000)

static size_t size_of(const char *text) {
    return text ? strlen(text) + 1 : 0;
}

static const char *pack(char **next, const char *text) {
    char *copy = *next;
    if (!text)
        return NULL;
    *next = stpcpy(copy, text) + 1;
    return copy;
}

static struct memory_visit *block_visit(const struct impression *row, const char *name) {
    size_t size = sizeof(struct memory_visit) + row->property_count * sizeof(struct property) + size_of(name) +
                  size_of(row->touchpoint) + size_of(row->channel) + size_of(row->locale);
    for (size_t i = 0; i < row->property_count; i++)
        size += size_of(row->properties[i].key) + size_of(row->properties[i].value);
    struct memory_visit *block = malloc(size);
    if (!block)
        return NULL;
    struct property *properties = (struct property *)(block + 1);
    char *next = (char *)(properties + row->property_count);
    *block = (struct memory_visit){.row = *row, .name = row->is_unnamed ? NULL : pack(&next, name)};
    block->row.touchpoint = pack(&next, row->touchpoint);
    block->row.channel = pack(&next, row->channel);
    block->row.locale = pack(&next, row->locale);
    for (size_t i = 0; i < row->property_count; i++)
        properties[i] = (struct property){pack(&next, row->properties[i].key), pack(&next, row->properties[i].value)};
    block->row.properties = properties;
    return block;
}

static void find_rows(const struct memory_store *store, int64_t survey, int64_t day, const char *name,
                      struct visit_rows *ret_rows) {
    *ret_rows = (struct visit_rows){0};
    for (size_t i = 0; i < store->visits.count; i++) {
        const struct memory_visit *visit = store->visits.blocks[i];
        if (!visit || !visit->name || visit->row.survey != survey || strcmp(visit->name, name) != 0 ||
            visit->row.day < day - 1 || visit->row.day > day + 1 || visit->row.day < store->visits_from)
            continue;
        int64_t place = visit->row.day - day + VISIT_OWN;
        ret_rows->is_there[place] = true;
        ret_rows->rows[place] = visit->row;
        ret_rows->rows[place].number = (int64_t)i + 1;
    }
}

/* Rows that are there are written again, changed or not. */
static bool put_rows(struct memory_store *store, const struct visit_rows *before, const struct visit_rows *after,
                     const char *name) {
    struct memory_visit *blocks[VISIT_DAYS] = {0};
    bool done = true;
    for (size_t i = 0; i < VISIT_DAYS; i++) /* before anything that they are made of goes */
        if (after->is_there[i]) {
            blocks[i] = block_visit(&after->rows[i], name);
            done = done && blocks[i];
        }
    for (size_t i = 0; i < VISIT_DAYS; i++) {
        int64_t number = after->is_there[i] ? after->rows[i].number : before->rows[i].number;
        size_t at = number > 0 ? (size_t)number - 1 : store->visits.count;
        if (!done)
            free(blocks[i]);
        else if (before->is_there[i] || after->is_there[i])
            done = memory_swap(store, &store->visits, at, blocks[i]);
    }
    return done;
}

static bool put_shown(struct memory_store *store, int64_t survey, const char *key, int64_t from) {
    struct memory_shown *block = calloc(1, sizeof *block);
    if (block) {
        block->survey = survey;
        block->from = from;
        strncpy(block->key, key, sizeof block->key - 1);
    }
    return block && memory_swap(store, &store->shown, store->shown.count, block);
}

enum cxd_err memory_apply_event(struct memory_store *store, struct change *change, struct error *err) {
    const struct event *event = &change->as.event.value;
    struct property properties[SURVEY_PROPERTIES_MAX];
    struct visit_rows before, after;
    struct declared declared;
    bool done = memory_declared(store, event->survey, &store->scratch, &declared);
    if (done) {
        const struct impression fresh = impression_of_event(event, &declared, properties);
        find_rows(store, event->survey, fresh.day, event->visit, &before);
        after = before;
        decide_event(change, &fresh, store->visits_from, &after);
        if (change->outcome == OUTCOME_CREATED)
            done = put_rows(store, &before, &after, event->visit);
    }
    if (done && change->outcome == OUTCOME_CREATED && declared.reported_after == INT64_MAX)
        done = put_shown(store, event->survey, "", (int64_t)store->responses.count);
    if (done && change->outcome != OUTCOME_REFUSED && change->as.event.is_invited)
        done = memory_opened(store, event->survey, &change->as.event.response, false);
    return done ? CXD_OK : error_set(err, ERR_NO_MEMORY, "no memory to store a visit");
}

bool memory_expire(struct memory_store *store, struct change *change) {
    int64_t day = impression_day(change->as.expire.before_ms);
    size_t removed = 0;
    bool done = true;
    store->visits_from = day > store->visits_from ? day : store->visits_from;
    for (size_t i = 0; done && i < store->visits.count && removed < change->as.expire.limit; i++) {
        const struct memory_visit *visit = store->visits.blocks[i];
        if (!visit || visit->is_expired || visit->row.day >= store->visits_from)
            continue;
        struct memory_visit *block = block_visit(&visit->row, NULL);
        if (block)
            block->is_expired = true;
        done = block && memory_swap(store, &store->visits, i, block);
        removed++;
    }
    decide_expired(change, removed);
    return done;
}

static bool leave(struct memory_store *store, const struct response *response, bool was_answer,
                  enum impression_leave how) {
    struct property properties[SURVEY_PROPERTIES_MAX];
    struct visit_rows before, after;
    int64_t day = impression_day(response->answered_at);
    if (day < store->visits_from)
        return true;
    find_rows(store, response->survey, day, response->visit, &before);
    after = before;
    impression_leave(&after, response, was_answer, how, properties);
    return put_rows(store, &before, &after, response->visit);
}

static bool answer(struct memory_store *store, const struct response *response, const struct declared *declared) {
    struct property properties[SURVEY_PROPERTIES_MAX];
    struct visit_rows before, after;
    const struct impression fresh = impression_of_response(response, declared, properties);
    if (fresh.day < store->visits_from)
        return true;
    find_rows(store, response->survey, fresh.day, response->visit, &before);
    after = before;
    impression_answer(&after, &fresh);
    return put_rows(store, &before, &after, response->visit);
}

bool memory_visits_move(struct memory_store *store, const struct response *before, const struct response *after) {
    struct declared declared;
    if (!memory_declared(store, after ? after->survey : before->survey, &store->scratch, &declared))
        return false;
    return (!impression_is_answer(before, &declared) || leave(store, before, true, LEAVE_EXCLUDED)) &&
           (!impression_is_answer(after, &declared) || answer(store, after, &declared));
}

bool memory_visits_forget(struct memory_store *store, const struct response *response, enum impression_leave how) {
    struct declared declared;
    if (!response->visit)
        return true;
    bool done = memory_declared(store, response->survey, &store->scratch, &declared) &&
                leave(store, response, impression_is_answer(response, &declared), how);
    for (size_t i = 0; done && i < store->visits.count; i++) {
        const struct memory_visit *visit = store->visits.blocks[i];
        if (!visit || !visit->name || visit->row.survey != response->survey ||
            strcmp(visit->name, response->visit) != 0 || visit->row.answers + visit->row.next_answers > 0)
            continue;
        struct impression row = visit->row;
        row.is_unnamed = true;
        struct memory_visit *block = block_visit(&row, NULL);
        done = block && memory_swap(store, &store->visits, i, block);
    }
    return done;
}

int64_t memory_shown_from(const struct memory_store *store, int64_t survey, const char *key) {
    for (size_t i = 0; i < store->shown.count; i++) {
        const struct memory_shown *shown = store->shown.blocks[i];
        if (shown && shown->survey == survey && strcmp(shown->key, key) == 0)
            return shown->from;
    }
    return INT64_MAX;
}

static bool has_visits(const struct memory_store *store, int64_t survey) {
    for (size_t i = 0; i < store->visits.count; i++) {
        const struct memory_visit *visit = store->visits.blocks[i];
        if (visit && visit->row.survey == survey)
            return true;
    }
    return false;
}

/* Under no key stands when its reports began. */
static bool is_declared(const struct survey_record *survey, const char *key) {
    if (key[0] == '\0')
        return true;
    for (size_t i = 0; i < survey->property_count; i++)
        if (strcmp(survey->property_keys[i], key) == 0)
            return true;
    return false;
}

bool memory_visits_declare(struct memory_store *store, const struct survey_record *survey, int64_t now_ms) {
    int64_t from = has_visits(store, survey->number) ? impression_day(now_ms) + 1 : 0;
    bool done = true;
    for (size_t i = 0; done && i < store->shown.count; i++) {
        const struct memory_shown *shown = store->shown.blocks[i];
        if (shown && shown->survey == survey->number && !is_declared(survey, shown->key))
            done = memory_swap(store, &store->shown, i, NULL);
    }
    for (size_t i = 0; done && i < survey->property_count; i++) {
        if (memory_shown_from(store, survey->number, survey->property_keys[i]) != INT64_MAX)
            continue;
        done = put_shown(store, survey->number, survey->property_keys[i], from);
    }
    return done;
}

static bool put_deed(struct memory_store *store, int64_t survey, const struct id *response, enum impression_kind kind,
                     int64_t created_at) {
    struct memory_deed *block = malloc(sizeof *block);
    if (block)
        *block = (struct memory_deed){survey, *response, kind, created_at};
    return block && memory_swap(store, &store->deeds, store->deeds.count, block);
}

bool memory_invited(struct memory_store *store, const struct invitation_record *record) {
    return put_deed(store, record->survey, &record->response, IMPRESSION_INVITED, record->created_at);
}

static const struct memory_deed *find_deed(const struct memory_store *store, int64_t survey, const struct id *response,
                                           enum impression_kind kind) {
    const struct memory_deed *found = NULL; /* the last: a lapsed invitation may be made again */
    for (size_t i = 0; i < store->deeds.count; i++) {
        const struct memory_deed *deed = store->deeds.blocks[i];
        if (deed && deed->survey == survey && deed->kind == kind && id_compare(&deed->response, response) == 0)
            found = deed;
    }
    return found;
}

static size_t count_deeds(const struct memory_store *store, int64_t survey, const struct id *response,
                          enum impression_kind kind) {
    size_t count = 0;
    for (size_t i = 0; i < store->deeds.count; i++) {
        const struct memory_deed *deed = store->deeds.blocks[i];
        count += deed && deed->survey == survey && deed->kind == kind && id_compare(&deed->response, response) == 0;
    }
    return count;
}

bool memory_opened(struct memory_store *store, int64_t survey, const struct id *response, bool is_answered) {
    const struct memory_deed *made = find_deed(store, survey, response, IMPRESSION_INVITED);
    if (!made || memory_find_invitation(store, survey, response) == SIZE_MAX)
        return true;
    bool is_opened = find_deed(store, survey, response, IMPRESSION_OPENED) &&
                     find_deed(store, survey, response, IMPRESSION_OPENED)->created_at == made->created_at &&
                     count_deeds(store, survey, response, IMPRESSION_OPENED) ==
                         count_deeds(store, survey, response, IMPRESSION_INVITED);
    int64_t created_at = made->created_at;
    bool done = is_opened || put_deed(store, survey, response, IMPRESSION_OPENED, created_at);
    return done && (!is_answered || put_deed(store, survey, response, IMPRESSION_REPLIED, created_at));
}

static int64_t next_quarter(int64_t time_ms) {
    if (time_ms == TIME_MIN || time_ms == TIME_MAX)
        return time_ms;
    int64_t quarter = tier_bucket(TIER_QUARTER_HOUR, time_ms);
    return quarter == time_ms ? time_ms : quarter + tier_length_ms(TIER_QUARTER_HOUR);
}

static bool is_equal(const char *held, const char *wanted) {
    return !wanted || (held && strcmp(held, wanted) == 0);
}

static bool matches(const struct filter *filter, const struct impression *row) {
    if (row->survey != filter->survey || !is_equal(row->touchpoint, filter->touchpoint) ||
        !is_equal(row->channel, filter->channel) || !is_equal(row->locale, filter->locale))
        return false;
    const struct response like = {.properties = row->properties, .property_count = row->property_count};
    for (size_t i = 0; i < filter->property_count; i++) {
        const char *value = response_property(&like, filter->properties[i].key);
        if (!value || strcmp(value, filter->properties[i].value) != 0)
            return false;
    }
    return true;
}

static enum impressions_known judge(const struct memory_store *store, const struct filter *filter, size_t more,
                                    int64_t from) {
    size_t conditions = more + filter->property_count + !!filter->touchpoint + !!filter->channel + !!filter->locale;
    for (size_t i = 0; i < filter->property_count; i++) {
        int64_t day = memory_shown_from(store, filter->survey, filter->properties[i].key);
        if (day == INT64_MAX || (day > 0 && from < day * DAY_MS))
            return IMPRESSIONS_UNDECLARED;
    }
    bool is_old = store->visits_from > 0 && next_quarter(from) < store->visits_from * DAY_MS;
    return conditions > 1 && is_old ? IMPRESSIONS_EXPIRED : IMPRESSIONS_KNOWN;
}

/* The bucket of a time; count − 1: none. */
static size_t find_bucket(const struct memory_store *store, const int64_t *bounds, size_t count, int64_t time_ms) {
    int64_t rows_from = store->visits_from * DAY_MS;
    for (size_t i = 0; i + 1 < count; i++) {
        int64_t from = bounds[i] < rows_from ? next_quarter(bounds[i]) : bounds[i];
        int64_t to = bounds[i + 1] < rows_from ? next_quarter(bounds[i + 1]) : bounds[i + 1];
        if (from <= time_ms && time_ms < to)
            return i;
    }
    return count - 1;
}

static void count_all(const struct memory_store *store, const struct filter *filter, const int64_t *bounds,
                      size_t count, struct impressions *impressions) {
    for (size_t i = 0; i < store->visits.count; i++) {
        const struct memory_visit *visit = store->visits.blocks[i];
        if (!visit || !matches(filter, &visit->row))
            continue;
        const struct histogram counts = impression_counts(&visit->row);
        size_t at = find_bucket(store, bounds, count, visit->row.at);
        for (size_t k = 0; at + 1 < count && k < IMPRESSION_KINDS; k++)
            impressions[at].n[k] += counts.n[k];
    }
    bool is_total = !filter->touchpoint && !filter->channel && !filter->locale && filter->property_count == 0;
    for (size_t i = 0; is_total && i < store->deeds.count; i++) {
        const struct memory_deed *deed = store->deeds.blocks[i];
        int64_t moved[2] = {0, 0};
        for (size_t b = 0; deed && deed->survey == filter->survey && b + 1 < count; b++) {
            moved[0] = next_quarter(bounds[b]);
            moved[1] = next_quarter(bounds[b + 1]);
            if (moved[0] <= tier_bucket(TIER_QUARTER_HOUR, deed->created_at) &&
                tier_bucket(TIER_QUARTER_HOUR, deed->created_at) < moved[1])
                impressions[b].n[deed->kind]++;
        }
    }
}

bool memory_visits_extent(const struct memory_store *store, int64_t survey, int64_t *ret_first, int64_t *ret_last) {
    bool found = false;
    for (size_t i = 0; i < store->visits.count + store->deeds.count; i++) {
        const struct memory_visit *visit = i < store->visits.count ? store->visits.blocks[i] : NULL;
        const struct memory_deed *deed = i < store->visits.count ? NULL : store->deeds.blocks[i - store->visits.count];
        if ((!visit || visit->row.survey != survey) && (!deed || deed->survey != survey))
            continue;
        int64_t at = visit ? visit->row.at : deed->created_at;
        *ret_first = !found || at < *ret_first ? at : *ret_first;
        *ret_last = !found || at > *ret_last ? at : *ret_last;
        found = true;
    }
    return found;
}

enum cxd_err memory_read_impressions(struct store_reader *base, const struct filter *filter, const int64_t *bounds,
                                     size_t count, struct impressions *ret_impressions,
                                     enum impressions_known *ret_known, struct error *err) {
    struct memory_reader *reader = (struct memory_reader *)base;
    (void)err;
    if (count < 2)
        return CXD_OK;
    memory_enter(reader);
    memset(ret_impressions, 0, (count - 1) * sizeof *ret_impressions);
    count_all(reader->store, filter, bounds, count, ret_impressions);
    for (size_t i = 0; i + 1 < count; i++) {
        ret_known[i] = judge(reader->store, filter, 0, bounds[i]);
        if (ret_known[i] != IMPRESSIONS_KNOWN)
            ret_impressions[i] = (struct impressions){{0}};
    }
    memory_leave(reader);
    return CXD_OK;
}

static const char *value_of(const struct impression *row, const char *dimension) {
    const struct response like = {.properties = row->properties, .property_count = row->property_count};
    return strcmp(dimension, "touchpoint") == 0 ? row->touchpoint
           : strcmp(dimension, "channel") == 0  ? row->channel
           : strcmp(dimension, "locale") == 0   ? row->locale
                                                : response_property(&like, dimension + strlen(DIMENSION_PROPERTY));
}

static enum impressions_known judge_by(const struct memory_store *store, const struct filter *filter,
                                       const char *const *by, size_t by_count, int64_t from) {
    struct property properties[STORE_BY_MAX];
    struct filter of_by = {.survey = filter->survey, .properties = properties};
    for (size_t i = 0; i < by_count; i++)
        if (strncmp(by[i], DIMENSION_PROPERTY, strlen(DIMENSION_PROPERTY)) == 0)
            properties[of_by.property_count++] = (struct property){by[i] + strlen(DIMENSION_PROPERTY), ""};
    return judge(store, &of_by, 0, from) == IMPRESSIONS_UNDECLARED ? IMPRESSIONS_UNDECLARED
                                                                   : judge(store, filter, by_count, from);
}

enum cxd_err memory_visit_impressions(struct store_reader *base, const struct filter *filter, const char *const *by,
                                      size_t by_count, int64_t from, int64_t to, store_impressions_visit *visit,
                                      void *context, enum impressions_known *ret_known, struct error *err) {
    struct memory_reader *reader = (struct memory_reader *)base;
    const struct memory_store *store = reader->store;
    const int64_t bounds[] = {from, to};
    bool goes_on = true;
    (void)err;
    memory_enter(reader);
    *ret_known = judge_by(store, filter, by, by_count, from);
    for (size_t i = 0; goes_on && *ret_known == IMPRESSIONS_KNOWN && i < store->visits.count; i++) {
        const struct memory_visit *block = store->visits.blocks[i];
        const char *values[STORE_BY_MAX] = {NULL};
        if (!block || !matches(filter, &block->row) || find_bucket(store, bounds, 2, block->row.at) != 0)
            continue;
        const struct histogram counts = impression_counts(&block->row);
        struct impressions impressions;
        memcpy(impressions.n, counts.n, sizeof impressions.n);
        for (size_t k = 0; k < by_count; k++)
            values[k] = value_of(&block->row, by[k]);
        goes_on = visit(context, values, &impressions);
    }
    memory_leave(reader);
    return CXD_OK;
}
