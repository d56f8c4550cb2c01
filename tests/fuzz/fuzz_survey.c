/* Any bytes as a survey's definition (and as a key's): what decodes is canonical after one round, and its
 * reply can be put back; its questions take what they ask for, of those to whom they are shown. */
#include "fuzz.h"

#include "cxd/base/clock.h"
#include "cxd/codec/json.h"
#include "cxd/codec/key.h"
#include "cxd/codec/survey.h"
#include "cxd/domain/judge.h"

enum { DEPTH = 16, BACKDATE_S = 604800 };

static const int64_t NOW_MS = INT64_C(1795424400000);

static struct error err;

static void check_is_json(const struct buffer *out) {
    struct json *document;
    CHECK(!out->failed);
    CHECK(json_open(out->data, out->length, &document, &err) == CXD_OK);
    json_free(document);
}

/* Decodes `text` and holds its definition against `expected`. */
static void check_definition(const struct buffer *text, const struct buffer *expected, struct arena *arena) {
    struct survey survey;
    struct buffer out;
    CHECK(survey_decode(text->data, text->length, DEPTH, "shop", BACKDATE_S, arena, &survey, &err) == CXD_OK);
    buffer_init(&out);
    survey_encode_definition(&out, &survey);
    CHECK(!out.failed && out.length == expected->length);
    CHECK(memcmp(out.data, expected->data, out.length) == 0);
    buffer_free(&out);
}

/* What its first option is, or its lowest number, or a text. */
static struct answer answer_to(const struct question *question) {
    struct answer answer = {.key = question->key, .form = ANSWER_TEXT, .text = "x"};
    if (question->type == QUESTION_SCALE) {
        answer.form = ANSWER_NUMBER;
        answer.number = question->scale.min;
    } else if (question->option_count > 0) {
        answer.text = question->options[0].value;
    }
    return answer;
}

static void check_questions(const struct survey *survey, struct arena *arena) {
    struct answer answers[QUESTIONS_MAX];
    struct response response = {.has_score = true, .score = survey->scale_min, .answers = answers};
    CHECK(survey->question_count <= QUESTIONS_MAX);
    for (size_t i = 0; i < survey->question_count; i++) {
        const struct question *question = &survey->questions[i];
        CHECK(survey_question(survey, question->key) == question);
        CHECK((question->option_count > 0) == (question->type <= QUESTION_CHOICES));
        answers[i] = answer_to(question);
    }
    response.answer_count = survey->question_count;
    CHECK(response_judge_answers(&response, survey, arena));
    for (size_t i = 0; i < survey->question_count; i++) {
        const struct question *question = &survey->questions[i];
        CHECK(question_is_shown(survey, question, &response) == (response_answer(&response, question->key) != NULL));
    }
    CHECK((response.answer_count == survey->question_count) == (response.sent.left_out == NULL));
    struct response again = response;
    CHECK(response_judge_answers(&again, survey, arena));
    CHECK(again.answer_count == response.answer_count && again.sent.left_out == response.sent.left_out);
}

static void check_survey(struct survey *survey, struct arena *arena) {
    struct buffer definition;
    struct buffer other;
    buffer_init(&definition);
    buffer_init(&other);
    survey_encode_definition(&definition, survey);
    check_is_json(&definition);
    check_definition(&definition, &definition, arena);
    survey->revision = 1;
    survey->created_at = survey->updated_at = NOW_MS;
    survey_encode(&other, survey);
    check_is_json(&other);
    check_definition(&other, &definition, arena);
    buffer_reset(&other);
    survey_encode_form(&other, survey, &(struct survey_form){.now_ms = NOW_MS, .locale = "de-AT"});
    check_is_json(&other);
    check_questions(survey, arena);
    buffer_free(&definition);
    buffer_free(&other);
}

static void fuzz_key(const char *bytes, size_t size) {
    struct api_key key = {.created_at = NOW_MS};
    struct json *document;
    struct buffer out;
    enum cxd_err code = key_decode(bytes, size, DEPTH, NOW_MS, &key, &err);
    if (code != CXD_OK) {
        fuzz_check_error(&err, code, code == ERR_INVALID ? ERR_INVALID : ERR_MALFORMED_JSON);
        return;
    }
    CHECK(key.scopes != 0 && key.scopes < 2 * SCOPE_ADMIN && key.expires_at > NOW_MS);
    buffer_init(&out);
    key_encode(&out, &key, "secret");
    CHECK(json_open(out.data, out.length, &document, &err) == CXD_OK);
    CHECK(strcmp(json_text(document, "name"), key.name) == 0);
    json_free(document);
    buffer_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena;
    struct survey survey;
    char *bytes = malloc(size);
    CHECK(bytes || size == 0);
    if (size > 0)
        memcpy(bytes, data, size);
    arena_init(&arena);
    enum cxd_err code = survey_decode(bytes, size, DEPTH, "shop", BACKDATE_S, &arena, &survey, &err);
    if (code == CXD_OK)
        check_survey(&survey, &arena);
    else
        fuzz_check_error(&err, code, code == ERR_INVALID ? ERR_INVALID : ERR_MALFORMED_JSON);
    fuzz_key(bytes, size);
    arena_free(&arena);
    free(bytes);
    return 0;
}
