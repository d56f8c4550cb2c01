/* What a survey is: the names of its choices, the scales and methods that each metric allows with their default bands
 * (docs/scoring.md §1), and what it says of a moment, an origin or a property. survey_validate.c holds its rules. */
#include "cxd/domain/survey.h"

#include <assert.h>
#include <string.h>

#include "cxd/base/clock.h"
#include "cxd/domain/histogram.h"
#include "domain/scales.h"

static const char *const METRIC_NAMES[METRIC_COUNT] = {"nps", "csat", "ces"};
static const char *const METHOD_NAMES[METHOD_COUNT] = {"net_promoter", "top_box", "mean", "net_easy"};
static const char *const DIRECTION_NAMES[DIRECTION_COUNT] = {"higher_is_better", "lower_is_better"};
static const char *const SCORE_RULE_NAMES[SCORE_RULE_COUNT] = {"required", "optional"};
static const char *const ACCESS_NAMES[ACCESS_COUNT] = {"public", "invited"};
static const char *const RECONTACT_NAMES[RECONTACT_COUNT] = {"refuse", "store"};
static const char *const RETENTION_NAMES[RETENTION_COUNT] = {"delete", "anonymise"};

const struct words SURVEY_METRICS = WORDS(METRIC_NAMES), SURVEY_METHODS = WORDS(METHOD_NAMES),
                   SURVEY_DIRECTIONS = WORDS(DIRECTION_NAMES), SURVEY_ACCESSES = WORDS(ACCESS_NAMES),
                   SURVEY_RECONTACTS = WORDS(RECONTACT_NAMES), SURVEY_RETENTIONS = WORDS(RETENTION_NAMES),
                   SURVEY_SCORE_RULES = WORDS(SCORE_RULE_NAMES);

enum { SCALE_LEAST = 0, SCALE_MOST = HISTOGRAM_SIZE - 1 };

/* Those with usual bands; the first of a metric is its default. */
static const struct scale SCALES[] = {
    {METRIC_NPS, 0, 10, {9, 6}, {9, 6}}, {METRIC_CSAT, 1, 5, {4, 2}, {4, 2}}, {METRIC_CSAT, 0, 1, {1, 0}, {1, 0}},
    {METRIC_CSAT, 1, 3, {3, 1}, {3, 1}}, {METRIC_CSAT, 1, 7, {6, 3}, {6, 3}}, {METRIC_CSAT, 1, 10, {9, 5}, {9, 5}},
    {METRIC_CES, 1, 7, {5, 3}, {6, 3}},  {METRIC_CES, 1, 5, {4, 2}, {4, 2}},
};

static const enum method DEFAULT_METHODS[METRIC_COUNT] = {METHOD_NET_PROMOTER, METHOD_TOP_BOX, METHOD_MEAN};

const char *metric_name(enum metric metric) {
    return SURVEY_METRICS.list[metric];
}

const char *method_name(enum method method) {
    return SURVEY_METHODS.list[method];
}

const char *direction_name(enum direction direction) {
    return SURVEY_DIRECTIONS.list[direction];
}

const struct scale *scale_find(enum metric metric, int min, int max) {
    for (size_t i = 0; i < CXD_COUNT(SCALES); i++)
        if (SCALES[i].metric == metric && SCALES[i].min == min && SCALES[i].max == max)
            return &SCALES[i];
    return NULL;
}

bool scale_is_allowed(enum metric metric, int min, int max) {
    return metric == METRIC_CSAT ? SCALE_LEAST <= min && min < max && max <= SCALE_MOST
                                 : scale_find(metric, min, max) != NULL;
}

static const struct scale *scale_default(enum metric metric) {
    size_t i = 0;
    while (SCALES[i].metric != metric)
        i++;
    return &SCALES[i];
}

void survey_set_defaults(struct survey *survey, bool scale_given) {
    assert(survey->metric < METRIC_COUNT);
    if (!scale_given) {
        const struct scale *scale = scale_default(survey->metric);
        survey->scale_min = scale->min;
        survey->scale_max = scale->max;
    }
    survey->method = DEFAULT_METHODS[survey->metric];
    survey->direction = DIRECTION_HIGHER;
    (void)survey_default_bands(survey, &survey->favourable, &survey->unfavourable);
}

bool survey_default_bands(const struct survey *survey, int *ret_favourable, int *ret_unfavourable) {
    const struct scale *scale = scale_find(survey->metric, survey->scale_min, survey->scale_max);
    if (!scale) {
        *ret_favourable = survey->scale_max;
        *ret_unfavourable = survey->scale_min;
        return !scale_is_allowed(survey->metric, survey->scale_min, survey->scale_max);
    }
    struct bands bands = survey->method == METHOD_NET_EASY ? scale->net_easy : scale->bands;
    if (survey->direction == DIRECTION_LOWER) {
        int ends = scale->min + scale->max;
        bands = (struct bands){ends - bands.favourable, ends - bands.unfavourable};
    }
    *ret_favourable = bands.favourable;
    *ret_unfavourable = bands.unfavourable;
    return true;
}

bool survey_is_open(const struct survey *survey, int64_t now_ms) {
    return survey->archived_at == 0 && survey->opens_at <= now_ms && now_ms < survey->closes_at;
}

int64_t survey_retained_from(const struct survey *survey, int64_t now_ms) {
    static const int64_t DAY_MS = INT64_C(24) * 60 * 60 * 1000;
    return survey->retention_days == 0 ? TIME_MIN : now_ms - survey->retention_days * DAY_MS;
}

bool survey_allows_origin(const struct survey *survey, const char *origin) {
    if (survey->origin_count == 0)
        return true;
    for (size_t i = 0; i < survey->origin_count; i++)
        if (strcmp(survey->origins[i], origin) == 0)
            return true;
    return false;
}

const char *survey_honeypot(const struct survey *survey) {
    return survey->honeypot ? survey->honeypot : SURVEY_HONEYPOT;
}

const char *survey_honeypot_before(const struct survey *survey, const struct survey *old) {
    bool is_other = strcmp(survey_honeypot(survey), survey_honeypot(old)) != 0;
    return is_other && old->honeypot ? old->honeypot : old->honeypot_before;
}

bool survey_had_honeypot(const char *name) {
    return strcmp(name, SURVEY_HONEYPOT) == 0 || strcmp(name, "website") == 0;
}

int survey_property_index(const struct survey *survey, const char *key) {
    for (size_t i = 0; i < survey->property_count; i++)
        if (strcmp(survey->properties[i].key, key) == 0)
            return (int)i;
    return -1;
}

int64_t survey_recontact_days(const struct survey *survey, const char *touchpoint) {
    for (size_t i = 0; touchpoint && i < survey->recontact_count; i++)
        if (strcmp(survey->recontacts[i].touchpoint, touchpoint) == 0)
            return survey->recontacts[i].days;
    return survey->recontact_days;
}
