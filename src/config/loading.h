#ifndef CONFIG_LOADING_H
#define CONFIG_LOADING_H

#include "config/option.h"

/* A configuration while it is read. */

struct loading {
    struct config *config;
    struct error *err;
    struct config_faults *faults; /* NULL: the first fault ends it; else `err` is not NULL */
    bool said[OPTION_COUNT];      /* set by the file or the environment, */
    bool doubted[OPTION_COUNT];   /* or a fault came later, where that may have been meant to set it */
};

/* After error_set(loading->err, ERR_CONFIG, …): CXD_OK where the reading goes on, else the error's code. */
CXD_NODISCARD enum cxd_err loading_fault(struct loading *loading);

void loading_say(struct loading *loading, const struct option *option);
void loading_doubt(struct loading *loading, const struct option *option);
/* Tells the faults' owner what of the needs has been said. */
void loading_end(const struct loading *loading);

/* ini.c: reads one file. */
CXD_NODISCARD enum cxd_err ini_load(const char *path, struct loading *loading);

#endif
