/* Reading the memory engine: every answer is found by walking the responses. Copies are made while the
 * lock is held. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "memory.h"
#include "store/copy.h"

static bool is_equal(const char *held, const char *wanted) {
    return !wanted || (held && strcmp(held, wanted) == 0);
}

static bool matches(const struct filter *filter, const struct response *response) {
    if (response->survey != filter->survey || !is_equal(response->touchpoint, filter->touchpoint) ||
        !is_equal(response->channel, filter->channel) || !is_equal(response->locale, filter->locale))
        return false;
    for (size_t i = 0; i < filter->property_count; i++) {
        const char *value = response_property(response, filter->properties[i].key);
        if (!value || strcmp(value, filter->properties[i].value) != 0)
            return false;
    }
    return memory_answers_match(filter, response);
}

/* The bucket that holds a time of [bounds[0], bounds[count − 1]): the last whose start is not after it. */
static size_t find_bucket(const int64_t *bounds, size_t count, int64_t time_ms) {
    size_t low = 0, high = count - 1;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (bounds[middle] <= time_ms)
            low = middle;
        else
            high = middle;
    }
    return low;
}

enum cxd_err memory_read_histograms(struct store_reader *base, const struct filter *filter, const int64_t *bounds,
                                    size_t count, struct histogram *ret_hists, struct error *err) {
    struct memory_reader *reader = (struct memory_reader *)base;
    const struct memory_table *responses = &reader->store->responses;
    (void)err;
    if (count < 2)
        return CXD_OK;
    memset(ret_hists, 0, (count - 1) * sizeof *ret_hists);
    memory_enter(reader);
    for (size_t i = 0; i < responses->count; i++) {
        const struct response *response = responses->blocks[i];
        int score;
        if (response && response->answered_at >= bounds[0] && response->answered_at < bounds[count - 1] &&
            matches(filter, response) && memory_counted(filter->question, response, &score))
            ret_hists[find_bucket(bounds, count, response->answered_at)].n[score]++;
    }
    memory_leave(reader);
    return CXD_OK;
}

enum cxd_err memory_read_extent(struct store_reader *base, int64_t survey, enum store_extent of, bool *ret_found,
                                int64_t *ret_first, int64_t *ret_last, struct error *err) {
    struct memory_reader *reader = (struct memory_reader *)base;
    const struct memory_table *responses = &reader->store->responses;
    bool found = false;
    int64_t first = INT64_MAX, last = INT64_MIN;
    (void)err;
    memory_enter(reader);
    for (size_t i = 0; of == EXTENT_ANSWERS && i < responses->count; i++) {
        const struct response *response = responses->blocks[i];
        if (response && response->survey == survey && response_counts(response)) {
            found = true;
            first = response->answered_at < first ? response->answered_at : first;
            last = response->answered_at > last ? response->answered_at : last;
        }
    }
    if (of == EXTENT_IMPRESSIONS)
        found = memory_visits_extent(reader->store, survey, &first, &last);
    memory_leave(reader);
    *ret_found = found;
    if (found) {
        *ret_first = tier_bucket(TIER_QUARTER_HOUR, first);
        *ret_last = tier_bucket(TIER_QUARTER_HOUR, last);
    }
    return CXD_OK;
}

enum cxd_err memory_read_figures(struct store_reader *base, struct store_figures *ret_figures, struct error *err) {
    struct memory_reader *reader = (struct memory_reader *)base;
    const struct memory_table *responses = &reader->store->responses;
    struct store_figures figures = {0};
    (void)err;
    memory_enter(reader);
    for (size_t i = 0; i < responses->count; i++) {
        const struct response *response = responses->blocks[i];
        figures.responses += response && response_counts(response);
    }
    memory_add_figures(reader->store, &figures);
    figures.known_at = reader->store->known_ms;
    memory_leave(reader);
    *ret_figures = figures;
    return CXD_OK;
}

/* How many of the survey's suspects are newer: the listing's order among those of one time is not asked for. */
static size_t count_newer(const struct memory_table *responses, const struct response *than) {
    size_t count = 0;
    for (size_t i = 0; i < responses->count; i++) {
        const struct response *other = responses->blocks[i];
        count += other && other->flags != 0 && other->survey == than->survey && other->answered_at > than->answered_at;
    }
    return count;
}

static int64_t find_suspected(const struct memory_table *responses, int64_t after) {
    int64_t survey = 0;
    for (size_t i = 0; i < responses->count; i++) {
        const struct response *response = responses->blocks[i];
        if (response && response->flags != 0 && response->survey > after && (survey == 0 || response->survey < survey))
            survey = response->survey;
    }
    return survey;
}

