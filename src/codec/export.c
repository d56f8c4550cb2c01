/* The way out: a stored response becomes a record of a file. On the path of every response of an export of millions, so
 * nothing is printed by format or allocated. */
#include "cxd/codec/export.h"

#include <string.h>

#include "codec/export_answers.h"
#include "cxd/base/clock.h"
#include "cxd/codec/answers.h"
#include "cxd/codec/csv.h"
#include "cxd/codec/score.h"
#include "cxd/codec/write.h"

#define PROPERTY_PREFIX "property."
#define INCOMPLETE "incomplete: there are more responses; go on with this cursor"

enum kind { KIND_INTEGER, KIND_ID, KIND_TIME, KIND_BOOLEAN, KIND_TEXT, KIND_WORD, KIND_FLAGS, KIND_OBJECT };

/* How a Table Schema calls them. */
static const struct schema_type {
    const char *type, *format;
} SCHEMA_TYPES[] = {
    [KIND_INTEGER] = {"integer", NULL}, [KIND_ID] = {"string", "uuid"},   [KIND_TIME] = {"datetime", NULL},
    [KIND_BOOLEAN] = {"boolean", NULL}, [KIND_TEXT] = {"string", NULL},   [KIND_WORD] = {"string", NULL},
    [KIND_FLAGS] = {"string", NULL},    [KIND_OBJECT] = {"object", NULL},
};

/* One field of a record, by the kind of its column: `number` of integers, times, booleans and flags, else `text`. */
struct field {
    bool is_there;
    int64_t number;
    const char *text;
};
typedef struct field field_fn(const struct survey *survey, const struct response *response);

static struct field known(int64_t number, bool is_there) {
    return (struct field){is_there, number, NULL};
}
static struct field given(const char *text) {
    return (struct field){text, 0, text};
}

#define FIELD(name, value)                                                                                             \
    static struct field get_##name(const struct survey *survey CXD_UNUSED,                                             \
                                   const struct response *response CXD_UNUSED) {                                       \
        return value;                                                                                                  \
    }
FIELD(number, known(response->number, true))
FIELD(id, known(0, true))
FIELD(survey, given(survey->slug))
FIELD(revision, known(response->revision, true))
FIELD(answered_at, known(response->answered_at, true))
FIELD(received_at, known(response->received_at, true))
FIELD(updated_at, known(response->updated_at != 0 ? response->updated_at : response->received_at, true))
FIELD(score, known(response->score, response->has_score))
FIELD(band, given(response->has_score ? band_name(survey->metric, survey_band(survey, response->score)) : NULL))
FIELD(comment, given(response->comment))
FIELD(touchpoint, given(response->touchpoint))
FIELD(channel, given(response->channel))
FIELD(locale, given(response->locale))
FIELD(respondent, given(response->respondent))
FIELD(visit, given(response->visit))
FIELD(sequence, known(response->sequence, response->has_sequence))
FIELD(excluded, known(response->excluded, true))
FIELD(excluded_reason, given(response->excluded ? response->excluded_reason : NULL))
FIELD(flags, known(response->flags, response->flags != 0))
FIELD(import, known(response->import, response->import != 0))

/* In the order of the file. The last two stand behind a column each of what is declared and asked. */
static const struct column {
    const char *name;
    enum kind kind;
    bool is_required, is_null; /* always there; null in NDJSON where it is not */
    field_fn *get;
    const char *description;
} COLUMNS[] = {
    {"number", KIND_INTEGER, true, false, get_number, "Ascends in the order in which responses were stored"},
    {"id", KIND_ID, true, false, get_id, "Names the response within its survey"},
    {"survey", KIND_WORD, true, false, get_survey, "The survey's slug"},
    {"revision", KIND_INTEGER, true, false, get_revision, "Of the survey's definition that was answered"},
    {"answered_at", KIND_TIME, true, false, get_answered_at, "When it was answered"},
    {"received_at", KIND_TIME, true, false, get_received_at, "When it was first stored"},
    {"updated_at", KIND_TIME, true, false, get_updated_at, "When what is stored of it last changed"},
    {"score", KIND_INTEGER, false, true, get_score, "On the survey's scale"},
    {"band", KIND_WORD, false, true, get_band, "What the score counts as, by the survey's bands of today"},
    {"comment", KIND_TEXT, false, false, get_comment, "What was written"},
    {"touchpoint", KIND_TEXT, false, false, get_touchpoint, "Where it was asked"},
    {"channel", KIND_TEXT, false, false, get_channel, "The way it came"},
    {"locale", KIND_TEXT, false, false, get_locale, "The language it was asked in, BCP 47"},
    {"respondent", KIND_TEXT, false, false, get_respondent, "Who answered, as the sender names them"},
    {"visit", KIND_TEXT, false, false, get_visit, "The visit of a page that it belongs to"},
    {"sequence", KIND_INTEGER, false, false, get_sequence, "The sender's order of what it sent under the id"},
    {"excluded", KIND_BOOLEAN, true, false, get_excluded, "Whether it was taken out of the scores"},
    {"excluded_reason", KIND_TEXT, false, false, get_excluded_reason, "Why"},
    {"flags", KIND_FLAGS, false, false, get_flags, "Why it is suspected to be a machine's"},
    {"import", KIND_INTEGER, false, false, get_import, "The import that it came with"},
    {"properties", KIND_OBJECT, false, false, NULL, "Properties that the survey does not declare, an object of texts"},
    {"answers", KIND_OBJECT, false, false, NULL, "Answers to what the survey does not ask any more, an object by key"},
};
enum { COLUMN_COUNT = CXD_COUNT(COLUMNS), PLAIN_COUNT = COLUMN_COUNT - 2 };
static const struct column *const PROPERTIES = &COLUMNS[PLAIN_COUNT], *const ANSWERS = &COLUMNS[PLAIN_COUNT + 1];

