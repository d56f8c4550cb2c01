#ifndef CXD_CMD_LIFE_H
#define CXD_CMD_LIFE_H

#include <stdbool.h>

#include "cxd/base/compiler.h"
#include "cxd/base/error.h"
#include "cxd/config/config.h"

struct app_site;

/* The daemon's life between its start and its end: signals, the service manager, and whether all threads advance. */

struct life_options {
    const char *config_path; /* NULL: no file */
    const char *listen;      /* instead of [server] listen; NULL: that */
    bool starter_surveys;
    const struct app_site *site; /* served beside the API; NULL: none */
};

/* The configuration as a start, and each reload, finds it. ERR_CONFIG. */
CXD_NODISCARD enum cxd_err life_load(const struct life_options *options, struct config *ret_config, struct error *err);

/* Runs until SIGTERM or SIGINT, then drains. On an error the daemon did not start. */
CXD_NODISCARD enum cxd_err life_run(const struct life_options *options, struct error *err);

#endif
