/* The configuration as commands take it: which file, what is wrong with it passed over, and whose the directory is that
 * it names. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/checkout.h"
#include "cmd/client.h"
#include "cmd/output.h"
#include "cxd/base/actor.h"
#include "cxd/cmd/cmd.h"
#include "cxd/config/config.h"
#include "cxd/store/url.h"

const char *cmd_config_path(const char *given) {
    const char *named = getenv("CXD_CONFIG");

    if (given || (named && *named))
        return given ? given : named;
    return access(CXD_CONFIG_FILE, F_OK) == 0 ? CXD_CONFIG_FILE : NULL;
}

/* What is wrong beside what is needed. */
static void tell_faults(const struct config_faults *faults) {
    enum { FAULTS_SHOWN = 8 };
    const char *at = faults->lines.data;

    for (size_t i = 0; i < faults->count && i < FAULTS_SHOWN; i++) {
        int length = (int)strcspn(at, "\n");

        complain("passed over: %.*s", length, at);
        at += length + 1;
    }
    if (faults->count > FAULTS_SHOWN)
        complain("passed over: %zu more", faults->count - FAULTS_SHOWN);
}

/* The usual file where it cannot even be seen is not as if there were none. */
static const char *find_file(const char *given) {
    const char *path = cmd_config_path(given);

    return path || access(CXD_CONFIG_FILE, F_OK) == 0 || errno != EACCES ? path : CXD_CONFIG_FILE;
}

enum cxd_err place_read(const char *given, bool is_told, struct config *ret_config, struct config_faults *ret_faults,
                        struct error *err) {
    struct config_faults faults = {.count = 0};
    enum cxd_err code;

    buffer_init(&faults.lines);
    code = config_load_rest(find_file(given), ret_config, &faults, err);
    if (code == CXD_OK && faults.count > 0 && !buffer_terminate(&faults.lines))
        code = error_set(err, ERR_NO_MEMORY, "out of memory");
    if (code == CXD_OK && faults.count > 0 && !is_told)
        tell_faults(&faults);
    buffer_free(&faults.lines);
    *ret_faults = faults;
    return code;
}

enum cxd_err place_load(const char *given, bool needs_directory, struct config *ret_config, struct error *err) {
    struct config_faults faults;
    enum cxd_err code;

    if (!cmd_config_path(given) && checkout_config(given, "cxd.db", ret_config)) {
        complain("the database is that of this checkout, %s (-c FILE for another)",
                 store_url_file(ret_config->storage_url));
        return CXD_OK;
    }
    code = place_read(given, false, ret_config, &faults, err);
    if (code != CXD_OK)
        return code;
    if (faults.lost[CONFIG_NEED_URL] || (faults.is_unread && !faults.said[CONFIG_NEED_URL]))
        return error_set(err, ERR_CONFIG, "[storage] url cannot be read, and without it the database is not known");
    if (needs_directory && faults.lost[CONFIG_NEED_DIRECTORY])
        return error_set(err, ERR_CONFIG,
                         "[server] state_directory cannot be read, and without it the state directory is not known");
    return CXD_OK;
}

bool place_state_directory(const struct config *config, char *out, size_t size) {
    const char *path = store_url_file(config->storage_url);
    const char *slash;

    if (*config->state_directory) {
        snprintf(out, size, "%s", config->state_directory);
        return true;
    }
    if (!path)
        return false;
    slash = strrchr(path, '/');
    if (!slash)
        snprintf(out, size, ".");
    else
        snprintf(out, size, "%.*s", slash == path ? 1 : (int)(slash - path), path);
    return true;
}

enum cxd_err place_owner(const struct config *config, struct actor *ret_owner, struct error *err) {
    const char *const paths[] = {config->state_directory, store_url_file(config->storage_url)};
    struct actor owner = {.is_other = false}, other;

    for (size_t i = 0; i < CXD_COUNT(paths); i++) {
        enum cxd_err code;

        if (!paths[i] || *paths[i] == '\0')
            continue;
        code = actor_find(paths[i], &other, err);
        if (code != CXD_OK)
            return code;
        if (owner.is_other && other.is_other && other.uid != owner.uid)
            return error_set(err, ERR_CONFIG, "[server] state_directory is %s's, and the database %s's", owner.name,
                             other.name);
        if (other.is_other)
            owner = other;
    }
    *ret_owner = owner;
    return CXD_OK;
}
