/* What the command line finds in the state directory and is given as options: a line of `endpoint` or of a key's file,
 * and a URL. The first byte chooses which the rest is. What is taken is a place that is taken again as the same. */
#include "fuzz.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cmd/client.h"
#include "cxd/cmd/cmd.h"

/* Refusals are said on stderr: there are too many. */
static int find_quietly(const struct client_options *options, struct place *ret_place) {
    static int nowhere = -1, errors = -1;
    if (nowhere < 0) {
        nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
        errors = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
        CHECK(nowhere >= 0 && errors >= 0);
    }
    CHECK(dup2(nowhere, STDERR_FILENO) == STDERR_FILENO);
    int result = place_find(options, ret_place);
    CHECK(dup2(errors, STDERR_FILENO) == STDERR_FILENO);
    return result;
}

static void check_place(const struct place *place) {
    size_t length = strlen(place->url);
    CHECK(length < PLACE_URL_SIZE && strncasecmp(place->url, "http", 4) == 0);
    CHECK(place->url[length - 1] != '/');
    for (const char *c = place->key; *c != '\0'; c++)
        CHECK(*c > ' ' && *c < 0x7F);
    struct client_options options = {.url = place->url, .key = place->key[0] != '\0' ? place->key : NULL};
    struct place again;
    CHECK(find_quietly(&options, &again) == EXIT_OK);
    CHECK(strcmp(again.url, place->url) == 0 && strcmp(again.key, place->key) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char path[64];
    struct place place = {.url = "unset"};
    struct client_options options = {.url = "http://127.0.0.1:8080"};
    if (size == 0)
        return 0;
    char *text = fuzz_text(data + 1, size - 1);
    int file = memfd_create("key", MFD_CLOEXEC);
    CHECK(file >= 0 && (size == 1 || write(file, data + 1, size - 1) == (ssize_t)(size - 1)));
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    if (data[0] == 'u')
        options.url = text;
    else if (data[0] == 'k')
        options.key = text;
    else
        options.key_file = path;
    int result = find_quietly(&options, &place);
    CHECK(result == EXIT_OK || result == EXIT_REFUSED || result == EXIT_USAGE);
    if (result == EXIT_OK)
        check_place(&place);
    else
        CHECK(strcmp(place.url, "unset") == 0);
    close(file);
    free(text);
    return 0;
}
