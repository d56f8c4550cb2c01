/* A batch of changes in memory: swaps of blocks, all kept or all taken back. */

#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "store/audit.h"
#include "store/copy.h"
#include "store/decide.h"
#include "store/decide_import.h"
#include "store/decide_response.h"
#include "store/search.h"
#include "store/terms.h"

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

static const struct invitation_record *invitation_at(const struct memory_store *store, size_t at) {
    return at == SIZE_MAX ? NULL : store->invitations.blocks[at];
}

static bool remove_invitation(struct memory_store *store, int64_t survey, const struct id *response) {
    size_t at = memory_find_invitation(store, survey, response);
    return at == SIZE_MAX || memory_swap(store, &store->invitations, at, NULL);
}

/* It is kept while the response may be amended. */
static bool keep_answered(struct memory_store *store, const struct change *change, size_t at) {
    if (at == SIZE_MAX)
        return true;
    struct invitation_record record = *invitation_at(store, at);
    if (!memory_opened(store, record.survey, &record.response, true))
        return false;
    record.kept_until = change->as.response.value.received_at + change->as.response.amend_window_ms;
    struct invitation_record *block = block_invitation(&record);
    return block && memory_swap(store, &store->invitations, at, block);
}

static bool has_survey(const struct memory_store *store, int64_t survey) {
    return survey >= 1 && (uint64_t)survey <= store->surveys.count;
}

/* As sqlite_judge; the terms are read each time. */
static enum cxd_err judge(struct memory_store *store, struct change *change, int64_t survey, decide_by_terms *rule,
                          bool *ret_goes_on, struct error *err) {
    struct survey terms;
    enum cxd_err code = CXD_OK;
    *ret_goes_on = true;
    if (!store->base.read_definition)
        return CXD_OK;
    bool is_there = has_survey(store, survey);
    bool is_readable = true;
    if (is_there)
        code = terms_read(&store->base, store->surveys.blocks[survey - 1], &store->scratch, &is_readable, &terms, err);
    if (code != CXD_OK)
        return code;
    *ret_goes_on = is_readable && rule(change, is_there ? &terms : NULL);
    if (!is_readable)
        decide_unreadable(change);
    return code;
}

static enum cxd_err find_last_answer(void *context, const char *respondent, int64_t survey, int64_t from, int64_t to,
                                     int64_t except, int64_t *ret_last, struct error *err) {
    (void)err;
    *ret_last = memory_last_answer(context, respondent, survey, from, to, except);
    return CXD_OK;
}

static enum cxd_err find_asked(void *context, int64_t survey, int64_t revision, const struct survey **ret_asked,
                               struct error *err) {
    struct memory_store *store = context;
    return memory_asked(store, survey, revision, &store->scratch, ret_asked) ? CXD_OK : no_memory(err);
}

/* One that is created or amended. */
static enum cxd_err keep_response(struct memory_store *store, size_t at, const struct response *response,
                                  struct error *err) {
    return memory_fix_questions(store, response) ? put(store, &store->responses, at, block_response(response), err)
                                                 : no_memory(err);
}

