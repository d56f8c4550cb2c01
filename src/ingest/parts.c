/* Between the queue and the writer: what of the tickets that wait goes into the next transaction. */
#include "ingest/parts.h"

void parts_put_back(struct parts *parts, struct ticket *ticket) {
    ticket->next = NULL;
    if (parts->last)
        parts->last->next = ticket;
    else
        parts->first = ticket;
    parts->last = ticket;
}

/* Puts what may be parted behind what is left of others, and returns the rest in its order, each whole. */
static struct ticket *sort_out(struct parts *parts, struct ticket *taken) {
    struct ticket *whole = NULL, **end = &whole;
    while (taken) {
        struct ticket *next = taken->next;
        if (taken->is_partable && taken->count > 0) {
            parts_put_back(parts, taken);
        } else {
            taken->sliced = taken->count;
            *end = taken;
            end = &taken->next;
        }
        taken = next;
    }
    *end = NULL;
    return whole;
}

static size_t take_turn(struct ticket *ticket, size_t room) {
    size_t left = ticket->count - ticket->sliced, turn = left < PARTS_TURN ? left : PARTS_TURN;
    turn = turn < room ? turn : room;
    ticket->sliced += turn;
    return turn;
}

/* From the first on, again and again, until the slice is full or nothing is left. */
static void take_turns(struct parts *parts) {
    size_t room = PARTS_SLICE, before;
    do {
        before = room;
        for (struct ticket *ticket = parts->first; ticket && room > 0; ticket = ticket->next)
            room -= take_turn(ticket, room);
    } while (room > 0 && room < before);
}

struct ticket *parts_choose(struct parts *parts, struct ticket *taken) {
    struct ticket *chosen = sort_out(parts, taken), **end = &chosen;
    while (*end)
        end = &(*end)->next;
    take_turns(parts);
    while (parts->first && parts->first->sliced > parts->first->applied) {
        *end = parts->first;
        end = &parts->first->next;
        parts->first = parts->first->next;
    }
    if (!parts->first)
        parts->last = NULL;
    *end = NULL;
    return chosen;
}
