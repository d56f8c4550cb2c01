/* Between api/ and domain/: the JSON definition of a survey becomes a struct survey, defaults filled in, and is
 * validated; and a survey becomes the canonical definition that the store keeps, and the reply of the API. One table
 * holds every member, for both ways. */
#include "cxd/codec/survey.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "codec/question.h"
#include "codec/read.h"
#include "codec/scoring.h"
#include "codec/texts.h"
#include "cxd/base/clock.h"
#include "cxd/codec/response.h"
#include "cxd/codec/write.h"

enum { POINTER_SIZE = sizeof(((struct error_member *)NULL)->pointer), AMEND_WINDOW_S = 1800 };

struct target {
    struct reading reading;
    struct survey survey;
    bool is_stored; /* what was taken once is never refused for a rule of later */
};

/* `value` is NULL where the member is not given. */
typedef void read_member_fn(struct target *target, const json_t *value, const char *pointer);
typedef void write_member_fn(struct buffer *out, const struct survey *survey);

/* --- Members that are objects and arrays ----------------------------------------------------------------------------
 */

static void read_slug(struct target *target, const json_t *value, const char *pointer) {
    if (value && (!json_is_string(value) || strcmp(json_string_value(value), target->survey.slug) != 0))
        error_add_member(target->reading.err, pointer, "must be the path's, \"%s\", or left out", target->survey.slug);
}

static void write_slug(struct buffer *out, const struct survey *survey) {
    write_text(out, "slug", survey->slug);
}

static void read_scale(struct target *target, const json_t *value, const char *pointer) {
    scoring_read_scale(&target->reading, value, pointer, &target->survey);
}

static void read_bands(struct target *target, const json_t *value, const char *pointer) {
    scoring_read_bands(&target->reading, value, pointer, &target->survey);
}

static void read_texts(struct target *target, const json_t *value, const char *pointer) {
    texts_read(&target->reading, value, pointer, &target->survey);
}

static void read_questions(struct target *target, const json_t *value, const char *pointer) {
    questions_read(&target->reading, value, pointer, &target->survey);
}

/* Reads an array of strings; NULL where it is not given, is empty, or could not be read as a whole. */
static const char **read_strings(struct target *target, const json_t *value, const char *pointer, size_t *ret_count) {
    if (!value || !read_is_array(&target->reading, value, pointer) || json_array_size(value) == 0)
        return NULL;
    size_t count = json_array_size(value);
    const char **strings = arena_alloc_zero(target->reading.arena, count, sizeof *strings);
    bool whole = true;
    if (!strings) {
        target->reading.refused = true;
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        char at[POINTER_SIZE];
        snprintf(at, sizeof at, "%s/%zu", pointer, i);
        whole &= read_text(&target->reading, json_array_get(value, i), at, &strings[i]);
    }
    *ret_count = count;
    return whole ? strings : NULL;
}

static void read_properties(struct target *target, const json_t *value, const char *pointer) {
    size_t count;
    const char **keys = read_strings(target, value, pointer, &count);
    if (!keys)
        return;
    struct survey_property *properties = arena_alloc_zero(target->reading.arena, count, sizeof *properties);
    if (!properties) {
        target->reading.refused = true;
        return;
    }
    for (size_t i = 0; i < count; i++)
        properties[i].key = keys[i];
    target->survey.properties = properties;
    target->survey.property_count = count;
}

static void write_properties(struct buffer *out, const struct survey *survey) {
    write_open(out, "properties", '[');
    for (size_t i = 0; i < survey->property_count; i++)
        write_text(out, NULL, survey->properties[i].key);
    buffer_append_char(out, ']');
}

static void read_origins(struct target *target, const json_t *value, const char *pointer) {
    size_t count;
    const char **origins = read_strings(target, value, pointer, &count);
    if (!origins)
        return;
    target->survey.origins = origins;
    target->survey.origin_count = count;
}

static void write_origins(struct buffer *out, const struct survey *survey) {
    write_open(out, "allowed_origins", '[');
    for (size_t i = 0; i < survey->origin_count; i++)
        write_text(out, NULL, survey->origins[i]);
    buffer_append_char(out, ']');
}

/* The default is not kept, so that a definition from before there was a choice is the same one. */
static void read_honeypot(struct target *target, const json_t *value, const char *pointer) {
    const char *name = NULL;
    if (!value || !read_text(&target->reading, value, pointer, &name))
        return;
    bool is_taken = response_has_member(name);
    if (is_taken && !target->is_stored)
        error_add_member(target->reading.err, pointer,
                         "has a meaning in every survey's responses: choose another name");
    if (!is_taken && strcmp(name, SURVEY_HONEYPOT) != 0)
        target->survey.honeypot = name;
}

