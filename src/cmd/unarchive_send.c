/* Responses of an archive on their way, survey by survey, and what is said of each survey at its end. */

#include "cmd/unarchive_send.h"

#include <stdio.h>
#include <string.h>

#include "cxd/cmd/cmd.h"
#include "cxd/codec/write.h"

enum { BATCH_LINES = 2000, BATCH_BYTES = 1 << 20, OUTCOME_SIZE = 320, TEXT_SIZE = 3 * PATH_SIZE + OUTCOME_SIZE };

/* Why a response may stay out without anything being wrong: the daemon would delete it, or has. */
static const struct {
    const char *type, *why;
} LEFT[] = {{"/problems/past_retention", "too old for the survey"}, {"/problems/response_gone", "erased here"}};

struct sent_line {
    int64_t line; /* of the archive */
    int score;    /* −1: it counts in no figure */
};

struct sending {
    struct unarchive *run;
    int result;   /* an exit code */
    int64_t done; /* of the archive's responses */
    /* Of the survey whose responses are being put. */
    const struct archive_survey *survey;
    char import[ID_SIZE];
    struct buffer batch;
    struct sent_line lines[BATCH_LINES];
    size_t line_count;
    int64_t created, known, refused, left[CXD_COUNT(LEFT)];
    int64_t expected[ARCHIVE_SCORES]; /* the archive's histogram without what was left out */
    char refusal[OUTCOME_SIZE];       /* of the first */
};

static int begin_import(struct sending *sending) {
    struct unarchive *run = sending->run;
    struct client_reply reply = {.status = 0};
    struct buffer body;
    const char *slash = strrchr(run->archive.path, '/'), *id;
    int result;

    buffer_init(&body);
    write_open(&body, NULL, '{');
    write_text(&body, "survey", sending->survey->slug);
    write_text(&body, "source", slash ? slash + 1 : run->archive.path);
    write_name(&body, "fingerprint");
    buffer_append_char(&body, '"');
    unarchive_append_fingerprint(&body, run);
    buffer_append_char(&body, '"');
    write_int(&body, "rows", sending->survey->responses);
    buffer_append_char(&body, '}');
    result = body.failed ? unarchive_refuse(run, "out of memory")
                         : unarchive_call(run, "POST", "/v1/imports", &body, &reply);
    if (result == EXIT_OK) {
        id = json_text(reply.document, "id");
        if (id)
            snprintf(sending->import, sizeof sending->import, "%s", id);
        else
            result = client_unexpected(run->client, "an import");
    }
    client_reply_free(&reply);
    buffer_free(&body);
    return result;
}

static void begin_survey(struct sending *sending, const struct archive_survey *survey) {
    sending->survey = survey;
    sending->created = sending->known = sending->refused = 0;
    memset(sending->left, 0, sizeof sending->left);
    memcpy(sending->expected, survey->histogram, sizeof sending->expected);
    sending->result = begin_import(sending);
}

/* --- Outcomes -------------------------------------------------------------------------------------------------------
 */

static void note_refusal(struct sending *sending, const struct sent_line *sent, const struct json *outcome) {
    const struct json *errors = json_get(outcome, "errors"),
                      *first = json_count(errors) > 0 ? json_at(errors, 0) : NULL;
    const char *pointer = first ? json_text(first, "pointer") : NULL;
    const char *detail = json_text(first ? first : outcome, "detail"), *title = json_text(outcome, "title");

    if (sending->refused++ == 0)
        snprintf(sending->refusal, sizeof sending->refusal, "in line %lld: %s%s%s", (long long)sent->line,
                 pointer ? pointer : "", pointer && pointer[0] != '\0' ? " " : "",
                 detail  ? detail
                 : title ? title
                         : "no reason is given");
}

static void count_outcome(struct sending *sending, const struct sent_line *sent, const struct json *line) {
    const char *outcome = json_text(line, "outcome"), *type = json_text(line, "type");

    if (outcome && strcmp(outcome, "created") == 0) {
        sending->created++;
        return;
    }
    if (outcome && strcmp(outcome, "known") == 0) {
        sending->known++;
        return;
    }
    for (size_t i = 0; type && i < CXD_COUNT(LEFT); i++) {
        if (strcmp(LEFT[i].type, type) == 0) {
            sending->left[i]++;
            if (sent->score >= 0)
                sending->expected[sent->score]--;
            return;
        }
    }
    note_refusal(sending, sent, line);
}

