/* Any bytes as a response and as a batch. What decodes is written as JSON that reads back as the same
 * response. */
#include "fuzz.h"

#include "cxd/base/clock.h"
#include "cxd/codec/answers.h"
#include "cxd/codec/json.h"
#include "cxd/codec/response.h"
#include "cxd/domain/judge.h"

enum { DEPTH = 16, ITEM_BYTES = 65536 };

static const int64_t NOW_MS = INT64_C(1795424400000);

static struct error err;

static void write_member(struct buffer *out, const char *name, const char *text) {
    if (!text)
        return;
    buffer_append_format(out, ",\"%s\":", name);
    buffer_append_json(out, text);
}

static void write_value(struct buffer *out, const char *value, const char *other) {
    bool has_words = other && strcmp(value, OPTION_OTHER) == 0;
    buffer_append_text(out, has_words ? "{\"other\":" : "");
    buffer_append_json(out, has_words ? other : value);
    buffer_append_text(out, has_words ? "}" : "");
}

static void write_answer(struct buffer *out, const struct answer *answer) {
    switch (answer->form) {
    case ANSWER_NUMBER:
        buffer_append_int(out, answer->number);
        break;
    case ANSWER_TEXT:
        CHECK(answer->text); /* what is erased, only an import has */
        write_value(out, answer->text, answer->other);
        break;
    case ANSWER_LIST:
        CHECK(answer->value_count > 0);
        for (size_t i = 0; i < answer->value_count; i++) {
            CHECK(i == 0 || strcmp(answer->values[i - 1], answer->values[i]) < 0);
            buffer_append_char(out, i == 0 ? '[' : ',');
            write_value(out, answer->values[i], answer->other);
        }
        buffer_append_char(out, ']');
        break;
    case ANSWER_ODD:
        buffer_append_text(out, "true");
        break;
    }
}

static void write_answers(struct buffer *out, const struct response *response) {
    for (size_t i = 0; i < response->answer_count; i++) {
        CHECK(i == 0 || strcmp(response->answers[i - 1].key, response->answers[i].key) < 0);
        buffer_append_text(out, i == 0 ? ",\"answers\":{" : ",");
        buffer_append_json(out, response->answers[i].key);
        buffer_append_char(out, ':');
        write_answer(out, &response->answers[i]);
    }
    if (response->answer_count > 0)
        buffer_append_char(out, '}');
}

/* The members that a client sends. */
static void write_client_members(struct buffer *out, const struct response *response) {
    char id[ID_TEXT_SIZE];
    if (response->has_score)
        buffer_append_format(out, "{\"score\":%d", response->score);
    else
        buffer_append_text(out, "{\"score\":null");
    if (response->has_id)
        write_member(out, "id", id_format(id, &response->id));
    write_member(out, "comment", response->comment);
    write_member(out, "respondent", response->respondent);
    write_member(out, "touchpoint", response->touchpoint);
    write_member(out, "channel", response->channel);
    write_member(out, "locale", response->locale);
    write_member(out, "visit", response->visit);
    for (size_t i = 0; i < response->property_count; i++) {
        buffer_append_text(out, i == 0 ? ",\"properties\":{" : ",");
        buffer_append_json(out, response->properties[i].key);
        buffer_append_char(out, ':');
        buffer_append_json(out, response->properties[i].value);
    }
    if (response->property_count > 0)
        buffer_append_char(out, '}');
    write_answers(out, response);
    if (response->has_answered_at) {
        buffer_append_text(out, ",\"answered_at\":");
        buffer_append_time(out, response->answered_at);
    }
    if (response->has_sequence) {
        buffer_append_text(out, ",\"sequence\":");
        buffer_append_int(out, response->sequence);
    }
    buffer_append_char(out, '}');
}

static void check_same_text(const struct json *document, const char *name, const char *text) {
    const char *found = json_text(document, name);
    CHECK((!found) == (!text));
    CHECK(!text || strcmp(found, text) == 0);
}