static void write_honeypot(struct buffer *out, const struct survey *survey) {
    write_given(out, "honeypot", survey->honeypot);
}

static void read_honeypot_before(struct target *target, const json_t *value, const char *pointer) {
    if (value)
        (void)read_text(&target->reading, value, pointer, &target->survey.honeypot_before);
}

static void write_honeypot_before(struct buffer *out, const struct survey *survey) {
    write_given(out, "honeypot_before", survey->honeypot_before);
}

static void read_touchpoints(struct target *target, const json_t *value, const char *pointer) {
    size_t count = json_object_size(value);
    struct survey_recontact *recontacts = arena_alloc_zero(target->reading.arena, count + 1, sizeof *recontacts);
    size_t filled = 0;
    const char *touchpoint;
    json_t *member;
    if (!recontacts) {
        target->reading.refused = true;
        return;
    }
    json_object_foreach((json_t *)value, touchpoint, member) {
        char at[POINTER_SIZE];
        if (read_says_nothing(member))
            continue;
        snprintf(at, sizeof at, "%s", pointer);
        error_pointer_append(at, sizeof at, touchpoint);
        recontacts[filled].touchpoint = arena_strdup(target->reading.arena, touchpoint);
        target->reading.refused = target->reading.refused || !recontacts[filled].touchpoint;
        if (target->reading.refused)
            return;
        if (read_whole(&target->reading, member, at, &recontacts[filled].days))
            filled++;
    }
    target->survey.recontacts = recontacts;
    target->survey.recontact_count = filled;
}

/* A number, or {"default": 90, "touchpoints": {"support": 7}}. */
static void read_recontact_days(struct target *target, const json_t *value, const char *pointer) {
    static const char *const NAMES[] = {"default", "touchpoints"};
    static const struct words names = WORDS(NAMES);
    char at[POINTER_SIZE];
    if (!value)
        return;
    if (!json_is_object(value)) {
        (void)read_whole(&target->reading, value, pointer, &target->survey.recontact_days);
        return;
    }
    read_refuse_unknown(&target->reading, value, pointer, &names, "is no member; it has default and touchpoints");
    const json_t *usual = read_optional(value, "default"), *touchpoints = read_optional(value, "touchpoints");
    snprintf(at, sizeof at, "%.64s/default", pointer);
    if (usual)
        (void)read_whole(&target->reading, usual, at, &target->survey.recontact_days);
    snprintf(at, sizeof at, "%.64s/touchpoints", pointer);
    if (touchpoints && read_is_object(&target->reading, touchpoints, at))
        read_touchpoints(target, touchpoints, at);
}

/* By touchpoint, in the order of bytes, as texts are. */
static void write_recontact_days(struct buffer *out, const struct survey *survey) {
    const struct survey_recontact *last = NULL;
    if (survey->recontact_count == 0) {
        write_int(out, "recontact_days", survey->recontact_days);
        return;
    }
    write_open(out, "recontact_days", '{');
    write_int(out, "default", survey->recontact_days);
    write_open(out, "touchpoints", '{');
    for (size_t written = 0; written < survey->recontact_count; written++) {
        const struct survey_recontact *next = NULL;
        for (size_t i = 0; i < survey->recontact_count; i++) {
            const struct survey_recontact *one = &survey->recontacts[i];
            if ((!last || strcmp(one->touchpoint, last->touchpoint) > 0) &&
                (!next || strcmp(one->touchpoint, next->touchpoint) < 0))
                next = one;
        }
        if (!next)
            break;
        write_text(out, NULL, next->touchpoint);
        buffer_append_format(out, ":%lld", (long long)next->days);
        last = next;
    }
    buffer_append_text(out, "}}");
}

static void read_archived(struct target *target, const json_t *value, const char *pointer) {
    if (!value)
        return;
    if (!json_is_boolean(value))
        error_add_member(target->reading.err, pointer, "must be true or false");
    else
        target->survey.archival = json_is_true(value) ? ARCHIVAL_ARCHIVED : ARCHIVAL_OPEN;
}

static void write_archived(struct buffer *out, const struct survey *survey) {
    write_bool(out, "archived", survey->archived_at != 0);
}

static bool has_usual_score(const struct survey *survey) {
    return survey->score_rule == SCORE_REQUIRED;
}

static bool has_no_questions(const struct survey *survey) {
    return survey->question_count == 0;
}

/* --- The table ------------------------------------------------------------------------------------------------------
 */

enum kind { KIND_TEXT, KIND_WHOLE, KIND_DURATION, KIND_TIME, KIND_END, KIND_WORD, KIND_OWN };

/* Metric before scale (whose reader fills the defaults) before method and direction before bands. Replies have the
 * members in this order. */
