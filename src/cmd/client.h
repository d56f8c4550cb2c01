#ifndef CXD_CMD_CLIENT_H
#define CXD_CMD_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "cmd/command.h"
#include "cxd/base/buffer.h"
#include "cxd/base/compiler.h"
#include "cxd/codec/json.h"

/* The one HTTP client of the subcommands. Functions that return an int give an exit code, and have said on stderr what
 * went wrong where it is not EXIT_OK. */

enum { PLACE_URL_SIZE = 1024, PLACE_KEY_SIZE = 257, PLACE_PIN_SIZE = 64, PLACE_FILE_SIZE = 528 };

/* Where a key was looked for: with the options and the environment; or it is in admin.key of this machine, or not, or
 * in vain. */
enum place_key { PLACE_KEY_GIVEN, PLACE_KEY_OURS, PLACE_KEY_MISSING, PLACE_KEY_HIDDEN };

/* Where the daemon is and the key for it ("" if there is none). */
struct place {
    char url[PLACE_URL_SIZE]; /* without '/' at the end */
    char key[PLACE_KEY_SIZE];
    enum place_key key_found;
    char key_file[PLACE_FILE_SIZE]; /* admin.key where that was looked at */
    char
        pin[PLACE_PIN_SIZE]; /* the public key that the daemon of this machine shows by TLS ("sha256//…"); "" if none */
    bool is_direct;   /* no proxy of the environment has any business there: this machine, or where the configuration
                         leads */
    bool is_checkout; /* `make run` starts it */
};

/* --url and --key, CXD_URL and CXD_KEY, and for what is then missing the configuration: `endpoint` and `admin.key` in
 * the state directory, else the configured listener. Of the configuration no more is needed: what is wrong with it is
 * told and passed over. The admin key of this machine is not sent to a URL that was given,
 * unless the configuration was named with -c beside it. The state directory is read as its owner, and an `endpoint`
 * that leads elsewhere than to a loopback address or to the configured one is refused. */
CXD_NODISCARD int place_find(const struct client_options *options, struct place *ret_place);

/* configured.c */

struct actor;
struct config;
struct config_faults;

/* The configuration (of -c) for what asks a daemon: config_load_rest, and what is wrong is told on stderr, unless it
 * was before. The faults' lines are freed. */
CXD_NODISCARD enum cxd_err place_read(const char *given, bool is_told, struct config *ret_config,
                                      struct config_faults *ret_faults, struct error *err);
/* The same for what has to know the database only, or the state directory too. ERR_CONFIG where these are not known. */
CXD_NODISCARD enum cxd_err place_load(const char *given, bool needs_directory, struct config *ret_config,
                                      struct error *err);
/* [server] state_directory, else where the database lies; false where neither says. */
CXD_NODISCARD bool place_state_directory(const struct config *config, char *out, size_t size);
/* Who owns the two of them, where the caller is root and that is somebody else. ERR_CONFIG, ERR_SYSTEM. */
CXD_NODISCARD enum cxd_err place_owner(const struct config *config, struct actor *ret_owner, struct error *err);

/* client.c */

struct client;

CXD_NODISCARD int client_open(const struct client_options *options, struct client **ret_client);
/* Takes NULL. */
void client_close(struct client *client);

struct client_query {
    const char *key, *value;
};

enum { CLIENT_QUERY_MAX = TEXT_LIST_MAX + 24 };

/* Where the body of a 2xx reply goes that is too long to be kept. Each returns false where the transfer is to end. */
struct client_sink {
    bool (*take)(void *context, const char *bytes, size_t length);
    bool (*pulse)(void *context); /* about once a second, also while nothing comes */
    void *context;
};

struct client_request {
    const char *method;
    const char *path; /* "/v1/surveys/checkout", not yet encoded */
    struct client_query query[CLIENT_QUERY_MAX];
    size_t query_count;
    const void *body; /* NULL: none */
    size_t body_length;
    const char *type;     /* of the body; NULL: JSON */
    const char *if_match; /* the tag of what it was made from, which must be there still; NULL: whatever is there */
    const char *last_event_id; /* of a stream of events, behind which it goes on; NULL: from now on */
    bool is_quiet;             /* what goes wrong is not said */
    bool takes_text;           /* a 2xx reply may be other than one JSON document, and `document` then is NULL */
    bool is_repeatable; /* try again, within bounds, when the daemon cannot be reached, the reply is lost, or it says
                           503 */
    bool is_of_many;    /* one of so many requests that the time of the command has no bound */
    const struct client_sink *sink; /* with takes_text: no bound in size, nor in time while something comes; what goes
                                       wrong with the transfer itself is not said */
};

void client_query_add(struct client_request *request, const char *key, const char *value);

enum { CLIENT_TAG_SIZE = 64 };
struct client_reply {
    long status;
    char tag[CLIENT_TAG_SIZE]; /* the entity tag; "" if it has none, or a weak one, which no If-Match takes */
    struct buffer body;        /* the bytes, */
    struct json *document;     /* and what they say: never NULL after EXIT_OK, but for takes_text */
    bool is_lost;              /* the daemon was not reached, or the reply did not end, be it that the sink ended it */
};

/* EXIT_OK for a 2xx reply with a JSON body. Free the reply in any case. */
CXD_NODISCARD int client_call(struct client *client, const struct client_request *request,
                              struct client_reply *ret_reply);
/* The same for a list that may come in pages: fetches all, and the reply has them as one, as if it had been one page.
 * `member` is the list's name. */
CXD_NODISCARD int client_call_pages(struct client *client, const struct client_request *request, const char *member,
                                    struct client_reply *ret_reply);
/* The same, with pages that may have nothing: as many as are needed for `want` of the list; 0: all. */
CXD_NODISCARD int client_call_some_pages(struct client *client, const struct client_request *request,
                                         const char *member, size_t want, struct client_reply *ret_reply);
void client_reply_free(struct client_reply *reply);

/* A header of the last reply, or a trailer; NULL where it has none. Valid until the next one. */
const char *client_header(const struct client *client, const char *name);
/* Why the last transfer came to no end; says so as of a request that is no sink's. */
const char *client_lost_reason(const struct client *client);
void client_say_lost(const struct client *client);
/* Sleeps, unless the sink's pulse ends it: false then. */
CXD_NODISCARD bool client_wait(const struct client_sink *sink, int64_t ms);

/* Says that a reply was JSON but not the `what` that was asked for; EXIT_REFUSED. */
int client_unexpected(const struct client *client, const char *what);

/* Prints a problem+json (or, if `document` is NULL or none, the bare status) to stderr, and what helps against it. */
void problem_print(const struct place *place, long status, const struct json *document);

#endif
