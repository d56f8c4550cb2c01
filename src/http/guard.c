/* Request smuggling lives on the difference between two parsers. libmicrohttpd 0.9.75 takes the first of two lengths,
 * reads on until close for an unknown transfer coding, and ends lines and values at bare LF and NUL; so connection.c
 * passes every header block through here before any of the body is read. The rules are those of RFC 9112 with nothing
 * forgiven. libmicrohttpd 1.0 reads strictly by itself (loop.c asks for it), and what it refuses never comes here. */

#include "http/guard.h"

#include <string.h>
#include <strings.h>

#include "http/target.h"

enum { LENGTH_DIGITS_MAX = 18, RECORD_BYTES = 64 };

static bool is_control(char c) {
    unsigned char u = (unsigned char)c;
    return u == 0x7f || u < 0x20;
}

/* Of tokens (RFC 9110 §5.6.2): this stands on the path of every header. */
static const bool IS_TOKEN[256] = {
    ['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true, ['!'] = true, ['#'] = true, ['$'] = true,
    ['%'] = true,         ['&'] = true,         ['\''] = true,        ['*'] = true, ['+'] = true, ['-'] = true,
    ['.'] = true,         ['^'] = true,         ['_'] = true,         ['`'] = true, ['|'] = true, ['~'] = true};

/* Of values (§5.5): all but control characters. */
static const bool IS_TEXT[256] = {['\t'] = true, [' ' ... '~'] = true, [0x80 ... 0xFF] = true};

bool guard_is_token(const char *text, size_t length) {
    size_t i = 0;
    while (i < length && IS_TOKEN[(unsigned char)text[i]])
        i++;
    return i == length && length > 0;
}

static void refuse(struct guard *guard, const char *reason) {
    if (!guard->reason)
        guard->reason = reason;
}

static size_t span(const char *text, size_t length, const char *also) {
    size_t i = 0;
    while (i < length && text[i] != '\0' &&
           ((text[i] >= '0' && text[i] <= '9') || (text[i] >= 'A' && text[i] <= 'Z') ||
            (text[i] >= 'a' && text[i] <= 'z') || strchr(also, text[i])))
        i++;
    return i;
}

/* ":" port, a number of 16 bits or nothing; or no more. */
static bool is_port(const char *value, size_t length) {
    unsigned port = 0;
    if (length > 0 && value[0] != ':')
        return false;
    for (size_t i = 1; i < length; i++) {
        if (value[i] < '0' || value[i] > '9')
            return false;
        port = port * 10 + (unsigned)(value[i] - '0');
        if (port > UINT16_MAX)
            return false;
    }
    return true;
}

/* uri-host [ ":" port ], without a user and without the comma that joins two. */
static bool is_host(const char *value, size_t length) {
    size_t end;
    if (length > 0 && value[0] == '[') {
        size_t inner = span(value + 1, length - 1, ":.");
        if (inner == 0 || inner + 1 == length || value[inner + 1] != ']')
            return false;
        end = inner + 2;
    } else {
        end = span(value, length, "-._~%!$&'()*+;=");
        if (end == 0)
            return false;
    }
    return is_port(value + end, length - end);
}

/* RFC 9112 §3.2. The authority form is CONNECT's, which nobody here has a use for. */
static void check_target(struct guard *guard, const char *method, const char *target) {
    size_t length;
    const char *authority = target_authority(target, &length);
    if (authority && !is_host(authority, length))
        refuse(guard, "The request target has no host, or one that is none (a user before it is not taken)");
    else if (!authority && target[0] != '/' && (strcmp(target, "*") != 0 || strcmp(method, "OPTIONS") != 0))
        refuse(guard, "The request target neither begins with a slash nor is an http or https URL");
    for (const char *c = target; *c; c++)
        if (*c == ' ' || *c == '#' || is_control(*c))
            refuse(guard, "The request target has a blank, a control character or a fragment");
}

void guard_begin(struct guard *guard, const char *method, const char *target, const char *version) {
    *guard = (struct guard){.facts.http_1_0 = strcmp(version, "HTTP/1.0") == 0, .target_length = strlen(target)};
    if (!guard_is_token(method, strlen(method)))
        refuse(guard, "The method is not a token");
    check_target(guard, method, target);
}

void guard_layout(struct guard *guard, const char *method, const char *raw_target, const char *version) {
    if (raw_target != method + strlen(method) + 1)
        refuse(guard, "The request line has more than one blank");
    if (version != raw_target + guard->target_length + 1)
        refuse(guard, "The request target has a NUL, or more than one blank behind it");
    guard->next = version + strlen(version) + 2;
}

static void take_host(struct guard *guard, const char *value, size_t length) {
    while (length > 0 && (value[length - 1] == ' ' || value[length - 1] == '\t'))
        length--;
    if (!is_host(value, length))
        refuse(guard, "The Host is not a host");
    guard->hosts++;
}

static void take_length(struct guard *guard, const char *value, size_t length) {
    guard->lengths++;
    if (length == 0 || length > LENGTH_DIGITS_MAX) {
        refuse(guard, "The Content-Length is not a number");
        return;
    }
    uint64_t number = 0;
    for (size_t i = 0; i < length; i++) {
        if (value[i] < '0' || value[i] > '9')
            refuse(guard, "The Content-Length is not a number");
        number = number * 10 + (uint64_t)(value[i] - '0');
    }
    guard->facts.has_length = true;
    guard->facts.length = number;
}

static void take_encoding(struct guard *guard, const char *value, size_t length) {
    guard->encodings++;
    guard->facts.chunked = true;
    if (length != strlen("chunked") || strncasecmp(value, "chunked", length) != 0)
        refuse(guard, "The Transfer-Encoding is not \"chunked\"");
}

static void take_expect(struct guard *guard, const char *value, size_t length) {
    if (length == strlen("100-continue") && strncasecmp(value, "100-continue", length) == 0)
        guard->facts.expects_continue = true;
}

static void take_authorization(struct guard *guard, const char *value, size_t length) {
    (void)value;
    (void)length;
    guard->facts.authorizations++;
}

static void take_text(struct guard_text *text, const char *value, size_t length) {
    *text = (struct guard_text){.text = value, .length = length, .count = text->count + 1};
}

/* The library takes a copy of the first one apart. */
static void take_cookie(struct guard *guard, const char *value, size_t length) {
    size_t pairs = 1;
    if (guard->cookies++ > 0)
        return;
    for (size_t i = 0; i < length; i++)
        pairs += value[i] == ';' || value[i] == ',';
    guard->facts.record_bytes += length + 1 + pairs * RECORD_BYTES;
}

static void take_request_id(struct guard *guard, const char *value, size_t length) {
    take_text(&guard->request_id, value, length);
}

static void take_traceparent(struct guard *guard, const char *value, size_t length) {
    take_text(&guard->traceparent, value, length);
}

#define WATCHED(name, take)                                                                                            \
    { name, sizeof name - 1, take }

static const struct {
    const char *name;
    size_t length;
    void (*take)(struct guard *guard, const char *value, size_t length);
} watched[] = {
    WATCHED("Host", take_host),
    WATCHED("Content-Length", take_length),
    WATCHED("Transfer-Encoding", take_encoding),
    WATCHED("Expect", take_expect),
    WATCHED("Authorization", take_authorization),
    WATCHED("Cookie", take_cookie),
    WATCHED("X-Request-Id", take_request_id),
    WATCHED("traceparent", take_traceparent),
};

void guard_field(struct guard *guard, const char *name, size_t name_length, const char *value, size_t value_length) {
    if (guard->next) {
        if (name != guard->next)
            refuse(guard, "A header line does not end with CR LF, is folded, or has a NUL");
        guard->next = value + value_length + 2;
    }
    guard->facts.record_bytes += RECORD_BYTES;
    if (!guard_is_token(name, name_length))
        refuse(guard, name_length > 0 ? "A header's name is not a token" : "A header has no name");
    size_t good = 0;
    while (good < value_length && IS_TEXT[(unsigned char)value[good]])
        good++;
    if (good < value_length)
        refuse(guard, "A header's value has a control character");
    for (size_t i = 0; i < sizeof watched / sizeof watched[0]; i++)
        if (name_length == watched[i].length && strncasecmp(name, watched[i].name, name_length) == 0)
            watched[i].take(guard, value, value_length);
}

const char *guard_end(struct guard *guard, const char *end) {
    if (guard->next && guard->next + 2 != end)
        refuse(guard, "A header line does not end with CR LF, is folded, or has a NUL");
    if (guard->lengths > 1)
        refuse(guard, "There is more than one Content-Length");
    if (guard->encodings > 1)
        refuse(guard, "There is more than one Transfer-Encoding");
    if (guard->lengths > 0 && guard->encodings > 0)
        refuse(guard, "There are both a Content-Length and a Transfer-Encoding");
    if (guard->encodings > 0 && guard->facts.http_1_0)
        refuse(guard, "HTTP/1.0 has no Transfer-Encoding");
    /* MHD would wait for a body that is none, and lose what comes instead. RFC 9110 §10.1.1 forbids it to clients. */
    if (guard->facts.expects_continue && guard->facts.length == 0 && !guard->facts.chunked && !guard->facts.http_1_0)
        refuse(guard, "Expect: 100-continue is for requests with a body");
    if (guard->hosts > 1)
        refuse(guard, "There is more than one Host");
    if (guard->hosts == 0 && !guard->facts.http_1_0)
        refuse(guard, "There is no Host");
    return guard->reason;
}
