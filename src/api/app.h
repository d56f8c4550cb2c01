#ifndef CXD_API_APP_H
#define CXD_API_APP_H

#include <stdatomic.h>

#include "cxd/api/api.h"
#include "cxd/api/site.h"
#include "cxd/base/budget.h"
#include "cxd/base/turn.h"
#include "cxd/chores/trust.h"
#include "cxd/domain/response.h"
#include "cxd/http/http.h"
#include "cxd/ingest/ingest.h"

#define DAY_MS INT64_C(86400000)

enum { KEY_FAULT_SIZE = 160 };

/* Of this host alone, by TLS or loopback, and for all of its paths: browsers hold a cookie of such a name to that. */
#define API_SESSION_COOKIE "__Host-cxd"

/* What became of an event. */
enum event_result { EVENT_CREATED, EVENT_REPLAYED, EVENT_SUSPECTED, EVENT_REFUSED, EVENT_RESULT_COUNT };

/* What one thread of the HTTP server counts (http_lane): only it writes here, and no two lanes share a line of the
 * cache. */
enum sign_in_way { SIGN_IN_BY_KEY, SIGN_IN_BY_LINK, SIGN_IN_COUNT };

struct lane {
    _Alignas(64) tally_count stored[OUTCOME_REFUSED]; /* responses, by outcome */
    tally_count refused[CXD_ERR_COUNT];               /* and by why not */
    tally_count events[EVENT_RESULT_COUNT];
    tally_count rows[OUTCOME_REFUSED + 1]; /* of imports */
    tally_count exported;                  /* responses */
    tally_count signed_in[SIGN_IN_COUNT];  /* by what */
    tally_count sign_ins_refused[CXD_ERR_COUNT];
};

/* What the handlers share. One file a resource defines handlers; routes.c holds the table of all of them. */

struct app {
    struct config config; /* as at the start: for what waits for a restart. Else api_settings */
    struct store *store;
    struct catalog *catalog;
    struct ingest *ingest;
    struct trust trust;
    struct nodes *nodes; /* NULL: the store is this daemon's alone */
    struct housekeeping *housekeeping;
    struct alerts *alerts;
    struct backups *backups;     /* NULL: none are made */
    const struct app_site *site; /* NULL: the API is all there is */
    struct http_route *routes;   /* of both */
    size_t route_count;
    struct http_server *http;
    struct http_server *metrics; /* NULL: off */
    bool metrics_is_local;       /* their listener is on a loopback address */
    int metrics_fd;              /* a socket handed down for them that is not served yet; −1: none */
    struct lane *lanes;
    unsigned lane_count;
    int64_t started_ns; /* wall clock */
    char state_directory[CONFIG_TEXT_SIZE];
    int state_lock; /* of that directory, where the store has none of its own; else -1 */
    struct burst_table *bursts;
    atomic_uint_fast64_t flagged[FLAG_COUNT]; /* since the start */
    struct turn reading_terms;                /* one question for terms is answered at a time */
    struct budget questions;                  /* memory of those that tell respondents apart, or read terms */
    atomic_uint_fast64_t question_memory;     /* what they may hold together */
    atomic_flag noting_use;                   /* a change of api_note is on its way to the writer */
    _Atomic int64_t sign_in_refused_ms;       /* monotonic, when that was last written down; 0: never */
    struct live *live;                        /* who is told of what is committed */
    struct vitals *vitals;
    int64_t started_at_ms, started_monotonic_ms;
    struct {
        _Atomic int64_t done, refused;
        _Atomic int64_t at_ms; /* wall clock, of the last; 0: none */
    } reloads;
    char admin_key_fault[KEY_FAULT_SIZE]; /* of the file, as it was at the start; "": it opens this daemon */
    bool has_endpoint;                    /* the file `endpoint` is this process's */
};

/* access.c: ERR_STORAGE where a key may have been revoked by another node, and nobody here knows it yet. */
CXD_NODISCARD enum cxd_err api_expect_sure(const struct app *app, struct error *err);

/* site.c: makes the table of all routes. ERR_NO_MEMORY. */
CXD_NODISCARD enum cxd_err api_join_routes(struct app *app, struct error *err);

/* routes.c */
/* With SCOPE_READ in a route's scope: what it shows is figures and what operators wrote, nothing that a person did, so
 * that [access] read = open needs no key for it. A route that does not say so is not opened by that. */
