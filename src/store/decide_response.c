/* The rules of a response that is sent: create, replay, amend, refuse, recontact; what its invitation fills in. */

#include "store/decide_response.h"

#include <string.h>

#include "cxd/base/clock.h"
#include "cxd/base/utf8.h"
#include "cxd/domain/judge.h"
#include "store/copy.h"

static void refuse(struct change *change, enum cxd_err refusal) {
    change->outcome = OUTCOME_REFUSED;
    change->refusal = refusal;
}

bool decide_response_held(struct change *change, const struct response *stored, size_t ways) {
    char tags[2][ETAG_SIZE];
    if (!change->precondition.if_match && !change->precondition.if_none_match)
        return true;
    if (stored) {
        struct response shown = response_as_answered(stored);
        response_tag(stored, tags[0]);
        response_tag(&shown, tags[1]);
    }
    change->broken =
        precondition_broken(&change->precondition, stored, (const char(*)[ETAG_SIZE])tags, stored ? ways : 0);
    return !change->broken;
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
    return is_first(sent, stored) || (!utf8_same(spelled.respondent, sent->respondent) && is_first(&spelled, stored));
}

static struct first_said first_of(const struct response *stored) {
    struct first_said first = stored->first;
    if (!first.is_kept) {
        first.is_kept = true;
        first.answered_at = response_said_at(stored);
        first.revision = stored->revision;
        digest(stored, first.digest);
    }
    return first;
}

/* --- Answers to further questions -----------------------------------------------------------------------------------
 */

static bool is_strictly_refused(const struct change *change, const struct response *judged) {
    return change->as.response.is_strict && judged->sent.left_out;
}

/* Whether what a revision asks under the key of an answer was another question than the survey's by now. */
static bool was_another(const struct survey *asked, const struct declared *declared, const char *key) {
    const struct question *question = survey_question(asked, key);
    const struct declared_question *now = question ? declared_question(declared, key) : NULL;
    return now && !declared_is_same(now, question);
}

static bool leave_out_others(struct response *judged, const struct survey *asked, const struct declared *declared,
                             struct arena *arena) {
    const struct answer *answers = judged->answers;
    struct answer *kept = NULL;
    size_t count = judged->answer_count;
    for (size_t i = 0; declared && i < count; i++) {
        bool is_other = was_another(asked, declared, answers[i].key);
        if (is_other && !kept) {
            kept = arena_alloc(arena, count * sizeof *kept);
            if (!kept)
                return false;
            memcpy(kept, answers, i * sizeof *kept);
            judged->answers = kept;
            judged->answer_count = i;
        }
        if (is_other && !response_leave_out(judged, arena, answers[i].key, "is to another question by now"))
            return false;
        if (!is_other && kept)
            kept[judged->answer_count++] = answers[i];
    }
    return true;
}

/* *ret_judged is `value`, with its answers as they came judged by that revision. */
static enum cxd_err judge_by(const struct change *change, int64_t revision, const struct decide_asking *asking,
                             struct response *ret_judged, struct error *err) {
    static const struct survey NOTHING;
    const struct survey *asked = NULL;
    struct response judged = change->as.response.value;
    enum cxd_err code = CXD_OK;
    if (change->as.response.said.is_kept) {
        judged.answers = change->as.response.said.answers;
        judged.answer_count = change->as.response.said.answer_count;
        judged.sent.left_out = change->as.response.said.left_out;
    }
    if (judged.answer_count > 0)
        code = asking->find(asking->context, judged.survey, revision, &asked, err);
    if (code == CXD_OK && !asked)
        asked = &NOTHING;
    if (code == CXD_OK && !(leave_out_others(&judged, asked, asking->declared, change->arena) &&
                            response_judge_answers(&judged, asked, change->arena)))
        code = error_set(err, ERR_NO_MEMORY, "no memory for the answers of a response");
    if (code == CXD_OK)
        *ret_judged = judged;
    return code;
}

enum cxd_err decide_answers(struct change *change, const struct decide_asking *asking, struct error *err) {
    struct response *sent = &change->as.response.value, judged = *sent;
    if (!asking->find)
        return CXD_OK;
    enum cxd_err code = sent->answer_count > 0 ? judge_by(change, sent->revision, asking, &judged, err) : CXD_OK;
    if (code != CXD_OK)
        return code;
    change->as.response.said.is_kept = sent->answer_count > 0;
    change->as.response.said.answers = sent->answers;
    change->as.response.said.answer_count = sent->answer_count;
    change->as.response.said.left_out = sent->sent.left_out;
    *sent = judged;
    bool names_none = sent->sent.revision != 0 && sent->sent.revision != sent->revision;
    if (change->as.response.keeps_out == CXD_OK &&
        (is_strictly_refused(change, sent) || (change->as.response.is_strict && names_none)))
        change->as.response.keeps_out = ERR_INVALID;
    return CXD_OK;
}

/* As decide_answers has left it, or judged by what another revision asks: of a request that names none of its own it is
 * not known which one was there when it was sent first. */
static enum cxd_err judge_again(const struct change *change, int64_t revision, const struct decide_asking *asking,
                                struct response *ret_judged, struct error *err) {
    const struct response *sent = &change->as.response.value;
    bool names_its_own = sent->sent.revision != 0 && sent->sent.revision == sent->revision;
    if (change->as.response.said.is_kept && !names_its_own && sent->revision != revision)
        return judge_by(change, revision, asking, ret_judged, err);
    *ret_judged = *sent;
    return CXD_OK;
}

