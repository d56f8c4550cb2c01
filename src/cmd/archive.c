/* Reading an archive, of which nothing is believed: it may be of another program, cut short, or made to harm. */

#include "cmd/archive.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/gzip.h"
#include "cmd/output.h"
#include "cxd/base/clock.h"
#include "cxd/base/utf8.h"
#include "cxd/codec/archive.h"
#include "cxd/codec/json.h"

enum {
    PIECE_BYTES = 128 << 10,
    DEPTH_MAX = 32,
    SURVEYS_MAX = 20000,
    DEFINITION_BYTES_MAX = 1 << 30, /* of all together */
    PULSE_LINES = 1000
};

struct source {
    const char *path;
    struct gzip_reader *file;
    struct buffer held; /* what was read, and not given yet, from `at` on */
    size_t at;
    int64_t line;
    bool has_ended;
};

static enum cxd_err wrong(const struct source *source, struct error *err, const char *what) {
    return error_set(err, ERR_MALFORMED_JSON, "%s, line %lld: %s", source->path, (long long)source->line, what);
}

static enum cxd_err no_memory(struct error *err) {
    return error_set(err, ERR_NO_MEMORY, "out of memory");
}

static enum cxd_err source_open(struct source *source, const char *path, struct error *err) {
    *source = (struct source){.path = path};
    errno = 0;
    source->file = gzip_reader_open(path);
    if (!source->file)
        return error_set(err, ERR_SYSTEM, "%s: %s", path, errno ? strerror(errno) : "out of memory");
    return CXD_OK;
}

static void source_close(struct source *source) {
    gzip_reader_close(source->file);
    buffer_free(&source->held);
}

static enum cxd_err read_more(struct source *source, struct error *err) {
    struct buffer *held = &source->held;
    const char *why = NULL;

    if (source->at > 0)
        memmove(held->data, held->data + source->at, held->length - source->at);
    held->length -= source->at;
    source->at = 0;
    if (held->length > ARCHIVE_LINE_BYTES_MAX) {
        source->line++;
        return wrong(source, err, "it has more than 16 MiB; is this an archive of cxd?");
    }
    if (!buffer_reserve(held, PIECE_BYTES))
        return no_memory(err);
    int count = gzip_read(source->file, held->data + held->length, PIECE_BYTES, &why);
    if (count < 0)
        return error_set(err, ERR_MALFORMED_JSON, "%s, behind line %lld: %s", source->path, (long long)source->line,
                         why);
    held->length += (size_t)count;
    source->has_ended = count == 0;
    return CXD_OK;
}

/* The next line with its end; *ret_length 0 at the end of the file. */
static enum cxd_err source_next(struct source *source, const char **ret_line, size_t *ret_length, struct error *err) {
    size_t looked = 0;

    for (;;) {
        const char *begin = source->held.data + source->at;
        size_t length = source->held.length - source->at;
        const char *end = length > looked ? memchr(begin + looked, '\n', length - looked) : NULL;

        if (end || (source->has_ended && length == 0)) {
            *ret_line = begin;
            *ret_length = end ? (size_t)(end - begin) + 1 : 0;
            source->at += *ret_length;
            source->line += *ret_length > 0;
            return CXD_OK;
        }
        if (source->has_ended) {
            source->line++;
            return wrong(source, err, "the file ends within it: it is cut short");
        }
        looked = length;
        enum cxd_err code = read_more(source, err);
        if (code != CXD_OK)
            return code;
    }
}

/* One pass over an archive. */
struct pass {
    struct archive *archive;
    struct source source;
    struct sha256_run sum; /* of the lines before this one */
    size_t definition_bytes;
    struct archive_survey *current; /* whose responses come */
    bool has_responses, has_end;    /* some were there; the last line was */
    struct error *err;
};

static enum cxd_err pass_wrong(const struct pass *pass, const char *what) {
    return wrong(&pass->source, pass->err, what);
}

static struct archive_survey *find_survey(const struct archive *archive, const char *slug) {
    for (size_t i = archive->survey_count; slug && i-- > 0;)
        if (strcmp(archive->surveys[i].slug, slug) == 0)
            return &archive->surveys[i];
    return NULL;
}

