/* The begin of an import: its options, and one step behind the other. */

#include <stdlib.h>
#include <string.h>

#include "cmd/import.h"
#include "cxd/base/utf8.h"
#include "cxd/cmd/cmd.h"
#include "cxd/config/config.h"

static int check_options(struct import *import) {
    const struct import_options *options = import->options;

    if (!options->survey)
        return command_usage(import->command, "--survey says which survey the answers are of");
    if (!slug_valid(options->survey))
        return command_usage(import->command, "'%s' cannot be the name of a survey", options->survey);
    if (options->dates && !date_form_parse(options->dates, &import->plan.dates))
        return command_usage(import->command, "--dates: no such form: %s", options->dates);
    return EXIT_OK;
}

/* What the daemon of this machine is told to take, or else what daemons take that are told nothing: where it is
 * another, the daemon's own word comes later. */
static void find_limits(struct import *import, const char *given) {
    struct config config;
    struct config_faults faults;
    struct error err;

    if (place_read(given, true, &config, &faults, &err) != CXD_OK && config_load(NULL, &config, &err) != CXD_OK)
        return;
    import->limits = (struct response_limits){.comment_characters = (size_t)config.comment_characters,
                                              .respondent_characters = (size_t)config.respondent_characters,
                                              .properties = (size_t)config.properties,
                                              .property_key_characters = (size_t)config.property_key_characters,
                                              .property_value_characters = (size_t)config.property_value_characters,
                                              .clock_skew_ms = config.clock_skew_s * 1000};
}

static int begin_plan(struct import *import) {
    struct row_plan *plan = &import->plan;
    struct table_facts facts;

    table_get_facts(import->reader, &facts);
    plan->is_of_json = facts.format == TABLE_NDJSON || facts.format == TABLE_JSON;
    plan->headings = &import->headings;
    plan->scale_min = import->survey.scale_min;
    plan->scale_max = import->survey.scale_max;
    plan->takes_unscored = import->survey.score_rule == SCORE_OPTIONAL;
    plan->takes_unfinished = import->options->partial;
    plan->seen = row_seen_make();
    row_id_space(import->options->survey, &plan->space);
    if (!plan->seen || !import_bad_begin(&import->bad, import->options->bad, import->file))
        return import_no_memory(import);
    if (!import_bad_is(&import->bad, import->file))
        return EXIT_OK;
    return command_usage(import->command, "--bad must not be the file itself");
}

int import_open(struct import *import, const struct client_options *client) {
    int result = check_options(import);

    if (result == EXIT_OK)
        result = import_read_file(import);
    if (result == EXIT_OK)
        result = client_open(client, &import->client);
    if (result == EXIT_OK)
        result = import_find_survey(import);
    if (result == EXIT_OK)
        result = import_expect(import);
    if (result == EXIT_OK)
        result = begin_plan(import);
    if (result == EXIT_OK)
        result = import_map(import);
    if (result == EXIT_OK && import->plan.mapping.column[TARGET_ANSWERED_AT] != COLUMN_NONE)
        result = import_choose_zone(import);
    find_limits(import, client->config);
    return result;
}

void import_close(struct import *import) {
    import_bad_free(&import->bad);
    row_seen_free(import->plan.seen);
    buffer_free(&import->plan.text);
    table_close(import->reader);
    client_close(import->client);
    arena_free(&import->row_arena);
    arena_free(&import->arena);
}
