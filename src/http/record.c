/* What the log says of a request: its route's pattern, never its path or query, which hold names of people; and nothing
 * of its headers but the ids that are there to be found again. */

#include "http/record.h"

#include "cxd/base/clock.h"
#include "cxd/base/log.h"

static const char *text_or_none(const char *text) {
    return *text ? text : NULL;
}

static void record(const struct http_request *request, enum log_level level, const char *event, int64_t duration_ms,
                   size_t bytes) {
    const struct trace *trace = &request->trace;
    log_record(level, event,
               "method=%s route=%s status=%d problem=%s duration_ms=%lld body_bytes=%zu bytes=%zu "
               "request_id=%s trace_id=%s span_id=%s",
               request->is_head ? "HEAD" : http_method_name(request->method),
               request->path ? request->path->pattern : "none", request->status,
               request->problem ? error_slug(request->problem) : NULL, (long long)duration_ms,
               request->body.length + request->body_dropped, bytes, trace->request_id, text_or_none(trace->trace_id),
               text_or_none(trace->span_id));
}

void record_reply(const struct http_request *request, size_t bytes) {
    int64_t slow_ms = request->settings->slow_request_ms;
    int64_t duration_ms = request->arrived_ms ? clock_monotonic_ms() - request->arrived_ms : 0;
    bool is_fault = request->status == 500 || request->problem == ERR_STORAGE || request->problem == ERR_STORAGE_FULL;
    if (request->status >= 500)
        record(request, is_fault ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING, "request_failed", duration_ms, bytes);
    if (slow_ms > 0 && duration_ms >= slow_ms)
        record(request, LOG_LEVEL_WARNING, "slow_request", duration_ms, bytes);
    if (log_is_written(LOG_LEVEL_DEBUG))
        record(request, LOG_LEVEL_DEBUG, "request", duration_ms, bytes);
}

void record_library_reply(int status) {
    log_record(LOG_LEVEL_DEBUG, "request", "method=other route=none status=%d by=library", status);
}

void record_no_reply(const struct http_request *request, bool is_fault) {
    enum log_level level = is_fault ? LOG_LEVEL_ERROR : LOG_LEVEL_DEBUG;
    int64_t duration_ms = request->arrived_ms ? clock_monotonic_ms() - request->arrived_ms : 0;
    if (log_is_written(level))
        record(request, level, is_fault ? "reply_lost" : "client_left", duration_ms, 0);
}

void record_stream(const struct http_request *request, uint64_t bytes, bool is_whole) {
    if (!log_is_written(LOG_LEVEL_DEBUG))
        return;
    int64_t duration_ms = request->arrived_ms ? clock_monotonic_ms() - request->arrived_ms : 0;
    log_record(LOG_LEVEL_DEBUG, "stream_end", "route=%s whole=%s duration_ms=%lld bytes=%llu request_id=%s",
               request->path ? request->path->pattern : "none", is_whole ? "true" : "false", (long long)duration_ms,
               (unsigned long long)bytes, request->trace.request_id);
}
