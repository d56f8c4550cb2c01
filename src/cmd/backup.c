/* `cxd backup` and `cxd restore`. A backup reads the database beside the daemon, without its help, so that it costs the
 * daemon nothing and works without one. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd/client.h"
#include "cmd/command.h"
#include "cmd/progress.h"
#include "cxd/base/actor.h"
#include "cxd/base/clock.h"
#include "cxd/chores/backups.h"
#include "cxd/cmd/cmd.h"
#include "cxd/config/config.h"
#include "cxd/store/backup.h"
#include "cxd/store/url.h"

struct backup_options {
    const char *config;
    bool quiet;
};

static const struct option_spec specs[] = {
    OPTION_CONFIG(offsetof(struct backup_options, config)),
    OPTION_QUIET(offsetof(struct backup_options, quiet)),
};

/* FILE, or in a directory a name of its own. To be freed; NULL without memory. */
static char *choose_name(const char *operand) {
    size_t length = strlen(operand);
    struct stat found;
    char *name = NULL, own[BACKUPS_NAME_SIZE];

    if ((stat(operand, &found) != 0 || !S_ISDIR(found.st_mode)) && (length == 0 || operand[length - 1] != '/'))
        return strdup(operand);
    backups_name(clock_now_ms(), own);
    if (asprintf(&name, "%s%s%s", operand, length > 0 && operand[length - 1] == '/' ? "" : "/", own) < 0)
        return NULL;
    return name;
}

static void print_done(const char *verb, const char *name, const struct store_report *report, double seconds) {
    char bytes[BYTES_TEXT_SIZE];

    output_line(stdout, "%s %s: %lld responses, %s, %.1f s.", verb, name, (long long)report->responses,
                bytes_format(bytes, report->bytes), seconds);
}

static int run_backup(const struct invocation *invocation) {
    const struct backup_options *options = invocation->options;
    struct progress progress;
    struct store_report report;
    struct config config;
    struct error err;
    char *name = NULL;
    double seconds;
    enum cxd_err code;

    if (*invocation->operands[0] == '\0')
        return command_usage(invocation->command, "the name of the copy is empty");
    code = place_load(options->config, false, &config, &err);
    if (code == CXD_OK) {
        name = choose_name(invocation->operands[0]);
        if (!name)
            code = error_set(&err, ERR_NO_MEMORY, "out of memory");
    }
    if (code == CXD_OK) {
        progress_begin(&progress, options->quiet);
        code = store_backup(config.storage_url, name, &progress.tell, &report, &err);
        seconds = progress_end(&progress);
        if (code == CXD_OK && !options->quiet)
            print_done("Wrote", name, &report, seconds);
    }
    if (code != CXD_OK)
        command_complain(invocation->command, err.detail);
    free(name);
    return code == CXD_OK ? EXIT_OK : EXIT_REFUSED;
}

/* As the owner of the state directory, which must be that of the database too. */
static enum cxd_err compare_erasures(const struct config *config, const char *directory,
                                     struct store_erasures *ret_erasures, struct error *err) {
    struct actor owner;
    enum cxd_err code = actor_find(directory, &owner, err);

    if (code == CXD_OK)
        code = actor_enter(&owner, err);
    if (code != CXD_OK)
        return code;
    code = store_compare_erasures(config->storage_url, directory, ret_erasures, err);
    actor_leave(&owner);
    return code;
}

/* What was erased since the copy was made is in it. */
static void tell_erasures(const struct config *config, bool quiet) {
    static const char again[] = "erase again whoever was erased since the copy was made";
    char directory[CONFIG_TEXT_SIZE];
    struct store_erasures erasures;
    struct error err;

    if (!place_state_directory(config, directory, sizeof directory))
        return;
    if (compare_erasures(config, directory, &erasures, &err) != CXD_OK)
        complain("warning: the list of erasures cannot be read (%s): %s", err.detail, again);
    else if (erasures.list == STORE_LIST_NEW)
        complain("warning: the copy is from before there were lists of erasures: %s", again);
    else if (erasures.list == STORE_LIST_MISSING)
        complain("warning: there is no list of erasures, %s: put it there, or %s", erasures.path, again);
    else if (erasures.lost > 0)
        complain("warning: erasures since the copy was made that are not in the list %s any more: %lld; %s",
                 erasures.path, (long long)erasures.lost, again);
    if (erasures.unknown > 0 && !quiet)
        output_line(stdout, "%lld response%s erased since the copy was made; the start of the daemon erases %s again.",
                    (long long)erasures.unknown, erasures.unknown == 1 ? " was" : "s were",
                    erasures.unknown == 1 ? "it" : "them");
}

static int run_restore(const struct invocation *invocation) {
    const struct backup_options *options = invocation->options;
    struct progress progress;
    struct store_report report;
    struct config config;
    struct error err;
    double seconds;
    enum cxd_err code = config_load(cmd_config_path(options->config), &config, &err);

    if (code == CXD_OK) {
        progress_begin(&progress, options->quiet);
        code = store_restore(invocation->operands[0], config.storage_url, &progress.tell, &report, &err);
        seconds = progress_end(&progress);
        if (code == CXD_OK && !options->quiet)
            print_done("Restored", store_url_file(config.storage_url), &report, seconds);
    }
    if (code == CXD_OK)
        tell_erasures(&config, options->quiet);
    if (code != CXD_OK)
        command_complain(invocation->command, err.detail);
    return code == CXD_OK ? EXIT_OK : EXIT_REFUSED;
}

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
    .text = "There must be no database yet: move the old one away, with its -wal and -shm, and stop the daemon. "
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
