/* cxd import --all: an archive into a daemon, by the calls that everybody has. Definitions are put revision by
 * revision, so that they get the numbers that they had; responses are imports, one a survey, which know what is there
 * already; so an import that was interrupted is begun again, and does what is left to do. */

#include "cmd/unarchive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/unarchive_there.h"
#include "cxd/cmd/cmd.h"
#include "cxd/codec/write.h"

enum { BATCH_LINES = 2000, BATCH_BYTES = 1 << 20 };

static bool pulse(void *context, int64_t bytes) {
    struct unarchive *run = context;

    meter_show(&run->meter, bytes);
    return !meter_is_cancelled(&run->meter);
}

static int put_revision(struct unarchive *run, const struct archive_survey *survey, size_t at) {
    char path[PATH_SIZE], text[2 * PATH_SIZE];
    struct buffer body;
    struct client_reply reply = {.status = 0};
    double revision = 0;
    int result;

    buffer_init(&body);
    buffer_append_text(&body, survey->definitions[at]);
    snprintf(path, sizeof path, "/v1/surveys/%s", survey->slug);
    result = body.failed ? unarchive_refuse(run, "out of memory") : unarchive_call(run, "PUT", path, &body, &reply);
    if (result == EXIT_OK &&
        (!json_number(reply.document, "revision", &revision) || number_whole(revision) != (int64_t)at + 1)) {
        snprintf(text, sizeof text, "revision %zu of %s has become revision %lld: somebody else changes it", at + 1,
                 survey->slug, (long long)number_whole(revision));
        result = unarchive_refuse(run, text);
    }
    client_reply_free(&reply);
    buffer_free(&body);
    return result;
}

/* An archived survey takes no import: it is opened for it, and archived again behind it. */
static int open_survey(struct unarchive *run, const struct archive_survey *survey) {
    char path[PATH_SIZE];
    struct client_reply reply = {.status = 0};
    struct buffer body;
    int result;

    buffer_init(&body);
    buffer_append_text(&body, "{\"archived\":false,");
    buffer_append_text(&body, survey->definitions[survey->count - 1] + 1); /* behind its bracket */
    snprintf(path, sizeof path, "/v1/surveys/%s", survey->slug);
    result = body.failed ? unarchive_refuse(run, "out of memory") : unarchive_call(run, "PUT", path, &body, &reply);
    client_reply_free(&reply);
    buffer_free(&body);
    return result;
}

static int put_survey(struct unarchive *run, size_t at) {
    const struct archive_survey *survey = &run->archive.surveys[at];
    int result = EXIT_OK;

    for (size_t i = (size_t)run->places[at].revision; result == EXIT_OK && i < survey->count; i++)
        result = put_revision(run, survey, i);
    if (result == EXIT_OK && run->places[at].is_archived && !run->places[at].done[0])
        result = open_survey(run, survey);
    return result;
}

static int archive_survey(struct unarchive *run, const char *slug) {
    char path[PATH_SIZE];
    struct client_reply reply = {.status = 0};
    int result;

    snprintf(path, sizeof path, "/v1/surveys/%s", slug);
    result = unarchive_call(run, "DELETE", path, NULL, &reply);
    client_reply_free(&reply);
    return result;
}

/* A journey or an alert that is there stays as it is. */
static int put_text(struct unarchive *run, const struct archive_text *text) {
    char path[PATH_SIZE];
    struct client_reply reply = {.status = 0};
    struct buffer body;
    bool found = false;
    int result;

    snprintf(path, sizeof path, "/v1/%ss/%s", text->kind, text->name);
    result = unarchive_look(run, path, &found, &reply);
    client_reply_free(&reply);
    if (result != EXIT_OK || found)
        return result;
    reply = (struct client_reply){.status = 0};
    buffer_init(&body);
    buffer_append_text(&body, text->definition);
    result = body.failed ? unarchive_refuse(run, "out of memory") : unarchive_call(run, "PUT", path, &body, &reply);
    client_reply_free(&reply);
    buffer_free(&body);
    return result;
}

static int begin_import(struct unarchive *run, const struct archive_survey *survey) {
    struct client_reply reply = {.status = 0};
    struct buffer body;
    const char *slash = strrchr(run->archive.path, '/'), *id;
    int result;

    buffer_init(&body);
    write_open(&body, NULL, '{');
    write_text(&body, "survey", survey->slug);
    write_text(&body, "source", slash ? slash + 1 : run->archive.path);
    write_name(&body, "fingerprint");
    buffer_append_char(&body, '"');
    unarchive_append_fingerprint(&body, run);
    buffer_append_char(&body, '"');
    write_int(&body, "rows", survey->responses);
    buffer_append_char(&body, '}');
    result = body.failed ? unarchive_refuse(run, "out of memory")
                         : unarchive_call(run, "POST", "/v1/imports", &body, &reply);
    if (result == EXIT_OK) {
        id = json_text(reply.document, "id");
        if (id)
            snprintf(run->import, sizeof run->import, "%s", id);
        else
            result = client_unexpected(run->client, "an import");
    }
    client_reply_free(&reply);
    buffer_free(&body);
    return result;
}

