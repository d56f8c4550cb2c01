/* The arena: alignment, growth, and what arena_reset keeps. */

#include <stdalign.h>

#include "../support/unit.h"
#include "cxd/base/arena.h"

static void test_alloc(void **state) {
    struct arena arena;
    arena_init(&arena);
    char *blocks[2000];
    for (size_t i = 0; i < 2000; i++) {
        blocks[i] = arena_alloc(&arena, i);
        assert_non_null(blocks[i]);
        assert_int_equal((uintptr_t)blocks[i] % alignof(max_align_t), 0);
        memset(blocks[i], (int)(i & 0xFF), i);
    }
    for (size_t i = 0; i < 2000; i++)
        for (size_t j = 0; j < i; j++)
            assert_int_equal((unsigned char)blocks[i][j], i & 0xFF);
    assert_ptr_not_equal(arena_alloc(&arena, 0), arena_alloc(&arena, 0));
    arena_free(&arena);
    assert_null(arena.blocks);
    arena_free(&arena);
}

static void test_reset_keeps_the_first_block(void **state) {
    struct arena arena;
    arena_init(&arena);
    arena_reset(&arena);
    char *first = arena_alloc(&arena, 100);
    for (int i = 0; i < 100; i++)
        assert_non_null(arena_alloc(&arena, 10000));
    arena_reset(&arena);
    assert_ptr_equal(arena_alloc(&arena, 100), first);
    assert_true(arena.left < 4096);
    arena_free(&arena);

    assert_non_null(arena_alloc(&arena, 8 << 20)); /* a large first allocation must not be what is kept */
    arena_reset(&arena);
    assert_true(arena.left < 4096);
    arena_free(&arena);
}

static void test_rewind(void **state) {
    struct arena arena;
    (void)state;
    arena_init(&arena);
    struct arena_mark empty = arena_mark(&arena);
    arena_rewind(&arena, empty);
    assert_int_equal(arena_bytes(&arena), 0);
    char *kept = arena_strdup(&arena, "kept");
    struct arena_mark mark = arena_mark(&arena);
    size_t held = arena_bytes(&arena);
    char *within = arena_alloc(&arena, 100);
    assert_non_null(kept);
    for (int i = 0; i < 20; i++)
        assert_non_null(arena_alloc(&arena, 10000));
    arena_rewind(&arena, mark);
    assert_int_equal(arena_bytes(&arena), held);
    assert_string_equal(kept, "kept");
    assert_ptr_equal(arena_alloc(&arena, 100), within);
    arena_rewind(&arena, empty);
    assert_ptr_equal(arena_alloc(&arena, 5), kept);
    assert_int_equal(arena_bytes(&arena), held);
    arena_free(&arena);
}

static void test_refusal(void **state) {
    struct arena arena;
    arena_init(&arena);
    assert_null(arena_alloc(&arena, SIZE_MAX));
    assert_null(arena_alloc(&arena, SIZE_MAX - 8));
    assert_null(arena_alloc_zero(&arena, SIZE_MAX / 2, 3));
    assert_null(arena_strndup(&arena, "x", SIZE_MAX));
    assert_non_null(arena_alloc(&arena, 10));
    arena_free(&arena);
}

static void test_copies(void **state) {
    struct arena arena;
    arena_init(&arena);
    memset(arena_alloc(&arena, 1000), 0xAA, 1000);
    arena_reset(&arena);
    unsigned char *zero = arena_alloc_zero(&arena, 10, 100);
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(zero[i], 0);
    assert_string_equal(arena_strdup(&arena, "héllo"), "héllo");
    assert_string_equal(arena_strndup(&arena, "hello", 2), "he");
    assert_string_equal(arena_strndup(&arena, "", 0), "");
    assert_string_equal(arena_strndup(&arena, NULL, 0), "");
    assert_null(arena_strdup(&arena, NULL));
    arena_free(&arena);
}

/* What is small holds as much as any other, and stays what it is through a reset. */
static void test_sized(void **state) {
    struct arena arena;
    arena_init_sized(&arena, 64);
    for (int round = 0; round < 2; round++) {
        char *first = arena_alloc(&arena, 24);
        memset(first, 'a', 24);
        for (size_t size = 1; size < 10000; size *= 3)
            memset(arena_alloc(&arena, size), 'b', size);
        for (size_t i = 0; i < 24; i++)
            assert_int_equal(first[i], 'a');
        arena_reset(&arena);
    }
    arena_free(&arena);
    arena_init_sized(&arena, 0);
    assert_non_null(arena_alloc(&arena, 1));
    arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alloc),  cmocka_unit_test(test_reset_keeps_the_first_block),
        cmocka_unit_test(test_rewind), cmocka_unit_test(test_refusal),
        cmocka_unit_test(test_copies), cmocka_unit_test(test_sized),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
