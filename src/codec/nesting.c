/* The scan for nesting that every parser of JSON makes first: the library recurses, a stack is bounded. */
#include "cxd/codec/json.h"

/* Opening brackets, in strings too. The two differ in one bit. */
static size_t count_openings(const char *bytes, size_t length) {
    size_t count = 0;
    for (size_t i = 0; i < length; i++)
        count += (bytes[i] | 0x20) == '{';
    return count;
}

bool json_too_deep(const char *bytes, size_t length, size_t depth) {
    if (count_openings(bytes, length) <= depth)
        return false; /* nearly every body ends here */
    size_t open = 0;
    const char *end = bytes + length;
    for (const char *at = bytes; at < end; at++) {
        switch (*at) {
        case '"':
            for (at++; at < end && *at != '"'; at++)
                if (*at == '\\')
                    at++;
            break;
        case '[':
        case '{':
            if (++open > depth)
                return true;
            break;
        case ']':
        case '}':
            if (open > 0)
                open--;
            break;
        default:
            break;
        }
    }
    return false;
}
