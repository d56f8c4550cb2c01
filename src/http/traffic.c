/* The counts of requests: each loop has its own, so that counting costs a few plain stores. Whoever asks for the
 * metrics adds the loops up. */

#include "http/traffic.h"

#include <stdlib.h>
#include <string.h>

#include "http/state.h"

static const char *const METHODS[TRAFFIC_METHODS] = {"GET",   "HEAD",   "POST",    "PUT",
                                                     "PATCH", "DELETE", "OPTIONS", "other"};

/* The most frequent first. The last place is for any other. */
static const int STATUSES[TRAFFIC_STATUSES - 1] = {
    201, 200, 422, 429, 304, 204, 400, 401, 403, 404, 405, 409,
    410, 411, 412, 413, 414, 415, 421, 431, 500, 503, 505, 507,
};

size_t traffic_status_index(int status) {
    size_t i = 0;
    while (i < CXD_COUNT(STATUSES) && STATUSES[i] != status)
        i++;
    return i;
}

static size_t method_index(const char *method) {
    size_t i = 0;
    while (i < TRAFFIC_METHODS - 1 && strcmp(METHODS[i], method) != 0)
        i++;
    return i;
}

bool traffic_init(struct traffic *traffic, const struct router *router) {
    traffic->path_count = router_path_count(router);
    traffic->cells = calloc((traffic->path_count + 1) * TRAFFIC_METHODS, sizeof *traffic->cells);
    return traffic->cells;
}

void traffic_free(struct traffic *traffic) {
    free(traffic->cells);
}

void traffic_answered(struct traffic *traffic, const struct router_path *path, const char *method, int status,
                      int64_t duration_ns) {
    size_t number = path ? path->number : traffic->path_count;
    struct traffic_cell *cell = &traffic->cells[number * TRAFFIC_METHODS + method_index(method)];
    tally_add(&traffic->answered, 1);
    tally_add(&cell->statuses[traffic_status_index(status)], 1);
    tally_note(&cell->durations, &TALLY_DURATIONS, duration_ns > 0 ? (uint64_t)duration_ns : 0);
}

static void read_cell(const struct http_server *server, size_t at, uint64_t counts[TRAFFIC_STATUSES],
                      struct tally_reading *durations) {
    memset(counts, 0, TRAFFIC_STATUSES * sizeof *counts);
    memset(durations, 0, sizeof *durations);
    for (unsigned i = 0; i < server->loop_count; i++) {
        const struct traffic_cell *cell = &server->loops[i].traffic.cells[at];
        for (size_t j = 0; j < TRAFFIC_STATUSES; j++)
            counts[j] += tally_get(&cell->statuses[j]);
        tally_read(&cell->durations, &TALLY_DURATIONS, durations);
    }
}

void http_read_traffic(const struct http_server *server, const struct http_traffic_visitor *visitor) {
    size_t path_count = router_path_count(server->router);
    for (size_t path = 0; path <= path_count; path++) {
        const char *route = path < path_count ? router_path_at(server->router, path)->pattern : "none";
        for (size_t method = 0; method < TRAFFIC_METHODS; method++) {
            uint64_t counts[TRAFFIC_STATUSES];
            struct tally_reading durations;
            read_cell(server, path * TRAFFIC_METHODS + method, counts, &durations);
            for (size_t i = 0; visitor->requests && i < TRAFFIC_STATUSES; i++)
                if (counts[i] > 0)
                    visitor->requests(visitor->context, METHODS[method], route,
                                      i < CXD_COUNT(STATUSES) ? STATUSES[i] : 0, counts[i]);
            if (visitor->durations && durations.total > 0)
                visitor->durations(visitor->context, METHODS[method], route, &durations);
        }
    }
}

/* What has ended is read before what has begun, so that no race makes more end than begin. */
void http_read_requests(const struct http_server *server, uint64_t *ret_unanswered, uint64_t *ret_in_flight) {
    uint64_t unanswered = 0, answered = 0, begun = 0;
    for (unsigned i = 0; i < server->loop_count; i++) {
        unanswered += tally_get(&server->loops[i].traffic.unanswered);
        answered += tally_get(&server->loops[i].traffic.answered);
        answered += tally_get(&server->loops[i].traffic.handed_over);
    }
    atomic_thread_fence(memory_order_seq_cst);
    for (unsigned i = 0; i < server->loop_count; i++)
        begun += tally_get(&server->loops[i].traffic.begun);
    *ret_unanswered = unanswered;
    *ret_in_flight = begun > answered + unanswered ? begun - answered - unanswered : 0;
}

size_t http_read_doors(const struct http_server *server, struct http_door ret_doors[HTTP_DOORS_MAX]) {
    size_t count = server->loops[0].door_count; /* all loops have the same */
    for (size_t door = 0; door < count; door++) {
        ret_doors[door] = (struct http_door){.name = server->loops[0].doors[door].is_local ? "unix" : "tcp"};
        uint64_t closed = 0;
        for (unsigned i = 0; i < server->loop_count; i++)
            closed += tally_get(&server->loops[i].doors[door].closed);
        atomic_thread_fence(memory_order_seq_cst);
        for (unsigned i = 0; i < server->loop_count; i++) {
            ret_doors[door].accepted += tally_get(&server->loops[i].doors[door].accepted);
            ret_doors[door].refused += tally_get(&server->loops[i].doors[door].turned_away);
            ret_doors[door].limit += server->loops[i].doors[door].limit;
        }
        ret_doors[door].open = ret_doors[door].accepted > closed ? ret_doors[door].accepted - closed : 0;
    }
    return count;
}

const char *http_library_version(void) {
    return MHD_get_version();
}

const char *http_tls_version(void) {
    return gnutls_check_version(NULL);
}
