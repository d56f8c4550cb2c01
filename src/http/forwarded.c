/* X-Forwarded-For. The walk from right to left is done from left to right, as the values come: what an entry leads to
 * follows from the entry and from what the ones left of it lead to. */

#include "http/forwarded.h"

#include <string.h>

void forwarded_begin(struct forwarded *forwarded, const struct network_list *trusted) {
    *forwarded = (struct forwarded){.trusted = trusted};
}

/* ":PORT" up to the end, or nothing. */
static bool is_port(const char *text, size_t length) {
    if (length == 0)
        return true;
    if (text[0] != ':' || length < 2 || length > 6)
        return false;
    for (size_t i = 1; i < length; i++)
        if (text[i] < '0' || text[i] > '9')
            return false;
    return true;
}

/* ADDRESS, IPv4:PORT, [IPv6] or [IPv6]:PORT. */
static bool parse_hop(const char *text, size_t length, struct address *ret_address) {
    if (text[0] == '[') {
        const char *close = memchr(text, ']', length);
        if (!close || !is_port(close + 1, (size_t)(text + length - close - 1)))
            return false;
        const char *inner = text + 1;
        return memchr(inner, ':', (size_t)(close - inner)) &&
               address_parse(inner, (size_t)(close - inner), ret_address);
    }
    const char *colon = memchr(text, ':', length);
    size_t host = colon ? (size_t)(colon - text) : length;
    if (colon && !memchr(colon + 1, ':', length - host - 1))
        return is_port(colon, length - host) && address_parse(text, host, ret_address);
    return address_parse(text, length, ret_address);
}

static void take_hop(struct forwarded *forwarded, const char *text, size_t length) {
    struct address hop;
    if (!parse_hop(text, length, &hop)) {
        forwarded->is_known = false;
    } else if (!forwarded->is_known || !network_list_has(forwarded->trusted, &hop)) {
        forwarded->hop = hop;
        forwarded->is_known = true;
    }
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

void forwarded_take(struct forwarded *forwarded, const char *value, size_t length) {
    const char *end = value + length;
    while (value < end) {
        const char *comma = memchr(value, ',', (size_t)(end - value));
        const char *stop = comma ? comma : end;
        const char *last = stop;
        while (value < stop && is_blank(*value))
            value++;
        while (last > value && is_blank(last[-1]))
            last--;
        if (last > value) /* an empty element of a list is none */
            take_hop(forwarded, value, (size_t)(last - value));
        value = comma ? comma + 1 : end;
    }
}
