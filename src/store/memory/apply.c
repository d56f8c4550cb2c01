/* A batch of changes in memory: swaps of blocks, all kept or all taken back. */

#include <stdlib.h>
#include <string.h>

#include "store/audit.h"
#include "store/copy.h"
#include "store/decide.h"
#include "store/memory/memory.h"

static enum cxd_err no_memory(struct error *err) {
    return error_set(err, ERR_NO_MEMORY, "no memory to store a change");
}

/* Swaps a fresh block in; a NULL block means that memory was refused when it was made. */
static enum cxd_err put(struct memory_store *store, struct memory_table *table, size_t at, void *block,
                        struct error *err) {
    return block && memory_swap(store, table, at, block) ? CXD_OK : no_memory(err);
}

static const struct response *response_at(const struct memory_store *store, size_t at) {
    return at == SIZE_MAX ? NULL : store->responses.blocks[at];
}

static bool has_survey(const struct memory_store *store, int64_t survey) {
    return survey >= 1 && (uint64_t)survey <= store->surveys.count;
}

static enum cxd_err find_last_answer(void *context, const char *respondent, int64_t survey, int64_t from,
                                     int64_t to, int64_t *ret_last, struct error *err) {
    (void)err;
    *ret_last = memory_last_answer(context, respondent, survey, from, to);
    return CXD_OK;
}

static enum cxd_err apply_response(struct memory_store *store, struct change *change, struct error *err) {
    struct response *response = &change->as.response.value;
    if (!has_survey(store, response->survey)) {
        change->outcome = OUTCOME_MISSING;
        return CXD_OK;
    }
    size_t at = memory_find_response(store, &response->id);
    enum cxd_err code = decide_response(change, response_at(store, at), err);
    if (code == CXD_OK && change->outcome == OUTCOME_CREATED) {
        code = decide_recontact(change, find_last_answer, store, err);
    }
    if (code != CXD_OK) {
        return code;
    }
    if (change->outcome == OUTCOME_AMENDED) {
        return put(store, &store->responses, at, block_response(response), err);
    }
    if (change->outcome == OUTCOME_CREATED) {
        at = store->responses.count;
        if (!memory_index_response(store, &response->id, at)) {
            return no_memory(err);
        }
        return put(store, &store->responses, at, block_response(response), err);
    }
    return CXD_OK;
}

static enum cxd_err apply_exclude(struct memory_store *store, struct change *change, struct error *err) {
    size_t at = memory_find_response(store, &change->as.exclude.id);
    decide_exclude(change, response_at(store, at));
    if (change->outcome == OUTCOME_MISSING) {
        return CXD_OK;
    }
    struct response response = *response_at(store, at);
    response.excluded = change->as.exclude.excluded;
    response.excluded_reason = change->as.exclude.reason;
    if (!response.excluded) {
        response.flags = 0;
    }
    change->as.exclude.value = response;
    if (!copy_response(change->arena, &change->as.exclude.value)) {
        return no_memory(err);
    }
    return change->outcome == OUTCOME_AMENDED
               ? put(store, &store->responses, at, block_response(&response), err)
               : CXD_OK;
}

static enum cxd_err apply_flag(struct memory_store *store, struct change *change, struct error *err) {
    size_t at = memory_find_response(store, &change->as.flag.id);
    struct response after;
    decide_flag(change, response_at(store, at), &after);
    return change->outcome == OUTCOME_AMENDED ? put(store, &store->responses, at, block_response(&after), err)
                                              : CXD_OK;
}

static enum cxd_err apply_clear(struct memory_store *store, struct change *change, struct error *err) {
    int64_t cleared = 0;
    enum cxd_err code = CXD_OK;
    for (size_t i = 0;
         code == CXD_OK && i < store->responses.count && (size_t)cleared < change->as.clear.limit; i++) {
        const struct response *stored = store->responses.blocks[i];
        if (!stored || stored->flags == 0 || stored->survey != change->as.clear.survey ||
            stored->answered_at < change->as.clear.from || stored->answered_at >= change->as.clear.to) {
            continue;
        }
        struct response after = *stored;
        after.flags = 0;
        after.excluded = false;
        after.excluded_reason = NULL;
        code = put(store, &store->responses, i, block_response(&after), err);
        cleared++;
    }
    change->as.clear.cleared = cleared;
    change->outcome = cleared > 0 ? OUTCOME_AMENDED : OUTCOME_REPLAYED;
    return code;
}

static enum cxd_err forget(struct memory_store *store, size_t at, struct error *err) {
    struct response response = *response_at(store, at);
    struct declared declared;
    struct property *kept = arena_alloc(&store->scratch, (response.property_count + 1) * sizeof *kept);
    if (!kept || !memory_declared(store, response.survey, &store->scratch, &declared)) {
        return no_memory(err);
    }
    response.property_count = dimensions_kept(&response, &declared, kept);
    response.properties = kept;
    response.comment = response.respondent = response.visit = NULL;
    return put(store, &store->responses, at, block_response(&response), err);
}

