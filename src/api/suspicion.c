/* Suspicion of one response as it comes: what it holds, how fast it came after its form, and what sent it. Runs on the
 * loop, before the response is submitted. Bursts, which need more than one, are in burst.c. */
#include "api/suspicion.h"
#include "api/burst.h"
#include "api/settings.h"
#include "cxd/base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NONCE_PURPOSE "form"

enum cxd_err suspicion_open(struct app *app, struct error *err) {
    app->bursts = burst_new();
    return app->bursts ? CXD_OK : error_set(err, ERR_NO_MEMORY, "no memory for the table of bursts");
}

void suspicion_close(struct app *app) {
    burst_free(app->bursts);
}

void suspicion_sign_nonce(struct buffer *out, const struct snapshot *snapshot, const struct survey *survey,
                          int64_t now_ms) {
    char payload[SLUG_SIZE + 24];
    if (snapshot->signing_key_count == 0)
        return;
    int length = snprintf(payload, sizeof payload, "%s %lld", survey->slug, (long long)now_ms);
    token_sign(out, snapshot->signing_keys[0].secret, NONCE_PURPOSE, payload, (size_t)length);
}

/* The time of issue, from a payload that we signed ourselves; false for another survey's. */
static bool read_payload(const char *payload, const struct survey *survey, int64_t *ret_issued_ms) {
    size_t length = strlen(survey->slug);
    if (strncmp(payload, survey->slug, length) != 0 || payload[length] != ' ')
        return false;
    *ret_issued_ms = strtoll(payload + length + 1, NULL, 10);
    return true;
}

static unsigned judge_nonce(struct http_request *request, const struct snapshot *snapshot, const struct survey *survey,
                            const char *nonce) {
    const char *payload;
    size_t length;
    int64_t issued_ms;
    if (survey->min_seconds == 0)
        return 0;
    if (!nonce ||
        !signing_keys_open(snapshot->signing_keys, snapshot->signing_key_count, NONCE_PURPOSE, nonce,
                           http_arena(request), &payload, &length) ||
        !read_payload(payload, survey, &issued_ms))
        return FLAG_NONCE;
    int64_t age_ms = http_now_ms(request) - issued_ms;
    if (age_ms < 0 || age_ms > DAY_MS)
        return FLAG_NONCE;
    return age_ms < survey->min_seconds * 1000 ? FLAG_TOO_FAST : 0;
}

bool suspicion_is_machine(struct http_request *request) {
    const char *agent = http_header(request, "User-Agent");
    return agent && needles_match(api_settings(request)->user_agents, agent);
}

enum cxd_err suspicion_judge(struct http_request *request, const struct snapshot *snapshot, const struct survey *survey,
                             struct response *response, struct error *err) {
    unsigned flags = judge_nonce(request, snapshot, survey, response->sent.nonce);
    if (response->sent.filled_honeypot)
        flags |= FLAG_HONEYPOT;
    if (suspicion_is_machine(request))
        flags |= FLAG_USER_AGENT;
    response->flags = flags;
    if (flags == 0)
        return CXD_OK;
    char reason[FLAG_REASON_SIZE];
    response->excluded = true;
    response->excluded_reason = arena_strdup(http_arena(request), flags_reason(flags, reason));
    return response->excluded_reason ? CXD_OK : error_set(err, ERR_NO_MEMORY, "no memory for the response");
}

size_t suspicion_burst(struct http_request *request, const struct response *response, struct change **ret_changes) {
    const struct app *app = http_app(request);
    struct id ids[BURST_REMEMBERED];
    size_t count = !response->visit || !response->has_score
                       ? 0
                       : burst_note(app->bursts, response->survey, response->visit, response->score, &response->id,
                                    clock_monotonic_ms(), ids);
    if (count == 0)
        return 0;
    struct change *changes = arena_alloc_zero(http_arena(request), count, sizeof *changes);
    for (size_t i = 0; changes && i < count; i++) {
        changes[i].kind = CHANGE_FLAG;
        changes[i].now_ms = http_now_ms(request);
        changes[i].arena = http_arena(request);
        changes[i].as.flag.id = ids[i];
        changes[i].as.flag.survey = response->survey;
        changes[i].as.flag.flags = FLAG_BURST;
    }
    *ret_changes = changes;
    return !changes ? 0 : count;
}

void suspicion_count(struct app *app, unsigned flags) {
    for (int i = 0; i < FLAG_COUNT; i++)
        if (flags & 1U << i)
            atomic_fetch_add_explicit(&app->flagged[i], 1, memory_order_relaxed);
}
