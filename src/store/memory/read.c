/* Reading the memory engine: every answer is found by walking the responses. Copies are made while the
 * lock is held. */

#include <stdlib.h>
#include <string.h>

#include "store/copy.h"
#include "store/memory/memory.h"

static bool is_equal(const char *held, const char *wanted) {
    return !wanted || (held && strcmp(held, wanted) == 0);
}

static bool matches(const struct filter *filter, const struct response *response) {
    if (response->survey != filter->survey || !is_equal(response->touchpoint, filter->touchpoint) ||
        !is_equal(response->channel, filter->channel) || !is_equal(response->locale, filter->locale)) {
        return false;
    }
    for (size_t i = 0; i < filter->property_count; i++) {
        const char *value = response_property(response, filter->properties[i].key);
        if (!value || strcmp(value, filter->properties[i].value) != 0) {
            return false;
        }
    }
    return true;
}

/* The bucket that holds a time of [bounds[0], bounds[count − 1]): the last whose start is not after it. */
static size_t find_bucket(const int64_t *bounds, size_t count, int64_t time_ms) {
    size_t low = 0, high = count - 1;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (bounds[middle] <= time_ms) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

enum cxd_err memory_read_histograms(struct store_reader *base, const struct filter *filter,
                                    const int64_t *bounds, size_t count, struct histogram *ret_hists,
                                    struct error *err) {
    struct memory_reader *reader = (struct memory_reader *)base;
    const struct memory_table *responses = &reader->store->responses;
    (void)err;
    if (count < 2) {
        return CXD_OK;
    }
    memset(ret_hists, 0, (count - 1) * sizeof *ret_hists);
    memory_enter(reader);
    for (size_t i = 0; i < responses->count; i++) {
        const struct response *response = responses->blocks[i];
        if (response && !response->excluded && response->answered_at >= bounds[0] &&
            response->answered_at < bounds[count - 1] && matches(filter, response)) {
            ret_hists[find_bucket(bounds, count, response->answered_at)].n[response->score]++;
        }
    }
    memory_leave(reader);
    return CXD_OK;
}

enum cxd_err memory_read_extent(struct store_reader *base, int64_t survey, bool *ret_found,
                                int64_t *ret_first, int64_t *ret_last, struct error *err) {
    struct memory_reader *reader = (struct memory_reader *)base;
    const struct memory_table *responses = &reader->store->responses;
    bool found = false;
    int64_t first = INT64_MAX, last = INT64_MIN;
    (void)err;
    memory_enter(reader);
    for (size_t i = 0; i < responses->count; i++) {
        const struct response *response = responses->blocks[i];
        if (response && response->survey == survey) {
            found = true;
            first = response->answered_at < first ? response->answered_at : first;
            last = response->answered_at > last ? response->answered_at : last;
        }
    }
    memory_leave(reader);
    *ret_found = found;
    if (found) {
        *ret_first = first;
        *ret_last = last;
    }
    return CXD_OK;
}

enum cxd_err memory_read_figures(struct store_reader *base, struct store_figures *ret_figures,
                                 struct error *err) {
    struct memory_reader *reader = (struct memory_reader *)base;
    const struct memory_table *responses = &reader->store->responses;
    struct store_figures figures = {0};
    (void)err;
    memory_enter(reader);
    for (size_t i = 0; i < responses->count; i++) {
        const struct response *response = responses->blocks[i];
        figures.responses += response && !response->excluded;
    }
    memory_leave(reader);
    *ret_figures = figures;
    return CXD_OK;
}

static bool is_listed(const struct listing *listing, const struct response *response) {
    if (listing->filter.survey != 0 && !matches(&listing->filter, response)) {
        return false;
    }
    if (listing->respondent &&
        !(response->respondent && strcmp(response->respondent, listing->respondent) == 0)) {
        return false;
    }
    if (response->answered_at < listing->from || response->answered_at >= listing->to ||
        (listing->flagged && response->flags == 0) ||
        (listing->excluded >= 0 && response->excluded != (listing->excluded == 1))) {
        return false;
    }
    return !listing->has_after || response->answered_at < listing->after_answered_at ||
           (response->answered_at == listing->after_answered_at &&
            id_compare(&response->id, &listing->after_id) < 0);
}

static int compare_newest(const void *a, const void *b) {
    const struct response *x = a, *y = b;
    int order = (x->answered_at < y->answered_at) - (x->answered_at > y->answered_at);
    return order ? order : id_compare(&y->id, &x->id);
}

/* Everything that is listed is gathered, sorted and cut. */
enum cxd_err memory_read_responses(struct store_reader *base, const struct listing *listing,
                                   struct arena *arena, struct response **ret_responses, size_t *ret_count,
                                   struct error *err) {
    struct memory_reader *reader = (struct memory_reader *)base;
    const struct memory_table *table = &reader->store->responses;
    size_t count = 0;
    bool owned = true;
    memory_enter(reader);
    struct response *responses = reallocarray(NULL, table->count + 1, sizeof *responses);
    struct response *listed = NULL;
    for (size_t i = 0; responses && i < table->count; i++) {
        const struct response *response = table->blocks[i];
        if (response && is_listed(listing, response)) {
            responses[count++] = *response;
        }
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
    if (!listed || !owned) {
        return error_set(err, ERR_NO_MEMORY, "no memory to list responses");
    }
    *ret_responses = listed;
    *ret_count = count;
    return CXD_OK;
}

enum cxd_err memory_read_response(struct store_reader *base, const struct id *id, struct arena *arena,
                                  bool *ret_found, struct response *ret_response, struct error *err) {
    struct memory_reader *reader = (struct memory_reader *)base;
    struct response response;
    bool owned = true;
    memory_enter(reader);
    size_t at = memory_find_response(reader->store, id);
    if (at != SIZE_MAX) {
        response = *(const struct response *)reader->store->responses.blocks[at];
        owned = copy_response(arena, &response);
    }
    memory_leave(reader);
    if (!owned) {
        return error_set(err, ERR_NO_MEMORY, "no memory to read a response");
    }
    *ret_found = at != SIZE_MAX;
    if (at != SIZE_MAX) {
        *ret_response = response;
    }
    return CXD_OK;
}

static int compare_surveys(const void *a, const void *b) {
    return strcmp(((const struct survey_record *)a)->slug, ((const struct survey_record *)b)->slug);
}

static bool own_survey(struct arena *arena, struct survey_record *survey) {
    bool owned = copy_text(arena, &survey->definition);
    for (size_t i = 0; owned && i < survey->property_count; i++) {
        owned = copy_text(arena, &survey->property_keys[i]);
    }
    return owned;
}

enum cxd_err memory_read_surveys(struct store_reader *base, struct arena *arena,
                                 struct survey_record **ret_surveys, size_t *ret_count, struct error *err) {
    struct memory_reader *reader = (struct memory_reader *)base;
    const struct memory_table *table = &reader->store->surveys;
    memory_enter(reader);
    size_t count = table->count;
    struct survey_record *surveys = arena_alloc_zero(arena, count + 1, sizeof *surveys);
    bool owned = surveys;
    for (size_t i = 0; owned && i < count; i++) {
        surveys[i] = *(const struct survey_record *)table->blocks[i];
        owned = own_survey(arena, &surveys[i]);
    }
    memory_leave(reader);
    if (!owned) {
        return error_set(err, ERR_NO_MEMORY, "no memory to read the surveys");
    }
    qsort(surveys, count, sizeof *surveys, compare_surveys);
    *ret_surveys = surveys;
    *ret_count = count;
    return CXD_OK;
}

static int compare_keys(const void *a, const void *b) {
    const struct api_key *x = a, *y = b;
    int order = (x->created_at > y->created_at) - (x->created_at < y->created_at);
    return order ? order : id_compare(&x->id, &y->id);
}

enum cxd_err memory_read_keys(struct store_reader *base, struct arena *arena, struct api_key **ret_keys,
                              size_t *ret_count, struct error *err) {
    struct memory_reader *reader = (struct memory_reader *)base;
    const struct memory_table *table = &reader->store->keys;
    memory_enter(reader);
    size_t count = table->count;
    struct api_key *keys = arena_alloc_zero(arena, count + 1, sizeof *keys);
    for (size_t i = 0; keys && i < count; i++) {
        keys[i] = *(const struct api_key *)table->blocks[i];
    }
    memory_leave(reader);
    if (!keys) {
        return error_set(err, ERR_NO_MEMORY, "no memory to read the keys");
    }
    qsort(keys, count, sizeof *keys, compare_keys);
    *ret_keys = keys;
    *ret_count = count;
    return CXD_OK;
}

enum cxd_err memory_read_signing_keys(struct store_reader *base,
                                      struct signing_key ret_keys[SIGNING_KEYS_MAX], size_t *ret_count,
                                      struct error *err) {
    struct memory_reader *reader = (struct memory_reader *)base;
    const struct memory_table *table = &reader->store->signing_keys;
    (void)err;
    memory_enter(reader);
    size_t count = table->count < SIGNING_KEYS_MAX ? table->count : SIGNING_KEYS_MAX;
    for (size_t i = 0; i < count; i++) {
        ret_keys[i] = *(const struct signing_key *)table->blocks[table->count - 1 - i];
    }
    memory_leave(reader);
    *ret_count = count;
    return CXD_OK;
}

enum cxd_err memory_read_last_answer(struct store_reader *base, const char *respondent, int64_t survey,
                                     int64_t from, int64_t to, int64_t *ret_last, struct error *err) {
    struct memory_reader *reader = (struct memory_reader *)base;
    (void)err;
    memory_enter(reader);
    *ret_last = memory_last_answer(reader->store, respondent, survey, from, to);
    memory_leave(reader);
    return CXD_OK;
}

enum cxd_err memory_read_audit(struct store_reader *base, int64_t after, size_t limit, struct arena *arena,
                               struct audit_record **ret_records, size_t *ret_count, struct error *err) {
    struct memory_reader *reader = (struct memory_reader *)base;
    const struct memory_table *table = &reader->store->audit;
    memory_enter(reader);
    size_t from = (uint64_t)after < table->count ? (size_t)after : table->count;
    size_t count = table->count - from < limit ? table->count - from : limit;
    struct audit_record *records = arena_alloc_zero(arena, count + 1, sizeof *records);
    for (size_t i = 0; records && i < count; i++) {
        records[i] = *(const struct audit_record *)table->blocks[from + i];
    }
    memory_leave(reader);
    if (!records) {
        return error_set(err, ERR_NO_MEMORY, "no memory to read the audit log");
    }
    *ret_records = records;
    *ret_count = count;
    return CXD_OK;
}
