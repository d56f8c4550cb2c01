#ifndef CXD_API_API_H
#define CXD_API_API_H

/* src/api/: what each call does: the only room that knows both HTTP and surveys.
 *
 *   app.c             the application's life: opened from the store upwards, closed from the network downwards; reload
 *   routes.c          every call of the API, in one table
 *   site.c            what a room above serves beside them
 *   settings.c        the configuration, as what a request is held against
 *   access.c          API keys and scopes, and the origins that a survey takes
 *   parameter.c       values of query strings, and the table of parameters
 *   parameter_filter.c  the parameters that say which responses
 *   parameters.c      query strings to questions
 *   pages.c           lists in pages: cursors, Link
 *   bodies.c          which call takes which media types, by one table
 *   responses.c       POST and PUT of one response
 *   batch.c           POST of a batch, also of an import
 *   imports.c         imports: begun, listed, done, undone
 *   events.c          POST of an event of a survey that is shown
 *   admission.c       whether a response is taken: invitation, name, rules, retries; of both
 *   suspicion.c       whether a response looks like a machine's
 *   burst.c           different answers of one visit within a minute
 *   deed.c            what handlers share: the survey of a path, one change, the end of a reply
 *   submit.c          changes to the writer, and the reply after the commit
 *   listing.c         stored responses: one, a list, a respondent's
 *   export.c          those of a survey as a file, of one moment, streamed
 *   archive.c         all there is, as a file for another cxd
 *   pieces.c          a file that is written to a stream in pieces, below both
 *   export_cursor.c   where an export goes on
 *   live_open.c       GET …/live: who wants to be told of what is stored
 *   live.c            the thread that tells them
 *   live_client.c     what is brought to one, and to all of one filter
 *   live_notes.c      from the writer to that thread: what has become otherwise
 *   live_event.c      what is told, as text
 *   comments.c        those that have a comment
 *   search.c          which of them, and what they say there
 *   search_cursor.c   where its pages go on
 *   erasure.c         PATCH (exclude, count again), DELETE of a respondent
 *   erasures.c        at start: whether a restored store has to learn of erasures
 *   invitations.c     signed links
 *   surveys.c         definitions of surveys
 *   eligible.c        when a respondent may be asked again
 *   form.c            what a widget asks before it shows a survey
 *   pool.c            which surveys a list of names and patterns means
 *   state.c           one state of the store, with the surveys that belong to it
 *   scores.c          scores of one, several as one, or all surveys
 *   journeys.c        journeys: their definitions, and their scores side by side
 *   plan.c            how many answers a margin or a change needs
 *   trend.c           the trend of a survey
 *   asked.c           further questions that a query string names
 *   questions.c       what was answered to them
 *   segments.c        segments of a survey, the most harmful first
 *   alerts.c          alerts: their rules, states and history, read
 *   alert_changes.c   rules put and discarded, alerts acknowledged
 *   terms.c           what sets the comments of a band apart
 *   figures.c         what the read routes share
 *   keys.c            API keys
 *   sessions.c        browsers that sign in and out, and links to do so
 *   signing_keys.c    keys that sign invitations
 *   retention.c       by which time what is old goes, and POST /v1/retention/resume
 *   audit.c           the audit log
 *   local_key.c       whether the file admin.key opens the daemon; a key made without one
 *   bootstrap.c       a first start: the admin key, the starter surveys; files of the state directory
 *   health.c          /healthz, /readyz, /v1/status
 *   vitals.c          the looks behind them, by a thread
 *   metrics.c         /metrics: the table, and its listener
 *   metrics_http.c    of them what comes over the network, and what became of responses
 *   metrics_state.c   of them the writer, the store and the process
 *   metrics_scores.c  of them scores */

#include <stdbool.h>
#include <stdint.h>

