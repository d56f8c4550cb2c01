/* Scores as metrics: what GET /v1/scores answers without parameters, from the same question and the same query, so that
 * two screens agree. */
#include <string.h>

#include "api/metrics.h"
#include "api/parameters.h"

/* A scrape costs some tens of microseconds for each; beyond these, by slug, surveys have no sample. */
enum { SURVEYS_MAX = 1000 };

struct scored {
    const struct survey *survey;
    struct score score;
};

/* A survey that cannot be read now has no sample in this scrape. */
void scrape_read_scores(struct scrape *scrape) {
    const struct snapshot *snapshot = scrape->snapshot;
    struct trend_question question;
    struct error err;
    if (strcmp(scrape->app->config.metrics_scores, "yes") != 0 ||
        parameters_read(scrape->request, PARAMETERS_SCORE, &question, &err) != CXD_OK)
        return;
    size_t count = snapshot->survey_count < SURVEYS_MAX ? snapshot->survey_count : SURVEYS_MAX;
    scrape->scores = arena_alloc_zero(http_arena(scrape->request), count + 1, sizeof *scrape->scores);
    for (size_t i = 0; scrape->scores && i < count; i++) {
        struct score_answer answer;
        question.score.survey = snapshot->surveys[i];
        question.score.without_rate = true;
        if (query_score(scrape->scraper->reader, &question.score, &answer, &err) == CXD_OK)
            scrape->scores[scrape->score_count++] =
                (struct scored){.survey = snapshot->surveys[i], .score = answer.score};
    }
}

typedef void append_figure(const struct scrape *scrape, const struct exposition_label *labels,
                           const struct scored *scored);

static void append_scores(const struct scrape *scrape, append_figure *append) {
    for (size_t i = 0; i < scrape->score_count; i++) {
        const struct survey *survey = scrape->scores[i].survey;
        const struct exposition_label labels[] = {
            {"survey", survey->slug}, {"metric", metric_name(survey->metric)}, {"window", "30d"}, {NULL, NULL}};
        append(scrape, labels, &scrape->scores[i]);
    }
}

/* None where the API has null. */
static void append_score(const struct scrape *scrape, const struct exposition_label *labels,
                         const struct scored *scored) {
    if (scored->score.known)
        exposition_fixed(scrape->out, scrape->name, labels, scored->score.value, score_decimals(scored->survey));
}

static void append_responses(const struct scrape *scrape, const struct exposition_label *labels,
                             const struct scored *scored) {
    exposition_count(scrape->out, scrape->name, labels, (uint64_t)scored->score.n);
}

void metric_score(const struct scrape *scrape) {
    append_scores(scrape, append_score);
}

void metric_score_responses(const struct scrape *scrape) {
    append_scores(scrape, append_responses);
}
