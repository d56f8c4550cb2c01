/* A response counts, or counts no more: in which dimensions, and into the deltas of the batch. */

#include "store/sqlite/writer.h"

enum cxd_err sqlite_count_response_in(struct sqlite_store *store, const struct response *response,
                                      struct dimension *dimensions, size_t count, int sign, struct error *err) {
    if (!response_counts(response))
        return CXD_OK;
    enum cxd_err code = sqlite_gates_pass(store, response->survey, dimensions, &count, sign, err);
    if (code == CXD_OK && !deltas_add_in(&store->deltas, dimensions, count, response, sign))
        code = error_set(err, ERR_NO_MEMORY, "no memory to count a response");
    return code;
}

enum cxd_err sqlite_count_response(struct sqlite_store *store, const struct response *response, int sign,
                                   struct error *err) {
    const struct declared *declared = sqlite_declared_find(&store->declared, response->survey);
    if (!declared)
        return error_set(err, ERR_STORAGE, "a stored response names a survey that is not there");
    struct dimension dimensions[DIMENSIONS_MAX];
    size_t count = dimensions_of(response, declared, dimensions);
    return sqlite_count_response_in(store, response, dimensions, count, sign, err);
}
