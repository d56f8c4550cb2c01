#ifndef CXD_API_METRICS_H
#define CXD_API_METRICS_H

#include "api/app.h"
#include "cxd/base/process.h"
#include "cxd/codec/exposition.h"
#include "cxd/ingest/backups.h"

/* What a scrape of /metrics is made of. A metric is a line of the table in metrics.c and a function that appends its samples. */

/* What a worker keeps from scrape to scrape. */
struct scraper {
    struct store_reader *reader;
    int64_t rollup_rows, count_again_at_ms; /* monotonic */
};

/* One scrape: what its metrics share is read once. Runs on the worker of the metrics' own server. */
struct scrape {
    struct http_request *request;
    struct scraper *scraper;
    const struct app *app;
    struct buffer *out;
    const char *name; /* of the metric that is being written */
    struct ingest_figures ingest;
    struct process_figures process;
    bool has_backups; /* the daemon makes some */
    struct backups_status backups;
    struct store_disk disk;          /* −1 where there are no files */
    int64_t stored, rollup_rows;     /* responses that count; −1: not known */
    const struct snapshot *snapshot; /* what the scores are of */
    struct scored *scores;           /* of the request's arena */
    size_t score_count;
};

typedef void metric_collect(const struct scrape *scrape);

/* metrics_http.c: requests, connections, and what became of responses. */
metric_collect metric_requests, metric_durations, metric_in_flight, metric_unanswered, metric_limited;
metric_collect metric_connections, metric_accepted, metric_connection_limits;
metric_collect metric_responses, metric_flagged;

/* metrics_state.c: the writer, the store, the process. */
metric_collect metric_commit_seconds, metric_commit_changes, metric_commit_failures, metric_commit_running;
metric_collect metric_queue, metric_queue_capacity, metric_queue_full;
metric_collect metric_stored, metric_rollups, metric_database, metric_wal, metric_disk_free;
metric_collect metric_backup_last, metric_backup_failures, metric_backup_bytes;
metric_collect metric_ready, metric_reloads, metric_certificate, metric_build;
metric_collect metric_cpu, metric_started, metric_resident, metric_open_files, metric_max_files,
    metric_threads;

/* metrics_scores.c: nothing unless [metrics] scores = yes. */
void scrape_read_scores(struct scrape *scrape);
metric_collect metric_score, metric_score_responses;

/* One sample of a gauge or a counter, with one label (label NULL: none). */
void metric_count(const struct scrape *scrape, const char *label, const char *value, uint64_t count);

#endif