static const struct survey_member {
    const char *name;
    enum kind kind;
    size_t offset;
    const struct words *words;
    read_member_fn *read;
    write_member_fn *write;
    bool is_required;
    bool is_kept; /* by the server: no part of a definition; passed over where a reply is put back, unless read */
    bool (*is_unsaid)(const struct survey *survey); /* then a definition from before there was a choice is the same */
    bool is_own; /* of the definition that is stored alone: in no request, and no reply */
} MEMBERS[] = {
#define AT(member) offsetof(struct survey, member)
    {.name = "slug", .kind = KIND_OWN, .read = read_slug, .write = write_slug, .is_kept = true},
    {.name = "name", .kind = KIND_TEXT, .offset = AT(name)},
    {.name = "metric", .kind = KIND_WORD, .offset = AT(metric), .words = &SURVEY_METRICS, .is_required = true},
    {.name = "scale", .kind = KIND_OWN, .read = read_scale, .write = scale_encode},
    {.name = "method", .kind = KIND_WORD, .offset = AT(method), .words = &SURVEY_METHODS},
    {.name = "direction", .kind = KIND_WORD, .offset = AT(direction), .words = &SURVEY_DIRECTIONS},
    {.name = "bands", .kind = KIND_OWN, .read = read_bands, .write = scoring_write_bands},
    {.name = "score",
     .kind = KIND_WORD,
     .offset = AT(score_rule),
     .words = &SURVEY_SCORE_RULES,
     .is_unsaid = has_usual_score},
    {.name = "texts", .kind = KIND_OWN, .read = read_texts, .write = texts_write},
    {.name = "questions",
     .kind = KIND_OWN,
     .read = read_questions,
     .write = questions_write,
     .is_unsaid = has_no_questions},
    {.name = "properties", .kind = KIND_OWN, .read = read_properties, .write = write_properties},
    {.name = "allowed_origins", .kind = KIND_OWN, .read = read_origins, .write = write_origins},
    {.name = "opens_at", .kind = KIND_TIME, .offset = AT(opens_at)},
    {.name = "closes_at", .kind = KIND_TIME, .offset = AT(closes_at)},
    {.name = "amend_window", .kind = KIND_DURATION, .offset = AT(amend_window_s)},
    {.name = "max_backdate", .kind = KIND_DURATION, .offset = AT(max_backdate_s)},
    {.name = "min_n", .kind = KIND_WHOLE, .offset = AT(min_n)},
    {.name = "access", .kind = KIND_WORD, .offset = AT(access), .words = &SURVEY_ACCESSES},
    {.name = "recontact_days", .kind = KIND_OWN, .read = read_recontact_days, .write = write_recontact_days},
    {.name = "recontact", .kind = KIND_WORD, .offset = AT(recontact), .words = &SURVEY_RECONTACTS},
    {.name = "min_seconds", .kind = KIND_WHOLE, .offset = AT(min_seconds)},
    {.name = "honeypot", .kind = KIND_OWN, .read = read_honeypot, .write = write_honeypot},
    {.name = "honeypot_before",
     .kind = KIND_OWN,
     .read = read_honeypot_before,
     .write = write_honeypot_before,
     .is_own = true},
    {.name = "retention_days", .kind = KIND_WHOLE, .offset = AT(retention_days)},
    {.name = "retention", .kind = KIND_WORD, .offset = AT(retention), .words = &SURVEY_RETENTIONS},
    {.name = "archived", .kind = KIND_OWN, .read = read_archived, .write = write_archived, .is_kept = true},
    {.name = "revision", .kind = KIND_WHOLE, .offset = AT(revision), .is_kept = true},
    {.name = "created_at", .kind = KIND_TIME, .offset = AT(created_at), .is_kept = true},
    {.name = "updated_at", .kind = KIND_TIME, .offset = AT(updated_at), .is_kept = true},
    {.name = "archived_at", .kind = KIND_END, .offset = AT(archived_at), .is_kept = true},
#undef AT
};

_Static_assert(sizeof(enum metric) == sizeof(int), "a word's index is written as an int");

static void read_one(struct target *target, const json_t *value, const struct survey_member *member) {
    struct reading *reading = &target->reading;
    void *field = (char *)&target->survey + member->offset;
    char pointer[POINTER_SIZE];
    snprintf(pointer, sizeof pointer, "/%s", member->name);
    if (member->read)
        member->read(target, value, pointer);
    else if (!value && member->is_required)
        error_add_member(reading->err, pointer, "is required");
    else if (!value || member->is_kept)
        return;
    else if (member->kind == KIND_TEXT)
        (void)read_text(reading, value, pointer, field);
    else if (member->kind == KIND_WORD)
        (void)read_word(reading, value, pointer, member->words, field);
    else if (member->kind == KIND_WHOLE)
        (void)read_whole(reading, value, pointer, field);
    else if (member->kind == KIND_DURATION)
        (void)read_duration(reading, value, pointer, field);
    else
        (void)read_time(reading, value, pointer, field);
}

