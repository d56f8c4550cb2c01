#ifndef CXD_INGEST_PARTS_H
#define CXD_INGEST_PARTS_H

#include "cxd/ingest/ingest.h"

/* Tickets that are applied in slices. A transaction has so many changes of all of them together, and all of the other
 * tickets that wait: so these wait for two slices at most, the one that is under way and the one beside them, however
 * many long tickets there are and however long each is. They take turns, so that all advance, and one that is short
 * does not wait for the end of a long one. */

enum {
    /* Changes: some 7 ms of plain lines, and twice as many where much is said in each. Of 50,000 plain lines the writer
     * takes 147 ms of processor time in one piece, 168 in slices of 2,000 and 173 in slices of 1,000. */
    PARTS_SLICE = 2000,
    PARTS_TURN = 500
};

/* Those of which something is left, who is next in front. All zero: none. */
struct parts {
    struct ticket *first, *last;
};

/* Out of what was taken from the queue, and of what is left of those before, the tickets of the next transaction: each
 * has its changes from `applied` up to `sliced` in it, and there is at least one wherever anything is left. What may be
 * parted comes last: where each is tried alone the others are tried before it. */
struct ticket *parts_choose(struct parts *parts, struct ticket *taken);
/* Has its next turn behind all others. */
void parts_put_back(struct parts *parts, struct ticket *ticket);

#endif