static enum cxd_err apply_erase(struct memory_store *store, struct change *change, struct error *err) {
    int64_t erased = 0;
    enum cxd_err code = CXD_OK;
    for (size_t i = 0;
         code == CXD_OK && i < store->responses.count && (size_t)erased < change->as.erase.limit; i++) {
        const struct response *response = store->responses.blocks[i];
        if (!response || !response->respondent ||
            strcmp(response->respondent, change->as.erase.respondent) != 0) {
            continue;
        }
        if (!change->as.erase.counts) {
            code = forget(store, i, err);
        } else if (!memory_swap(store, &store->responses, i, NULL)) {
            code = no_memory(err);
        }
        erased++;
    }
    change->as.erase.erased = erased;
    change->outcome = erased > 0 ? OUTCOME_AMENDED : OUTCOME_MISSING;
    return code;
}

static bool is_personal(const struct memory_store *store, const struct response *response) {
    const struct survey_record *survey = store->surveys.blocks[response->survey - 1];
    for (size_t i = 0; i < response->property_count; i++) {
        bool declared = false;
        for (size_t k = 0; k < survey->property_count; k++) {
            declared = declared || strcmp(survey->property_keys[k], response->properties[i].key) == 0;
        }
        if (!declared) {
            return true;
        }
    }
    return response->respondent || response->comment || response->visit;
}

static enum cxd_err apply_retain(struct memory_store *store, struct change *change, struct error *err) {
    bool deletes = change->as.retain.retention == RETENTION_DELETE;
    size_t touched = 0;
    enum cxd_err code = CXD_OK;
    for (size_t i = 0; code == CXD_OK && i < store->responses.count && touched < change->as.retain.limit;
         i++) {
        const struct response *response = store->responses.blocks[i];
        if (!response || response->survey != change->as.retain.survey ||
            response->answered_at >= change->as.retain.before_ms ||
            (!deletes && !is_personal(store, response))) {
            continue;
        }
        touched++;
        if (!deletes) {
            code = forget(store, i, err);
        } else if (!memory_swap(store, &store->responses, i, NULL)) {
            code = no_memory(err);
        }
    }
    change->as.retain.touched = (int64_t)touched;
    change->as.retain.more = touched == change->as.retain.limit;
    change->outcome = touched > 0 ? OUTCOME_AMENDED : OUTCOME_REPLAYED;
    return code;
}

/* What was swapped out is freed with the commit. */
static enum cxd_err apply_settle(struct memory_store *store, struct change *change, struct error *err) {
    (void)store;
    (void)err;
    change->outcome = OUTCOME_AMENDED;
    return CXD_OK;
}

static bool has_responses(const struct memory_store *store, int64_t survey) {
    for (size_t i = 0; i < store->responses.count; i++) {
        const struct response *response = store->responses.blocks[i];
        if (response && response->survey == survey) {
            return true;
        }
    }
    return false;
}

static enum cxd_err apply_survey(struct memory_store *store, struct change *change, struct error *err) {
    struct survey_record *survey = &change->as.survey;
    size_t at = memory_find_survey(store, survey->slug);
    const struct survey_record *stored = at == SIZE_MAX ? NULL : store->surveys.blocks[at];
    decide_survey(change, stored, stored && has_responses(store, stored->number));
    if (change->outcome != OUTCOME_CREATED && change->outcome != OUTCOME_AMENDED) {
        return CXD_OK;
    }
    if (!stored) {
        at = store->surveys.count;
        survey->number = (int64_t)at + 1;
    }
    return put(store, &store->surveys, at, block_survey(survey), err);
}

static enum cxd_err apply_archive(struct memory_store *store, struct change *change, struct error *err) {
    size_t at = memory_find_survey(store, change->as.archive.slug);
    if (at == SIZE_MAX) {
        change->outcome = OUTCOME_MISSING;
        return CXD_OK;
    }
    struct survey_record survey = *(const struct survey_record *)store->surveys.blocks[at];
    change->outcome = survey.archived_at != 0 ? OUTCOME_REPLAYED : OUTCOME_AMENDED;
    survey.archived_at = change->now_ms;
    return change->outcome == OUTCOME_AMENDED ? put(store, &store->surveys, at, block_survey(&survey), err)
                                              : CXD_OK;
}

static enum cxd_err apply_key(struct memory_store *store, struct change *change, struct error *err) {
    size_t at = memory_find_key(store, &change->as.key.id);
    decide_key(change, at == SIZE_MAX ? NULL : store->keys.blocks[at]);
    return change->outcome == OUTCOME_CREATED
               ? put(store, &store->keys, store->keys.count, block_key(&change->as.key), err)
               : CXD_OK;
}