static enum cxd_err write_response(struct memory_store *store, struct change *change, struct error *err) {
    struct response *response = &change->as.response.value;
    bool goes_on = false;
    enum cxd_err code = judge(store, change, response->survey, decide_admit, &goes_on, err);
    if (code != CXD_OK || !goes_on)
        return code;
    if (!has_survey(store, response->survey)) {
        change->outcome = OUTCOME_MISSING;
        return CXD_OK;
    }
    struct declared declared;
    if (!memory_declared(store, response->survey, &store->scratch, &declared))
        return no_memory(err);
    const struct decide_asking asking = {
        .find = store->base.read_definition ? find_asked : NULL, .context = store, .declared = &declared};
    code = decide_answers(change, &asking, err);
    if (code != CXD_OK)
        return code;
    size_t at = memory_find_response(store, response->survey, &response->id);
    const struct response *stored = response_at(store, at);
    bool marked = response->has_id && memory_is_gone(store, response->survey, &response->id);
    if (decide_gone(change, marked, stored))
        return CXD_OK;
    size_t kept_at = SIZE_MAX;
    if (change->as.response.invited.is_kept) {
        kept_at = memory_find_invitation(store, response->survey, &response->id);
        code = decide_invited(change, invitation_at(store, kept_at), stored, &goes_on, err);
        if (code != CXD_OK || !goes_on)
            return code;
    }
    code = decide_response(change, stored, &asking, err);
    if (code == CXD_OK && (change->outcome == OUTCOME_CREATED || change->outcome == OUTCOME_AMENDED))
        code = decide_recontact(change, stored, find_last_answer, store, err);
    if (code != CXD_OK)
        return code;
    if (change->outcome == OUTCOME_AMENDED && !memory_note_amended(store, response->number))
        return no_memory(err);
    if (change->outcome == OUTCOME_AMENDED)
        return memory_visits_move(store, stored, response) ? keep_response(store, at, response, err) : no_memory(err);
    if (change->outcome == OUTCOME_CREATED) {
        at = store->responses.count;
        response->number = (int64_t)at + 1;
        if (!memory_index_response(store, &response->id, at) || !keep_answered(store, change, kept_at) ||
            !memory_visits_move(store, NULL, response))
            return no_memory(err);
        return keep_response(store, at, response, err);
    }
    return CXD_OK;
}

static enum cxd_err apply_response(struct memory_store *store, struct change *change, struct error *err) {
    int64_t import = change->as.response.value.import;
    if (import != 0 && !memory_import_admit(store, change, import, change->as.response.value.survey))
        return CXD_OK;
    enum cxd_err code = write_response(store, change, err);
    return code != CXD_OK || import == 0 || memory_import_count(store, change, import) ? code : no_memory(err);
}

/* Excluded, or counting again. */
static enum cxd_err turn(struct memory_store *store, size_t at, const struct response *after, struct error *err) {
    return memory_visits_move(store, response_at(store, at), after)
               ? put(store, &store->responses, at, block_response(after), err)
               : no_memory(err);
}

static enum cxd_err apply_exclude(struct memory_store *store, struct change *change, struct error *err) {
    size_t at = memory_find_response(store, change->as.exclude.survey, &change->as.exclude.id);
    struct response after;
    decide_exclude(change, response_at(store, at), &after);
    if (change->outcome == OUTCOME_MISSING || change->outcome == OUTCOME_REFUSED)
        return CXD_OK;
    change->as.exclude.value = after;
    if (!copy_response(change->arena, &change->as.exclude.value))
        return no_memory(err);
    if (change->outcome == OUTCOME_AMENDED && !after.excluded && !memory_note_amended(store, after.number))
        return no_memory(err);
    return change->outcome == OUTCOME_AMENDED ? turn(store, at, &after, err) : CXD_OK;
}

static enum cxd_err apply_flag(struct memory_store *store, struct change *change, struct error *err) {
    size_t at = memory_find_response(store, change->as.flag.survey, &change->as.flag.id);
    struct response after;
    decide_flag(change, response_at(store, at), &after);
    return change->outcome == OUTCOME_AMENDED ? turn(store, at, &after, err) : CXD_OK;
}

static enum cxd_err apply_clear(struct memory_store *store, struct change *change, struct error *err) {
    size_t cleared = 0;
    enum cxd_err code = CXD_OK;
    if (!decide_touch(change, true))
        return CXD_OK;
    for (size_t i = 0; code == CXD_OK && i < store->responses.count && cleared < change->as.clear.limit; i++) {
        const struct response *stored = store->responses.blocks[i];
        if (!stored || stored->flags == 0 || stored->survey != change->as.clear.survey ||
            stored->answered_at < change->as.clear.from || stored->answered_at >= change->as.clear.to)
            continue;
        struct response after;
        decide_clear(change, stored, &after);
        if (!memory_note_amended(store, after.number))
            return no_memory(err);
        code = turn(store, i, &after, err);
        cleared++;
    }
    decide_cleared(change, cleared);
    return code;
}

