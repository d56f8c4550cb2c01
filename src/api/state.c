/* One state of the store with its surveys: the snapshot of the catalog is held against the generation that the state is
 * of, and read again where it is behind. */
#include "api/state.h"

#include "api/app.h"

enum { TRIES = 32 };

/* *ret_belongs false: the store's surveys or keys have changed since. */
static enum cxd_err begin(struct http_request *request, const struct snapshot *snapshot, bool *ret_belongs,
                          struct error *err) {
    struct store_reader *reader = http_worker(request);
    struct store_catalog changed;
    enum cxd_err result = store_reader_begin(reader, err);
    if (result != CXD_OK)
        return result;
    result = store_read_catalog(reader, snapshot->generation, http_arena(request), &changed, err);
    *ret_belongs = result == CXD_OK && changed.generation == snapshot->generation;
    if (!*ret_belongs)
        store_reader_end(reader);
    return result;
}

enum cxd_err state_begin(struct http_request *request, struct state *ret_state, struct error *err) {
    const struct app *app = http_app(request);
    for (int i = 0; i < TRIES; i++) {
        const struct snapshot *snapshot = catalog_acquire(app->catalog);
        bool belongs = false;
        enum cxd_err result = begin(request, snapshot, &belongs, err);
        if (belongs) {
            *ret_state = (struct state){http_worker(request), snapshot};
            return CXD_OK;
        }
        catalog_release(snapshot);
        if (result == CXD_OK)
            result = catalog_renew(app->catalog, err);
        if (result != CXD_OK)
            return result;
    }
    return error_set(err, ERR_QUEUE_FULL, "surveys and keys are being changed faster than they can be read");
}

void state_end(const struct state *state) {
    store_reader_end(state->reader);
    catalog_release(state->snapshot);
}
