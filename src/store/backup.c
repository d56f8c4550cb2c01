/* The front of what concerns a store as a whole: forwards to the engine that the URL names. */

#include "cxd/store/backup.h"

#include "store/engine.h"

static const char *const PART_NAMES[STORE_PART_COUNT] = {
    [STORE_SCHEMA] = "schema",   [STORE_INTEGRITY] = "integrity", [STORE_REFERENCES] = "references",
    [STORE_ROLLUPS] = "rollups", [STORE_AUDIT] = "audit",
};

const char *store_part_name(enum store_part part) {
    return PART_NAMES[part];
}

bool store_report_is_good(const struct store_report *report) {
    for (size_t i = 0; i < STORE_PART_COUNT; i++) {
        if (report->parts[i].damage > 0 || report->parts[i].skipped) {
            return false;
        }
    }
    return true;
}

static enum cxd_err cannot(const struct store_engine *engine, const char *what, struct error *err) {
    return error_set(err, ERR_CONFIG, "a store in \"%s:\" has no file to %s", engine->scheme, what);
}

enum cxd_err store_check(const char *url, const struct store_progress *progress,
                         struct store_report *ret_report, struct error *err) {
    const char *rest = NULL;
    const struct store_engine *engine = store_find_engine(url, &rest, err);
    if (!engine) {
        return ERR_CONFIG;
    }
    return engine->check ? engine->check(rest, progress, ret_report, err) : cannot(engine, "check", err);
}

enum cxd_err store_check_copy(const char *path, const struct store_progress *progress,
                              struct store_report *ret_report, struct error *err) {
    return STORE_SQLITE.check(path, progress, ret_report, err);
}

enum cxd_err store_backup(const char *url, const char *path, const struct store_progress *progress,
                          struct store_report *ret_report, struct error *err) {
    const char *rest = NULL;
    const struct store_engine *engine = store_find_engine(url, &rest, err);
    if (!engine) {
        return ERR_CONFIG;
    }
    return engine->backup ? engine->backup(rest, path, progress, ret_report, err)
                          : cannot(engine, "back up", err);
}

enum cxd_err store_restore(const char *path, const char *url, const struct store_progress *progress,
                           struct store_report *ret_report, struct error *err) {
    const char *rest = NULL;
    const struct store_engine *engine = store_find_engine(url, &rest, err);
    if (!engine) {
        return ERR_CONFIG;
    }
    return engine->restore ? engine->restore(path, rest, progress, ret_report, err)
                           : cannot(engine, "restore", err);
}
