/* Responses of a batch: created, replayed, amended, excluded, all in what the batch holds. */

#include "store/copy.h"
#include "store/decide_response.h"
#include "store/postgresql/writer.h"

static enum cxd_err no_memory(struct error *err) {
    return error_set(err, ERR_NO_MEMORY, "no memory for a batch");
}

static enum cxd_err find_last_answer(void *context, const char *respondent, int64_t survey, int64_t from, int64_t to,
                                     int64_t except, int64_t *ret_last, struct error *err) {
    struct postgresql_store *store = context;
    (void)err;
    *ret_last = postgresql_answered_last(&store->answered, &store->held, respondent, survey, from, to, except);
    return CXD_OK;
}

/* It is kept while the response may be amended. */
static enum cxd_err keep_answered(struct postgresql_store *store, const struct change *change, struct held_row *row,
                                  struct error *err) {
    if (!row->is_invited || !change->as.response.invited.is_kept)
        return CXD_OK;
    row->invitation.kept_until = change->as.response.value.received_at + change->as.response.amend_window_ms;
    row->is_turned = true;
    return postgresql_visits_open_invitation(store, row, true, err);
}

static enum cxd_err decide(struct postgresql_store *store, struct change *change, struct held_row *row,
                           const struct decide_asking *asking, struct error *err) {
    const struct response *response = &change->as.response.value, *stored = row->is_there ? &row->value : NULL;
    bool goes_on = true;
    enum cxd_err code = CXD_OK;
    if (decide_gone(change, response->has_id && row->is_marked, stored))
        return CXD_OK;
    if (change->as.response.invited.is_kept)
        code = decide_invited(change, row->is_invited ? &row->invitation : NULL, stored, &goes_on, err);
    if (code != CXD_OK || !goes_on)
        return code;
    code = decide_response(change, stored, asking, err);
    if (code == CXD_OK && (change->outcome == OUTCOME_CREATED || change->outcome == OUTCOME_AMENDED))
        code = decide_recontact(change, stored, find_last_answer, store, err);
    return code;
}

static enum cxd_err apply_response(struct postgresql_store *store, struct change *change, struct error *err) {
    struct response *response = &change->as.response.value;
    bool goes_on = false;
    enum cxd_err code = postgresql_judge(store, change, response->survey, decide_admit, &goes_on, err);
    if (code != CXD_OK || !goes_on)
        return code;
    const struct known_survey *known = postgresql_known_find(&store->known, response->survey);
    if (!known) {
        change->outcome = OUTCOME_MISSING;
        return CXD_OK;
    }
    const struct decide_asking asking = {.find = store->base.read_definition ? postgresql_judge_asked : NULL,
                                         .context = store,
                                         .declared = &known->declared};
    struct held_row *row = postgresql_held_row(&store->held, &store->arena, response->survey, &response->id);
    code = row ? decide_answers(change, &asking, err) : no_memory(err);
    if (code == CXD_OK)
        code = decide(store, change, row, &asking, err);
    if (code != CXD_OK || (change->outcome != OUTCOME_CREATED && change->outcome != OUTCOME_AMENDED))
        return code;
    if (change->outcome == OUTCOME_CREATED) {
        /* Whether it is an answer of a visit is told by its number. */
        response->number = postgresql_give_number(store, known->declared.reported_after);
        code = keep_answered(store, change, row, err);
    }
    return code == CXD_OK ? postgresql_store_turn(store, row, response, err) : code;
}

enum cxd_err postgresql_apply_response(struct postgresql_store *store, struct change *change, struct error *err) {
    int64_t import = change->as.response.value.import;
    bool goes_on = false;
    if (import == 0)
        return apply_response(store, change, err);
    enum cxd_err code =
        postgresql_imports_admit(store, change, import, change->as.response.value.survey, &goes_on, err);
    if (code != CXD_OK || !goes_on)
        return code;
    code = apply_response(store, change, err);
    if (code == CXD_OK)
        postgresql_imports_count(store, change);
    return code;
}

static struct held_row *find(struct postgresql_store *store, int64_t survey, const struct id *id) {
    struct held_row *row = postgresql_held_find(&store->held, survey, id);
    return row && row->is_there ? row : NULL;
}

enum cxd_err postgresql_apply_exclude(struct postgresql_store *store, struct change *change, struct error *err) {
    struct held_row *row = find(store, change->as.exclude.survey, &change->as.exclude.id);
    struct response after;
    decide_exclude(change, row ? &row->value : NULL, &after);
    if (change->outcome == OUTCOME_MISSING || change->outcome == OUTCOME_REFUSED)
        return CXD_OK;
    change->as.exclude.value = after;
    if (!copy_response(change->arena, &change->as.exclude.value))
        return no_memory(err);
    return change->outcome == OUTCOME_AMENDED ? postgresql_store_turn(store, row, &after, err) : CXD_OK;
}

enum cxd_err postgresql_apply_flag(struct postgresql_store *store, struct change *change, struct error *err) {
    struct held_row *row = find(store, change->as.flag.survey, &change->as.flag.id);
    struct response after;
    decide_flag(change, row ? &row->value : NULL, &after);
    return change->outcome == OUTCOME_AMENDED ? postgresql_store_turn(store, row, &after, err) : CXD_OK;
}
