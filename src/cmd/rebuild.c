/* `cxd rebuild`: recreates every rollup from the responses, with the daemon stopped (the store's lock sees to it). */
#include <stdio.h>

#include "cmd/command.h"
#include "cxd/cmd/cmd.h"
#include "cxd/config/config.h"
#include "cxd/store/store.h"

struct rebuild_options {
    const char *config;
};

static int run(int argc, char **argv);

static const struct option_spec rebuild_specs[] = {
    {"config", 'c', OPTION_TEXT, offsetof(struct rebuild_options, config), "FILE",
     "configuration of the daemon (see cxd.conf(5))", NULL},
};

const struct command cmd_rebuild = {
    .name = "rebuild",
    .operands = "",
    .summary = "Recounts every rollup of a stopped daemon's database.",
    .text = "Also makes properties that were declared after the first responses as fast to filter by as the "
            "others.",
    .example = "cxd rebuild -c /etc/cxd/cxd.conf",
    .options = rebuild_specs,
    .option_count = CXD_COUNT(rebuild_specs),
    .run = run,
};

static int rebuild(const char *config_path) {
    struct config config;
    struct error err;
    struct store *store = NULL;
    int64_t responses = 0;
    enum cxd_err result = config_load(cmd_config_path(config_path), &config, &err);
    if (result == CXD_OK)
        result = store_open(config.storage_url, &store, &err);
    if (result == CXD_OK)
        result = store_rebuild(store, &responses, &err);
    store_close(store);
    if (result != CXD_OK) {
        fprintf(stderr, "cxd rebuild: %s\n", err.detail);
        return EXIT_REFUSED;
    }
    printf("Recounted %lld responses.\n", (long long)responses);
    return EXIT_OK;
}

static int run(int argc, char **argv) {
    struct rebuild_options options = {.config = NULL};
    char **operands;
    int count, result = command_parse(&cmd_rebuild, argc, argv, &options, NULL, &operands, &count);

    return result == COMMAND_GO_ON ? rebuild(options.config) : result;
}
