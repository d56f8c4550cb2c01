/* Between api/ and domain/: the JSON definition of a survey becomes a struct survey, defaults filled in, and is
 * validated; and a survey becomes the canonical definition that the store keeps, the reply of the API, and the form
 * that a widget draws. One table holds every member, for both ways. */
#include "cxd/codec/survey.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "codec/read.h"
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

/* A whole number that must fit into an int, as well as it does: validation refuses what is too large. False where it
 * is none, or `is_required` and not there. */
static bool read_int(struct target *target, const json_t *object, const char *name, const char *parent,
                     bool is_required, int *ret) {
    const json_t *value = read_optional(object, name);
    char pointer[POINTER_SIZE];
    int64_t number;
    snprintf(pointer, sizeof pointer, "%s/%s", parent, name);
    if (!value) {
        if (is_required)
            error_add_member(target->reading.err, pointer, "is required");
        return false;
    }
    if (!read_whole(&target->reading, value, pointer, &number))
        return false;
    *ret = number > INT_MAX ? INT_MAX : number < INT_MIN ? INT_MIN : (int)number;
    return true;
}

static void read_slug(struct target *target, const json_t *value, const char *pointer) {
    if (value && (!json_is_string(value) || strcmp(json_string_value(value), target->survey.slug) != 0))
        error_add_member(target->reading.err, pointer, "must be the path's, \"%s\", or left out", target->survey.slug);
}

static void write_slug(struct buffer *out, const struct survey *survey) {
    write_text(out, "slug", survey->slug);
}

static void read_scale(struct target *target, const json_t *value, const char *pointer) {
    static const char *const NAMES[] = {"min", "max"};
    static const struct words names = WORDS(NAMES);
    struct survey *survey = &target->survey;
    bool given = value && read_is_object(&target->reading, value, pointer);
    if (given) {
        read_refuse_unknown(&target->reading, value, pointer, &names, "is no member; it has min and max");
        given &= read_int(target, value, "min", pointer, true, &survey->scale_min);
        given &= read_int(target, value, "max", pointer, true, &survey->scale_max);
    }
    survey_set_defaults(survey, given);
}

void scale_encode(struct buffer *out, const struct survey *survey) {
    write_open(out, "scale", '{');
    write_int(out, "min", survey->scale_min);
    write_int(out, "max", survey->scale_max);
    buffer_append_char(out, '}');
}

static void read_bands(struct target *target, const json_t *value, const char *pointer) {
    static const char *const NAMES[] = {"satisfied_from", "dissatisfied_to"};
    static const struct words names = WORDS(NAMES);
    struct survey *survey = &target->survey;
    bool is_usual = survey_default_bands(survey, &survey->favourable, &survey->unfavourable);
    if (!value && !is_usual)
        error_add_member(target->reading.err, pointer,
                         "is required, with satisfied_from and dissatisfied_to: no bands are usual for %s %d to %d",
                         metric_name(survey->metric), survey->scale_min, survey->scale_max);
    if (!value || !read_is_object(&target->reading, value, pointer))
        return;
    read_refuse_unknown(&target->reading, value, pointer, &names,
                        "is no member; it has satisfied_from and dissatisfied_to");
    (void)read_int(target, value, "satisfied_from", pointer, !is_usual, &survey->favourable);
    (void)read_int(target, value, "dissatisfied_to", pointer, !is_usual, &survey->unfavourable);
}

static void write_bands(struct buffer *out, const struct survey *survey) {
    write_open(out, "bands", '{');
    write_int(out, "satisfied_from", survey->favourable);
    write_int(out, "dissatisfied_to", survey->unfavourable);
    buffer_append_char(out, '}');
}

/* What is said in one locale. */
static const char *const TEXT_NAMES[] = {"question", "low_label", "high_label", "comment_prompt", "thanks"};
static const size_t TEXT_OFFSETS[] = {offsetof(struct survey_text, question), offsetof(struct survey_text, low_label),
                                      offsetof(struct survey_text, high_label),
                                      offsetof(struct survey_text, comment_prompt),
                                      offsetof(struct survey_text, thanks)};

static void read_locale(struct target *target, const json_t *value, const char *pointer, struct survey_text *text) {
    static const struct words names = WORDS(TEXT_NAMES);
    if (!read_is_object(&target->reading, value, pointer))
        return;
    read_refuse_unknown(&target->reading, value, pointer, &names,
                        "is no member; it has question, low_label, high_label, comment_prompt and thanks");
    for (size_t i = 0; i < CXD_COUNT(TEXT_NAMES); i++) {
        const json_t *member = read_optional(value, TEXT_NAMES[i]);
        if (!member)
            continue;
        char at[POINTER_SIZE];
        snprintf(at, sizeof at, "%s", pointer);
        error_pointer_append(at, sizeof at, TEXT_NAMES[i]);
        (void)read_text(&target->reading, member, at, (const char **)(void *)((char *)text + TEXT_OFFSETS[i]));
    }
}

