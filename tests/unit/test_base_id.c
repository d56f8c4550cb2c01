/* Ids and secrets. */

#include "../support/unit.h"
#include "cxd/base/id.h"
#include "cxd/base/secret.h"

static int64_t ms_of(const struct id *id) {
    int64_t ms = 0;
    for (int i = 0; i < 6; i++)
        ms = ms << 8 | id->bytes[i];
    return ms;
}

static void check_version_7(const struct id *id) {
    assert_int_equal(id->bytes[6] >> 4, 7);
    assert_int_equal(id->bytes[8] >> 6, 2);
}

static void test_order(void **state) {
    struct id_source source;
    id_source_init(&source);
    struct id last = {{0}};
    int64_t now = 1792800000000;
    for (int i = 0; i < 300000; i++) {
        struct id id;
        if (i % 1000 == 0)
            now++;
        if (i == 100000)
            now -= 3600000; /* the clock is set back */
        id_make(&source, now, &id);
        check_version_7(&id);
        assert_true(id_compare(&last, &id) < 0);
        assert_int_equal(ms_of(&id), i < 100000 ? now : 1792800000100);
        last = id;
    }
}

static void test_counter_runs_over(void **state) {
    struct id_source source;
    struct id before;
    struct id after;
    id_source_init(&source);
    id_make(&source, 5000, &before);
    source.counter = (1u << 26) - 2;
    id_make(&source, 5000, &before);
    assert_int_equal(ms_of(&before), 5000);
    id_make(&source, 5000, &after);
    assert_int_equal(ms_of(&after), 5001);
    assert_true(id_compare(&before, &after) < 0);
    check_version_7(&after);
    id_make(&source, 5000, &before);
    assert_true(id_compare(&after, &before) < 0);
}

static int compare_ids(const void *a, const void *b) {
    return id_compare(a, b);
}

static void test_sources_do_not_collide(void **state) {
    enum { SOURCES = 4, EACH = 5000 };
    struct id *ids = calloc(SOURCES * EACH, sizeof *ids);
    assert_non_null(ids);
    for (size_t s = 0; s < SOURCES; s++) {
        struct id_source source;
        id_source_init(&source);
        for (size_t i = 0; i < EACH; i++)
            id_make(&source, -5, &ids[s * EACH + i]);
    }
    qsort(ids, SOURCES * EACH, sizeof *ids, compare_ids);
    for (size_t i = 1; i < SOURCES * EACH; i++)
        assert_true(id_compare(&ids[i - 1], &ids[i]) < 0);
    assert_int_equal(ms_of(&ids[0]), 0);
    free(ids);
}

static void check_name(const char *space_text, const char *name, const char *expected) {
    struct id space;
    struct id id;
    char text[ID_TEXT_SIZE];
    assert_true(id_parse(space_text, 36, &space));
    id_from_name(&space, name, strlen(name), &id);
    assert_string_equal(id_format(text, &id), expected);
}