/* --- What is stored -------------------------------------------------------------------------------------------------
 */

void decide_response_begin(struct change *change) {
    if (change->as.response.as_sent)
        change->as.response.value = *change->as.response.as_sent;
    if (change->as.response.invited.came)
        change->as.response.value = *change->as.response.invited.came;
    if (change->as.response.said.is_kept) {
        change->as.response.value.answers = change->as.response.said.answers;
        change->as.response.value.answer_count = change->as.response.said.answer_count;
        change->as.response.value.sent.left_out = change->as.response.said.left_out;
        change->as.response.said.is_kept = false;
    }
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
    bool was_archived = response->import != 0 && response->revision > 0;
    int64_t named = was_archived ? response->revision : response->sent.revision;
    response->revision = named >= 1 && named <= terms->revision ? named : terms->revision;
    change->as.response.keeps_out = keeps_out(change, terms);
    return true;
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
    if (!decide_response_held(change, stored, 2))
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

/* What becomes of `sent` where there is nothing, or of `stored`, which is `same` or is amended. */
static enum cxd_err settle(struct change *change, const struct response *stored, bool same, struct error *err) {
    struct response *sent = &change->as.response.value;
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

/* Whether an answer says nothing that the other one, as another revision takes it, does not say. */
static bool is_all_in(const struct answer *answer, const struct answer *other) {
    for (size_t i = 0; other && i < answer->value_count; i++)
        if (!answer_is(other, answer->values[i]))
            return false;
    return other;
}

/* Whether what came is known again only because the revision of then takes less of it: somebody who says more now, to
 * what was not asked then, is told from a retry by nothing else. */
static bool says_more(const struct response *sent, const struct response *judged) {
    for (size_t i = 0; i < sent->answer_count; i++)
        if (!is_all_in(&sent->answers[i], response_answer(judged, sent->answers[i].key)))
            return true;
    return false;
}

/* Whether what is stored would be amended, were it another content. */
static bool would_amend(struct change *change, const struct response *stored) {
    const struct response *sent = &change->as.response.value;
    bool amends = sent->import == 0 && judge(change, stored) == CXD_OK && !response_is_older(sent, stored);
    change->broken = NULL;
    return amends;
}

/* Whether it is what is stored, or what was stored first: then `value` is judged as that was. What may be a retry and
 * may say more amends where it can, for an answer would be lost, and is a retry where it cannot. */
static enum cxd_err know(struct change *change, const struct response *stored, const struct decide_asking *asking,
                         bool *ret_same, bool *ret_late, struct error *err) {
    struct response judged;
    *ret_same = *ret_late = false;
    if (!stored)
        return CXD_OK;
    enum cxd_err code = judge_again(change, stored->revision, asking, &judged, err);
    if (code == CXD_OK && response_same_payload(&judged, stored))
        *ret_same = true;
    /* What was said first to a cxd that knew of no questions had no answers. */
    bool may_be_late =
        !*ret_same && stored->first.is_kept && (stored->first.revision > 0 || !change->as.response.said.is_kept);
    if (code == CXD_OK && may_be_late)
        code = judge_again(change, stored->first.revision, asking, &judged, err);
    if (code == CXD_OK && may_be_late)
        *ret_late = is_late_retry(&judged, stored);
    if (code != CXD_OK || !(*ret_same || *ret_late))
        return code;
    if (says_more(&change->as.response.value, &judged) && would_amend(change, stored))
        *ret_same = *ret_late = false;
    else
        change->as.response.value = judged;
    return code;
}

enum cxd_err decide_response(struct change *change, const struct response *stored, const struct decide_asking *asking,
                             struct error *err) {
    struct response *sent = &change->as.response.value;
    bool same = false, late = false;
    enum cxd_err code = know(change, stored, asking, &same, &late, err);
    if (code != CXD_OK)
        return code;
    if ((same || late) && is_strictly_refused(change, sent)) {
        refuse(change, ERR_INVALID);
        return CXD_OK;
    }
    if (stored && sent->import != 0 && (same || stored->import != 0))
        return answer_late(change, stored, err);
    /* Whoever guesses an id may come first, or later: what another says under it stands for neither. */
    if (stored && !same && (sent->import != 0 || stored->import != 0)) {
        refuse(change, unless_stored_of(change) != CXD_OK ? unless_stored_of(change) : ERR_CONFLICT);
        return CXD_OK;
    }
    if (late)
        return answer_late(change, stored, err);
    enum cxd_err refusal = same ? CXD_OK : judge(change, stored);
    if (stored && !same && (refusal == CXD_OK || refusal == ERR_CONFLICT) && response_is_older(sent, stored))
        return answer_late(change, stored, err);
    if (refusal != CXD_OK) {
        refuse(change, refusal);
        return CXD_OK;
    }
    return settle(change, stored, same, err);
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

static bool needs_recontact(const struct change *change) {
    return change->as.response.value.respondent &&
           (change->as.response.recontact.survey_ms > 0 || change->as.response.recontact.any_ms > 0);
}

bool decide_looks_first(const struct change *change) {
    return unless_stored_of(change) != CXD_OK || needs_recontact(change) || change->precondition.if_match;
}

/* What is amended in other members only was theirs, and answered then, before. */
static bool becomes_an_answer(const struct response *sent, const struct response *stored) {
    return !stored || stored->answered_at != sent->answered_at || !utf8_same(stored->respondent, sent->respondent);
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
