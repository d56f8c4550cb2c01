/* The limits' parts that need no socket: networks, whom a proxy forwards for, the keyed hash, and the token buckets,
 * which are held against buckets that are counted out one by one. */

#include <arpa/inet.h>
#include <malloc.h>
#include <pthread.h>

#include "../support/unit.h"
#include "cxd/http/http.h"
#include "http/forwarded.h"
#include "http/rate.h"

static const int64_t SECOND = 1000000000;
static const struct hash_key KEY = {{0x0706050403020100, 0x0f0e0d0c0b0a0908}};

static struct rate_verdict take_one(struct rate_table *table, int64_t per_minute, const void *key, size_t length,
                                    int64_t now_ns) {
    return rate_take(table, per_minute, key, length, 1, now_ns);
}

/* The test vectors of the paper's authors. */
static void test_hash(void **state) {
    uint8_t input[15];
    for (uint8_t i = 0; i < sizeof input; i++)
        input[i] = i;
    assert_true(hash_keyed(&KEY, input, 15) == 0xa129ca6149be45e5);
    assert_true(hash_keyed(&KEY, input, 0) == 0x726fdb47dd0e0e31);
    struct hash_key one, other;
    assert_true(hash_key_make(&one) && hash_key_make(&other));
    assert_memory_not_equal(&one, &other, sizeof one);
}

static void test_networks(void **state) {
    static const struct {
        const char *list;
        bool valid;
        const char *in, *out; /* blank-separated */
    } cases[] = {
        {"", true, "", "127.0.0.1 ::1"},
        {"127.0.0.1", true, "127.0.0.1 ::ffff:127.0.0.1 ::ffff:7f00:1", "127.0.0.2 ::1"},
        {"10.0.0.0/8, ::1", true, "10.0.0.0 10.255.255.255 ::1", "11.0.0.0 9.255.255.255 ::2"},
        {"10.1.2.3/9", true, "10.0.0.0 10.127.255.255", "10.128.0.0"},
        {"0.0.0.0/0", true, "0.0.0.0 255.255.255.255", "::1 2001:db8::1"},
        {"::/0", true, "::1 2001:db8::1", "0.0.0.0 127.0.0.1"},
        {"::ffff:10.0.0.0/104", true, "10.1.1.1", "11.1.1.1"},
        {"2001:db8::/33 unix 192.0.2.1/32", true, "2001:db8:7fff::1 192.0.2.1", "2001:db8:8000::1 192.0.2.0"},
        {"unix", true, "", "127.0.0.1"},
        {"10.0.0.0/33", false, "", ""},
        {"::/129", false, "", ""},
        {"10.0.0.0/", false, "", ""},
        {"10.0.0.0/-1", false, "", ""},
        {"10.0.0.0/+8", false, "", ""},
        {"10.0.0.0/8/8", false, "", ""},
        {"10.0.0/8", false, "", ""},
        {"localhost", false, "", ""},
        {"[::1]", false, "", ""},
        {"::1%lo", false, "", ""},
        {"127.0.0.1:80", false, "", ""},
        {"127.0.0.1; ::1", false, "", ""},
        {"unixy", false, "", ""},
    };
    for (size_t i = 0; i < CXD_COUNT(cases); i++) {
        struct network_list list;
        struct address address;
        assert_int_equal(network_list_parse(cases[i].list, &list), cases[i].valid);
        if (!cases[i].valid)
            continue;
        assert_int_equal(list.has_unix, !!strstr(cases[i].list, "unix"));
        for (int side = 0; side < 2; side++) {
            for (const char *at = side ? cases[i].out : cases[i].in; *at; at += strspn(at, " ")) {
                size_t length = strcspn(at, " ");
                assert_true(address_parse(at, length, &address));
                if (network_list_has(&list, &address) != (side == 0))
                    fail_msg("%s and %.*s", cases[i].list, (int)length, at);
                at += length;
            }
        }
    }
}

