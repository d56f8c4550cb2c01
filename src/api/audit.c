/* The audit log, as it is stored: whoever reads it recomputes the chain. Runs on workers. */
#include "api/app.h"
#include "api/parameters.h"
#include "cxd/base/secret.h"

static void append_record(struct buffer *out, const struct audit_record *record) {
    buffer_append_format(out, "{\"number\":%lld,\"at\":", (long long)record->number);
    buffer_append_time(out, record->at);
    buffer_append_text(out, ",\"actor\":");
    buffer_append_json(out, record->actor);
    buffer_append_text(out, ",\"act\":");
    buffer_append_json(out, record->act);
    buffer_append_text(out, ",\"target\":");
    buffer_append_json(out, record->target);
    buffer_append_text(out, ",\"detail\":");
    buffer_append_json(out, record->detail);
    buffer_append_text(out, ",\"hash\":\"");
    for (size_t i = 0; i < sizeof(record->hash); i++)
        buffer_append_format(out, "%02x", record->hash[i]);
    buffer_append_text(out, "\"}");
}

void api_audit_get(struct http_request *request) {
    struct buffer *out = http_out(request);
    struct audit_record *records;
    int64_t after;
    size_t limit, count;
    struct error err;
    enum cxd_err result = parameters_read_audit(request, &after, &limit, &err);
    if (result == CXD_OK)
        result = store_read_audit(http_worker(request), after, limit + 1, http_arena(request), &records,
                                  &count, &err);
    if (result != CXD_OK) {
        http_problem(request, &err);
        return;
    }
    buffer_append_text(out, "{\"records\":[");
    for (size_t i = 0; i < count && i < limit; i++) {
        if (i > 0)
            buffer_append_char(out, ',');
        append_record(out, &records[i]);
    }
    buffer_append_text(out, "],\"next\":");
    if (count > limit)
        buffer_append_format(out, "%lld}", (long long)records[limit - 1].number);
    else
        buffer_append_text(out, "null}");
    http_reply(request, 200, "application/json");
}
