/* The main thread of `cxd serve`. It starts the application, then takes signals, tells the service manager how the
 * daemon is, and at the end drains. */

#include "cmd/life.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd/client.h"
#include "cmd/output.h"
#include "cmd/patience.h"
#include "cmd/reload.h"
#include "cxd/api/api.h"
#include "cxd/base/actor.h"
#include "cxd/base/clock.h"
#include "cxd/base/inherited.h"
#include "cxd/base/log.h"
#include "cxd/base/notify.h"

enum {
    WATCH_MS = 10 * 1000,         /* without a watchdog */
    STUCK_MS = 30 * 1000,         /* then a thread that makes no step for so long is reported */
    WATCH_LEAST_MS = 10,          /* for a watchdog that wants more than can be */
    START_LIMIT_MS = 3600 * 1000, /* of a migration */
    UPGRADE_TOLD_MS = 10 * 1000,  /* how often it is told how far one is */
    STOP_LIMIT_MS = 60 * 1000
};

struct life {
    struct life_options options;
    struct inherited inherited;
    struct notify notify;
    struct app *app;
    struct config config; /* in force */
    bool is_stuck;        /* and that has been said */
};

static void apply_log(const struct config *config) {
    for (enum log_level level = LOG_LEVEL_ERROR; level <= LOG_LEVEL_DEBUG; level++)
        if (strcmp(log_level_name(level), config->log_level) == 0)
            log_set_level(level);
    log_set_format(strcmp(config->log_format, "json") == 0 ? LOG_FORMAT_JSON : LOG_FORMAT_TEXT);
}

/* --listen is held to the rules of the option that it replaces. */
static enum cxd_err override_listen(struct config *config, const char *listen, struct error *err) {
    bool is_loopback;
    uint16_t port;
    char host[CONFIG_TEXT_SIZE];
    if (strlen(listen) >= sizeof config->listen || !config_split_listen(listen, host, sizeof host, &port, &is_loopback))
        return error_set(err, ERR_CONFIG, "--listen: \"%.100s\" is not ADDRESS:PORT", listen);
    if (config->read != CONFIG_READ_KEY && !is_loopback)
        return error_set(err, ERR_CONFIG, "--listen: [access] read = %s is for loopback addresses only",
                         config_read_name(config->read));
    strcpy(config->listen, listen);
    return CXD_OK;
}

enum cxd_err life_load(const struct life_options *options, struct config *ret_config, struct error *err) {
    struct config config;
    enum cxd_err code = config_load(options->config_path, &config, err);
    if (code == CXD_OK && options->listen)
        code = override_listen(&config, options->listen, err);
    if (code == CXD_OK)
        *ret_config = config;
    return code;
}

/* The database's index is shared memory: whoever reads it when somebody has cut it off gets this signal, and cannot go
 * on. Once the handler returns the same read ends the process. */
static void tell_of_death(int number) {
    static const char LINE[] =
        "killed signal=SIGBUS detail=\"a file in memory was cut off by somebody else, such as the "
        "database's -shm, or cannot be read; nothing acknowledged is lost by that\"\n";
    (void)number;
    (void)!write(STDERR_FILENO, LINE, sizeof LINE - 1);
}

/* Signals are taken by sigtimedwait in this thread alone; a full disk or a closed socket is an error code, not a death.
 */
static void prepare_signals(sigset_t *ret_awaited) {
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    const struct sigaction last = {.sa_handler = tell_of_death, .sa_flags = (int)SA_RESETHAND};
    (void)sigaction(SIGBUS, &last, NULL);
    sigemptyset(ret_awaited);
    sigaddset(ret_awaited, SIGTERM);
    sigaddset(ret_awaited, SIGINT);
    sigaddset(ret_awaited, SIGHUP);
    pthread_sigmask(SIG_BLOCK, ret_awaited, NULL);
}

/* What is open to everybody on this machine is said at once, and not only where the configuration is read. */
static const char *const OPENED[] = {
    [CONFIG_READ_KEY] = NULL,
    [CONFIG_READ_OPEN] = "open to this machine without a key: scores, trends, definitions, the status ([access] read = "
                         "open)",
    [CONFIG_READ_EVERYTHING] = "open to this machine without a key: scores, and what people wrote: comments, "
                               "respondents ([access] read = everything)",
};

