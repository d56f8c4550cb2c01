#ifndef CXD_API_METRICS_H
#define CXD_API_METRICS_H

#include "api/live.h"
#include "cxd/base/process.h"
#include "cxd/chores/alerts.h"
#include "cxd/chores/backups.h"
#include "cxd/codec/exposition.h"

/* What a scrape of /metrics is made of. A metric is a line of the table in metrics.c and a function that appends its
 * samples. */

/* What a worker keeps from scrape to scrape. */
struct scraper {
    struct store_reader *reader;
    struct store_sums sums;
    int64_t count_again_at_ms; /* monotonic */
};

/* One scrape: what its metrics share is read once. Runs on the worker of the metrics' own server. */
struct scrape {
    struct http_request *request;
    struct scraper *scraper;
    const struct app *app;
    struct buffer *out;
    const char *name; /* of the metric that is being written */
    size_t at;        /* and what it collects */
    uint64_t in_flight, unanswered;
    struct http_batch_memory batch_memory;
    struct budget_state questions;
    uint64_t question_memory;
    struct http_streams streams;
    struct live_figures live;
    uint64_t exported; /* responses */
    struct ingest_figures ingest;
    struct process_figures process;
    bool has_backups; /* the daemon makes some */
    struct backups_status backups;
    struct reckoned reckoned;
    struct alerts_figures alerts;
    struct store_disk disk;          /* −1 where there are no files */
    struct store_figures figures;    /* each −1: not known */
    struct store_sums sums;          /* each −1: not known */
    const struct snapshot *snapshot; /* what the scores are of */
    struct scored *scores;           /* of the request's arena */
    size_t score_count;
};

typedef void metric_collect(const struct scrape *scrape);

/* metrics_http.c: requests, connections, and what became of responses. */
metric_collect metric_requests, metric_durations, metric_limited, metric_responses, metric_flagged, metric_events;
metric_collect metric_rows;
metric_collect metric_sessions, metric_sign_ins;
metric_collect metric_doors;   /* a uint64_t of struct http_door, of each */
metric_collect metric_streams; /* by how they ended */
metric_collect metric_pools;   /* an unsigned of struct http_pool_state, of each */

/* metrics_state.c: the writer, the store, the process. */
metric_collect metric_known;   /* an int64_t of struct scrape; no sample where it is less than 0 */
metric_collect metric_counted; /* a uint64_t of it */
metric_collect metric_seconds; /* an int64_t of it, in nanoseconds */
metric_collect metric_commit_seconds, metric_commit_changes, metric_commit_failures;
metric_collect metric_in_place, metric_purging, metric_backup_last, metric_retention_held, metric_backup_every;
metric_collect metric_imports, metric_alerts; /* by state */
metric_collect metric_alerts_by_kind;         /* an array of uint64_t of struct scrape, by the kinds of rules */
metric_collect metric_ready, metric_reloads, metric_certificate, metric_build, metric_started;

/* metrics_scores.c: nothing unless [metrics] scores = yes. */
void scrape_read_scores(struct scrape *scrape);
metric_collect metric_score, metric_score_responses;

/* One sample of a gauge or a counter, with one label (label NULL: none). */
static inline void metric_count(const struct scrape *scrape, const char *label, const char *value, uint64_t count) {
    const struct exposition_label labels[] = {{label, value}, {NULL, NULL}};
    exposition_count(scrape->out, scrape->name, labels, count);
}

#endif
