/* Browsers sign in by a key, or by a link that a key was shown for; and out. What a session allows is access.c's. The
 * secret of a session is made when it begins, and told once, by a cookie that no script reads; so nobody can give a
 * browser one that he knows. */
#include <stdio.h>
#include <string.h>

#include "api/bodies.h"
#include "api/deed.h"
#include "api/parameters.h"
#include "api/settings.h"
#include "cxd/base/clock.h"
#include "cxd/codec/key.h"
#include "cxd/codec/session.h"
#include "cxd/codec/write.h"

enum { SECOND_MS = 1000, REFUSED_EVERY_MS = 60 * SECOND_MS };

/* --- What a page may know -------------------------------------------------------------------------------------------
 */

/* Why nobody signs in by the way that the request came; NULL: it can be done. */
static const char *why_not(struct http_request *request) {
    static const char *const WHY[] = {
        [HTTP_WAY_PLAIN] = "cxd was asked over plain HTTP, where anybody on the way reads along. Sign in over HTTPS: "
                           "with [tls] certificate, or by a proxy that [server] trusted_proxies names and whose "
                           "https URL is [server] public_url. On the machine itself http://127.0.0.1 will do.",
        [HTTP_WAY_UNTRUSTED] = "the proxy that this came by is not named in [server] trusted_proxies, so that nobody "
                               "knows whether it came over HTTPS.",
        [HTTP_WAY_FORWARDED] = "the proxy says that the browser asked it over plain HTTP, where anybody on the way "
                               "reads along. Sign in over HTTPS.",
    };
    return WHY[http_way(request, api_settings(request)->config.public_url)];
}

/* `key` and `session` are NULL where nobody is signed in. */
static void write_session(struct http_request *request, const struct api_key *key, const struct session *session) {
    struct buffer *out = http_out(request);
    const char *why = why_not(request);
    write_open(out, NULL, '{');
    write_bool(out, "signed_in", key);
    write_text(out, "name", key ? key->name : NULL);
    key_encode_scopes(out, key ? session->scopes : 0);
    write_bool(out, "reads_without_key", api_opens(request, SCOPE_READ | ACCESS_FIGURES));
    write_bool(out, "reads_words_without_key", api_opens(request, SCOPE_READ));
    write_bool(out, "can_sign_in", !why);
    write_text(out, "why_not", why);
    buffer_append_char(out, '}');
    http_reply_header(request, "Cache-Control", "no-store");
}

void api_session_get(struct http_request *request) {
    const struct app *app = http_app(request);
    const char *secret = http_session(request);
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    const struct session *session = NULL;
    const struct api_key *key = secret ? api_session_key(snapshot, secret, http_now_ms(request), &session) : NULL;
    write_session(request, key, session);
    catalog_release(snapshot);
    http_reply(request, 200, "application/json");
}

/* --- In -------------------------------------------------------------------------------------------------------------
 */

/* A secret with this prefix in place of a key's. False without randomness. */
static bool make_secret(const char *prefix, char ret_text[SECRET_TEXT_SIZE], uint8_t ret_hash[SHA256_SIZE]) {
    _Static_assert(sizeof SESSION_PREFIX == sizeof SECRET_PREFIX, "one takes the place of the other");
    _Static_assert(sizeof SESSION_LINK_PREFIX == sizeof SECRET_PREFIX, "one takes the place of the other");
    if (!secret_make(ret_text))
        return false;
    memcpy(ret_text, prefix, strlen(SECRET_PREFIX));
    sha256(ret_text, strlen(ret_text), ret_hash);
    return true;
}

/* `seconds` 0 takes it away. */
static void set_cookie(struct http_request *request, const char *secret, long seconds) {
    char cookie[sizeof API_SESSION_COOKIE + SECRET_TEXT_SIZE + 80];
    snprintf(cookie, sizeof cookie, API_SESSION_COOKIE "=%s; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=%ld",
             secret, seconds);
    http_reply_header(request, "Set-Cookie", cookie);
}

/* What was replied to a sign-in. */
static void count_sign_in(const struct http_request *request, enum sign_in_way way) {
    const struct app *app = http_app(request);
    struct lane *lane = &app->lanes[http_lane(request)];
    enum cxd_err refusal = http_refusal(request);
    tally_add(refusal == CXD_OK ? &lane->signed_in[way] : &lane->sign_ins_refused[refusal], 1);
}

