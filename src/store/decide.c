/* The rules of a change, shared by every engine: an engine looks up what is stored, asks here, and writes. */

#include "store/decide.h"

#include <string.h>

#include "cxd/base/clock.h"
#include "cxd/domain/respondent.h"
#include "store/copy.h"

static void refuse(struct change *change, enum cxd_err refusal) {
    change->outcome = OUTCOME_REFUSED;
    change->refusal = refusal;
}

static bool text_equal(const char *a, const char *b) {
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* `tags`: none where there is nothing, or it has none. */
static bool is_held(struct change *change, bool is_there, const char (*tags)[ETAG_SIZE], size_t count) {
    change->broken = precondition_broken(&change->precondition, is_there, tags, count);
    return !change->broken;
}

static bool has_precondition(const struct change *change) {
    return change->precondition.if_match || change->precondition.if_none_match;
}

/* Of a response, `ways` of which it is shown: to an operator, and to who answered. */
static bool is_response_held(struct change *change, const struct response *stored, size_t ways) {
    char tags[2][ETAG_SIZE];
    if (!has_precondition(change))
        return true;
    if (stored) {
        struct response shown = response_as_answered(stored);
        response_tag(stored, tags[0]);
        response_tag(&shown, tags[1]);
    }
    return is_held(change, stored, (const char(*)[ETAG_SIZE])tags, stored ? ways : 0);
}

static bool is_survey_held(struct change *change, const struct survey_record *stored) {
    char tag[1][ETAG_SIZE];
    if (!has_precondition(change))
        return true;
    if (stored)
        survey_record_tag(stored, tag[0]);
    return is_held(change, stored, (const char(*)[ETAG_SIZE])tag, stored ? 1 : 0);
}

/* An amend window of 0 means never, even in the millisecond of the arrival. */
static bool may_amend(const struct change *change, const struct response *stored) {
    int64_t window_ms = change->as.response.amend_window_ms;
    return window_ms > 0 && change->now_ms - stored->received_at <= window_ms && stored->import == 0;
}

static void digest(const struct response *response, uint8_t ret_digest[RESPONSE_DIGEST_SIZE]) {
    response_digest(response, response->id.bytes, sizeof response->id.bytes, false, ret_digest);
}

static bool is_first(const struct response *sent, const struct response *stored) {
    uint8_t said[RESPONSE_DIGEST_SIZE];
    digest(sent, said);
    return memcmp(said, stored->first.digest, sizeof said) == 0;
}

/* What was stored first, sent again after it was amended. As of any retry, an answered_at that was not sent matches. */
static bool is_late_retry(const struct response *sent, const struct response *stored) {
    if (!stored->first.is_kept || (sent->has_answered_at && response_said_at(sent) != stored->first.answered_at))
        return false;
    struct response spelled = response_as_spelled(sent);
    return is_first(sent, stored) || (!text_equal(spelled.respondent, sent->respondent) && is_first(&spelled, stored));
}

static struct first_said first_of(const struct response *stored) {
    struct first_said first = stored->first;
    if (!first.is_kept) {
        first.is_kept = true;
        first.answered_at = response_said_at(stored);
        digest(stored, first.digest);
    }
    return first;
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
    if (change->kind != CHANGE_RESPONSE)
        return;
    if (change->as.response.as_sent)
        change->as.response.value = *change->as.response.as_sent;
    if (change->as.response.invited.came)
        change->as.response.value = *change->as.response.invited.came;
    change->as.response.as_sent = change->as.response.invited.came = NULL;
    change->as.response.invited.says = NULL;
}

/* Before the value becomes what is stored. */
static enum cxd_err keep_sent(struct change *change, struct error *err) {
    struct response *sent = arena_alloc(change->arena, sizeof *sent);
    if (!sent)
        return error_set(err, ERR_NO_MEMORY, "no memory for the reply to a response");
    *sent = change->as.response.value;
    change->as.response.as_sent = sent;
    return CXD_OK;
}

/* What is imported was answered when the survey was open, or not: but it is to last. */
static enum cxd_err keeps_out(const struct change *change, const struct survey *terms) {
    const struct response *response = &change->as.response.value;
    if (response->import == 0 && !response->has_score && terms->score_rule == SCORE_REQUIRED)
        return ERR_INVALID;
    if (response->import == 0)
        return survey_is_open(terms, change->now_ms) ? CXD_OK : ERR_SURVEY_CLOSED;
    if (terms->archived_at != 0)
        return ERR_SURVEY_CLOSED;
    bool is_past =
        terms->retention == RETENTION_DELETE && response->answered_at < survey_retained_from(terms, change->now_ms);
    return is_past ? ERR_PAST_RETENTION : CXD_OK;
}

/* Validated against the survey as it was when it arrived, a response is held against the one that is there now. */
bool decide_admit(struct change *change, const struct survey *terms) {
    struct response *response = &change->as.response.value;
    if (!terms) {
        refuse(change, ERR_NO_SURVEY);
        return false;
    }
    if (response->has_score && (response->score < terms->scale_min || response->score > terms->scale_max)) {
        refuse(change, ERR_INVALID);
        return false;
    }
    bool keeps_revision = response->import != 0 && response->revision > 0 && response->revision < terms->revision;
    if (!keeps_revision)
        response->revision = terms->revision;
    change->as.response.keeps_out = keeps_out(change, terms);
    return true;
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

/* Why nothing but a retry is taken: what the request was refused for comes first. */
static enum cxd_err unless_stored_of(const struct change *change) {
    enum cxd_err said = change->as.response.unless_stored;
    return said == CXD_OK ? change->as.response.keeps_out : said;
}

/* Why what is no retry may not be stored. */
static enum cxd_err judge(struct change *change, const struct response *stored) {
    enum cxd_err unless_stored = unless_stored_of(change);
    if (stored && change->as.response.is_keyed && unless_stored != ERR_INVALID)
        return ERR_KEY_REUSED;
    if (unless_stored != CXD_OK)
        return unless_stored;
    if (!is_response_held(change, stored, 2))
        return ERR_PRECONDITION;
    if (!stored)
        return CXD_OK;
    return may_amend(change, stored) ? CXD_OK : ERR_CONFLICT;
}

/* With what is stored, and nothing is written. */
static enum cxd_err answer_late(struct change *change, const struct response *stored, struct error *err) {
    struct response *value = &change->as.response.value, now = *stored;
    if (keep_sent(change, err) != CXD_OK || !copy_response(change->arena, &now))
        return error_set(err, ERR_NO_MEMORY, "no memory for the reply to a response");
    now.sent = value->sent;
    *value = now;
    change->as.response.fresh_flags = 0;
    change->outcome = OUTCOME_REPLAYED;
    return CXD_OK;
}

/* What is not sent stays: what comes late is known by it. */
static void keep_order(struct response *sent, const struct response *stored, bool same) {
    if (same || !sent->has_answered_at) {
        sent->has_answered_at = stored->has_answered_at;
        sent->answered_at = stored->answered_at;
        sent->ahead_ms = stored->ahead_ms;
    }
    if (same || !sent->has_sequence) {
        sent->has_sequence = stored->has_sequence;
        sent->sequence = stored->sequence;
    }
}

enum cxd_err decide_response(struct change *change, const struct response *stored, struct error *err) {
    struct response *sent = &change->as.response.value;
    bool same = stored && response_same_payload(sent, stored);
    if (stored && sent->import != 0 && (same || stored->import != 0))
        return answer_late(change, stored, err);
    /* Whoever guesses an id may come first, or later: what another says under it stands for neither. */
    if (stored && !same && (sent->import != 0 || stored->import != 0)) {
        refuse(change, unless_stored_of(change) != CXD_OK ? unless_stored_of(change) : ERR_CONFLICT);
        return CXD_OK;
    }
    if (stored && !same && is_late_retry(sent, stored))
        return answer_late(change, stored, err);
    enum cxd_err refusal = same ? CXD_OK : judge(change, stored);
    if (stored && !same && (refusal == CXD_OK || refusal == ERR_CONFLICT) && response_is_older(sent, stored))
        return answer_late(change, stored, err);
    if (refusal != CXD_OK) {
        refuse(change, refusal);
        return CXD_OK;
    }
    if (!stored) {
        change->outcome = OUTCOME_CREATED;
        return CXD_OK;
    }
    char *reason = arena_strdup(change->arena, stored->excluded_reason);
    if (keep_sent(change, err) != CXD_OK || (stored->excluded_reason && !reason))
        return error_set(err, ERR_NO_MEMORY, "no memory for the reply to a response");
    if (same)
        sent->revision = stored->revision;
    keep_order(sent, stored, same);
    sent->received_at = stored->received_at;
    sent->updated_at = same ? stored->updated_at : change->now_ms;
    sent->import = stored->import;
    sent->number = stored->number;
    sent->first = same ? stored->first : first_of(stored);
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

bool decide_gone(struct change *change, bool is_marked, const struct response *stored) {
    bool gone = is_marked || (stored && stored->forgotten_at != 0);
    if (gone)
        refuse(change, ERR_GONE);
    return gone;
}

static bool says_of_record(const struct invitation_record *record, struct arena *arena, struct invitation *ret_says) {
    struct invitation_record copy = *record;
    bool copied = copy_invitation(arena, &copy);
    *ret_says = (struct invitation){
        .respondent = copy.respondent, .properties = copy.properties, .property_count = copy.property_count};
    return copied;
}

/* What of a stored response its invitation may have filled in. */
static bool says_of_stored(const struct response *sent, const struct response *stored, struct arena *arena,
                           struct invitation *ret_says) {
    struct property *properties = arena_alloc(arena, (stored->property_count + 1) * sizeof *properties);
    struct invitation_record filled = {.respondent = stored->respondent, .properties = properties};
    for (size_t i = 0; properties && i < stored->property_count; i++)
        if (!response_property(sent, stored->properties[i].key))
            properties[filled.property_count++] = stored->properties[i];
    return properties && says_of_record(&filled, arena, ret_says);
}

enum cxd_err decide_invited(struct change *change, const struct invitation_record *record,
                            const struct response *stored, bool *ret_goes_on, struct error *err) {
    struct response *sent = &change->as.response.value;
    struct error fault;
    *ret_goes_on = false;
    if (!record && !stored) {
        refuse(change, unless_stored_of(change) != CXD_OK ? unless_stored_of(change) : ERR_INVITATION_GONE);
        return CXD_OK;
    }
    if (!record && !stored->respondent) {
        *ret_goes_on = true;
        return CXD_OK;
    }
    struct invitation *says = arena_alloc(change->arena, sizeof *says);
    struct response *came = arena_alloc(change->arena, sizeof *came);
    bool is_read =
        says && came &&
        (record ? says_of_record(record, change->arena, says) : says_of_stored(sent, stored, change->arena, says));
    if (!is_read)
        return error_set(err, ERR_NO_MEMORY, "no memory for an invitation");
    *came = *sent;
    change->as.response.invited.says = says;
    error_clear(&fault);
    invitation_check(says, sent, change->as.response.invited.properties_max, &fault);
    if (fault.code != CXD_OK) {
        refuse(change, ERR_INVALID);
        return CXD_OK;
    }
    if (!invitation_fill(says, sent, change->arena))
        return error_set(err, ERR_NO_MEMORY, "no memory for an invitation");
    change->as.response.invited.came = came;
    *ret_goes_on = true;
    return CXD_OK;
}

/* A segment whose value is the person's very name is no segment. */
static bool names(const struct response *response, const char *value) {
    return value && response->respondent && respondent_is(response->respondent, value);
}

bool decide_forget(const struct response *stored, const struct declared *declared, bool by_age, int64_t now_ms,
                   struct property *properties, struct response *ret_after, bool *ret_moves) {
    struct response after = *stored;
    const char **segments[] = {&after.touchpoint, &after.channel, &after.locale};
    bool moves = false;
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
    after.first = (struct first_said){0};
    if (after.forgotten_at == 0)
        after.forgotten_at = now_ms;
    after.forgotten_by_age = by_age && (stored->forgotten_at == 0 || stored->forgotten_by_age);
    after.updated_at = now_ms;
    *ret_after = after;
    *ret_moves = moves;
    return stored->forgotten_at == 0 || stored->forgotten_by_age != after.forgotten_by_age ||
           !response_same_payload(&after, stored) || stored->excluded_reason || stored->first.is_kept;
}

static bool needs_recontact(const struct change *change) {
    return change->as.response.value.respondent &&
           (change->as.response.recontact.survey_ms > 0 || change->as.response.recontact.any_ms > 0);
}

bool decide_looks_first(const struct change *change) {
    return unless_stored_of(change) != CXD_OK || needs_recontact(change) || change->precondition.if_match;
}

/* What is amended in other members only was theirs, and answered then, before. */
static bool becomes_an_answer(const struct response *sent, const struct response *stored) {
    return !stored || stored->answered_at != sent->answered_at || !text_equal(stored->respondent, sent->respondent);
}

enum cxd_err decide_recontact(struct change *change, const struct response *stored, decide_last_answer *find,
                              void *context, struct error *err) {
    const struct response *sent = &change->as.response.value;
    if (!needs_recontact(change) || !becomes_an_answer(sent, stored))
        return CXD_OK;
    const struct {
        int64_t survey, span_ms;
    } rules[] = {{sent->survey, change->as.response.recontact.survey_ms}, {0, change->as.response.recontact.any_ms}};
    int64_t until = TIME_MIN;
    enum cxd_err code = CXD_OK;
    for (size_t i = 0; code == CXD_OK && i < CXD_COUNT(rules); i++) {
        int64_t span_ms = rules[i].span_ms, last = TIME_MIN;
        if (span_ms <= 0)
            continue;
        code = find(context, sent->respondent, rules[i].survey, sent->answered_at - span_ms + 1,
                    sent->answered_at + span_ms, stored ? stored->number : 0, &last, err);
        if (code == CXD_OK && last != TIME_MIN && last + span_ms > until)
            until = last + span_ms;
    }
    if (code == CXD_OK && until != TIME_MIN) {
        refuse(change, ERR_RECONTACT);
        change->as.response.recontact.until = until;
    }
    return code;
}

void decide_exclude(struct change *change, const struct response *stored, struct response *ret_after) {
    if (!stored) {
        change->outcome = OUTCOME_MISSING;
        return;
    }
    bool has_reason = change->as.exclude.excluded && stored->forgotten_at == 0; /* it may name somebody */
    const char *reason = has_reason ? change->as.exclude.reason : NULL;
    bool same = stored->excluded == change->as.exclude.excluded &&
                (change->as.exclude.excluded || stored->flags == 0) && text_equal(stored->excluded_reason, reason);
    change->outcome = same ? OUTCOME_REPLAYED : OUTCOME_AMENDED;
    if (!same && !is_response_held(change, stored, 1))
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

void decide_survey(struct change *change, const struct survey_record *stored, bool has_responses) {
    struct survey_record *survey = &change->as.survey;
    bool same = stored && text_equal(stored->definition, survey->definition);
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

void decide_key(struct change *change, const struct api_key *stored) {
    if (!stored)
        change->outcome = OUTCOME_CREATED;
    else if (memcmp(stored->hash, change->as.key.hash, sizeof stored->hash) == 0)
        change->outcome = OUTCOME_REPLAYED;
    else
        refuse(change, ERR_CONFLICT);
}

void decide_revoke(struct change *change, const struct api_key *stored) {
    if (!stored)
        change->outcome = OUTCOME_MISSING;
    else
        change->outcome = stored->revoked_at != 0 ? OUTCOME_REPLAYED : OUTCOME_AMENDED;
    if (change->outcome == OUTCOME_AMENDED && !is_held(change, true, NULL, 0))
        refuse(change, ERR_PRECONDITION);
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

void decide_signing_key(struct change *change) {
    change->as.signing_key.created_at = change->now_ms;
    change->outcome = OUTCOME_CREATED;
}

void decide_note(struct change *change) {
    change->outcome = OUTCOME_CREATED;
}
