/* On the write path between api/ and domain/: the body of a response becomes a struct response, each of
 * its strings copied once into the request's arena; and a stored response becomes JSON again. This runs
 * for every request, so members are walked once, in the order of the text, and looked up in a table. */
#include "cxd/codec/response.h"

#include <limits.h>
#include <string.h>

#include "codec/read.h"
#include "cxd/base/clock.h"
#include "cxd/base/utf8.h"
#include "cxd/codec/answers.h"
#include "cxd/codec/form.h"
#include "cxd/codec/write.h"

/* Of members that are not known, as many as the list of faults needs to be right where there are few: with one beside
 * the honeypot it is refused already. */
enum { POINTER_SIZE = sizeof(((struct error_member *)NULL)->pointer), STRAYS_MAX = 4 };

struct target {
    struct reading reading;
    struct response response;
    const char **ret_slug; /* NULL: `survey` is no member */
    unsigned way;          /* of enum way: how it comes */
    bool has_survey;
    size_t stray_count;
};

typedef void read_member_fn(struct target *target, const json_t *value, const char *pointer, size_t offset);

static void read_score(struct target *target, const json_t *value, const char *pointer, size_t offset CXD_UNUSED) {
    int64_t score;
    const char *quoted = read_quoted_number(value);
    if (quoted) {
        error_add_member(target->reading.err, pointer,
                         "must be a whole number: send the number %s, without quotes; a form may send text", quoted);
        return;
    }
    if (!read_whole(&target->reading, value, pointer, &score))
        return;
    target->response.has_score = true;
    target->response.score = score > INT_MAX ? INT_MAX : score < INT_MIN ? INT_MIN : (int)score;
}

static void read_string(struct target *target, const json_t *value, const char *pointer, size_t offset) {
    const char *text;
    if (read_text(&target->reading, value, pointer, &text))
        memcpy((char *)&target->response + offset, &text, sizeof text);
}

static void read_comment(struct target *target, const json_t *value, const char *pointer, size_t offset CXD_UNUSED) {
    (void)read_free_text(&target->reading, value, pointer, &target->response.comment);
}

static void read_respondent(struct target *target, const json_t *value, const char *pointer, size_t offset) {
    read_string(target, value, pointer, offset);
    target->response.sent.respondent = target->response.respondent;
    (void)read_form(&target->reading, &target->response.respondent);
}

static void read_id(struct target *target, const json_t *value, const char *pointer, size_t offset CXD_UNUSED) {
    target->response.has_id =
        json_is_string(value) && id_parse(json_string_value(value), json_string_length(value), &target->response.id);
    if (!target->response.has_id)
        error_add_member(target->reading.err, pointer, "must be a UUID (and not the nil or the max UUID)");
}

static void read_answered_at(struct target *target, const json_t *value, const char *pointer,
                             size_t offset CXD_UNUSED) {
    target->response.has_answered_at = read_time(&target->reading, value, pointer, &target->response.answered_at);
}

static void read_sequence(struct target *target, const json_t *value, const char *pointer, size_t offset CXD_UNUSED) {
    target->response.has_sequence = read_whole(&target->reading, value, pointer, &target->response.sequence);
}

static void read_survey(struct target *target, const json_t *value, const char *pointer, size_t offset CXD_UNUSED) {
    target->has_survey = true;
    if (!json_is_string(value) || !slug_valid(json_string_value(value)))
        error_add_member(target->reading.err, pointer, "must be the slug of a survey");
    else
        (void)read_text(&target->reading, value, pointer, target->ret_slug);
}

static void read_properties(struct target *target, const json_t *value, const char *pointer, size_t offset CXD_UNUSED) {
    read_property_list(&target->reading, value, pointer, &target->response.properties,
                       &target->response.property_count);
}

static void read_answer_list(struct target *target, const json_t *value, const char *pointer,
                             size_t offset CXD_UNUSED) {
    read_answers(&target->reading, value, pointer, target->way == IMPORT, &target->response);
}

