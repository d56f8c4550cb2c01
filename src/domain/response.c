/* One answer: what makes it valid for its survey, and when two are the same. Stands between codec/ (which made the
 * struct from JSON) and ingest/ (which stores it); runs on the request's thread for every answer, so it allocates
 * nothing. */
#include "cxd/domain/response.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cxd/base/secret.h"
#include "cxd/base/utf8.h"
#include "domain/answers.h"
#include "domain/rules.h"

static const char *const FLAG_NAMES[FLAG_COUNT] = {"honeypot", "too_fast", "nonce", "user_agent", "burst"};

const char *flag_name(int index) {
    return index >= 0 && index < FLAG_COUNT ? FLAG_NAMES[index] : NULL;
}

bool flag_parse(const char *name, enum flag *ret_flag) {
    for (int i = 0; i < FLAG_COUNT; i++) {
        if (strcmp(FLAG_NAMES[i], name) == 0) {
            *ret_flag = (enum flag)(1 << i);
            return true;
        }
    }
    return false;
}

const char *flags_reason(unsigned flags, char out[FLAG_REASON_SIZE]) {
    const char *lead = "suspected: ";
    char *at = out;
    *at = '\0';
    for (int i = 0; i < FLAG_COUNT; i++) {
        if (!(flags & 1U << i))
            continue;
        at = stpcpy(stpcpy(at, lead), FLAG_NAMES[i]);
        lead = ", ";
    }
    return out;
}

bool response_counts(const struct response *response) {
    return response->has_score && !response->excluded;
}

void response_check_properties(const struct response *response, const struct response_limits *limits,
                               struct error *err) {
    if (response->property_count > limits->properties) {
        rules_report(err, "/properties", "must have at most %zu members, not %zu", limits->properties,
                     response->property_count);
        return;
    }
    for (size_t i = 0; i < response->property_count; i++) {
        const struct property *property = &response->properties[i];
        char pointer[160] = "/properties";
        error_pointer_append(pointer, sizeof pointer, property->key);
        if (!property_key_valid(property->key, limits->property_key_characters))
            rules_report(err, pointer, "must be named by 1 to %zu characters of A-Z, a-z, 0-9, '_', '.' and '-'",
                         limits->property_key_characters);
        else
            rules_check_text(err, pointer, property->value, 0, limits->property_value_characters, true);
    }
}

void response_hold_back(struct response *response, int64_t now_ms) {
    int64_t said_at = response_said_at(response);
    if (!response->has_answered_at || said_at <= now_ms)
        return;
    response->answered_at = now_ms;
    response->ahead_ms = said_at - now_ms;
}

int64_t response_said_at(const struct response *response) {
    return response->answered_at + response->ahead_ms;
}

static void check_answered_at(const struct response *response, const struct survey *survey, int64_t clock_skew_ms,
                              int64_t now_ms, bool backdate_free, struct error *err) {
    if (response->answered_at < 0)
        rules_report(err, "/answered_at", "must not lie before 1970");
    else if (response->answered_at > now_ms + clock_skew_ms)
        rules_report(err, "/answered_at", "must not lie more than %" PRId64 " seconds ahead of the server's clock",
                     clock_skew_ms / 1000);
    else if (!backdate_free && response->answered_at < now_ms - survey->max_backdate_s * 1000)
        rules_report(err, "/answered_at",
                     "must not lie more than %" PRId64 " seconds back (the survey's max_backdate); older answers are "
                     "imported with a key, in a batch, POST /v1/responses",
                     survey->max_backdate_s);
}

/* Imported with its revision it is of an archive: by the rule of its time it was taken, and it may have lost its
 * comment since. */
static bool was_taken(const struct response *response) {
    return response->import != 0 && response->revision > 0;
}

static void check_score(const struct response *response, const struct survey *survey, struct error *err) {
    if (!response->has_score && was_taken(response))
        return;
    if (response->has_score && (response->score < survey->scale_min || response->score > survey->scale_max))
        rules_report(err, "/score", "must be a whole number from %d to %d", survey->scale_min, survey->scale_max);
    else if (!response->has_score && survey->score_rule == SCORE_REQUIRED)
        rules_report(err, "/score", "is required");
    else if (!response->has_score && !response->comment && !rules_reported(err, "/comment"))
        rules_report(err, "/score", "is required where there is no comment");
}

