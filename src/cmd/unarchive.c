/* cxd import --all: an archive into a daemon, by the calls that everybody has. Definitions are put revision by
 * revision, so that they get the numbers that they had; responses are imports, one a survey, which know what is there
 * already; so an import that was interrupted is begun again, and does what is left to do. */

#include "cmd/unarchive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/unarchive_send.h"
#include "cmd/unarchive_there.h"
#include "cxd/cmd/cmd.h"

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

/* That one is not taken keeps no other back. */
static int put_new_text(struct unarchive *run, const struct archive_text *text, const char *path) {
    struct client_reply reply = {.status = 0};
    struct buffer body;
    int result;

    buffer_init(&body);
    buffer_append_text(&body, text->definition);
    result = body.failed ? unarchive_refuse(run, "out of memory") : unarchive_call(run, "PUT", path, &body, &reply);
    if (result != EXIT_OK && !reply.is_lost && reply.status >= 400 && reply.status < 500) {
        run->has_refused = true;
        result = EXIT_OK;
    }
    client_reply_free(&reply);
    buffer_free(&body);
    return result;
}

/* A journey or an alert that is there stays as it is. */
static int put_text(struct unarchive *run, const struct archive_text *text) {
    char path[PATH_SIZE], said[2 * PATH_SIZE];
    struct client_reply reply = {.status = 0};
    bool found = false;
    int result;

    snprintf(path, sizeof path, "/v1/%ss/%s", text->kind, text->name);
    result = unarchive_look(run, path, &found, &reply);
    if (result == EXIT_OK && found && !unarchive_is_same_text(text, &reply)) {
        snprintf(said, sizeof said, "the %s %s is left alone: it is there and differs", text->kind, text->name);
        (void)unarchive_refuse(run, said);
    }
    client_reply_free(&reply);
    return result != EXIT_OK || found ? result : put_new_text(run, text, path);
}

static void tell_archive(const struct unarchive *run) {
    char count[COUNT_TEXT_SIZE];

    if (!run->is_quiet)
        output_line(stdout, "%s is whole: of %s, %zu surveys, %s responses, %zu journeys and alerts.",
                    run->archive.path, run->archive.moment, run->archive.survey_count,
                    count_format(count, run->archive.responses), run->archive.text_count);
}

static int write_all(struct unarchive *run) {
    int result = EXIT_OK;

    for (size_t i = 0; result == EXIT_OK && i < run->archive.survey_count; i++)
        result = put_survey(run, i);
    run->meter.total = run->archive.responses;
    if (result == EXIT_OK)
        result = unarchive_send(run);
    if (result == EXIT_OK && meter_is_cancelled(&run->meter))
        result = unarchive_refuse(run, "it was ended before it was done; the same command does the rest");
    /* Behind the responses, so that no alert fires of what is only half there. */
    for (size_t i = 0; result == EXIT_OK && i < run->archive.text_count; i++)
        result = put_text(run, &run->archive.texts[i]);
    if (result == EXIT_OK)
        result = unarchive_finish(run);
    return result == EXIT_OK && run->has_refused ? EXIT_REFUSED : result;
}

/* Before it is asked whether to write. */
static void tell_past(struct unarchive *run) {
    char text[2 * PATH_SIZE];

    for (size_t i = 0; i < run->archive.survey_count; i++) {
        const struct archive_survey *survey = &run->archive.surveys[i];

        if (survey->past == 0)
            continue;
        snprintf(text, sizeof text, "%s: %lld of %lld responses are older than it keeps, and will be left out.",
                 survey->slug, (long long)survey->past, (long long)survey->responses);
        unarchive_say(run, text);
    }
}

static void tell_known(const struct unarchive *run) {
    for (size_t i = 0; i < run->archive.survey_count; i++)
        if (run->places[i].done[0] && !run->is_quiet)
            output_line(stdout, "%s: it came with this archive before. Import %s.", run->archive.surveys[i].slug,
                        run->places[i].done);
}

/* Everything before the first write. */
static int look(struct unarchive *run, const char *path) {
    struct error err;
    int result = EXIT_OK;

    meter_begin(&run->meter, "Reading", "bytes", run->is_quiet);
    if (archive_read(&run->archive, path, pulse, run, &err) != CXD_OK)
        result = unarchive_refuse(run, err.detail);
    meter_clear(&run->meter);
    run->places = calloc(run->archive.survey_count + 1, sizeof *run->places);
    if (result == EXIT_OK && !run->places)
        result = unarchive_refuse(run, "out of memory");
    if (result == EXIT_OK) {
        tell_archive(run);
        result = unarchive_look_at_all(run);
    }
    (void)meter_end(&run->meter);
    return result;
}

int unarchive_run(const struct invocation *invocation, const char *path, unarchive_wish *is_wished, bool is_quiet) {
    struct unarchive run = {.invocation = invocation, .is_quiet = is_quiet};
    int result = client_open(&invocation->client, &run.client);

    if (result != EXIT_OK)
        return result;
    result = look(&run, path);
    if (result == EXIT_OK)
        tell_past(&run);
    if (result == EXIT_OK && is_wished(invocation, run.archive.responses)) {
        meter_begin(&run.meter, "Importing", "responses", is_quiet);
        result = write_all(&run);
        meter_clear(&run.meter);
        if (result == EXIT_OK || run.has_refused)
            tell_known(&run);
        (void)meter_end(&run.meter);
    }
    archive_free(&run.archive);
    free(run.places);
    client_close(run.client);
    return result;
}
