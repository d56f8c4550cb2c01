/* `cxd serve`: the command line; life.c runs the daemon. */
#include <malloc.h>
#include <stdio.h>

#include "cmd/command.h"
#include "cmd/life.h"
#include "cmd/output.h"
#include "cmd/reload.h"
#include "cxd/api/api.h"
#include "cxd/base/calendar.h"
#include "cxd/cmd/cmd.h"
#include "cxd/config/config.h"
#ifndef CXD_NO_WEB
#include "cxd/web/web.h"
#endif

struct serve_options {
    const char *config, *listen, *reload, *assets;
    bool starter_surveys, check, print;
};

#define AT(member) offsetof(struct serve_options, member)

static const struct option_spec serve_specs[] = {
    {"config", 'c', OPTION_TEXT, AT(config), "FILE", "configuration, with conf.d/*.conf beside it", NULL},
    {"listen", 0, OPTION_TEXT, AT(listen), "ADDRESS:PORT", "listen here instead of [server] listen", NULL},
    {"starter-surveys", 0, OPTION_FLAG, AT(starter_surveys), NULL,
     "make the surveys nps, csat and ces if there is no survey yet", NULL},
    {"check", 0, OPTION_FLAG, AT(check), NULL, "check the configuration and exit", NULL},
    {"reload", 0, OPTION_TEXT, AT(reload), "PID",
     "have the daemon PID read its configuration again, and exit 0 if it took it", NULL},
#ifndef CXD_NO_WEB
    {"assets", 0, OPTION_TEXT, AT(assets), "DIR", "serve the files of pages from DIR as they are now: for developing",
     NULL},
#endif
    {"print-config", 0, OPTION_FLAG, AT(print), NULL, "print a commented sample of the configuration and exit", NULL},
};

enum { MAPPED_BYTES = 256 * 1024 };

static int refuse(const struct error *err) {
    complain("%s", err->detail);
    return EXIT_REFUSED;
}

/* The daemon takes the configuration that it was started with: others would be thought to be taken, or checked only. */
static int reload(const struct command *command, const struct serve_options *options) {
    pid_t pid;
    if (options->config || options->listen || options->starter_surveys || options->check || options->assets)
        return command_usage(command, "--reload stands alone: the daemon reads again what it was started with");
    if (!reload_parse(options->reload, &pid))
        return command_usage(command, "--reload takes the number of the daemon's process, not '%s'", options->reload);
    return reload_ask(pid);
}

static int serve(const struct invocation *invocation) {
    const struct serve_options *options = invocation->options;
    struct config config;
    struct error err;

    if (options->print) {
        config_print_sample(stdout);
        return EXIT_OK;
    }
    if (options->reload)
        return reload(invocation->command, options);
    struct life_options life = {.config_path = cmd_config_path(options->config),
                                .listen = options->listen,
                                .starter_surveys = options->starter_surveys};
#ifndef CXD_NO_WEB
    struct web web;
    if (options->assets && !web_has_assets(options->assets))
        return command_usage(invocation->command, "--assets: the files of pages are not in '%s'", options->assets);
    web_open(&web, options->assets);
    life.site = &web.site;
#endif
    if (options->check) {
        if (life_load(&life, &config, &err) != CXD_OK || calendar_set_zone(config.timezone, &err) != CXD_OK ||
            app_check(&config, &err) != CXD_OK)
            return refuse(&err);
        output_line(stdout, "The configuration is valid.");
        return EXIT_OK;
    }
#ifdef M_MMAP_THRESHOLD
    /* What is large is given back to the system when it is freed. Left to itself, glibc keeps it, for each thread,
     * once the first was freed: a few batches would leave a daemon for good at the size of the largest. */
    mallopt(M_MMAP_THRESHOLD, MAPPED_BYTES);
#endif
    return life_run(&life, &err) == CXD_OK ? EXIT_OK : refuse(&err);
}

const struct command cmd_serve = {
    .name = "serve",
    .operands = "",
    .summary = "Runs the daemon in the foreground until SIGTERM or SIGINT, then drains and exits 0.",
    .text = "Without --config the file is $CXD_CONFIG, or /etc/cxd/cxd.conf if it is there; see cxd.conf(5). "
            "The\n"
            "environment (CXD_SECTION_KEY) goes over the file. Port 0 takes a free port.",
    .example = "cxd serve -c /etc/cxd/cxd.conf --listen 127.0.0.1:0",
    .options = serve_specs,
    .option_count = CXD_COUNT(serve_specs),
    .run = serve,
};