const char *export_column_name(size_t index) {
    return index < COLUMN_COUNT ? COLUMNS[index].name : NULL;
}

static void append_flags(struct buffer *out, unsigned flags, const char *before, const char *between,
                         const char *after) {
    const char *separator = "";
    for (int i = 0; i < FLAG_COUNT; i++)
        if (flags & 1U << i) {
            buffer_append_text(out, separator);
            buffer_append_text(out, before);
            buffer_append_text(out, flag_name(i));
            buffer_append_text(out, after);
            separator = between;
        }
}

static void append_time(struct buffer *out, int64_t time_ms) {
    if (!buffer_reserve(out, TIME_TEXT_SIZE))
        return;
    (void)time_format_whole(out->data + out->length, time_ms);
    out->length += TIME_WHOLE_LENGTH;
}

static void append_id(struct buffer *out, const struct id *id) {
    if (!buffer_reserve(out, ID_TEXT_SIZE))
        return;
    (void)id_format(out->data + out->length, id);
    out->length += ID_TEXT_SIZE - 1;
}

static void end_record(struct buffer *out) {
    buffer_append(out, "\r\n", 2);
}

void export_csv_header(struct buffer *out, const struct survey *survey) {
    for (size_t i = 0; i < PLAIN_COUNT; i++) {
        buffer_append_text(out, COLUMNS[i].name);
        buffer_append_char(out, ',');
    }
    for (size_t i = 0; i < survey->property_count; i++) {
        buffer_append_text(out, PROPERTY_PREFIX);
        buffer_append_text(out, survey->properties[i].key);
        buffer_append_char(out, ',');
    }
    buffer_append_text(out, PROPERTIES->name);
    export_answers_names(out, survey);
    buffer_append_char(out, ',');
    buffer_append_text(out, ANSWERS->name);
    end_record(out);
}

static void append_field(struct buffer *out, enum kind kind, const struct response *response,
                         const struct field *field) {
    switch (kind) {
    case KIND_INTEGER:
        buffer_append_int(out, field->number);
        break;
    case KIND_ID:
        append_id(out, &response->id);
        break;
    case KIND_TIME:
        append_time(out, field->number);
        break;
    case KIND_BOOLEAN:
        buffer_append_text(out, field->number ? "true" : "false");
        break;
    case KIND_TEXT:
        csv_append(out, field->text);
        break;
    case KIND_WORD:
        buffer_append_text(out, field->text);
        break;
    case KIND_FLAGS:
        append_flags(out, (unsigned)field->number, "", "; ", "");
        break;
    case KIND_OBJECT:
        break;
    }
}

static void append_others(struct buffer *out, const struct survey *survey, const struct response *response) {
    size_t begin = out->length;
    for (size_t i = 0; i < response->property_count; i++) {
        const struct property *property = &response->properties[i];
        if (survey_property_index(survey, property->key) >= 0)
            continue;
        buffer_append_char(out, out->length == begin ? '{' : ',');
        buffer_append_json(out, property->key);
        buffer_append_char(out, ':');
        buffer_append_json(out, property->value);
    }
    if (out->length == begin)
        return;
    buffer_append_char(out, '}');
    csv_quote(out, begin);
}

void export_csv_row(struct buffer *out, const struct survey *survey, const struct response *response) {
    for (size_t i = 0; i < PLAIN_COUNT; i++) {
        struct field field = COLUMNS[i].get(survey, response);
        if (field.is_there)
            append_field(out, COLUMNS[i].kind, response, &field);
        buffer_append_char(out, ',');
    }
    for (size_t i = 0; i < survey->property_count; i++) {
        const char *value = response_property(response, survey->properties[i].key);
        if (value)
            csv_append(out, value);
        buffer_append_char(out, ',');
    }
    if (response->property_count > 0)
        append_others(out, survey, response);
    export_answers_fields(out, survey, response);
    buffer_append_char(out, ',');
    if (response->answer_count > 0)
        export_answers_others(out, survey, response);
    end_record(out);
}

