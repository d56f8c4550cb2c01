/* Below exports and archives: rows become pieces, which the stream of the reply takes. */
#include "api/pieces.h"

#include "cxd/base/clock.h"

enum { PIECE_BYTES = 32 * 1024 };

bool pieces_hand_on(struct pieces *pieces) {
    struct buffer *out = &pieces->out;
    bool ok = !out->failed && http_stream_write(pieces->stream, out->data, out->length) == HTTP_WRITTEN;
    if (pieces->sum)
        sha256_add(pieces->sum, out->data, ok ? out->length : 0);
    buffer_reset(out);
    pieces->is_cut = pieces->is_cut || !ok;
    return ok;
}

bool pieces_go_on(const void *context) {
    const struct pieces *pieces = context;
    return !pieces->is_cut && !http_stream_is_ending(pieces->stream) && clock_monotonic_ms() < pieces->end_ms;
}

bool pieces_end_row(struct pieces *pieces) {
    if (pieces->out.length < PIECE_BYTES && !http_stream_is_ending(pieces->stream))
        return !pieces->is_cut;
    pieces->is_cut = !pieces_hand_on(pieces) || !pieces_go_on(pieces);
    return !pieces->is_cut;
}
