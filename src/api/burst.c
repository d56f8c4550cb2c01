/* The table of bursts: a keyed hash of the visit chooses a few places, and the one that was idle longest gives way.
 * Asked after each commit of a response that names a visit. */
#include "api/burst.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "cxd/base/hash.h"

enum { SETS = 1024, WAYS = 4, SCORES = 11 };

struct seen {
    struct id id;
    int64_t at_ms;
    int score;
};

struct entry {
    bool used;
    uint64_t hash;
    int64_t last_ms;
    bool has_score[SCORES];
    struct seen scores[SCORES]; /* what had it last: of more responses than are remembered */
    struct seen seen[BURST_REMEMBERED];
    size_t seen_count, seen_next;
};

struct burst_table {
    pthread_mutex_t lock;
    struct hash_key key;
    struct entry entries[SETS][WAYS];
};

struct burst_table *burst_new(void) {
    struct burst_table *table = calloc(1, sizeof *table);
    if (!table || !hash_key_make(&table->key)) {
        free(table);
        return NULL;
    }
    pthread_mutex_init(&table->lock, NULL);
    return table;
}

void burst_free(struct burst_table *table) {
    if (!table)
        return;
    pthread_mutex_destroy(&table->lock);
    free(table);
}

static uint64_t hash_visit(const struct burst_table *table, int64_t survey, const char *visit) {
    const uint64_t parts[] = {(uint64_t)survey, hash_keyed(&table->key, visit, strlen(visit))};
    return hash_keyed(&table->key, parts, sizeof parts);
}

/* The visit's entry, or an empty one for it. */
static struct entry *find_entry(struct burst_table *table, uint64_t hash) {
    struct entry *set = table->entries[hash % SETS], *oldest = &set[0];
    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].used && set[i].hash == hash)
            return &set[i];
        if (oldest->used && (!set[i].used || set[i].last_ms < oldest->last_ms))
            oldest = &set[i];
    }
    *oldest = (struct entry){.used = true, .hash = hash};
    return oldest;
}

static void remember(struct entry *entry, const struct seen *now) {
    for (size_t i = 0; i < entry->seen_count; i++) {
        if (id_compare(&entry->seen[i].id, &now->id) == 0) {
            entry->seen[i] = *now;
            return;
        }
    }
    entry->seen[entry->seen_next] = *now;
    entry->seen_next = (entry->seen_next + 1) % BURST_REMEMBERED;
    if (entry->seen_count < BURST_REMEMBERED)
        entry->seen_count++;
}

/* The score that a response had goes to the last of the others that have it. */
static void leave_scores(struct entry *entry, const struct id *id) {
    for (int score = 0; score < SCORES; score++) {
        struct seen *last = &entry->scores[score];
        if (!entry->has_score[score] || id_compare(&last->id, id) != 0)
            continue;
        entry->has_score[score] = false;
        for (size_t i = 0; i < entry->seen_count; i++) {
            const struct seen *other = &entry->seen[i];
            if (other->score != score || id_compare(&other->id, id) == 0 ||
                (entry->has_score[score] && other->at_ms < last->at_ms))
                continue;
            *last = *other;
            entry->has_score[score] = true;
        }
    }
}

static int count_scores(const struct entry *entry, int64_t now_ms) {
    int count = 0;
    for (size_t i = 0; i < SCORES; i++)
        count += entry->has_score[i] && now_ms - entry->scores[i].at_ms < BURST_WINDOW_MS;
    return count;
}

size_t burst_note(struct burst_table *table, int64_t survey, const char *visit, int score, const struct id *id,
                  int64_t now_ms, struct id ret_ids[BURST_REMEMBERED]) {
    const struct seen now = {.id = *id, .at_ms = now_ms, .score = score};
    uint64_t hash = hash_visit(table, survey, visit);
    size_t count = 0;
    pthread_mutex_lock(&table->lock);
    struct entry *entry = find_entry(table, hash);
    entry->last_ms = now_ms;
    leave_scores(entry, id);
    entry->has_score[score] = true;
    entry->scores[score] = now;
    remember(entry, &now);
    bool is_burst = count_scores(entry, now_ms) >= BURST_SCORES;
    for (size_t i = 0; is_burst && i < entry->seen_count; i++)
        if (now_ms - entry->seen[i].at_ms < BURST_WINDOW_MS)
            ret_ids[count++] = entry->seen[i].id;
    pthread_mutex_unlock(&table->lock);
    return count;
}