/* With the starter surveys come lines to try them, ready to paste. */
static void print_tries(const struct config *config, const struct app *app, bool has_site) {
    const char *address = app_address(app);
    const char *scheme = app_scheme(app);
    bool has_key = !app_admin_key_fault(app);
    printf("\nPost a response, and get the score:\n\n"
           "  curl --json '{\"score\": 9, \"comment\": \"Quick and friendly\"}' "
           "%s://%s/v1/surveys/nps/responses\n",
           scheme, address);
    if (config->read != CONFIG_READ_KEY)
        printf("  curl %s://%s/v1/surveys/nps/score\n", scheme, address);
    else
        output_line(stdout, "  curl -H \"Authorization: Bearer %s%s%s\" %s://%s/v1/surveys/nps/score",
                    has_key ? "$(cat '" : "KEY", has_key ? app_state_directory(app) : "", has_key ? "/admin.key')" : "",
                    scheme, address);
    puts("");
    if (has_site)
        printf("Or give an answer as a customer does, in a browser:\n\n  %s://%s/s/nps\n\n"
               "Or on a page of yours, which is cxd.html here:\n\n"
               "  echo '<script async src=\"%s://%s/widget.js\" data-survey=\"nps\"></script>' > cxd.html\n\n",
               scheme, address, scheme, address);
    if (has_site)
        printf("See what it makes of the score; 'cxd login' prints a link that signs you in, to change things:\n\n"
               "  %s://%s/\n\n",
               scheme, address);
    if (app_metrics_address(app))
        printf("What Prometheus sees:\n\n  curl http://%s/metrics\n\n", app_metrics_address(app));
    printf("The surveys csat (1 to 5) and ces (1 to 7) are there too. Ctrl-C ends.\n");
}

/* To who waits for a start, and wonders: the log, and `systemctl status`. */
static void tell_upgrade(void *context, const struct store_upgrading *upgrading) {
    static const char *const STEPS[] = {
        [STORE_UPGRADE_BACKUP] = "backup", [STORE_UPGRADE_TRIAL] = "trial", [STORE_UPGRADE_ITSELF] = "upgrade"};
    const struct life *life = context;
    const char *unit = upgrading->step == STORE_UPGRADE_BACKUP ? "bytes" : "rows";
    if (upgrading->step == STORE_UPGRADE_BEGINS) {
        log_record(LOG_LEVEL_INFO, "upgrade_begins", "from=%" PRId64 " to=%" PRId64 " rows=%" PRId64, upgrading->from,
                   upgrading->to, upgrading->rows);
        return;
    }
    log_record(LOG_LEVEL_INFO, "upgrading", "step=%s done=%" PRId64 " all=%" PRId64 " unit=%s seconds=%" PRId64,
               STEPS[upgrading->step], upgrading->done, upgrading->all, unit, upgrading->ms / 1000);
    notify_send(&life->notify, "",
                "Upgrades the database from schema %" PRId64 " to %" PRId64 ": %s, %" PRId64 " of %" PRId64 " %s",
                upgrading->from, upgrading->to, STEPS[upgrading->step], upgrading->done, upgrading->all, unit);
}

static void log_upgrade(const struct store_upgrade *upgrade) {
    if (!upgrade)
        return;
    if (upgrade->backup)
        log_record(LOG_LEVEL_INFO, "upgraded", "from=%lld to=%lld backup=%s", (long long)upgrade->from,
                   (long long)upgrade->to, upgrade->backup);
    else
        log_record(LOG_LEVEL_WARNING, "upgraded_without_backup", "from=%lld to=%lld reason=no_room",
                   (long long)upgrade->from, (long long)upgrade->to);
}

static void print_start(const struct life_options *options, const struct config *config, const struct app *app) {
    output_line(stdout, "cxd %s listening on %s://%s", CXD_VERSION, app_scheme(app), app_address(app));
    const char *fault = app_admin_key_fault(app);
    output_line(stdout, "admin key: %s/admin.key%s%s%s", app_state_directory(app), fault ? " " : "", fault ? fault : "",
                fault ? "; while the daemon is stopped, 'cxd key create --offline' makes one" : "");
    if (OPENED[config->read])
        output_line(stdout, "%s", OPENED[config->read]);
    if (app_metrics_address(app))
        output_line(stdout, "metrics: http://%s/metrics", app_metrics_address(app));
    if (options->starter_surveys)
        print_tries(config, app, options->site);
    fflush(stdout);
    log_record(LOG_LEVEL_INFO, "started", "version=%s listen=%s metrics=%s state_directory=%s", CXD_VERSION,
               app_address(app), app_metrics_address(app), app_state_directory(app));
    if (fault)
        log_record(LOG_LEVEL_WARNING, "admin_key_unusable",
                   "detail=\"%s/admin.key %s; other keys are good as ever, and while the daemon is stopped 'cxd "
                   "key create --offline' makes one\"",
                   app_state_directory(app), fault);
    log_upgrade(app_upgraded(app));
}

