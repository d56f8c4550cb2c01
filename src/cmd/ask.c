/* The part of a query that commands have in common: from their options to parameters. */

#include "cmd/ask.h"

#include <string.h>

#include "cxd/cmd/cmd.h"

const char *const ask_confidences[] = {"0.8", "0.80", "0.9", "0.90", "0.95", "0.99", NULL};
const char *const ask_alphas[] = {"0.01", "0.05", "0.1", "0.10", NULL};

bool ask_has_previous(const struct window_options *options) {
    if (options->from || options->to)
        return options->from && options->to;
    return !options->window || strcmp(options->window, "all") != 0;
}

int ask_window(struct call *call, const struct window_options *options) {
    if (options->window && (options->from || options->to))
        return command_usage(call->invocation->command, "--window does not go with --from and --to");
    client_query_add(&call->request, "window", options->window);
    client_query_add(&call->request, "from", options->from);
    client_query_add(&call->request, "to", options->to);
    return EXIT_OK;
}

/* Items KEY=VALUE, behind the prefix that the parameter's name has. */
static int add_keyed(struct call *call, const struct text_list *list, const char *option, const char *prefix) {
    struct buffer *names = &call->names;
    size_t at = names->length;

    for (size_t i = 0; i < list->count; i++) {
        const char *equals = strchr(list->items[i], '=');

        if (!equals || equals == list->items[i])
            return command_usage(call->invocation->command, "%s takes KEY=VALUE, not '%s'", option, list->items[i]);
        buffer_append_text(names, prefix);
        buffer_append(names, list->items[i], (size_t)(equals - list->items[i]));
        buffer_append_char(names, '\0');
    }
    for (size_t i = 0; i < list->count && !names->failed; i++) {
        client_query_add(&call->request, names->data + at, strchr(list->items[i], '=') + 1);
        at += strlen(names->data + at) + 1;
    }
    return EXIT_OK;
}

int ask_filter(struct call *call, const struct filter_options *options) {
    client_query_add(&call->request, "touchpoint", options->touchpoint);
    client_query_add(&call->request, "channel", options->channel);
    client_query_add(&call->request, "locale", options->locale);
    int result = add_keyed(call, &options->properties, "--property", "property.");
    return result == EXIT_OK ? add_keyed(call, &options->answers, "--answer", "answer.") : result;
}
