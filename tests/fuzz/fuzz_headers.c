/* The first byte chooses: a header's value ('a' Authorization, 'c' Accept, 'e' If-Match, 'f' X-Forwarded-For), a list
 * of trusted networks ('n'), a request target ('t'), or a whole header block for the guard ('g'). */
#include "fuzz.h"

#include <arpa/inet.h>
#include <strings.h>

#include "api/app.h"
#include "cxd/base/arena.h"
#include "cxd/base/compiler.h"
#include "cxd/base/etag.h"
#include "http/accept.h"
#include "http/auth.h"
#include "http/forwarded.h"
#include "http/guard.h"
#include "http/router.h"
#include "http/target.h"

static void fuzz_authorization(const char *text) {
    const char *token = auth_bearer(text);
    if (!token)
        return;
    CHECK(strncasecmp(text, "bearer ", 7) == 0 && token >= text + 7);
    CHECK(token[0] != '\0' && token + strlen(token) == text + strlen(text));
    for (const char *c = token; *c != '\0'; c++)
        CHECK(*c > ' ' && *c < 0x7F && *c != '"' && *c != ',');
}

/* A weight stays in its bounds, and what stands behind the range that names the type itself changes nothing. */
static void fuzz_accept(const char *text) {
    int weight = accept_weigh(text, "image/svg+xml");
    CHECK(weight >= 0 && weight <= 1000);
    char *list = malloc(strlen(text) + 32);
    CHECK(list);
    sprintf(list, "image/svg+xml;q=0.123, %s", text);
    CHECK(accept_weigh(list, "image/svg+xml") == 123);
    int found = accept_find_gzip(text);
    CHECK(found >= -1 && found <= 1);
    free(list);
}

/* Another's tag never fits; ours does wherever it is put into a list that was one before, and a weak one never
 * strongly.
 */
static void fuzz_etag(const char *text) {
    char tag[ETAG_SIZE];
    etag_make(text, strlen(text), tag);
    char first = text[strspn(text, " \t,")];
    bool star = first == '*';
    bool is_list = !etag_list_fault(text);
    CHECK(!etag_list_has(text, tag, false) || star || strstr(text, tag));
    CHECK(!etag_list_has(text, tag, true) || etag_list_has(text, tag, false));
    CHECK(!is_list || star || strchr(text, '"'));
    char *list = malloc(strlen(text) + 2 * ETAG_SIZE);
    CHECK(list);
    sprintf(list, "W/%s, %s", tag, text);
    CHECK(etag_list_has(list, tag, false));
    CHECK(star || first == '\0' || !is_list == !!etag_list_fault(list));
    CHECK(star || etag_list_has(list, tag, true) == etag_list_has(text, tag, true));
    sprintf(list, "\"a,b\" ,%s", tag);
    CHECK(etag_list_has(list, tag, false) && etag_list_has(list, tag, true) && !etag_list_fault(list));
    free(list);
}

/* The address at `text`, read by the C library after everything around it has been cut off. False if it is none. */
static bool read_hop(char *text, struct in6_addr *ret_hop) {
    struct in_addr v4;
    char *end = text + strlen(text);
    char *digits = end;
    while (digits > text && digits[-1] >= '0' && digits[-1] <= '9')
        digits--;
    char *colon = strchr(text, ':');
    bool has_port = digits < end && end - digits <= 5 && digits > text && digits[-1] == ':';
    if (has_port && (colon == digits - 1 || (text[0] == '[' && digits[-2] == ']'))) {
        digits[-1] = '\0';
        end = digits - 1;
    }
    if (text[0] == '[' && end[-1] == ']') {
        end[-1] = '\0';
        return inet_pton(AF_INET6, text + 1, ret_hop) == 1;
    }
    if (inet_pton(AF_INET, text, &v4) == 1) {
        memset(ret_hop, 0, 10);
        memset(ret_hop->s6_addr + 10, 0xFF, 2);
        memcpy(ret_hop->s6_addr + 12, &v4, 4);
        return true;
    }
    return inet_pton(AF_INET6, text, ret_hop) == 1;
}