static void write_one(struct buffer *out, const struct survey *survey, const struct survey_member *member) {
    const void *field = (const char *)survey + member->offset;
    switch (member->kind) {
    case KIND_TEXT:
        write_text(out, member->name, *(const char *const *)field);
        break;
    case KIND_WHOLE:
    case KIND_DURATION:
        write_int(out, member->name, *(const int64_t *)field);
        break;
    case KIND_TIME:
        write_time(out, member->name, *(const int64_t *)field);
        break;
    case KIND_END:
        write_time_or_null(out, member->name, *(const int64_t *)field);
        break;
    case KIND_WORD:
        write_text(out, member->name, member->words->list[*(const int *)field]);
        break;
    case KIND_OWN:
        member->write(out, survey);
    }
}

static void read_definition(struct target *target, const json_t *root) {
    const char *names[CXD_COUNT(MEMBERS)];
    const char *offered[CXD_COUNT(MEMBERS)];
    char detail[sizeof target->reading.err->members[0].detail] = "is no member; it has ";
    size_t length = strlen(detail);
    int count = 0, offered_count = 0;
    for (size_t i = 0; i < CXD_COUNT(MEMBERS); i++) {
        if (MEMBERS[i].is_own && !target->is_stored)
            continue;
        names[count++] = MEMBERS[i].name;
        read_one(target, read_optional(root, MEMBERS[i].name), &MEMBERS[i]);
        if (!MEMBERS[i].is_kept)
            offered[offered_count++] = MEMBERS[i].name;
    }
    const struct words words = {names, count}, shown = {offered, offered_count};
    words_list(&shown, detail + length, sizeof detail - length);
    read_refuse_unknown(&target->reading, root, "", &words, detail);
}

static enum cxd_err decode(const char *bytes, size_t length, size_t depth, const char *slug, int64_t default_backdate_s,
                           bool is_stored, struct arena *arena, struct survey *ret_survey, struct error *err) {
    struct document doc;
    struct target target = {
        .reading = {.arena = arena, .err = err},
        .is_stored = is_stored,
        .survey = {.opens_at = TIME_MIN,
                   .closes_at = TIME_MAX,
                   .amend_window_s = AMEND_WINDOW_S,
                   .max_backdate_s = default_backdate_s},
    };
    if (strlen(slug) < SLUG_SIZE) /* else it stays empty, which survey_validate refuses as well */
        memcpy(target.survey.slug, slug, strlen(slug) + 1);
    document_init(&doc);
    enum cxd_err code = document_read(&doc, bytes, 0, length, depth, err);
    if (code == CXD_OK) {
        error_clear(err);
        if (read_is_object(&target.reading, doc.root, ""))
            read_definition(&target, doc.root);
        code = reading_end(&target.reading);
        if (code != ERR_NO_MEMORY)
            code = survey_validate(&target.survey, err);
    }
    document_close(&doc);
    if (code == CXD_OK)
        *ret_survey = target.survey;
    return code;
}

enum cxd_err survey_decode(const char *bytes, size_t length, size_t depth, const char *slug, int64_t default_backdate_s,
                           struct arena *arena, struct survey *ret_survey, struct error *err) {
    return decode(bytes, length, depth, slug, default_backdate_s, false, arena, ret_survey, err);
}

enum cxd_err survey_decode_stored(const char *definition, size_t depth, const char *slug, struct arena *arena,
                                  struct survey *ret_survey, struct error *err) {
    return decode(definition, strlen(definition), depth, slug, 0, true, arena, ret_survey, err);
}

/* The definition has what is its own, and leaves unsaid what may be; replies have what is kept. */
static void encode(struct buffer *out, const struct survey *survey, bool has_kept, bool has_own) {
    write_open(out, NULL, '{');
    for (size_t i = 0; i < CXD_COUNT(MEMBERS); i++)
        if ((has_kept || !MEMBERS[i].is_kept) && (has_own || !MEMBERS[i].is_own) &&
            !(has_own && MEMBERS[i].is_unsaid && MEMBERS[i].is_unsaid(survey)))
            write_one(out, survey, &MEMBERS[i]);
    buffer_append_char(out, '}');
}

void survey_encode_definition(struct buffer *out, const struct survey *survey) {
    encode(out, survey, false, true);
}

void survey_encode_request(struct buffer *out, const struct survey *survey) {
    encode(out, survey, false, false);
}

void survey_encode(struct buffer *out, const struct survey *survey) {
    struct survey shown = *survey;
    shown.honeypot = survey_honeypot(survey);
    encode(out, &shown, true, false);
}
