/* A write-ahead log is a chain: the checksum of each page goes on from that of the page before. SQLite follows it at an
 * open, but not when it brings a log home: what somebody else has written into the middle would go into the database.
 */

#include "store/sqlite/log_chain.h"

#include <string.h>
#include <unistd.h>

enum { FRAME_HEADER_BYTES = 24, PAGE_BYTES_MAX = 65536, MAGIC = 0x377f0682 };

static uint32_t read_big(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static uint32_t read_little(const uint8_t *bytes) {
    return (uint32_t)bytes[3] << 24 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[1] << 8 | bytes[0];
}

struct chain {
    uint32_t sums[2];
    bool is_big;
};

typedef uint32_t read_word(const uint8_t *bytes);

/* With the reading in it: a log is looked through, the longer ones too, while commits wait. */
static inline __attribute__((always_inline)) void add_words(struct chain *chain, const uint8_t *bytes, size_t length,
                                                            read_word *read) {
    uint32_t first = chain->sums[0], second = chain->sums[1];
    for (size_t at = 0; at + 8 <= length; at += 8) {
        first += read(bytes + at) + second;
        second += read(bytes + at + 4) + first;
    }
    chain->sums[0] = first;
    chain->sums[1] = second;
}

static void add(struct chain *chain, const uint8_t *bytes, size_t length) {
    if (chain->is_big)
        add_words(chain, bytes, length, read_big);
    else
        add_words(chain, bytes, length, read_little);
}

static bool ends_in(const struct chain *chain, const uint8_t *sums) {
    return chain->sums[0] == read_big(sums) && chain->sums[1] == read_big(sums + 4);
}

bool sqlite_log_chain_is_whole(int fd, int64_t frames) {
    uint8_t head[LOG_HEADER_BYTES], frame[FRAME_HEADER_BYTES + PAGE_BYTES_MAX];
    ssize_t got = pread(fd, head, sizeof head, 0);
    if (got < 0 || frames == 0)
        return true;
    uint32_t magic = read_big(head), page_bytes = read_big(head + 8);
    bool is_header = got == sizeof head && (magic | 1) == (MAGIC | 1) && page_bytes > 0 && page_bytes <= PAGE_BYTES_MAX;
    struct chain chain = {.is_big = (magic & 1) != 0};
    bool is_whole = is_header;
    if (is_whole) {
        add(&chain, head, LOG_HEADER_BYTES - 8);
        is_whole = ends_in(&chain, head + LOG_HEADER_BYTES - 8);
    }
    size_t length = FRAME_HEADER_BYTES + page_bytes;
    for (int64_t i = 0; is_whole && i < frames; i++) {
        got = pread(fd, frame, length, LOG_HEADER_BYTES + i * (int64_t)length);
        if (got < 0)
            return true;
        add(&chain, frame, 8);
        add(&chain, frame + FRAME_HEADER_BYTES, page_bytes);
        is_whole = (size_t)got == length && memcmp(frame + 8, head + 16, 8) == 0 && ends_in(&chain, frame + 16);
    }
    return is_whole;
}
