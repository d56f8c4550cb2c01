/* The transport of the subcommands: one request to the daemon over HTTP/1.1, bounded in time and size, and its reply
 * parsed. */

#include "cmd/client.h"
#include "cmd/output.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cxd/base/clock.h"
#include "cxd/cmd/cmd.h"

enum {
    CONNECT_MS = 5000,
    TOTAL_MS = 60000,
    ALL_MS = 600000, /* of all the requests of a command: a list in pages may have many */
    REPLY_BYTES_MAX = 16 << 20,
    TEXT_BYTES_MAX = 64 << 20,  /* of a list that is passed on */
    REPLY_VALUES_MAX = 1000000, /* parsed, each takes some hundred bytes */
    REPLY_DEPTH_MAX = 32,
    RETRIES_MAX = 3,
    RETRY_BUDGET_MS = 30000, /* no wait ends later than this after the first try */
    RETRY_FIRST_MS = 250,    /* doubled each time, where the daemon does not say */
    SILENCE_S = 660,         /* of a reply to a sink: the daemon looks for what it sends as long as that at most */
    SINK_PIECE_BYTES = 256 << 10,
    PULSE_MS = 100,
    HEADER_SIZE = 256 /* of a request's own */
};

struct client {
    struct place place;
    CURL *curl;
    struct curl_slist *headers; /* of every request */
    int64_t waited_ms;          /* for replies, in all */
    CURLcode code;              /* of the last transfer */
    char message[CURL_ERROR_SIZE];
};

int client_open(const struct client_options *options, struct client **ret_client) {
    struct client *client = NULL;
    struct place place;
    char authorization[PLACE_KEY_SIZE + 32];
    struct curl_slist *headers;
    int result;

    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        complain("libcurl cannot start");
        return EXIT_REFUSED;
    }
    result = place_find(options, &place);
    if (result != EXIT_OK)
        return result;
    client = calloc(1, sizeof *client);
    if (!client)
        goto no_memory;
    client->place = place;
    client->curl = curl_easy_init();
    client->headers = curl_slist_append(NULL, "Accept: application/json, application/problem+json");
    if (!client->curl || !client->headers)
        goto no_memory;
    snprintf(authorization, sizeof authorization, "Authorization: Bearer %s", place.key);
    headers = *place.key ? curl_slist_append(client->headers, authorization) : client->headers;
    if (!headers || !curl_slist_append(client->headers, "Expect:"))
        goto no_memory;
    *ret_client = client;
    return EXIT_OK;
no_memory:
    complain("out of memory");
    client_close(client);
    return EXIT_REFUSED;
}

void client_close(struct client *client) {
    if (!client)
        return;
    curl_slist_free_all(client->headers);
    curl_easy_cleanup(client->curl);
    free(client);
    curl_global_cleanup();
}

void client_query_add(struct client_request *request, const char *key, const char *value) {
    if (value && request->query_count < CLIENT_QUERY_MAX)
        request->query[request->query_count++] = (struct client_query){key, value};
}

struct reception {
    CURL *curl;
    struct buffer *body;
    size_t bytes_max;
    const struct client_sink *sink;
};

static bool is_good(long status) {
    return status >= 200 && status <= 299;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *context) {
    const struct reception *reception = context;
    struct buffer *body = reception->body;
    long status = 0;

    if (reception->sink && curl_easy_getinfo(reception->curl, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK &&
        is_good(status))
        return reception->sink->take(reception->sink->context, bytes, size * count) ? size * count : 0;
    if (body->length + size * count > reception->bytes_max)
        return 0;
    buffer_append(body, bytes, size * count);
    return body->failed ? 0 : size * count;
}

static int take_pulse(void *context, curl_off_t all CXD_UNUSED, curl_off_t now CXD_UNUSED, curl_off_t sent CXD_UNUSED,
                      curl_off_t of CXD_UNUSED) {
    const struct client_sink *sink = context;

    return sink->pulse(sink->context) ? 0 : 1;
}

static void append_escaped(struct client *client, struct buffer *out, const char *text) {
    char *escaped = curl_easy_escape(client->curl, text, 0);

    if (escaped)
        buffer_append_text(out, escaped);
    else
        out->failed = true;
    curl_free(escaped);
}

/* The base, the path with each of its segments encoded, and the query. */
static void append_url(struct client *client, const struct client_request *request, struct buffer *out) {
    char segment[1024];
    const char *path = request->path;

    buffer_append_text(out, client->place.url);
    while (*path == '/') {
        size_t length = strcspn(++path, "/");

        snprintf(segment, sizeof segment, "%.*s", (int)length, path);
        buffer_append_char(out, '/');
        append_escaped(client, out, segment);
        path += length;
    }
    for (size_t i = 0; i < request->query_count; i++) {
        buffer_append_char(out, i ? '&' : '?');
        append_escaped(client, out, request->query[i].key);
        buffer_append_char(out, '=');
        append_escaped(client, out, request->query[i].value);
    }
    buffer_append_char(out, '\0');
}

/* How long the next reply may take. */
static int64_t patience_ms(const struct client *client, const struct client_request *request) {
    int64_t left_ms = request->is_of_many ? TOTAL_MS : ALL_MS - client->waited_ms;

    return left_ms > TOTAL_MS ? TOTAL_MS : left_ms;
}

static void prepare_sink(CURL *curl, const struct client_sink *sink) {
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 0L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)SILENCE_S);
    curl_easy_setopt(curl, CURLOPT_BUFFERSIZE, (long)SINK_PIECE_BYTES);
    curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L); /* a peer that is gone says no goodbye */
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, take_pulse);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, sink);
}

