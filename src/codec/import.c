/* Imports between JSON and struct: begun, said to be done, and told of. */
#include "cxd/codec/import.h"

#include <string.h>

#include "codec/read.h"
#include "cxd/base/utf8.h"
#include "cxd/codec/write.h"
#include "cxd/domain/survey.h"

static void read_survey(struct reading *reading, const json_t *value, const char **ret_survey) {
    if (!value)
        error_add_member(reading->err, "/survey", "is required");
    else if (!json_is_string(value) || !slug_valid(json_string_value(value)))
        error_add_member(reading->err, "/survey", "must be the slug of a survey");
    else
        (void)read_text(reading, value, "/survey", ret_survey);
}

static void read_source(struct reading *reading, const json_t *value, const char **ret_source) {
    if (!value) {
        error_add_member(reading->err, "/source", "is required: where the responses come from, such as a file's name");
        return;
    }
    if (!read_text(reading, value, "/source", ret_source) || !*ret_source)
        return;
    if (utf8_count(*ret_source) > IMPORT_SOURCE_CHARACTERS_MAX)
        error_add_member(reading->err, "/source", "must have at most %d characters", IMPORT_SOURCE_CHARACTERS_MAX);
    else if (utf8_has_control(*ret_source, false))
        error_add_member(reading->err, "/source", "must not hold control characters");
}

static bool is_printable(const char *text) {
    for (; *text != '\0'; text++)
        if (*text <= ' ' || *text > '~')
            return false;
    return true;
}

static void read_fingerprint(struct reading *reading, const json_t *value, const char **ret_fingerprint) {
    if (!value) {
        error_add_member(reading->err, "/fingerprint",
                         "is required: the same for the same source, so that what was interrupted goes on");
        return;
    }
    if (!read_text(reading, value, "/fingerprint", ret_fingerprint) || !*ret_fingerprint)
        return;
    size_t length = strlen(*ret_fingerprint);
    if (length < 1 || length > IMPORT_FINGERPRINT_BYTES_MAX || !is_printable(*ret_fingerprint))
        error_add_member(reading->err, "/fingerprint", "must be 1 to %d printable ASCII characters without blanks",
                         IMPORT_FINGERPRINT_BYTES_MAX);
}

static void read_rows(struct reading *reading, const json_t *value, struct import_record *record) {
    if (!value || !read_whole(reading, value, "/rows", &record->expected))
        return;
    record->has_expected = true;
    if (record->expected < 0)
        error_add_member(reading->err, "/rows", "must not be less than 0");
}

enum cxd_err import_decode(const char *bytes, size_t length, size_t depth, struct arena *arena, const char **ret_survey,
                           struct import_record *ret_import, struct error *err) {
    static const char *const NAMES[] = {"survey", "source", "fingerprint", "rows"};
    static const struct words members = WORDS(NAMES);
    struct document doc;
    struct reading reading = {.arena = arena, .err = err};
    struct import_record record = {0};
    const char *survey = NULL;
    document_init(&doc);
    enum cxd_err code = document_read(&doc, bytes, 0, length, depth, err);
    if (code == CXD_OK) {
        error_clear(err);
        if (read_is_object(&reading, doc.root, "")) {
            read_survey(&reading, read_member(doc.root, "survey"), &survey);
            read_source(&reading, read_optional(doc.root, "source"), &record.source);
            read_fingerprint(&reading, read_optional(doc.root, "fingerprint"), &record.fingerprint);
            read_rows(&reading, read_member(doc.root, "rows"), &record);
            read_refuse_unknown(&reading, doc.root, "", &members,
                                "is no member of an import; it has survey, source, fingerprint and rows");
        }
        code = reading_end(&reading);
    }
    document_close(&doc);
    if (code == CXD_OK) {
        *ret_survey = survey;
        *ret_import = record;
    }
    return code;
}

static void read_state(struct reading *reading, const json_t *value) {
    const char *state = json_string_value(value);
    if (!value)
        error_add_member(reading->err, "/state", "is required");
    else if (!state || strcmp(state, import_state_name(IMPORT_DONE)) != 0)
        error_add_member(reading->err, "/state", "must be \"done\"; DELETE undoes an import");
}

enum cxd_err import_decode_turn(const char *bytes, size_t length, size_t depth, struct arena *arena,
                                struct error *err) {
    static const char *const NAMES[] = {"state"};
    static const struct words members = WORDS(NAMES);
    struct document doc;
    struct reading reading = {.arena = arena, .err = err};
    document_init(&doc);
    enum cxd_err code = document_read(&doc, bytes, 0, length, depth, err);
    if (code == CXD_OK) {
        error_clear(err);
        if (read_is_object(&reading, doc.root, "")) {
            read_state(&reading, read_member(doc.root, "state"));
            read_refuse_unknown(&reading, doc.root, "", &members, "can not be changed of an import; state can");
        }
        code = reading_end(&reading);
    }
    document_close(&doc);
    return code;
}

void import_encode(struct buffer *out, const struct import_record *record, const char *survey_slug) {
    write_open(out, NULL, '{');
    write_id(out, "id", &record->id);
    write_text(out, "survey", survey_slug);
    write_text(out, "source", record->source);
    write_text(out, "fingerprint", record->fingerprint);
    write_text(out, "state", import_state_name(record->state));
    write_time(out, "created_at", record->created_at);
    write_time(out, "updated_at", record->updated_at);
    write_known(out, "expected", record->expected, record->has_expected);
    write_int(out, "rows", record->created + record->known + record->refused);
    write_int(out, "created", record->created);
    write_int(out, "known", record->known);
    write_int(out, "refused", record->refused);
    write_int(out, "removed", record->removed);
    buffer_append_char(out, '}');
}
