/* The begin of an import: what the file is, which survey it goes to, and which column is what. */

#include <stdlib.h>
#include <string.h>

#include "cmd/import.h"
#include "cxd/base/calendar.h"
#include "cxd/base/clock.h"
#include "cxd/base/utf8.h"
#include "cxd/cmd/cmd.h"
#include "cxd/codec/survey.h"
#include "cxd/config/config.h"
#include "cxd/import/guess.h"

enum { SAMPLE_ROWS = 1000, JSON_DEPTH = 16, LABEL_ROWS_MAX = PRESET_HEADER_MAX - 1, ZONE_SIZE = 64 };

int import_fail(const struct import *import, const struct error *err) {
    command_complain(import->command, err->detail);
    return EXIT_REFUSED;
}

static int no_memory(const struct import *import) {
    command_complain(import->command, "out of memory");
    return EXIT_REFUSED;
}

/* --- The file
 * -------------------------------------------------------------------------------------------------------*/

static int open_table(struct import *import) {
    const struct import_options *options = import->options;
    struct table_options how = {.sheet = options->sheet};
    struct error err;

    if (options->delimiter) {
        const char *text = strcmp(options->delimiter, "tab") == 0 ? "\t" : options->delimiter;

        if (strlen(text) != 1 || (unsigned char)*text >= 0x80 || strchr("\"\r\n", *text))
            return command_usage(import->command, "--delimiter takes one character, or tab, not '%s'",
                                 options->delimiter);
        how.delimiter = *text;
    }
    if (options->encoding) {
        how.encoding = table_encoding_by_name(options->encoding);
        if (how.encoding == TABLE_ENCODING_GUESS)
            return command_usage(import->command, "--encoding takes utf-8, utf-16le, utf-16be or latin-1, not '%s'",
                                 options->encoding);
    }
    return table_open(import->file, &how, &import->reader, &err) == CXD_OK ? EXIT_OK : import_fail(import, &err);
}

int import_next(struct import *import, struct table_row *ret_row, bool *ret_more) {
    struct error err;

    return table_next(import->reader, ret_row, ret_more, &err) == CXD_OK ? EXIT_OK : import_fail(import, &err);
}

int import_rewind(struct import *import) {
    struct error err;
    struct table_row row;
    bool more = true;
    int result = table_rewind(import->reader, &err) == CXD_OK ? EXIT_OK : import_fail(import, &err);

    for (size_t i = 0; i < import->header_rows && result == EXIT_OK && more; i++)
        result = import_next(import, &row, &more);
    return result;
}

static int read_header(struct import *import) {
    struct heading *columns;
    struct table_row row;
    bool more = false;
    int result = import_next(import, &row, &more);

    if (result != EXIT_OK)
        return result;
    if (!more || row.fault) {
        command_complain(import->command, more ? row.fault : "the file is empty: it has not even a header");
        return EXIT_REFUSED;
    }
    columns = arena_alloc_zero(&import->arena, row.count, sizeof *columns);
    if (!columns)
        return no_memory(import);
    for (size_t i = 0; i < row.count; i++) {
        columns[i].name = arena_strndup(&import->arena, row.cells[i].text, row.cells[i].length);
        if (!columns[i].name)
            return no_memory(import);
    }
    import->headings = (struct headings){columns, row.count};
    import->header_rows = 1;
    return EXIT_OK;
}

static int choose_preset(struct import *import) {
    const char *name = import->options->preset;
    const char *lacks;

    if (name && strcmp(name, "none") == 0)
        return EXIT_OK;
    import->preset = name ? preset_find(name) : preset_recognise(&import->headings);
    import->is_recognised = !name && import->preset;
    if (!name)
        return EXIT_OK;
    if (!import->preset) {
        struct buffer names;

        buffer_init(&names);
        for (size_t i = 0; i < PRESET_COUNT; i++)
            buffer_append_format(&names, "%s%s", i > 0 ? ", " : "", PRESETS[i].name);
        int result =
            command_usage(import->command, "--preset takes %s or none, not '%s'", buffer_terminate(&names), name);
        buffer_free(&names);
        return result;
    }
    lacks = preset_lacks(import->preset, &import->headings);
    if (!lacks)
        return EXIT_OK;
    complain("line 1: this is no export of %s: its header lacks '%.*s'", import->preset->title,
             (int)strcspn(lacks, "|"), lacks);
    return EXIT_REFUSED;
}

