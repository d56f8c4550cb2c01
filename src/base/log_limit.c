/* What log.c asks before it writes a warning or an error. */

#include "base/log_limit.h"

#include <string.h>

static struct log_limit_event *find(struct log_limit *limit, const char *event) {
    size_t i = 0;
    while (i + 1 < LOG_LIMIT_EVENTS && limit->events[i].event && strcmp(limit->events[i].event, event) != 0)
        i++;
    struct log_limit_event *found = &limit->events[i];
    if (!found->event)
        found->event = i + 1 < LOG_LIMIT_EVENTS ? event : "other";
    return found;
}

bool log_limit_admit(struct log_limit *limit, const char *event, int64_t now_ms) {
    struct log_limit_event *found = find(limit, event);
    if (found->written == 0 || now_ms - found->since_ms >= LOG_LIMIT_WINDOW_MS) {
        found->since_ms = now_ms;
        found->written = 0;
    }
    if (found->written == LOG_LIMIT_RECORDS) {
        found->left_out++;
        return false;
    }
    found->written++;
    return true;
}

const char *log_limit_take(struct log_limit *limit, int64_t now_ms, bool is_end, uint64_t *ret_left_out) {
    for (size_t i = 0; i < LOG_LIMIT_EVENTS; i++) {
        struct log_limit_event *event = &limit->events[i];
        if (event->left_out == 0 || !(is_end || now_ms - event->since_ms >= LOG_LIMIT_WINDOW_MS))
            continue;
        *ret_left_out = event->left_out;
        event->left_out = 0;
        return event->event;
    }
    return NULL;
}

bool log_limit_is_pending(const struct log_limit *limit) {
    for (size_t i = 0; i < LOG_LIMIT_EVENTS; i++)
        if (limit->events[i].left_out > 0)
            return true;
    return false;
}