static void test_from_name(void **state) {
    /* RFC 9562, A.4; the others by Python's uuid.uuid5 */
    check_name("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "www.example.com", "2ed6657d-e927-568b-95e1-2665a8aea6a2");
    check_name("6ba7b811-9dad-11d1-80b4-00c04fd430c8", "", "1b4db7eb-4057-5ddf-91e0-36dec72071f5");
    struct id id;
    char text[ID_TEXT_SIZE];
    id_from_name(&ID_SPACE_CXD, "nps", 3, &id);
    assert_string_equal(id_format(text, &ID_SPACE_CXD), "5b1de207-934c-4f0a-a671-2ec84d903fb5");
    assert_string_equal(id_format(text, &id), "971182e9-91f1-5977-92f5-cdcef1e634be"); /* fixed for ever */
}

static void must_parse(const char *text) {
    struct id id;
    char out[ID_TEXT_SIZE];
    assert_true(id_parse(text, strlen(text), &id));
    assert_int_equal(strcasecmp(id_format(out, &id), text), 0);
}

static void must_refuse(const char *text) {
    struct id id = {{42}};
    char *copy = strdup(text);
    assert_non_null(copy);
    if (id_parse(copy, strlen(copy), &id))
        fail_msg("%s was taken", text);
    assert_int_equal(id.bytes[0], 42);
    free(copy);
}

static void test_parse(void **state) {
    must_parse("01890a5d-ac96-774b-bcce-b302099a8057");
    must_parse("01890A5D-AC96-774B-BCCE-B302099A8057");
    must_parse("01890a5D-aC96-774b-bcCE-b302099a8057");
    must_parse("2ed6657d-e927-568b-95e1-2665a8aea6a2");
    must_parse("00000000-0000-0000-0000-000000000001");
    must_parse("80000000-0000-0000-0000-000000000000");
    must_parse("ffffffff-ffff-ffff-ffff-fffffffffffe");
    must_refuse("");
    must_refuse("00000000-0000-0000-0000-000000000000");
    must_refuse("ffffffff-ffff-ffff-ffff-ffffffffffff");
    must_refuse("FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF");
    must_refuse("01890a5dac96774bbcceb302099a8057");
    must_refuse("01890a5d-ac96-774b-bcce-b302099a805");
    must_refuse("01890a5d-ac96-774b-bcce-b302099a80577");
    must_refuse("{1890a5d-ac96-774b-bcce-b302099a8057");
    must_refuse("01890a5g-ac96-774b-bcce-b302099a8057");
    must_refuse("01890a5d-ac96-774b-bcce-b302099a805G");
    must_refuse("01890a5dXac96-774b-bcce-b302099a8057");
    must_refuse("01890a5d-ac96X774b-bcce-b302099a8057");
    must_refuse("01890a5d-ac96-774bXbcce-b302099a8057");
    must_refuse("01890a5d-ac96-774b-bcceXb302099a8057");
    must_refuse("01890a5-dac96-774b-bcce-b302099a8057");
    must_refuse("01890a5d-ac96-774b-bcce-b302099a80\xC3\xA9");
    must_refuse("01890a5d-ac96-774b-bcce-b302099a 057");
}

static void check_sha256(const char *text, const char *expected) {
    char hex[2 * SHA256_SIZE + 1];
    sha256_hex(text, strlen(text), hex);
    assert_string_equal(hex, expected);
}

static void test_sha256(void **state) {
    /* FIPS 180-4 examples */
    check_sha256("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    check_sha256("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    check_sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                 "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void test_secret(void **state) {
    static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    unsigned bits_set[256] = {0};
    char last[SECRET_TEXT_SIZE] = "";
    for (int i = 0; i < 1000; i++) {
        char text[SECRET_TEXT_SIZE];
        assert_true(secret_make(text));
        assert_int_equal(strlen(text), 47);
        assert_memory_equal(text, "cxs_", 4);
        assert_string_not_equal(text, last);
        memcpy(last, text, sizeof last);
        for (unsigned bit = 0; bit < 258; bit++) {
            const char *digit = strchr(DIGITS, text[4 + bit / 6]);
            assert_non_null(digit);
            unsigned value = (unsigned)(digit - DIGITS) >> (5 - bit % 6) & 1;
            if (bit < 256)
                bits_set[bit] += value;
            else
                assert_int_equal(value, 0);
        }
    }
    for (int bit = 0; bit < 256; bit++)
        assert_in_range(bits_set[bit], 350, 650); /* 9 standard deviations */
}

static void test_secret_equal(void **state) {
    uint8_t a[32];
    uint8_t b[32];
    memset(a, 7, sizeof a);
    memset(b, 7, sizeof b);
    assert_true(secret_equal(a, b, sizeof a));
    for (size_t i = 0; i < sizeof a; i++) {
        b[i] ^= 0x80;
        assert_false(secret_equal(a, b, sizeof a));
        b[i] ^= 0x80;
    }
    assert_true(secret_equal(a, b, 0));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_counter_runs_over),
        cmocka_unit_test(test_sources_do_not_collide),
        cmocka_unit_test(test_from_name),
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_sha256),
        cmocka_unit_test(test_secret),
        cmocka_unit_test(test_secret_equal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
