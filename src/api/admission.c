/* Every response goes through here between its decoder and the writer, in this order: its invitation, its name, the
 * rules of its members, then whether anything else keeps it out. What has a name may be the retry of one that was taken
 * when it came, which is answered whatever has changed since: so a reason to refuse it is handed to the store, which
 * knows what is stored (unless_stored), and refuses at once only what cannot be one. */
#include "api/admission.h"

#include <string.h>

#include "api/settings.h"
#include "api/suspicion.h"
#include "cxd/base/clock.h"
#include "cxd/base/prefer.h"
#include "cxd/codec/invitation.h"
#include "cxd/domain/judge.h"

/* --- Names ----------------------------------------------------------------------------------------------------------
 */

static enum cxd_err read_key(struct http_request *request, bool *ret_given, char ret_key[IDEMPOTENCY_KEY_SIZE],
                             struct error *err) {
    const char *header = http_header(request, "Idempotency-Key");
    *ret_given = header != NULL;
    if (!header)
        return CXD_OK;
    if (http_header_count(request, "Idempotency-Key") > 1)
        return error_set(err, ERR_BAD_IDEMPOTENCY_KEY, "there is more than one");
    return idempotency_key_decode(header, ret_key, err);
}

enum cxd_err admission_open_names(struct http_request *request, struct line_names *ret_names, struct error *err) {
    bool is_given;
    enum cxd_err result = read_key(request, &is_given, ret_names->key, err);
    if (result != CXD_OK || !is_given)
        return result;
    ret_names->lines = idempotency_lines_new();
    return ret_names->lines ? CXD_OK : error_set(err, ERR_NO_MEMORY, "no memory for the batch");
}

void admission_close_names(struct line_names *names) {
    idempotency_lines_free(names->lines);
}

static enum cxd_err name_by_path(const char *path_id, struct response *response, struct error *err) {
    struct id id;
    if (!id_parse(path_id, strlen(path_id), &id))
        return error_set(err, ERR_NO_ROUTE, "a response's id is a UUID");
    if (response->has_id && id_compare(&id, &response->id) != 0)
        error_add_member(err, response->sent.invitation ? "/invitation" : "/id",
                         response->sent.invitation ? "names another response than the path"
                                                   : "is another id than the path's");
    response->id = id;
    response->has_id = true;
    return CXD_OK;
}

/* The content is not known of a line that could not be read, or that says what its invitation does not. */
static enum cxd_err name_line(struct line_names *names, const struct survey *survey, struct response *response,
                              struct error *err) {
    if (!names->lines || err->code != CXD_OK)
        return CXD_OK;
    if (!idempotency_name_line(names->lines, names->key, survey->slug, response, &response->id))
        return error_set(err, ERR_NO_MEMORY, "no memory for the batch");
    response->has_id = true;
    return CXD_OK;
}

static enum cxd_err name_by_key(struct http_request *request, const struct survey *survey, struct response *response,
                                struct error *err) {
    char key[IDEMPOTENCY_KEY_SIZE];
    enum cxd_err result = read_key(request, &response->has_id, key, err);
    if (result == CXD_OK && response->has_id)
        idempotency_name_response(key, survey->slug, &response->id);
    return result;
}

static bool is_wrong(const struct error *err, const char *pointer) {
    for (size_t i = 0; err->code == ERR_INVALID && i < err->member_count; i++)
        if (strcmp(err->members[i].pointer, pointer) == 0)
            return true;
    return false;
}

/* The id comes from the path, the body or its invitation, or the Idempotency-Key, in this order; else the server makes
 * one. */
static enum cxd_err name_response(struct http_request *request, const struct admission *how, struct change *change,
                                  struct error *err) {
    struct response *response = &change->as.response.value;
    if (how->path_id)
        return name_by_path(how->path_id, response, err);
    if (how->import && !response->has_id && !is_wrong(err, "/id"))
        error_add_member(err, "/id", "is required: the same row has the same id whenever it is sent");
    if (response->has_id || how->import)
        return CXD_OK;
    enum cxd_err result =
        how->line ? name_line(how->line, how->survey, response, err) : name_by_key(request, how->survey, response, err);
    change->as.response.is_keyed = response->has_id;
    return result;
}