static enum cxd_err forget(struct memory_store *store, size_t at, bool by_age, int64_t now_ms, bool *ret_taken,
                           struct error *err) {
    const struct response *stored = response_at(store, at);
    struct response after;
    struct declared declared;
    bool moves = false;
    struct property *kept = arena_alloc(&store->scratch, (stored->property_count + 1) * sizeof *kept);
    struct answer *answers = arena_alloc(&store->scratch, (stored->answer_count + 1) * sizeof *answers);
    if (!kept || !answers || !memory_declared(store, stored->survey, &store->scratch, &declared))
        return no_memory(err);
    if (!memory_visits_forget(store, stored, LEAVE_FORGOTTEN))
        return no_memory(err);
    *ret_taken = decide_forget(stored, &declared, by_age, now_ms, kept, answers, &after, &moves);
    if (*ret_taken && !remove_invitation(store, stored->survey, &stored->id))
        return no_memory(err);
    return *ret_taken ? put(store, &store->responses, at, block_response(&after), err) : CXD_OK;
}

/* No response is ever stored under the id. */
static enum cxd_err put_mark(struct memory_store *store, int64_t survey, const struct id *id, int64_t now_ms,
                             struct error *err) {
    if (!remove_invitation(store, survey, id))
        return no_memory(err);
    if (memory_is_gone(store, survey, id))
        return CXD_OK;
    struct memory_mark *mark = malloc(sizeof *mark);
    if (mark)
        *mark = (struct memory_mark){survey, *id, now_ms};
    return put(store, &store->gone, store->gone.count, mark, err);
}

static enum cxd_err take_out(struct memory_store *store, size_t at, int64_t now_ms, enum impression_leave how,
                             struct error *err) {
    const struct response *stored = response_at(store, at);
    if (!memory_visits_forget(store, stored, how))
        return no_memory(err);
    int64_t mark_at = decide_mark_at(stored, how == LEAVE_ERASED, now_ms);
    enum cxd_err code = put_mark(store, stored->survey, &stored->id, mark_at, err);
    if (code == CXD_OK && !memory_forget_told(store, stored->number))
        code = no_memory(err);
    return code == CXD_OK && !memory_swap(store, &store->responses, at, NULL) ? no_memory(err) : code;
}

static enum cxd_err apply_erase(struct memory_store *store, struct change *change, struct error *err) {
    size_t erased = 0, invitations = 0;
    enum cxd_err code = CXD_OK;
    for (size_t i = 0; code == CXD_OK && i < store->responses.count && erased < change->as.erase.limit; i++) {
        const struct response *response = store->responses.blocks[i];
        if (!response || !response->respondent || strcmp(response->respondent, change->as.erase.respondent) != 0)
            continue;
        bool taken = false;
        if (!decide_touch(change, true))
            return CXD_OK;
        code = change->as.erase.counts ? take_out(store, i, change->now_ms, LEAVE_ERASED, err)
                                       : forget(store, i, false, change->now_ms, &taken, err);
        erased++;
    }
    for (size_t i = 0; code == CXD_OK && i < store->invitations.count; i++) {
        const struct invitation_record *record = invitation_at(store, i);
        if (erased + invitations == change->as.erase.limit)
            break;
        if (!record || strcmp(record->respondent, change->as.erase.respondent) != 0)
            continue;
        if (!decide_touch(change, true))
            return CXD_OK;
        struct id id = record->response;
        code = put_mark(store, record->survey, &id, change->now_ms, err);
        invitations++;
    }
    decide_erased(change, erased, invitations);
    return code;
}

static enum cxd_err apply_retain(struct memory_store *store, struct change *change, struct error *err) {
    bool deletes = change->as.retain.retention == RETENTION_DELETE;
    bool goes_on = false;
    size_t touched = 0;
    enum cxd_err code = judge(store, change, change->as.retain.survey, decide_retain, &goes_on, err);
    if (code != CXD_OK || !goes_on)
        return code;
    for (size_t i = 0; code == CXD_OK && i < store->responses.count && touched < change->as.retain.limit; i++) {
        const struct response *response = store->responses.blocks[i];
        if (!response || response->survey != change->as.retain.survey ||
            response->answered_at >= change->as.retain.before_ms)
            continue;
        bool taken = deletes;
        code = deletes ? take_out(store, i, change->now_ms, LEAVE_FORGOTTEN, err)
                       : forget(store, i, true, change->now_ms, &taken, err);
        touched += taken;
    }
    decide_retained(change, touched, touched);
    return code;
}

