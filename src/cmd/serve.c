/* `cxd serve`: the command line; life.c runs the daemon. */
#include <stdio.h>

#include "cmd/command.h"
#include "cmd/life.h"
#include "cxd/api/api.h"
#include "cxd/base/calendar.h"
#include "cxd/cmd/cmd.h"
#include "cxd/config/config.h"

struct serve_options {
    const char *config, *listen;
    bool starter_surveys, check, print;
};

static int serve(int argc, char **argv);

#define AT(member) offsetof(struct serve_options, member)

static const struct option_spec serve_specs[] = {
    {"config", 'c', OPTION_TEXT, AT(config), "FILE", "configuration, with conf.d/*.conf beside it", NULL},
    {"listen", 0, OPTION_TEXT, AT(listen), "ADDRESS:PORT", "listen here instead of [server] listen", NULL},
    {"starter-surveys", 0, OPTION_FLAG, AT(starter_surveys), NULL,
     "make the surveys nps, csat and ces if there is no survey yet", NULL},
    {"check", 0, OPTION_FLAG, AT(check), NULL, "check the configuration and exit", NULL},
    {"print-config", 0, OPTION_FLAG, AT(print), NULL,
     "print a commented sample of the configuration and exit", NULL},
};

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

static int refuse(const struct error *err) {
    fprintf(stderr, "cxd: %s\n", err->detail);
    return EXIT_REFUSED;
}

static int serve(int argc, char **argv) {
    struct serve_options options = {.config = NULL};
    struct config config;
    struct error err;
    char **operands;
    int count, result = command_parse(&cmd_serve, argc, argv, &options, NULL, &operands, &count);

    if (result != COMMAND_GO_ON)
        return result;
    if (options.print) {
        config_print_sample(stdout);
        return EXIT_OK;
    }
    const struct life_options life = {.config_path = cmd_config_path(options.config),
                                      .listen = options.listen,
                                      .starter_surveys = options.starter_surveys};
    if (options.check) {
        if (life_load(&life, &config, &err) != CXD_OK || calendar_set_zone(config.timezone, &err) != CXD_OK ||
            app_check(&config, &err) != CXD_OK)
            return refuse(&err);
        puts("The configuration is valid.");
        return EXIT_OK;
    }
    return life_run(&life, &err) == CXD_OK ? EXIT_OK : refuse(&err);
}
