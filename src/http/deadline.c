/* Total deadlines: libmicrohttpd's own time-out starts again with every byte, so a client that sends one byte at a time
 * would hold its connection for ever. The loop arms a deadline at accept, at each request line and at each reply, and
 * shuts the socket when one passes. */

#include "http/deadline.h"

#include <limits.h>
#include <stddef.h>

void deadline_disarm(struct deadline_list *list, struct deadline *deadline) {
    if (!deadline->armed)
        return;
    if (deadline->before)
        deadline->before->after = deadline->after;
    else
        list->first = deadline->after;
    if (deadline->after)
        deadline->after->before = deadline->before;
    else
        list->last = deadline->before;
    deadline->before = deadline->after = NULL;
    deadline->armed = false;
}

void deadline_arm(struct deadline_list *list, struct deadline *deadline, int64_t at_ms) {
    deadline_disarm(list, deadline);
    deadline->at_ms = at_ms;
    deadline->before = list->last;
    if (list->last)
        list->last->after = deadline;
    else
        list->first = deadline;
    list->last = deadline;
    deadline->armed = true;
}

void deadline_bound(struct deadline_list *list, int64_t at_ms) {
    for (struct deadline *deadline = list->last; deadline && deadline->at_ms > at_ms; deadline = deadline->before)
        deadline->at_ms = at_ms;
}

struct deadline *deadline_next_expired(struct deadline_list *list, int64_t now_ms) {
    struct deadline *first = list->first;
    if (!first || first->at_ms > now_ms)
        return NULL;
    deadline_disarm(list, first);
    return first;
}

int deadline_wait_ms(const struct deadline_list *list, int64_t now_ms) {
    if (!list->first)
        return -1;
    int64_t left = list->first->at_ms - now_ms;
    if (left < 0)
        return 0;
    return left > INT_MAX ? INT_MAX : (int)left;
}
