/* The survey that an import goes to, and the zone of its dates. */

#include <stdlib.h>
#include <string.h>

#include "cmd/import.h"
#include "cxd/base/calendar.h"
#include "cxd/cmd/cmd.h"
#include "cxd/codec/survey.h"
#include "cxd/import/header.h"
#include "cxd/import/text_cell.h"

enum { JSON_DEPTH = 16, ZONE_SIZE = 64 };

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

int import_find_survey(struct import *import) {
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
        result = make_body(import, &body) ? decode_survey(import, &body) : import_no_memory(import);
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
        return import_no_memory(import);
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

/* That which the name of the column of dates says in brackets. */
static int find_zone_of_column(struct import *import) {
    const char *name = import->headings.columns[import->plan.mapping.column[TARGET_ANSWERED_AT]].name;
    char *zone = arena_alloc(&import->arena, ZONE_SIZE);
    bool is_said;

    if (!zone)
        return import_no_memory(import);
    if (header_zone(name, zone, ZONE_SIZE, &is_said)) {
        import->zone = zone;
        import->zone_from = ZONE_OF_FILE;
    } else if (is_said && import->preset && import->preset->has_zone_in_name) {
        complain("the column '%.*s' names a zone that is not known: --zone ZONE says it, as Europe/Berlin",
                 text_cell_cut(name, strlen(name), 120), name);
        return EXIT_REFUSED;
    }
    return EXIT_OK;
}

int import_choose_zone(struct import *import) {
    struct error err;
    int result = EXIT_OK;

    if (import->options->zone) {
        import->zone = import->options->zone;
        import->zone_from = ZONE_NAMED;
    } else if (import->mended.words[MENDED_ZONE]) {
        import->zone = import->mended.words[MENDED_ZONE];
        import->zone_from = ZONE_OF_FILE;
    } else if (!import->zone && import->preset && import->preset->zone) {
        import->zone = import->preset->zone;
        import->zone_from = ZONE_OF_FILE;
    } else if (!import->zone) {
        result = find_zone_of_column(import);
        if (result == EXIT_OK && !import->zone)
            result = ask_zone(import);
    }
    if (result != EXIT_OK)
        return result;
    return calendar_set_zone(import->zone, &err) == CXD_OK ? EXIT_OK : import_fail(import, &err);
}