void export_csv_incomplete(struct buffer *out, const struct survey *survey, const char *cursor) {
    buffer_append_text(out, INCOMPLETE ": ");
    buffer_append_text(out, cursor);
    size_t columns = COLUMN_COUNT + survey->property_count + export_answers_count(survey);
    for (size_t i = 1; i < columns; i++)
        buffer_append_char(out, ',');
    end_record(out);
}

static void append_member(struct buffer *out, const struct column *column, const struct response *response,
                          const struct field *field) {
    bool is_quoted = column->kind == KIND_ID || column->kind == KIND_TIME || column->kind == KIND_WORD;
    write_name(out, column->name);
    if (column->kind == KIND_TEXT) {
        buffer_append_json(out, field->text);
        return;
    }
    if (column->kind == KIND_FLAGS) {
        buffer_append_char(out, '[');
        append_flags(out, (unsigned)field->number, "\"", ",", "\"");
        buffer_append_char(out, ']');
        return;
    }
    if (is_quoted)
        buffer_append_char(out, '"');
    append_field(out, column->kind, response, field);
    if (is_quoted)
        buffer_append_char(out, '"');
}

static void append_members(struct buffer *out, const struct survey *survey, const struct response *response) {
    for (size_t i = 0; i < PLAIN_COUNT; i++) {
        struct field field = COLUMNS[i].get(survey, response);
        if (field.is_there)
            append_member(out, &COLUMNS[i], response, &field);
        else if (COLUMNS[i].is_null)
            write_null(out, COLUMNS[i].name);
    }
    if (response->property_count > 0)
        write_open(out, PROPERTIES->name, '{');
    for (size_t i = 0; i < response->property_count; i++)
        write_text(out, response->properties[i].key, response->properties[i].value);
    if (response->property_count > 0)
        buffer_append_char(out, '}');
    answers_encode(out, response->answers, response->answer_count);
}

void export_ndjson_line(struct buffer *out, const struct survey *survey, const struct response *response) {
    write_open(out, NULL, '{');
    append_members(out, survey, response);
    buffer_append(out, "}\n", 2);
}

void export_ndjson_incomplete(struct buffer *out, const char *cursor) {
    write_open(out, NULL, '{');
    write_text(out, "incomplete", INCOMPLETE);
    write_text(out, "cursor", cursor);
    buffer_append_text(out, "}\n");
}

static void append_constraints(struct buffer *out, const struct column *column, const struct survey *survey) {
    if (column->is_required)
        write_bool(out, "required", true);
    if (column->get == get_number)
        write_bool(out, "unique", true);
    if (column->get == get_score) {
        write_int(out, "minimum", survey->scale_min);
        write_int(out, "maximum", survey->scale_max);
    }
    if (column->get == get_band) {
        write_open(out, "enum", '[');
        for (int band = 0; band < BAND_COUNT; band++)
            write_text(out, NULL, band_name(survey->metric, (enum band)band));
        buffer_append_char(out, ']');
    }
}

static void append_schema_field(struct buffer *out, const struct column *column, const struct survey *survey) {
    const struct schema_type *type = &SCHEMA_TYPES[column->kind];
    write_open(out, NULL, '{');
    write_text(out, "name", column->name);
    write_text(out, "type", type->type);
    write_given(out, "format", type->format);
    write_text(out, "description", column->description);
    if (column->is_required || column->is_null) {
        write_open(out, "constraints", '{');
        append_constraints(out, column, survey);
        buffer_append_char(out, '}');
    }
    buffer_append_char(out, '}');
}

static void append_schema_property(struct buffer *out, const char *key) {
    write_open(out, NULL, '{');
    write_name(out, "name");
    buffer_append_text(out, "\"" PROPERTY_PREFIX);
    buffer_append_text(out, key);
    buffer_append_char(out, '"');
    write_text(out, "type", SCHEMA_TYPES[KIND_TEXT].type);
    write_text(out, "description", "A property that the survey declares");
    buffer_append_char(out, '}');
}

void export_schema(struct buffer *out, const struct survey *survey) {
    write_open(out, NULL, '{');
    write_text(out, "$schema", "https://datapackage.org/profiles/2.0/tableschema.json");
    write_text(out, "title", survey->slug);
    write_open(out, "fields", '[');
    for (size_t i = 0; i < PLAIN_COUNT; i++)
        append_schema_field(out, &COLUMNS[i], survey);
    for (size_t i = 0; i < survey->property_count; i++)
        append_schema_property(out, survey->properties[i].key);
    append_schema_field(out, PROPERTIES, survey);
    export_answers_schema(out, survey);
    append_schema_field(out, ANSWERS, survey);
    buffer_append_text(out, "],\"missingValues\":[\"\"],\"primaryKey\":[\"number\"]}\n");
}
