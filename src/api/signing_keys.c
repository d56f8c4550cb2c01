/* The keys that sign invitations: told by number and age, never by what they are; a new one takes over, and the one
 * before stays good. */
#include "api/deed.h"
#include "cxd/codec/write.h"
#include "cxd/domain/key.h"

static void encode(struct buffer *out, const struct signing_key *key, bool signs) {
    write_open(out, NULL, '{');
    write_int(out, "number", key->number);
    write_time(out, "created_at", key->created_at);
    write_bool(out, "signs", signs);
    buffer_append_char(out, '}');
}

void api_signing_keys_get(struct http_request *request) {
    const struct app *app = http_app(request);
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    struct buffer *out = http_out(request);
    write_open(out, NULL, '{');
    write_open(out, "signing_keys", '[');
    for (size_t i = 0; i < snapshot->signing_key_count; i++)
        encode(out, &snapshot->signing_keys[i], i == 0);
    buffer_append_text(out, "]}");
    catalog_release(snapshot);
    http_reply(request, 200, "application/json");
}

static void finish_post(struct http_request *request) {
    const struct deed *deed = deed_done(request);
    if (!deed)
        return;
    encode(http_out(request), &deed->change.as.signing_key, true);
    http_reply(request, 201, "application/json");
}

void api_signing_key_post(struct http_request *request) {
    struct deed *deed = deed_make(request, CHANGE_SIGNING_KEY);
    if (!deed)
        return;
    if (!token_secret_make(deed->change.as.signing_key.secret))
        http_problem_code(request, ERR_INTERNAL, "the system gave no random bytes");
    else
        deed_submit(request, deed, finish_post);
}