static void note_refusal(struct unarchive *run, const struct json *line) {
    const char *id = json_text(line, "id"), *title = json_text(line, "title"), *detail = json_text(line, "detail");

    if (run->refused++ == 0)
        snprintf(run->refusal, sizeof run->refusal, "%s, the first one: %s", id ? id : "?",
                 detail  ? detail
                 : title ? title
                         : "refused");
}

/* A line of the reply a line of the batch. */
static bool count_outcomes(struct unarchive *run, const struct buffer *reply) {
    size_t lines = 0;
    struct error err;

    for (size_t at = 0; at < reply->length; lines++) {
        const char *begin = reply->data + at, *end = memchr(begin, '\n', reply->length - at);
        size_t length = end ? (size_t)(end - begin) : reply->length - at;
        struct json *line = NULL;

        if (json_open(begin, length, &line, &err) != CXD_OK)
            return false;
        const char *outcome = json_text(line, "outcome");
        if (outcome && strcmp(outcome, "created") == 0)
            run->created++;
        else if (outcome && strcmp(outcome, "known") == 0)
            run->known++;
        else
            note_refusal(run, line);
        json_free(line);
        at += length + 1;
    }
    return lines == run->batch_lines;
}

static bool send_batch(struct unarchive *run) {
    char path[PATH_SIZE];
    struct client_request request = {.method = "POST",
                                     .path = path,
                                     .type = "application/x-ndjson",
                                     .body = run->batch.data,
                                     .body_length = run->batch.length,
                                     .is_repeatable = true,
                                     .takes_text = true,
                                     .is_of_many = true};
    struct client_reply reply = {.status = 0};

    if (run->batch_lines == 0)
        return true;
    snprintf(path, sizeof path, "/v1/imports/%s/responses", run->import);
    if (run->batch.failed)
        run->result = unarchive_refuse(run, "out of memory");
    else
        run->result = client_call(run->client, &request, &reply);
    if (run->result == EXIT_OK && !count_outcomes(run, &reply.body))
        run->result = client_unexpected(run->client, "the outcome of a batch");
    client_reply_free(&reply);
    run->done += (int64_t)run->batch_lines;
    run->batch_lines = 0;
    buffer_reset(&run->batch);
    meter_show(&run->meter, run->done);
    return run->result == EXIT_OK && !meter_is_cancelled(&run->meter);
}

static int end_import(struct unarchive *run) {
    static const char done[] = "{\"state\":\"done\"}";
    char path[PATH_SIZE];
    struct client_request request = {
        .method = "PATCH", .path = path, .body = done, .body_length = sizeof done - 1, .is_repeatable = true};
    struct client_reply reply = {.status = 0};
    int result;

    snprintf(path, sizeof path, "/v1/imports/%s", run->import);
    result = client_call(run->client, &request, &reply);
    client_reply_free(&reply);
    return result;
}

static void say(const struct unarchive *run, const char *text) {
    if (!run->is_quiet)
        output_line(stdout, "%s", text);
}

/* Holds what the daemon says of the survey now against the archive; where it had other answers before, nothing can be
 * said. */
static int check_figures(struct unarchive *run, const struct archive_survey *survey, const struct place_of *place) {
    char text[4 * PATH_SIZE], name[24];
    struct client_reply reply = {.status = 0};
    int64_t n = 0, there = unarchive_ask_n(run, survey->slug, &reply);
    const struct json *distribution = there >= 0 ? json_get(reply.document, "distribution") : NULL;
    bool is_same = true;
    double count;

    for (int i = 0; i < ARCHIVE_SCORES; i++) {
        snprintf(name, sizeof name, "%d", i);
        n += survey->histogram[i];
        if (distribution && json_number(distribution, name, &count))
            is_same = is_same && number_whole(count) == survey->histogram[i];
        else if (distribution)
            is_same = is_same && survey->histogram[i] == 0;
    }
    is_same = is_same && there == n;
    client_reply_free(&reply);
    if (there < 0)
        return EXIT_REFUSED;
    bool was_empty = place->revision == 0 || place->n == 0 || run->created == 0;
    if (is_same)
        snprintf(text, sizeof text, "%s: %lld responses, %lld new; n and distribution are the archive's. Import %s.",
                 survey->slug, (long long)survey->responses, (long long)run->created, run->import);
    else if (!was_empty)
        snprintf(text, sizeof text,
                 "%s: %lld responses, %lld new; it had others before, so its figures are its own. Import %s.",
                 survey->slug, (long long)survey->responses, (long long)run->created, run->import);
    else
        snprintf(text, sizeof text, "%s: n is %lld and not %lld, or the distribution is another, as in the archive",
                 survey->slug, (long long)there, (long long)n);
    if (!is_same && was_empty)
        return unarchive_refuse(run, text);
    meter_clear(&run->meter);
    say(run, text);
    return EXIT_OK;
}

