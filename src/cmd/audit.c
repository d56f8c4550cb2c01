/* cxd audit and cxd audit verify: the audit log by /v1/audit, page by page. Verifying trusts nothing but the texts: every hash is
 * computed anew. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cmd/client.h"
#include "cmd/output.h"
#include "cxd/base/secret.h"
#include "cxd/cmd/cmd.h"

enum { HASH_TEXT_SIZE = 2 * SHA256_SIZE + 1 };

struct audit_options {
    const char *head;
    bool json;
};

static int run_list(int argc, char **argv);
static int run_verify(int argc, char **argv);

#define AT(member) offsetof(struct audit_options, member)

static const struct option_spec list_specs[] = {
    {"json", 'j', OPTION_FLAG, AT(json), NULL, "print the daemon's replies, a page a line", NULL},
};

static const struct option_spec verify_specs[] = {
    {"head", 0, OPTION_TEXT, AT(head), "HASH", "a hash that was printed earlier and must still be there",
     NULL},
};

static const struct command verify_command = {
    .name = "audit verify",
    .operands = "",
    .summary = "Recomputes the chain of the audit log's hashes.",
    .text =
        "Prints how many records there are and the hash of the last, the head. Exits 1 and names the first\n"
        "record that is missing or was changed. Keep the head elsewhere: only with --head does a cut-off "
        "end\n"
        "show.",
    .example = "cxd audit verify --head 3d1f…",
    .options = verify_specs,
    .option_count = CXD_COUNT(verify_specs),
    .is_client = true,
    .run = run_verify,
};

static const struct command *const audit_group[] = {&verify_command, NULL};

const struct command cmd_audit = {
    .name = "audit",
    .operands = "",
    .summary = "Lists what admins did, oldest first.",
    .text = "The actor is the prefix of a key; 'local' is the daemon itself. 'cxd audit verify' tells "
            "whether the log\n"
            "is whole.",
    .example = "cxd audit",
    .options = list_specs,
    .option_count = CXD_COUNT(list_specs),
    .is_client = true,
    .run = run_list,
    .commands = audit_group,
};

/* What is done with the pages. An exit code; EXIT_OK goes on. */
typedef int take_page(void *context, const struct client *client, const struct client_reply *reply);

static int walk(const struct client_options *where, take_page *take, void *context) {
    struct client *client = NULL;
    double next = 0;
    bool more = true;
    int result = client_open(where, &client);

    while (result == EXIT_OK && more) {
        struct client_request request = {.method = "GET", .path = "/v1/audit", .is_repeatable = true};
        struct client_reply reply = {.status = 0};
        double before = next;
        char after[32];

        snprintf(after, sizeof after, "%.0f", next);
        client_query_add(&request, "after", after);
        client_query_add(&request, "limit", "500");
        result = client_call(client, &request, &reply);
        if (result == EXIT_OK && !json_get(reply.document, "records"))
            result = client_unexpected(client, "a list of records");
        if (result == EXIT_OK)
            result = take(context, client, &reply);
        more = result == EXIT_OK && json_number(reply.document, "next", &next);
        if (more && !(next > before && next < 1e15))
            result = client_unexpected(client, "a list of records");
        client_reply_free(&reply);
    }
    client_close(client);
    return result;
}

struct list {
    struct screen screen;
    struct table table;
    struct buffer out;
    bool is_json;
};

static int take_list(void *context, const struct client *client, const struct client_reply *reply) {
    static const char *const cells[] = {"at", "actor", "act", "target", "detail"};
    struct list *list = context;
    const struct json *records = json_get(reply->document, "records");

    (void)client;
    if (list->is_json) {
        json_append_safe(&list->out, reply->body.data, reply->body.length, false);
        if (list->out.length > 0 && list->out.data[list->out.length - 1] != '\n')
            buffer_append_char(&list->out, '\n');
        return EXIT_OK;
    }
    for (size_t i = 0; i < json_count(records); i++) {
        const struct json *record = json_at(records, i);
        double number = 0;
        char text[32];

        (void)json_number(record, "number", &number);
        snprintf(text, sizeof text, "%.0f", number);
        table_cell(&list->screen, &list->table, text);
        for (size_t k = 0; k < CXD_COUNT(cells); k++)
            table_cell(&list->screen, &list->table, json_text(record, cells[k]));
    }
    return EXIT_OK;
}

