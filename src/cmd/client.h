#ifndef CXD_CMD_CLIENT_H
#define CXD_CMD_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "cmd/command.h"
#include "cxd/base/buffer.h"
#include "cxd/base/compiler.h"
#include "cxd/codec/json.h"

/* The one HTTP client of the subcommands. Functions that return an int give an exit code, and have said on stderr what went wrong
 * where it is not EXIT_OK. */

enum { PLACE_URL_SIZE = 1024, PLACE_KEY_SIZE = 257, PLACE_PIN_SIZE = 64 };

/* Where the daemon is and the key for it ("" if there is none). */
struct place {
    char url[PLACE_URL_SIZE]; /* without '/' at the end */
    char key[PLACE_KEY_SIZE];
    char pin
        [PLACE_PIN_SIZE]; /* the public key that the daemon of this machine shows by TLS ("sha256//…"); "" if none */
};

/* --url and --key, CXD_URL and CXD_KEY, and for what is then missing the configuration: `endpoint` and `admin.key` in the state
 * directory, else the configured listener. The admin key of this machine is not sent to a URL that was given, unless the
 * configuration was named with -c beside it. */
CXD_NODISCARD int place_find(const struct client_options *options, struct place *ret_place);

struct client;

CXD_NODISCARD int client_open(const struct client_options *options, struct client **ret_client);
/* Takes NULL. */
void client_close(struct client *client);

struct client_query {
    const char *key, *value;
};

enum { CLIENT_QUERY_MAX = TEXT_LIST_MAX + 16 };

struct client_request {
    const char *method;
    const char *path; /* "/v1/surveys/checkout", not yet encoded */
    struct client_query query[CLIENT_QUERY_MAX];
    size_t query_count;
    const void *body; /* NULL: none */
    size_t body_length;
    const char *type; /* of the body; NULL: JSON */
    bool is_quiet;    /* what goes wrong is not said */
    bool takes_text;  /* a 2xx reply may be other than one JSON document, and `document` then is NULL */
    bool
        is_repeatable; /* try again, within bounds, when the daemon cannot be reached, the reply is lost, or it says 503 */
};

void client_query_add(struct client_request *request, const char *key, const char *value);

struct client_reply {
    long status;
    struct buffer body;    /* the bytes, */
    struct json *document; /* and what they say: never NULL after EXIT_OK, but for takes_text */
};

/* EXIT_OK for a 2xx reply with a JSON body. Free the reply in any case. */
CXD_NODISCARD int client_call(struct client *client, const struct client_request *request,
                              struct client_reply *ret_reply);
void client_reply_free(struct client_reply *reply);

/* Says that a reply was JSON but not the `what` that was asked for; EXIT_REFUSED. */
int client_unexpected(const struct client *client, const char *what);

/* Prints a problem+json (or, if `document` is NULL or none, the bare status) to stderr. */
void problem_print(const char *url, long status, const struct json *document);

#endif
