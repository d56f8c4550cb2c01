/* Any bytes as a form of fields and as one of parts: what is read, written anew both ways, is read as the same fields;
 * and as a response it says what is wrong with it, or decodes. */
#include "fuzz.h"

#include "cxd/base/buffer.h"
#include "cxd/base/compiler.h"
#include "cxd/codec/form.h"
#include "cxd/codec/response.h"

static const struct mime_text BOUNDARY = {"b", 1, false}, LONG = {"----WebKitFormBoundary7MA4YWxkTrZu0gW", 37, false};

static struct error err;

static void check_same(const struct form *form, const struct form *again) {
    CHECK(form->count == again->count);
    for (size_t i = 0; i < form->count; i++) {
        const struct form_field *a = &form->fields[i], *b = &again->fields[i];
        CHECK(strcmp(a->name, b->name) == 0 && a->value_length == b->value_length && !b->fault);
        CHECK(a->value_length == 0 || memcmp(a->value, b->value, a->value_length) == 0);
    }
}

static void escape(struct buffer *out, const char *bytes, size_t length) {
    for (size_t i = 0; i < length; i++)
        buffer_append_format(out, "%%%02X", (unsigned)(unsigned char)bytes[i]);
}

static void check_as_fields(const struct form *form, struct arena *arena) {
    struct buffer out;
    struct form again;
    buffer_init(&out);
    for (size_t i = 0; i < form->count; i++) {
        escape(&out, form->fields[i].name, strlen(form->fields[i].name));
        if (form->fields[i].name[0] == '\0' && form->fields[i].value_length == 0)
            goto done; /* of fields it is none */
        buffer_append_char(&out, '=');
        escape(&out, form->fields[i].value, form->fields[i].value_length);
        buffer_append_char(&out, '&');
    }
    CHECK(!out.failed && form_read_fields(out.data, out.length, arena, &again, &err) == CXD_OK);
    check_same(form, &again);
done:
    buffer_free(&out);
}

/* As a browser does. What it cannot tell apart, a quote and "%22" in a name, does not come back. */
static void append_name(struct buffer *out, const char *name) {
    for (; *name != '\0'; name++)
        if (*name == '"' || *name == '\r' || *name == '\n')
            buffer_append_format(out, "%%%02X", (unsigned)*name);
        else if (*name == '\\')
            buffer_append_text(out, "\\\\");
        else
            buffer_append_char(out, *name);
}

static bool can_be_parts(const struct form_field *field) {
    return strlen(field->name) < 1000 && !strcasestr(field->name, "%22") && !strcasestr(field->name, "%0d") &&
           !strcasestr(field->name, "%0a") &&
           !(field->value_length > 0 && memmem(field->value, field->value_length, LONG.start, LONG.length));
}

static void check_as_parts(const struct form *form, struct arena *arena) {
    struct buffer out;
    struct form again;
    buffer_init(&out);
    for (size_t i = 0; i < form->count; i++) {
        if (!can_be_parts(&form->fields[i]))
            goto done;
        buffer_append_format(&out, "--%s\r\nContent-Disposition: form-data; name=\"", LONG.start);
        append_name(&out, form->fields[i].name);
        buffer_append_text(&out, "\"\r\n\r\n");
        buffer_append(&out, form->fields[i].value, form->fields[i].value_length);
        buffer_append_text(&out, "\r\n");
    }
    buffer_append_format(&out, "--%s--\r\n", LONG.start);
    CHECK(!out.failed && form_read_parts(out.data, out.length, &LONG, arena, &again, &err) == CXD_OK);
    check_same(form, &again);
done:
    buffer_free(&out);
}

/* Of what is a number to a question is none left that is a text of one, and nothing else is touched. */
static void check_settled(struct response *response, struct arena *arena) {
    static const struct question QUESTIONS[] = {{.key = "e", .type = QUESTION_SCALE},
                                                {.key = "r", .type = QUESTION_CHOICE}};
    const struct survey survey = {.questions = QUESTIONS, .question_count = CXD_COUNT(QUESTIONS)};
    struct response sent = *response;
    CHECK(response_settle_answers(response, &survey, arena) && response->answer_count == sent.answer_count);
    for (size_t i = 0; i < sent.answer_count; i++) {
        const struct question *question = survey_question(&survey, sent.answers[i].key);
        CHECK(question || sent.answers[i].form == response->answers[i].form);
        CHECK(sent.answers[i].form != ANSWER_NUMBER);
    }
}

static void check_response(struct form *form, struct arena *arena) {
    struct response response;
    enum cxd_err code = response_decode_form(form, arena, &response, &err);
    if (code == CXD_OK)
        CHECK(err.code == CXD_OK && err.member_count == 0);
    if (code == CXD_OK)
        check_settled(&response, arena);
    else
        fuzz_check_error(&err, code, code == ERR_INVALID ? ERR_INVALID : ERR_MALFORMED_JSON);
}

static void check_form(enum cxd_err code, struct form *form, size_t size, struct arena *arena) {
    if (code != CXD_OK) {
        fuzz_check_error(&err, code, ERR_MALFORMED_FORM);
        return;
    }
    size_t bytes = 0;
    CHECK(form->count <= FORM_FIELDS_MAX);
    for (size_t i = 0; i < form->count; i++) {
        CHECK(utf8_count(form->fields[i].name) != SIZE_MAX);
        bytes += strlen(form->fields[i].name) + form->fields[i].value_length;
    }
    CHECK(bytes <= size);
    check_as_fields(form, arena);
    check_as_parts(form, arena);
    check_response(form, arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena;
    struct form form;
    char *bytes = malloc(size); /* of its very size, so that a read past the end is seen */
    CHECK(bytes || size == 0);
    if (size > 0)
        memcpy(bytes, data, size);
    arena_init(&arena);
    enum cxd_err code = form_read_fields(bytes, size, &arena, &form, &err);
    check_form(code, &form, size, &arena);
    code = form_read_parts(bytes, size, &BOUNDARY, &arena, &form, &err);
    check_form(code, &form, size, &arena);
    arena_free(&arena);
    free(bytes);
    return 0;
}