/* There is no list. */
static enum cxd_err apply_reerase(struct memory_store *store, struct change *change, struct error *err) {
    (void)store;
    (void)err;
    decide_reerased(change, 0, 0, 0);
    return CXD_OK;
}

static enum cxd_err apply_unmark(struct memory_store *store, struct change *change, struct error *err) {
    size_t removed = 0;
    enum cxd_err code = CXD_OK;
    for (size_t i = 0; code == CXD_OK && i < store->gone.count && removed < change->as.unmark.limit; i++) {
        const struct memory_mark *mark = store->gone.blocks[i];
        if (mark && mark->at < change->as.unmark.before_ms) {
            code = memory_swap(store, &store->gone, i, NULL) ? CXD_OK : no_memory(err);
            removed++;
        }
    }
    decide_unmarked(change, removed);
    return code;
}

static enum cxd_err apply_clock(struct memory_store *store, struct change *change, struct error *err) {
    (void)err;
    decide_clock(change, store->known_ms);
    if (change->outcome == OUTCOME_AMENDED)
        store->known_ms = change->as.clock.known_ms;
    return CXD_OK;
}

static enum cxd_err apply_resume(struct memory_store *store, struct change *change, struct error *err) {
    return apply_clock(store, change, err);
}

static enum cxd_err apply_invite(struct memory_store *store, struct change *change, struct error *err) {
    bool is_there = has_survey(store, change->as.invite.survey);
    size_t created = 0;
    enum cxd_err code = CXD_OK;
    for (size_t i = 0; is_there && code == CXD_OK && i < change->as.invite.count; i++) {
        const struct invitation_record *record = &change->as.invite.records[i];
        if (memory_find_invitation(store, record->survey, &record->response) != SIZE_MAX)
            continue;
        code = put(store, &store->invitations, store->invitations.count, block_invitation(record), err);
        if (code == CXD_OK && !memory_invited(store, record))
            code = no_memory(err);
        created++;
    }
    decide_invite(change, is_there, created);
    return code;
}

static enum cxd_err apply_lapse(struct memory_store *store, struct change *change, struct error *err) {
    size_t removed = 0;
    enum cxd_err code = CXD_OK;
    for (size_t i = 0; code == CXD_OK && i < store->invitations.count && removed < change->as.lapse.limit; i++) {
        const struct invitation_record *record = invitation_at(store, i);
        if (record && record->kept_until < change->as.lapse.before_ms) {
            code = memory_swap(store, &store->invitations, i, NULL) ? CXD_OK : no_memory(err);
            removed++;
        }
    }
    decide_lapsed(change, removed);
    return code;
}

/* What was swapped out is freed with the commit. */
static enum cxd_err apply_settle(struct memory_store *store, struct change *change, struct error *err) {
    (void)store;
    (void)err;
    decide_settled(change, true);
    return CXD_OK;
}

static bool has_responses(const struct memory_store *store, int64_t survey) {
    for (size_t i = 0; i < store->responses.count; i++) {
        const struct response *response = store->responses.blocks[i];
        if (response && response->survey == survey)
            return true;
    }
    return false;
}

/* Whether it may be put: *ret_asks is what its new definition asks. */
static enum cxd_err judge_survey(struct memory_store *store, struct change *change, const struct survey_record *stored,
                                 const struct survey **ret_asks, struct error *err) {
    struct survey *asks = arena_alloc(&store->scratch, sizeof *asks);
    struct declared declared;
    if (!asks || (stored && !memory_declared(store, stored->number, &store->scratch, &declared)))
        return no_memory(err);
    enum cxd_err code = ERR_STORAGE;
    if (store->base.read_definition)
        code = store->base.read_definition(&change->as.survey, &store->scratch, asks, err);
    if (code == ERR_NO_MEMORY)
        return code;
    *ret_asks = code == CXD_OK ? asks : NULL;
    decide_survey(change, stored, stored && has_responses(store, stored->number), stored ? &declared : NULL, *ret_asks);
    return CXD_OK;
}