/* The array with room for one more; NULL without memory. Sizes double, by the count. */
static void *grow(void *array, size_t count, size_t size) {
    if (count > 0 && (count & (count - 1)) != 0)
        return array;
    return realloc(array, (count > 0 ? 2 * count : 1) * size);
}

static char *copy_definition(struct pass *pass, const struct json *line) {
    const struct json *definition = json_get(line, "definition");
    struct buffer text;

    buffer_init(&text);
    if (definition)
        json_write(&text, definition);
    pass->definition_bytes += text.length;
    if (!definition || !buffer_terminate(&text) || text.data[0] != '{' ||
        pass->definition_bytes > DEFINITION_BYTES_MAX) {
        buffer_free(&text);
        return NULL;
    }
    return text.data;
}

static enum cxd_err take_head(struct pass *pass, const struct json *line) {
    const char *moment = json_text(line, "moment");
    double version = 0;

    if (!json_number(line, "version", &version) || !moment || strlen(moment) >= sizeof pass->archive->moment)
        return pass_wrong(pass, "it is not the head of an archive of cxd");
    if (number_whole(version) != ARCHIVE_VERSION)
        return error_set(pass->err, ERR_MALFORMED_JSON,
                         "%s is an archive of format %lld, and this cxd reads format %d: use the cxd that it is of, or "
                         "a newer one",
                         pass->source.path, (long long)number_whole(version), ARCHIVE_VERSION);
    strcpy(pass->archive->moment, moment);
    return CXD_OK;
}

static enum cxd_err add_survey(struct pass *pass, const char *slug) {
    struct archive *archive = pass->archive;
    struct archive_survey *surveys = grow(archive->surveys, archive->survey_count, sizeof *surveys);

    if (!surveys)
        return no_memory(pass->err);
    archive->surveys = surveys;
    surveys[archive->survey_count] = (struct archive_survey){.slug = strdup(slug)};
    if (!surveys[archive->survey_count].slug)
        return no_memory(pass->err);
    archive->survey_count++;
    return CXD_OK;
}

/* By the newest revision, which comes last. */
static int64_t kept_from(const struct json *definition, int64_t now_ms) {
    const char *retention = json_text(definition, "retention");
    double days = 0;

    if (!retention || strcmp(retention, "delete") != 0 || !json_number(definition, "retention_days", &days) ||
        days < 1 || days > 1e6)
        return TIME_MIN;
    return now_ms - (int64_t)days * 24 * 60 * 60 * 1000;
}

/* Revisions of a survey follow each other from 1 on. */
static enum cxd_err take_survey(struct pass *pass, const struct json *line) {
    struct archive *archive = pass->archive;
    const char *slug = json_text(line, "survey");
    struct archive_survey *survey = find_survey(archive, slug);
    double revision = 0;

    if (pass->has_responses || !slug || !slug_valid(slug) || !json_number(line, "revision", &revision) ||
        archive->survey_count >= SURVEYS_MAX)
        return pass_wrong(pass, "a survey as it should not be");
    bool is_next = survey ? survey == &archive->surveys[archive->survey_count - 1] : true;
    if (!is_next || number_whole(revision) != (int64_t)(survey ? survey->count : 0) + 1)
        return pass_wrong(pass, "revisions of a survey that do not follow each other from 1 on");
    if (!survey) {
        enum cxd_err code = add_survey(pass, slug);
        if (code != CXD_OK)
            return code;
        survey = &archive->surveys[archive->survey_count - 1];
    }
    char **definitions = grow(survey->definitions, survey->count, sizeof *definitions);
    if (!definitions)
        return no_memory(pass->err);
    survey->definitions = definitions;
    definitions[survey->count] = copy_definition(pass, line);
    if (!definitions[survey->count])
        return pass_wrong(pass, "a survey without a definition");
    survey->count++;
    survey->is_archived = json_is_true(line, "archived");
    survey->kept_from = kept_from(json_get(line, "definition"), archive->now_ms);
    return CXD_OK;
}

static enum cxd_err take_text(struct pass *pass, const struct json *line, const char *kind) {
    struct archive *archive = pass->archive;
    const char *name = json_text(line, "name");

