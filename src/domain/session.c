/* How long browsers stay signed in, and how many. */
#include "cxd/domain/session.h"

enum { SECOND_MS = 1000, MINUTE_MS = 60 * SECOND_MS, HOUR_MS = 60 * MINUTE_MS };
static const int64_t DAY_MS = INT64_C(24) * HOUR_MS;

int64_t session_ends_at(const struct session *session) {
    int64_t last = session->created_at + SESSION_DAYS * DAY_MS;
    int64_t idle = session->seen_at + (int64_t)SESSION_IDLE_HOURS * HOUR_MS;
    if (session->is_link)
        return session->created_at + (int64_t)SESSION_LINK_SECONDS * SECOND_MS;
    return idle < last ? idle : last;
}

bool session_is_valid(const struct session *session, int64_t now_ms) {
    return now_ms < session_ends_at(session) && session->created_at < now_ms + DAY_MS;
}

bool session_is_due(const struct session *session, int64_t now_ms) {
    return now_ms >= session->seen_at + (int64_t)SESSION_NOTED_MINUTES * MINUTE_MS;
}

static bool is_listed(const size_t *list, size_t count, size_t wanted) {
    for (size_t i = 0; i < count; i++)
        if (list[i] == wanted)
            return true;
    return false;
}

/* Of those that stay, of this key alone if one is given: how many, and which was used longest ago. */
static size_t count_staying(const struct session *sessions, size_t count, const size_t *gone, size_t gone_count,
                            const struct id *key, size_t *ret_oldest) {
    size_t staying = 0;
    for (size_t i = 0; i < count; i++) {
        if (is_listed(gone, gone_count, i) || (key && id_compare(&sessions[i].key, key) != 0))
            continue;
        if (staying == 0 || sessions[i].seen_at < sessions[*ret_oldest].seen_at)
            *ret_oldest = i;
        staying++;
    }
    return staying;
}

size_t session_make_room(const struct session *sessions, size_t count, const struct id *key, int64_t now_ms,
                         size_t *ret_gone) {
    size_t gone = 0, oldest = 0;
    for (size_t i = 0; i < count; i++)
        if (!session_is_valid(&sessions[i], now_ms))
            ret_gone[gone++] = i;
    while (count_staying(sessions, count, ret_gone, gone, key, &oldest) >= SESSIONS_PER_KEY_MAX)
        ret_gone[gone++] = oldest;
    while (count_staying(sessions, count, ret_gone, gone, NULL, &oldest) >= SESSIONS_MAX)
        ret_gone[gone++] = oldest;
    return gone;
}
