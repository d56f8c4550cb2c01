/* The memory of batches in flight: admit.c claims for a body before it is read, handlers for what they make of it. */

#include "http/claim.h"

#include "http/reply.h"

static void refuse(struct http_request *request) {
    http_problem_code(request, ERR_BATCH_MEMORY,
                      "The batches that are under way hold the memory that all may have; nothing was stored, "
                      "try again");
}

void claim_admit(struct http_request *request) {
    const struct guard_facts *facts = &request->facts;
    if (!(request->route->flags & HTTP_BATCH) || (facts->length == 0 && !facts->chunked))
        return;
    request->body_claim = facts->has_length ? facts->length : request->body_limit;
    if (!budget_claim(&request->connection->loop->server->batches, request->settings->batch_memory, &request->claim,
                      request->body_claim, false))
        refuse(request);
    else if (facts->has_length && !buffer_reserve(&request->body, (size_t)facts->length + 1))
        reply_no_memory(request); /* at one go: growing would hold it twice */
}

bool http_claim_memory(struct http_request *request, uint64_t bytes) {
    if (budget_claim(&request->connection->loop->server->batches, request->settings->batch_memory, &request->claim,
                     request->body_claim + bytes, true))
        return true;
    refuse(request);
    return false;
}

bool claim_decoding(struct http_request *request, uint64_t bytes) {
    return !(request->route->flags & HTTP_BATCH) || http_claim_memory(request, bytes);
}

void claim_decoded(struct http_request *request, uint64_t bytes) {
    if (!(request->route->flags & HTTP_BATCH))
        return;
    request->body_claim = bytes;
    (void)!http_claim_memory(request, 0); /* less than before, which is never refused */
}

void http_read_batch_memory(struct http_server *server, struct http_batch_memory *ret_memory) {
    struct http_settings *settings = settings_current(&server->settings);
    ret_memory->limit = settings->batch_memory;
    settings_release(settings);
    struct budget_state state = budget_read(&server->batches);
    ret_memory->held = state.held;
    ret_memory->refused = state.refused;
}