static void reply_signed_in(struct http_request *request, const struct deed *deed) {
    const struct app *app = http_app(request);
    const struct session *session = &deed->change.as.session.value;
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    const struct api_key *key = snapshot_key_id(snapshot, &session->key);
    if (deed->change.outcome == OUTCOME_MISSING || !key) {
        http_problem_code(request, ERR_LINK_SPENT, "this link has been used already; have another made");
    } else {
        set_cookie(request, deed->secret, SESSION_DAYS * 24L * 3600);
        write_session(request, key, session);
        http_reply(request, 201, "application/json");
    }
    catalog_release(snapshot);
}

static void finish_post(struct http_request *request) {
    const struct deed *deed = deed_done(request);
    if (deed)
        reply_signed_in(request, deed);
    count_sign_in(request, deed && deed->change.as.session.by_link ? SIGN_IN_BY_LINK : SIGN_IN_BY_KEY);
}

/* The audit log hears of it, once a minute at most: what strangers do must not fill it. */
static void note_refused(struct http_request *request) {
    struct app *app = http_app(request);
    int64_t now = clock_monotonic_ms(), last = atomic_load(&app->sign_in_refused_ms);
    if (http_refusal(request) != ERR_RATE || (last != 0 && now - last < REFUSED_EVERY_MS) ||
        !atomic_compare_exchange_strong(&app->sign_in_refused_ms, &last, now))
        return;
    const struct change change = {
        .kind = CHANGE_NOTE,
        .now_ms = http_now_ms(request),
        .as.note = {.act = "session.refused",
                    .target = "sign-in",
                    .detail = "too many keys or links that are not good"},
    };
    api_note(app, &change);
}

static void refuse(struct http_request *request, const char *detail) {
    http_refuse_key(request, detail);
    note_refused(request);
}

/* Who is meant, as far as is known before the change; the link is judged again when it is spent. NULL: nobody. */
static const struct api_key *find_key(const struct snapshot *snapshot, const struct sign_in *sign_in, int64_t now_ms,
                                      struct change *change) {
    const struct api_key *key = NULL;
    if (!sign_in->is_link) {
        key = snapshot_key(snapshot, sign_in->secret);
    } else {
        const struct session *link = snapshot_session(snapshot, sign_in->secret);
        if (link && link->is_link && session_is_valid(link, now_ms))
            key = snapshot_key_id(snapshot, &link->key);
        change->as.session.by_link = true;
        sha256(sign_in->secret, strlen(sign_in->secret), change->as.session.link);
    }
    return key && api_key_is_valid(key, now_ms) ? key : NULL;
}

static void sign_in_by(struct http_request *request, const struct sign_in *sign_in) {
    const struct app *app = http_app(request);
    struct error err;
    if (api_expect_sure(app, &err) != CXD_OK) {
        http_problem(request, &err);
        return;
    }
    struct deed *deed = deed_make(request, CHANGE_SESSION);
    if (!deed)
        return;
    struct session *session = &deed->change.as.session.value;
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    const struct api_key *key = find_key(snapshot, sign_in, http_now_ms(request), &deed->change);
    if (key) {
        session->key = key->id;
        session->scopes = key->scopes;
        http_set_principal(request, key->prefix);
    }
    catalog_release(snapshot);
    if (!key && sign_in->is_link)
        refuse(request, "the link was used already, or is older than a minute: have another made by cxd login");
    else if (!key)
        refuse(request, "the key is not known here, was revoked, or has expired");
    else if (!make_secret(SESSION_PREFIX, deed->secret, session->hash))
        http_problem_code(request, ERR_INTERNAL, "the system gave no random bytes");
    else
        deed_submit(request, deed, finish_post);
}

/* Also where nobody is signed in yet: else a page of others could have its visitor read, and write, as who it likes. */
static bool may_sign_in(struct http_request *request) {
    const char *why = why_not(request);
    if (why)
        http_problem_code(request, ERR_NO_SIGN_IN, "%s", why);
    else if (!http_is_from_own_page(request, api_settings(request)->config.public_url))
        http_problem_code(request, ERR_NOT_OWN_PAGE, "the Origin of the request is not this server's own");
    else
        return true;
    return false;
}

static void read_sign_in(struct http_request *request) {
    struct sign_in sign_in;
    struct error err;
    size_t length;
    const char *body = http_body(request, &length);
    if (!body_take(request, BODY_OF_COMMAND, NULL) || !may_sign_in(request))
        return;
    if (sign_in_decode(body, length, (size_t)api_settings(request)->config.json_depth, &sign_in, &err) != CXD_OK)
        http_problem(request, &err);
    else
        sign_in_by(request, &sign_in);
}

void api_session_post(struct http_request *request) {
    read_sign_in(request);
    if (http_refusal(request) != CXD_OK) /* else finish_post counts it */
        count_sign_in(request, SIGN_IN_BY_KEY);
}