static enum cxd_err apply_survey(struct memory_store *store, struct change *change, struct error *err) {
    struct survey_record *survey = &change->as.survey;
    size_t at = memory_find_survey(store, survey->slug);
    const struct survey_record *stored = at == SIZE_MAX ? NULL : store->surveys.blocks[at];
    const struct survey *asks = NULL;
    enum cxd_err code = judge_survey(store, change, stored, &asks, err);
    if (code != CXD_OK)
        return code;
    if (change->outcome != OUTCOME_CREATED && change->outcome != OUTCOME_AMENDED)
        return CXD_OK;
    if (!stored) {
        at = store->surveys.count;
        survey->number = (int64_t)at + 1;
    }
    /* Responses before this change count by the declarations before it. */
    if (!memory_settle(store) || !memory_roll_hold(store, survey))
        return no_memory(err);
    bool is_revised = !stored || stored->revision != survey->revision;
    code = put(store, &store->surveys, at, block_survey(survey), err);
    if (code == CXD_OK && !memory_put_questions(store, survey->number, asks))
        code = no_memory(err);
    if (code == CXD_OK && is_revised)
        code = put(store, &store->revisions, store->revisions.count, block_survey(survey), err);
    if (code == CXD_OK && (!memory_visits_declare(store, survey, change->now_ms) || !memory_roll_begin(store, survey)))
        code = no_memory(err);
    struct store_figures figures = {0};
    memory_add_figures(store, &figures);
    change->unrolled = figures.unrolled > 0;
    return code;
}

static enum cxd_err apply_event(struct memory_store *store, struct change *change, struct error *err) {
    const struct event *event = &change->as.event.value;
    bool goes_on = false;
    enum cxd_err code = judge(store, change, event->survey, decide_event_admit, &goes_on, err);
    if (code != CXD_OK || !goes_on)
        return code;
    if (!has_survey(store, event->survey)) {
        change->outcome = OUTCOME_MISSING;
        return CXD_OK;
    }
    return memory_apply_event(store, change, err);
}

static enum cxd_err apply_expire(struct memory_store *store, struct change *change, struct error *err) {
    return memory_expire(store, change) ? CXD_OK : no_memory(err);
}

static enum cxd_err apply_roll(struct memory_store *store, struct change *change, struct error *err) {
    if (!memory_settle(store) || !memory_roll(store, &change->as.roll.touched))
        return no_memory(err);
    change->as.roll.more = false;
    decide_rolled(change, change->as.roll.touched > 0);
    return CXD_OK;
}

/* Everything is counted anew. */
static enum cxd_err apply_pack(struct memory_store *store, struct change *change, struct error *err) {
    (void)store;
    (void)err;
    decide_packed(change, 0, false);
    return CXD_OK;
}

/* There is no index. */
static enum cxd_err apply_index(struct memory_store *store, struct change *change, struct error *err) {
    (void)store;
    (void)err;
    change->as.index.indexed = 0;
    change->as.index.more = change->as.index.purging = change->as.index.purged = false;
    decide_indexed(change, false);
    return CXD_OK;
}

static enum cxd_err apply_archive(struct memory_store *store, struct change *change, struct error *err) {
    size_t at = memory_find_survey(store, change->as.archive.slug);
    decide_archive(change, at == SIZE_MAX ? NULL : store->surveys.blocks[at]);
    if (change->outcome != OUTCOME_AMENDED)
        return CXD_OK;
    struct survey_record survey = *(const struct survey_record *)store->surveys.blocks[at];
    survey.archived_at = change->now_ms;
    return put(store, &store->surveys, at, block_survey(&survey), err);
}

static enum cxd_err apply_key(struct memory_store *store, struct change *change, struct error *err) {
    size_t at = memory_find_key(store, &change->as.key.id), count = 0;
    const struct api_key *keys = memory_list_keys(store, &store->scratch, &count);
    if (!keys)
        return no_memory(err);
    if (change->if_none && !decide_key_is_first(change, keys, count))
        return CXD_OK;
    decide_key(change, at == SIZE_MAX ? NULL : store->keys.blocks[at]);
    return change->outcome == OUTCOME_CREATED
               ? put(store, &store->keys, store->keys.count, block_key(&change->as.key), err)
               : CXD_OK;
}