enum cxd_err memory_read_suspects(struct store_reader *base, int64_t after, int64_t since, size_t most, bool *ret_found,
                                  struct store_suspects *ret_suspects, struct error *err) {
    struct memory_reader *reader = (struct memory_reader *)base;
    const struct memory_table *responses = &reader->store->responses;
    (void)err;
    memory_enter(reader);
    struct store_suspects suspects = {.survey = find_suspected(responses, after)};
    for (size_t i = 0; i < responses->count; i++) {
        const struct response *response = responses->blocks[i];
        if (!response || response->flags == 0 || response->survey != suspects.survey ||
            count_newer(responses, response) >= most)
            continue;
        suspects.responses++;
        suspects.recent += response->answered_at >= since;
        for (int flag = 0; flag < FLAG_COUNT; flag++)
            suspects.reasons[flag] += response->flags >> flag & 1;
    }
    memory_leave(reader);
    *ret_found = suspects.survey != 0;
    *ret_suspects = suspects;
    return CXD_OK;
}

/* Of one time. */
static bool is_behind(const struct listing *listing, const struct response *response) {
    int order = id_compare(&response->id, &listing->after_id);
    return order < 0 || (order == 0 && listing->filter.survey == 0 && response->survey < listing->after_survey);
}

bool memory_is_listed(const struct listing *listing, const struct response *response) {
    if (listing->filter.survey != 0 && !matches(&listing->filter, response))
        return false;
    if (listing->respondent && !(response->respondent && strcmp(response->respondent, listing->respondent) == 0))
        return false;
    if (response->answered_at < listing->from || response->answered_at >= listing->to ||
        (listing->flagged && response->flags == 0) ||
        (listing->scores != 0 && !(response->has_score && listing->scores >> response->score & 1)) ||
        (listing->excluded >= 0 && response->excluded != (listing->excluded == 1)))
        return false;
    return !listing->has_after || response->answered_at < listing->after_answered_at ||
           (response->answered_at == listing->after_answered_at && is_behind(listing, response));
}

static int compare_newest(const void *a, const void *b) {
    const struct response *x = a, *y = b;
    int order = (x->answered_at < y->answered_at) - (x->answered_at > y->answered_at);
    if (!order)
        order = id_compare(&y->id, &x->id);
    return order ? order : (x->survey < y->survey) - (x->survey > y->survey);
}

/* Everything that is listed is gathered, sorted and cut. */
enum cxd_err memory_read_responses(struct store_reader *base, const struct listing *listing, struct arena *arena,
                                   struct response **ret_responses, size_t *ret_count, struct error *err) {
    struct memory_reader *reader = (struct memory_reader *)base;
    const struct memory_table *table = &reader->store->responses;
    size_t count = 0;
    bool owned = true;
    memory_enter(reader);
    struct response *responses = reallocarray(NULL, table->count + 1, sizeof *responses);
    struct response *listed = NULL;
    for (size_t i = 0; responses && i < table->count; i++) {
        const struct response *response = table->blocks[i];
        if (response && memory_is_listed(listing, response))
            responses[count++] = *response;
    }
    if (responses) {
        qsort(responses, count, sizeof *responses, compare_newest);
        count = count < listing->limit ? count : listing->limit;
        listed = arena_alloc(arena, (count + 1) * sizeof *listed);
    }
    for (size_t i = 0; listed && owned && i < count; i++) {
        listed[i] = responses[i];
        owned = copy_response(arena, &listed[i]);
    }
    memory_leave(reader);
    free(responses);
    if (!listed || !owned)
        return error_set(err, ERR_NO_MEMORY, "no memory to list responses");
    *ret_responses = listed;
    *ret_count = count;
    return CXD_OK;
}

static int compare_visited(const void *a, const void *b) {
    const struct response *x = *(const struct response *const *)a, *y = *(const struct response *const *)b;
    int order = (x->answered_at > y->answered_at) - (x->answered_at < y->answered_at);
    return order ? order : (x->number > y->number) - (x->number < y->number);
}

static struct response give(const struct response *held, unsigned given) {
    struct response response = {
        .survey = held->survey, .has_score = true, .score = held->score, .answered_at = held->answered_at};
    if (given & GIVE_ID) {
        response.id = held->id;
        response.has_id = true;
    }
    response.number = given & GIVE_NUMBER ? held->number : 0;
    response.touchpoint = given & GIVE_TOUCHPOINT ? held->touchpoint : NULL;
    response.channel = given & GIVE_CHANNEL ? held->channel : NULL;
    response.locale = given & GIVE_LOCALE ? held->locale : NULL;
    response.respondent = given & GIVE_RESPONDENT ? held->respondent : NULL;
    response.comment = given & GIVE_COMMENT ? held->comment : NULL;
    response.visit = given & GIVE_VISIT ? held->visit : NULL;
    response.properties = given & GIVE_PROPERTIES ? held->properties : NULL;
    response.property_count = given & GIVE_PROPERTIES ? held->property_count : 0;
    response.answers = given & GIVE_ANSWERS ? held->answers : NULL;
    response.answer_count = given & GIVE_ANSWERS ? held->answer_count : 0;
    response.revision = given & GIVE_ANSWERS ? held->revision : 0;
    return response;
}