/* --- Invitations ----------------------------------------------------------------------------------------------------
 */

/* Names the response by the invitation, and fills in what its token says: or has the store do it, which knows. */
static enum cxd_err take_invitation(struct http_request *request, const struct invitation *invitation,
                                    struct change *change, struct error *err) {
    struct response *response = &change->as.response.value;
    size_t properties_max = api_settings(request)->limits.properties, known = err->member_count;
    bool is_kept = !invitation->respondent;
    invitation_check_id(invitation, response, err);
    if (!is_kept)
        invitation_check(invitation, response, SIZE_MAX, err);
    if (err->member_count > known)
        return CXD_OK;
    invitation_response_id(invitation, &response->id);
    response->has_id = true;
    change->as.response.invited.is_kept = is_kept;
    change->as.response.invited.properties_max = properties_max;
    return is_kept || invitation_fill(invitation, response, http_arena(request))
               ? CXD_OK
               : error_set(err, ERR_NO_MEMORY, "no memory for the response");
}

/* Makes the response one to the invitation that it was sent with, if any. One that is over lets a retry through. */
static enum cxd_err open_invitation(struct http_request *request, const struct admission *how, struct change *change,
                                    bool *ret_expired, struct error *err) {
    const struct snapshot *snapshot = how->snapshot;
    const struct response *response = &change->as.response.value;
    struct invitation invitation;
    struct error own; /* err may hold members already */
    if (!response->sent.invitation)
        return CXD_OK;
    enum cxd_err result = invitation_open(response->sent.invitation, snapshot->signing_keys,
                                          snapshot->signing_key_count, http_arena(request), &invitation, &own);
    if (result == CXD_OK)
        result = invitation_judge(&invitation, how->survey->slug, http_now_ms(request), &own);
    *ret_expired = result == ERR_INVITATION_EXPIRED;
    if (result != CXD_OK && !*ret_expired)
        return error_set(err, result, "%s", own.detail);
    return take_invitation(request, &invitation, change, err);
}

/* --- Answers --------------------------------------------------------------------------------------------------------
 */

enum cxd_err admission_read_strict(struct http_request *request, bool *ret_strict, struct error *err) {
    const char *list;
    enum cxd_err result = http_header_list(request, "Prefer", &list, err);
    if (result != CXD_OK)
        return result;
    *ret_strict = prefer_asks(list, "handling", "strict");
    if (*ret_strict)
        http_reply_header(request, "Preference-Applied", "handling=strict");
    return CXD_OK;
}

/* What needs the limits; the store judges the rest. Behind the names: lines are named by what they say, whatever the
 * limits are. */
static enum cxd_err bound_answers(struct http_request *request, const struct admission *how, struct change *change,
                                  struct error *err) {
    change->as.response.is_strict = how->is_strict;
    return response_bound_answers(&change->as.response.value, &api_settings(request)->limits, http_arena(request))
               ? CXD_OK
               : error_set(err, ERR_NO_MEMORY, "no memory for the response");
}

/* Judged by another than the one that was sent. */
static bool is_of_no_revision(const struct response *response) {
    return response->sent.revision != 0 && response->sent.revision != response->revision;
}

static void explain_answers(const struct response *response, struct error *err) {
    const struct answer_refusal *refused[ANSWERS_REFUSED_MAX], *newest = response->sent.left_out;
    size_t count = 0;
    if (is_of_no_revision(response))
        error_add_member(err, "/revision", "is none of the survey, which is at %lld", (long long)response->revision);
    for (const struct answer_refusal *one = newest; one && count < CXD_COUNT(refused); one = one->next)
        refused[count++] = one;
    for (size_t i = count; i > 0; i--) { /* the newest is in front */
        char pointer[sizeof err->members[0].pointer] = "/answers";
        error_pointer_append(pointer, sizeof pointer, refused[i - 1]->key);
        error_add_member(err, pointer, "%s", refused[i - 1]->detail);
    }
    if (count > 0 && newest->more > 0)
        error_add_member(err, "/answers", "has %zu more that are not taken, %zu in all", newest->more,
                         newest->more + count);
}