enum { ACCESS_FIGURES = 1 << 16 };
extern const struct http_route API_ROUTES[];
extern const size_t API_ROUTE_COUNT;

/* responses.c, batch.c */
http_handler api_response_post, api_response_put, api_batch_post;
/* imports.c */
http_handler api_imports_get, api_import_get, api_import_post, api_import_patch, api_import_delete;
http_handler api_import_responses_post;
/* events.c */
http_handler api_event_post;
/* surveys.c */
http_handler api_surveys_get, api_survey_get, api_survey_put, api_survey_delete;
/* plan.c */
http_handler api_plan_get;
/* journeys.c */
http_handler api_journeys_get, api_journey_get, api_journey_put, api_journey_delete, api_journey_score_get;
/* form.c */
http_handler api_form_get;
http_handler api_form_post;
/* scores.c, trend.c, segments.c */
http_handler api_score_svg_get, api_trend_svg_get;
http_handler api_score_get, api_scores_get, api_movement_get, api_pooled_score_get, api_trend_get, api_segments_get;
/* questions.c */
http_handler api_questions_get, api_question_get;
/* terms.c */
http_handler api_terms_get;
/* listing.c */
http_handler api_responses_get, api_response_get, api_respondent_get;
/* export.c */
http_handler api_export_csv_get, api_export_ndjson_get, api_export_schema_get;
http_handler api_archive_get;
/* comments.c */
http_handler api_comments_get;
/* live_open.c */
http_handler api_live_get;
/* erasure.c */
http_handler api_response_patch, api_responses_patch, api_respondent_delete;
/* alerts.c */
http_handler api_alerts_get, api_alert_get, api_alert_history_get;

/* alert_changes.c */
http_handler api_alert_put, api_alert_delete, api_alert_acknowledge;
/* keys.c */
http_handler api_keys_get, api_key_post, api_key_delete;
/* invitations.c */
http_handler api_invitations_post;
/* signing_keys.c */
http_handler api_signing_keys_get, api_signing_key_post;
/* sessions.c */
http_handler api_session_get, api_session_post, api_session_delete, api_session_link_post;
/* metrics.c */
/* Opens and runs the listener of the metrics, where there is one. Everything else is open by then. */
CXD_NODISCARD enum cxd_err api_metrics_start(struct app *app, struct error *err);
/* metrics_http.c: what has become of a response: one of those that are stored, or why it was refused. On the thread of
 * the request. */
void api_count_stored(struct http_request *request, enum outcome outcome);
void api_count_refused(struct http_request *request, enum cxd_err refusal);
/* Of a row of an import that was stored, was there, or was refused. */
void api_count_row(struct http_request *request, enum outcome outcome);
void api_count_event(struct http_request *request, enum event_result result);
/* Responses that were stored with the flag of this index, or got it later, since the start. */
uint64_t api_flagged(const struct app *app, int flag_index);
/* So many responses were exported. On the thread of the request. */
void api_count_exported(struct http_request *request, int64_t count);
uint64_t api_exported(const struct app *app);
/* And events, by what became of them. */
uint64_t api_events(const struct app *app, enum event_result result);
const char *api_event_result_name(enum event_result result);
/* retention.c */
http_handler api_retention_resume;
/* The member "retention": by which time old responses go, and why that is not the clock's. */
void api_append_retention(struct buffer *out, struct app *app);
/* audit.c */
http_handler api_audit_get;
/* health.c */
http_handler api_healthz_get, api_readyz_get, api_status_get;

/* surveys.c: what the store keeps of a definition. Strings are of the arena. */
CXD_NODISCARD enum cxd_err api_survey_record(const struct survey *survey, struct arena *arena,
                                             struct survey_record *ret_record, struct error *err);

/* surveys.c: how many surveys of the snapshot lie before the page that is behind this slug (NULL: the first page). */
size_t api_page_begin(const struct snapshot *snapshot, const char *after_slug);

/* keys.c: a fresh secret for the key, and everything of the key but name, scopes and expiry. False without randomness.
 */
CXD_NODISCARD bool api_key_fill(struct api_key *key, struct id_source *ids, int64_t now_ms,
                                char ret_secret[SECRET_TEXT_SIZE]);

