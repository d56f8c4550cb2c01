/* Numbers of responses: milliseconds since 2020, the slot of the node, and a count: they ascend with the commits of a
 * node, and follow the time among nodes, without a sequence that all would wait for. */

#include "store/postgresql/writer.h"

#define SINCE_MS INT64_C(1577836800000) /* 2020-01-01 */
enum { COUNT_BITS = 12, SLOT_BITS = 10 };

int64_t postgresql_next_number(int64_t last, int slot, int64_t now_ms) {
    int64_t ms = now_ms > SINCE_MS ? now_ms - SINCE_MS : 1;
    int64_t first = ms << (SLOT_BITS + COUNT_BITS) | (int64_t)slot << COUNT_BITS;
    if (first > last)
        return first;
    /* The count goes on; where it is used up, or the last was another slot's, with the next that is this slot's. */
    bool is_ours = ((last >> COUNT_BITS) & ((1 << SLOT_BITS) - 1)) == slot;
    bool is_full = (last & ((1 << COUNT_BITS) - 1)) == (1 << COUNT_BITS) - 1;
    if (is_ours && !is_full)
        return last + 1;
    int64_t since = last >> (SLOT_BITS + COUNT_BITS);
    int64_t next = since << (SLOT_BITS + COUNT_BITS) | (int64_t)slot << COUNT_BITS;
    return next > last ? next : next + (INT64_C(1) << (SLOT_BITS + COUNT_BITS));
}

int64_t postgresql_give_number(struct postgresql_store *store, int64_t behind) {
    int64_t last = behind > store->node.number && behind != INT64_MAX ? behind : store->node.number;
    store->node.number = postgresql_next_number(last, store->node.slot, store->node.now_ms);
    return store->node.number;
}
