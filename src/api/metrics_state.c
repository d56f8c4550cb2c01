/* Metrics of what lies behind the network: the writer and its queue, the store, the process. */
#include "api/metrics.h"
#include "api/vitals.h"

#include "cxd/base/clock.h"
#include "cxd/codec/json.h"

static const void *figure(const struct scrape *scrape) {
    return (const char *)scrape + scrape->at;
}

void metric_known(const struct scrape *scrape) {
    int64_t value = *(const int64_t *)figure(scrape);
    if (value >= 0)
        metric_count(scrape, NULL, NULL, (uint64_t)value);
}

void metric_imports(const struct scrape *scrape) {
    for (int i = 0; i < IMPORT_STATE_COUNT; i++)
        if (scrape->figures.imports[i] >= 0)
            metric_count(scrape, "state", import_state_name((enum import_state)i),
                         (uint64_t)scrape->figures.imports[i]);
}

void metric_counted(const struct scrape *scrape) {
    metric_count(scrape, NULL, NULL, *(const uint64_t *)figure(scrape));
}

void metric_seconds(const struct scrape *scrape) {
    exposition_seconds(scrape->out, scrape->name, NULL, *(const int64_t *)figure(scrape));
}

void metric_commit_seconds(const struct scrape *scrape) {
    exposition_histogram(scrape->out, scrape->name, NULL, &TALLY_DURATIONS, EXPOSITION_NANOSECONDS,
                         &scrape->ingest.commit_ns);
}

void metric_commit_changes(const struct scrape *scrape) {
    exposition_histogram(scrape->out, scrape->name, NULL, &TALLY_SIZES, EXPOSITION_ONES,
                         &scrape->ingest.commit_changes);
}

/* Those that a store has for a transaction are there from the start. */
void metric_commit_failures(const struct scrape *scrape) {
    for (size_t i = CXD_OK + 1; i < CXD_ERR_COUNT; i++) {
        bool is_usual = i == ERR_STORAGE || i == ERR_STORAGE_FULL || i == ERR_NO_MEMORY;
        if (is_usual || scrape->ingest.commit_failures[i] > 0)
            metric_count(scrape, "reason", error_slug((enum cxd_err)i), scrape->ingest.commit_failures[i]);
    }
}

void metric_in_place(const struct scrape *scrape) {
    metric_count(scrape, NULL, NULL, ingest_place(scrape->app->ingest) == STORE_IN_PLACE);
}

void metric_purging(const struct scrape *scrape) {
    metric_count(scrape, NULL, NULL, ingest_is_purging(scrape->app->ingest));
}

void metric_backup_every(const struct scrape *scrape) {
    metric_count(scrape, NULL, NULL, (uint64_t)scrape->app->config.backup_every_s);
}

/* 0 where there is none yet: an alert on its age then comes at once. */
void metric_backup_last(const struct scrape *scrape) {
    int64_t last_ms = scrape->backups.last_success_ms;
    if (scrape->has_backups)
        exposition_seconds(scrape->out, scrape->name, NULL, last_ms == TIME_MIN ? 0 : last_ms * 1000000);
}

void metric_retention_held(const struct scrape *scrape) {
    metric_count(scrape, NULL, NULL, scrape->reckoned.state == RECKONED_HELD);
}

void metric_alerts(const struct scrape *scrape) {
    for (int i = 0; scrape->alerts.is_known && i < ALERT_STATUS_COUNT; i++)
        metric_count(scrape, "state", ALERT_STATUSES.list[i], (uint64_t)scrape->alerts.states[i]);
}

void metric_alerts_by_kind(const struct scrape *scrape) {
    const uint64_t *counts = figure(scrape);
    for (int i = 0; i < ALERT_KIND_COUNT; i++)
        metric_count(scrape, "kind", ALERT_KINDS.list[i], counts[i]);
}

void metric_ready(const struct scrape *scrape) {
    struct vitals_report report;
    vitals_wait(scrape->app->vitals);
    vitals_read(scrape->app->vitals, &report);
    metric_count(scrape, NULL, NULL, report.reason_count == 0);
}

void metric_reloads(const struct scrape *scrape) {
    const struct app *app = scrape->app;
    metric_count(scrape, "result", "refused", (uint64_t)atomic_load(&app->reloads.refused));
    metric_count(scrape, "result", "ok", (uint64_t)atomic_load(&app->reloads.done));
}

void metric_certificate(const struct scrape *scrape) {
    int64_t end_s = http_server_certificate_end_s(scrape->app->http);
    if (end_s > 0)
        metric_count(scrape, NULL, NULL, (uint64_t)end_s);
}

void metric_build(const struct scrape *scrape) {
    struct store_library library;
    store_library(scrape->app->store, &library);
    const struct exposition_label labels[] = {
        {"version", CXD_VERSION},        {"libmicrohttpd", http_library_version()}, {"gnutls", http_tls_version()},
        {library.name, library.version}, {"jansson", json_library_version()},       {NULL, NULL},
    };
    exposition_count(scrape->out, scrape->name, labels, 1);
}

void metric_started(const struct scrape *scrape) {
    exposition_seconds(scrape->out, scrape->name, NULL, scrape->app->started_ns);
}