enum cxd_err response_validate(const struct response *response, const struct survey *survey,
                               const struct response_limits *limits, int64_t now_ms, bool backdate_free,
                               struct error *err) {
    check_score(response, survey, err);
    rules_check_text(err, "/comment", response->comment, 0, limits->comment_characters, true);
    rules_check_text(err, "/respondent", response->respondent, 1, limits->respondent_characters, false);
    rules_check_text(err, "/touchpoint", response->touchpoint, 1, RESPONSE_LABEL_CHARACTERS_MAX, false);
    rules_check_text(err, "/channel", response->channel, 1, RESPONSE_LABEL_CHARACTERS_MAX, false);
    rules_check_text(err, "/visit", response->visit, 1, RESPONSE_VISIT_CHARACTERS_MAX, false);
    if (response->locale && !rules_locale_valid(response->locale))
        rules_report(err, "/locale", "must be a locale such as \"en\" or \"pt-BR\", at most 35 characters");
    response_check_properties(response, limits, err);
    if (response->has_answered_at)
        check_answered_at(response, survey, limits->clock_skew_ms, now_ms, backdate_free, err);
    if (response->has_sequence && (response->sequence < 0 || response->sequence > SEQUENCE_MAX))
        rules_report(err, "/sequence", "must be a whole number from 0 to %" PRId64, SEQUENCE_MAX);
    return err->code;
}

static int compare_properties(const void *a, const void *b) {
    return strcmp(((const struct property *)a)->key, ((const struct property *)b)->key);
}

bool response_sort_properties(struct property *properties, size_t count, const char **ret_duplicate) {
    if (count > 1)
        qsort(properties, count, sizeof *properties, compare_properties);
    for (size_t i = 1; i < count; i++) {
        if (strcmp(properties[i - 1].key, properties[i].key) == 0) {
            *ret_duplicate = properties[i].key;
            return false;
        }
    }
    return true;
}

void response_check_imported(const struct response *response, const struct survey *survey, int64_t latest_ms,
                             struct error *err) {
    enum { REASON_CHARACTERS_MAX = 200 };
    const char *reason = response->excluded_reason;
    if (response->received_at > latest_ms)
        error_add_member(err, "/received_at", "must not lie ahead");
    if (response->updated_at > latest_ms)
        error_add_member(err, "/updated_at", "must not lie ahead");
    if (response->revision > survey->revision)
        error_add_member(err, "/revision", "is none of the survey, which has had %lld", (long long)survey->revision);
    if (response->flags != 0 && !response->excluded)
        error_add_member(err, "/flags", "are for what is excluded");
    if (reason && !response->excluded)
        error_add_member(err, "/excluded_reason", "is for what is excluded");
    else if (reason && (utf8_count(reason) > REASON_CHARACTERS_MAX || utf8_has_control(reason, false)))
        error_add_member(err, "/excluded_reason", "must have at most %d characters, and no control characters",
                         REASON_CHARACTERS_MAX);
}

bool response_adjust(struct response *response, struct arena *arena, const char *pointer, const char *detail) {
    const struct adjustment **last = &response->sent.adjusted;
    for (size_t count = 0; *last; count++) {
        if (count + 1 == ADJUSTMENTS_MAX)
            return true;
        last = &((struct adjustment *)*last)->next;
    }
    struct adjustment *added = arena_alloc(arena, sizeof *added);
    char *copy = arena_strdup(arena, pointer);
    if (!added || !copy)
        return false;
    *added = (struct adjustment){.pointer = copy, .detail = detail};
    *last = added;
    return true;
}

void response_settle(struct response *response, const struct survey *survey, struct error *err) {
    for (const struct stray *stray = response->sent.strays; stray; stray = stray->next) {
        char pointer[sizeof err->members[0].pointer] = "";
        bool is_honeypot = strcmp(stray->name, survey_honeypot(survey)) == 0;
        bool is_before = survey->honeypot_before && strcmp(stray->name, survey->honeypot_before) == 0;
        if (is_honeypot)
            response->sent.filled_honeypot = stray->is_filled;
        else if (!is_before || stray->is_filled)
            continue;
        error_pointer_append(pointer, sizeof pointer, stray->name);
        error_drop_member(err, pointer);
    }
    response->sent.strays = NULL;
}

static bool same_properties(const struct response *a, const struct response *b) {
    if (a->property_count != b->property_count)
        return false;
    for (size_t i = 0; i < a->property_count; i++)
        if (!utf8_same(a->properties[i].key, b->properties[i].key) ||
            !utf8_same(a->properties[i].value, b->properties[i].value))
            return false;
    return true;
}

bool response_same_payload(const struct response *sent, const struct response *stored) {
    if (sent->has_score != stored->has_score || sent->score != stored->score ||
        !utf8_same(sent->comment, stored->comment) || !utf8_same(sent->respondent, stored->respondent) ||
        !utf8_same(sent->touchpoint, stored->touchpoint) || !utf8_same(sent->channel, stored->channel) ||
        !utf8_same(sent->locale, stored->locale) || !utf8_same(sent->visit, stored->visit) ||
        !same_properties(sent, stored) || !answers_same(sent, stored))
        return false;
    if (sent->has_answered_at && response_said_at(sent) != response_said_at(stored) &&
        response_said_at(sent) != stored->answered_at)
        return false;
    return !sent->has_sequence || (stored->has_sequence && sent->sequence == stored->sequence);
}