static void read_flags(struct target *target, const json_t *value, const char *pointer, size_t offset CXD_UNUSED) {
    if (!read_is_array(&target->reading, value, pointer))
        return;
    for (size_t i = 0; i < json_array_size(value); i++) {
        const char *name = json_string_value(json_array_get(value, i));
        enum flag flag;
        if (name && flag_parse(name, &flag))
            target->response.flags |= flag;
        else
            error_add_member(target->reading.err, pointer, "must be names of reasons, as a list of responses has them");
    }
}

/* Of its form; one that no survey has is told once the survey is known. */
static void read_revision(struct target *target, const json_t *value, const char *pointer, size_t offset CXD_UNUSED) {
    int64_t revision;
    if (read_whole(&target->reading, value, pointer, &revision))
        target->response.sent.revision = revision < 1 ? -1 : revision;
}

static void read_answered_revision(struct target *target, const json_t *value, const char *pointer,
                                   size_t offset CXD_UNUSED) {
    if (read_whole(&target->reading, value, pointer, &target->response.revision) && target->response.revision < 1)
        error_add_member(target->reading.err, pointer, "must not be less than 1");
}

static void read_moment(struct target *target, const json_t *value, const char *pointer, size_t offset) {
    int64_t at;
    if (read_time(&target->reading, value, pointer, &at))
        memcpy((char *)&target->response + offset, &at, sizeof at);
}

static void read_excluded(struct target *target, const json_t *value, const char *pointer, size_t offset CXD_UNUSED) {
    if (json_is_boolean(value))
        target->response.excluded = json_is_true(value);
    else
        error_add_member(target->reading.err, pointer, "must be true or false");
}

/* What changes here changes in the table of response_flat.c too. */
static const struct response_member {
    const char *name;
    size_t length;
    read_member_fn *read;
    size_t offset;
    unsigned ways; /* in which it is one */
} MEMBERS[] = {
    {"score", 5, read_score, 0, ANY},
    {"comment", 7, read_comment, 0, ANY},
    {"respondent", 10, read_respondent, offsetof(struct response, respondent), ANY},
    {"touchpoint", 10, read_string, offsetof(struct response, touchpoint), ANY},
    {"channel", 7, read_string, offsetof(struct response, channel), ANY},
    {"locale", 6, read_string, offsetof(struct response, locale), ANY},
    {"properties", 10, read_properties, 0, ANY},
    {"answers", 7, read_answer_list, 0, ANY},
    {"answered_at", 11, read_answered_at, 0, ANY},
    {"sequence", 8, read_sequence, 0, ANY},
    {"id", 2, read_id, 0, ANY},
    {"visit", 5, read_string, offsetof(struct response, visit), ANY},
    {"invitation", 10, read_string, offsetof(struct response, sent.invitation), CLIENTS},
    {"nonce", 5, read_string, offsetof(struct response, sent.nonce), CLIENTS},
    {"survey", 6, read_survey, 0, BATCH},
    {"received_at", 11, read_moment, offsetof(struct response, received_at), IMPORT},
    {"updated_at", 10, read_moment, offsetof(struct response, updated_at), IMPORT},
    {"revision", 8, read_revision, 0, CLIENTS},
    {"revision", 8, read_answered_revision, 0, IMPORT},
    {"flags", 5, read_flags, 0, IMPORT},
    {"excluded", 8, read_excluded, 0, IMPORT},
    {"excluded_reason", 15, read_string, offsetof(struct response, excluded_reason), IMPORT},
};

static const struct response_member *find_member(const char *name, size_t length, unsigned ways) {
    for (size_t i = 0; i < CXD_COUNT(MEMBERS); i++)
        if ((MEMBERS[i].ways & ways) != 0 && MEMBERS[i].length == length && memcmp(MEMBERS[i].name, name, length) == 0)
            return &MEMBERS[i];
    return NULL;
}

