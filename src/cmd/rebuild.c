/* `cxd rebuild`: recreates every rollup from the responses, with the daemon stopped (the store's lock sees to it). */
#include <stdio.h>

#include "cmd/command.h"
#include "cmd/output.h"
#include "cxd/base/actor.h"
#include "cxd/catalog/catalog.h"
#include "cxd/cmd/cmd.h"
#include "cxd/config/config.h"
#include "cxd/store/store.h"
#include "cxd/store/url.h"

struct rebuild_options {
    const char *config;
};

static const struct option_spec rebuild_specs[] = {
    OPTION_CONFIG(offsetof(struct rebuild_options, config)),
};

static int run(const struct invocation *invocation) {
    const struct rebuild_options *options = invocation->options;
    struct config config;
    struct error err;
    struct actor owner = {.is_other = false};
    struct store *store = NULL;
    int64_t responses = 0;
    const char *file;
    enum cxd_err result = config_load(cmd_config_path(options->config), &config, &err);
    if (result == CXD_OK && (file = store_url_file(config.storage_url)))
        result = actor_find(file, &owner, &err);
    if (result == CXD_OK)
        result = actor_enter(&owner, &err);
    if (result == CXD_OK)
        result = store_open(config.storage_url, &store, &err);
    if (result == CXD_OK) {
        store_bound_values(store, config.dimension_values);
        store_judge_by(store, catalog_decode); /* answers are counted by what their revisions ask */
        result = store_rebuild(store, &responses, &err);
    }
    store_close(store);
    actor_leave(&owner);
    if (result != CXD_OK) {
        command_complain(invocation->command, err.detail);
        return EXIT_REFUSED;
    }
    output_line(stdout, "Recounted %lld responses.", (long long)responses);
    return EXIT_OK;
}

const struct command cmd_rebuild = {
    .name = "rebuild",
    .operands = "",
    .summary = "Recounts every rollup of a stopped daemon's database.",
    .text = "Also gives [limits] dimension_values anew to the values of each touchpoint, channel, locale and "
            "declared "
            "property, first come, and ends what is left to do for properties that were declared late or "
            "dropped.",
    .example = "cxd rebuild -c /etc/cxd/cxd.conf",
    .options = rebuild_specs,
    .option_count = CXD_COUNT(rebuild_specs),
    .run = run,
};
