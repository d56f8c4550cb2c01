/* `cxd backup` and `cxd restore`. A backup reads the database beside the daemon, without its help, so that it costs the daemon nothing and
 * works without one. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd/command.h"
#include "cmd/progress.h"
#include "cxd/base/clock.h"
#include "cxd/cmd/cmd.h"
#include "cxd/config/config.h"
#include "cxd/ingest/backups.h"
#include "cxd/store/backup.h"

struct backup_options {
    const char *config;
    bool quiet;
};

static int run_backup(int argc, char **argv);
static int run_restore(int argc, char **argv);

static const struct option_spec specs[] = {
    {"config", 'c', OPTION_TEXT, offsetof(struct backup_options, config), "FILE",
     "configuration of the daemon (see cxd.conf(5))", NULL},
    {"quiet", 'q', OPTION_FLAG, offsetof(struct backup_options, quiet), NULL,
     "show no progress, and print nothing where all is well", NULL},
};

const struct command cmd_backup = {
    .name = "backup",
    .operands = "FILE",
    .summary = "Copies the database, while the daemon runs or not, and verifies the copy.",
    .text = "The copy is the state of one moment, in one file for its owner only. It takes its name when it "
            "has been verified\n"
            "as by 'cxd check'; until then it is FILE.partial. Nothing is overwritten. Where FILE is a "
            "directory, the copy "
            "is named by the\n"
            "time: cxd-20261124T120000Z.db. Run it as the user that the daemon runs as, or as root.",
    .example = "cxd backup /srv/backups/",
    .options = specs,
    .option_count = CXD_COUNT(specs),
    .operands_min = 1,
    .operands_max = 1,
    .run = run_backup,
};

const struct command cmd_restore = {
    .name = "restore",
    .operands = "FILE",
    .summary = "Makes the configured database out of a backup.",
    .text =
        "There must be no database yet: move the old one away, with its -wal and -shm, and stop the daemon. "
        "The backup is\n"
        "verified before the database takes its name. One of an older version is brought up to date when "
        "the daemon starts;\n"
        "one of a newer version is refused. The file admin.key is not in a backup: the keys that were valid "
        "then are valid again.",
    .example = "cxd restore /srv/backups/cxd-20261124T120000Z.db",
    .options = specs,
    .option_count = CXD_COUNT(specs),
    .operands_min = 1,
    .operands_max = 1,
    .run = run_restore,
};

/* FILE, or in a directory a name of its own. To be freed; NULL without memory. */
static char *choose_name(const char *operand) {
    size_t length = strlen(operand);
    struct stat found;
    char *name = NULL, own[BACKUPS_NAME_SIZE];

    if ((stat(operand, &found) != 0 || !S_ISDIR(found.st_mode)) &&
        (length == 0 || operand[length - 1] != '/'))
        return strdup(operand);
    backups_name(clock_now_ms(), own);
    if (asprintf(&name, "%s%s%s", operand, length > 0 && operand[length - 1] == '/' ? "" : "/", own) < 0)
        return NULL;
    return name;
}

static void print_done(const char *verb, const char *name, const struct store_report *report,
                       double seconds) {
    char bytes[BYTES_TEXT_SIZE];

    printf("%s %s: %lld responses, %s, %.1f s.\n", verb, name, (long long)report->responses,
           bytes_format(bytes, report->bytes), seconds);
}

static int run_backup(int argc, char **argv) {
    struct backup_options options = {.quiet = false};
    struct progress progress;
    struct store_report report;
    struct config config;
    struct error err;
    char **operands, *name = NULL;
    double seconds;
    int count, result = command_parse(&cmd_backup, argc, argv, &options, NULL, &operands, &count);
    enum cxd_err code;

    if (result != COMMAND_GO_ON)
        return result;
    if (*operands[0] == '\0')
        return command_usage(&cmd_backup, "the name of the copy is empty");
    code = config_load(cmd_config_path(options.config), &config, &err);
    if (code == CXD_OK) {
        name = choose_name(operands[0]);
        if (!name)
            code = error_set(&err, ERR_NO_MEMORY, "out of memory");
    }
    if (code == CXD_OK) {
        progress_begin(&progress, options.quiet);
        code = store_backup(config.storage_url, name, &progress.tell, &report, &err);
        seconds = progress_end(&progress);
        if (code == CXD_OK && !options.quiet)
            print_done("Wrote", name, &report, seconds);
    }
    if (code != CXD_OK)
        command_complain(&cmd_backup, err.detail);
    free(name);
    return code == CXD_OK ? EXIT_OK : EXIT_REFUSED;
}

static int run_restore(int argc, char **argv) {
    struct backup_options options = {.quiet = false};
    struct progress progress;
    struct store_report report;
    struct config config;
    struct error err;
    char **operands;
    double seconds;
    int count, result = command_parse(&cmd_restore, argc, argv, &options, NULL, &operands, &count);
    enum cxd_err code;

    if (result != COMMAND_GO_ON)
        return result;
    code = config_load(cmd_config_path(options.config), &config, &err);
    if (code == CXD_OK) {
        progress_begin(&progress, options.quiet);
        code = store_restore(operands[0], config.storage_url, &progress.tell, &report, &err);
        seconds = progress_end(&progress);
        if (code == CXD_OK && !options.quiet)
            print_done("Restored", strchr(config.storage_url, ':') + 1, &report, seconds);
    }
    if (code != CXD_OK)
        command_complain(&cmd_restore, err.detail);
    return code == CXD_OK ? EXIT_OK : EXIT_REFUSED;
}
