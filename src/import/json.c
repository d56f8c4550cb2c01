/* Objects as rows. It reads the begin of the file twice: once for the names of the columns, then for the rows. */
#include "import/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cxd/base/buffer.h"
#include "cxd/base/utf8.h"
#include "import/cells.h"
#include "import/elements.h"
#include "import/flatten.h"
#include "import/names.h"

struct json_reader {
    struct elements elements;
    struct json_scratch *scratch;
    struct cells cells;
    struct names names;
    uint64_t head_line; /* of the first object */
    bool has_given_head;
    struct buffer values; /* of the object, each with a NUL behind it */
    size_t *places;       /* by column: where its value begins in `values`, and one; 0: none */
    uint64_t late_members, late_line;
    char late_member[FLATTEN_NAME_MAX + 1];
    enum cxd_err code; /* of what was done within a walk */
    struct error *err;
};

/* What is wrong with the element that is read, if anything is. Memory alone is an error. */
static enum cxd_err parse(struct json_reader *json, const struct json **ret_object, struct error *err) {
    const struct elements *elements = &json->elements;
    struct error failure;
    uint64_t line = elements->element_line;
    *ret_object = NULL;
    if (elements->is_too_long) {
        cells_set_fault(&json->cells, line, "more than %d KiB", TABLE_ROW_MAX / 1024);
        return CXD_OK;
    }
    if (elements->length == 0) {
        cells_set_fault(&json->cells, line, "nothing stands before or behind a comma");
        return CXD_OK;
    }
    if (json_too_deep(elements->bytes, elements->length, JSON_DEPTH_MAX)) {
        cells_set_fault(&json->cells, line, "nested deeper than %d", JSON_DEPTH_MAX);
        return CXD_OK;
    }
    enum cxd_err code =
        json_scratch_read(json->scratch, elements->bytes, elements->length, (size_t)line - 1, ret_object, &failure);
    if (code == ERR_NO_MEMORY)
        return error_set(err, code, "%s", failure.detail);
    if (code != CXD_OK) {
        cells_set_fault_as_is(&json->cells, failure.detail);
    } else if (json_kind_of(*ret_object) != JSON_KIND_OBJECT) {
        *ret_object = NULL;
        cells_set_fault(&json->cells, line, "not an object of JSON");
    }
    return CXD_OK;
}

static bool take_name(void *context, const char *name, const char *text, size_t length) {
    struct json_reader *json = context;
    (void)text;
    (void)length;
    if (names_find(&json->names, name) == SIZE_MAX)
        json->code = names_add(&json->names, name, json->err);
    return json->code == CXD_OK;
}

/* The columns, of the first objects. What is bad of them is said when they are read as rows. */
static enum cxd_err find_names(struct json_reader *json, struct error *err) {
    char fault[TABLE_FAULT_SIZE] = "";
    json->err = err;
    for (size_t i = 0; i < JSON_SAMPLE; i++) {
        bool there, failed;
        const struct json *object = NULL;
        enum cxd_err code = elements_next(&json->elements, &there, err);
        if (code == ERR_TABLE)
            snprintf(fault, sizeof fault, ": %.*s", (int)sizeof fault - 3, err->detail);
        if (code == ERR_TABLE || (code == CXD_OK && !there))
            break;
        cells_begin(&json->cells);
        if (code == CXD_OK)
            code = parse(json, &object, err);
        if (fault[0] == '\0' && cells_are_bad(&json->cells))
            snprintf(fault, sizeof fault, ": %.*s", (int)sizeof fault - 3, json->cells.fault);
        if (i == 0)
            json->head_line = json->elements.element_line;
        if (object && !flatten(object, take_name, json, &failed) && failed)
            code = error_set(err, ERR_NO_MEMORY, "no memory to read a line of JSON");
        if (json->code != CXD_OK || code != CXD_OK)
            return json->code != CXD_OK ? json->code : code;
    }
    elements_rewind(&json->elements);
    if (json->names.count == 0)
        return error_set(err, ERR_TABLE, "no object of JSON with a member is among the first %d%s", JSON_SAMPLE, fault);
    return CXD_OK;
}

static bool take_value(void *context, const char *name, const char *text, size_t length) {
    struct json_reader *json = context;
    size_t column = names_find(&json->names, name);
    if (column == SIZE_MAX) {
        if (json->late_members++ == 0) {
            json->late_line = json->elements.element_line;
            memcpy(json->late_member, name, strlen(name) + 1);
        }
        return true;
    }
    if (json->places[column] != 0) {
        char shown[80];
        snprintf(shown, sizeof shown, "%s", name);
        utf8_make_plain(shown);
        cells_set_fault(&json->cells, json->elements.element_line, "%s stands there twice", shown);
        return false;
    }
    json->places[column] = json->values.length + 1;
    buffer_append(&json->values, text, length + 1);
    return !json->values.failed;
}