bool response_has_member(const char *name) {
    return find_member(name, strlen(name), CLIENTS) || strcmp(name, FORM_CHARSET) == 0 ||
           strncmp(name, FORM_ANSWER, strlen(FORM_ANSWER)) == 0;
}

static void refuse_stray(struct target *target, const char *pointer, const char *name) {
    const char *names[CXD_COUNT(MEMBERS)];
    struct words words = {names, 0};
    for (size_t i = 0; i < CXD_COUNT(MEMBERS); i++)
        if ((MEMBERS[i].ways & target->way) != 0)
            names[words.count++] = MEMBERS[i].name;
    read_unknown(target->reading.err, pointer, name, &words,
                 "is not a member of a response; free data goes under properties");
}

/* A member that no response has. It may be the survey's honeypot, or the one of a form before, which are not known
 * here; those that every survey had are never refused. */
static void read_stray(struct target *target, const char *name, const json_t *value) {
    char pointer[POINTER_SIZE] = "";
    bool is_blank = json_is_string(value) && utf8_all_blank(json_string_value(value));
    if (!survey_had_honeypot(name)) {
        target->stray_count++;
        error_pointer_append(pointer, sizeof pointer, name);
        refuse_stray(target, pointer, name);
    }
    if (target->stray_count > STRAYS_MAX)
        return;
    struct stray *stray = arena_alloc(target->reading.arena, sizeof *stray);
    char *copy = arena_strdup(target->reading.arena, name);
    if (!stray || !copy) {
        target->reading.refused = true;
        return;
    }
    *stray =
        (struct stray){target->response.sent.strays, copy, !is_blank && !json_is_null(value) && !json_is_false(value)};
    target->response.sent.strays = stray;
}

static void read_members(struct target *target, json_t *root) {
    const char *name;
    size_t length;
    json_t *value;
    json_object_keylen_foreach(root, name, length, value) {
        const struct response_member *member = find_member(name, length, target->way);
        if (!member) {
            read_stray(target, name, value);
            continue;
        }
        if (read_says_nothing(value))
            continue;
        char pointer[POINTER_SIZE] = "/";
        memcpy(pointer + 1, name, length + 1);
        member->read(target, value, pointer, member->offset);
    }
    if (target->ret_slug && !target->has_survey)
        error_add_member(target->reading.err, "/survey", "is required");
}

static enum cxd_err read_response(const json_t *root, enum way way, struct arena *arena, const char **ret_slug,
                                  struct response *ret_response, struct error *err) {
    struct target target = {
        .reading = {.arena = arena, .err = err},
        .ret_slug = ret_slug,
        .way = way,
    };
    error_clear(err);
    target.reading.adjusted = &target.response;
    if (read_is_object(&target.reading, root, ""))
        read_members(&target, (json_t *)root);
    if (way == IMPORT && target.response.revision == 0)
        answers_drop_erased(&target.response);
    enum cxd_err code = reading_end(&target.reading);
    if (code == CXD_OK || code == ERR_INVALID)
        *ret_response = target.response;
    return code;
}

enum cxd_err response_read(const json_t *root, struct arena *arena, const char **ret_slug,
                           struct response *ret_response, struct error *err) {
    return read_response(root, ret_slug ? BATCH : ALONE, arena, ret_slug, ret_response, err);
}

enum cxd_err response_read_imported(const json_t *root, struct arena *arena, struct response *ret_response,
                                    struct error *err) {
    return read_response(root, IMPORT, arena, NULL, ret_response, err);
}

enum cxd_err response_decode(const char *bytes, size_t length, size_t depth, struct arena *arena,
                             struct response *ret_response, struct error *err) {
    struct document doc;
    if (response_read_flat(bytes, length, depth, arena, NULL, ret_response)) {
        error_clear(err);
        return CXD_OK;
    }
    document_init(&doc);
    enum cxd_err code = document_read(&doc, bytes, 0, length, depth, err);
    if (code == CXD_OK)
        code = response_read(doc.root, arena, NULL, ret_response, err);
    document_close(&doc);
    return code;
}