static void notify_ready(const struct life *life, const char *state) {
    notify_send(&life->notify, state, "Answering on %s://%s", app_scheme(life->app), app_address(life->app));
}

/* All or nothing: the whole configuration is read and held against the rules, then the files that it names, before
 * anything changes; also those that wait for a restart, which must not be what finds them bad. */
static enum cxd_err take_over(struct life *life, struct config_change *change, struct error *err) {
    struct config fresh, merged;
    enum cxd_err code = life_load(&life->options, &fresh, err);
    if (code == CXD_OK)
        code = app_check(&fresh, err);
    if (code == CXD_OK)
        code = config_reload(&life->config, &fresh, &merged, change, err);
    if (code == CXD_OK)
        code = app_reload(life->app, &merged, err);
    if (code == CXD_OK || code == ERR_SYSTEM) {
        life->config = merged;
        apply_log(&merged);
    }
    return code;
}

static void record_reload(const struct life *life, enum cxd_err code, const struct config_change *change,
                          const struct error *err) {
    if (code != CXD_OK && code != ERR_SYSTEM) {
        log_record(LOG_LEVEL_ERROR, "reload_refused", "detail=%s", err->detail);
        return;
    }
    if (code == ERR_SYSTEM)
        log_record(LOG_LEVEL_ERROR, "endpoint_not_written", "detail=%s", err->detail);
    if (change->waiting.length > 0)
        log_record(LOG_LEVEL_WARNING, "restart_needed", "options=%s", change->waiting.data);
    log_record(LOG_LEVEL_INFO, "reloaded", "tls=%s changed=%s",
               strcmp(app_scheme(life->app), "https") == 0 ? "yes" : "no",
               change->taken.length > 0 ? change->taken.data : "none");
}

/* To who waits for it, as to the log. */
static void answer(const struct life *life, const siginfo_t *asked, enum cxd_err code,
                   const struct config_change *change, const struct error *err) {
    char text[CONFIG_TEXT_SIZE + 64];
    bool is_done = code == CXD_OK || code == ERR_SYSTEM;
    if (!is_done)
        snprintf(text, sizeof text, "The reload was refused, nothing has changed: %s", err->detail);
    else if (code == ERR_SYSTEM)
        snprintf(text, sizeof text, "Reloaded, but the command line cannot be told: %s", err->detail);
    else if (change->waiting.length > 0)
        snprintf(text, sizeof text, "Reloaded; these wait for a restart: %s", change->waiting.data);
    else
        snprintf(text, sizeof text, "Reloaded");
    if (is_done)
        notify_ready(life, "READY=1");
    else
        notify_send(&life->notify, "READY=1", "%s", text);
    reload_answer(asked, is_done, text);
}

static void reload(struct life *life, const siginfo_t *asked) {
    struct error err;
    struct config_change change;
    char text[80];
    snprintf(text, sizeof text, "RELOADING=1\nMONOTONIC_USEC=%" PRId64, clock_monotonic_ns() / 1000);
    notify_send(&life->notify, text, "%s", "Reads the configuration again");
    buffer_init(&change.taken);
    buffer_init(&change.waiting);
    enum cxd_err code = take_over(life, &change, &err);
    record_reload(life, code, &change, &err);
    app_note_reload(life->app, code == CXD_OK || code == ERR_SYSTEM);
    answer(life, asked, code, &change, &err);
    buffer_free(&change.taken);
    buffer_free(&change.waiting);
}

/* Pets the watchdog if all threads advance; returns when to look again. A thread may pause for almost the watchdog's
 * time, and while one does it is looked at more often: as soon as it goes on the watchdog hears of it. */
static int64_t watch(struct life *life) {
    const char *part;
    int64_t watchdog_ms = (life->notify.watchdog_us + 999) / 1000;
    int64_t period_ms = watchdog_ms > 0 ? watchdog_ms / 2 : WATCH_MS;
    int64_t limit_ms = watchdog_ms > 0 ? watchdog_ms * 3 / 4 : STUCK_MS;
    int64_t stuck_ms = app_stuck_ms(life->app, clock_monotonic_ms(), &part);
    bool was_stuck = life->is_stuck;
    log_settle(false);
    life->is_stuck = stuck_ms > limit_ms;
    if (life->is_stuck && !was_stuck) {
        log_record(LOG_LEVEL_ERROR, "stuck", "part=%s ms=%" PRId64, part, stuck_ms);
        notify_send(&life->notify, "", "Stuck: %s has made no step for %" PRId64 " s", part, stuck_ms / 1000);
    } else if (was_stuck && !life->is_stuck) {
        log_record(LOG_LEVEL_WARNING, "advances", "part=all");
        notify_ready(life, "");
    }
    if (watchdog_ms > 0 && !life->is_stuck)
        notify_send(&life->notify, "WATCHDOG=1", NULL);
    if (life->is_stuck)
        period_ms /= 4;
    return period_ms > WATCH_LEAST_MS ? period_ms : WATCH_LEAST_MS;
}

