#ifndef CXD_API_APP_H
#define CXD_API_APP_H

#include <stdatomic.h>

#include "cxd/api/api.h"
#include "cxd/domain/response.h"
#include "cxd/http/http.h"
#include "cxd/ingest/ingest.h"

#define DAY_MS INT64_C(86400000)

/* What one thread of the HTTP server counts (http_lane): only it writes here, and no two lanes share a line of the cache. */
struct lane {
    _Alignas(64) tally_count stored[OUTCOME_REFUSED]; /* responses, by outcome */
    tally_count refused[CXD_ERR_COUNT];               /* and by why not */
};

/* What the handlers share. One file a resource defines handlers; routes.c holds the table of all of them. */

struct app {
    struct config config; /* as at the start: for what waits for a restart. Else api_settings */
    struct store *store;
    struct catalog *catalog;
    struct ingest *ingest;
    struct housekeeping *housekeeping;
    struct backups *backups; /* NULL: none are made */
    struct http_server *http;
    struct http_server *metrics; /* NULL: off */
    int metrics_fd;              /* a socket handed down for them that is not served yet; −1: none */
    struct lane *lanes;
    unsigned lane_count;
    int64_t started_ns; /* wall clock */
    char state_directory[CONFIG_TEXT_SIZE];
    struct burst_table *bursts;
    atomic_uint_fast64_t flagged[FLAG_COUNT]; /* since the start */
    atomic_flag noting_use;                   /* a key's last-used day is on its way to the writer */
    struct vitals *vitals;
    int64_t started_at_ms, started_monotonic_ms;
    struct {
        _Atomic int64_t done, refused;
        _Atomic int64_t at_ms; /* wall clock, of the last; 0: none */
    } reloads;
    bool has_endpoint; /* the file `endpoint` is this process's */
};

extern const struct http_route API_ROUTES[];
extern const size_t API_ROUTE_COUNT;

/* responses.c, batch.c */
http_handler api_response_post, api_response_put, api_batch_post;
/* surveys.c */
http_handler api_surveys_get, api_survey_get, api_survey_put, api_survey_delete;
/* form.c */
http_handler api_form_get;
/* scores.c, trend.c */
http_handler api_score_get, api_scores_get, api_trend_get;
/* listing.c */
http_handler api_responses_get, api_response_get, api_respondent_get;
/* erasure.c */
http_handler api_response_patch, api_responses_patch, api_respondent_delete;
/* keys.c */
http_handler api_keys_get, api_key_post, api_key_delete;
/* invitations.c, signing_keys.c */
http_handler api_invitations_post, api_signing_keys_get, api_signing_key_post;
/* metrics.c */
/* Opens and runs the listener of the metrics, where there is one. Everything else is open by then. */
CXD_NODISCARD enum cxd_err api_metrics_start(struct app *app, struct error *err);
/* What has become of a response: one of those that are stored, or why it was refused. On the thread of the request. */
void api_count_stored(struct http_request *request, enum outcome outcome);
void api_count_refused(struct http_request *request, enum cxd_err refusal);
/* Responses that were stored with the flag of this index, or got it later, since the start. */
uint64_t api_flagged(const struct app *app, int flag_index);
/* audit.c */
http_handler api_audit_get;
/* health.c */
http_handler api_healthz_get, api_readyz_get, api_status_get;

/* surveys.c: what the store keeps of a definition. Strings are of the arena. */
CXD_NODISCARD enum cxd_err api_survey_record(const struct survey *survey, struct arena *arena,
                                             struct survey_record *ret_record, struct error *err);

/* keys.c: a fresh secret for the key, and everything of the key but name, scopes and expiry. False without randomness. */
CXD_NODISCARD bool api_key_fill(struct api_key *key, struct id_source *ids, int64_t now_ms,
                                char ret_secret[SECRET_TEXT_SIZE]);

/* access.c: the hooks of the HTTP server. */
enum cxd_err api_authorize(void *app, struct http_request *request, const char *secret, unsigned scope,
                           struct error *err);
bool api_allow_origin(void *app, struct http_request *request, const char *origin);

/* bootstrap.c: what a first start makes. */
CXD_NODISCARD enum cxd_err api_ensure_admin_key(struct app *app, struct error *err);
CXD_NODISCARD enum cxd_err api_ensure_signing_key(struct app *app, struct error *err);
CXD_NODISCARD enum cxd_err api_ensure_starter_surveys(struct app *app, struct error *err);
/* Replaces a file of the state directory (0600) in one step. */
CXD_NODISCARD enum cxd_err api_write_state_file(const struct app *app, const char *name, const char *line,
                                                struct error *err);
void api_remove_state_file(const struct app *app, const char *name);

/* submit.c: the way from a handler to the writer and back. */

/* Defers the request, submits its changes, and once they are durable (or have failed) calls `finish` on the loop. The ticket is of the
 * request's arena; finish finds it by http_deferred, and calls api_submit_failed first. */
void api_submit(struct http_request *request, struct ticket *ticket, http_handler *finish);
/* Replies the problem and returns true if the ticket was not applied. */
bool api_submit_failed(struct http_request *request, const struct ticket *ticket);

/* Makes a change of a validated response: what the server adds to what the client said. ERR_SURVEY_CLOSED for one without an
 * id, which cannot be a retry. */
CXD_NODISCARD enum cxd_err api_fill_response(struct http_request *request, const struct survey *survey,
                                             struct change *change, struct error *err);

/* invited.c: answers to invitations. */

/* Opens the invitation that was sent with a decoded response, if any, and makes the response one to it; before it is validated and named.
 * One that has expired lets a retry through (unless_stored). Members that say otherwise are added to err; returns err->code, or
 * why the invitation is none: ERR_INVITATION_INVALID, ERR_INVITATION_OTHER_SURVEY, ERR_NO_MEMORY. */
CXD_NODISCARD enum cxd_err api_admit(struct http_request *request, const struct survey *survey,
                                     struct change *change, struct error *err);
/* For those who have no key, once the change is filled: ERR_INVITATION_REQUIRED, or with an id that only a retry passes. */
CXD_NODISCARD enum cxd_err api_require_invitation(const struct survey *survey, struct change *change,
                                                  struct error *err);
/* Why a change was refused, as it is told: what is a conflict of ids to the store may be an invitation that is used. */
enum cxd_err api_refusal(const struct change *change);

/* Replies ERR_MEDIA_TYPE and returns true unless the body may be read as JSON (no Content-Type at all may). */
bool api_refuse_type(struct http_request *request, bool allow_text);

#endif