static int run_list(int argc, char **argv) {
    static const char *const headers[] = {"NUMBER", "AT", "ACTOR", "ACT", "TARGET", "DETAIL"};
    struct audit_options options = {.json = false};
    struct client_options where = {.url = NULL};
    struct list list;
    char **operands;
    int count, result = command_parse(&cmd_audit, argc, argv, &options, &where, &operands, &count);

    if (result != COMMAND_GO_ON)
        return result;
    screen_init(&list.screen, stdout);
    table_init(&list.table, headers, CXD_COUNT(headers), "rlllll");
    buffer_init(&list.out);
    list.is_json = options.json;
    result = walk(&where, take_list, &list);
    if (result == EXIT_OK && !list.is_json)
        table_append(&list.screen, &list.out, &list.table);
    if (result == EXIT_OK)
        result = output_write(&list.out);
    table_free(&list.table);
    buffer_free(&list.out);
    return result;
}

struct chain {
    int64_t count;
    uint8_t hash[SHA256_SIZE];
    char head[HASH_TEXT_SIZE]; /* the hash, as text */
    const char *wanted;        /* NULL: none */
    bool found;
};

static void hash_text(const uint8_t hash[SHA256_SIZE], char ret_text[HASH_TEXT_SIZE]) {
    for (size_t i = 0; i < SHA256_SIZE; i++)
        snprintf(ret_text + 2 * i, 3, "%02x", hash[i]);
}

/* Adds a record's line to the chain. False when memory is refused. */
static bool extend(struct chain *chain, const struct json *record) {
    static const char *const texts[] = {"at", "actor", "act", "target", "detail"};
    struct buffer text;
    bool good;

    buffer_init(&text);
    buffer_append(&text, chain->hash, sizeof chain->hash);
    buffer_append_int(&text, chain->count + 1);
    for (size_t i = 0; i < CXD_COUNT(texts); i++) {
        const char *value = json_text(record, texts[i]);
        buffer_append_char(&text, '\n');
        buffer_append_text(&text, value ? value : "");
    }
    good = !text.failed;
    if (good) {
        sha256(text.data, text.length, chain->hash);
        hash_text(chain->hash, chain->head);
        chain->count++;
    }
    buffer_free(&text);
    return good;
}

static int take_chain(void *context, const struct client *client, const struct client_reply *reply) {
    struct chain *chain = context;
    const struct json *records = json_get(reply->document, "records");

    for (size_t i = 0; i < json_count(records); i++) {
        const struct json *record = json_at(records, i);
        const char *hash = json_text(record, "hash");
        double number;

        if (!hash || !json_number(record, "number", &number))
            return client_unexpected(client, "a list of records");
        if (number > (double)(chain->count + 1)) {
            fprintf(stderr, "cxd: the audit log is broken: record %" PRId64 " is missing\n",
                    chain->count + 1);
            return EXIT_REFUSED;
        }
        if (!extend(chain, record)) {
            fprintf(stderr, "cxd: out of memory\n");
            return EXIT_REFUSED;
        }
        if (strcmp(hash, chain->head) != 0) {
            fprintf(stderr, "cxd: the audit log is broken: record %" PRId64 " is not what was written\n",
                    chain->count);
            return EXIT_REFUSED;
        }
        if (chain->wanted && strcasecmp(chain->wanted, hash) == 0)
            chain->found = true;
    }
    return EXIT_OK;
}

static int run_verify(int argc, char **argv) {
    struct audit_options options = {.head = NULL};
    struct client_options where = {.url = NULL};
    struct chain chain = {.count = 0};
    char **operands;
    int count, result = command_parse(&verify_command, argc, argv, &options, &where, &operands, &count);

    if (result != COMMAND_GO_ON)
        return result;
    if (options.head && (strlen(options.head) != HASH_TEXT_SIZE - 1 ||
                         strspn(options.head, "0123456789abcdefABCDEF") != HASH_TEXT_SIZE - 1))
        return command_usage(&verify_command, "--head takes a hash of 64 hexadecimal digits, not '%s'",
                             options.head);
    hash_text(chain.hash, chain.head);
    chain.wanted = options.head;
    result = walk(&where, take_chain, &chain);
    if (result != EXIT_OK)
        return result;
    printf("%" PRId64 " records, head %s\n", chain.count, chain.head);
    if (chain.wanted && !chain.found) {
        fprintf(stderr,
                "cxd: the audit log is broken: no record has the hash %s; it was cut off or written anew\n",
                chain.wanted);
        return EXIT_REFUSED;
    }
    return EXIT_OK;
}
