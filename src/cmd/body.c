/* What commands send: --property KEY=VALUE as a member of a JSON body, and files. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd/command.h"
#include "cmd/output.h"
#include "cxd/base/buffer.h"
#include "cxd/cmd/cmd.h"
#include "cxd/codec/write.h"

static bool is_repeated(const struct text_list *list, size_t index, size_t key_length) {
    for (size_t i = 0; i < index; i++)
        if (strncmp(list->items[i], list->items[index], key_length + 1) == 0)
            return true;
    return false;
}

int command_append_properties(const struct command *command, const struct text_list *list, struct buffer *body) {
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
            if (i == 0)
                write_open(body, "properties", '{');
            write_text(body, NULL, buffer_terminate(&key));
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

int command_read_file(const char *path, size_t bytes_max, struct buffer *body) {
    bool is_standard = strcmp(path, "-") == 0;
    const char *name = is_standard ? "standard input" : path;
    FILE *file = is_standard ? stdin : fopen(path, "re");
    char chunk[8192];
    size_t got;
    int result = EXIT_OK;

    while (file && body->length <= bytes_max && (got = fread(chunk, 1, sizeof chunk, file)) > 0)
        buffer_append(body, chunk, got);
    if (!file || ferror(file)) {
        complain("cannot read %s: %s", name, strerror(errno));
        result = EXIT_REFUSED;
    } else if (body->failed || body->length > bytes_max) {
        complain("%s is too large", name);
        result = EXIT_REFUSED;
    }
    if (file && !is_standard)
        fclose(file);
    return result;
}

int command_read_definition(const char *path, size_t bytes_max, struct buffer *body) {
    int result = command_read_file(path, bytes_max, body);
    if (result != EXIT_OK || body->length > 0)
        return result;
    complain("%s is empty", strcmp(path, "-") == 0 ? "standard input" : path);
    return EXIT_REFUSED;
}