static bool is_trusted(const struct in6_addr *hop) {
    bool is_v4 = IN6_IS_ADDR_V4MAPPED(hop);
    return is_v4 ? hop->s6_addr[12] == 10 : hop->s6_addr[0] == 0x20 && hop->s6_addr[1] == 0x01;
}

/* The walk as it is told: from the right, past trusted hops, to the first that is not; a line feed parts two headers.
 */
static void fuzz_forwarded(char *text) {
    struct network_list trusted;
    struct forwarded forwarded;
    struct in6_addr hop, client;
    bool is_known = false;
    CHECK(network_list_parse("10.0.0.0/8, 2001::/16", &trusted));
    forwarded_begin(&forwarded, &trusted);
    for (char *line = text; line;) {
        char *next = strchr(line, '\n');
        forwarded_take(&forwarded, line, next ? (size_t)(next - line) : strlen(line));
        line = next ? next + 1 : NULL;
    }
    for (char *c = text; *c != '\0'; c++)
        *c = *c == '\n' ? ',' : *c;
    for (bool at_start = false; !at_start;) {
        char *comma = strrchr(text, ',');
        char *entry = comma ? comma + 1 : text;
        at_start = !comma;
        entry += strspn(entry, " \t");
        size_t length = strlen(entry);
        while (length > 0 && (entry[length - 1] == ' ' || entry[length - 1] == '\t'))
            entry[--length] = '\0';
        if (length > 0) {
            if (!read_hop(entry, &hop))
                break;
            client = hop;
            is_known = true;
            if (!is_trusted(&hop))
                break;
        }
        if (comma)
            *comma = '\0';
    }
    CHECK(forwarded.is_known == is_known);
    CHECK(!is_known || memcmp(&forwarded.hop, &client, sizeof client) == 0);
}

