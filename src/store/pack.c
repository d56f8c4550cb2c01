/* The bytes of a pack. */
#include "store/pack.h"

enum { VARINT_MAX = 10, MORE = 0x80, BITS = 7 };

static void append_varint(struct buffer *bytes, uint64_t value) {
    for (; value >= MORE; value >>= BITS)
        buffer_append_char(bytes, (char)(value | MORE));
    buffer_append_char(bytes, (char)value);
}

void pack_append(struct buffer *bytes, int64_t *last, int64_t series, const struct histogram *hist) {
    unsigned present = 0;
    for (int i = 0; i < HISTOGRAM_SIZE; i++)
        present |= (unsigned)(hist->n[i] != 0) << i;
    append_varint(bytes, (uint64_t)series - (uint64_t)*last);
    append_varint(bytes, present);
    for (int i = 0; i < HISTOGRAM_SIZE; i++)
        if (hist->n[i] != 0)
            append_varint(bytes, (uint64_t)hist->n[i]);
    *last = series;
}

struct pack pack_begin(const void *bytes, size_t size) {
    const uint8_t *at = bytes;
    return (struct pack){.at = at, .end = size > 0 ? at + size : at};
}

static uint64_t read_long(struct pack *pack) {
    uint64_t value = 0;
    for (int i = 0; i < VARINT_MAX && pack->at < pack->end; i++) {
        uint8_t byte = *pack->at++;
        value |= (uint64_t)(byte & (MORE - 1)) << (BITS * i);
        if (byte < MORE)
            return value;
    }
    pack->is_damaged = true;
    return 0;
}

/* Most are of one byte. */
static inline uint64_t read_varint(struct pack *pack) {
    return pack->at < pack->end && *pack->at < MORE ? *pack->at++ : read_long(pack);
}

bool pack_next(struct pack *pack) {
    if (pack->is_damaged || pack->at == pack->end)
        return false;
    pack->series = (int64_t)((uint64_t)pack->series + read_varint(pack));
    uint64_t present = read_varint(pack);
    pack->present = (unsigned)present;
    pack->is_damaged = pack->is_damaged || present >> HISTOGRAM_SIZE != 0;
    return !pack->is_damaged;
}

void pack_take(struct pack *pack, struct histogram *into) {
    for (unsigned left = pack->present; left != 0; left &= left - 1) {
        uint64_t count = read_varint(pack);
        if (into)
            into->n[__builtin_ctz(left)] += (int64_t)count;
    }
}
