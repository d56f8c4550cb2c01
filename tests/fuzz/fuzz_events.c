/* A stream of server-sent events, as the command line follows it: in whatever pieces it comes, it says the same. The
 * first byte is where it is cut. */
#include "fuzz.h"

#include "cmd/events.h"

struct heard {
    struct events events;
    struct buffer told;
};

static bool take(void *context, const struct event *event) {
    struct heard *heard = context;
    CHECK(strlen(event->name) > 0 && strlen(event->name) < EVENT_NAME_SIZE);
    CHECK(event->data[event->length] == '\0');
    buffer_append_text(&heard->told, event->name);
    buffer_append_char(&heard->told, ':');
    buffer_append(&heard->told, event->data, event->length);
    buffer_append_char(&heard->told, ';');
    return true;
}

static void begin(struct heard *heard) {
    buffer_init(&heard->told);
    events_init(&heard->events, take, heard);
}

static void end(struct heard *heard) {
    CHECK(strlen(heard->events.id) < EVENT_ID_SIZE);
    CHECK(heard->events.retry_ms >= -1 && heard->events.retry_ms <= EVENT_RETRY_MS_MAX);
    events_free(&heard->events);
    buffer_free(&heard->told);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct heard whole, pieces;
    if (size == 0)
        return 0;
    const char *bytes = (const char *)data + 1;
    size_t length = size - 1, piece = data[0] % 7 + 1U;
    begin(&whole);
    begin(&pieces);
    CHECK(events_read(&whole.events, bytes, length));
    for (size_t at = 0; at < length; at += piece)
        CHECK(events_read(&pieces.events, bytes + at, length - at < piece ? length - at : piece));
    CHECK(whole.told.length == pieces.told.length);
    CHECK(whole.told.length == 0 || memcmp(whole.told.data, pieces.told.data, whole.told.length) == 0);
    CHECK(strcmp(whole.events.id, pieces.events.id) == 0 && whole.events.retry_ms == pieces.events.retry_ms);
    /* What was under way counts for nothing in the next stream. */
    events_begin(&whole.events);
    size_t before = whole.told.length;
    CHECK(events_read(&whole.events, "data:x\n\n", 8));
    CHECK(whole.told.length == before + strlen("message:x;"));
    end(&whole);
    end(&pieces);
    return 0;
}
