/* The way from one cxd to another: lines that codec/ of the other reads as requests. A response is what an import takes
 * of one, so it goes there as it stands. */
#include "cxd/codec/archive.h"

#include "cxd/codec/answers.h"
#include "cxd/codec/survey.h"
#include "cxd/codec/write.h"
#include "cxd/domain/score.h"

static void begin_line(struct buffer *out, const char *type) {
    buffer_append_text(out, "{\"type\":");
    buffer_append_json(out, type);
}

static void end_line(struct buffer *out) {
    buffer_append(out, "}\n", 2);
}

void archive_encode_head(struct buffer *out, int64_t moment_ms, int64_t schema, const char *program) {
    begin_line(out, "cxd-archive");
    write_int(out, "version", ARCHIVE_VERSION);
    write_time(out, "moment", moment_ms);
    write_int(out, "schema", schema);
    write_text(out, "program", program);
    end_line(out);
}

void archive_encode_survey(struct buffer *out, const struct survey *survey) {
    begin_line(out, "survey");
    write_text(out, "survey", survey->slug);
    write_int(out, "revision", survey->revision);
    write_bool(out, "archived", survey->archived_at != 0);
    write_name(out, "definition");
    survey_encode_request(out, survey);
    end_line(out);
}

void archive_encode_document(struct buffer *out, const char *kind, const char *name, const char *definition) {
    begin_line(out, kind);
    write_text(out, "name", name);
    write_name(out, "definition");
    buffer_append_text(out, definition);
    end_line(out);
}

static void encode_properties(struct buffer *out, const struct response *response) {
    if (response->property_count == 0)
        return;
    write_open(out, "properties", '{');
    for (size_t i = 0; i < response->property_count; i++)
        write_text(out, response->properties[i].key, response->properties[i].value);
    buffer_append_char(out, '}');
}

static void encode_flags(struct buffer *out, unsigned flags) {
    if (flags == 0)
        return;
    write_open(out, "flags", '[');
    for (int i = 0; i < FLAG_COUNT; i++)
        if (flags & 1U << i)
            write_text(out, NULL, flag_name(i));
    buffer_append_char(out, ']');
}

void archive_encode_response(struct buffer *out, const char *slug, const struct response *response) {
    begin_line(out, "response");
    write_text(out, "survey", slug);
    write_open(out, "response", '{');
    write_id(out, "id", &response->id);
    write_int(out, "revision", response->revision);
    if (response->has_score)
        write_int(out, "score", response->score);
    write_given(out, "comment", response->comment);
    write_given(out, "respondent", response->respondent);
    write_given(out, "touchpoint", response->touchpoint);
    write_given(out, "channel", response->channel);
    write_given(out, "locale", response->locale);
    write_given(out, "visit", response->visit);
    encode_properties(out, response);
    answers_encode(out, response->answers, response->answer_count);
    if (response->has_sequence)
        write_int(out, "sequence", response->sequence);
    write_time(out, "answered_at", response->answered_at);
    write_time(out, "received_at", response->received_at);
    if (response->updated_at != 0)
        write_time(out, "updated_at", response->updated_at);
    encode_flags(out, response->flags);
    if (response->excluded) {
        write_bool(out, "excluded", true);
        write_given(out, "excluded_reason", response->excluded_reason);
    }
    buffer_append_char(out, '}');
    end_line(out);
}

void archive_count(struct archive_figures *figures, const struct response *response) {
    figures->responses++;
    if (response_counts(response))
        figures->hist.n[response->score]++;
}

void archive_encode_figures(struct buffer *out, const struct survey *survey, const struct archive_figures *figures) {
    struct survey shown = *survey;
    struct score score;
    shown.min_n = 0; /* whoever has the responses has their score */
    score_compute(&shown, &figures->hist, 0.95, &score);
    begin_line(out, "figures");
    write_text(out, "survey", survey->slug);
    write_int(out, "responses", figures->responses);
    write_int(out, "n", score.n);
    write_fixed(out, "score", score.value, score_decimals(survey), score.known);
    write_open(out, "histogram", '[');
    for (int i = 0; i < HISTOGRAM_SIZE; i++)
        write_int(out, NULL, figures->hist.n[i]);
    buffer_append_char(out, ']');
    end_line(out);
}

void archive_encode_end(struct buffer *out, int64_t lines, int64_t responses, const uint8_t digest[SHA256_SIZE]) {
    char hex[2 * SHA256_SIZE + 1];
    hex_write(digest, SHA256_SIZE, hex);
    begin_line(out, "end");
    write_int(out, "lines", lines);
    write_int(out, "responses", responses);
    write_text(out, "sha256", hex);
    end_line(out);
}
