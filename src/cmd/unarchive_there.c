/* Before an archive is written: what of it is there. */

#include "cmd/unarchive_there.h"

#include <stdio.h>
#include <string.h>

#include "cxd/cmd/cmd.h"
#include "cxd/codec/alert.h"
#include "cxd/codec/journey.h"
#include "cxd/codec/survey.h"

int unarchive_refuse(struct unarchive *run, const char *text) {
    meter_clear(&run->meter);
    command_complain(run->invocation->command, text);
    return EXIT_REFUSED;
}

void unarchive_say(struct unarchive *run, const char *text) {
    meter_clear(&run->meter);
    if (!run->is_quiet)
        output_line(stdout, "%s", text);
}

int unarchive_call(struct unarchive *run, const char *method, const char *path, const struct buffer *body,
                   struct client_reply *ret_reply) {
    struct client_request request = {.method = method, .path = path, .is_repeatable = true, .is_of_many = true};

    if (body) {
        request.body = body->data ? body->data : "";
        request.body_length = body->length;
    }
    return client_call(run->client, &request, ret_reply);
}

int unarchive_look(struct unarchive *run, const char *path, bool *ret_found, struct client_reply *ret_reply) {
    struct client_request request = {
        .method = "GET", .path = path, .is_repeatable = true, .is_quiet = true, .is_of_many = true};
    int result = client_call(run->client, &request, ret_reply);

    *ret_found = result == EXIT_OK;
    if (result == EXIT_OK || ret_reply->status == 404)
        return EXIT_OK;
    client_reply_free(ret_reply);
    request.is_quiet = false; /* and now with what it says */
    result = client_call(run->client, &request, ret_reply);
    *ret_found = result == EXIT_OK;
    return result;
}

/* --- Whether what is there is the archive's -------------------------------------------------------------------------
 * Both are read and written again: whatever a reply has beside, an older cxd did not know yet, or nobody spelled out.
 */

enum { DEPTH_MAX = 32 };

struct pair {
    struct arena arena;
    struct buffer ours, theirs;
};

static void pair_open(struct pair *pair) {
    arena_init(&pair->arena);
    buffer_init(&pair->ours);
    buffer_init(&pair->theirs);
}

static bool pair_close(struct pair *pair, bool is_read) {
    const struct buffer *ours = &pair->ours, *theirs = &pair->theirs;
    bool is_same = is_read && !ours->failed && !theirs->failed && ours->length == theirs->length &&
                   memcmp(ours->data, theirs->data, ours->length) == 0;

    buffer_free(&pair->ours);
    buffer_free(&pair->theirs);
    arena_free(&pair->arena);
    return is_same;
}

/* What a definition leaves to the daemon's config is as there. A reply tells the honeypot that no definition names. */
static bool is_same_definition(const struct archive_survey *survey, size_t revision, const struct buffer *there) {
    const char *definition = survey->definitions[revision - 1];
    struct survey ours, theirs;
    struct pair pair;
    struct error err;
    bool is_read;

    pair_open(&pair);
    is_read =
        survey_decode(there->data, there->length, DEPTH_MAX, survey->slug, 0, &pair.arena, &theirs, &err) == CXD_OK &&
        survey_decode(definition, strlen(definition), DEPTH_MAX, survey->slug, theirs.max_backdate_s, &pair.arena,
                      &ours, &err) == CXD_OK;
    if (is_read) {
        ours.honeypot = survey_honeypot(&ours);
        theirs.honeypot = survey_honeypot(&theirs);
        survey_encode_request(&pair.ours, &ours);
        survey_encode_request(&pair.theirs, &theirs);
    }
    return pair_close(&pair, is_read);
}

static bool append_text(struct buffer *out, const struct archive_text *text, const char *bytes, size_t length,
                        struct arena *arena) {
    struct journey journey;
    struct alert_rule rule;
    struct error err;

    error_clear(&err);
    if (strcmp(text->kind, "journey") == 0) {
        if (journey_decode(bytes, length, DEPTH_MAX, text->name, arena, &journey, &err) != CXD_OK)
            return false;
        journey_encode_definition(out, &journey);
    } else {
        if (alert_decode(bytes, length, DEPTH_MAX, text->name, arena, &rule, &err) != CXD_OK || err.code != CXD_OK)
            return false;
        alert_encode_definition(out, &rule);
    }
    return true;
}

bool unarchive_is_same_text(const struct archive_text *text, const struct client_reply *there) {
    struct pair pair;
    bool is_read;

    pair_open(&pair);
    is_read = append_text(&pair.ours, text, text->definition, strlen(text->definition), &pair.arena) &&
              append_text(&pair.theirs, text, there->body.data, there->body.length, &pair.arena);
    return pair_close(&pair, is_read);
}

/* --- What is there --------------------------------------------------------------------------------------------------
 */

