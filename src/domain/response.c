/* One answer: what makes it valid for its survey, and when two are the same. Stands between codec/ (which made the struct
 * from JSON) and ingest/ (which stores it); runs on the request's thread for every answer, so it allocates nothing. */
#include "cxd/domain/response.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "domain/rules.h"

enum { LABEL_MAX_CHARACTERS = 64, VISIT_MAX_CHARACTERS = 128 };

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

static bool same_text(const char *a, const char *b) {
    return a == b || (a && b && strcmp(a, b) == 0);
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
            rules_report(err, pointer,
                         "must be named by 1 to %zu characters of A-Z, a-z, 0-9, '_', '.' and '-'",
                         limits->property_key_characters);
        else
            rules_check_text(err, pointer, property->value, 0, limits->property_value_characters, true);
    }
}

static void check_answered_at(const struct response *response, const struct survey *survey,
                              int64_t clock_skew_ms, int64_t now_ms, bool backdate_free, struct error *err) {
    if (response->answered_at < 0)
        rules_report(err, "/answered_at", "must not lie before 1970");
    else if (response->answered_at > now_ms + clock_skew_ms)
        rules_report(err, "/answered_at",
                     "must not lie more than %" PRId64 " seconds ahead of the server's clock",
                     clock_skew_ms / 1000);
    else if (!backdate_free && response->answered_at < now_ms - survey->max_backdate_s * 1000)
        rules_report(err, "/answered_at", "must not lie more than %" PRId64 " seconds back",
                     survey->max_backdate_s);
}

enum cxd_err response_validate(const struct response *response, const struct survey *survey,
                               const struct response_limits *limits, int64_t now_ms, bool backdate_free,
                               struct error *err) {
    if (response->score < survey->scale_min || response->score > survey->scale_max)
        rules_report(err, "/score", "must be a whole number from %d to %d", survey->scale_min,
                     survey->scale_max);
    rules_check_text(err, "/comment", response->comment, 0, limits->comment_characters, true);
    rules_check_text(err, "/respondent", response->respondent, 1, limits->respondent_characters, false);
    rules_check_text(err, "/touchpoint", response->touchpoint, 1, LABEL_MAX_CHARACTERS, false);
    rules_check_text(err, "/channel", response->channel, 1, LABEL_MAX_CHARACTERS, false);
    rules_check_text(err, "/visit", response->visit, 1, VISIT_MAX_CHARACTERS, false);
    if (response->locale && !rules_locale_valid(response->locale))
        rules_report(err, "/locale", "must be a locale such as \"en\" or \"pt-BR\", at most 35 characters");
    response_check_properties(response, limits, err);
    if (response->has_answered_at)
        check_answered_at(response, survey, limits->clock_skew_ms, now_ms, backdate_free, err);
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

bool response_same_payload(const struct response *sent, const struct response *stored) {
    if (sent->score != stored->score || !same_text(sent->comment, stored->comment) ||
        !same_text(sent->respondent, stored->respondent) ||
        !same_text(sent->touchpoint, stored->touchpoint) || !same_text(sent->channel, stored->channel) ||
        !same_text(sent->locale, stored->locale) || !same_text(sent->visit, stored->visit) ||
        sent->property_count != stored->property_count)
        return false;
    if (sent->has_answered_at && sent->answered_at != stored->answered_at)
        return false;
    for (size_t i = 0; i < sent->property_count; i++)
        if (!same_text(sent->properties[i].key, stored->properties[i].key) ||
            !same_text(sent->properties[i].value, stored->properties[i].value))
            return false;
    return true;
}

const char *response_property(const struct response *response, const char *key) {
    for (size_t i = 0; i < response->property_count; i++)
        if (strcmp(response->properties[i].key, key) == 0)
            return response->properties[i].value;
    return NULL;
}