static int end_survey(struct unarchive *run, const struct archive_survey *survey, const struct place_of *place) {
    char text[3 * PATH_SIZE];
    int result = end_import(run);

    if (result == EXIT_OK && survey->is_archived)
        result = archive_survey(run, survey->slug);
    if (result == EXIT_OK && run->refused > 0) {
        snprintf(text, sizeof text, "%s: %lld responses were refused: %s", survey->slug, (long long)run->refused,
                 run->refusal);
        return unarchive_refuse(run, text);
    }
    return result == EXIT_OK ? check_figures(run, survey, place) : result;
}

/* The responses of a survey come one after the other, then NULL. */
static bool take(void *context, const struct archive_survey *survey, const struct json *response) {
    struct unarchive *run = context;
    const struct place_of *place = &run->places[survey - run->archive.surveys];

    if (place->done[0]) {
        run->done += response != NULL;
        return true;
    }
    if (run->survey != survey) {
        run->survey = survey;
        run->created = run->known = run->refused = 0;
        run->result = begin_import(run, survey);
        if (run->result != EXIT_OK)
            return false;
    }
    if (!response) {
        if (send_batch(run))
            run->result = end_survey(run, survey, place);
        return run->result == EXIT_OK && !meter_is_cancelled(&run->meter);
    }
    json_write(&run->batch, response);
    buffer_append_char(&run->batch, '\n');
    run->batch_lines++;
    return run->batch_lines < BATCH_LINES && run->batch.length < BATCH_BYTES ? true : send_batch(run);
}

static void tell_archive(const struct unarchive *run) {
    char count[COUNT_TEXT_SIZE];

    if (!run->is_quiet)
        output_line(stdout, "%s is whole: of %s, %zu surveys, %s responses, %zu journeys and alerts.",
                    run->archive.path, run->archive.moment, run->archive.survey_count,
                    count_format(count, run->archive.responses), run->archive.text_count);
}

static int write_all(struct unarchive *run, struct error *err) {
    int result = EXIT_OK;

    for (size_t i = 0; result == EXIT_OK && i < run->archive.survey_count; i++)
        result = put_survey(run, i);
    run->meter.total = run->archive.responses;
    if (result == EXIT_OK && archive_visit(&run->archive, take, run, err) != CXD_OK)
        result = unarchive_refuse(run, err->detail);
    if (result == EXIT_OK)
        result = run->result;
    if (result == EXIT_OK && meter_is_cancelled(&run->meter))
        result = unarchive_refuse(run, "it was ended before it was done; the same command does the rest");
    /* Last, so that no alert fires of what is only half there. */
    for (size_t i = 0; result == EXIT_OK && i < run->archive.text_count; i++)
        result = put_text(run, &run->archive.texts[i]);
    return result;
}

static void tell_known(const struct unarchive *run) {
    for (size_t i = 0; i < run->archive.survey_count; i++)
        if (run->places[i].done[0] && !run->is_quiet)
            output_line(stdout, "%s: it came with this archive before. Import %s.", run->archive.surveys[i].slug,
                        run->places[i].done);
}

int unarchive_run(const struct invocation *invocation, const char *path, bool writes, bool is_quiet) {
    struct unarchive run = {.invocation = invocation, .is_quiet = is_quiet};
    struct error err;
    int result = client_open(&invocation->client, &run.client);

    if (result != EXIT_OK)
        return result;
    meter_begin(&run.meter, "Reading", "bytes", is_quiet);
    if (archive_read(&run.archive, path, pulse, &run, &err) != CXD_OK)
        result = unarchive_refuse(&run, err.detail);
    meter_clear(&run.meter);
    run.places = calloc(run.archive.survey_count + 1, sizeof *run.places);
    if (result == EXIT_OK && !run.places)
        result = unarchive_refuse(&run, "out of memory");
    if (result == EXIT_OK)
        tell_archive(&run);
    if (result == EXIT_OK)
        result = unarchive_look_at_all(&run);
    run.meter.verb = "Importing";
    run.meter.noun = "responses";
    if (result == EXIT_OK && writes)
        result = write_all(&run, &err);
    meter_clear(&run.meter);
    if (result == EXIT_OK)
        tell_known(&run);
    archive_free(&run.archive);
    buffer_free(&run.batch);
    free(run.places);
    client_close(run.client);
    (void)meter_end(&run.meter);
    return result;
}
