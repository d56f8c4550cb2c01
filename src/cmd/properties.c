/* --property KEY=VALUE of the commands that take it, as a member of a JSON body. */

#include <string.h>

#include "cmd/command.h"
#include "cxd/base/buffer.h"
#include "cxd/cmd/cmd.h"

static bool is_repeated(const struct text_list *list, size_t index, size_t key_length) {
    for (size_t i = 0; i < index; i++) {
        if (strncmp(list->items[i], list->items[index], key_length + 1) == 0)
            return true;
    }
    return false;
}

int command_append_properties(const struct command *command, const struct text_list *list,
                              struct buffer *body) {
    struct buffer key;
    int result = EXIT_OK;

    buffer_init(&key);
    for (size_t i = 0; i < list->count && result == EXIT_OK; i++) {
        const char *equals = strchr(list->items[i], '=');
        size_t length = equals ? (size_t)(equals - list->items[i]) : 0;

        if (!equals || length == 0) {
            result = command_usage(command, "--property takes KEY=VALUE, not '%s'", list->items[i]);
        } else if (is_repeated(list, i, length)) {
            result = command_usage(command, "--property gives '%.*s' twice", (int)length, list->items[i]);
        } else {
            buffer_reset(&key);
            buffer_append(&key, list->items[i], length);
            buffer_append_text(body, i ? "," : ",\"properties\":{");
            buffer_append_json(body, buffer_terminate(&key));
            buffer_append_char(body, ':');
            buffer_append_json(body, equals + 1);
        }
    }
    if (list->count > 0)
        buffer_append_char(body, '}');
    if (key.failed)
        body->failed = true;
    buffer_free(&key);
    return result;
}