/* Of what does not come to the store for another fault: as it would be judged there by what is asked now. Where the
 * score is wrong it is not known whom a question is shown to by it. */
static bool explain_unjudged(struct http_request *request, const struct admission *how, const struct response *sent,
                             struct error *err) {
    struct arena *arena = http_arena(request);
    struct survey asked = *how->survey;
    struct response judged = *sent;
    if (sent->sent.revision != 0 && sent->sent.revision != asked.revision)
        return true; /* what that one asks is the store's to know */
    struct question *questions = arena_alloc(arena, (asked.question_count + 1) * sizeof *questions);
    for (size_t i = 0; questions && i < asked.question_count; i++) {
        questions[i] = asked.questions[i];
        if (is_wrong(err, "/score"))
            questions[i].show.bands = 0;
    }
    asked.questions = questions;
    judged.revision = asked.revision;
    if (!questions || !response_judge_answers(&judged, &asked, arena))
        return false;
    explain_answers(&judged, err);
    return true;
}

/* --- Judging --------------------------------------------------------------------------------------------------------
 */

/* The first reason not to take it, in the order in which they are told; CXD_OK: there is none. What comes in a batch
 * needs no invitation. */
static enum cxd_err find_reason(const struct admission *how, const struct response *response, bool is_valid,
                                bool is_expired, int64_t now_ms) {
    if (!is_valid)
        return ERR_INVALID;
    if (is_expired)
        return ERR_INVITATION_EXPIRED;
    if (how->import)
        return CXD_OK; /* the store says */
    if (!survey_is_open(how->survey, now_ms))
        return ERR_SURVEY_CLOSED;
    bool is_welcome = how->survey->access != ACCESS_INVITED || response->sent.invitation || how->line;
    return is_welcome ? CXD_OK : ERR_INVITATION_REQUIRED;
}

static enum cxd_err refuse(enum cxd_err reason, struct error *err) {
    if (reason == ERR_INVALID)
        return reason; /* err has its members */
    if (reason == ERR_SURVEY_CLOSED)
        return error_set(err, reason, "the survey is closed, not open yet, or archived");
    return error_set(err, reason, "send the token of an invitation to this survey as `invitation`");
}

/* What the server adds to what the client said. */
static void fill(struct http_request *request, const struct survey *survey, struct change *change) {
    struct response *response = &change->as.response.value;
    int64_t now_ms = http_now_ms(request);
    response->survey = survey->number;
    if (response->import == 0)
        response->revision = survey->revision;
    if (response->received_at == 0 || response->received_at > now_ms)
        response->received_at = now_ms;
    if (response->updated_at > now_ms)
        response->updated_at = now_ms;
    if (!response->has_answered_at)
        response->answered_at = response->received_at;
    response_hold_back(response, now_ms);
    if (!response->has_id)
        id_make(http_ids(request), now_ms, &response->id);
    change->kind = CHANGE_RESPONSE;
    change->now_ms = now_ms;
    change->arena = http_arena(request);
    change->as.response.amend_window_ms = survey->amend_window_s * 1000;
}

/* A second answer that comes too soon is refused, unless the survey takes it. */
static void bound_recontact(const struct http_request *request, const struct survey *survey, struct change *change) {
    if (survey->recontact != RECONTACT_REFUSE)
        return;
    change->as.response.recontact.survey_ms =
        survey_recontact_days(survey, change->as.response.value.touchpoint) * DAY_MS;
    change->as.response.recontact.any_ms = api_settings(request)->config.recontact_days * DAY_MS;
}

/* What the survey anonymises goes from an old row too, in a while: whoever imports it hears of that now. */
static enum cxd_err tell_retention(struct http_request *request, const struct survey *survey, struct response *response,
                                   struct error *err) {
    bool is_past = survey->retention == RETENTION_ANONYMISE &&
                   response->answered_at < survey_retained_from(survey, http_now_ms(request));
    if (!is_past || response_adjust(response, http_arena(request), "/answered_at",
                                    "is older than the survey keeps what names people: that will be taken out of it"))
        return CXD_OK;
    return error_set(err, ERR_NO_MEMORY, "no memory for the response");
}

