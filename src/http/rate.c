/* Token buckets. limits.c asks here for every request that is limited; nothing here knows what a key stands for, and no
 * key is kept, only its keyed hash. */

#include "http/rate.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { WAYS = 8, SHARDS = 64, CACHE_LINE = 64 };

static const int64_t SECOND_NS = 1000000000;

/* A place is free when its time is past. */
struct place {
    uint64_t tag;
    int64_t full_at; /* when the bucket is full again */
};

struct shard {
    _Alignas(CACHE_LINE) pthread_mutex_t lock; /* of the sets whose number is the shard's modulo SHARDS */
};

struct rate_table {
    struct hash_key key;
    size_t set_mask;
    struct place *places; /* sets of WAYS */
    struct shard shards[SHARDS];
};

struct rate_table *rate_table_new(size_t places, const struct hash_key *key) {
    struct rate_table *table = aligned_alloc(CACHE_LINE, sizeof *table);
    if (!table)
        return NULL;
    memset(table, 0, sizeof *table);
    table->places = calloc(places, sizeof *table->places);
    if (!table->places) {
        free(table);
        return NULL;
    }
    for (size_t i = 0; i < places; i++)
        table->places[i].full_at = INT64_MIN;
    for (size_t i = 0; i < SHARDS; i++)
        pthread_mutex_init(&table->shards[i].lock, NULL);
    table->key = *key;
    table->set_mask = places / WAYS - 1;
    return table;
}

void rate_table_free(struct rate_table *table) {
    if (!table)
        return;
    for (size_t i = 0; i < SHARDS; i++)
        pthread_mutex_destroy(&table->shards[i].lock);
    free(table->places);
    free(table);
}

/* The key's own place, else the one that is full first: a free one if there is any. */
static struct place *find_place(struct place *set, uint64_t tag) {
    struct place *first = set;
    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].tag == tag)
            return &set[i];
        if (set[i].full_at < first->full_at)
            first = &set[i];
    }
    return first;
}

static int64_t seconds_up(int64_t ns) {
    return ns <= 0 ? 0 : (ns + SECOND_NS - 1) / SECOND_NS;
}

enum way { PEEK, TAKE, CHARGE };

/* One question, in nanoseconds of filling. */
struct question {
    enum way way;
    int64_t token_ns;  /* in which one token comes back */
    int64_t bucket_ns; /* in which all do */
    int64_t cost_ns;
    int64_t now_ns;
};

static struct question make_question(enum way way, int64_t per_minute, int64_t tokens, int64_t now_ns) {
    struct question question = {.way = way, .now_ns = now_ns};
    question.token_ns = RATE_WINDOW_S * SECOND_NS / per_minute;
    question.bucket_ns = question.token_ns * per_minute;
    question.cost_ns = tokens < per_minute ? tokens * question.token_ns : question.bucket_ns;
    return question;
}

static struct rate_verdict ask(struct rate_table *table, const struct question *question, const void *key,
                               size_t length) {
    uint64_t tag = hash_keyed(&table->key, key, length);
    size_t number = (size_t)tag & table->set_mask;
    pthread_mutex_t *lock = &table->shards[number % SHARDS].lock;
    int64_t now_ns = question->now_ns;
    pthread_mutex_lock(lock);
    struct place *place = find_place(table->places + number * WAYS, tag);
    int64_t full_at = place->tag == tag && place->full_at > now_ns ? place->full_at : now_ns;
    int64_t after = full_at + question->cost_ns;
    int64_t over_ns = after - now_ns - question->bucket_ns;
    struct rate_verdict verdict = {.allowed = over_ns <= 0};
    if (question->way == CHARGE && over_ns > 0)
        after -= over_ns < question->cost_ns ? over_ns : question->cost_ns;
    if (question->way == CHARGE || (question->way == TAKE && verdict.allowed)) {
        *place = (struct place){.tag = tag, .full_at = after};
        full_at = after;
    }
    pthread_mutex_unlock(lock);
    int64_t missing_ns = full_at - now_ns;
    verdict.remaining = missing_ns < question->bucket_ns ? (question->bucket_ns - missing_ns) / question->token_ns : 0;
    verdict.reset_s = seconds_up(missing_ns);
    verdict.retry_s = seconds_up(over_ns);
    return verdict;
}

struct rate_verdict rate_take(struct rate_table *table, int64_t per_minute, const void *key, size_t length,
                              int64_t tokens, int64_t now_ns) {
    struct question question = make_question(TAKE, per_minute, tokens, now_ns);
    return ask(table, &question, key, length);
}

struct rate_verdict rate_peek(struct rate_table *table, int64_t per_minute, const void *key, size_t length,
                              int64_t now_ns) {
    struct question question = make_question(PEEK, per_minute, 1, now_ns);
    return ask(table, &question, key, length);
}

struct address rate_address_key(const struct address *address) {
    struct address key = *address;
    if (!address_is_v4(address))
        memset(key.bytes + 8, 0, 8);
    return key;
}

/* The network is asked before, so that no flood from one fills the table of addresses; and charged after. */
static struct rate_verdict ask_both(const struct rate_addresses *tables, enum way way, int64_t per_minute,
                                    const struct address *address, int64_t tokens, int64_t now_ns) {
    bool has_network = !address_is_v4(address);
    struct question question = make_question(PEEK, per_minute * RATE_NETWORK_SHARE, tokens, now_ns);
    if (has_network && way == TAKE) {
        struct rate_verdict verdict = ask(tables->networks, &question, address->bytes, RATE_NETWORK_BITS / 8);
        verdict.is_network = true;
        if (!verdict.allowed)
            return verdict;
    }
    struct address key = rate_address_key(address);
    struct question own = make_question(way, per_minute, tokens, now_ns);
    struct rate_verdict verdict = ask(tables->alone, &own, &key, sizeof key);
    question.way = way;
    if (has_network && (verdict.allowed || way == CHARGE))
        (void)ask(tables->networks, &question, address->bytes, RATE_NETWORK_BITS / 8);
    return verdict;
}

struct rate_verdict rate_take_address(const struct rate_addresses *tables, int64_t per_minute,
                                      const struct address *address, int64_t tokens, int64_t now_ns) {
    return ask_both(tables, TAKE, per_minute, address, tokens, now_ns);
}

void rate_charge_address(const struct rate_addresses *tables, int64_t per_minute, const struct address *address,
                         int64_t tokens, int64_t now_ns) {
    (void)ask_both(tables, CHARGE, per_minute, address, tokens, now_ns);
}
