/* A response counts, or counts no more: in which dimensions, and into the deltas of the batch; and so does what it has
 * answered to further questions. */

#include "store/sqlite/writer.h"

enum cxd_err sqlite_count_answered(struct sqlite_store *store, const struct response *response,
                                   const struct answered *answered, int sign, struct error *err) {
    struct answered passed = *answered;
    if (!response_counts(response))
        return CXD_OK;
    enum cxd_err code = sqlite_gates_pass(store, passed.number, passed.dimensions, &passed.count, sign, err);
    if (code == CXD_OK && !deltas_add_answered(&store->deltas, &passed, response, sign))
        code = error_set(err, ERR_NO_MEMORY, "no memory to count a response");
    return code;
}

/* A walk over what was answered. */
struct counting {
    struct sqlite_store *store;
    const struct response *response;
    int sign;
    enum cxd_err code;
    struct error *err;
};

static bool count_answered(void *context, const struct answered *answered) {
    struct counting *counting = context;
    counting->code =
        sqlite_count_answered(counting->store, counting->response, answered, counting->sign, counting->err);
    return counting->code == CXD_OK;
}

static enum cxd_err count_answers(struct sqlite_store *store, const struct declared *declared,
                                  const struct response *response, int sign, struct error *err) {
    struct counting counting = {store, response, sign, CXD_OK, err};
    const struct survey *asked = NULL;
    enum cxd_err code = sqlite_asked_find(&store->db, store->base.read_definition, &store->asked, response->survey,
                                          response->revision, &asked, err);
    if (code == CXD_OK)
        answered_walk(response, declared, asked, count_answered, &counting);
    return code == CXD_OK ? counting.code : code;
}

enum cxd_err sqlite_count_response(struct sqlite_store *store, const struct response *response, int sign,
                                   struct error *err) {
    const struct declared *declared = sqlite_declared_find(&store->declared, response->survey);
    if (!declared)
        return error_set(err, ERR_STORAGE, "a stored response names a survey that is not there");
    struct dimension dimensions[DIMENSIONS_MAX];
    const struct answered whole = {response->survey, dimensions, dimensions_of(response, declared, dimensions),
                                   response->score};
    enum cxd_err code = sqlite_count_answered(store, response, &whole, sign, err);
    bool asks = declared->question_count > 0 && response_counts(response);
    return code == CXD_OK && asks ? count_answers(store, declared, response, sign, err) : code;
}