/* access.c: the hooks of the HTTP server. */
enum cxd_err api_authorize(void *app, struct http_request *request, const struct http_credentials *shown,
                           unsigned scope, struct error *err);
/* As api_authorize, where no key is needed: a token that is none of ours is passed over, and so is a key without the
 * scope. */
enum cxd_err api_recognise(void *app, struct http_request *request, const char *credentials, unsigned scope,
                           struct error *err);
/* Whether the request has shown a key that is good for the call: then it is no stranger's. */
bool api_has_key(const struct http_request *request);
/* Whether who asks under this host may read what needs this scope without a key, as [access] read says. */
bool api_opens(const struct http_request *request, unsigned scope);
/* The valid key for which the session of this secret acts now, with the session; NULL: there is none, or it has ended.
 */
const struct api_key *api_session_key(const struct snapshot *snapshot, const char *secret, int64_t now_ms,
                                      const struct session **ret_session);
/* The valid key behind a principal (http_principal), and the session where it is one's; NULL: it has ended. */
const struct api_key *api_find_holder(const struct snapshot *snapshot, const char *principal, int64_t now_ms,
                                      const struct session **ret_session);
/* Has a change done that nobody waits for. One at a time: it is lost where another is on its way, or memory is refused.
 */
void api_note(struct app *app, const struct change *change);
/* Whether a principal that was let in would be let in by it now, for one of these scopes. Any thread. */
bool api_still_may(const struct app *app, const char *principal, unsigned scope, int64_t now_ms);
/* Whether the request is one that [access] read = open lets in without a key: what it opens are figures. */
bool api_is_stranger(const struct http_request *request);
/* Whether figures by this filter may be shown for the survey to who asks. ERR_NO_KEY. */
CXD_NODISCARD enum cxd_err api_allow_filter(const struct http_request *request, const struct survey *survey,
                                            const struct filter *filter, struct error *err);
bool api_allow_origin(void *app, struct http_request *request, const char *origin);

/* bootstrap.c: what a first start makes. */
CXD_NODISCARD enum cxd_err api_ensure_admin_key(struct app *app, struct error *err);
CXD_NODISCARD enum cxd_err api_ensure_signing_key(struct app *app, struct error *err);
CXD_NODISCARD enum cxd_err api_ensure_starter_surveys(struct app *app, struct error *err);
/* Replaces a file of the state directory (0600) in one step. */
CXD_NODISCARD enum cxd_err api_write_state_file(const char *directory, const char *name, const char *line,
                                                struct error *err);
void api_remove_state_file(const struct app *app, const char *name);
/* erasures.c: keeps the list of erasures in the state directory, before anything is written; and does again what the
 * store does not know of it, before anything is answered. */
CXD_NODISCARD enum cxd_err api_keep_erasures(struct app *app, struct store_erasures *ret_erasures, struct error *err);
CXD_NODISCARD enum cxd_err api_repeat_erasures(struct app *app, const struct store_erasures *erasures,
                                               struct error *err);

/* local_key.c: what keeps `admin.key` in the directory from being a valid key with the scope admin, in words that
 * follow the path; "" where nothing does. */
void api_judge_admin_key(const struct snapshot *snapshot, const char *directory, int64_t now_ms,
                         char ret_fault[KEY_FAULT_SIZE]);

/* submit.c: the way from a handler to the writer and back. */

/* Defers the request, submits its changes, and once they are durable (or have failed) calls `finish` on the loop. The
 * ticket is of the request's arena; finish finds it by http_deferred, and calls api_submit_failed first. */
void api_submit(struct http_request *request, struct ticket *ticket, http_handler *finish);
/* Applies one change and waits for it: on workers alone that may wait as long, those of exports. */
CXD_NODISCARD enum cxd_err api_apply(struct http_request *request, struct change *change, struct error *err);
/* Replies the problem and returns true if the ticket was not applied. */
bool api_submit_failed(struct http_request *request, const struct ticket *ticket);

/* If-Match and If-None-Match, for the change that the request asks for. ERR_BAD_PRECONDITION, ERR_NO_MEMORY. */
CXD_NODISCARD enum cxd_err api_read_precondition(struct http_request *request, struct precondition *ret_precondition,
                                                 struct error *err);
/* Replies that it does not hold, for a change that was refused ERR_PRECONDITION. */
void api_refuse_precondition(struct http_request *request, const struct change *change);

#endif
