/* The audit log, as it is stored: whoever reads it recomputes the chain. Runs on workers. */
#include "api/app.h"
#include "api/parameters.h"
#include "cxd/base/secret.h"
#include "cxd/codec/write.h"

static void append_record(struct buffer *out, const struct audit_record *record) {
    char hash[2 * sizeof record->hash + 1];
    hex_write(record->hash, sizeof record->hash, hash);
    write_open(out, NULL, '{');
    write_int(out, "number", record->number);
    write_time(out, "at", record->at);
    write_text(out, "actor", record->actor);
    write_text(out, "act", record->act);
    write_text(out, "target", record->target);
    write_text(out, "detail", record->detail);
    write_text(out, "hash", hash);
    buffer_append_char(out, '}');
}

void api_audit_get(struct http_request *request) {
    struct buffer *out = http_out(request);
    struct audit_record *records;
    const char *respondent;
    int64_t after;
    size_t limit, count;
    struct error err;
    enum cxd_err result = parameters_read_audit(request, &after, &limit, &respondent, &err);
    if (result == CXD_OK)
        result = store_read_audit(http_worker(request), after, limit + 1, respondent, http_arena(request), &records,
                                  &count, &err);
    if (result != CXD_OK) {
        http_problem(request, &err);
        return;
    }
    write_open(out, NULL, '{');
    write_open(out, "records", '[');
    for (size_t i = 0; i < count && i < limit; i++)
        append_record(out, &records[i]);
    buffer_append_char(out, ']');
    write_known(out, "next", count > limit ? records[limit - 1].number : 0, count > limit);
    buffer_append_char(out, '}');
    http_reply(request, 200, "application/json");
}
