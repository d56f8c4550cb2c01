#ifndef CXD_API_PIECES_H
#define CXD_API_PIECES_H

#include "cxd/base/buffer.h"
#include "cxd/base/secret.h"
#include "cxd/http/http.h"

/* A file of one moment, written to a stream in pieces, as long as its client, its time and the daemon allow. */

enum { PIECES_STREAM_BYTES = 256 * 1024 }; /* that a stream holds for a client which is slower for a moment */

/* All zeros, but for `out`, before the stream is opened. */
struct pieces {
    struct http_stream *stream;
    struct buffer out;      /* what is not handed on yet; its owner frees it */
    struct sha256_run *sum; /* of all that was handed on; NULL: nobody asks for it */
    int64_t end_ms;         /* of the snapshot, monotonic */
    bool is_cut;            /* something is missing: nobody takes more, or the time is over */
};

/* Gives the stream all that waits, and waits for room. False, and it is cut: the client is gone, or `out` had no
 * memory. */
bool pieces_hand_on(struct pieces *pieces);
/* Behind each row: hands on what is a piece by now. False: it is cut, and no further row is wanted. */
bool pieces_end_row(struct pieces *pieces);
/* Whether further rows are wanted. For walk.goes_on, with the pieces as its context. */
bool pieces_go_on(const void *context);

#endif