/* The second row says what each column is; one without a name of its own goes on from the one before. */
static bool add_labels(struct import *import, const struct table_row *row) {
    struct heading *columns = (struct heading *)(uintptr_t)import->headings.columns;
    const char *before = "";

    for (size_t i = 0; i < import->headings.count; i++) {
        const char *label = i < row->count ? row->cells[i].text : "";

        if (!utf8_all_blank(columns[i].name)) {
            before = columns[i].name;
        } else if (!utf8_all_blank(label)) {
            size_t size = strlen(before) + strlen(label) + 4;
            char *name = arena_alloc(&import->arena, size);

            if (!name)
                return false;
            snprintf(name, size, "%s%s%s", before, *before ? " / " : "", label);
            columns[i].name = name;
        }
        columns[i].label = arena_strdup(&import->arena, label);
        if (!columns[i].label)
            return false;
    }
    return true;
}

static bool find_zone(struct import *import, const struct table_row *row) {
    char *zone = arena_alloc(&import->arena, ZONE_SIZE);

    if (!zone)
        return false;
    for (size_t i = 0; i < row->count && !import->zone; i++) {
        if (!preset_zone_of_cell(row->cells[i].text, zone, ZONE_SIZE) || !calendar_has_zone(zone))
            continue;
        import->zone = zone;
        import->zone_from = ZONE_OF_FILE;
    }
    return true;
}

/* The further rows of a preset's header, where they are there. */
static int read_labels(struct import *import) {
    const struct preset *preset = import->preset;
    struct table_row row;
    bool more = true, has_end = false, is_good = true;
    int result = EXIT_OK;

    if (!preset || preset->header_rows == 1)
        return EXIT_OK;
    for (size_t at = 1; at < preset->header_rows && result == EXIT_OK && more && preset->header_end && !has_end; at++) {
        result = import_next(import, &row, &more);
        has_end = result == EXIT_OK && more && !row.fault && row.count > 0 &&
                  strncmp(row.cells[0].text, preset->header_end, strlen(preset->header_end)) == 0;
        if (has_end) {
            import->header_rows = at + 1;
            is_good = find_zone(import, &row);
        }
    }
    if (!preset->header_end)
        import->header_rows = preset->header_rows;
    if (result != EXIT_OK || import->header_rows == 1)
        return result;
    size_t rows = import->header_rows;
    import->header_rows = 1;
    result = import_rewind(import);
    if (result == EXIT_OK)
        result = import_next(import, &row, &more);
    import->header_rows = rows;
    if (result == EXIT_OK && more && !row.fault && (rows > 2 || !preset->header_end))
        is_good = is_good && add_labels(import, &row);
    return result != EXIT_OK ? result : is_good ? EXIT_OK : no_memory(import);
}

/* --- The survey
 * -----------------------------------------------------------------------------------------------------*/

static bool make_body(const struct import *import, struct buffer *body) {
    buffer_append_format(body, "{\"metric\":\"%s\"}", import->options->create);
    return buffer_terminate(body) != NULL;
}

static int decode_survey(struct import *import, const struct buffer *body) {
    struct error err;

    if (survey_decode(body->data, body->length, JSON_DEPTH, import->options->survey, 0, &import->arena, &import->survey,
                      &err) == CXD_OK)
        return EXIT_OK;
    return client_unexpected(import->client, "a survey");
}

static int find_survey(struct import *import) {
    const char *slug = import->options->survey;
    char path[128];
    struct client_request request = {.method = "GET", .path = path, .is_quiet = false, .is_repeatable = true};
    struct client_reply reply;
    struct buffer body;
    int result;

    snprintf(path, sizeof path, "/v1/surveys/%s", slug);
    request.is_quiet = import->options->create != NULL;
    result = client_call(import->client, &request, &reply);
    if (result == EXIT_OK) {
        result = decode_survey(import, &reply.body);
    } else if (reply.status == 404 && import->options->create) {
        buffer_init(&body);
        import->is_new = true;
        result = make_body(import, &body) ? decode_survey(import, &body) : no_memory(import);
        buffer_free(&body);
    } else if (reply.status == 404) {
        output_line(stderr, "'cxd survey put %s FILE' makes the survey, or --create nps (csat, ces) here.", slug);
    } else if (request.is_quiet) {
        client_reply_free(&reply);
        request.is_quiet = false;
        result = client_call(import->client, &request, &reply);
    }
    client_reply_free(&reply);
    return result;
}

