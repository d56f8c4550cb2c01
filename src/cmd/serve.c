/* `cxd serve`: configuration in, a running daemon until a signal, a clean end. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cmd/command.h"
#include "cxd/api/api.h"
#include "cxd/base/calendar.h"
#include "cxd/base/log.h"
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

static const struct {
    const char *name;
    enum log_level level;
} LOG_LEVELS[] = {{"error", LOG_LEVEL_ERROR},
                  {"warning", LOG_LEVEL_WARNING},
                  {"info", LOG_LEVEL_INFO},
                  {"debug", LOG_LEVEL_DEBUG}};

static void apply_log(const struct config *config) {
    for (size_t i = 0; i < CXD_COUNT(LOG_LEVELS); i++)
        if (strcmp(LOG_LEVELS[i].name, config->log_level) == 0)
            log_set_level(LOG_LEVELS[i].level);
    log_set_format(strcmp(config->log_format, "json") == 0 ? LOG_FORMAT_JSON : LOG_FORMAT_TEXT);
}

/* Signals are taken by sigwait in this thread alone; a full disk or a closed socket is an error code, not a death. */
static void prepare_signals(sigset_t *ret_awaited) {
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    sigemptyset(ret_awaited);
    sigaddset(ret_awaited, SIGTERM);
    sigaddset(ret_awaited, SIGINT);
    sigaddset(ret_awaited, SIGHUP);
    pthread_sigmask(SIG_BLOCK, ret_awaited, NULL);
}

/* With the starter surveys come lines to try them, ready to paste. */
static void print_tries(const struct config *config, const struct app *app) {
    const char *address = app_address(app);
    const char *scheme = app_scheme(app);
    printf("\nPost a response, and get the score:\n\n"
           "  curl --json '{\"score\": 9, \"comment\": \"Quick and friendly\"}' "
           "%s://%s/v1/surveys/nps/responses\n",
           scheme, address);
    if (config->read == CONFIG_READ_OPEN)
        printf("  curl %s://%s/v1/surveys/nps/score\n\n", scheme, address);
    else
        printf("  curl -H \"Authorization: Bearer $(cat '%s/admin.key')\" %s://%s/v1/surveys/nps/score\n\n",
               app_state_directory(app), scheme, address);
    printf("The surveys csat (1 to 5) and ces (1 to 7) are there too. Ctrl-C ends.\n");
}

static void reload(struct app *app) {
    struct error err;
    if (app_reload(app, &err) == CXD_OK)
        log_record(LOG_LEVEL_INFO, "reloaded", "tls=%s",
                   strcmp(app_scheme(app), "https") == 0 ? "yes" : "no");
    else
        log_record(LOG_LEVEL_ERROR, "reload_refused", "detail=%s", err.detail);
}

static void log_upgrade(const struct store_upgrade *upgrade) {
    if (upgrade == NULL)
        return;
    if (upgrade->backup != NULL)
        log_record(LOG_LEVEL_INFO, "upgraded", "from=%lld to=%lld backup=%s", (long long)upgrade->from,
                   (long long)upgrade->to, upgrade->backup);
    else
        log_record(LOG_LEVEL_WARNING, "upgraded_without_backup", "from=%lld to=%lld reason=no_room",
                   (long long)upgrade->from, (long long)upgrade->to);
}

static int run(const struct config *config, bool starter_surveys) {
    struct error err;
    struct app *app;
    sigset_t awaited;
    prepare_signals(&awaited);
    if (app_start(config, starter_surveys, &app, &err) != CXD_OK)
        return refuse(&err);
    printf("cxd %s listening on %s://%s\n", CXD_VERSION, app_scheme(app), app_address(app));
    printf("admin key: %s/admin.key\n", app_state_directory(app));
    if (starter_surveys)
        print_tries(config, app);
    fflush(stdout);
    log_record(LOG_LEVEL_INFO, "started", "version=%s listen=%s state_directory=%s", CXD_VERSION,
               app_address(app), app_state_directory(app));
    log_upgrade(app_upgraded(app));
    int received = 0;
    while (sigwait(&awaited, &received) != 0 || received == SIGHUP)
        if (received == SIGHUP) {
            reload(app);
            received = 0;
        }
    log_record(LOG_LEVEL_INFO, "stopping", "signal=%s", received == SIGINT ? "SIGINT" : "SIGTERM");
    app_stop(app);
    log_settle(true);
    log_record(LOG_LEVEL_INFO, "stopped", "exit=0");
    return EXIT_OK;
}

/* --listen is held to the rules of the option that it replaces. */
static enum cxd_err override_listen(struct config *config, const char *listen, struct error *err) {
    bool is_loopback;
    uint16_t port;
    char host[CONFIG_TEXT_SIZE];
    if (strlen(listen) >= sizeof(config->listen) ||
        !config_split_listen(listen, host, sizeof(host), &port, &is_loopback))
        return error_set(err, ERR_CONFIG, "--listen: \"%.100s\" is not ADDRESS:PORT", listen);
    if (config->read == CONFIG_READ_OPEN && !is_loopback)
        return error_set(err, ERR_CONFIG, "--listen: [access] read = open is for loopback addresses only");
    strcpy(config->listen, listen);
    return CXD_OK;
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
    if (config_load(cmd_config_path(options.config), &config, &err) != CXD_OK)
        return refuse(&err);
    if (options.listen != NULL && override_listen(&config, options.listen, &err) != CXD_OK)
        return refuse(&err);
    if (options.check) {
        if (calendar_set_zone(config.timezone, &err) != CXD_OK || app_check(&config, &err) != CXD_OK)
            return refuse(&err);
        puts("The configuration is valid.");
        return EXIT_OK;
    }
    apply_log(&config);
    return run(&config, options.starter_surveys);
}
