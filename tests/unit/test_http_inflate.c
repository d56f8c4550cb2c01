/* gzip as it arrives: whole, in members, cut at every byte, damaged at every byte, and far larger than it says. */
#include <zlib.h>

#include "../support/unit.h"
#include "http/inflate.h"

struct bytes {
    char *data;
    size_t length;
};

static struct bytes compress_bytes(const char *data, size_t length, int level) {
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    struct bytes out = {.length = deflateBound(&stream, length)};
    out.data = malloc(out.length);
    stream.next_in = (z_const Bytef *)(uintptr_t)data;
    stream.avail_in = (uInt)length;
    stream.next_out = (Bytef *)out.data;
    stream.avail_out = (uInt)out.length;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    out.length -= stream.avail_out;
    deflateEnd(&stream);
    out.data = realloc(out.data, out.length); /* of its very size, so that a read past the end is seen */
    return out;
}

/* Both ways: it is measured, and decoded to memory of just that size. */
static void check_decodes(struct bytes in, const char *expected, size_t expected_length) {
    size_t length = SIZE_MAX;
    assert_int_equal(inflate_measure(in.data, in.length, expected_length, &length), INFLATED);
    assert_int_equal(length, expected_length);
    char *out = malloc(length);
    assert_int_equal(inflate_decode(in.data, in.length, out, length), INFLATED);
    assert_memory_equal(out, expected, length);
    free(out);
    if (expected_length > 0)
        assert_int_equal(inflate_measure(in.data, in.length, expected_length - 1, &length), INFLATED_TOO_LARGE);
}

static void check_bad(const char *data, size_t length) {
    size_t decoded;
    char *copy = malloc(length);
    memcpy(copy, data, length);
    if (inflate_measure(copy, length, 1 << 20, &decoded) != INFLATED_BAD)
        fail_msg("%zu bytes are taken", length);
    free(copy);
}

static struct bytes join(const struct bytes *parts, size_t count) {
    struct bytes all = {NULL, 0};
    for (size_t i = 0; i < count; i++) {
        all.data = realloc(all.data, all.length + parts[i].length);
        memcpy(all.data + all.length, parts[i].data, parts[i].length);
        all.length += parts[i].length;
    }
    return all;
}

static void test_decodes(void **state) {
    enum { LENGTH = 300 * 1000 };
    char *text = malloc(LENGTH);
    unsigned seed = 1;
    for (size_t i = 0; i < LENGTH; i++) {
        seed = seed * 1103515245 + 12345;
        text[i] = i < LENGTH / 2 ? 'a' : (char)(seed >> 16);
    }
    static const size_t LENGTHS[] = {0, 1, 2, 16 * 1024 - 1, 16 * 1024, 16 * 1024 + 1, LENGTH};
    for (size_t i = 0; i < sizeof LENGTHS / sizeof LENGTHS[0]; i++)
        for (int level = 0; level <= 9; level += 3) {
            struct bytes in = compress_bytes(text + LENGTH - LENGTHS[i], LENGTHS[i], level);
            check_decodes(in, text + LENGTH - LENGTHS[i], LENGTHS[i]);
            free(in.data);
        }
    free(text);
}

static void test_members_are_one_stream(void **state) {
    struct bytes empty = compress_bytes("", 0, 9), a = compress_bytes("abc", 3, 9), b = compress_bytes("def", 3, 0);
    struct bytes all = join((const struct bytes[]){empty, a, empty, b, empty}, 5);
    check_decodes(all, "abcdef", 6);
    check_bad(all.data, all.length - 1);
    free(all.data);
    struct bytes other = join((const struct bytes[]){a, {(char *)(uintptr_t) "\0", 1}}, 2);
    check_bad(other.data, other.length);
    free(other.data);
    other = join((const struct bytes[]){a, {(char *)(uintptr_t) "{}", 2}}, 2);
    check_bad(other.data, other.length);
    free(other.data);
    free(empty.data);
    free(a.data);
    free(b.data);
}

static void test_damage_is_seen(void **state) {
    static const char text[] = "{\"score\": 9, \"comment\": \"Quick and clear\"}";
    struct bytes in = compress_bytes(text, sizeof text - 1, 6);
    for (size_t length = 0; length < in.length; length++)
        check_bad(in.data, length);
    for (size_t i = in.length - 8; i < in.length; i++) { /* the checksum, and the length */
        in.data[i] ^= 1;
        check_bad(in.data, in.length);
        in.data[i] ^= 1;
    }
    check_bad("{\"score\": 9}", 12);
    check_bad("\x78\x9c\x03\x00\x00\x00\x00\x01", 8); /* zlib's own frame, which is deflate to HTTP */
    free(in.data);
}

static void test_a_bomb_is_not_decoded(void **state) {
    enum { LENGTH = 256 << 20, MOST = 65536 };
    char *zeros = calloc(1, LENGTH);
    struct bytes in = compress_bytes(zeros, LENGTH, 1);
    size_t length = SIZE_MAX;
    free(zeros);
    assert_int_equal(inflate_measure(in.data, in.length, MOST, &length), INFLATED_TOO_LARGE);
    assert_true(length == SIZE_MAX || length <= MOST);
    free(in.data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decodes),
        cmocka_unit_test(test_members_are_one_stream),
        cmocka_unit_test(test_damage_is_seen),
        cmocka_unit_test(test_a_bomb_is_not_decoded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