/* A list that is taken is taken in another order too, and has the addresses that it names. */
static void fuzz_networks(char *text) {
    struct network_list list, again;
    if (!network_list_parse(text, &list))
        return;
    char *longer = malloc(strlen(text) + 32);
    CHECK(longer);
    sprintf(longer, "unix 192.0.2.1,%s", text);
    CHECK(network_list_parse(longer, &again) == (list.count < NETWORKS_MAX));
    free(longer);
    for (size_t i = 0; i < list.count; i++) {
        const struct network *network = &list.networks[i];
        CHECK(network->bits <= 128 && (!network->is_v4 || network->bits >= 96));
        CHECK(network_list_has(&list, &network->address) || address_is_v4(&network->address) != network->is_v4);
        struct address last = network->address;
        for (unsigned bit = network->bits; bit < 128; bit++)
            last.bytes[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
        CHECK(network_list_has(&list, &last) || address_is_v4(&last) != network->is_v4);
    }
}

/* Letters, digits and a few signs, or brackets with an address in them; and a port after a colon, if there is one. */
static bool is_host(const char *text, size_t length) {
    static const char NAME[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~%!$&'()*+;=";
    static const char ADDRESS[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:.";
    char *copy = strndup(text, length);
    CHECK(copy);
    bool bracket = copy[0] == '[', fits = strlen(copy) == length;
    size_t host = bracket ? 1 + strspn(copy + 1, ADDRESS) : strspn(copy, NAME);
    fits = fits && host > (bracket ? 1 : 0) && (!bracket || copy[host] == ']');
    if (fits) {
        const char *rest = copy + host + (bracket ? 1 : 0);
        fits = *rest == '\0' || (*rest == ':' && rest[1 + strspn(rest + 1, "0123456789")] == '\0' &&
                                 strtoul(rest + 1, NULL, 10) <= UINT16_MAX);
    }
    free(copy);
    return fits;
}

/* %XX for every byte: a spelling that means the same. */
static char *respell(const struct target *target) {
    size_t size = 2;
    for (size_t i = 0; i < target->count; i++)
        size += 3 * strlen(target->segments[i]) + 1;
    char *out = malloc(size), *at = out;
    CHECK(out);
    for (size_t i = 0; i < target->count; i++) {
        *at++ = '/';
        for (const char *c = target->segments[i]; *c != '\0'; c++)
            at += sprintf(at, "%%%02X", (unsigned)(unsigned char)*c);
    }
    *at = '\0';
    return out;
}

static void fuzz_target(char *text) {
    static struct router *router;
    if (!router)
        router = router_new(API_ROUTES, API_ROUTE_COUNT);
    CHECK(router);
    struct target target, again;
    const char *values[ROUTER_PARAMETERS_MAX], *others[ROUTER_PARAMETERS_MAX];
    size_t length, slashes = 0;
    const char *authority = target_authority(text, &length);
    for (const char *c = authority ? authority + length : text; *c != '\0' && *c != '?'; c++)
        slashes += *c == '/';
    struct guard guard;
    guard_begin(&guard, "GET", text, "HTTP/1.1");
    CHECK(guard.reason || text[0] == '/' || (authority && is_host(authority, length)));
    if (!target_parse(text, &target))
        return;
    CHECK(authority ? target.authority == authority && strlen(authority) == length : !target.authority);
    CHECK(target.count == (slashes > 0 ? slashes : authority ? 1 : 0));
    for (size_t i = 0; i < target.count && i < TARGET_SEGMENTS_MAX; i++)
        CHECK(utf8_count(target.segments[i]) != SIZE_MAX);
    const struct router_path *path = router_match(router, &target, values);
    if (target.count == 0 || target.count > TARGET_SEGMENTS_MAX) {
        CHECK(!path);
        return;
    }
    char *spelled = respell(&target);
    CHECK(target_parse(spelled, &again) && again.count == target.count);
    CHECK(router_match(router, &again, others) == path);
    for (size_t i = 0; path && i < path->parameter_count; i++)
        CHECK(values[i][0] != '\0' && strcmp(values[i], others[i]) == 0);
    free(spelled);
}

/* --- The guard ------------------------------------------------------------------------------------------------------
 */

static bool is_token(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (text[i] <= ' ' || text[i] >= 0x7F || strchr("()<>@,;:\\\"/[]?={}", text[i]))
            return false;
    return length > 0;
}

/* What a block must be to pass, read off the raw lines: a second reading of RFC 9112, the strictest. */
struct reading {
    unsigned hosts, lengths, encodings;
    bool clean, http_1_0, waits;
    uint64_t length;
};

static void read_line(struct reading *reading, const char *line, size_t length) {
    const char *colon = memchr(line, ':', length);
    if (!colon || !is_token(line, (size_t)(colon - line))) {
        reading->clean = false;
        return;
    }
    size_t name = (size_t)(colon - line);
    const char *value = colon + 1;
    size_t left = length - name - 1;
    for (size_t i = 0; i < left; i++)
        if (((unsigned char)value[i] < 0x20 && value[i] != '\t') || value[i] == 0x7F)
            reading->clean = false;
    while (left > 0 && (*value == ' ' || *value == '\t'))
        value++, left--;
    if (name == 4 && strncasecmp(line, "host", 4) == 0) {
        reading->hosts++;
        size_t host = left;
        while (host > 0 && (value[host - 1] == ' ' || value[host - 1] == '\t'))
            host--;
        reading->clean = reading->clean && is_host(value, host);
    }
    if (name == 6 && left == 12 && strncasecmp(line, "expect", 6) == 0 && strncasecmp(value, "100-continue", 12) == 0)
        reading->waits = true;
    if (name == 17 && strncasecmp(line, "transfer-encoding", 17) == 0) {
        reading->encodings++;
        reading->clean = reading->clean && left == 7 && strncasecmp(value, "chunked", 7) == 0;
    }
    if (name == 14 && strncasecmp(line, "content-length", 14) == 0) {
        reading->lengths++;
        reading->clean = reading->clean && left > 0 && left <= 18;
        for (size_t i = 0; i < left && reading->clean; i++) {
            reading->clean = value[i] >= '0' && value[i] <= '9';
            reading->length = reading->length * 10 + (uint64_t)(value[i] - '0');
        }
    }
}

static bool may_pass(const struct reading *reading) {
    return reading->clean && reading->lengths <= 1 && reading->encodings <= 1 &&
           reading->lengths + reading->encodings <= 1 && !(reading->encodings > 0 && reading->http_1_0) &&
           !(reading->waits && reading->length == 0 && reading->encodings == 0 && !reading->http_1_0) &&
           reading->hosts <= 1 && (reading->hosts == 1 || reading->http_1_0);
}

/* One field as libmicrohttpd hands it on: blanks before the value are gone, and those after it stay. False for a line
 * without a colon, at which it gives up by itself. */
static bool feed_line(struct guard *guard, char *line, size_t length) {
    char *colon = memchr(line, ':', length);
    if (!colon)
        return false;
    char *value = colon + 1;
    size_t name = (size_t)(colon - line);
    while (value < line + length && (*value == ' ' || *value == '\t'))
        value++;
    guard_field(guard, line, name, value, (size_t)(line + length - value));
    return true;
}

/* "METHOD SP target SP version CR LF", fields, empty line. The guard is fed the lines as they lie, and passes what the
 * strict reading passes, with the same facts; what ends at a bare LF or is folded never does. */
static void fuzz_guard(char *text, size_t size) {
    static const char METHOD[] = "GET ", VERSION[] = "HTTP/1.";
    struct reading reading = {.clean = true};
    struct guard guard;
    if (size < 3)
        return;
    reading.http_1_0 = text[0] == '0';
    char head[64];
    snprintf(head, sizeof head, "%s/ %s%c", METHOD, VERSION, reading.http_1_0 ? '0' : '1');
    size_t head_length = strlen(head);
    char *block = malloc(head_length + 2 + size + 4);
    CHECK(block);
    memcpy(block, head, head_length);
    memcpy(block + head_length, "\r\n", 2);
    memcpy(block + head_length + 2, text + 1, size - 1);
    char *end = block + head_length + 2 + size - 1;
    memcpy(end, "\r\n\r\n", 4);
    block[3] = block[5] = '\0';
    block[head_length] = block[head_length + 1] = '\0';
    guard_begin(&guard, block, block + 4, block + 6);
    guard_layout(&guard, block, block + 4, block + 6);
    char *line = block + head_length + 2;
    for (;;) {
        size_t length = (size_t)(end + 4 - line);
        char *stop = memchr(line, '\n', length); /* MHD ends a line at LF, with or without CR */
        CHECK(stop);
        bool whole = stop > line && stop[-1] == '\r';
        size_t text_length = (size_t)(stop - line) - (whole ? 1 : 0);
        if (text_length == 0) {
            reading.clean = reading.clean && whole;
            end = stop + 1;
            break;
        }
        reading.clean = reading.clean && whole && line[0] != ' ' && line[0] != '\t';
        read_line(&reading, line, text_length);
        if (!feed_line(&guard, line, text_length))
            goto out;
        line = stop + 1;
    }
    const char *reason = guard_end(&guard, end);
    CHECK((!reason) == may_pass(&reading));
    CHECK(!reason || reason[0] != '\0');
    if (!reason) {
        CHECK(guard.facts.has_length == (reading.lengths == 1) && guard.facts.length == reading.length);
        CHECK(guard.facts.chunked == (reading.encodings == 1) && guard.facts.http_1_0 == reading.http_1_0);
    }
out:
    free(block);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0)
        return 0;
    char *text = fuzz_text(data + 1, size - 1);
    switch (data[0]) {
    case 'a':
        fuzz_authorization(text);
        break;
    case 'c':
        fuzz_accept(text);
        break;
    case 'e':
        fuzz_etag(text);
        break;
    case 'f':
        fuzz_forwarded(text);
        break;
    case 'n':
        fuzz_networks(text);
        break;
    case 't':
        fuzz_target(text);
        break;
    case 'g':
        fuzz_guard(text, size - 1);
        break;
    default:
        break;
    }
    free(text);
    return 0;
}
