/* cxd audit and cxd audit verify: the audit log by /v1/audit, page by page. Verifying trusts nothing but the texts:
 * every hash is computed anew. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cmd/client.h"
#include "cmd/csv_view.h"
#include "cmd/view.h"
#include "cxd/base/clock.h"
#include "cxd/base/secret.h"
#include "cxd/cmd/cmd.h"
#include "cxd/domain/key.h"

enum { HASH_TEXT_SIZE = 2 * SHA256_SIZE + 1, LIST_BYTES_MAX = 16 << 20 };

struct audit_options {
    struct output_options output;
    const char *head, *respondent;
};

/* What is done with the pages. An exit code; EXIT_OK goes on. */
typedef int take_page(void *context, const struct client *client, const struct client_reply *reply);

static int walk(const struct client_options *where, const char *respondent, take_page *take, void *context) {
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
        if (respondent)
            client_query_add(&request, "respondent", respondent);
        result = client_call(client, &request, &reply);
        if (result == EXIT_OK && !json_get(reply.document, "records"))
            result = client_unexpected(client, "a list of records");
        if (result == EXIT_OK)
            result = take(context, client, &reply);
        more = result == EXIT_OK && json_number(reply.document, "next", &next);
        if (more && !(next > before && next < 1e15 && json_count(json_get(reply.document, "records")) > 0))
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
    struct output_options output;
    struct {
        double count;
        char at[TIME_TEXT_SIZE], actor[ACTOR_SIZE], detail[64]; /* of the last */
    } erasures;
    char restored[TIME_TEXT_SIZE]; /* when the store was last a copy, or without its list; "": never */
};

static void note_erasure(struct list *list, const struct json *record) {
    const char *act = json_text(record, "act"), *at = json_text(record, "at");
    const char *actor = json_text(record, "actor"), *detail = json_text(record, "detail");

    if (!act || strcmp(act, "respondent.erase") != 0)
        return;
    list->erasures.count++;
    snprintf(list->erasures.at, sizeof list->erasures.at, "%s", at ? at : "");
    snprintf(list->erasures.actor, sizeof list->erasures.actor, "%s", actor ? actor : "");
    snprintf(list->erasures.detail, sizeof list->erasures.detail, "%s", detail ? detail : "");
}

/* Erasures that a copy does not know leave no record of a name: where one was restored, that there is none says less.
 */
static int take_restored(void *context, const struct client *client, const struct client_reply *reply) {
    struct list *list = context;
    const struct json *records = json_get(reply->document, "records");

    (void)client;
    for (size_t i = 0; i < json_count(records); i++) {
        const char *act = json_text(json_at(records, i), "act"), *at = json_text(json_at(records, i), "at");

        if (act && at && strncmp(act, "erasures.", strlen("erasures.")) == 0)
            snprintf(list->restored, sizeof list->restored, "%s", at);
    }
    return EXIT_OK;
}

/* The answer in words, escaped as cells are: it came from the daemon. */
static void append_verdict(struct list *list) {
    struct buffer text;

    buffer_init(&text);
    if (list->erasures.count > 0)
        buffer_append_format(&text, "Erased at %s by %s (%s); records of erasures: %.0f.", list->erasures.at,
                             list->erasures.actor, list->erasures.detail, list->erasures.count);
    else
        buffer_append_text(&text, "There is no record that this respondent was erased.");
    if (list->erasures.count == 0 && list->restored[0] != '\0')
        buffer_append_format(&text,
                             " At %s the database was found to be older than its list of erasures, or without "
                             "one: what was erased before may be on record without a name, or not at all.",
                             list->restored);
    if (buffer_terminate(&text))
        screen_append(&list->screen, &list->out, text.data);
    else
        list->out.failed = true;
    buffer_append_char(&list->out, '\n');
    buffer_free(&text);
}

static const struct table_column COLUMNS[] = {
    {.header = "NUMBER", .text = "{number}", .is_right = true},
    {.header = "AT", .text = "{at}"},
    {.header = "ACTOR", .text = "{actor}"},
    {.header = "ACT", .text = "{act}"},
    {.header = "TARGET", .text = "{target}", .columns_min = 16},
    {.header = "DETAIL", .text = "{detail}", .wraps = true},
};

#define CSV "number at actor act target detail hash"

static bool is_streamed(const struct list *list) {
    return list->output.json || list->output.csv;
}

static int take_list(void *context, const struct client *client, const struct client_reply *reply) {
    struct list *list = context;
    const struct json *records = json_get(reply->document, "records");
    int result = EXIT_OK;

    (void)client;
    if (list->output.json)
        json_append_safe(&list->out, reply->body.data, reply->body.length, false);
    for (size_t i = 0; list->output.csv && i < json_count(records); i++)
        csv_view_append_row(&list->out, reply->document, json_at(records, i), CSV);
    if (is_streamed(list)) {
        result = output_write(&list->out); /* no log is too long so */
        buffer_reset(&list->out);
    } else if (list->table.text.length > LIST_BYTES_MAX) {
        complain("the audit log is too long to be laid out as a table: --json and --csv print it page by page");
        result = EXIT_REFUSED;
    }
    for (size_t i = 0; result == EXIT_OK && i < json_count(records); i++) {
        note_erasure(list, json_at(records, i));
        if (!is_streamed(list))
            view_add_row(&list->screen, &list->table, json_at(records, i));
    }
    return result;
}