/* The next signal, or 0 after `ms`. */
static int await_signal(const sigset_t *awaited, int64_t ms, siginfo_t *ret_signal) {
    const struct timespec wait = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    int received = sigtimedwait(awaited, ret_signal, &wait);
    return received > 0 ? received : 0;
}

/* Until a signal that ends. */
static int live(struct life *life, const sigset_t *awaited) {
    int64_t watch_at_ms = clock_monotonic_ms();
    for (;;) {
        int64_t now_ms = clock_monotonic_ms();
        if (now_ms >= watch_at_ms)
            watch_at_ms = now_ms + watch(life);
        siginfo_t signal;
        int received = await_signal(awaited, watch_at_ms - now_ms, &signal);
        if (received == SIGHUP)
            reload(life, &signal);
        else if (received != 0)
            return received;
    }
}

/* Root in a state directory that is somebody else's serves as them, from here on: what root left there they could not
 * open, and what they put there root must not be led by. */
static enum cxd_err become_owner(const struct config *config, struct error *err) {
    struct actor owner;
    enum cxd_err code = place_owner(config, &owner, err);
    if (code != CXD_OK)
        return code;
    if (owner.is_other)
        log_record(LOG_LEVEL_INFO, "serves_as_owner", "owner=\"%s\"", owner.name);
    return actor_become(&owner, err);
}

static enum cxd_err start(struct life *life, const struct config *config, struct error *err) {
    struct patience patience;
    if (become_owner(config, err) != CXD_OK)
        return err->code;
    patience_begin(&patience, &life->notify, false, START_LIMIT_MS);
    const struct store_telling telling = {.tell = tell_upgrade, .context = life, .every_ms = UPGRADE_TOLD_MS};
    enum cxd_err code = app_start(config, &life->inherited, life->options.starter_surveys, life->options.site, &telling,
                                  &life->app, err);
    patience_end(&patience);
    if (code != CXD_OK)
        return code;
    print_start(&life->options, config, life->app);
    char ready[64];
    snprintf(ready, sizeof ready, "READY=1\nMAINPID=%ld", (long)getpid());
    notify_ready(life, ready);
    return CXD_OK;
}

static void stop(struct life *life, int signal_number) {
    struct patience patience;
    log_record(LOG_LEVEL_INFO, "stopping", "signal=%s", signal_number == SIGINT ? "SIGINT" : "SIGTERM");
    notify_send(&life->notify, "STOPPING=1", "%s", "Answers what has arrived, writes what is queued");
    patience_begin(&patience, &life->notify, true, STOP_LIMIT_MS);
    app_stop(life->app);
    patience_end(&patience);
    log_settle(true);
    log_record(LOG_LEVEL_INFO, "stopped", "exit=0");
}

/* What the listener is decides what may be configured, so its address comes before --listen and the file. */
static void listen_where_handed_down(struct life *life) {
    for (size_t i = 0; i < life->inherited.count; i++)
        if (strncmp(life->inherited.sockets[i].address, "unix:", 5) != 0 &&
            strcmp(life->inherited.sockets[i].name, "metrics") != 0)
            life->options.listen = life->inherited.sockets[i].address;
}

static enum cxd_err run(struct life *life, const sigset_t *awaited, struct error *err) {
    enum cxd_err code = inherited_open(&life->inherited, err);
    if (code != CXD_OK)
        return code;
    listen_where_handed_down(life);
    code = life_load(&life->options, &life->config, err);
    if (code == CXD_OK) {
        apply_log(&life->config);
        code = start(life, &life->config, err);
    }
    if (code == CXD_OK)
        stop(life, live(life, awaited));
    inherited_close(&life->inherited);
    return code;
}

enum cxd_err life_run(const struct life_options *options, struct error *err) {
    struct life life = {.options = *options};
    sigset_t awaited;
    prepare_signals(&awaited);
    if (notify_open(&life.notify, err) != CXD_OK)
        log_record(LOG_LEVEL_WARNING, "notify_impossible", "detail=%s", err->detail);
    enum cxd_err code = run(&life, &awaited, err);
    if (code != CXD_OK)
        notify_send(&life.notify, "", "Does not start: %s", err->detail);
    notify_close(&life.notify);
    return code;
}