static void read_texts(struct target *target, const json_t *value, const char *pointer) {
    if (!value || !read_is_object(&target->reading, value, pointer) || json_object_size(value) == 0)
        return;
    size_t count = json_object_size(value);
    struct survey_text *texts = arena_alloc_zero(target->reading.arena, count, sizeof *texts);
    size_t filled = 0;
    const char *locale;
    json_t *member;
    if (!texts) {
        target->reading.refused = true;
        return;
    }
    json_object_foreach((json_t *)value, locale, member) {
        char at[POINTER_SIZE];
        if (read_says_nothing(member))
            continue;
        snprintf(at, sizeof at, "%s", pointer);
        error_pointer_append(at, sizeof at, locale);
        texts[filled].locale = arena_strdup(target->reading.arena, locale);
        if (!texts[filled].locale) {
            target->reading.refused = true;
            return;
        }
        read_locale(target, member, at, &texts[filled]);
        filled++;
    }
    target->survey.texts = texts;
    target->survey.text_count = filled;
}

/* Texts in the byte order of their locales, whatever order they are kept in: equal definitions give equal
 * bytes. The next in order is searched for each time; there are few. */
static void write_texts(struct buffer *out, const struct survey *survey) {
    const char *last = NULL;
    write_open(out, "texts", '{');
    for (size_t written = 0; written < survey->text_count; written++) {
        const struct survey_text *next = NULL;
        for (size_t i = 0; i < survey->text_count; i++) {
            const struct survey_text *text = &survey->texts[i];
            if ((!last || strcmp(text->locale, last) > 0) && (!next || strcmp(text->locale, next->locale) < 0))
                next = text;
        }
        if (!next)
            break;
        write_text(out, NULL, next->locale);
        buffer_append_text(out, ":{");
        for (size_t i = 0; i < CXD_COUNT(TEXT_NAMES); i++)
            write_text(out, TEXT_NAMES[i], *(const char *const *)(const void *)((const char *)next + TEXT_OFFSETS[i]));
        buffer_append_char(out, '}');
        last = next->locale;
    }
    buffer_append_char(out, '}');
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
    bool is_kept;   /* by the server: no part of a definition; passed over where a reply is put back, unless read */
    bool is_unsaid; /* where it is the first word: a definition from before there was a choice is the same one */
    bool is_own;    /* of the definition that is stored alone: in no request, and no reply */
} MEMBERS[] = {
#define AT(member) offsetof(struct survey, member)
    {.name = "slug", .kind = KIND_OWN, .read = read_slug, .write = write_slug, .is_kept = true},
    {.name = "name", .kind = KIND_TEXT, .offset = AT(name)},
    {.name = "metric", .kind = KIND_WORD, .offset = AT(metric), .words = &SURVEY_METRICS, .is_required = true},
    {.name = "scale", .kind = KIND_OWN, .read = read_scale, .write = scale_encode},
    {.name = "method", .kind = KIND_WORD, .offset = AT(method), .words = &SURVEY_METHODS},
    {.name = "direction", .kind = KIND_WORD, .offset = AT(direction), .words = &SURVEY_DIRECTIONS},
    {.name = "bands", .kind = KIND_OWN, .read = read_bands, .write = write_bands},
    {.name = "score", .kind = KIND_WORD, .offset = AT(score_rule), .words = &SURVEY_SCORE_RULES, .is_unsaid = true},
    {.name = "texts", .kind = KIND_OWN, .read = read_texts, .write = write_texts},
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

static void read_word(struct target *target, const json_t *value, const char *pointer,
                      const struct survey_member *member) {
    char words[128];
    int index = json_is_string(value) ? words_find(member->words, json_string_value(value)) : -1;
    if (index >= 0)
        memcpy((char *)&target->survey + member->offset, &index, sizeof index);
    else
        error_add_member(target->reading.err, pointer, "must be %s", words_quote(member->words, words, sizeof words));
}

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
        read_word(target, value, pointer, member);
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

static bool is_unsaid(const struct survey *survey, const struct survey_member *member) {
    return member->is_unsaid && *(const int *)(const void *)((const char *)survey + member->offset) == 0;
}

/* The definition has what is its own, and leaves unsaid what may be; replies have what is kept. */
static void encode(struct buffer *out, const struct survey *survey, bool has_kept, bool has_own) {
    write_open(out, NULL, '{');
    for (size_t i = 0; i < CXD_COUNT(MEMBERS); i++)
        if ((has_kept || !MEMBERS[i].is_kept) && (has_own || !MEMBERS[i].is_own) &&
            !(has_own && is_unsaid(survey, &MEMBERS[i])))
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

void survey_encode_form(struct buffer *out, const struct survey *survey, const struct survey_form *form) {
    write_open(out, NULL, '{');
    write_text(out, "slug", survey->slug);
    write_text(out, "metric", metric_name(survey->metric));
    scale_encode(out, survey);
    write_text(out, "score", SURVEY_SCORE_RULES.list[survey->score_rule]);
    write_texts(out, survey);
    write_int(out, "revision", survey->revision);
    write_bool(out, "open", survey_is_open(survey, form->now_ms));
    write_text(out, "honeypot", survey_honeypot(survey));
    write_given(out, "nonce", form->nonce);
    if (form->has_respondent) {
        bool is_eligible = form->eligible_from == TIME_MIN;
        write_bool(out, "eligible", is_eligible);
        if (!is_eligible) {
            write_text(out, "reason", "recontact");
            write_time(out, "eligible_from", form->eligible_from);
        }
    }
    buffer_append_char(out, '}');
}
