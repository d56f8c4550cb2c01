/* Before an archive is written: what of it is there. */

#include "cmd/unarchive_there.h"

#include <stdio.h>
#include <string.h>

#include "cxd/cmd/cmd.h"

int unarchive_refuse(struct unarchive *run, const char *text) {
    meter_clear(&run->meter);
    command_complain(run->invocation->command, text);
    return EXIT_REFUSED;
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

static bool is_kept(const char *name) {
    static const char *const names[] = {"slug", "archived", "revision", "created_at", "updated_at", "archived_at"};

    for (size_t i = 0; i < CXD_COUNT(names); i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static bool is_same_value(const struct json *one, const struct json *other) {
    struct buffer a, b;
    bool is_same;

    if (!one || !other)
        return one == other;
    buffer_init(&a);
    buffer_init(&b);
    json_write(&a, one);
    json_write(&b, other);
    is_same = !a.failed && !b.failed && a.length == b.length && memcmp(a.data, b.data, a.length) == 0;
    buffer_free(&a);
    buffer_free(&b);
    return is_same;
}

/* The reply tells a honeypot that no definition names; what else it has is of the definition, or kept. */
static bool is_same_definition(const struct json *there, const char *definition) {
    struct json *ours = NULL;
    struct error err;
    bool is_same = json_open(definition, strlen(definition), &ours, &err) == CXD_OK;
    const char *name;

    for (size_t i = 0; is_same && (name = json_name_at(ours, i)); i++)
        is_same = is_kept(name) || is_same_value(json_get(ours, name), json_get(there, name));
    for (size_t i = 0; is_same && (name = json_name_at(there, i)); i++)
        is_same = is_kept(name) || (strcmp(name, "honeypot") == 0 && !json_get(ours, name)) ||
                  is_same_value(json_get(ours, name), json_get(there, name));
    json_free(ours);
    return is_same;
}

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
            !is_same_definition(reply.document, survey->definitions[place->revision - 1])) {
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

static void note_done(struct unarchive *run, const struct json *imports) {
    struct buffer wanted;

    buffer_init(&wanted);
    unarchive_append_fingerprint(&wanted, run);
    (void)buffer_terminate(&wanted);
    for (size_t i = 0; !wanted.failed && i < json_count(imports); i++) {
        const struct json *one = json_at(imports, i);
        const char *fingerprint = json_text(one, "fingerprint"), *state = json_text(one, "state");
        const char *slug = json_text(one, "survey"), *id = json_text(one, "id");

        if (!fingerprint || !state || !slug || !id || strcmp(fingerprint, wanted.data) != 0 ||
            strcmp(state, "done") != 0)
            continue;
        for (size_t k = 0; k < run->archive.survey_count; k++)
            if (strcmp(run->archive.surveys[k].slug, slug) == 0)
                snprintf(run->places[k].done, ID_SIZE, "%s", id);
    }
    buffer_free(&wanted);
}

int unarchive_look_at_all(struct unarchive *run) {
    struct client_request request = {.method = "GET", .path = "/v1/imports", .is_repeatable = true};
    struct client_reply reply = {.status = 0};
    int result = client_call_pages(run->client, &request, "imports", &reply);

    if (result == EXIT_OK)
        note_done(run, json_get(reply.document, "imports"));
    client_reply_free(&reply);
    for (size_t i = 0; result == EXIT_OK && i < run->archive.survey_count; i++)
        result = look_at_survey(run, &run->archive.surveys[i], &run->places[i]);
    return result;
}