int64_t unarchive_ask_n(struct unarchive *run, const char *slug, struct client_reply *ret_reply) {
    struct client_request request = {.method = "GET", .is_repeatable = true, .is_of_many = true};
    char path[PATH_SIZE];
    double n = -1;

    snprintf(path, sizeof path, "/v1/surveys/%s/score", slug);
    request.path = path;
    client_query_add(&request, "window", "all");
    if (client_call(run->client, &request, ret_reply) != EXIT_OK || !json_number(ret_reply->document, "n", &n))
        return -1;
    return number_whole(n);
}

/* Of a survey that is there, whether it is the archive's: it has one of its revisions, the newest or, of an import that
 * was interrupted, one before. */
static int look_at_survey(struct unarchive *run, const struct archive_survey *survey, struct place_of *place) {
    char path[PATH_SIZE], text[2 * PATH_SIZE];
    struct client_reply reply = {.status = 0}, score = {.status = 0};
    bool found = false;
    double revision = 0;
    int result;

    snprintf(path, sizeof path, "/v1/surveys/%s", survey->slug);
    result = unarchive_look(run, path, &found, &reply);
    if (result == EXIT_OK && found) {
        (void)json_number(reply.document, "revision", &revision);
        place->revision = number_whole(revision);
        place->is_archived = json_is_true(reply.document, "archived");
        if (place->revision < 1 || (size_t)place->revision > survey->count ||
            !is_same_definition(survey, (size_t)place->revision, &reply.body)) {
            snprintf(text, sizeof text,
                     "the survey %s is there with another definition, revision %lld: nothing was written", survey->slug,
                     (long long)place->revision);
            result = unarchive_refuse(run, text);
        }
    }
    if (result == EXIT_OK && found) {
        place->n = unarchive_ask_n(run, survey->slug, &score);
        client_reply_free(&score);
    }
    client_reply_free(&reply);
    return result;
}

void unarchive_append_fingerprint(struct buffer *out, const struct unarchive *run) {
    buffer_append_text(out, "archive:");
    buffer_append_text(out, run->archive.fingerprint);
}

static int64_t count_of(const struct json *import, const char *member) {
    double count = 0;

    return json_number(import, member, &count) ? number_whole(count) : 0;
}

/* Somebody may have said so of one whose rows had not all come; what was too old did not. */
static bool is_whole(const struct archive_survey *survey, const struct json *import) {
    return count_of(import, "created") + count_of(import, "known") >= survey->responses - survey->past;
}

/* While it is undone, rows are known that will be gone. */
static int note_import(struct unarchive *run, size_t at, const struct json *import, const char *fingerprint) {
    const struct archive_survey *survey = &run->archive.surveys[at];
    const char *own = json_text(import, "fingerprint"), *state = json_text(import, "state");
    const char *id = json_text(import, "id");
    char text[2 * PATH_SIZE];

    if (!state || !id)
        return EXIT_OK;
    if (strcmp(state, "undoing") == 0) {
        snprintf(text, sizeof text,
                 "%s: the import %s of it is being undone; try again when it is: nothing was written", survey->slug,
                 id);
        return unarchive_refuse(run, text);
    }
    if (own && strcmp(own, fingerprint) == 0 && strcmp(state, "done") == 0 && is_whole(survey, import))
        snprintf(run->places[at].done, ID_SIZE, "%s", id);
    return EXIT_OK;
}

static int note_imports(struct unarchive *run, const struct json *imports) {
    struct buffer fingerprint;
    int result = EXIT_OK;

    buffer_init(&fingerprint);
    unarchive_append_fingerprint(&fingerprint, run);
    if (!buffer_terminate(&fingerprint))
        result = unarchive_refuse(run, "out of memory");
    for (size_t i = 0; result == EXIT_OK && i < json_count(imports); i++) {
        const struct json *one = json_at(imports, i);
        const char *slug = json_text(one, "survey");

        for (size_t k = 0; result == EXIT_OK && slug && k < run->archive.survey_count; k++)
            if (strcmp(run->archive.surveys[k].slug, slug) == 0)
                result = note_import(run, k, one, fingerprint.data);
    }
    buffer_free(&fingerprint);
    return result;
}

int unarchive_look_at_all(struct unarchive *run) {
    struct client_request request = {.method = "GET", .path = "/v1/imports", .is_repeatable = true};
    struct client_reply reply = {.status = 0};
    int result = client_call_pages(run->client, &request, "imports", &reply);

    if (result == EXIT_OK)
        result = note_imports(run, json_get(reply.document, "imports"));
    client_reply_free(&reply);
    for (size_t i = 0; result == EXIT_OK && i < run->archive.survey_count; i++)
        result = look_at_survey(run, &run->archive.surveys[i], &run->places[i]);
    return result;
}