int import_create(struct import *import) {
    char path[128];
    struct client_request request = {.method = "PUT", .path = path, .is_repeatable = true};
    struct client_reply reply;
    struct buffer body;
    int result = EXIT_REFUSED;

    snprintf(path, sizeof path, "/v1/surveys/%s", import->options->survey);
    buffer_init(&body);
    if (!make_body(import, &body)) {
        buffer_free(&body);
        return no_memory(import);
    }
    request.body = body.data;
    request.body_length = body.length;
    result = client_call(import->client, &request, &reply);
    client_reply_free(&reply);
    buffer_free(&body);
    return result;
}

/* --- The zone
 * -------------------------------------------------------------------------------------------------------*/

/* The reporting zone of the daemon. */
static int ask_zone(struct import *import) {
    struct client_request request = {.method = "GET", .path = "/v1/status", .is_quiet = true, .is_repeatable = true};
    struct client_reply reply;
    const char *zone = NULL;
    int result = client_call(import->client, &request, &reply);

    if (result == EXIT_OK)
        zone = json_text(reply.document, "timezone");
    import->zone = zone ? arena_strdup(&import->arena, zone) : NULL;
    import->zone_from = ZONE_OF_DAEMON;
    client_reply_free(&reply);
    if (import->zone)
        return EXIT_OK;
    complain("the daemon does not say its time zone to this key: --zone ZONE says that of the file's dates");
    return EXIT_REFUSED;
}

static int choose_zone(struct import *import) {
    struct error err;
    int result = EXIT_OK;

    if (import->options->zone) {
        import->zone = import->options->zone;
        import->zone_from = ZONE_NAMED;
    } else if (!import->zone && import->preset && import->preset->zone) {
        import->zone = import->preset->zone;
        import->zone_from = ZONE_OF_FILE;
    } else if (!import->zone) {
        result = ask_zone(import);
    }
    if (result != EXIT_OK)
        return result;
    return calendar_set_zone(import->zone, &err) == CXD_OK ? EXIT_OK : import_fail(import, &err);
}

/* --- The mapping
 * ----------------------------------------------------------------------------------------------------*/

static int sample(struct import *import, struct column_facts *facts) {
    struct table_row row;
    bool more = true;
    int result = import_rewind(import);

    for (size_t i = 0; i < SAMPLE_ROWS && result == EXIT_OK; i++) {
        result = import_next(import, &row, &more);
        if (result != EXIT_OK || !more)
            break;
        for (size_t column = 0; !row.fault && column < row.count; column++)
            column_facts_add(&facts[column], &row.cells[column], import->survey.scale_min, import->survey.scale_max);
    }
    return result;
}

static enum cxd_err add_all(struct import *import, struct error *err) {
    struct mapping *mapping = &import->plan.mapping;
    enum cxd_err code = CXD_OK;

    for (size_t i = 0; i < import->headings.count && code == CXD_OK; i++) {
        char key[MAPPING_KEY_SIZE];
        size_t before = mapping->property_count;

        if (mapping_of_column(mapping, i) || !guess_property_key(import->headings.columns[i].name, key))
            continue;
        code = mapping_add_property(mapping, key, i, err);
        if (code == CXD_OK && mapping->property_count == before)
            code = error_set(err, ERR_INVALID,
                             "two columns would be the property '%s': name them with --map property.KEY=#N", key);
    }
    return code;
}

static enum cxd_err add_some(struct import *import, const char *list, struct error *err) {
    enum cxd_err code = CXD_OK;

    while (*list != '\0' && code == CXD_OK) {
        size_t length = strcspn(list, ",");
        char key[MAPPING_KEY_SIZE];
        int column;

        code = mapping_find_column(&import->headings, list, length, &column, err);
        if (code == CXD_OK && !guess_property_key(import->headings.columns[column].name, key))
            code =
                error_set(err, ERR_INVALID, "column #%d makes no name of a property: --map property.KEY=#%d gives one",
                          column + 1, column + 1);
        if (code == CXD_OK)
            code = mapping_add_property(&import->plan.mapping, key, (size_t)column, err);
        list += length;
        list += *list == ',';
    }
    return code;
}

