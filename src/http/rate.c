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

static struct rate_verdict ask(struct rate_table *table, int64_t per_minute, const void *key, size_t length,
                               int64_t now_ns, bool take) {
    int64_t token_ns = RATE_WINDOW_S * SECOND_NS / per_minute; /* in which one token comes back */
    int64_t bucket_ns = token_ns * per_minute;                 /* in which all do */
    uint64_t tag = hash_keyed(&table->key, key, length);
    size_t number = (size_t)tag & table->set_mask;
    pthread_mutex_t *lock = &table->shards[number % SHARDS].lock;
    pthread_mutex_lock(lock);
    struct place *place = find_place(table->places + number * WAYS, tag);
    int64_t full_at = place->full_at > now_ns ? place->full_at : now_ns;
    int64_t after = full_at + token_ns;
    int64_t over_ns = after - now_ns - bucket_ns;
    struct rate_verdict verdict = {.allowed = over_ns <= 0};
    if (verdict.allowed && take) {
        *place = (struct place){.tag = tag, .full_at = after};
        full_at = after;
    }
    pthread_mutex_unlock(lock);
    int64_t missing_ns = full_at - now_ns;
    verdict.remaining = missing_ns < bucket_ns ? (bucket_ns - missing_ns) / token_ns : 0;
    verdict.reset_s = seconds_up(missing_ns);
    verdict.retry_s = seconds_up(over_ns);
    return verdict;
}

struct rate_verdict rate_take(struct rate_table *table, int64_t per_minute, const void *key, size_t length,
                              int64_t now_ns) {
    return ask(table, per_minute, key, length, now_ns, true);
}

struct rate_verdict rate_peek(struct rate_table *table, int64_t per_minute, const void *key, size_t length,
                              int64_t now_ns) {
    return ask(table, per_minute, key, length, now_ns, false);
}

struct address rate_address_key(const struct address *address) {
    struct address key = *address;
    if (!address_is_v4(address))
        memset(key.bytes + 8, 0, 8);
    return key;
}
