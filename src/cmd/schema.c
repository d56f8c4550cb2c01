/* `cxd schema` and `cxd migrate`: the schema of a database in a server, for who makes it by another role than the
 * daemon's. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd/client.h"
#include "cmd/command.h"
#include "cmd/output.h"
#include "cxd/cmd/cmd.h"
#include "cxd/config/config.h"
#include "cxd/store/schema.h"
#include "cxd/store/url.h"

static const char DAEMONS_ROLE[] = "cxd";

struct schema_options {
    const char *role;
    bool citus;
};

static const struct option_spec schema_specs[] = {
    {"role", 0, OPTION_TEXT, offsetof(struct schema_options, role), "NAME", "the daemon's role; default: cxd", NULL},
    {"citus", 0, OPTION_FLAG, offsetof(struct schema_options, citus), NULL,
     "print what distributes the tables over the nodes of Citus, instead", NULL},
};

static int refuse(const struct invocation *invocation, const char *why) {
    command_complain(invocation->command, why);
    return EXIT_REFUSED;
}

static int run_schema(const struct invocation *invocation) {
    const struct schema_options *options = invocation->options;
    struct buffer out;
    struct error err;
    int result;

    if (options->citus && options->role)
        return command_usage(invocation->command, "--citus grants nothing: --role belongs to the schema itself");
    buffer_init(&out);
    enum cxd_err code = options->citus ? store_write_distribution(&out, &err)
                                       : store_write_schema(&out, options->role ? options->role : DAEMONS_ROLE, &err);
    result = code == CXD_OK ? output_write(&out) : refuse(invocation, err.detail);
    buffer_free(&out);
    return result;
}

struct migrate_options {
    const char *config, *role;
};

static const struct option_spec migrate_specs[] = {
    OPTION_CONFIG(offsetof(struct migrate_options, config)),
    {"role", 0, OPTION_TEXT, offsetof(struct migrate_options, role), "NAME",
     "the daemon's role, where that is another than the one that owns the tables", NULL},
};

static int run_migrate(const struct invocation *invocation) {
    const struct migrate_options *options = invocation->options;
    struct store_upgrade upgrade = {.from = 0};
    struct config config;
    struct error err;
    enum cxd_err code = place_load(options->config, false, &config, &err);

    if (code == CXD_OK)
        code = store_migrate(config.storage_url, options->role, &upgrade, &err);
    if (code != CXD_OK)
        return refuse(invocation, err.detail);
    if (upgrade.from == upgrade.to)
        output_line(stdout, "The database has schema %" PRId64 ", the newest that this cxd knows.", upgrade.to);
    else if (upgrade.from == 0)
        output_line(stdout, "Made schema %" PRId64 ".", upgrade.to);
    else
        output_line(stdout, "Brought the database from schema %" PRId64 " to %" PRId64 ".", upgrade.from, upgrade.to);
    return EXIT_OK;
}

const struct command cmd_schema = {
    .name = "schema",
    .operands = "",
    .summary = "Prints the schema of a PostgreSQL database (under way: builds for tests alone have it).",
    .text = "With it come the rights of the daemon's role, which may change rows and no table. That role, and the "
            "database, are\n"
            "there before. A daemon whose role may make tables needs none of this: it makes them itself.",
    .example = "cxd schema --role cxd | psql --set ON_ERROR_STOP=1 --dbname feedback\ncxd schema --citus",
    .options = schema_specs,
    .option_count = CXD_COUNT(schema_specs),
    .run = run_schema,
};

const struct command cmd_migrate = {
    .name = "migrate",
    .operands = "",
    .summary = "Makes the schema of a PostgreSQL database, or brings it up to date (under way, likewise).",
    .text = "For databases whose daemon may not: run it as the role that owns the tables, whose URL is in a file of "
            "its own or in\n"
            "CXD_STORAGE_URL, before the first daemon of a new version starts. With --role the daemon's role gets its "
            "rights to new\n"
            "tables too.",
    .example = "CXD_STORAGE_URL=postgresql://owner@db/feedback cxd migrate --role cxd",
    .options = migrate_specs,
    .option_count = CXD_COUNT(migrate_specs),
    .run = run_migrate,
};