static bool prepare(struct client *client, const struct client_request *request, const char *url,
                    struct curl_slist *headers, struct reception *reception) {
    CURL *curl = client->curl;
    bool good;

    curl_easy_reset(curl);
    client->message[0] = '\0';
    good = curl_easy_setopt(curl, CURLOPT_URL, url) == CURLE_OK;
    good = good && curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK;
    good = good && curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method) == CURLE_OK;
    good = good && curl_easy_setopt(curl, CURLOPT_USERAGENT, "cxd/" CXD_VERSION) == CURLE_OK;
    if (request->body) {
        good =
            good && curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_length) == CURLE_OK;
        good = good && curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body) == CURLE_OK;
    }
    if (client->place.is_direct)
        good = good && curl_easy_setopt(curl, CURLOPT_PROXY, "") == CURLE_OK;
    if (*client->place.pin) {
        /* The daemon told by a file of its own which key it has: no authority can say it better. */
        good = good && curl_easy_setopt(curl, CURLOPT_PINNEDPUBLICKEY, client->place.pin) == CURLE_OK;
        good = good && curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L) == CURLE_OK;
        good = good && curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L) == CURLE_OK;
    }
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)patience_ms(client, request));
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, client->message);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, reception);
    if (request->sink)
        prepare_sink(curl, request->sink);
    return good;
}

static bool is_transient(CURLcode code, long status) {
    switch (code) {
    case CURLE_OK:
        return status == 503;
    case CURLE_COULDNT_CONNECT:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
    case CURLE_OPERATION_TIMEDOUT:
        return true;
    default:
        return false;
    }
}

static void sleep_ms(int64_t ms) {
    struct timespec left = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};

    while (nanosleep(&left, &left) != 0 && errno == EINTR)
        ;
}

/* How long to wait before the next try: −1 for no more. */
static int64_t retry_wait_ms(struct client *client, CURLcode code, long status, int tries, int64_t started_ms) {
    curl_off_t said_s = 0;
    int64_t wait_ms = (int64_t)RETRY_FIRST_MS << (tries - 1);

    if (tries > RETRIES_MAX || !is_transient(code, status))
        return -1;
    if (code == CURLE_OK && curl_easy_getinfo(client->curl, CURLINFO_RETRY_AFTER, &said_s) == CURLE_OK && said_s > 0)
        wait_ms = said_s > RETRY_BUDGET_MS / 1000 ? RETRY_BUDGET_MS + 1 : (int64_t)said_s * 1000;
    return clock_monotonic_ms() - started_ms + wait_ms > RETRY_BUDGET_MS ? -1 : wait_ms;
}

const char *client_lost_reason(const struct client *client) {
    return *client->message ? client->message : curl_easy_strerror(client->code);
}

void client_say_lost(const struct client *client) {
    complain("no reply from %s: %s", client->place.url, client_lost_reason(client));
    if (client->code == CURLE_COULDNT_CONNECT)
        output_line(stderr, "Is the daemon running? %s starts it; --url URL or -c FILE says where it is.",
                    client->place.is_checkout ? "'make run'" : "'cxd serve -c FILE' or 'systemctl start cxd'");
}

static void note_tag(const struct client *client, struct client_reply *reply) {
    struct curl_header *header;

    reply->tag[0] = '\0';
    if (curl_easy_header(client->curl, "ETag", 0, CURLH_HEADER, -1, &header) == CURLHE_OK && *header->value == '"' &&
        strlen(header->value) < sizeof reply->tag)
        strcpy(reply->tag, header->value);
}