#include "cxd/base/compiler.h"
#include "cxd/base/error.h"
#include "cxd/base/inherited.h"
#include "cxd/config/config.h"
#include "cxd/domain/key.h"
#include "cxd/store/store.h"

/* The application: opens store, catalog, writer and HTTP server, wires the routes, and takes them down in the right
 * order. */

struct app;
struct app_site; /* cxd/api/site.h */

/* Whether the files that the configuration names can be used. ERR_CONFIG. */
CXD_NODISCARD enum cxd_err app_check(const struct config *config, struct error *err);

/* local_key.c: a key that is made while no daemon runs. */
struct app_made_key {
    struct api_key key;            /* in: name, scopes, expiry; out: all of it */
    char secret[SECRET_TEXT_SIZE]; /* out, as the rest */
    bool is_kept;                  /* it has the scope admin, and is now what `admin.key` holds, which opened nothing */
    char why_not[512];             /* that file could not be written; else "" */
};
/* With a database of this version that is there and that no daemon has open: ERR_LOCKED, ERR_SCHEMA, ERR_STORAGE. As
 * the owner of its directory and of the state directory. The audit log has it, of "local". */
CXD_NODISCARD enum cxd_err app_make_key(const struct config *config, const char *directory, struct app_made_key *made,
                                        struct error *err);

/* Starts everything; `config` is copied. On the first start of a store an admin key is made and written (0600) to
 * `admin.key` in the state directory, and, where `starter_surveys` is set, the surveys nps, csat and ces are created if
 * there is no survey at all. Sockets that the service manager has handed down (NULL: none) are served instead of
 * `listen`: those that have no other use (a name that another listener takes, such as "metrics", must have been taken
 * before). ERR_CONFIG if there is no use for one; closed or not, none is the caller's any more. `site` (NULL: none) is
 * served beside the API (site.h), and outlives it. `telling` (NULL: nobody) hears how far an upgrade of the store is.
 */
CXD_NODISCARD enum cxd_err app_start(const struct config *config, struct inherited *inherited, bool starter_surveys,
                                     const struct app_site *site, const struct store_telling *telling,
                                     struct app **ret_app, struct error *err);
/* See store_upgraded. */
const struct store_upgrade *app_upgraded(const struct app *app);
const char *app_scheme(const struct app *app);          /* "http" or "https" */
const char *app_address(const struct app *app);         /* "127.0.0.1:8080"; "unix:/run/cxd.sock" where that is all */
const char *app_metrics_address(const struct app *app); /* NULL: there are none */
const char *app_state_directory(const struct app *app); /* where admin.key and endpoint are */
/* What kept the file admin.key from opening this daemon when it started, in words that follow the path; NULL: nothing.
 */
const char *app_admin_key_fault(const struct app *app);
/* Takes over what may change while the daemon runs (config_reload has made `config`), and reads again the files that it
 * names: TLS certificate and key, the list of user agents. All of it comes into force at once, for the requests that
 * arrive from then on. ERR_CONFIG, ERR_NO_MEMORY: nothing has changed. ERR_SYSTEM: it is in force, but the command line
 * was not told (the file `endpoint`). */
CXD_NODISCARD enum cxd_err app_reload(struct app *app, const struct config *config, struct error *err);
/* For the status and the metrics: how a reload went, also one that found a bad configuration before app_reload. Any
 * thread. */
void app_note_reload(struct app *app, bool is_done);
/* For how long the thread that is worst off has not advanced, and which it is: "writer", "http", "workers",
 * "housekeeping". 0 (and the first of them) while all do. It asks each, so that the verdict is the next call's:
 * ingest_stuck_ms. What is usual: 0 but under a disk or a question that takes seconds for one step. Call it every few
 * seconds at most; any thread, before app_stop. */
int64_t app_stuck_ms(struct app *app, int64_t now_monotonic_ms, const char **ret_part);
/* Drains, commits, checkpoints, frees. Takes NULL. */
void app_stop(struct app *app);

#endif
