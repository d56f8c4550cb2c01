/* The rules of a change, shared by every engine: an engine looks up what is stored, asks here, and writes. */

#include "store/decide.h"

#include <string.h>

#include "cxd/base/utf8.h"
#include "cxd/domain/respondent.h"
#include "store/decide_response.h"

static void refuse(struct change *change, enum cxd_err refusal) {
    change->outcome = OUTCOME_REFUSED;
    change->refusal = refusal;
}

/* `tags`: none where there is nothing, or it has none. */
static bool is_held(struct change *change, bool is_there, const char (*tags)[ETAG_SIZE], size_t count) {
    change->broken = precondition_broken(&change->precondition, is_there, tags, count);
    return !change->broken;
}

static bool has_precondition(const struct change *change) {
    return change->precondition.if_match || change->precondition.if_none_match;
}

static bool is_survey_held(struct change *change, const struct survey_record *stored) {
    char tag[1][ETAG_SIZE];
    if (!has_precondition(change))
        return true;
    if (stored)
        survey_record_tag(stored, tag[0]);
    return is_held(change, stored, (const char(*)[ETAG_SIZE])tag, stored ? 1 : 0);
}

void decide_begin(struct change *change) {
    change->outcome = OUTCOME_NONE;
    change->refusal = CXD_OK;
    change->unrolled = false;
    change->broken = NULL;
    if (change->kind == CHANGE_IMPORT && change->as.import.is_replayed) {
        change->as.import.value = change->as.import.as_sent;
        change->as.import.is_replayed = false;
    }
    if (change->kind == CHANGE_RESPONSE)
        decide_response_begin(change);
}

bool decide_retain(struct change *change, const struct survey *terms) {
    bool is_the_rule = terms && terms->retention == change->as.retain.retention &&
                       change->as.retain.before_ms <= survey_retained_from(terms, change->now_ms);
    if (!is_the_rule)
        refuse(change, ERR_CONFLICT);
    return is_the_rule;
}

void decide_unreadable(struct change *change) {
    refuse(change, ERR_STORAGE);
}

/* A segment whose value is the person's very name is no segment. */
static bool names(const struct response *response, const char *value) {
    return value && response->respondent && respondent_is(response->respondent, value);
}

/* Words are taken out of an answer; what was chosen stays. What is of no question that is known may be words. */
static bool take_words(const struct declared *declared, struct answer *answer) {
    const struct declared_question *question = declared_question(declared, answer->key);
    bool is_chosen = question && question->type != QUESTION_TEXT;
    bool is_words = answer->other || (answer->form == ANSWER_TEXT && answer->text && !is_chosen);
    answer->other = NULL;
    if (answer->form == ANSWER_TEXT && !is_chosen)
        answer->text = NULL;
    return is_words;
}

bool decide_forget(const struct response *stored, const struct declared *declared, bool by_age, int64_t now_ms,
                   struct property *properties, struct answer *answers, struct response *ret_after, bool *ret_moves) {
    struct response after = *stored;
    const char **segments[] = {&after.touchpoint, &after.channel, &after.locale};
    bool moves = false, is_words = false;
    after.comment = after.respondent = after.visit = after.excluded_reason = NULL;
    for (size_t i = 0; i < CXD_COUNT(segments); i++) {
        if (names(stored, *segments[i])) {
            *segments[i] = NULL;
            moves = true;
        }
    }
    after.properties = properties;
    after.property_count = 0;
    for (size_t i = 0; i < stored->property_count; i++) {
        const struct property *property = &stored->properties[i];
        bool is_declared = declared_has(declared, property->key);
        if (is_declared && !names(stored, property->value))
            properties[after.property_count++] = *property;
        moves = moves || (is_declared && names(stored, property->value));
    }
    for (size_t i = 0; i < stored->answer_count; i++) {
        answers[i] = stored->answers[i];
        is_words = take_words(declared, &answers[i]) || is_words;
    }
    after.answers = answers;
    after.first = (struct first_said){0};
    if (after.forgotten_at == 0)
        after.forgotten_at = now_ms;
    after.forgotten_by_age = by_age && (stored->forgotten_at == 0 || stored->forgotten_by_age);
    after.updated_at = now_ms;
    *ret_after = after;
    *ret_moves = moves;
    return stored->forgotten_at == 0 || stored->forgotten_by_age != after.forgotten_by_age ||
           !response_same_payload(&after, stored) || is_words || stored->excluded_reason || stored->first.is_kept;
}