    if (pass->has_responses || !name || !slug_valid(name))
        return pass_wrong(pass, "a definition as it should not be");
    struct archive_text *texts = grow(archive->texts, archive->text_count, sizeof *texts);
    if (!texts)
        return no_memory(pass->err);
    archive->texts = texts;
    struct archive_text text = {strdup(name), copy_definition(pass, line), kind};
    if (!text.name || !text.definition) {
        free(text.name);
        free(text.definition);
        return text.name ? pass_wrong(pass, "a name without a definition") : no_memory(pass->err);
    }
    texts[archive->text_count++] = text;
    return CXD_OK;
}

int archive_score(const struct json *response) {
    double score = 0;

    if (!json_number(response, "score", &score))
        return -1;
    if (score < 0 || score >= ARCHIVE_SCORES)
        return -2;
    return json_is_true(response, "excluded") ? -1 : (int)score;
}

static bool is_past(const struct archive_survey *survey, const struct json *response) {
    const char *answered_at = survey->kept_from == TIME_MIN ? NULL : json_text(response, "answered_at");
    int64_t at;

    if (!answered_at && survey->kept_from != TIME_MIN)
        answered_at = json_text(response, "received_at");
    return answered_at && time_parse(answered_at, strlen(answered_at), &at) && at < survey->kept_from;
}

/* All of a survey stand together, behind all definitions. */
static enum cxd_err take_response(struct pass *pass, const struct json *line) {
    const char *slug = json_text(line, "survey");
    const struct json *response = json_get(line, "response");

    pass->has_responses = true;
    if (!pass->current || !slug || strcmp(pass->current->slug, slug) != 0)
        pass->current = find_survey(pass->archive, slug);
    if (!pass->current || pass->current->has_figures || !response || !json_text(response, "id"))
        return pass_wrong(pass, "a response as it should not be, or of a survey that is not in the archive");
    int score = archive_score(response);
    if (score < -1)
        return pass_wrong(pass, "a score that no survey has");
    if (score >= 0)
        pass->current->histogram[score]++;
    pass->current->responses++;
    pass->current->past += is_past(pass->current, response);
    pass->archive->responses++;
    return CXD_OK;
}

static bool is_count(const struct json *line, const char *member, int64_t count) {
    double number = -1;

    return json_number(line, member, &number) && number_whole(number) == count;
}

static enum cxd_err take_figures(struct pass *pass, const struct json *line) {
    struct archive_survey *survey = find_survey(pass->archive, json_text(line, "survey"));
    const struct json *histogram = json_get(line, "histogram");
    int64_t n = 0;
    bool is_same = survey && !survey->has_figures && json_count(histogram) == ARCHIVE_SCORES;

    for (int i = 0; is_same && i < ARCHIVE_SCORES; i++) {
        is_same = is_count(json_at(histogram, (size_t)i), "", survey->histogram[i]);
        n += survey->histogram[i];
    }
    if (!is_same || !is_count(line, "responses", survey->responses) || !is_count(line, "n", n))
        return pass_wrong(pass, "figures that are not those of the responses before it: the archive is damaged");
    survey->has_figures = true;
    pass->has_responses = true;
    return CXD_OK;
}

static enum cxd_err take_end(struct pass *pass, const struct json *line) {
    uint8_t digest[SHA256_SIZE];
    const char *said = json_text(line, "sha256");
    struct archive *archive = pass->archive;

    for (size_t i = 0; i < archive->survey_count; i++)
        if (!archive->surveys[i].has_figures)
            return pass_wrong(pass, "the end, and a survey has no figures");
    sha256_end(&pass->sum, digest);
    hex_write(digest, SHA256_SIZE, archive->fingerprint);
    if (!is_count(line, "lines", pass->source.line - 1) || !is_count(line, "responses", archive->responses))
        return pass_wrong(pass, "counts that are not those of the lines before it: the archive is damaged");
    if (!said || strcmp(said, archive->fingerprint) != 0)
        return pass_wrong(pass, "a checksum that is not that of the lines before it: the archive is damaged");
    pass->has_end = true;
    return CXD_OK;
}

static enum cxd_err take_line(struct pass *pass, const struct json *line) {
    const char *type = json_text(line, "type");