enum cxd_err admission_judge(struct http_request *request, const struct admission *how, struct change *change,
                             struct error *err) {
    struct response *response = &change->as.response.value;
    int64_t now_ms = http_now_ms(request);
    bool is_expired = false;
    response_settle(response, how->survey, err);
    enum cxd_err result = open_invitation(request, how, change, &is_expired, err);
    if (result == CXD_OK)
        result = name_response(request, how, change, err);
    if (result == CXD_OK)
        result = bound_answers(request, how, change, err);
    if (result != CXD_OK)
        return result;
    /* Times pass and limits are lowered, but what was never read as it is was never taken either. */
    bool may_be_retry = response->has_id && err->code == CXD_OK;
    response->import = how->import ? how->import->number : 0;
    if (how->import)
        response_check_imported(response, how->survey, now_ms + api_settings(request)->limits.clock_skew_ms, err);
    bool is_valid =
        response_validate(response, how->survey, &api_settings(request)->limits, now_ms, how->line, err) == CXD_OK;
    enum cxd_err reason = find_reason(how, response, is_valid, is_expired, now_ms);
    bool is_unjudged = reason == ERR_INVALID && (!may_be_retry || is_wrong(err, "/score"));
    if (is_unjudged && how->is_strict && !explain_unjudged(request, how, response, err))
        return error_set(err, ERR_NO_MEMORY, "no memory for the response");
    if (reason != CXD_OK && !may_be_retry)
        return refuse(reason, err);
    change->as.response.unless_stored = reason;
    fill(request, how->survey, change);
    if (how->import)
        return tell_retention(request, how->survey, response, err);
    if (!how->line)
        bound_recontact(request, how->survey, change);
    if (api_has_key(request))
        return CXD_OK;
    return suspicion_judge(request, how->snapshot, how->survey, response, err);
}

/* Whether answered_at lay ahead is asked of what is stored: a replay may come when the clock has passed it. */
void admission_show(struct http_request *request, const struct change *change, struct response *ret_shown) {
    *ret_shown = response_as_answered(&change->as.response.value);
    const struct response *sent = change->as.response.as_sent ? change->as.response.as_sent : ret_shown;
    bool is_held_back =
        sent->has_answered_at && ret_shown->ahead_ms > 0 && response_said_at(sent) == response_said_at(ret_shown);
    if (is_held_back && !response_adjust(ret_shown, http_arena(request), "/answered_at",
                                         "lay ahead of the server's clock, and became the time of receipt"))
        http_out(request)->failed = true; /* it is stored: no reply rather than one that says no */
    if (is_of_no_revision(ret_shown) &&
        !response_adjust(ret_shown, http_arena(request), "/revision",
                         "is not the one by which the answers were judged, which the reply has"))
        http_out(request)->failed = true;
}

bool admission_hide(struct http_request *request, const struct change *change, struct response *shown) {
    const struct invitation *says = change->as.response.invited.says;
    bool is_hidden = says && !api_has_key(request);
    if (is_hidden && !invitation_hide(says, change->as.response.invited.came, shown, http_arena(request)))
        http_out(request)->failed = true;
    return is_hidden;
}

void admission_explain(struct http_request *request, const struct change *change, struct error *err) {
    const struct invitation *says = change->as.response.invited.says;
    if (says)
        invitation_check(says, &change->as.response.value, api_settings(request)->limits.properties, err);
    if (change->as.response.is_strict && !is_wrong(err, "/score")) /* which the store does not judge by */
        explain_answers(&change->as.response.value, err);
}

enum cxd_err admission_refusal(const struct change *change) {
    bool invited = change->kind == CHANGE_RESPONSE && change->as.response.value.sent.invitation;
    return invited && change->refusal == ERR_CONFLICT ? ERR_INVITATION_USED : change->refusal;
}