/* A line of the reply a line of the batch. */
static bool count_outcomes(struct sending *sending, const struct buffer *reply) {
    size_t lines = 0;
    struct error err;

    for (size_t at = 0; at < reply->length; lines++) {
        const char *begin = reply->data + at, *end = memchr(begin, '\n', reply->length - at);
        size_t length = end ? (size_t)(end - begin) : reply->length - at;
        struct json *line = NULL;

        if (lines == sending->line_count || json_open(begin, length, &line, &err) != CXD_OK)
            return false;
        count_outcome(sending, &sending->lines[lines], line);
        json_free(line);
        at += length + 1;
    }
    return lines == sending->line_count;
}

static bool send_batch(struct sending *sending) {
    struct unarchive *run = sending->run;
    char path[PATH_SIZE];
    struct client_request request = {.method = "POST",
                                     .path = path,
                                     .type = "application/x-ndjson",
                                     .body = sending->batch.data,
                                     .body_length = sending->batch.length,
                                     .is_repeatable = true,
                                     .takes_text = true,
                                     .is_of_many = true};
    struct client_reply reply = {.status = 0};

    if (sending->line_count == 0)
        return true;
    snprintf(path, sizeof path, "/v1/imports/%s/responses", sending->import);
    if (sending->batch.failed)
        sending->result = unarchive_refuse(run, "out of memory");
    else
        sending->result = client_call(run->client, &request, &reply);
    if (sending->result == EXIT_OK && !count_outcomes(sending, &reply.body))
        sending->result = client_unexpected(run->client, "the outcome of a batch");
    client_reply_free(&reply);
    sending->done += (int64_t)sending->line_count;
    sending->line_count = 0;
    buffer_reset(&sending->batch);
    meter_show(&run->meter, sending->done);
    return sending->result == EXIT_OK && !meter_is_cancelled(&run->meter);
}

/* --- The end of a survey --------------------------------------------------------------------------------------------
 */

/* What the daemon says of the survey, held against the archive. */
enum likeness { LIKENESS_SAME, LIKENESS_MORE, LIKENESS_OTHER };

static enum likeness compare(const struct sending *sending, const struct json *distribution) {
    enum likeness likeness = LIKENESS_SAME;
    char name[24];

    for (int i = 0; i < ARCHIVE_SCORES; i++) {
        double count = 0;

        snprintf(name, sizeof name, "%d", i);
        (void)json_number(distribution, name, &count);
        if (number_whole(count) < sending->expected[i])
            return LIKENESS_OTHER;
        if (number_whole(count) > sending->expected[i])
            likeness = LIKENESS_MORE;
    }
    return likeness;
}

/* Where it had answers before, or gets others meanwhile, no figures are the archive's: then that every line was created
 * or known is all that can be said. */
static int check_figures(const struct sending *sending, const struct place_of *place, const char **ret_verdict) {
    struct unarchive *run = sending->run;
    struct client_reply reply = {.status = 0};
    int64_t there = unarchive_ask_n(run, sending->survey->slug, &reply), n = 0;
    enum likeness likeness = there < 0 ? LIKENESS_OTHER : compare(sending, json_get(reply.document, "distribution"));
    bool has_left = false;
    char text[TEXT_SIZE];

    client_reply_free(&reply);
    if (there < 0)
        return EXIT_REFUSED;
    for (int i = 0; i < ARCHIVE_SCORES; i++)
        n += sending->expected[i];
    for (size_t i = 0; i < CXD_COUNT(LEFT); i++)
        has_left = has_left || sending->left[i] > 0;
    bool was_empty = place->revision == 0 || place->n == 0;
    if (likeness == LIKENESS_SAME)
        *ret_verdict =
            has_left ? "n and distribution are the archive's without these" : "n and distribution are the archive's";
    else if (!was_empty)
        *ret_verdict = "it had others before, so its figures are its own";
    else if (likeness == LIKENESS_MORE)
        *ret_verdict = "it gets others too, so its figures are its own";
    else {
        snprintf(text, sizeof text,
                 "%s: n is %lld and not %lld, or the distribution is another, as in the archive. The import %s stays "
                 "open",
                 sending->survey->slug, (long long)there, (long long)n, sending->import);
        run->has_refused = unarchive_refuse(run, text) != EXIT_OK;
    }
    return EXIT_OK;
}