    if (pass->has_end)
        return pass_wrong(pass, "there is more behind the end");
    if (!type)
        return pass_wrong(pass, "it has no type; is this an archive of cxd?");
    if ((pass->source.line == 1) != (strcmp(type, "cxd-archive") == 0))
        return pass_wrong(pass, pass->source.line == 1 ? "this is no archive of cxd"
                                                       : "an archive begins in the middle of this one");
    if (pass->source.line == 1)
        return take_head(pass, line);
    if (strcmp(type, "response") == 0)
        return take_response(pass, line);
    if (strcmp(type, "survey") == 0)
        return take_survey(pass, line);
    if (strcmp(type, "journey") == 0)
        return take_text(pass, line, "journey");
    if (strcmp(type, "alert") == 0)
        return take_text(pass, line, "alert");
    if (strcmp(type, "figures") == 0)
        return take_figures(pass, line);
    if (strcmp(type, "end") == 0)
        return take_end(pass, line);
    return pass_wrong(pass, strcmp(type, "incomplete") == 0
                                ? "the daemon did not get to the end of it: the archive is not whole"
                                : "a type that this cxd does not know");
}

static enum cxd_err parse(const struct source *source, const char *bytes, size_t length, struct json **ret_line,
                          struct error *err) {
    struct error found;

    if (json_too_deep(bytes, length, DEPTH_MAX) || json_open(bytes, length, ret_line, &found) != CXD_OK)
        return wrong(source, err, "it is not JSON: the archive is damaged, or is none");
    return CXD_OK;
}

enum cxd_err archive_read(struct archive *archive, const char *path, archive_pulse *pulse, void *context,
                          struct error *err) {
    struct pass pass = {.archive = archive, .err = err};
    const char *bytes = "";
    size_t length = 1;

    *archive = (struct archive){.path = path, .now_ms = clock_now_ms()};
    sha256_begin(&pass.sum);
    enum cxd_err code = source_open(&pass.source, path, err);
    while (code == CXD_OK && length > 0) {
        struct json *line = NULL;

        code = source_next(&pass.source, &bytes, &length, err);
        if (code == CXD_OK && length > 0)
            code = parse(&pass.source, bytes, length, &line, err);
        if (code == CXD_OK && length > 0)
            code = take_line(&pass, line);
        json_free(line);
        sha256_add(&pass.sum, bytes, code == CXD_OK && !pass.has_end ? length : 0);
        if (code == CXD_OK && pulse && pass.source.line % PULSE_LINES == 0 &&
            !pulse(context, gzip_reader_at(pass.source.file)))
            code = error_set(err, ERR_CANCELLED, "ended before anything was written");
    }
    if (code == CXD_OK && !pass.has_end)
        code = error_set(err, ERR_MALFORMED_JSON, "%s has no end line: %s", path,
                         pass.source.line == 0 ? "it is empty" : "it is cut short");
    source_close(&pass.source);
    return code;
}

/* It may be another one by now: what does not fit the first pass is not given. */
static bool give(const struct archive *archive, const struct json *line, int64_t number, archive_take *take,
                 void *context) {
    const char *type = json_text(line, "type");
    const struct archive_survey *survey = find_survey(archive, json_text(line, "survey"));
    const struct json *response = json_get(line, "response");

    if (type && survey && response && strcmp(type, "response") == 0)
        return take(context, survey, response, number);
    if (type && survey && strcmp(type, "figures") == 0)
        return take(context, survey, NULL, number);
    return true;
}

enum cxd_err archive_visit(const struct archive *archive, archive_take *take, void *context, struct error *err) {
    struct source source;
    const char *bytes;
    size_t length = 1;
    bool goes_on = true;
    enum cxd_err code = source_open(&source, archive->path, err);

    while (code == CXD_OK && goes_on && length > 0) {
        struct json *line = NULL;

        code = source_next(&source, &bytes, &length, err);
        if (code == CXD_OK && length > 0)
            code = parse(&source, bytes, length, &line, err);
        if (code == CXD_OK && length > 0)
            goes_on = give(archive, line, source.line, take, context);
        json_free(line);
    }
    source_close(&source);
    return code;
}

void archive_free(struct archive *archive) {
    for (size_t i = 0; i < archive->survey_count; i++) {
        for (size_t k = 0; k < archive->surveys[i].count; k++)
            free(archive->surveys[i].definitions[k]);
        free(archive->surveys[i].definitions);
        free(archive->surveys[i].slug);
    }
    for (size_t i = 0; i < archive->text_count; i++) {
        free(archive->texts[i].name);
        free(archive->texts[i].definition);
    }
    free(archive->surveys);
    free(archive->texts);
    *archive = (struct archive){0};
}