static int run_list(const struct invocation *invocation) {
    const struct audit_options *options = invocation->options;
    struct list list;
    int result;

    if (options->respondent && *options->respondent == '\0')
        return command_usage(invocation->command, "the name of the respondent is empty");
    screen_init(&list.screen, stdout);
    table_init(&list.table, COLUMNS, CXD_COUNT(COLUMNS));
    buffer_init(&list.out);
    list.output = options->output;
    list.erasures.count = 0;
    list.restored[0] = '\0';
    if (list.output.csv)
        csv_view_append_header(&list.out, CSV);
    result = walk(&invocation->client, options->respondent, take_list, &list);
    if (result == EXIT_OK && options->respondent && list.erasures.count == 0)
        result = walk(&invocation->client, NULL, take_restored, &list);
    if (result == EXIT_OK && !is_streamed(&list))
        table_append(&list.screen, &list.out, &list.table);
    if (result == EXIT_OK && !is_streamed(&list) && options->respondent)
        append_verdict(&list);
    if (result == EXIT_OK)
        result = output_write(&list.out);
    if (result == EXIT_OK && options->respondent && list.erasures.count == 0)
        result = EXIT_REFUSED;
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
        hex_write(chain->hash, sizeof chain->hash, chain->head);
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
            complain("the audit log is broken: record %" PRId64 " is missing", chain->count + 1);
            return EXIT_REFUSED;
        }
        if (!extend(chain, record)) {
            complain("out of memory");
            return EXIT_REFUSED;
        }
        if (strcmp(hash, chain->head) != 0) {
            complain("the audit log is broken: record %" PRId64 " is not what was written", chain->count);
            return EXIT_REFUSED;
        }
        if (chain->wanted && strcasecmp(chain->wanted, hash) == 0)
            chain->found = true;
    }
    return EXIT_OK;
}

static int run_verify(const struct invocation *invocation) {
    const struct audit_options *options = invocation->options;
    struct chain chain = {.count = 0, .wanted = options->head};
    int result;

    if (options->head && (strlen(options->head) != HASH_TEXT_SIZE - 1 ||
                          strspn(options->head, "0123456789abcdefABCDEF") != HASH_TEXT_SIZE - 1))
        return command_usage(invocation->command, "--head takes a hash of 64 hexadecimal digits, not '%s'",
                             options->head);
    hex_write(chain.hash, sizeof chain.hash, chain.head);
    result = walk(&invocation->client, NULL, take_chain, &chain);
    if (result != EXIT_OK)
        return result;
    output_line(stdout, "%" PRId64 " records, head %s", chain.count, chain.head);
    if (chain.wanted && !chain.found) {
        complain("the audit log is broken: no record has the hash %s; it was cut off or written anew", chain.wanted);
        return EXIT_REFUSED;
    }
    return EXIT_OK;
}

#define AT(member) offsetof(struct audit_options, member)

static const struct option_spec list_specs[] = {
    {"json", 'j', OPTION_FLAG, AT(output.json), NULL, "print the daemon's replies, a page a line", NULL},
    OPTION_CSV(AT(output.csv)),
    {"respondent", 'r', OPTION_TEXT, AT(respondent), "NAME",
     "only what is about this respondent, and whether they were erased", NULL},
};

static const struct option_spec verify_specs[] = {
    {"head", 0, OPTION_TEXT, AT(head), "HASH", "a hash that was printed earlier and must still be there", NULL},
};

static const struct command verify_command = {
    .name = "audit verify",
    .operands = "",
    .summary = "Recomputes the chain of the audit log's hashes.",
    .text = "Prints how many records there are and the hash of the last, the head. Exits 1 and names the first\n"
            "record that is missing or was changed. Keep the head elsewhere: only with --head does a cut-off "
            "end\n"
            "show.",
    .example = "cxd audit verify --head 3d1f…",
    .options = verify_specs,
    .option_count = CXD_COUNT(verify_specs),
    .is_client = true,
    .run = run_verify,
};

const struct command cmd_audit = {
    .name = "audit",
    .operands = "",
    .summary = "Lists what admins did, oldest first.",
    .text = "The actor is the prefix of a key; 'local' is the daemon itself. 'cxd audit verify' tells "
            "whether the log\n"
            "is whole. With --respondent it says when and by whom that person was erased, and exits 1 where "
            "no erasure "
            "is on\n"
            "record.",
    .example = "cxd audit\ncxd audit --respondent customer-4711",
    .options = list_specs,
    .option_count = CXD_COUNT(list_specs),
    .is_client = true,
    .run = run_list,
    .commands = (const struct command *const[]){&verify_command, NULL},
};
