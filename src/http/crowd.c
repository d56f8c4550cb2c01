/* Connections by address: a table of chains, and a lock that is held for a few steps where one is accepted or closed.
 * limits.c asks here. */

#include "http/crowd.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "http/rate.h"

enum { CHAINS = 16384 };

struct crowd_place {
    struct crowd_place *next; /* of its chain */
    struct address key;
    unsigned count;
};

struct crowd {
    pthread_mutex_t lock;
    struct hash_key key;
    struct crowd_place *chains[CHAINS];
};

struct crowd *crowd_new(const struct hash_key *key) {
    struct crowd *crowd = calloc(1, sizeof *crowd);
    if (!crowd)
        return NULL;
    pthread_mutex_init(&crowd->lock, NULL);
    crowd->key = *key;
    return crowd;
}

void crowd_free(struct crowd *crowd) {
    if (!crowd)
        return;
    for (size_t i = 0; i < CHAINS; i++) {
        while (crowd->chains[i]) {
            struct crowd_place *place = crowd->chains[i];
            crowd->chains[i] = place->next;
            free(place);
        }
    }
    pthread_mutex_destroy(&crowd->lock);
    free(crowd);
}

/* Where the chain holds the place of the key, or ends. */
static struct crowd_place **find(struct crowd *crowd, const struct address *key) {
    struct crowd_place **at = &crowd->chains[hash_keyed(&crowd->key, key, sizeof *key) % CHAINS];
    while (*at && memcmp(&(*at)->key, key, sizeof *key) != 0)
        at = &(*at)->next;
    return at;
}

bool crowd_has_room(struct crowd *crowd, const struct address *address, unsigned most) {
    struct address key = rate_address_key(address);
    pthread_mutex_lock(&crowd->lock);
    const struct crowd_place *place = *find(crowd, &key);
    bool has_room = (place ? place->count : 0) < most;
    pthread_mutex_unlock(&crowd->lock);
    return has_room;
}

bool crowd_enter(struct crowd *crowd, const struct address *address, unsigned most, struct crowd_place **ret_place) {
    struct address key = rate_address_key(address);
    pthread_mutex_lock(&crowd->lock);
    struct crowd_place **at = find(crowd, &key);
    bool has_room = (*at ? (*at)->count : 0) < most;
    if (has_room && !*at) {
        *at = calloc(1, sizeof **at);
        if (*at)
            (*at)->key = key;
    }
    if (has_room && *at)
        (*at)->count++;
    if (has_room)
        *ret_place = *at;
    pthread_mutex_unlock(&crowd->lock);
    return has_room;
}

void crowd_leave(struct crowd *crowd, struct crowd_place *place) {
    if (!place)
        return;
    pthread_mutex_lock(&crowd->lock);
    if (--place->count == 0) {
        *find(crowd, &place->key) = place->next;
        free(place);
    }
    pthread_mutex_unlock(&crowd->lock);
}

unsigned crowd_most(unsigned wanted, unsigned connections) {
    unsigned share = connections / CROWD_SHARE;
    return wanted > 0 ? wanted : share > CROWD_LEAST ? share : CROWD_LEAST;
}
