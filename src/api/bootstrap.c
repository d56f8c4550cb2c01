/* What a first start makes: an admin key in the state directory, and the starter surveys where they are asked for. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/app.h"
#include "api/starter_surveys.h"
#include "cxd/base/clock.h"
#include "cxd/codec/survey.h"

static enum cxd_err write_line(int fd, const char *line) {
    size_t length = strlen(line), done = 0;
    while (done < length) {
        ssize_t wrote = write(fd, line + done, length - done);
        if (wrote < 0 && errno != EINTR)
            return ERR_SYSTEM;
        if (wrote > 0)
            done += (size_t)wrote;
    }
    return write(fd, "\n", 1) == 1 && fsync(fd) == 0 ? CXD_OK : ERR_SYSTEM;
}

static bool flush_directory(const char *path) {
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool flushed = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return flushed;
}

enum cxd_err api_write_state_file(const char *directory, const char *name, const char *line, struct error *err) {
    char path[CONFIG_TEXT_SIZE + 64], temporary[CONFIG_TEXT_SIZE + 72];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    snprintf(temporary, sizeof temporary, "%s.tmp", path);
    unlink(temporary); /* of a start that was cut off; O_EXCL below refuses a link that someone else put there */
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return error_set(err, ERR_SYSTEM, "cannot write %s: %s", temporary, strerror(errno));
    enum cxd_err result = write_line(fd, line);
    int failure = errno;
    close(fd);
    if (result == CXD_OK && (rename(temporary, path) != 0 || !flush_directory(directory))) {
        failure = errno;
        result = ERR_SYSTEM;
    }
    if (result == CXD_OK)
        return CXD_OK;
    unlink(temporary);
    return error_set(err, ERR_SYSTEM, "cannot write %s: %s", path, strerror(failure));
}

void api_remove_state_file(const struct app *app, const char *name) {
    char path[CONFIG_TEXT_SIZE + 64];
    snprintf(path, sizeof path, "%s/%s", app->state_directory, name);
    unlink(path);
}

static bool has_admin_key(struct app *app, int64_t now_ms) {
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    bool found = false;
    for (size_t i = 0; i < snapshot->key_count && !found; i++)
        found = api_key_is_valid(snapshot->keys[i], now_ms) && api_key_allows(snapshot->keys[i], SCOPE_ADMIN);
    catalog_release(snapshot);
    return found;
}

/* Where several nodes start at once one of them makes what is missing, and the others take what that has made. */
static enum cxd_err make_first(struct app *app, struct change *change, bool *ret_is_ours, struct error *err) {
    change->if_none = true;
    enum cxd_err result = ingest_apply(app->ingest, change, err);
    *ret_is_ours = result == CXD_OK;
    return result == ERR_CONFLICT ? catalog_renew(app->catalog, err) : result;
}

/* The file first: a key that is stored but was never shown would lock the operator out. */
enum cxd_err api_ensure_admin_key(struct app *app, struct error *err) {
    int64_t now_ms = clock_now_ms();
    if (has_admin_key(app, now_ms))
        return CXD_OK;
    struct change change = {.kind = CHANGE_KEY, .now_ms = now_ms};
    struct api_key *key = &change.as.key;
    struct id_source ids;
    char secret[SECRET_TEXT_SIZE];
    id_source_init(&ids);
    if (!api_key_fill(key, &ids, now_ms, secret))
        return error_set(err, ERR_SYSTEM, "the system gave no random bytes");
    snprintf(key->name, sizeof key->name, "first admin key");
    key->scopes = SCOPE_ADMIN;
    key->expires_at = TIME_MAX;
    enum cxd_err result = api_write_state_file(app->state_directory, "admin.key", secret, err);
    if (result != CXD_OK)
        return result;
    bool is_ours = false;
    result = make_first(app, &change, &is_ours, err);
    if (result == CXD_OK && !is_ours)
        api_remove_state_file(app, "admin.key");
    return result;
}

enum cxd_err api_ensure_signing_key(struct app *app, struct error *err) {
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    bool has_any = snapshot->signing_key_count > 0;
    catalog_release(snapshot);
    if (has_any)
        return CXD_OK;
    struct change change = {.kind = CHANGE_SIGNING_KEY, .now_ms = clock_now_ms()};
    if (!token_secret_make(change.as.signing_key.secret))
        return error_set(err, ERR_SYSTEM, "the system gave no random bytes");
    bool is_ours;
    return make_first(app, &change, &is_ours, err);
}

static enum cxd_err put_starter_survey(struct app *app, const char *slug, const char *definition, struct error *err) {
    struct arena arena;
    arena_init(&arena);
    struct change change = {.kind = CHANGE_SURVEY, .now_ms = clock_now_ms(), .arena = &arena};
    struct survey survey;
    enum cxd_err result = survey_decode(definition, strlen(definition), (size_t)app->config.json_depth, slug,
                                        app->config.max_backdate_s, &arena, &survey, err);
    if (result == CXD_OK)
        result = api_survey_record(&survey, &arena, &change.as.survey, err);
    if (result == CXD_OK)
        result = ingest_apply(app->ingest, &change, err);
    arena_free(&arena);
    return result;
}

enum cxd_err api_ensure_starter_surveys(struct app *app, struct error *err) {
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    bool has_any = snapshot->survey_count > 0;
    catalog_release(snapshot);
    enum cxd_err result = CXD_OK;
    for (size_t i = 0; !has_any && result == CXD_OK && i < STARTER_SURVEYS_COUNT; i++)
        result = put_starter_survey(app, STARTER_SURVEYS[i].slug, STARTER_SURVEYS[i].definition, err);
    return result;
}
