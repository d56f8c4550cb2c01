/* The front of what concerns a store as a whole: forwards to the engine that the URL names. */

#include "cxd/store/backup.h"

#include "store/engine.h"

static enum cxd_err cannot(const struct store_engine *engine, const char *what, struct error *err) {
    return error_set(err, ERR_CONFIG, "a store in \"%s:\" has no file to %s%s%s", engine->scheme, what,
                     engine->instead ? ": " : "", engine->instead ? engine->instead : "");
}

enum cxd_err store_check(const char *url, const struct store_progress *progress, struct store_report *ret_report,
                         struct error *err) {
    const char *rest = NULL;
    const struct store_engine *engine = store_find_engine(url, &rest, err);
    if (!engine)
        return ERR_CONFIG;
    return engine->check ? engine->check(rest, progress, ret_report, err) : cannot(engine, "check", err);
}

enum cxd_err store_check_copy(const char *path, const struct store_progress *progress, struct store_report *ret_report,
                              struct error *err) {
    return store_find_copies()->check_copy(path, progress, ret_report, err);
}

enum cxd_err store_backup(const char *url, const char *path, const struct store_progress *progress,
                          struct store_report *ret_report, struct error *err) {
    const char *rest = NULL;
    const struct store_engine *engine = store_find_engine(url, &rest, err);
    if (!engine)
        return ERR_CONFIG;
    return engine->backup ? engine->backup(rest, path, progress, ret_report, err) : cannot(engine, "back up", err);
}

void store_remove_partial(const char *url, const char *path) {
    const char *rest = NULL;
    const struct store_engine *engine = store_find_engine(url, &rest, NULL);
    if (engine && engine->remove_partial)
        engine->remove_partial(path);
}

enum cxd_err store_restore(const char *path, const char *url, const struct store_progress *progress,
                           struct store_report *ret_report, struct error *err) {
    const char *rest = NULL;
    const struct store_engine *engine = store_find_engine(url, &rest, err);
    if (!engine)
        return ERR_CONFIG;
    return engine->restore ? engine->restore(path, rest, progress, ret_report, err) : cannot(engine, "restore", err);
}

enum cxd_err store_compare_erasures(const char *url, const char *directory, struct store_erasures *ret_erasures,
                                    struct error *err) {
    const char *rest = NULL;
    const struct store_engine *engine = store_find_engine(url, &rest, err);
    *ret_erasures = (struct store_erasures){.list = STORE_LIST_NONE};
    if (!engine)
        return ERR_CONFIG;
    return engine->compare_erasures ? engine->compare_erasures(rest, directory, ret_erasures, err) : CXD_OK;
}
