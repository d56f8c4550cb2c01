/* What becomes of sessions, and of the links that they are had for: see cxd/store/change.h. */
#include <string.h>

#include "store/decide.h"

static bool has_hash(const struct session *session, const uint8_t hash[SHA256_SIZE]) {
    return memcmp(session->hash, hash, SHA256_SIZE) == 0;
}

static size_t find(const struct session *sessions, size_t count, const uint8_t hash[SHA256_SIZE]) {
    size_t at = 0;
    while (at < count && !has_hash(&sessions[at], hash))
        at++;
    return at;
}

static bool is_listed(const size_t *list, size_t count, size_t wanted) {
    for (size_t i = 0; i < count; i++)
        if (list[i] == wanted)
            return true;
    return false;
}

size_t decide_session(struct change *change, const struct session *sessions, size_t count, size_t *ret_gone) {
    struct session *value = &change->as.session.value;
    size_t link = count, gone;
    if (find(sessions, count, value->hash) < count) {
        change->outcome = OUTCOME_REPLAYED;
        return 0;
    }
    if (change->as.session.by_link) {
        link = find(sessions, count, change->as.session.link);
        if (link == count || !sessions[link].is_link || !session_is_valid(&sessions[link], change->now_ms)) {
            change->outcome = OUTCOME_MISSING;
            return 0;
        }
        value->key = sessions[link].key;
        value->scopes = sessions[link].scopes;
    }
    value->created_at = value->seen_at = change->now_ms;
    change->outcome = OUTCOME_CREATED;
    gone = session_make_room(sessions, count, &value->key, change->now_ms, ret_gone);
    if (link < count && !is_listed(ret_gone, gone, link))
        ret_gone[gone++] = link;
    return gone;
}

void decide_session_seen(struct change *change, const struct session *stored) {
    if (!stored)
        change->outcome = OUTCOME_MISSING;
    else
        change->outcome = change->now_ms > stored->seen_at ? OUTCOME_AMENDED : OUTCOME_REPLAYED;
}

size_t decide_session_end(struct change *change, const struct session *sessions, size_t count, size_t *ret_gone) {
    size_t gone = 0;
    for (size_t i = 0; i < count; i++) {
        bool is_meant = change->as.session_end.everywhere
                            ? id_compare(&sessions[i].key, &change->as.session_end.key) == 0
                            : has_hash(&sessions[i], change->as.session_end.hash);
        if (is_meant)
            ret_gone[gone++] = i;
    }
    change->as.session_end.ended = (int64_t)gone;
    change->outcome = gone > 0 ? OUTCOME_AMENDED : OUTCOME_REPLAYED;
    return decide_holds(change) ? gone : 0;
}
