/* Every rule that a survey's definition must keep, called by codec/ once the JSON is read. Each rule names the member
 * that broke it; a member that the parser has already complained of is not judged again. */
#include "cxd/domain/response.h"
#include "cxd/domain/survey.h"

#include <stdio.h>
#include <string.h>

#include "cxd/base/clock.h"
#include "cxd/base/utf8.h"
#include "domain/question_validate.h"
#include "domain/rules.h"
#include "domain/scoring.h"

enum {
    NAME_MAX_CHARACTERS = 200,
    TOUCHPOINT_MAX_CHARACTERS = 1024,
    TEXT_MAX_CHARACTERS = 1000,
    PROPERTY_KEY_MAX = 64,
    HONEYPOT_MAX_CHARACTERS = 64,
    ORIGIN_MAX = 255
};

static const int64_t DAY_S = 86400;
static const int64_t AMEND_WINDOW_MAX_DAYS = 365;
static const int64_t BACKDATE_MAX_DAYS = 3653; /* ten years */
static const int64_t MIN_N_MAX = 1000000;
static const int64_t MIN_SECONDS_MAX = 3600;
static const int64_t DAYS_MAX = 36500; /* a hundred years */

static void check_texts(const struct survey *survey, struct error *err) {
    if (survey->text_count > SURVEY_TEXTS_MAX) {
        rules_report(err, "/texts", "must have at most %d locales, not %zu", SURVEY_TEXTS_MAX, survey->text_count);
        return;
    }
    for (size_t i = 0; i < survey->text_count; i++) {
        const struct survey_text *text = &survey->texts[i];
        char parent[160] = "/texts";
        error_pointer_append(parent, sizeof parent, text->locale);
        if (!rules_locale_valid(text->locale)) {
            rules_report(err, parent, "must be named by a locale such as \"en\" or \"pt-BR\"");
            continue;
        }
        const struct {
            const char *member;
            const char *value;
        } members[] = {
            {"question", text->question},     {"low_label", text->low_label},
            {"high_label", text->high_label}, {"comment_prompt", text->comment_prompt},
            {"thanks", text->thanks},
        };
        for (size_t m = 0; m < CXD_COUNT(members); m++) {
            char pointer[160];
            snprintf(pointer, sizeof pointer, "%s", parent);
            error_pointer_append(pointer, sizeof pointer, members[m].member);
            rules_check_text(err, pointer, members[m].value, 0, TEXT_MAX_CHARACTERS, true);
        }
    }
}

static void check_properties(const struct survey *survey, struct error *err) {
    if (survey->property_count > SURVEY_PROPERTIES_MAX) {
        rules_report(err, "/properties", "must have at most %d keys, not %zu", SURVEY_PROPERTIES_MAX,
                     survey->property_count);
        return;
    }
    for (size_t i = 0; i < survey->property_count; i++) {
        const char *key = survey->properties[i].key;
        char pointer[64];
        snprintf(pointer, sizeof pointer, "/properties/%zu", i);
        if (!property_key_valid(key, PROPERTY_KEY_MAX))
            rules_report(err, pointer, "must be 1 to %d characters of A-Z, a-z, 0-9, '_', '.' and '-'",
                         PROPERTY_KEY_MAX);
        else if (survey_property_index(survey, key) < (int)i)
            rules_report(err, pointer, "is declared twice");
    }
}

/* What follows "scheme://": a host name or an IPv6 address in brackets, then perhaps a port. */
static bool authority_valid(const char *text, bool *ret_default_port, const char *default_port) {
    size_t host;
    if (text[0] == '[') {
        size_t inner = strspn(text + 1, "0123456789abcdef:.");
        if (inner < 2 || text[1 + inner] != ']')
            return false;
        host = inner + 2;
    } else {
        host = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789.-_");
        if (host == 0)
            return false;
    }
    if (text[host] == '\0')
        return true;
    const char *port = text + host + 1;
    size_t digits = strspn(port, "0123456789");
    if (text[host] != ':' || digits == 0 || digits > 5 || port[digits] != '\0' || port[0] == '0')
        return false;
    unsigned number = 0;
    for (size_t i = 0; i < digits; i++)
        number = number * 10 + (unsigned)(port[i] - '0');
    *ret_default_port = strcmp(port, default_port) == 0;
    return number <= 65535;
}