bool response_is_older(const struct response *sent, const struct response *stored) {
    if (sent->has_sequence && stored->has_sequence && sent->sequence != stored->sequence)
        return sent->sequence < stored->sequence;
    return sent->has_answered_at && stored->has_answered_at && response_said_at(sent) < response_said_at(stored);
}

struct response response_as_spelled(const struct response *sent) {
    struct response spelled = *sent;
    if (sent->sent.respondent)
        spelled.respondent = sent->sent.respondent;
    return spelled;
}

/* No text holds a NUL, so that no two lists of members read the same. */
static void add_members(struct sha256_run *run, const struct response *response, bool is_timed) {
    const struct {
        const char *name, *value;
    } texts[] = {{"comment", response->comment},       {"respondent", response->respondent},
                 {"touchpoint", response->touchpoint}, {"channel", response->channel},
                 {"locale", response->locale},         {"visit", response->visit}};
    if (response->has_score)
        digest_number(run, "score", response->score);
    if (is_timed && response->has_answered_at)
        digest_number(run, "answered_at", response_said_at(response));
    if (response->has_sequence)
        digest_number(run, "sequence", response->sequence);
    for (size_t i = 0; i < CXD_COUNT(texts); i++) {
        if (!texts[i].value)
            continue;
        digest_text(run, texts[i].name);
        digest_text(run, texts[i].value);
    }
    for (size_t i = 0; i < response->property_count; i++) {
        digest_text(run, "property");
        digest_text(run, response->properties[i].key);
        digest_text(run, response->properties[i].value);
    }
    answers_digest(run, response);
}

void response_digest(const struct response *response, const void *salt, size_t salt_length, bool is_timed,
                     uint8_t ret_digest[RESPONSE_DIGEST_SIZE]) {
    struct sha256_run run;
    uint8_t digest[SHA256_SIZE];
    sha256_begin(&run);
    sha256_add(&run, salt, salt_length);
    add_members(&run, response, is_timed);
    sha256_end(&run, digest);
    memcpy(ret_digest, digest, RESPONSE_DIGEST_SIZE);
}

/* What has one length comes first, then what the client said: so no two read the same. */
void response_tag(const struct response *shown, char ret_tag[ETAG_SIZE]) {
    const int64_t numbers[] = {shown->revision, shown->answered_at, shown->received_at, shown->flags, shown->excluded};
    struct sha256_run run;
    sha256_begin(&run);
    digest_text(&run, CXD_VERSION);
    sha256_add(&run, shown->id.bytes, sizeof shown->id.bytes);
    sha256_add(&run, numbers, sizeof numbers);
    digest_text(&run, shown->excluded && shown->excluded_reason ? shown->excluded_reason : "");
    add_members(&run, shown, false);
    etag_end(&run, ret_tag);
}

struct response response_as_answered(const struct response *stored) {
    struct response shown = *stored;
    shown.flags = 0;
    shown.excluded = false;
    return shown;
}

bool response_withhold(struct response *shown, const struct response *sent) {
    const struct {
        const char **shown, *sent;
    } texts[] = {{&shown->comment, sent->comment},       {&shown->respondent, sent->respondent},
                 {&shown->touchpoint, sent->touchpoint}, {&shown->channel, sent->channel},
                 {&shown->locale, sent->locale},         {&shown->visit, sent->visit}};
    if (!id_is_of_name(&shown->id))
        return false;
    bool is_withheld = shown->property_count > 0 && !same_properties(shown, sent);
    if (is_withheld)
        shown->property_count = 0;
    if (shown->answer_count > 0 && !answers_same(shown, sent)) {
        shown->answer_count = 0;
        is_withheld = true;
    }
    for (size_t i = 0; i < CXD_COUNT(texts); i++) {
        if (!*texts[i].shown || utf8_same(*texts[i].shown, texts[i].sent))
            continue;
        *texts[i].shown = NULL;
        is_withheld = true;
    }
    return is_withheld;
}

const char *response_property(const struct response *response, const char *key) {
    for (size_t i = 0; i < response->property_count; i++)
        if (strcmp(response->properties[i].key, key) == 0)
            return response->properties[i].value;
    return NULL;
}

const struct answer *response_answer(const struct response *response, const char *key) {
    return answers_find(response->answers, response->answer_count, key);
}