static enum cxd_err apply_revoke(struct memory_store *store, struct change *change, struct error *err) {
    size_t at = memory_find_key(store, &change->as.revoke);
    decide_revoke(change, at == SIZE_MAX ? NULL : store->keys.blocks[at]);
    if (change->outcome != OUTCOME_AMENDED)
        return CXD_OK;
    struct api_key key = *(const struct api_key *)store->keys.blocks[at];
    key.revoked_at = change->now_ms;
    return put(store, &store->keys, at, block_key(&key), err);
}

static enum cxd_err apply_key_used(struct memory_store *store, struct change *change, struct error *err) {
    size_t at = memory_find_key(store, &change->as.key_used.id);
    decide_key_used(change, at == SIZE_MAX ? NULL : store->keys.blocks[at]);
    if (change->outcome != OUTCOME_AMENDED)
        return CXD_OK;
    struct api_key key = *(const struct api_key *)store->keys.blocks[at];
    key.used_day = change->as.key_used.day;
    return put(store, &store->keys, at, block_key(&key), err);
}

static enum cxd_err apply_prune(struct memory_store *store, struct change *change, struct error *err) {
    size_t count = 0;
    struct api_key *keys = memory_list_keys(store, &store->scratch, &count);
    size_t *past = keys ? arena_alloc(&store->scratch, (count + 1) * sizeof *past) : NULL;
    if (!past)
        return no_memory(err);
    decide_prune(change, keys, count, past);
    for (int64_t i = 0; i < change->as.prune.removed; i++)
        if (!memory_swap(store, &store->keys, memory_find_key(store, &keys[past[i]].id), NULL))
            return no_memory(err);
    return CXD_OK;
}

static enum cxd_err apply_signing_key(struct memory_store *store, struct change *change, struct error *err) {
    const struct memory_table *table = &store->signing_keys;
    decide_signing_key(change, table->count > 0);
    if (change->outcome != OUTCOME_CREATED)
        return CXD_OK;
    struct signing_key *block = malloc(sizeof *block);
    if (block) {
        *block = change->as.signing_key;
        block->number = (int64_t)table->count + 1;
        change->as.signing_key = *block;
    }
    return put(store, &store->signing_keys, table->count, block, err);
}

static enum cxd_err apply_session(struct memory_store *store, struct change *change, struct error *err) {
    return memory_apply_session(store, change, err);
}

static enum cxd_err apply_session_seen(struct memory_store *store, struct change *change, struct error *err) {
    return memory_apply_session_seen(store, change, err);
}

static enum cxd_err apply_session_end(struct memory_store *store, struct change *change, struct error *err) {
    return memory_apply_session_end(store, change, err);
}

static enum cxd_err apply_alert_rule(struct memory_store *store, struct change *change, struct error *err) {
    return memory_apply_alert_rule(store, change, err);
}

static enum cxd_err apply_alert(struct memory_store *store, struct change *change, struct error *err) {
    return memory_apply_alert(store, change, err);
}

static enum cxd_err apply_alert_tell(struct memory_store *store, struct change *change, struct error *err) {
    return memory_apply_alert_tell(store, change, err);
}

static enum cxd_err apply_acknowledge(struct memory_store *store, struct change *change, struct error *err) {
    return memory_apply_acknowledge(store, change, err);
}

static enum cxd_err apply_document(struct memory_store *store, struct change *change, struct error *err) {
    return memory_put_document(store, change) ? CXD_OK : no_memory(err);
}

static enum cxd_err apply_discard(struct memory_store *store, struct change *change, struct error *err) {
    return memory_discard_document(store, change) ? CXD_OK : no_memory(err);
}

static enum cxd_err apply_import(struct memory_store *store, struct change *change, struct error *err) {
    bool goes_on = false;
    enum cxd_err code = judge(store, change, change->as.import.value.survey, decide_import_admit, &goes_on, err);
    if (code != CXD_OK || !goes_on)
        return code;
    if (!has_survey(store, change->as.import.value.survey)) {
        change->outcome = OUTCOME_MISSING;
        return CXD_OK;
    }
    return memory_apply_import(store, change, err);
}