enum cxd_err memory_visit_responses(struct store_reader *base, const struct filter *filter, int64_t from, int64_t to,
                                    unsigned given, store_response_visit *visit, void *context, struct error *err) {
    struct memory_reader *reader = (struct memory_reader *)base;
    const struct memory_table *table = &reader->store->responses;
    size_t count = 0;
    memory_enter(reader);
    const struct response **visited = reallocarray(NULL, table->count + 1, sizeof *visited);
    for (size_t i = 0; visited && i < table->count; i++) {
        const struct response *response = table->blocks[i];
        int score;
        if (response && response->answered_at >= from && response->answered_at < to && matches(filter, response) &&
            memory_counted(filter->question, response, &score))
            visited[count++] = response;
    }
    if (visited)
        qsort(visited, count, sizeof *visited, compare_visited);
    bool goes_on = true;
    for (size_t i = 0; goes_on && i < count; i++) {
        struct response response = give(visited[i], given);
        memory_counted(filter->question, visited[i], &response.score);
        goes_on = visit(context, &response);
        heartbeat_answer(base->beat);
    }
    memory_leave(reader);
    bool done = visited;
    free(visited);
    return done ? CXD_OK : error_set(err, ERR_NO_MEMORY, "no memory to visit responses");
}

static bool is_walked(const struct walk *walk, const struct response *response) {
    int64_t updated_at = response->updated_at ? response->updated_at : response->received_at;
    const struct listing listing = {.filter = walk->filter,
                                    .from = walk->from,
                                    .to = walk->to,
                                    .respondent = walk->respondent,
                                    .flagged = walk->flagged,
                                    .scores = walk->scores,
                                    .excluded = walk->excluded};
    return response->number > walk->after && memory_is_listed(&listing, response) &&
           response->received_at >= walk->received_from && response->received_at < walk->received_to &&
           updated_at >= walk->updated_from && updated_at < walk->updated_to &&
           (walk->amended < 0 || (response->updated_at != 0) == (walk->amended == 1));
}

static int compare_numbered(const void *a, const void *b) {
    const struct response *x = a, *y = b;
    return (x->number > y->number) - (x->number < y->number);
}

/* Copies of all that is walked are made first: who visits may take his time, and the writer needs the lock. */
enum cxd_err memory_walk_responses(struct store_reader *base, const struct walk *walk, store_response_visit *visit,
                                   void *context, struct error *err) {
    struct memory_reader *reader = (struct memory_reader *)base;
    const struct memory_table *table = &reader->store->responses;
    size_t count = 0;
    bool owned = true, goes_on = true;
    struct arena arena;
    arena_init(&arena);
    memory_enter(reader);
    struct response *walked = reallocarray(NULL, table->count + 1, sizeof *walked);
    for (size_t i = 0; walked && owned && i < table->count; i++) {
        const struct response *response = table->blocks[i];
        if (!response || !is_walked(walk, response))
            continue;
        walked[count] = *response;
        owned = copy_response(&arena, &walked[count++]);
    }
    memory_leave(reader);
    if (walked && owned)
        qsort(walked, count, sizeof *walked, compare_numbered);
    for (size_t i = 0; walked && owned && goes_on && i < count; i++) {
        goes_on = visit(context, &walked[i]);
        heartbeat_answer(base->beat);
    }
    bool done = walked && owned;
    free(walked);
    arena_free(&arena);
    return done ? CXD_OK : error_set(err, ERR_NO_MEMORY, "no memory to walk responses");
}

/* It is as long as the process. */
enum cxd_err memory_read_history(struct store_reader *base, char ret_history[STORE_HISTORY_SIZE], struct error *err) {
    (void)base;
    (void)err;
    snprintf(ret_history, STORE_HISTORY_SIZE, "%032lx", (unsigned long)getpid());
    return CXD_OK;
}

enum cxd_err memory_read_last_number(struct store_reader *base, int64_t *ret_number, struct error *err) {
    struct memory_reader *reader = (struct memory_reader *)base;
    const struct memory_table *table = &reader->store->responses;
    int64_t last = 0;
    (void)err;
    memory_enter(reader);
    for (size_t i = 0; i < table->count; i++) {
        const struct response *response = table->blocks[i];
        if (response && response->number > last)
            last = response->number;
    }
    memory_leave(reader);
    *ret_number = last;
    return CXD_OK;
}

