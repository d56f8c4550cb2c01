/* The key of who owns the state directory: whether the file there opens the daemon, and how one is made without it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "api/app.h"
#include "cxd/base/clock.h"
#include "cxd/base/plain.h"

static const char *judge_key(const struct snapshot *snapshot, const char *secret, int64_t now_ms) {
    const struct api_key *key = snapshot_key(snapshot, secret);
    if (!key)
        return "holds a key that the database does not know, as after a backup was restored";
    if (key->revoked_at != 0)
        return "holds a key that was revoked";
    if (!api_key_is_valid(key, now_ms))
        return "holds a key that has expired";
    return api_key_allows(key, SCOPE_ADMIN) ? "" : "holds a key that has not the scope admin";
}

void api_judge_admin_key(const struct snapshot *snapshot, const char *directory, int64_t now_ms,
                         char ret_fault[KEY_FAULT_SIZE]) {
    char path[CONFIG_TEXT_SIZE + 16], why[PLAIN_WHY_SIZE], text[256];
    snprintf(path, sizeof path, "%s/admin.key", directory);
    int fd = plain_open_owned(path, O_RDONLY, 0, why);
    if (fd < 0 && errno == ENOENT)
        snprintf(ret_fault, KEY_FAULT_SIZE, "is missing");
    else if (fd < 0)
        snprintf(ret_fault, KEY_FAULT_SIZE, "cannot be used: %s", why);
    if (fd < 0)
        return;
    ssize_t length = read(fd, text, sizeof text - 1);
    close(fd);
    text[length > 0 ? length : 0] = '\0';
    text[strcspn(text, " \t\r\n")] = '\0';
    snprintf(ret_fault, KEY_FAULT_SIZE, "%s", text[0] == '\0' ? "holds no key" : judge_key(snapshot, text, now_ms));
}

/* A file that opens the daemon stays. What cannot be written is told, and the key is shown all the same. */
static void keep(const struct snapshot *snapshot, const char *directory, const struct api_key *key, const char *secret,
                 struct app_made_key *made) {
    char fault[KEY_FAULT_SIZE];
    struct error err;
    if (!api_key_allows(key, SCOPE_ADMIN))
        return;
    api_judge_admin_key(snapshot, directory, key->created_at, fault);
    if (fault[0] == '\0')
        return;
    if (api_write_state_file(directory, "admin.key", secret, &err) == CXD_OK)
        made->is_kept = true;
    else
        snprintf(made->why_not, sizeof made->why_not, "%s", err.detail);
}

enum cxd_err app_make_key(const struct config *config, const char *directory, struct app_made_key *made,
                          struct error *err) {
    struct store *store = NULL;
    struct catalog *catalog = NULL;
    struct change change = {.kind = CHANGE_KEY, .now_ms = clock_now_ms()};
    struct change *const changes[] = {&change};
    struct id_source ids;
    change.as.key = made->key;
    id_source_init(&ids);
    enum cxd_err code = store_open_current(config->storage_url, &store, err);
    if (code == CXD_OK)
        code = catalog_open(store, &catalog, err);
    if (code == CXD_OK && !api_key_fill(&change.as.key, &ids, change.now_ms, made->secret))
        code = error_set(err, ERR_SYSTEM, "the system gave no random bytes");
    if (code == CXD_OK)
        code = store_apply(store, changes, 1, NULL, err);
    if (code == CXD_OK) {
        const struct snapshot *snapshot = catalog_acquire(catalog);
        made->key = change.as.key;
        keep(snapshot, directory, &made->key, made->secret, made);
        catalog_release(snapshot);
    }
    catalog_close(catalog);
    store_close(store);
    return code;
}