void response_encode_adjusted(struct buffer *out, const struct response *response) {
    if (!response->sent.adjusted)
        return;
    write_open(out, "adjusted", '[');
    for (const struct adjustment *one = response->sent.adjusted; one; one = one->next) {
        write_open(out, NULL, '{');
        write_text(out, "pointer", one->pointer);
        write_text(out, "detail", one->detail);
        buffer_append_char(out, '}');
    }
    buffer_append_char(out, ']');
}

void response_encode_refused(struct buffer *out, const struct response *response) {
    const struct answer_refusal *refused[ANSWERS_REFUSED_MAX];
    size_t count = 0;
    for (const struct answer_refusal *one = response->sent.left_out; one && count < ANSWERS_REFUSED_MAX;
         one = one->next)
        refused[count++] = one;
    if (count == 0)
        return;
    write_open(out, "answers_refused", '[');
    for (; count > 0; count--) {
        write_open(out, NULL, '{');
        write_text(out, "key", refused[count - 1]->key);
        write_text(out, "detail", refused[count - 1]->detail);
        buffer_append_char(out, '}');
    }
    buffer_append_char(out, ']');
}

static void encode_members(struct buffer *out, const struct response *response, const char *survey_slug) {
    write_open(out, NULL, '{');
    write_id(out, "id", &response->id);
    write_text(out, "survey", survey_slug);
    write_int(out, "revision", response->revision);
    write_known(out, "score", response->score, response->has_score);
    write_given(out, "comment", response->comment);
    write_given(out, "respondent", response->respondent);
    write_given(out, "touchpoint", response->touchpoint);
    write_given(out, "channel", response->channel);
    write_given(out, "locale", response->locale);
    write_given(out, "visit", response->visit);
    for (size_t i = 0; i < response->property_count; i++) {
        if (i == 0)
            write_open(out, "properties", '{');
        write_text(out, NULL, response->properties[i].key);
        buffer_append_char(out, ':');
        buffer_append_json(out, response->properties[i].value);
    }
    if (response->property_count > 0)
        buffer_append_char(out, '}');
    answers_encode(out, response->answers, response->answer_count);
    if (response->has_sequence)
        write_int(out, "sequence", response->sequence);
    write_time(out, "answered_at", response->answered_at);
    write_time(out, "received_at", response->received_at);
    if (response->flags != 0) {
        write_open(out, "flags", '[');
        for (int i = 0; i < FLAG_COUNT; i++)
            if (response->flags & 1U << i)
                write_text(out, NULL, flag_name(i));
        buffer_append_char(out, ']');
    }
    if (response->excluded) {
        write_bool(out, "excluded", true);
        write_given(out, "excluded_reason", response->excluded_reason);
    }
    response_encode_adjusted(out, response);
    response_encode_refused(out, response);
}

void response_encode(struct buffer *out, const struct response *response, const char *survey_slug) {
    encode_members(out, response, survey_slug);
    buffer_append_char(out, '}');
}

void response_encode_found(struct buffer *out, const struct response *response, const char *survey_slug,
                           const char *key, const struct snippet_part *parts, size_t count) {
    encode_members(out, response, survey_slug);
    if (parts)
        write_open(out, "snippet", '[');
    for (size_t i = 0; parts && i < count; i++) {
        write_open(out, NULL, '{');
        write_text(out, "text", parts[i].text);
        if (parts[i].is_match)
            write_bool(out, "match", true);
        buffer_append_char(out, '}');
    }
    if (parts) {
        buffer_append_char(out, ']');
        write_given(out, "snippet_question", key);
    }
    buffer_append_char(out, '}');
}