static enum cxd_err apply_import_rows(struct memory_store *store, struct change *change, struct error *err) {
    return memory_apply_import_rows(store, change, err);
}

static enum cxd_err apply_import_turn(struct memory_store *store, struct change *change, struct error *err) {
    return memory_apply_import_turn(store, change, err);
}

static enum cxd_err undo_one(struct memory_store *store, size_t at, int64_t now_ms, struct error *err) {
    const struct response *stored = response_at(store, at);
    enum cxd_err code = CXD_OK;
    if (decide_is_erased(stored))
        code = put_mark(store, stored->survey, &stored->id, decide_mark_at(stored, false, now_ms), err);
    if (code == CXD_OK && !memory_forget_told(store, stored->number))
        code = no_memory(err);
    return code == CXD_OK && !memory_swap(store, &store->responses, at, NULL) ? no_memory(err) : code;
}

static enum cxd_err apply_undo(struct memory_store *store, struct change *change, struct error *err) {
    return memory_apply_undo(store, change, undo_one, err);
}

static enum cxd_err apply_note(struct memory_store *store, struct change *change, struct error *err) {
    (void)store;
    (void)err;
    decide_note(change);
    return CXD_OK;
}

static enum cxd_err audit(struct memory_store *store, const struct change *change, struct error *err) {
    const struct memory_table *table = &store->audit;
    struct audit_record record;
    if (!audit_describe(change, store->audit_secret, &record))
        return CXD_OK;
    audit_chain(&record, table->count > 0 ? table->blocks[table->count - 1] : NULL);
    struct audit_record *block = malloc(sizeof *block);
    if (block)
        *block = record;
    return put(store, &store->audit, table->count, block, err);
}

typedef enum cxd_err apply_change(struct memory_store *store, struct change *change, struct error *err);

#define APPLIER(KIND, NAME, ...) [CHANGE_##KIND] = apply_##NAME,
static apply_change *const APPLIERS[] = {CHANGE_KINDS(APPLIER)};
_Static_assert(CXD_COUNT(APPLIERS) == CHANGE_KIND_COUNT, "a kind of change that nobody applies");

enum cxd_err memory_apply(struct store *base, struct change *const *changes, size_t count, enum store_fate *ret_fate,
                          struct error *err) {
    (void)ret_fate; /* it always knows */
    struct memory_store *store = (struct memory_store *)base;
    enum cxd_err code = CXD_OK;
    pthread_rwlock_wrlock(&store->lock);
    store->known_before_ms = store->known_ms;
    store->visits_before = store->visits_from;
    for (size_t i = 0; code == CXD_OK && i < count; i++) {
        arena_reset(&store->scratch);
        heartbeat_answer(store->base.beat);
        decide_begin(changes[i]);
        code = APPLIERS[changes[i]->kind](store, changes[i], err);
        if (code == CXD_OK)
            code = audit(store, changes[i], err);
        if (code == CXD_OK && !memory_redefine(store, changes[i]))
            code = no_memory(err);
    }
    if (code == CXD_OK && !memory_settle(store))
        code = no_memory(err);
    if (code == CXD_OK) {
        memory_commit(store);
    } else {
        memory_rollback(store);
        store->known_ms = store->known_before_ms;
        store->visits_from = store->visits_before;
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
    for (size_t i = 0; i < store->responses.count; i++)
        responses += !!store->responses.blocks[i];
    for (size_t i = 0; code == CXD_OK && i < store->surveys.count; i++) {
        struct survey_record survey = *(const struct survey_record *)store->surveys.blocks[i];
        for (size_t k = 0; k < survey.property_count; k++)
            survey.property_rolled[k] = true;
        code = put(store, &store->surveys, i, block_survey(&survey), err);
    }
    if (code == CXD_OK && !memory_recount_series(store))
        code = no_memory(err);
    if (code == CXD_OK) {
        memory_commit(store);
        *ret_responses = responses;
    } else {
        memory_rollback(store);
    }
    pthread_rwlock_unlock(&store->lock);
    return code;
}
