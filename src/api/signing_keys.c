/* The keys that sign invitations: told by number and age, never by what they are; a new one takes over, and the one before stays good. */
#include "api/app.h"
#include "cxd/domain/key.h"

struct rotation {
    struct ticket ticket; /* first: http_deferred gives it back */
    struct change change;
};

static void encode(struct buffer *out, const struct signing_key *key, bool signs) {
    buffer_append_text(out, "{\"number\":");
    buffer_append_int(out, key->number);
    buffer_append_text(out, ",\"created_at\":");
    buffer_append_time(out, key->created_at);
    buffer_append_text(out, signs ? ",\"signs\":true}" : ",\"signs\":false}");
}

void api_signing_keys_get(struct http_request *request) {
    const struct app *app = http_app(request);
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    struct buffer *out = http_out(request);
    buffer_append_text(out, "{\"signing_keys\":[");
    for (size_t i = 0; i < snapshot->signing_key_count; i++) {
        if (i > 0)
            buffer_append_char(out, ',');
        encode(out, &snapshot->signing_keys[i], i == 0);
    }
    buffer_append_text(out, "]}");
    catalog_release(snapshot);
    http_reply(request, 200, "application/json");
}

static void finish_post(struct http_request *request) {
    struct rotation *rotation = http_deferred(request);
    if (api_submit_failed(request, &rotation->ticket))
        return;
    encode(http_out(request), &rotation->change.as.signing_key, true);
    http_reply(request, 201, "application/json");
}

void api_signing_key_post(struct http_request *request) {
    size_t length;
    (void)http_body(request, &length);
    struct rotation *rotation = arena_alloc_zero(http_arena(request), 1, sizeof(*rotation));
    if (rotation == NULL) {
        http_problem_code(request, ERR_NO_MEMORY, "no memory for the change");
        return;
    }
    if (length > 0) {
        struct error err;
        error_clear(&err);
        error_add_member(&err, "", "must be empty");
        http_problem(request, &err);
        return;
    }
    if (!token_secret_make(rotation->change.as.signing_key.secret)) {
        http_problem_code(request, ERR_INTERNAL, "the system gave no random bytes");
        return;
    }
    rotation->change.kind = CHANGE_SIGNING_KEY;
    rotation->change.now_ms = http_now_ms(request);
    rotation->change.arena = http_arena(request);
    rotation->ticket.changes = &rotation->change;
    rotation->ticket.count = 1;
    api_submit(request, &rotation->ticket, finish_post);
}