/* --- Out ------------------------------------------------------------------------------------------------------------
 */

static void finish_delete(struct http_request *request) {
    if (!deed_done(request))
        return;
    set_cookie(request, "", 0);
    http_reply(request, 204, NULL);
}

/* Says in the change whose session ends. False: it, or its key, has ended meanwhile. */
static bool find_ended(struct http_request *request, struct change *change) {
    const struct app *app = http_app(request);
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    const struct session *session;
    const struct api_key *key = api_find_holder(snapshot, http_principal(request), http_now_ms(request), &session);
    if (key)
        change->as.session_end.key = key->id;
    if (session)
        memcpy(change->as.session_end.hash, session->hash, SHA256_SIZE);
    catalog_release(snapshot);
    return key;
}

void api_session_delete(struct http_request *request) {
    struct deed *deed = deed_make(request, CHANGE_SESSION_END);
    struct error err;
    if (!deed)
        return;
    if (parameters_read_flag(request, "everywhere", &deed->change.as.session_end.everywhere, &err) != CXD_OK)
        http_problem(request, &err);
    else if (!find_ended(request, &deed->change))
        http_problem_code(request, ERR_SESSION, "the session has ended meanwhile");
    else
        deed_submit(request, deed, finish_delete);
}

/* --- Links ----------------------------------------------------------------------------------------------------------
 */

/* Under which a browser reaches the page: the public URL where one signs in there, else as this request came. */
static void append_page(struct buffer *out, const struct http_request *request) {
    const char *url = api_settings(request)->config.public_url;
    size_t length = strcspn(url, "?#");
    while (length > 0 && url[length - 1] == '/')
        length--;
    if (strncmp(url, "https://", 8) == 0) {
        buffer_append(out, url, length);
        return;
    }
    const struct app *app = http_app(request);
    buffer_append_text(out, http_server_is_tls(app->http) ? "https://" : "http://");
    buffer_append_text(out, http_host(request) ? http_host(request) : "localhost");
}

static void write_url(struct http_request *request, const char *secret) {
    struct buffer url;
    buffer_init(&url);
    append_page(&url, request);
    buffer_append_text(&url, "/login#");
    buffer_append_text(&url, secret);
    const char *text = buffer_terminate(&url);
    if (text)
        write_text(http_out(request), "url", text);
    else
        http_out(request)->failed = true;
    buffer_free(&url);
}

static void finish_link(struct http_request *request) {
    const struct deed *deed = deed_done(request);
    if (!deed)
        return;
    struct buffer *out = http_out(request);
    write_open(out, NULL, '{');
    write_url(request, deed->secret);
    key_encode_scopes(out, deed->change.as.session.value.scopes);
    write_time(out, "expires_at", session_ends_at(&deed->change.as.session.value));
    buffer_append_char(out, '}');
    http_reply_header(request, "Cache-Control", "no-store");
    http_reply(request, 201, "application/json");
}

/* ERR_INVALID where the key has not all of them. */
static enum cxd_err check_scopes(unsigned held, unsigned wanted, struct error *err) {
    if (held & SCOPE_ADMIN || !(wanted & ~held))
        return CXD_OK;
    error_clear(err);
    error_add_member(err, "/scopes", "must be of those that the key has");
    return err->code;
}

void api_session_link_post(struct http_request *request) {
    const struct app *app = http_app(request);
    struct deed *deed = body_take(request, BODY_OF_COMMAND, NULL) ? deed_make(request, CHANGE_SESSION) : NULL;
    size_t length;
    const char *body = http_body(request, &length);
    struct error err;
    if (!deed)
        return;
    struct session *link = &deed->change.as.session.value;
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    const struct session *session;
    const struct api_key *key = api_find_holder(snapshot, http_principal(request), http_now_ms(request), &session);
    unsigned held = key ? key->scopes : 0;
    *link = (struct session){.is_link = true, .scopes = held};
    if (key)
        link->key = key->id;
    catalog_release(snapshot);
    if (!key)
        http_problem_code(request, ERR_BAD_KEY, "the key has ended meanwhile");
    else if (link_decode(body, length, (size_t)api_settings(request)->config.json_depth, &link->scopes, &err) !=
                 CXD_OK ||
             check_scopes(held, link->scopes, &err) != CXD_OK)
        http_problem(request, &err);
    else if (!make_secret(SESSION_LINK_PREFIX, deed->secret, link->hash))
        http_problem_code(request, ERR_INTERNAL, "the system gave no random bytes");
    else
        deed_submit(request, deed, finish_link);
}
