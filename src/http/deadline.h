#ifndef CXD_HTTP_DEADLINE_H
#define CXD_HTTP_DEADLINE_H

#include <stdbool.h>
#include <stdint.h>

/* The total deadlines of one loop's connections. All are set the same time ahead, so a list in the order of setting is
 * in the order of expiry, and setting one costs nothing. When that time becomes another, deadline_bound goes before. */

struct deadline {
    struct deadline *before, *after;
    int64_t at_ms; /* monotonic */
    bool armed;
};

struct deadline_list {
    struct deadline *first, *last;
};

/* `at_ms` must not be before that of any deadline already in the list. Re-arms an armed one. */
void deadline_arm(struct deadline_list *list, struct deadline *deadline, int64_t at_ms);
/* Brings those that lie further ahead to `at_ms`. */
void deadline_bound(struct deadline_list *list, int64_t at_ms);
void deadline_disarm(struct deadline_list *list, struct deadline *deadline);

/* Takes out and returns the first that has passed, or NULL. */
struct deadline *deadline_next_expired(struct deadline_list *list, int64_t now_ms);

/* How long one may sleep: 0 or more milliseconds, -1 for ever. */
int deadline_wait_ms(const struct deadline_list *list, int64_t now_ms);

#endif
