/* The front of what concerns a schema that others make. */

#include "cxd/store/schema.h"

#include "store/engine.h"

static const struct store_engine *find(struct error *err) {
    const struct store_engine *engine = store_find_declared();
    if (!engine)
        error_set(err, ERR_CONFIG, "this cxd was built without PostgreSQL; a database in a file is made by the daemon");
    return engine;
}

enum cxd_err store_write_schema(struct buffer *out, const char *role, struct error *err) {
    const struct store_engine *engine = find(err);
    if (!engine)
        return ERR_CONFIG;
    engine->write_schema(out, role);
    return CXD_OK;
}

enum cxd_err store_write_distribution(struct buffer *out, struct error *err) {
    const struct store_engine *engine = find(err);
    if (!engine)
        return ERR_CONFIG;
    engine->write_distribution(out);
    return CXD_OK;
}

enum cxd_err store_migrate(const char *url, const char *role, struct store_upgrade *ret_upgrade, struct error *err) {
    const char *rest = NULL;
    const struct store_engine *engine = store_find_engine(url, &rest, err);
    if (!engine)
        return ERR_CONFIG;
    if (!engine->migrate)
        return error_set(err, ERR_CONFIG, "a store in \"%s:\" is brought up to date by the daemon that opens it",
                         engine->scheme);
    return engine->migrate(rest, role, ret_upgrade, err);
}