/* One request, tried as often as it may be. */
static CURLcode perform(struct client *client, const struct client_request *request, const char *url,
                        struct curl_slist *headers, struct client_reply *reply) {
    struct reception reception = {client->curl, &reply->body, request->takes_text ? TEXT_BYTES_MAX : REPLY_BYTES_MAX,
                                  request->sink};
    int64_t started_ms = clock_monotonic_ms(), wait_ms;
    CURLcode code;
    int tries = 0;

    do {
        int64_t asked_ms = clock_monotonic_ms();

        if (patience_ms(client, request) <= 0)
            return CURLE_OPERATION_TIMEDOUT;
        buffer_reset(&reply->body);
        reply->status = 0;
        if (!prepare(client, request, url, headers, &reception))
            return CURLE_OUT_OF_MEMORY;
        code = curl_easy_perform(client->curl);
        curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &reply->status);
        note_tag(client, reply);
        if (!request->sink && !request->is_of_many)
            client->waited_ms += clock_monotonic_ms() - asked_ms;
        tries++;
        wait_ms = request->is_repeatable && !(request->sink && is_good(reply->status))
                      ? retry_wait_ms(client, code, reply->status, tries, started_ms)
                      : -1;
        if (wait_ms >= 0) {
            complain("%s; trying again in %.2g s", code == CURLE_OK ? "the daemon is busy" : curl_easy_strerror(code),
                     (double)wait_ms / 1000);
            sleep_ms(wait_ms);
        }
    } while (wait_ms >= 0);
    return code;
}

/* As much as a daemon sends, and no more to parse. */
static bool is_bounded(const struct buffer *body) {
    size_t values = 0;

    for (size_t i = 0; i < body->length; i++)
        values += body->data[i] == ',' || body->data[i] == '[' || body->data[i] == '{';
    return body->length > 0 && body->length <= REPLY_BYTES_MAX && values <= REPLY_VALUES_MAX &&
           !json_too_deep(body->data, body->length, REPLY_DEPTH_MAX);
}

/* Those of this call, to which the client's own are hung; NULL where memory is refused. */
static struct curl_slist *own_headers(const struct client_request *request, struct curl_slist **ret_last) {
    const struct client_query own[] = {{"Content-Type", request->type ? request->type : "application/json"},
                                       {"If-Match", request->if_match},
                                       {"Last-Event-ID", request->last_event_id}};
    char text[HEADER_SIZE];
    struct curl_slist *headers = NULL;

    for (size_t i = 0; i < CXD_COUNT(own); i++) {
        if (!own[i].value)
            continue;
        snprintf(text, sizeof text, "%s: %s", own[i].key, own[i].value);
        struct curl_slist *longer = curl_slist_append(headers, text);
        if (!longer) {
            curl_slist_free_all(headers);
            return NULL;
        }
        headers = longer;
    }
    for (*ret_last = headers; (*ret_last)->next;)
        *ret_last = (*ret_last)->next;
    return headers;
}

int client_call(struct client *client, const struct client_request *request, struct client_reply *ret_reply) {
    struct client_reply reply = {.status = 0};
    struct buffer url;
    CURLcode code = CURLE_OUT_OF_MEMORY;
    struct error err;
    int result = EXIT_REFUSED;

    buffer_init(&reply.body);
    buffer_init(&url);
    append_url(client, request, &url);
    struct curl_slist *last = NULL, *headers = own_headers(request, &last);
    if (headers)
        last->next = client->headers;
    if (!url.failed && headers)
        code = perform(client, request, url.data, headers, &reply);
    if (headers) {
        last->next = NULL;
        curl_slist_free_all(headers);
    }
    client->code = code;
    reply.is_lost = code != CURLE_OK;
    if (code != CURLE_OK) {
        if (!request->is_quiet && !request->sink)
            client_say_lost(client);
        goto out;
    }
    if (!is_bounded(&reply.body) || json_open(reply.body.data, reply.body.length, &reply.document, &err) != CXD_OK)
        reply.document = NULL;
    if (is_good(reply.status) && (reply.document || request->takes_text))
        result = EXIT_OK;
    else if (!request->is_quiet && is_good(reply.status))
        client_unexpected(client, "JSON");
    else if (!request->is_quiet)
        problem_print(&client->place, reply.status, reply.document);
out:
    buffer_free(&url);
    *ret_reply = reply;
    return result;
}

void client_reply_free(struct client_reply *reply) {
    json_free(reply->document);
    buffer_free(&reply->body);
}

const char *client_header(const struct client *client, const char *name) {
    struct curl_header *header;

    if (curl_easy_header(client->curl, name, 0, CURLH_HEADER | CURLH_TRAILER, -1, &header) != CURLHE_OK)
        return NULL;
    return header->value;
}

bool client_wait(const struct client_sink *sink, int64_t ms) {
    for (; ms > 0; ms -= PULSE_MS) {
        sleep_ms(ms < PULSE_MS ? ms : PULSE_MS);
        if (!sink->pulse(sink->context))
            return false;
    }
    return true;
}

int client_unexpected(const struct client *client, const char *what) {
    complain("the reply from %s is not %s as cxd writes it; is it a cxd daemon?", client->place.url, what);
    return EXIT_REFUSED;
}