void decide_exclude(struct change *change, const struct response *stored, struct response *ret_after) {
    if (!stored) {
        change->outcome = OUTCOME_MISSING;
        return;
    }
    bool has_reason = change->as.exclude.excluded && stored->forgotten_at == 0; /* it may name somebody */
    const char *reason = has_reason ? change->as.exclude.reason : NULL;
    bool same = stored->excluded == change->as.exclude.excluded &&
                (change->as.exclude.excluded || stored->flags == 0) && utf8_same(stored->excluded_reason, reason);
    change->outcome = same ? OUTCOME_REPLAYED : OUTCOME_AMENDED;
    if (!same && !decide_response_held(change, stored, 1))
        refuse(change, ERR_PRECONDITION);
    *ret_after = *stored;
    ret_after->excluded = change->as.exclude.excluded;
    ret_after->excluded_reason = reason;
    if (!same)
        ret_after->updated_at = change->now_ms;
    if (!ret_after->excluded)
        ret_after->flags = 0;
}

void decide_flag(struct change *change, const struct response *stored, struct response *ret_after) {
    if (!stored) {
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
    if (change->outcome == OUTCOME_AMENDED)
        after.updated_at = change->now_ms;
    *ret_after = after;
}

void decide_clear(const struct change *change, const struct response *stored, struct response *ret_after) {
    *ret_after = *stored;
    ret_after->flags = 0;
    ret_after->excluded = false;
    ret_after->excluded_reason = NULL;
    ret_after->updated_at = change->now_ms;
}

bool decide_touch(struct change *change, bool is_there) {
    bool is_touched = !is_there || is_held(change, true, NULL, 0);
    if (!is_touched)
        refuse(change, ERR_PRECONDITION);
    return is_touched;
}

void decide_cleared(struct change *change, size_t cleared) {
    change->as.clear.cleared = (int64_t)cleared;
    change->outcome = cleared > 0 ? OUTCOME_AMENDED : OUTCOME_REPLAYED;
}

void decide_erased(struct change *change, size_t erased, size_t invitations) {
    change->as.erase.erased = (int64_t)erased;
    change->as.erase.invitations = (int64_t)invitations;
    change->outcome = erased + invitations > 0 ? OUTCOME_AMENDED : OUTCOME_MISSING;
}

void decide_invite(struct change *change, bool is_there, size_t created) {
    change->outcome = !is_there ? OUTCOME_MISSING : created > 0 ? OUTCOME_CREATED : OUTCOME_REPLAYED;
}

void decide_lapsed(struct change *change, size_t removed) {
    change->as.lapse.more = removed == change->as.lapse.limit;
    change->outcome = removed > 0 ? OUTCOME_AMENDED : OUTCOME_REPLAYED;
}

void decide_retained(struct change *change, size_t looked, size_t touched) {
    change->as.retain.touched = (int64_t)touched;
    change->as.retain.more = looked == change->as.retain.limit;
    change->outcome = touched > 0 ? OUTCOME_AMENDED : OUTCOME_REPLAYED;
}

void decide_reerased(struct change *change, size_t done, size_t left, size_t erased) {
    change->as.reerase.entries = (int64_t)done;
    change->as.reerase.erased = (int64_t)erased;
    change->as.reerase.more = done < left;
    change->outcome = done > 0 ? OUTCOME_AMENDED : OUTCOME_REPLAYED;
}

void decide_unmarked(struct change *change, size_t removed) {
    change->as.unmark.more = removed == change->as.unmark.limit;
    change->outcome = removed > 0 ? OUTCOME_AMENDED : OUTCOME_REPLAYED;
}

void decide_clock(struct change *change, int64_t kept_ms) {
    int64_t known_ms = change->as.clock.known_ms;
    bool is_kept = change->kind == CHANGE_RESUME ? kept_ms == known_ms : kept_ms >= known_ms;
    change->as.clock.before_ms = kept_ms;
    change->outcome = is_kept ? OUTCOME_REPLAYED : OUTCOME_AMENDED;
}

void decide_rolled(struct change *change, bool found) {
    change->outcome = found ? OUTCOME_AMENDED : OUTCOME_REPLAYED;
}

void decide_packed(struct change *change, size_t done, bool has_more) {
    change->as.pack.more = has_more;
    change->outcome = done > 0 ? OUTCOME_AMENDED : OUTCOME_REPLAYED;
}

void decide_settled(struct change *change, bool is_settled) {
    change->outcome = is_settled ? OUTCOME_AMENDED : OUTCOME_MISSING;
}

static bool was_rolled(const struct survey_record *stored, const char *key) {
    for (size_t i = 0; stored && i < stored->property_count; i++)
        if (strcmp(stored->property_keys[i], key) == 0)
            return stored->property_rolled[i];
    return false;
}

/* Archived is closed until a put says that it is open. */
static int64_t archived_since(const struct change *change, const struct survey_record *stored) {
    int64_t before = stored ? stored->archived_at : 0;
    switch (change->as.survey.archival) {
    case ARCHIVAL_OPEN:
        return 0;
    case ARCHIVAL_ARCHIVED:
        return before != 0 ? before : change->now_ms;
    case ARCHIVAL_KEPT:
        break;
    }
    return before;
}

static bool is_fixed_otherwise(const struct declared_question *declared, const struct question *question) {
    return declared && declared->is_answered && !declared_is_same(declared, question);
}

/* Whether any does; notes which. */
static bool turn_questions(struct survey_record *survey, const struct declared *declared, const struct survey *asks) {
    bool any = false;
    for (size_t i = 0; declared && asks && i < asks->question_count; i++) {
        const struct declared_question *known = declared_question(declared, asks->questions[i].key);
        survey->fixed[i] = (struct question_fixed){0};
        if (!is_fixed_otherwise(known, &asks->questions[i]))
            continue;
        survey->fixed[i] = (struct question_fixed){.turns = true, .type = known->type, .scale = known->scale};
        any = true;
    }
    return any;
}

void decide_survey(struct change *change, const struct survey_record *stored, bool has_responses,
                   const struct declared *declared, const struct survey *asks) {
    struct survey_record *survey = &change->as.survey;
    bool same = stored && utf8_same(stored->definition, survey->definition);
    int64_t archived_at = archived_since(change, stored);
    bool turns = stored && archived_at != stored->archived_at;
    if (!(same && !turns) && !is_survey_held(change, stored)) {
        refuse(change, ERR_PRECONDITION);
        return;
    }
    if (stored && !same && has_responses &&
        (stored->metric != survey->metric || stored->scale_min != survey->scale_min ||
         stored->scale_max != survey->scale_max)) {
        refuse(change, ERR_SURVEY_FIXED);
        return;
    }
    if (!same && turn_questions(survey, declared, asks)) {
        refuse(change, ERR_QUESTION_FIXED);
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
    survey->archived_at = archived_at;
    survey->was_archived = stored && stored->archived_at != 0;
    change->outcome = !stored ? OUTCOME_CREATED : same && !turns ? OUTCOME_REPLAYED : OUTCOME_AMENDED;
}

void decide_archive(struct change *change, const struct survey_record *stored) {
    if (!stored)
        change->outcome = OUTCOME_MISSING;
    else
        change->outcome = stored->archived_at != 0 ? OUTCOME_REPLAYED : OUTCOME_AMENDED;
    if (change->outcome == OUTCOME_AMENDED && !is_survey_held(change, stored))
        refuse(change, ERR_PRECONDITION);
}

bool decide_holds(struct change *change) {
    bool holds = is_held(change, true, NULL, 0);
    if (!holds)
        refuse(change, ERR_PRECONDITION);
    return holds;
}

void decide_key(struct change *change, const struct api_key *stored) {
    if (!stored)
        change->outcome = OUTCOME_CREATED;
    else if (memcmp(stored->hash, change->as.key.hash, sizeof stored->hash) == 0)
        change->outcome = OUTCOME_REPLAYED;
    else
        refuse(change, ERR_CONFLICT);
}

bool decide_key_is_first(struct change *change, const struct api_key *keys, size_t count) {
    bool is_there = false;
    for (size_t i = 0; !is_there && i < count; i++)
        is_there = api_key_is_valid(&keys[i], change->now_ms) && api_key_allows(&keys[i], SCOPE_ADMIN);
    if (is_there)
        refuse(change, ERR_CONFLICT);
    return !is_there;
}

void decide_revoke(struct change *change, const struct api_key *stored) {
    if (!stored)
        change->outcome = OUTCOME_MISSING;
    else
        change->outcome = stored->revoked_at != 0 ? OUTCOME_REPLAYED : OUTCOME_AMENDED;
    if (change->outcome == OUTCOME_AMENDED)
        (void)decide_holds(change);
}

void decide_key_used(struct change *change, const struct api_key *stored) {
    if (!stored)
        change->outcome = OUTCOME_MISSING;
    else
        change->outcome = change->as.key_used.day > stored->used_day ? OUTCOME_AMENDED : OUTCOME_REPLAYED;
}

void decide_prune(struct change *change, const struct api_key *keys, size_t count, size_t *ret_past) {
    const struct api_key *newest_admin = NULL;
    size_t past = 0;
    for (size_t i = 0; i < count; i++)
        newest_admin = api_key_newest_admin(newest_admin, &keys[i]);
    for (size_t i = 0; i < count && past < change->as.prune.limit; i++)
        if (api_key_is_past(&keys[i], newest_admin, change->as.prune.before_ms))
            ret_past[past++] = i;
    change->as.prune.removed = (int64_t)past;
    change->outcome = past > 0 ? OUTCOME_AMENDED : OUTCOME_REPLAYED;
}

void decide_signing_key(struct change *change, bool is_there) {
    if (change->if_none && is_there) {
        refuse(change, ERR_CONFLICT);
        return;
    }
    change->as.signing_key.created_at = change->now_ms;
    change->outcome = OUTCOME_CREATED;
}

void decide_note(struct change *change) {
    change->outcome = OUTCOME_CREATED;
}
