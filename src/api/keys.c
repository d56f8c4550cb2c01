/* API keys: made once (the secret is in that reply alone), listed, revoked. */
#include <string.h>

#include "api/app.h"
#include "api/settings.h"
#include "cxd/codec/key.h"

struct key_change {
    struct ticket ticket; /* first: http_deferred gives it back */
    struct change change;
    char secret[SECRET_TEXT_SIZE];
};

void api_keys_get(struct http_request *request) {
    const struct app *app = http_app(request);
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    struct buffer *out = http_out(request);
    buffer_append_text(out, "{\"keys\":[");
    for (size_t i = 0; i < snapshot->key_count; i++) {
        if (i > 0)
            buffer_append_char(out, ',');
        key_encode(out, &snapshot->keys[i], NULL);
    }
    buffer_append_text(out, "]}");
    catalog_release(snapshot);
    http_reply(request, 200, "application/json");
}

static void submit_key(struct http_request *request, struct key_change *key, http_handler *finish) {
    key->change.now_ms = http_now_ms(request);
    key->change.arena = http_arena(request);
    key->ticket.changes = &key->change;
    key->ticket.count = 1;
    api_submit(request, &key->ticket, finish);
}

static void finish_post(struct http_request *request) {
    struct key_change *key = http_deferred(request);
    if (api_submit_failed(request, &key->ticket))
        return;
    key_encode(http_out(request), &key->change.as.key, key->secret);
    http_reply(request, 201, "application/json");
}

void api_key_post(struct http_request *request) {
    if (api_refuse_type(request, false))
        return;
    struct key_change *key = arena_alloc_zero(http_arena(request), 1, sizeof(*key));
    if (key == NULL) {
        http_problem_code(request, ERR_NO_MEMORY, "no memory for the key");
        return;
    }
    size_t length;
    const char *body = http_body(request, &length);
    struct error err;
    struct api_key *made = &key->change.as.key;
    if (key_decode(body, length, (size_t)api_settings(request)->config.json_depth, http_now_ms(request), made,
                   &err) != CXD_OK) {
        http_problem(request, &err);
        return;
    }
    if (!api_key_fill(made, http_ids(request), http_now_ms(request), key->secret)) {
        http_problem_code(request, ERR_INTERNAL, "the system gave no random bytes");
        return;
    }
    key->change.kind = CHANGE_KEY;
    submit_key(request, key, finish_post);
}

bool api_key_fill(struct api_key *key, struct id_source *ids, int64_t now_ms,
                  char ret_secret[SECRET_TEXT_SIZE]) {
    if (!secret_make(ret_secret))
        return false;
    id_make(ids, now_ms, &key->id);
    sha256(ret_secret, strlen(ret_secret), key->hash);
    memcpy(key->prefix, ret_secret, sizeof(key->prefix) - 1);
    key->prefix[sizeof(key->prefix) - 1] = '\0';
    key->created_at = now_ms;
    return true;
}

static void finish_delete(struct http_request *request) {
    const struct app *app = http_app(request);
    struct key_change *change = http_deferred(request);
    if (api_submit_failed(request, &change->ticket))
        return;
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    const struct api_key *key = NULL;
    for (size_t i = 0; i < snapshot->key_count; i++)
        if (id_compare(&snapshot->keys[i].id, &change->change.as.revoke) == 0)
            key = &snapshot->keys[i];
    if (change->change.outcome == OUTCOME_MISSING || key == NULL) {
        http_problem_code(request, ERR_NO_SUCH_KEY, "there is no key of this id");
    } else {
        key_encode(http_out(request), key, NULL);
        http_reply(request, 200, "application/json");
    }
    catalog_release(snapshot);
}

void api_key_delete(struct http_request *request) {
    const char *text = http_path(request, "id");
    struct key_change *key = arena_alloc_zero(http_arena(request), 1, sizeof(*key));
    if (key == NULL) {
        http_problem_code(request, ERR_NO_MEMORY, "no memory for the change");
        return;
    }
    if (!id_parse(text, strlen(text), &key->change.as.revoke)) {
        http_problem_code(request, ERR_NO_SUCH_KEY, "there is no key of this id");
        return;
    }
    key->change.kind = CHANGE_REVOKE;
    submit_key(request, key, finish_delete);
}
