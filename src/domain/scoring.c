/* The rules that metric, scale, method, direction and bands must keep, of a survey and of a question on a scale
 * (docs/scoring.md §1). */
#include "domain/scoring.h"

#include <stdio.h>

#include "domain/rules.h"
#include "domain/scales.h"

enum { POINTER_SIZE = sizeof(((struct error_member *)NULL)->pointer) };

/* What each metric allows: the methods, and the sentences that say so. */
static const struct {
    unsigned methods;
    const char *method_names;
    const char *scale_names;
} ALLOWED[METRIC_COUNT] = {
    [METRIC_NPS] = {1U << METHOD_NET_PROMOTER, "net_promoter", "0 to 10"},
    [METRIC_CSAT] = {1U << METHOD_TOP_BOX | 1U << METHOD_MEAN, "top_box or mean",
                     "two whole numbers from 0 to 10, the lower one first,"},
    [METRIC_CES] = {1U << METHOD_MEAN | 1U << METHOD_TOP_BOX | 1U << METHOD_NET_EASY, "mean, top_box or net_easy",
                    "1 to 7 or 1 to 5"},
};

/* Where the members stand. */
struct place {
    char metric[POINTER_SIZE], scale[POINTER_SIZE], method[POINTER_SIZE], direction[POINTER_SIZE];
    char bands[POINTER_SIZE], from[POINTER_SIZE], to[POINTER_SIZE];
};

static void name_place(struct place *place, const char *parent) {
    const struct {
        char *pointer;
        const char *name;
    } members[] = {{place->metric, "metric"},           {place->scale, "scale"}, {place->method, "method"},
                   {place->direction, "direction"},     {place->bands, "bands"}, {place->from, "bands/satisfied_from"},
                   {place->to, "bands/dissatisfied_to"}};
    for (size_t i = 0; i < CXD_COUNT(members); i++)
        snprintf(members[i].pointer, POINTER_SIZE, "%.64s/%s", parent, members[i].name);
}

static void check_bands(const struct survey *survey, const struct place *at, struct error *err) {
    if (survey->metric == METRIC_NPS) {
        if (survey->favourable != 9)
            rules_report(err, at->from, "is fixed for nps: promoters are 9 and 10");
        if (survey->unfavourable != 6)
            rules_report(err, at->to, "is fixed for nps: detractors are 0 to 6");
        return;
    }
    int min = survey->scale_min, max = survey->scale_max;
    if (survey->favourable < min || survey->favourable > max)
        rules_report(err, at->from, "must be a score of the scale, %d to %d", min, max);
    if (survey->unfavourable < min || survey->unfavourable > max)
        rules_report(err, at->to, "must be a score of the scale, %d to %d", min, max);
    if (rules_reported(err, at->bands))
        return;
    bool lower = survey->direction == DIRECTION_LOWER;
    if (lower ? survey->unfavourable <= survey->favourable : survey->unfavourable >= survey->favourable)
        rules_report(err, at->to, "must lie %s satisfied_from (%d)", lower ? "above" : "below", survey->favourable);
}

void scoring_check(const struct survey *survey, const char *parent, struct error *err) {
    struct place at;
    name_place(&at, parent);
    if (rules_reported(err, at.metric))
        return; /* the rest depends on it */
    const char *metric = metric_name(survey->metric);
    if (!scale_is_allowed(survey->metric, survey->scale_min, survey->scale_max))
        rules_report(err, at.scale, "must be %s for %s", ALLOWED[survey->metric].scale_names, metric);
    if (!(ALLOWED[survey->metric].methods & 1U << survey->method))
        rules_report(err, at.method, "must be %s for %s", ALLOWED[survey->metric].method_names, metric);
    if (survey->direction == DIRECTION_LOWER && survey->metric != METRIC_CES)
        rules_report(err, at.direction, "must be higher_is_better for %s", metric);
    if (!rules_reported(err, at.scale) && !rules_reported(err, at.method) && !rules_reported(err, at.direction))
        check_bands(survey, &at, err);
}
