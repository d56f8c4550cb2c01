/* From the configuration to what a request is held against. app.c hands one to the HTTP server at start and at each
 * reload. */
#include "api/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/suspicion.h"

enum { LIST_BYTES_MAX = 1 << 20 };

static enum cxd_err read_list(const char *path, struct buffer *out, struct error *err) {
    char piece[4096];
    ssize_t count = 1;
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return error_set(err, ERR_CONFIG, "[suspicion] user_agents: %s cannot be read: %s", path, strerror(errno));
    bool is_file = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    while (is_file && count > 0 && out->length <= LIST_BYTES_MAX) {
        count = read(fd, piece, sizeof piece);
        if (count > 0)
            buffer_append(out, piece, (size_t)count);
    }
    close(fd);
    if (!is_file || count < 0)
        return error_set(err, ERR_CONFIG, "[suspicion] user_agents: %s cannot be read: no readable file", path);
    if (out->length > LIST_BYTES_MAX)
        return error_set(err, ERR_CONFIG, "[suspicion] user_agents: %s is larger than 1 MiB", path);
    return out->failed ? error_set(err, ERR_NO_MEMORY, "no memory for the list of user agents") : CXD_OK;
}

static enum cxd_err read_user_agents(struct settings *settings, struct error *err) {
    const char *path = settings->config.user_agents;
    if (path[0] == '\0')
        return needles_make(SUSPICION_USER_AGENTS, strlen(SUSPICION_USER_AGENTS), &settings->user_agents, err);
    struct buffer list;
    struct error reason;
    buffer_init(&list);
    enum cxd_err result = read_list(path, &list, err);
    if (result == CXD_OK) {
        result = needles_make(list.length > 0 ? list.data : "", list.length, &settings->user_agents, &reason);
        if (result != CXD_OK)
            error_set(err, result, "[suspicion] user_agents: %.120s: %.100s", path, reason.detail);
    }
    buffer_free(&list);
    return result;
}

enum cxd_err api_settings_make(const struct config *config, struct settings **ret_settings, struct error *err) {
    struct settings *settings = calloc(1, sizeof *settings);
    if (!settings)
        return error_set(err, ERR_NO_MEMORY, "no memory for the settings");
    settings->config = *config;
    settings->limits = (struct response_limits){
        .comment_characters = (size_t)config->comment_characters,
        .respondent_characters = (size_t)config->respondent_characters,
        .properties = (size_t)config->properties,
        .property_key_characters = (size_t)config->property_key_characters,
        .property_value_characters = (size_t)config->property_value_characters,
        .clock_skew_ms = config->clock_skew_s * 1000,
    };
    enum cxd_err result = read_user_agents(settings, err);
    if (result == CXD_OK)
        *ret_settings = settings;
    else
        api_settings_free(settings);
    return result;
}

void api_settings_free(void *cls) {
    struct settings *settings = cls;
    if (!settings)
        return;
    needles_free(settings->user_agents);
    free(settings);
}

const struct settings *api_settings(const struct http_request *request) {
    return http_settings(request);
}