static enum cxd_err fill_row(struct json_reader *json, const struct json *object, struct error *err) {
    uint64_t line = json->elements.element_line;
    bool failed;
    memset(json->places, 0, json->names.count * sizeof *json->places);
    buffer_reset(&json->values);
    json->names.after = 0;
    if (!flatten(object, take_value, json, &failed) && !cells_are_bad(&json->cells)) {
        if (failed || json->values.failed)
            return error_set(err, ERR_NO_MEMORY, "no memory to read a line of JSON");
        cells_set_fault(&json->cells, line, "a name of more than %d bytes", FLATTEN_NAME_MAX);
    }
    for (size_t i = 0; i < json->names.count; i++) {
        const char *value = json->places[i] > 0 ? json->values.data + json->places[i] - 1 : "";
        cells_append(&json->cells, value, strlen(value), line);
        cells_end(&json->cells, line);
    }
    return CXD_OK;
}

static void give_head(struct json_reader *json, struct table_row *ret) {
    cells_begin(&json->cells);
    for (size_t i = 0; i < json->names.count; i++) {
        cells_append(&json->cells, json->names.list[i], strlen(json->names.list[i]), json->head_line);
        cells_end(&json->cells, json->head_line);
    }
    cells_give(&json->cells, json->head_line, ret);
    json->has_given_head = true;
}

static enum cxd_err json_reader_next(void *reader, struct table_row *ret, bool *ret_more, struct error *err) {
    struct json_reader *json = reader;
    const struct json *object;
    *ret_more = true;
    if (!json->has_given_head) {
        give_head(json, ret);
        return CXD_OK;
    }
    enum cxd_err code = elements_next(&json->elements, ret_more, err);
    if (code != CXD_OK || !*ret_more)
        return code;
    cells_begin(&json->cells);
    code = parse(json, &object, err);
    if (code == CXD_OK && object)
        code = fill_row(json, object, err);
    cells_give(&json->cells, json->elements.element_line, ret);
    return code;
}

static enum cxd_err json_reader_rewind(void *reader, struct error *err) {
    struct json_reader *json = reader;
    (void)err;
    elements_rewind(&json->elements);
    json->has_given_head = false;
    json->late_members = 0;
    json->cells.width = 0;
    return CXD_OK;
}

static enum cxd_err json_reader_expect(void *reader, const char *name, struct error *err) {
    struct json_reader *json = reader;
    return names_find(&json->names, name) == SIZE_MAX ? names_add(&json->names, name, err) : CXD_OK;
}

static void json_reader_add_facts(const void *reader, struct table_facts *facts) {
    const struct json_reader *json = reader;
    text_add_facts(&json->elements.text, facts);
    facts->late_members = json->late_members;
    facts->late_member = json->late_members > 0 ? json->late_member : NULL;
    facts->late_member_line = json->late_line;
}

static void json_reader_close(void *reader) {
    struct json_reader *json = reader;
    elements_free(&json->elements);
    json_scratch_free(json->scratch);
    cells_free(&json->cells);
    names_free(&json->names);
    buffer_free(&json->values);
    free(json->places);
    free(json);
}

static enum cxd_err open_as(struct source *source, const struct table_options *options, bool is_array,
                            void **ret_reader, struct error *err) {
    struct json_reader *json = calloc(1, sizeof *json);
    if (!json)
        return error_set(err, ERR_NO_MEMORY, "no memory to read %s", source->name);
    buffer_init(&json->values);
    json->scratch = json_scratch_new();
    json->places = calloc(TABLE_COLUMNS_MAX, sizeof *json->places);
    enum cxd_err code = elements_init(&json->elements, source, is_array, options->encoding, err);
    if (code == CXD_OK)
        code = cells_init(&json->cells, err);
    if (code == CXD_OK && !(json->places && json->scratch))
        code = error_set(err, ERR_NO_MEMORY, "no memory to read %s", source->name);
    if (code == CXD_OK)
        code = find_names(json, err);
    if (code != CXD_OK) {
        json_reader_close(json);
        return code;
    }
    *ret_reader = json;
    return CXD_OK;
}

static enum cxd_err ndjson_open(struct source *source, const struct table_options *options, void **ret_reader,
                                struct error *err) {
    return open_as(source, options, false, ret_reader, err);
}

static enum cxd_err array_open(struct source *source, const struct table_options *options, void **ret_reader,
                               struct error *err) {
    return open_as(source, options, true, ret_reader, err);
}

const struct reader_kind READER_NDJSON = {
    .open = ndjson_open,
    .next = json_reader_next,
    .rewind = json_reader_rewind,
    .expect = json_reader_expect,
    .add_facts = json_reader_add_facts,
    .close = json_reader_close,
};

const struct reader_kind READER_JSON = {
    .open = array_open,
    .next = json_reader_next,
    .rewind = json_reader_rewind,
    .expect = json_reader_expect,
    .add_facts = json_reader_add_facts,
    .close = json_reader_close,
};
