/* Metrics of what comes over the network: requests and connections, as http/ counts them, and what became of responses,
 * which is counted here, in a lane for each thread. */
#include <stdio.h>

#include "api/metrics.h"

void api_count_stored(struct http_request *request, enum outcome outcome) {
    const struct app *app = http_app(request);
    tally_add(&app->lanes[http_lane(request)].stored[outcome], 1);
}

void api_count_refused(struct http_request *request, enum cxd_err refusal) {
    const struct app *app = http_app(request);
    tally_add(&app->lanes[http_lane(request)].refused[refusal], 1);
}

void api_count_row(struct http_request *request, enum outcome outcome) {
    const struct app *app = http_app(request);
    tally_add(&app->lanes[http_lane(request)].rows[outcome], 1);
}

void api_count_event(struct http_request *request, enum event_result result) {
    const struct app *app = http_app(request);
    tally_add(&app->lanes[http_lane(request)].events[result], 1);
}

uint64_t api_flagged(const struct app *app, int flag_index) {
    return atomic_load_explicit(&app->flagged[flag_index], memory_order_relaxed);
}

static void append_requests(void *context, const char *method, const char *route, int status, uint64_t count) {
    const struct scrape *scrape = context;
    char text[16] = "other";
    if (status != 0)
        snprintf(text, sizeof text, "%d", status);
    const struct exposition_label labels[] = {{"method", method}, {"route", route}, {"status", text}, {NULL, NULL}};
    exposition_count(scrape->out, scrape->name, labels, count);
}

static void append_durations(void *context, const char *method, const char *route,
                             const struct tally_reading *durations) {
    const struct scrape *scrape = context;
    const struct exposition_label labels[] = {{"method", method}, {"route", route}, {NULL, NULL}};
    exposition_histogram(scrape->out, scrape->name, labels, &TALLY_DURATIONS, EXPOSITION_NANOSECONDS, durations);
}

void metric_requests(const struct scrape *scrape) {
    struct scrape own = *scrape;
    http_read_traffic(scrape->app->http, &(struct http_traffic_visitor){append_requests, NULL, &own});
}

void metric_durations(const struct scrape *scrape) {
    struct scrape own = *scrape;
    http_read_traffic(scrape->app->http, &(struct http_traffic_visitor){NULL, append_durations, &own});
}

void metric_limited(const struct scrape *scrape) {
    for (int i = 0; i < HTTP_RATE_COUNT; i++)
        metric_count(scrape, "limit", http_rate_name((enum http_rate)i),
                     http_rate_refused(scrape->app->http, (enum http_rate)i));
}

/* The doors of the API, and the one through which the scrape came. */
void metric_doors(const struct scrape *scrape) {
    struct http_door doors[HTTP_DOORS_MAX + 1], own[HTTP_DOORS_MAX];
    size_t count = http_read_doors(scrape->app->http, doors);
    http_read_doors(scrape->app->metrics, own);
    doors[count] = own[0];
    doors[count].name = "metrics";
    for (size_t i = 0; i <= count; i++)
        metric_count(scrape, "listener", doors[i].name,
                     *(const uint64_t *)(const void *)((const char *)&doors[i] + scrape->at));
}

void metric_streams(const struct scrape *scrape) {
    metric_count(scrape, "result", "whole", scrape->streams.whole);
    metric_count(scrape, "result", "left", scrape->streams.left);
    metric_count(scrape, "result", "failed", scrape->streams.failed);
}

/* The pools of the API. */
void metric_pools(const struct scrape *scrape) {
    struct http_pool_state pools[HTTP_POOL_COUNT];
    http_read_pools(scrape->app->http, pools);
    for (size_t i = 0; i < HTTP_POOL_COUNT; i++)
        metric_count(scrape, "pool", pools[i].name,
                     *(const unsigned *)(const void *)((const char *)&pools[i] + scrape->at));
}

static uint64_t sum_stored(const struct app *app, enum outcome outcome) {
    uint64_t sum = 0;
    for (unsigned i = 0; i < app->lane_count; i++)
        sum += tally_get(&app->lanes[i].stored[outcome]);
    return sum;
}

static uint64_t sum_refused(const struct app *app, size_t refusal) {
    uint64_t sum = 0;
    for (unsigned i = 0; i < app->lane_count; i++)
        sum += tally_get(&app->lanes[i].refused[refusal]);
    return sum;
}