static enum cxd_err apply_revoke(struct memory_store *store, struct change *change, struct error *err) {
    size_t at = memory_find_key(store, &change->as.revoke);
    if (at == SIZE_MAX) {
        change->outcome = OUTCOME_MISSING;
        return CXD_OK;
    }
    struct api_key key = *(const struct api_key *)store->keys.blocks[at];
    change->outcome = key.revoked_at != 0 ? OUTCOME_REPLAYED : OUTCOME_AMENDED;
    key.revoked_at = change->now_ms;
    return change->outcome == OUTCOME_AMENDED ? put(store, &store->keys, at, block_key(&key), err) : CXD_OK;
}

static enum cxd_err apply_key_used(struct memory_store *store, struct change *change, struct error *err) {
    size_t at = memory_find_key(store, &change->as.key_used.id);
    decide_key_used(change, at == SIZE_MAX ? NULL : store->keys.blocks[at]);
    if (change->outcome != OUTCOME_AMENDED) {
        return CXD_OK;
    }
    struct api_key key = *(const struct api_key *)store->keys.blocks[at];
    key.used_day = change->as.key_used.day;
    return put(store, &store->keys, at, block_key(&key), err);
}

static enum cxd_err apply_signing_key(struct memory_store *store, struct change *change, struct error *err) {
    const struct memory_table *table = &store->signing_keys;
    struct signing_key *block = malloc(sizeof *block);
    if (block) {
        *block = change->as.signing_key;
        block->number = (int64_t)table->count + 1;
        block->created_at = change->now_ms;
        change->as.signing_key = *block;
    }
    change->outcome = OUTCOME_CREATED;
    return put(store, &store->signing_keys, table->count, block, err);
}

static enum cxd_err apply_note(struct memory_store *store, struct change *change, struct error *err) {
    (void)store;
    (void)err;
    change->outcome = OUTCOME_CREATED;
    return CXD_OK;
}

static enum cxd_err audit(struct memory_store *store, const struct change *change, struct error *err) {
    const struct memory_table *table = &store->audit;
    struct audit_record record;
    if (!audit_describe(change, &record)) {
        return CXD_OK;
    }
    audit_chain(&record, table->count > 0 ? table->blocks[table->count - 1] : NULL);
    struct audit_record *block = malloc(sizeof *block);
    if (block) {
        *block = record;
    }
    return put(store, &store->audit, table->count, block, err);
}

typedef enum cxd_err apply_change(struct memory_store *store, struct change *change, struct error *err);

static apply_change *const APPLIERS[] = {
    [CHANGE_RESPONSE] = apply_response,
    [CHANGE_EXCLUDE] = apply_exclude,
    [CHANGE_FLAG] = apply_flag,
    [CHANGE_CLEAR] = apply_clear,
    [CHANGE_ERASE] = apply_erase,
    [CHANGE_SURVEY] = apply_survey,
    [CHANGE_ARCHIVE] = apply_archive,
    [CHANGE_KEY] = apply_key,
    [CHANGE_REVOKE] = apply_revoke,
    [CHANGE_KEY_USED] = apply_key_used,
    [CHANGE_RETAIN] = apply_retain,
    [CHANGE_SETTLE] = apply_settle,
    [CHANGE_SIGNING_KEY] = apply_signing_key,
    [CHANGE_NOTE] = apply_note,
};

enum cxd_err memory_apply(struct store *base, struct change *const *changes, size_t count,
                          struct error *err) {
    struct memory_store *store = (struct memory_store *)base;
    enum cxd_err code = CXD_OK;
    pthread_rwlock_wrlock(&store->lock);
    for (size_t i = 0; code == CXD_OK && i < count; i++) {
        arena_reset(&store->scratch);
        heartbeat_answer(store->base.beat);
        changes[i]->outcome = OUTCOME_NONE;
        changes[i]->refusal = CXD_OK;
        code = APPLIERS[changes[i]->kind](store, changes[i], err);
        if (code == CXD_OK) {
            code = audit(store, changes[i], err);
        }
    }
    if (code == CXD_OK) {
        memory_commit(store);
    } else {
        memory_rollback(store);
    }
    pthread_rwlock_unlock(&store->lock);
    return code;
}

/* There are no rollups to make again, but what rebuild says of properties holds. */
enum cxd_err memory_rebuild(struct store *base, int64_t *ret_responses, struct error *err) {
    struct memory_store *store = (struct memory_store *)base;
    enum cxd_err code = CXD_OK;
    int64_t responses = 0;
    pthread_rwlock_wrlock(&store->lock);
    for (size_t i = 0; i < store->responses.count; i++) {
        responses += store->responses.blocks[i] != NULL;
    }
    for (size_t i = 0; code == CXD_OK && i < store->surveys.count; i++) {
        struct survey_record survey = *(const struct survey_record *)store->surveys.blocks[i];
        for (size_t k = 0; k < survey.property_count; k++) {
            survey.property_rolled[k] = true;
        }
        code = put(store, &store->surveys, i, block_survey(&survey), err);
    }
    if (code == CXD_OK) {
        memory_commit(store);
        *ret_responses = responses;
    } else {
        memory_rollback(store);
    }
    pthread_rwlock_unlock(&store->lock);
    return code;
}