enum cxd_err memory_read_response(struct store_reader *base, int64_t survey, const struct id *id, struct arena *arena,
                                  bool *ret_found, struct response *ret_response, struct error *err) {
    struct memory_reader *reader = (struct memory_reader *)base;
    struct response response;
    bool owned = true;
    memory_enter(reader);
    size_t at = memory_find_response(reader->store, survey, id);
    if (at != SIZE_MAX) {
        response = *(const struct response *)reader->store->responses.blocks[at];
        owned = copy_response(arena, &response);
    }
    memory_leave(reader);
    if (!owned)
        return error_set(err, ERR_NO_MEMORY, "no memory to read a response");
    *ret_found = at != SIZE_MAX;
    if (at != SIZE_MAX)
        *ret_response = response;
    return CXD_OK;
}

enum cxd_err memory_read_last_answer(struct store_reader *base, const char *respondent, int64_t survey, int64_t from,
                                     int64_t to, int64_t *ret_last, struct error *err) {
    struct memory_reader *reader = (struct memory_reader *)base;
    (void)err;
    memory_enter(reader);
    *ret_last = memory_last_answer(reader->store, respondent, survey, from, to, 0);
    memory_leave(reader);
    return CXD_OK;
}

static bool is_about(const struct audit_record *record, const struct audit_person persons[2]) {
    for (size_t i = 0; i < 2; i++)
        if (strcmp(record->target, persons[i].keyed) == 0 || strcmp(record->target, persons[i].bare) == 0)
            return true;
    return false;
}

enum cxd_err memory_read_audit(struct store_reader *base, int64_t after, size_t limit, const char *respondent,
                               struct arena *arena, struct audit_record **ret_records, size_t *ret_count,
                               struct error *err) {
    struct memory_reader *reader = (struct memory_reader *)base;
    const struct memory_table *table = &reader->store->audit;
    memory_enter(reader);
    size_t from = (uint64_t)after < table->count ? (size_t)after : table->count;
    size_t most = table->count - from < limit ? table->count - from : limit, count = 0;
    struct audit_record *records = arena_alloc_zero(arena, most + 1, sizeof *records);
    struct audit_person persons[2];
    if (respondent && !audit_names(reader->store->audit_secret, respondent, arena, persons))
        records = NULL;
    for (size_t i = from; records && i < table->count && count < most; i++) {
        const struct audit_record *record = table->blocks[i];
        if (!respondent || is_about(record, persons))
            records[count++] = *record;
    }
    memory_leave(reader);
    if (!records)
        return error_set(err, ERR_NO_MEMORY, "no memory to read the audit log");
    *ret_records = records;
    *ret_count = count;
    return CXD_OK;
}

static int compare_invitations(const void *a, const void *b) {
    const struct invitation_record *const left = a, *const right = b;
    if (left->created_at != right->created_at)
        return left->created_at < right->created_at ? -1 : 1;
    if (left->survey != right->survey)
        return left->survey < right->survey ? -1 : 1;
    return id_compare(&left->response, &right->response);
}

enum cxd_err memory_read_invitation(struct store_reader *base, int64_t survey, const struct id *response,
                                    struct arena *arena, bool *ret_found, struct invitation_record *ret_record,
                                    struct error *err) {
    struct memory_reader *reader = (struct memory_reader *)base;
    memory_enter(reader);
    size_t at = memory_find_invitation(reader->store, survey, response);
    struct invitation_record record = {0};
    if (at != SIZE_MAX)
        record = *(const struct invitation_record *)reader->store->invitations.blocks[at];
    bool copied = at == SIZE_MAX || copy_invitation(arena, &record);
    memory_leave(reader);
    if (!copied)
        return error_set(err, ERR_NO_MEMORY, "no memory for an invitation");
    *ret_found = at != SIZE_MAX;
    if (*ret_found)
        *ret_record = record;
    return CXD_OK;
}

enum cxd_err memory_read_invitations(struct store_reader *base, const char *respondent, size_t limit,
                                     struct arena *arena, struct invitation_record **ret_records, size_t *ret_count,
                                     struct error *err) {
    struct memory_reader *reader = (struct memory_reader *)base;
    memory_enter(reader);
    const struct memory_table *table = &reader->store->invitations;
    struct invitation_record *records = arena_alloc(arena, (table->count + 1) * sizeof *records);
    bool copied = records;
    size_t count = 0;
    for (size_t i = 0; copied && i < table->count; i++) {
        const struct invitation_record *record = table->blocks[i];
        if (!record || strcmp(record->respondent, respondent) != 0)
            continue;
        records[count] = *record;
        copied = copy_invitation(arena, &records[count++]);
    }
    memory_leave(reader);
    if (!copied)
        return error_set(err, ERR_NO_MEMORY, "no memory for the invitations of a respondent");
    if (count > 1)
        qsort(records, count, sizeof *records, compare_invitations);
    *ret_records = records;
    *ret_count = count < limit ? count : limit;
    return CXD_OK;
}
