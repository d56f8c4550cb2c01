/* Objects in objects as one row: what JSON has a tree for, a table has names with dots for. */
#include "import/flatten.h"

#include <string.h>

#include "cxd/base/buffer.h"

struct walk {
    bool (*take)(void *context, const char *name, const char *text, size_t length);
    void *context;
    char name[FLATTEN_NAME_MAX + 1];
    size_t name_length;
    struct buffer text; /* of what is no text yet */
    bool is_ended;
};

static bool is_of_texts(const struct json *array) {
    for (size_t i = 0; i < json_count(array); i++)
        if (json_kind_of(json_at(array, i)) != JSON_KIND_TEXT)
            return false;
    return true;
}

static void write_value(struct buffer *out, const struct json *value) {
    if (json_kind_of(value) != JSON_KIND_ARRAY || !is_of_texts(value)) {
        json_write(out, value);
        return;
    }
    for (size_t i = 0; i < json_count(value); i++) {
        buffer_append_text(out, i > 0 ? ", " : "");
        buffer_append_text(out, json_text(json_at(value, i), ""));
    }
}

static void give(struct walk *walk, const struct json *value) {
    enum json_kind kind = json_kind_of(value);
    const char *text = kind == JSON_KIND_TEXT ? json_text(value, "") : "";
    size_t length = strlen(text);
    if (kind != JSON_KIND_TEXT && kind != JSON_KIND_NULL) {
        buffer_reset(&walk->text);
        write_value(&walk->text, value);
        text = buffer_terminate(&walk->text);
        length = walk->text.length;
    }
    walk->is_ended = !text || !walk->take(walk->context, walk->name, text, length);
}

static void take_member(void *context, const char *name, const struct json *value) {
    struct walk *walk = context;
    size_t before = walk->name_length, length = strlen(name), dot = before > 0;
    if (walk->is_ended)
        return;
    if (before + dot + length > FLATTEN_NAME_MAX) {
        walk->is_ended = true;
        return;
    }
    memcpy(walk->name + before, ".", dot);
    memcpy(walk->name + before + dot, name, length + 1);
    walk->name_length = before + dot + length;
    if (json_kind_of(value) == JSON_KIND_OBJECT)
        json_each(value, take_member, walk);
    else
        give(walk, value);
    walk->name[before] = '\0';
    walk->name_length = before;
}

bool flatten(const struct json *object, bool (*take)(void *context, const char *name, const char *text, size_t length),
             void *context, bool *ret_failed) {
    struct walk walk = {.take = take, .context = context};
    buffer_init(&walk.text);
    json_each(object, take_member, &walk);
    *ret_failed = walk.text.failed;
    buffer_free(&walk.text);
    return !walk.is_ended;
}