/* The reply holds what was sent. */
static void check_encoded(const struct response *sent) {
    struct response judged = *sent, *response = &judged;
    struct buffer out;
    struct json *document;
    double score;
    judged.answer_count = 0; /* none was: there is no question */
    buffer_init(&out);
    response_encode(&out, response, "shop");
    CHECK(!out.failed);
    CHECK(json_open(out.data, out.length, &document, &err) == CXD_OK);
    CHECK(json_number(document, "score", &score) == response->has_score);
    CHECK(!response->has_score || score == response->score);
    check_same_text(document, "comment", response->comment);
    check_same_text(document, "respondent", response->respondent);
    check_same_text(document, "touchpoint", response->touchpoint);
    check_same_text(document, "channel", response->channel);
    check_same_text(document, "locale", response->locale);
    check_same_text(document, "visit", response->visit);
    size_t left_out = json_count(json_get(document, "answers_refused"));
    CHECK(left_out <= ANSWERS_REFUSED_MAX && (left_out > 0) == (response->sent.left_out != NULL));
    CHECK(json_count(json_get(document, "properties")) == response->property_count);
    CHECK((json_get(document, "sequence") != NULL) == response->has_sequence);
    json_free(document);
    buffer_free(&out);
}

/* Questions whose answers are likely to be found. */
static const struct question_option OPTIONS[] = {{.value = "a"}, {.value = "b"}, {.value = "6"}};
static const char *const ONE[] = {"a", "other"};
static const struct question QUESTIONS[] = {
    {.key = "r", .type = QUESTION_CHOICE, .options = OPTIONS, .option_count = CXD_COUNT(OPTIONS), .other = true},
    {.key = "f", .type = QUESTION_CHOICES, .options = OPTIONS, .option_count = CXD_COUNT(OPTIONS), .other = true},
    {.key = "e", .type = QUESTION_SCALE, .scale = {.metric = METRIC_CES, .min = 1, .max = 7}},
    {.key = "a", .type = QUESTION_TEXT, .show = {.key = "f", .in = ONE, .in_count = CXD_COUNT(ONE)}},
    {.key = "t", .type = QUESTION_TEXT, .show = {.bands = 1}},
};

static void check_judged(const struct response *judged, const struct survey *survey) {
    CHECK(judged->answer_count <= CXD_COUNT(QUESTIONS));
    for (size_t i = 0; i < judged->answer_count; i++) {
        const struct answer *answer = &judged->answers[i];
        const struct question *question = survey_question(survey, answer->key);
        CHECK(i == 0 || strcmp(judged->answers[i - 1].key, answer->key) < 0);
        CHECK(question && question_is_shown(survey, question, judged));
        CHECK(answer->form == (question->type == QUESTION_SCALE     ? ANSWER_NUMBER
                               : question->type == QUESTION_CHOICES ? ANSWER_LIST
                                                                    : ANSWER_TEXT));
        CHECK(!answer->other || question->other);
    }
}

/* What is taken comes back, is judged the same again, and is the same content; what is not is named. */
static void check_answers(const struct response *sent, struct arena *arena) {
    struct survey survey = {.slug = "shop", .metric = METRIC_NPS};
    struct response judged = *sent, again;
    struct buffer out;
    survey_set_defaults(&survey, false);
    survey.questions = QUESTIONS;
    survey.question_count = CXD_COUNT(QUESTIONS);
    CHECK(response_judge_answers(&judged, &survey, arena));
    check_judged(&judged, &survey);
    CHECK(judged.answer_count == sent->answer_count || judged.sent.left_out);
    again = judged;
    CHECK(response_judge_answers(&again, &survey, arena));
    CHECK(response_same_payload(&judged, &again) && again.sent.left_out == judged.sent.left_out);
    buffer_init(&out);
    buffer_append_char(&out, '{');
    answers_encode(&out, judged.answers, judged.answer_count);
    buffer_append_char(&out, '}');
    CHECK(!out.failed && response_decode(out.data, out.length, DEPTH, arena, &again, &err) == CXD_OK);
    judged = (struct response){.answers = judged.answers, .answer_count = judged.answer_count};
    CHECK(response_same_payload(&judged, &again));
    buffer_free(&out);
}