/* Every prefix of every length against a reading bit by bit. */
static void test_prefixes(void **state) {
    srand(1);
    for (unsigned bits = 0; bits <= 128; bits++) {
        struct in6_addr base, near;
        char text[INET6_ADDRSTRLEN], entry[64];
        struct network_list list;
        for (int i = 0; i < 16; i++)
            base.s6_addr[i] = (uint8_t)(rand() >> 4);
        base.s6_addr[0] = 0x20;
        inet_ntop(AF_INET6, &base, text, sizeof text);
        snprintf(entry, sizeof entry, "%s/%u", text, bits);
        assert_true(network_list_parse(entry, &list));
        for (unsigned flipped = 0; flipped < 128; flipped++) {
            struct address address;
            near = base;
            near.s6_addr[flipped / 8] ^= (uint8_t)(0x80 >> flipped % 8);
            memcpy(address.bytes, &near, 16);
            assert_int_equal(network_list_has(&list, &address), flipped >= bits);
        }
    }
}

static void test_forwarded(void **state) {
    static const char trusted[] = "10.0.0.0/8, 2001:db8::/32";
    static const struct {
        const char *values[3]; /* headers in order */
        const char *client;    /* NULL: the peer */
    } cases[] = {
        {{NULL}, NULL},
        {{""}, NULL},
        {{" , ,"}, NULL},
        {{"192.0.2.1"}, "192.0.2.1"},
        {{"192.0.2.1:443"}, "192.0.2.1"},
        {{"[2001:db9::1]"}, "2001:db9::1"},
        {{"[2001:db9::1]:443"}, "2001:db9::1"},
        {{"2001:db9::1"}, "2001:db9::1"},
        {{"::ffff:192.0.2.1"}, "192.0.2.1"},
        {{"1.1.1.1, 192.0.2.1"}, "192.0.2.1"},
        {{"1.1.1.1, 192.0.2.1, 10.0.0.1"}, "192.0.2.1"},
        {{"1.1.1.1,192.0.2.1 ,\t10.0.0.1, [2001:db8::1]:1"}, "192.0.2.1"},
        {{"10.0.0.1, 10.0.0.2"}, "10.0.0.1"},
        {{"1.1.1.1", "192.0.2.1", "10.0.0.1"}, "192.0.2.1"},
        {{"192.0.2.1, 10.0.0.1", "10.0.0.2,"}, "192.0.2.1"},
        {{"192.0.2.1, unknown, 10.0.0.1"}, "10.0.0.1"},
        {{"192.0.2.1, unknown"}, NULL},
        {{"192.0.2.1, _hidden, 10.0.0.2, 10.0.0.1"}, "10.0.0.2"},
        {{"unknown, 192.0.2.1"}, "192.0.2.1"},
        {{"192.0.2.1:"}, NULL},
        {{"192.0.2.1:http"}, NULL},
        {{"192.0.2.1:123456"}, NULL},
        {{"192.0.2.1.5"}, NULL},
        {{"192.0.2.1 10.0.0.1"}, NULL},
        {{"[192.0.2.1]"}, NULL},
        {{"[2001:db9::1"}, NULL},
        {{"[2001:db9::1]x"}, NULL},
        {{"[]"}, NULL},
        {{"\"192.0.2.1\""}, NULL},
        {{"for=192.0.2.1"}, NULL},
        {{"fe80::1%eth0"}, NULL},
    };
    struct network_list list;
    assert_true(network_list_parse(trusted, &list));
    for (size_t i = 0; i < CXD_COUNT(cases); i++) {
        struct forwarded forwarded;
        struct address wanted;
        forwarded_begin(&forwarded, &list);
        for (size_t j = 0; j < 3 && cases[i].values[j]; j++)
            forwarded_take(&forwarded, cases[i].values[j], strlen(cases[i].values[j]));
        if (forwarded.is_known != !!cases[i].client)
            fail_msg("case %zu: %s", i, cases[i].values[0]);
        if (!cases[i].client)
            continue;
        assert_true(address_parse(cases[i].client, strlen(cases[i].client), &wanted));
        assert_memory_equal(&forwarded.hop, &wanted, sizeof wanted);
    }
}