static void say_survey(const struct sending *sending, const char *verdict) {
    struct buffer text;

    buffer_init(&text);
    buffer_append_text(&text, sending->survey->slug);
    buffer_append_text(&text, ": ");
    buffer_append_int(&text, sending->survey->responses);
    buffer_append_text(&text, " responses, ");
    buffer_append_int(&text, sending->created);
    buffer_append_text(&text, " new");
    for (size_t i = 0; i < CXD_COUNT(LEFT); i++) {
        if (sending->left[i] == 0)
            continue;
        buffer_append_text(&text, ", ");
        buffer_append_int(&text, sending->left[i]);
        buffer_append_text(&text, " left out: ");
        buffer_append_text(&text, LEFT[i].why);
    }
    buffer_append_text(&text, "; ");
    buffer_append_text(&text, verdict);
    buffer_append_text(&text, ". Import ");
    buffer_append_text(&text, sending->import);
    buffer_append_char(&text, '.');
    if (buffer_terminate(&text))
        unarchive_say(sending->run, text.data);
    buffer_free(&text);
}

static void say_refused(const struct sending *sending) {
    char text[TEXT_SIZE];

    snprintf(
        text, sizeof text,
        "%s: %lld of %lld responses refused, the first one %s. The import %s stays open, and the same command sends "
        "what is missing",
        sending->survey->slug, (long long)sending->refused, (long long)sending->survey->responses, sending->refusal,
        sending->import);
    sending->run->has_refused = unarchive_refuse(sending->run, text) != EXIT_OK;
}

static int end_survey(const struct sending *sending, struct place_of *place) {
    const char *verdict = NULL;
    int result = EXIT_OK;

    if (sending->refused > 0)
        say_refused(sending);
    else
        result = check_figures(sending, place, &verdict);
    if (!verdict)
        return result;
    snprintf(place->whole, sizeof place->whole, "%s", sending->import);
    say_survey(sending, verdict);
    return result;
}

/* The responses of a survey come one after the other, then NULL. */
static bool take(void *context, const struct archive_survey *survey, const struct json *response, int64_t line) {
    struct sending *sending = context;
    struct place_of *place = &sending->run->places[survey - sending->run->archive.surveys];

    if (place->done[0]) {
        sending->done += response != NULL;
        return true;
    }
    if (sending->survey != survey) {
        begin_survey(sending, survey);
        if (sending->result != EXIT_OK)
            return false;
    }
    if (!response) {
        if (send_batch(sending))
            sending->result = end_survey(sending, place);
        return sending->result == EXIT_OK && !meter_is_cancelled(&sending->run->meter);
    }
    json_write(&sending->batch, response);
    buffer_append_char(&sending->batch, '\n');
    sending->lines[sending->line_count++] = (struct sent_line){line, archive_score(response)};
    return sending->line_count < BATCH_LINES && sending->batch.length < BATCH_BYTES ? true : send_batch(sending);
}

int unarchive_send(struct unarchive *run) {
    struct sending sending = {.run = run, .result = EXIT_OK};
    struct error err;
    int result = EXIT_OK;

    if (archive_visit(&run->archive, take, &sending, &err) != CXD_OK)
        result = unarchive_refuse(run, err.detail);
    buffer_free(&sending.batch);
    return result == EXIT_OK ? sending.result : result;
}

/* --- The end of all -------------------------------------------------------------------------------------------------
 */

static int archive_survey(struct unarchive *run, const char *slug) {
    char path[PATH_SIZE];
    struct client_reply reply = {.status = 0};
    int result;

    snprintf(path, sizeof path, "/v1/surveys/%s", slug);
    result = unarchive_call(run, "DELETE", path, NULL, &reply);
    client_reply_free(&reply);
    return result;
}

static int end_import(struct unarchive *run, const char *import) {
    static const char done[] = "{\"state\":\"done\"}";
    char path[PATH_SIZE];
    struct client_request request = {
        .method = "PATCH", .path = path, .body = done, .body_length = sizeof done - 1, .is_repeatable = true};
    struct client_reply reply = {.status = 0};
    int result;

    snprintf(path, sizeof path, "/v1/imports/%s", import);
    result = client_call(run->client, &request, &reply);
    client_reply_free(&reply);
    return result;
}

/* Done, as the last thing: it says that nothing is left to do. */
static int finish_survey(struct unarchive *run, const struct archive_survey *survey, const struct place_of *place) {
    int result = EXIT_OK;

    if (place->done[0])
        return EXIT_OK;
    if (survey->is_archived || place->is_archived)
        result = archive_survey(run, survey->slug);
    return result == EXIT_OK && place->whole[0] ? end_import(run, place->whole) : result;
}

int unarchive_finish(struct unarchive *run) {
    int result = EXIT_OK;

    for (size_t i = 0; result == EXIT_OK && i < run->archive.survey_count; i++)
        result = finish_survey(run, &run->archive.surveys[i], &run->places[i]);
    return result;
}