static void check_round_trip(const struct response *response, struct arena *arena) {
    struct buffer sent;
    struct response again;
    buffer_init(&sent);
    write_client_members(&sent, response);
    CHECK(!sent.failed);
    CHECK(response_decode(sent.data, sent.length, DEPTH, arena, &again, &err) == CXD_OK);
    CHECK(response_same_payload(response, &again) && response_same_payload(&again, response));
    CHECK(again.has_id == response->has_id && id_compare(&again.id, &response->id) == 0);
    CHECK(again.has_answered_at == response->has_answered_at);
    buffer_free(&sent);
}

static void check_properties_sorted(const struct response *response) {
    for (size_t i = 1; i < response->property_count; i++)
        CHECK(strcmp(response->properties[i - 1].key, response->properties[i].key) < 0);
}

static void fuzz_one(const char *bytes, size_t size, struct arena *arena) {
    static const struct response_limits LIMITS = {8000, 256, 32, 64, 512, 300000};
    struct survey survey = {.slug = "shop", .metric = METRIC_NPS, .max_backdate_s = 604800};
    struct response response;
    struct json *document;
    survey_set_defaults(&survey, false);
    enum cxd_err code = response_decode(bytes, size, DEPTH, arena, &response, &err);
    if (code != CXD_OK)
        fuzz_check_error(&err, code, code == ERR_INVALID ? ERR_INVALID : ERR_MALFORMED_JSON);
    else
        CHECK(err.code == CXD_OK && err.member_count == 0);
    if (code != ERR_MALFORMED_JSON) {
        check_properties_sorted(&response);
        enum cxd_err valid = response_validate(&response, &survey, &LIMITS, NOW_MS, false, &err);
        CHECK(code == CXD_OK || valid == ERR_INVALID);
        if (valid != CXD_OK)
            fuzz_check_error(&err, valid, ERR_INVALID);
    }
    if (code == CXD_OK) {
        check_encoded(&response);
        check_round_trip(&response, arena);
        check_answers(&response, arena);
    }
    /* Malformed is what is nested too deep, and what is not JSON, but for what fuzz_mend.c looks at. */
    bool is_json = json_open(bytes, size, &document, &err) == CXD_OK, is_deep = json_too_deep(bytes, size, DEPTH);
    if (is_json)
        json_free(document);
    CHECK(is_deep ? code == ERR_MALFORMED_JSON : !is_json || code != ERR_MALFORMED_JSON);
}

static void fuzz_batch(const char *bytes, size_t size, struct arena *arena) {
    struct batch batch;
    size_t last = 0, count = 0;
    size_t line;
    const char *slug;
    struct response response;
    struct batch_size measured;
    batch_measure(bytes, size, &measured);
    enum cxd_err code = batch_open(&batch, bytes, size, DEPTH, ITEM_BYTES, &measured, &err);
    if (code != CXD_OK)
        fuzz_check_error(&err, code, ERR_MALFORMED_JSON);
    while (code == CXD_OK && batch_next(&batch, arena, &line, &slug, &response, &err)) {
        CHECK(line > last && line <= size);
        last = line;
        count++;
        CHECK(!slug || slug_valid(slug));
        if (err.code == CXD_OK) {
            CHECK(slug);
            check_round_trip(&response, arena);
        } else {
            CHECK(!batch.is_array || err.code == ERR_INVALID); /* as a whole it is well-formed */
            fuzz_check_error(&err, err.code, err.code == ERR_INVALID ? ERR_INVALID : ERR_MALFORMED_JSON);
        }
    }
    CHECK(code != CXD_OK || count == measured.lines);
    batch_close(&batch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena;
    char *bytes = malloc(size); /* of its very size, so that a read past the end is seen */
    CHECK(bytes || size == 0);
    if (size > 0)
        memcpy(bytes, data, size);
    arena_init(&arena);
    fuzz_one(bytes, size, &arena);
    fuzz_batch(bytes, size, &arena);
    arena_free(&arena);
    free(bytes);
    return 0;
}