static void test_address_key(void **state) {
    static const struct {
        const char *one, *other;
        bool same;
    } cases[] = {
        {"192.0.2.1", "192.0.2.2", false},
        {"192.0.2.1", "::ffff:192.0.2.1", true},
        {"2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true},
        {"2001:db8:1:2::1", "2001:db8:1:3::1", false},
        {"::1", "0.0.0.1", false},
    };
    for (size_t i = 0; i < CXD_COUNT(cases); i++) {
        struct address one, other;
        assert_true(address_parse(cases[i].one, strlen(cases[i].one), &one));
        assert_true(address_parse(cases[i].other, strlen(cases[i].other), &other));
        one = rate_address_key(&one);
        other = rate_address_key(&other);
        assert_int_equal(memcmp(&one, &other, sizeof one) == 0, cases[i].same);
    }
}

static void test_burst(void **state) {
    struct rate_table *table = rate_table_new(64, &KEY);
    struct rate_verdict verdict = rate_peek(table, 120, "a", 1, 7);
    assert_true(verdict.allowed && verdict.remaining == 120 && verdict.reset_s == 0 && verdict.retry_s == 0);
    for (int i = 0; i < 120; i++) {
        verdict = take_one(table, 120, "a", 1, 7);
        assert_true(verdict.allowed && verdict.remaining == 119 - i && verdict.reset_s == i / 2 + 1);
    }
    verdict = take_one(table, 120, "a", 1, 7);
    assert_true(!verdict.allowed && verdict.remaining == 0 && verdict.retry_s == 1 && verdict.reset_s == 60);
    assert_true(take_one(table, 120, "b", 1, 7).allowed);
    assert_false(take_one(table, 120, "a", 1, 7 + SECOND / 2 - 1).allowed);
    assert_true(take_one(table, 120, "a", 1, 7 + SECOND / 2).allowed);
    assert_false(take_one(table, 120, "a", 1, 7 + SECOND / 2).allowed);
    /* A clock of another thread, a little behind. */
    assert_false(take_one(table, 120, "a", 1, 3).allowed);
    assert_int_equal(rate_peek(table, 120, "a", 1, 120 * SECOND).remaining, 120);
    rate_table_free(table);
}

/* Buckets counted out in fractions of a token: each holds `level` of per_minute × 60e9 at most, and gains per_minute a
 * nanosecond. */
static void test_model(void **state) {
    static const int64_t rates[] = {1, 2, 7, 60, 599, 12345, HTTP_RATE_MAX};
    enum { KEYS = 5 };
    srand(2);
    for (size_t r = 0; r < CXD_COUNT(rates); r++) {
        struct rate_table *table = rate_table_new(4096, &KEY);
        int64_t token = 60 * SECOND / rates[r], full = token * rates[r];
        int64_t level[KEYS], seen[KEYS] = {0}, now = 1000;
        for (int i = 0; i < KEYS; i++)
            level[i] = full;
        for (int i = 0; i < 20000; i++) {
            int k = rand() % KEYS;
            now += rand() % 3 ? rand() % (token / 2 + 1) : rand() % 500 == 0 ? full : 0;
            level[k] += now - seen[k];
            level[k] = level[k] > full ? full : level[k];
            seen[k] = now;
            bool allowed = level[k] >= token;
            if (allowed)
                level[k] -= token;
            struct rate_verdict verdict = take_one(table, rates[r], &k, sizeof k, now);
            assert_int_equal(verdict.allowed, allowed);
            assert_true(verdict.remaining == level[k] / token);
            assert_true(verdict.reset_s == (full - level[k] + SECOND - 1) / SECOND);
            assert_true(allowed || verdict.retry_s == (token - level[k] + SECOND - 1) / SECOND);
            if (!allowed) { /* what Retry-After says is true, and a second less would not do */
                assert_true(rate_peek(table, rates[r], &k, sizeof k, now + verdict.retry_s * SECOND).allowed);
                assert_true(verdict.retry_s >= 1);
                assert_false(rate_peek(table, rates[r], &k, sizeof k, now + (verdict.retry_s - 1) * SECOND).allowed);
            }
        }
        rate_table_free(table);
    }
}

/* A million addresses: not a byte more, and those that were limited before still are. */
static void test_flood(void **state) {
    enum { VICTIMS = 100, FLOOD = 1000000 };
    struct rate_table *table = rate_table_new(65536, &KEY);
    for (uint32_t v = 0; v < VICTIMS; v++)
        for (int i = 0; i < 600; i++)
            assert_true(take_one(table, 600, &v, sizeof v, 0).allowed);
    struct mallinfo2 before = mallinfo2();
    unsigned refused = 0;
    for (uint32_t i = 0; i < FLOOD; i++) {
        uint32_t stranger = VICTIMS + i;
        refused += !take_one(table, 600, &stranger, sizeof stranger, i % 90000).allowed;
    }
    struct mallinfo2 after = mallinfo2();
    assert_true(before.uordblks == after.uordblks);
    for (uint32_t v = 0; v < VICTIMS; v++)
        assert_false(take_one(table, 600, &v, sizeof v, 90000).allowed);
    assert_int_equal(refused, 0); /* 16 to a place leave every stranger far from its limit */
    rate_table_free(table);
}

/* One set of places only for all keys: a new key begins with a full bucket, whatever the others owe, and the largest
 * debts stay. */
static void test_newcomers_owe_nothing(void **state) {
    enum { DEBTORS = 7, NEWCOMERS = 10000, RATE = 10 };
    struct rate_table *table = rate_table_new(8, &KEY);
    for (int k = 0; k < DEBTORS; k++)
        for (int i = 0; i < RATE; i++)
            assert_true(take_one(table, RATE, &k, sizeof k, 0).allowed);
    for (int k = DEBTORS; k < DEBTORS + NEWCOMERS; k++) {
        struct rate_verdict verdict = take_one(table, RATE, &k, sizeof k, 0);
        assert_true(verdict.allowed);
        assert_int_equal(verdict.remaining, RATE - 1);
    }
    for (int k = 0; k < DEBTORS; k++)
        assert_false(take_one(table, RATE, &k, sizeof k, 0).allowed);
    rate_table_free(table);
}

/* What it costs to have the debt of one key forgotten: debts as large of all the others of its set. */
static void test_washing_costs_more(void **state) {
    enum { SETS = 8, RATE = 100, KEYS = 2000 };
    struct rate_table *table = rate_table_new(SETS * 8, &KEY);
    int debtor = -1;
    for (int i = 0; i < RATE; i++)
        assert_true(take_one(table, RATE, &debtor, sizeof debtor, 0).allowed);
    unsigned spent = 0;
    for (int k = 0; k < KEYS && !rate_peek(table, RATE, &debtor, sizeof debtor, 0).allowed; k++)
        for (int i = 0; i < RATE; i++)
            spent += take_one(table, RATE, &k, sizeof k, 0).allowed;
    assert_true(spent >= 7 * RATE); /* and about SETS times that where one does not know who shares its set */
    rate_table_free(table);
    table = rate_table_new(SETS * 8, &KEY);
    for (int i = 0; i < RATE; i++)
        assert_true(take_one(table, RATE, &debtor, sizeof debtor, 0).allowed);
    for (int k = 0; k < 100 * KEYS; k++) /* half a debt of as many as one likes is not enough */
        (void)rate_take(table, RATE, &k, sizeof k, RATE / 2, 0);
    assert_false(rate_peek(table, RATE, &debtor, sizeof debtor, 0).allowed);
    rate_table_free(table);
}

static struct address make_v6(uint32_t network, uint16_t subnet, uint64_t host) {
    struct address address = {{0x20, 0x01}};
    for (int i = 0; i < 4; i++)
        address.bytes[2 + i] = (uint8_t)(network >> (24 - 8 * i));
    address.bytes[6] = (uint8_t)(subnet >> 8);
    address.bytes[7] = (uint8_t)subnet;
    for (int i = 0; i < 8; i++)
        address.bytes[8 + i] = (uint8_t)(host >> (56 - 8 * i));
    return address;
}

/* All 65,536 subnets of a /48 ask as often as they may. They get what sixteen addresses get; no stranger notices, and
 * whoever was at the limit still is. */
static void test_network_flood(void **state) {
    enum { RATE = 600, SUBNETS = 65536, STRANGERS = 2000, VICTIMS = 100 };
    struct rate_addresses tables = {rate_table_new(65536, &KEY), rate_table_new(16384, &KEY)};
    unsigned got = 0;
    for (uint32_t v = 0; v < VICTIMS; v++) {
        struct address victim = make_v6(0xdb900000 + v, 0, 1);
        for (int i = 0; i < RATE; i++)
            assert_true(rate_take_address(&tables, RATE, &victim, 1, 0).allowed);
    }
    struct rate_verdict verdict;
    for (uint32_t i = 0; i < 2 * SUBNETS; i++) {
        struct address flooder = make_v6(0xdb80001, (uint16_t)i, i);
        verdict = rate_take_address(&tables, RATE, &flooder, 1, 0);
        got += verdict.allowed;
    }
    assert_int_equal(got, RATE_NETWORK_SHARE * RATE);
    assert_true(verdict.is_network && verdict.retry_s == 1 && verdict.reset_s == 60 && verdict.remaining == 0);
    for (uint32_t i = 0; i < STRANGERS; i++) {
        struct address stranger = make_v6(0xdba00000 + i, (uint16_t)i, i);
        verdict = rate_take_address(&tables, RATE, &stranger, 1, 0);
        assert_true(verdict.allowed && verdict.remaining == RATE - 1);
        struct address v4 = {{[10] = 0xFF, [11] = 0xFF, 10, 0, (uint8_t)(i >> 8), (uint8_t)i}};
        verdict = rate_take_address(&tables, RATE, &v4, 1, 0);
        assert_true(verdict.allowed && verdict.remaining == RATE - 1);
    }
    for (uint32_t v = 0; v < VICTIMS; v++) {
        struct address victim = make_v6(0xdb900000 + v, 0, 2);
        verdict = rate_take_address(&tables, RATE, &victim, 1, 0);
        assert_true(!verdict.allowed && !verdict.is_network);
    }
    /* A second later a sixtieth of it is back. */
    got = 0;
    for (uint32_t i = 0; i < SUBNETS; i++) {
        struct address flooder = make_v6(0xdb80001, (uint16_t)(i * 31), i);
        got += rate_take_address(&tables, RATE, &flooder, 1, SECOND).allowed;
    }
    assert_int_equal(got, RATE_NETWORK_SHARE * RATE / 60);
    rate_table_free(tables.alone);
    rate_table_free(tables.networks);
}

/* As many debtors as there are places, all of them to the brim: newcomers are served still, each with a full bucket. */
static void test_full_table(void **state) {
    enum { PLACES = 4096, RATE = 5 };
    struct rate_table *table = rate_table_new(PLACES, &KEY);
    for (uint32_t k = 0; k < 20 * PLACES; k++)
        for (int i = 0; i < RATE; i++)
            (void)take_one(table, RATE, &k, sizeof k, 0);
    for (uint32_t k = 100 * PLACES; k < 101 * PLACES; k++) {
        struct rate_verdict verdict = take_one(table, RATE, &k, sizeof k, 1);
        assert_true(verdict.allowed && verdict.remaining == RATE - 1);
    }
    rate_table_free(table);
}

/* One limited address takes nothing from its neighbours. */
static void test_neighbours(void **state) {
    enum { RATE = 10 };
    struct rate_addresses tables = {rate_table_new(64, &KEY), rate_table_new(64, &KEY)};
    struct address loud = make_v6(1, 1, 1), quiet = make_v6(1, 2, 1);
    for (int i = 0; i < 100000; i++)
        assert_int_equal(rate_take_address(&tables, RATE, &loud, 1, 0).allowed, i < RATE);
    for (int i = 0; i < RATE; i++)
        assert_true(rate_take_address(&tables, RATE, &quiet, 1, 0).allowed);
    rate_table_free(tables.alone);
    rate_table_free(tables.networks);
}

/* Many tokens at a time, as bytes are: what is larger than a bucket needs a full one, and is not refused for ever. */
static void test_bytes(void **state) {
    enum { RATE = 16 << 20, MIB = 1 << 20 };
    struct rate_table *table = rate_table_new(64, &KEY);
    for (int i = 0; i < 16; i++) {
        struct rate_verdict verdict = rate_take(table, RATE, "a", 1, MIB, 0);
        assert_true(verdict.allowed && verdict.remaining == (15 - i) * MIB);
    }
    struct rate_verdict verdict = rate_take(table, RATE, "a", 1, MIB, 0);
    assert_true(!verdict.allowed && verdict.retry_s == 4 && verdict.remaining == 0);
    assert_true(rate_take(table, RATE, "a", 1, MIB, 4 * SECOND).allowed);
    assert_true(rate_take(table, RATE, "b", 1, 1000LL * MIB, 0).allowed);
    verdict = rate_take(table, RATE, "b", 1, 1, 0);
    assert_true(!verdict.allowed && verdict.retry_s == 1 && verdict.reset_s <= 60);
    assert_false(rate_take(table, RATE, "b", 1, 1000LL * MIB, 59 * SECOND).allowed);
    assert_true(rate_take(table, RATE, "b", 1, INT64_MAX, 60 * SECOND).allowed);
    /* What was sent already is charged, as far as there is anything left to take. */
    struct rate_addresses tables = {table, rate_table_new(64, &KEY)};
    struct address address = make_v6(7, 7, 7);
    rate_charge_address(&tables, RATE, &address, 15 * MIB, 0);
    assert_true(rate_take_address(&tables, RATE, &address, MIB, 0).allowed);
    for (int i = 0; i < 100; i++)
        rate_charge_address(&tables, RATE, &address, 15 * MIB, 0);
    assert_false(rate_take_address(&tables, RATE, &address, MIB, 3 * SECOND).allowed);
    assert_true(rate_take_address(&tables, RATE, &address, MIB, 4 * SECOND).allowed);
    rate_table_free(table);
    rate_table_free(tables.networks);
}

/* Places that are full again are taken first, and those in debt stay. */
static void test_eviction_order(void **state) {
    struct rate_table *table = rate_table_new(8, &KEY);
    int debtor = -1;
    for (int i = 0; i < 60; i++)
        assert_true(take_one(table, 60, &debtor, sizeof debtor, 0).allowed);
    for (int k = 0; k < 250; k++) { /* five are in debt at a time, and there are seven more places */
        struct rate_verdict verdict = take_one(table, 60, &k, sizeof k, k * SECOND / 5);
        assert_true(verdict.allowed);
        assert_int_equal(verdict.remaining, 59);
    }
    struct rate_verdict verdict = rate_peek(table, 60, &debtor, sizeof debtor, 50 * SECOND);
    assert_int_equal(verdict.remaining, 50);
    rate_table_free(table);
}

/* Another rate finds each bucket as full as it was: nobody's debt is forgiven, nobody's grows. */
static void test_another_rate(void **state) {
    struct rate_table *table = rate_table_new(64, &KEY);
    for (int i = 0; i < 60; i++)
        assert_true(take_one(table, 120, "half", 4, 0).allowed);
    for (int i = 0; i < 120; i++)
        assert_true(take_one(table, 120, "none", 4, 0).allowed);
    assert_int_equal(rate_peek(table, 120, "half", 4, 0).remaining, 60);
    assert_int_equal(rate_peek(table, 10, "half", 4, 0).remaining, 5);
    assert_int_equal(rate_peek(table, 6000, "half", 4, 0).remaining, 3000);
    assert_false(rate_peek(table, 6000, "none", 4, 0).allowed);
    assert_true(rate_peek(table, 6000, "none", 4, SECOND / 100).allowed);
    for (int i = 0; i < 5; i++)
        assert_true(take_one(table, 10, "half", 4, 0).allowed);
    struct rate_verdict verdict = take_one(table, 10, "half", 4, 0);
    assert_true(!verdict.allowed && verdict.retry_s == 6);
    assert_int_equal(rate_peek(table, 120, "half", 4, 30 * SECOND).remaining, 60);
    rate_table_free(table);
}

struct taker {
    struct rate_table *table;
    unsigned got;
};

static void *take_all(void *cls) {
    struct taker *taker = cls;
    for (int i = 0; i < 20000; i++) {
        int k = i % 10;
        taker->got += take_one(taker->table, 1000, &k, sizeof k, 0).allowed;
    }
    return NULL;
}

static void test_threads(void **state) {
    enum { THREADS = 4 };
    struct rate_table *table = rate_table_new(1024, &KEY);
    struct taker takers[THREADS];
    pthread_t threads[THREADS];
    unsigned got = 0;
    for (int i = 0; i < THREADS; i++) {
        takers[i] = (struct taker){.table = table};
        assert_int_equal(pthread_create(&threads[i], NULL, take_all, &takers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        got += takers[i].got;
    }
    assert_int_equal(got, 10 * 1000);
    rate_table_free(table);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hash),
        cmocka_unit_test(test_networks),
        cmocka_unit_test(test_prefixes),
        cmocka_unit_test(test_forwarded),
        cmocka_unit_test(test_address_key),
        cmocka_unit_test(test_burst),
        cmocka_unit_test(test_model),
        cmocka_unit_test(test_flood),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_newcomers_owe_nothing),
        cmocka_unit_test(test_washing_costs_more),
        cmocka_unit_test(test_network_flood),
        cmocka_unit_test(test_full_table),
        cmocka_unit_test(test_neighbours),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_eviction_order),
        cmocka_unit_test(test_another_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