/* An origin as browsers serialise it (RFC 6454 §6.2), so that comparison is of bytes. */
static bool origin_valid(const char *origin, bool *ret_default_port) {
    *ret_default_port = false;
    if (strcmp(origin, "null") == 0)
        return true;
    size_t scheme = strspn(origin, "abcdefghijklmnopqrstuvwxyz0123456789+.-");
    if (scheme == 0 || origin[0] < 'a' || strncmp(origin + scheme, "://", 3) != 0 || strlen(origin) > ORIGIN_MAX)
        return false;
    bool https = scheme == 5 && strncmp(origin, "https", 5) == 0;
    bool http = scheme == 4 && strncmp(origin, "http", 4) == 0;
    return authority_valid(origin + scheme + 3, ret_default_port, https ? "443" : http ? "80" : "");
}

static void check_origins(const struct survey *survey, struct error *err) {
    if (survey->origin_count > SURVEY_ORIGINS_MAX) {
        rules_report(err, "/allowed_origins", "must have at most %d origins, not %zu", SURVEY_ORIGINS_MAX,
                     survey->origin_count);
        return;
    }
    for (size_t i = 0; i < survey->origin_count; i++) {
        char pointer[64];
        snprintf(pointer, sizeof pointer, "/allowed_origins/%zu", i);
        bool default_port;
        if (!origin_valid(survey->origins[i], &default_port))
            rules_report(err, pointer,
                         "must be an origin such as \"https://shop.example\", in lower case and without a "
                         "path, or \"null\"");
        else if (default_port)
            rules_report(err, pointer, "must not name the scheme's own port: browsers leave it out");
    }
}

static void check_range(struct error *err, const char *pointer, int64_t value, int64_t max, const char *what) {
    if (value < 0 || value > max)
        rules_report(err, pointer, "must be %s", what);
}

static void check_honeypot(const struct survey *survey, struct error *err) {
    static const char PROPERTY[] = "property.";
    if (!survey->honeypot)
        return;
    if (!property_key_valid(survey->honeypot, HONEYPOT_MAX_CHARACTERS))
        rules_report(err, "/honeypot", "must have 1 to %d characters of A-Z, a-z, 0-9, '_', '.' and '-'",
                     HONEYPOT_MAX_CHARACTERS);
    else if (strncmp(survey->honeypot, PROPERTY, strlen(PROPERTY)) == 0)
        rules_report(err, "/honeypot", "must not begin as the fields of properties do, with \"%s\"", PROPERTY);
}

static void check_recontacts(const struct survey *survey, struct error *err) {
    char pointer[sizeof err->members[0].pointer];
    if (survey->recontact_count > SURVEY_RECONTACTS_MAX)
        rules_report(err, "/recontact_days/touchpoints", "must have at most %d touchpoints", SURVEY_RECONTACTS_MAX);
    for (size_t i = 0; i < survey->recontact_count && i < SURVEY_RECONTACTS_MAX; i++) {
        snprintf(pointer, sizeof pointer, "/recontact_days/touchpoints");
        error_pointer_append(pointer, sizeof pointer, survey->recontacts[i].touchpoint);
        rules_check_text(err, pointer, survey->recontacts[i].touchpoint, 1, TOUCHPOINT_MAX_CHARACTERS, false);
        check_range(err, pointer, survey->recontacts[i].days, DAYS_MAX, "a whole number from 0 to 36500");
    }
}

enum cxd_err survey_validate(const struct survey *survey, struct error *err) {
    if (!slug_valid(survey->slug))
        rules_report(err, "/slug",
                     "must be 1 to 64 characters of a-z, 0-9, '-' and '_', beginning with a letter or digit");
    rules_check_text(err, "/name", survey->name, 0, NAME_MAX_CHARACTERS, false);
    scoring_check(survey, "", err);
    check_texts(survey, err);
    questions_check(survey, err);
    check_properties(survey, err);
    check_origins(survey, err);
    check_honeypot(survey, err);
    if (survey->opens_at >= survey->closes_at && !rules_reported(err, "/opens_at"))
        rules_report(err, "/closes_at", "must lie after opens_at");
    check_range(err, "/amend_window", survey->amend_window_s, AMEND_WINDOW_MAX_DAYS * DAY_S, "0 to 365 days");
    check_range(err, "/max_backdate", survey->max_backdate_s, BACKDATE_MAX_DAYS * DAY_S, "0 to 3653 days (10 years)");
    check_range(err, "/min_n", survey->min_n, MIN_N_MAX, "a whole number from 0 to 1000000");
    check_range(err, "/recontact_days", survey->recontact_days, DAYS_MAX, "a whole number from 0 to 36500");
    check_recontacts(survey, err);
    check_range(err, "/min_seconds", survey->min_seconds, MIN_SECONDS_MAX, "a whole number from 0 to 3600");
    check_range(err, "/retention_days", survey->retention_days, DAYS_MAX, "a whole number from 0 to 36500");
    return err->code;
}