static enum cxd_err map_properties(struct import *import, struct error *err) {
    const char *wish = import->options->properties;
    const char *keys[SURVEY_PROPERTIES_MAX];

    if (!wish) {
        for (size_t i = 0; i < import->survey.property_count; i++)
            keys[i] = import->survey.properties[i].key;
        return guess_properties(&import->headings, keys, import->survey.property_count, &import->plan.mapping, err);
    }
    if (strcmp(wish, "none") == 0)
        return CXD_OK;
    return strcmp(wish, "all") == 0 ? add_all(import, err) : add_some(import, wish, err);
}

/* A survey's answers have a score, or at least something that is said. */
static int expect_answers(const struct import *import, struct buffer *candidates) {
    const struct mapping *mapping = &import->plan.mapping;

    if (mapping->column[TARGET_SCORE] != COLUMN_NONE ||
        (import->plan.takes_unscored && mapping->column[TARGET_COMMENT] != COLUMN_NONE))
        return EXIT_OK;
    if (candidates->length > 0)
        complain("several columns can be the score: %s; --map score=COLUMN says which", buffer_terminate(candidates));
    else
        complain(
            "no column is the score, as far as can be seen; --map score=COLUMN says which (by its name, or as #3)");
    return EXIT_REFUSED;
}

static int make_mapping(struct import *import) {
    struct mapping *mapping = &import->plan.mapping;
    struct column_facts *facts = arena_alloc_zero(&import->arena, import->headings.count, sizeof *facts);
    struct buffer candidates;
    struct error err;
    enum cxd_err code = CXD_OK;
    int result;

    if (!facts)
        return no_memory(import);
    mapping_init(mapping);
    import->plan.preset = (struct preset_use){NULL, COLUMN_NONE, COLUMN_NONE};
    if (import->preset)
        preset_apply(import->preset, &import->headings, mapping, &import->plan.preset);
    for (size_t i = 0; i < import->options->map.count && code == CXD_OK; i++)
        code = mapping_apply(mapping, &import->headings, import->options->map.items[i], &err);
    if (code != CXD_OK)
        return import_fail(import, &err);
    result = sample(import, facts);
    if (result != EXIT_OK)
        return result;
    buffer_init(&candidates);
    guess_mapping(&import->headings, facts, mapping, &candidates);
    import->id_guessed = !mapping->is_set[TARGET_ID] && mapping->column[TARGET_ID] != COLUMN_NONE;
    code = map_properties(import, &err);
    result = code == CXD_OK ? expect_answers(import, &candidates) : import_fail(import, &err);
    buffer_free(&candidates);
    return result;
}

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

    plan->headings = &import->headings;
    plan->scale_min = import->survey.scale_min;
    plan->scale_max = import->survey.scale_max;
    plan->takes_unscored = import->survey.score_rule == SCORE_OPTIONAL;
    plan->takes_unfinished = import->options->partial;
    plan->seen = row_seen_make();
    row_id_space(import->options->survey, &plan->space);
    if (!plan->seen || !import_bad_begin(&import->bad, import->options->bad, import->file, &import->headings))
        return no_memory(import);
    if (!import_bad_is(&import->bad, import->file))
        return EXIT_OK;
    return command_usage(import->command, "--bad must not be the file itself");
}

int import_open(struct import *import, const struct client_options *client) {
    int result = check_options(import);

    if (result == EXIT_OK)
        result = open_table(import);
    if (result == EXIT_OK)
        result = read_header(import);
    if (result == EXIT_OK)
        result = choose_preset(import);
    if (result == EXIT_OK)
        result = read_labels(import);
    if (result == EXIT_OK)
        result = client_open(client, &import->client);
    if (result == EXIT_OK)
        result = find_survey(import);
    if (result == EXIT_OK)
        result = begin_plan(import);
    if (result == EXIT_OK)
        result = make_mapping(import);
    if (result == EXIT_OK && import->plan.mapping.column[TARGET_ANSWERED_AT] != COLUMN_NONE)
        result = choose_zone(import);
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
