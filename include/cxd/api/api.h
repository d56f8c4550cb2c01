#ifndef CXD_API_API_H
#define CXD_API_API_H

#include <stdbool.h>
#include <stdint.h>

#include "cxd/base/compiler.h"
#include "cxd/base/error.h"
#include "cxd/base/inherited.h"
#include "cxd/config/config.h"
#include "cxd/store/store.h"

/* The application: opens store, catalog, writer and HTTP server, wires the routes, and takes them down in the right order. */

struct app;

/* Whether the files that the configuration names can be used. ERR_CONFIG. */
CXD_NODISCARD enum cxd_err app_check(const struct config *config, struct error *err);

/* Starts everything; `config` is copied. On the first start of a store an admin key is made and written (0600) to `admin.key` in the state directory, and,
 * where `starter_surveys` is set, the surveys nps, csat and ces are created if there is no survey at all.
 * Sockets that the service manager has handed down (NULL: none) are served instead of `listen`: those that have no other use (a name that another
 * listener takes, such as "metrics", must have been taken before). ERR_CONFIG if there is no use for one; closed or not, none is the
 * caller's any more. */
CXD_NODISCARD enum cxd_err app_start(const struct config *config, struct inherited *inherited,
                                     bool starter_surveys, struct app **ret_app, struct error *err);
/* See store_upgraded. */
const struct store_upgrade *app_upgraded(const struct app *app);
const char *app_scheme(const struct app *app);  /* "http" or "https" */
const char *app_address(const struct app *app); /* "127.0.0.1:8080"; "unix:/run/cxd.sock" where that is all */
const char *app_metrics_address(const struct app *app); /* NULL: there are none */
const char *app_state_directory(const struct app *app); /* where admin.key and endpoint are */
/* Takes over what may change while the daemon runs (config_reload has made `config`), and reads again the files that it names: TLS
 * certificate and key, the list of user agents. All of it comes into force at once, for the requests that arrive from then on. ERR_CONFIG,
 * ERR_NO_MEMORY: nothing has changed. ERR_SYSTEM: it is in force, but the command line was not told (the file `endpoint`). */
CXD_NODISCARD enum cxd_err app_reload(struct app *app, const struct config *config, struct error *err);
/* For the status and the metrics: how a reload went, also one that found a bad configuration before app_reload. Any thread. */
void app_note_reload(struct app *app, bool is_done);
/* For how long the thread that is worst off has not advanced, and which it is: "writer", "http", "workers", "housekeeping". 0 (and the
 * first of them) while all do. It asks each, so that the verdict is the next call's: ingest_stuck_ms. What is usual: 0 but under a
 * disk or a question that takes seconds for one step. Call it every few seconds at most; any thread, before app_stop. */
int64_t app_stuck_ms(struct app *app, int64_t now_monotonic_ms, const char **ret_part);
/* Drains, commits, checkpoints, frees. Takes NULL. */
void app_stop(struct app *app);

#endif