/* Those that alerts and dashboards look at are there from the start; of the others those that there were. */
static bool is_usual(enum cxd_err refusal) {
    return refusal == ERR_INVALID || refusal == ERR_CONFLICT || refusal == ERR_QUEUE_FULL || refusal == ERR_STORAGE ||
           refusal == ERR_STORAGE_FULL;
}

void metric_responses(const struct scrape *scrape) {
    metric_count(scrape, "result", "created", sum_stored(scrape->app, OUTCOME_CREATED));
    metric_count(scrape, "result", "replayed", sum_stored(scrape->app, OUTCOME_REPLAYED));
    metric_count(scrape, "result", "amended", sum_stored(scrape->app, OUTCOME_AMENDED));
    for (size_t i = CXD_OK + 1; i < CXD_ERR_COUNT; i++) {
        uint64_t count = sum_refused(scrape->app, i);
        if (count > 0 || is_usual((enum cxd_err)i))
            metric_count(scrape, "result", error_slug((enum cxd_err)i), count);
    }
}

void metric_rows(const struct scrape *scrape) {
    static const struct {
        enum outcome outcome;
        const char *name;
    } ROWS[] = {{OUTCOME_CREATED, "created"}, {OUTCOME_REPLAYED, "known"}, {OUTCOME_REFUSED, "refused"}};
    for (size_t k = 0; k < CXD_COUNT(ROWS); k++) {
        uint64_t sum = 0;
        for (unsigned i = 0; i < scrape->app->lane_count; i++)
            sum += tally_get(&scrape->app->lanes[i].rows[ROWS[k].outcome]);
        metric_count(scrape, "result", ROWS[k].name, sum);
    }
}

/* A link is none yet. */
void metric_sessions(const struct scrape *scrape) {
    const struct snapshot *snapshot = scrape->snapshot;
    int64_t now_ms = http_now_ms(scrape->request);
    uint64_t count = 0;
    for (size_t i = 0; i < snapshot->session_count; i++) {
        const struct session *session = &snapshot->sessions[i];
        const struct api_key *key = session->is_link ? NULL : snapshot_key_id(snapshot, &session->key);
        count += key && api_key_is_valid(key, now_ms) && session_is_valid(session, now_ms);
    }
    metric_count(scrape, NULL, NULL, count);
}

void metric_sign_ins(const struct scrape *scrape) {
    static const char *const WAYS[SIGN_IN_COUNT] = {[SIGN_IN_BY_KEY] = "key", [SIGN_IN_BY_LINK] = "link"};
    const struct app *app = scrape->app;
    for (int way = 0; way < SIGN_IN_COUNT; way++) {
        uint64_t count = 0;
        for (unsigned i = 0; i < app->lane_count; i++)
            count += tally_get(&app->lanes[i].signed_in[way]);
        metric_count(scrape, "result", WAYS[way], count);
    }
    for (size_t refusal = CXD_OK + 1; refusal < CXD_ERR_COUNT; refusal++) {
        uint64_t count = 0;
        for (unsigned i = 0; i < app->lane_count; i++)
            count += tally_get(&app->lanes[i].sign_ins_refused[refusal]);
        if (count > 0 || refusal == ERR_BAD_KEY)
            metric_count(scrape, "result", error_slug((enum cxd_err)refusal), count);
    }
}

void metric_flagged(const struct scrape *scrape) {
    for (int i = 0; i < FLAG_COUNT; i++)
        metric_count(scrape, "reason", flag_name(i), api_flagged(scrape->app, i));
}

const char *api_event_result_name(enum event_result result) {
    static const char *const NAMES[EVENT_RESULT_COUNT] = {"created", "replayed", "suspected", "refused"};
    return NAMES[result];
}

uint64_t api_events(const struct app *app, enum event_result result) {
    uint64_t sum = 0;
    for (unsigned i = 0; i < app->lane_count; i++)
        sum += tally_get(&app->lanes[i].events[result]);
    return sum;
}

void metric_events(const struct scrape *scrape) {
    for (enum event_result i = EVENT_CREATED; i < EVENT_RESULT_COUNT; i++)
        metric_count(scrape, "result", api_event_result_name(i), api_events(scrape->app, i));
}

void api_count_exported(struct http_request *request, int64_t count) {
    struct app *app = http_app(request);
    tally_add(&app->lanes[http_lane(request)].exported, (uint64_t)count);
}

uint64_t api_exported(const struct app *app) {
    uint64_t sum = 0;
    for (unsigned i = 0; i < app->lane_count; i++)
        sum += tally_get(&app->lanes[i].exported);
    return sum;
}
