/* The rules of a change, shared by every engine: an engine looks up what is stored, asks here, and writes. */

#include "store/decide.h"

#include <string.h>

#include "cxd/base/clock.h"

static void refuse(struct change *change, enum cxd_err refusal) {
    change->outcome = OUTCOME_REFUSED;
    change->refusal = refusal;
}

static bool text_equal(const char *a, const char *b) {
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* An amend window of 0 means never, even in the millisecond of the arrival. */
static bool may_amend(const struct change *change, const struct response *stored) {
    int64_t window_ms = change->as.response.amend_window_ms;
    return window_ms > 0 && change->now_ms - stored->received_at <= window_ms;
}

enum cxd_err decide_response(struct change *change, const struct response *stored, struct error *err) {
    struct response *sent = &change->as.response.value;
    bool same = stored && stored->survey == sent->survey && response_same_payload(sent, stored);
    if (change->as.response.unless_stored != CXD_OK && !same) {
        refuse(change, change->as.response.unless_stored);
        return CXD_OK;
    }
    if (!stored) {
        change->outcome = OUTCOME_CREATED;
        return CXD_OK;
    }
    if (stored->survey != sent->survey || (!same && !may_amend(change, stored))) {
        refuse(change, ERR_CONFLICT);
        return CXD_OK;
    }
    char *reason = arena_strdup(change->arena, stored->excluded_reason);
    if (stored->excluded_reason && !reason) {
        return error_set(err, ERR_NO_MEMORY, "no memory for the reply to a response");
    }
    if (same) {
        sent->revision = stored->revision;
    }
    if (same || !sent->has_answered_at) {
        sent->answered_at = stored->answered_at;
    }
    sent->received_at = stored->received_at;
    /* Suspicion adds up, and a fresh one excludes; an exclusion is lifted only by an operator. */
    unsigned fresh_flags = same ? 0 : sent->flags & ~stored->flags;
    change->as.response.fresh_flags = fresh_flags;
    if (fresh_flags == 0 || stored->excluded) {
        sent->excluded = stored->excluded;
        sent->excluded_reason = reason;
    }
    sent->flags = same ? stored->flags : sent->flags | stored->flags;
    change->outcome = same ? OUTCOME_REPLAYED : OUTCOME_AMENDED;
    return CXD_OK;
}

bool decide_needs_recontact(const struct change *change) {
    return change->as.response.value.respondent != NULL &&
           (change->as.response.recontact.survey_ms > 0 || change->as.response.recontact.any_ms > 0);
}

enum cxd_err decide_recontact(struct change *change, decide_last_answer *find, void *context,
                              struct error *err) {
    const struct response *sent = &change->as.response.value;
    const struct {
        int64_t survey, span_ms;
    } rules[] = {{sent->survey, change->as.response.recontact.survey_ms},
                 {0, change->as.response.recontact.any_ms}};
    int64_t until = TIME_MIN;
    enum cxd_err code = CXD_OK;
    for (size_t i = 0; code == CXD_OK && decide_needs_recontact(change) && i < CXD_COUNT(rules); i++) {
        int64_t span_ms = rules[i].span_ms, last = TIME_MIN;
        if (span_ms <= 0) {
            continue;
        }
        code = find(context, sent->respondent, rules[i].survey, sent->answered_at - span_ms + 1,
                    sent->answered_at + span_ms, &last, err);
        if (code == CXD_OK && last != TIME_MIN && last + span_ms > until) {
            until = last + span_ms;
        }
    }
    if (code == CXD_OK && until != TIME_MIN) {
        refuse(change, ERR_RECONTACT);
        change->as.response.recontact.until = until;
    }
    return code;
}

void decide_exclude(struct change *change, const struct response *stored) {
    if (!stored || stored->survey != change->as.exclude.survey) {
        change->outcome = OUTCOME_MISSING;
        return;
    }
    if (!change->as.exclude.excluded) {
        change->as.exclude.reason = NULL;
    }
    bool same = stored->excluded == change->as.exclude.excluded &&
                (change->as.exclude.excluded || stored->flags == 0) &&
                text_equal(stored->excluded_reason, change->as.exclude.reason);
    change->outcome = same ? OUTCOME_REPLAYED : OUTCOME_AMENDED;
}

void decide_flag(struct change *change, const struct response *stored, struct response *ret_after) {
    if (!stored || stored->survey != change->as.flag.survey) {
        change->outcome = OUTCOME_MISSING;
        return;
    }
    struct response after = *stored;
    change->as.flag.fresh_flags = change->as.flag.flags & ~stored->flags;
    after.flags |= change->as.flag.flags;
    if (!after.excluded) {
        after.excluded = true;
        after.excluded_reason = flags_reason(after.flags, change->as.flag.reason);
    }
    change->outcome = change->as.flag.fresh_flags == 0 ? OUTCOME_REPLAYED : OUTCOME_AMENDED;
    *ret_after = after;
}

static bool was_rolled(const struct survey_record *stored, const char *key) {
    for (size_t i = 0; stored && i < stored->property_count; i++) {
        if (strcmp(stored->property_keys[i], key) == 0) {
            return stored->property_rolled[i];
        }
    }
    return false;
}

void decide_survey(struct change *change, const struct survey_record *stored, bool has_responses) {
    struct survey_record *survey = &change->as.survey;
    bool same = stored && stored->archived_at == 0 && text_equal(stored->definition, survey->definition);
    if (stored && !same && has_responses &&
        (stored->metric != survey->metric || stored->scale_min != survey->scale_min ||
         stored->scale_max != survey->scale_max)) {
        refuse(change, ERR_SURVEY_FIXED);
        return;
    }
    for (size_t i = 0; i < survey->property_count; i++) {
        bool fresh = !same && !has_responses;
        survey->property_rolled[i] = fresh || was_rolled(stored, survey->property_keys[i]);
    }
    survey->number = stored ? stored->number : 0;
    survey->revision = stored ? stored->revision + (same ? 0 : 1) : 1;
    survey->created_at = stored ? stored->created_at : change->now_ms;
    survey->updated_at = same ? stored->updated_at : change->now_ms;
    survey->archived_at = 0;
    change->outcome = !stored ? OUTCOME_CREATED : same ? OUTCOME_REPLAYED : OUTCOME_AMENDED;
}

void decide_key(struct change *change, const struct api_key *stored) {
    if (!stored) {
        change->outcome = OUTCOME_CREATED;
    } else if (memcmp(stored->hash, change->as.key.hash, sizeof stored->hash) == 0) {
        change->outcome = OUTCOME_REPLAYED;
    } else {
        refuse(change, ERR_CONFLICT);
    }
}

void decide_key_used(struct change *change, const struct api_key *stored) {
    if (!stored) {
        change->outcome = OUTCOME_MISSING;
    } else {
        change->outcome = change->as.key_used.day > stored->used_day ? OUTCOME_AMENDED : OUTCOME_REPLAYED;
    }
}
