/* API keys: made once (the secret is in that reply alone), listed, revoked. */
#include <string.h>

#include "api/bodies.h"
#include "api/deed.h"
#include "api/pages.h"
#include "api/parameters.h"
#include "api/settings.h"
#include "cxd/codec/key.h"
#include "cxd/codec/write.h"

/* How many keys lie before the page. */
static size_t find_begin(const struct snapshot *snapshot, const struct parameters_page *page) {
    if (!page->has_after)
        return 0;
    size_t at = snapshot_key_place(snapshot, page->after_at, &page->after_id);
    return at + (at < snapshot->key_count && snapshot->keys[at]->created_at == page->after_at &&
                 id_compare(&snapshot->keys[at]->id, &page->after_id) == 0);
}

static enum cxd_err append_keys(struct http_request *request, const struct snapshot *snapshot,
                                const struct parameters_page *page, struct error *err) {
    struct buffer *out = http_out(request);
    char cursor[CURSOR_SIZE];
    size_t begin = find_begin(snapshot, page), at = begin;
    write_open(out, "keys", '[');
    for (; at < snapshot->key_count && at - begin < page->limit && out->length < PAGE_BYTES_MAX; at++)
        key_encode(out, snapshot->keys[at], NULL);
    if (at == snapshot->key_count)
        return page_end(request, NULL, err);
    page_write_cursor(cursor, snapshot->keys[at - 1]->created_at, &snapshot->keys[at - 1]->id, 0);
    return page_end(request, cursor, err);
}

void api_keys_get(struct http_request *request) {
    page_reply(request, PARAMETERS_KEYS, append_keys, false);
}

static void finish_post(struct http_request *request) {
    const struct deed *deed = deed_done(request);
    if (!deed)
        return;
    key_encode(http_out(request), &deed->change.as.key, deed->secret);
    http_reply(request, 201, "application/json");
}

void api_key_post(struct http_request *request) {
    struct deed *deed = body_take(request, BODY_OF_COMMAND, NULL) ? deed_make(request, CHANGE_KEY) : NULL;
    size_t length;
    const char *body = http_body(request, &length);
    struct error err;
    if (!deed)
        return;
    struct api_key *made = &deed->change.as.key;
    if (key_decode(body, length, (size_t)api_settings(request)->config.json_depth, http_now_ms(request), made, &err) !=
        CXD_OK)
        http_problem(request, &err);
    else if (!api_key_fill(made, http_ids(request), http_now_ms(request), deed->secret))
        http_problem_code(request, ERR_INTERNAL, "the system gave no random bytes");
    else
        deed_submit(request, deed, finish_post);
}

bool api_key_fill(struct api_key *key, struct id_source *ids, int64_t now_ms, char ret_secret[SECRET_TEXT_SIZE]) {
    if (!secret_make(ret_secret))
        return false;
    id_make(ids, now_ms, &key->id);
    sha256(ret_secret, strlen(ret_secret), key->hash);
    memcpy(key->prefix, ret_secret, sizeof key->prefix - 1);
    key->prefix[sizeof key->prefix - 1] = '\0';
    key->created_at = now_ms;
    return true;
}

static void finish_delete(struct http_request *request) {
    const struct app *app = http_app(request);
    const struct deed *deed = deed_done(request);
    if (!deed)
        return;
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    const struct api_key *key = snapshot_key_id(snapshot, &deed->change.as.revoke);
    if (deed->change.outcome == OUTCOME_MISSING || !key) {
        http_problem_code(request, ERR_NO_SUCH_KEY, "there is no key of this id");
    } else {
        key_encode(http_out(request), key, NULL);
        http_reply(request, 200, "application/json");
    }
    catalog_release(snapshot);
}

void api_key_delete(struct http_request *request) {
    const char *text = http_path(request, "id");
    struct deed *deed = deed_make(request, CHANGE_REVOKE);
    if (!deed)
        return;
    if (id_parse(text, strlen(text), &deed->change.as.revoke))
        deed_submit(request, deed, finish_delete);
    else
        http_problem_code(request, ERR_NO_SUCH_KEY, "there is no key of this id");
}
