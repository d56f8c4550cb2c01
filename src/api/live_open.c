/* GET …/live: a reply that never ends by itself. Runs on the loop, which hands the stream to the pump (live.c). */
#include <string.h>

#include "api/deed.h"
#include "api/live.h"
#include "api/search.h"

static enum cxd_err read_client(struct http_request *request, struct live_client **ret_client, struct error *err) {
    const struct app *app = http_app(request);
    const struct snapshot *snapshot;
    const struct survey *survey;
    struct arena *arena = http_arena(request);
    struct live_client *client = arena_alloc_zero(arena, 1, sizeof *client);
    const char *id = http_header(request, "Last-Event-ID"), *query = http_query_text(request);
    const char *principal = http_principal(request);
    if (!client || (id && !(client->last_event_id = arena_strdup(arena, id))))
        return error_set(err, ERR_NO_MEMORY, "no memory for the stream");
    enum cxd_err result = deed_find_survey(request, &snapshot, &survey, err);
    if (result == CXD_OK)
        result = search_read_live(request, survey, &client->wanted, err);
    if (result == CXD_OK)
        memcpy(client->slug, survey->slug, sizeof client->slug);
    catalog_release(snapshot);
    client->query = query ? query : "";
    client->reloads = atomic_load(&app->reloads.done);
    memcpy(client->principal, principal, strnlen(principal, sizeof client->principal - 1));
    *ret_client = client;
    return result;
}

static enum cxd_err open_stream(struct http_request *request, struct live_client *client, struct error *err) {
    static const struct http_stream_form FORM = {
        .type = "text/event-stream", .buffer_bytes = LIVE_BUFFER_BYTES, .is_lasting = true};
    const struct app *app = http_app(request);
    enum cxd_err result = live_admit(app->live, err);
    if (result != CXD_OK)
        return result;
    http_reply_header(request, "X-Accel-Buffering", "no");
    result = http_stream_open(request, &FORM, &client->stream, err);
    if (result != CXD_OK)
        live_leave(app->live);
    return result;
}

void api_live_get(struct http_request *request) {
    const struct app *app = http_app(request);
    struct live_client *client = NULL;
    struct error err;
    enum cxd_err result = read_client(request, &client, &err);
    if (result == CXD_OK)
        result = open_stream(request, client, &err);
    if (result != CXD_OK) {
        http_problem(request, &err);
    } else if (http_request_is_head(request)) {
        http_stream_close(client->stream);
        live_leave(app->live);
    } else {
        live_join(app->live, client);
    }
}
