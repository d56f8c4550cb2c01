/* Below live.c: from the store to blocks of text, one for each filter, and from these to the streams. */
#include "api/live_client.h"

#include <string.h>

#include "cxd/base/clock.h"

enum { LANE_BYTES_MAX = 8 * 1024 * 1024 }; /* of all blocks: then what is left comes with the next round */

struct live_mark {
    int64_t number;
    size_t end; /* of its event, in the text */
};

static const struct live_mark *marks_of(const struct live_block *block, size_t *ret_count) {
    *ret_count = block->marks.length / sizeof(struct live_mark);
    return (const struct live_mark *)(const void *)block->marks.data;
}

struct live_block *live_lane_block(struct live_lane *lane, const struct live_client *client) {
    for (size_t i = 0; i < lane->block_count; i++)
        if (strcmp(lane->blocks[i].like->query, client->query) == 0)
            return &lane->blocks[i];
    struct live_block *block = &lane->blocks[lane->block_count++];
    block->like = client;
    return block;
}

static void append(struct live_lane *lane, struct live_block *block, const struct response *response) {
    if (lane->event.length == 0)
        live_append_response(&lane->event, lane->history, response, lane->slug);
    buffer_append(&block->text, lane->event.data, lane->event.length);
    const struct live_mark mark = {response->number, block->text.length};
    buffer_append(&block->marks, &mark, sizeof mark);
    lane->bytes += lane->event.length;
}

/* Those who catch up are brought all in time; who is there takes at one go what there is to be told, or not. */
static bool has_room(const struct live_lane *lane, const struct live_block *block) {
    return lane->is_catching || (block->marks.length < lane->most * sizeof(struct live_mark) &&
                                 (!lane->is_crowded || block->text.length < LIVE_READY_BYTES));
}

static bool visit(void *context, const struct response *response) {
    struct live_lane *lane = context;
    bool is_full = false;
    buffer_reset(&lane->event);
    for (size_t i = 0; i < lane->block_count; i++) {
        struct live_block *block = &lane->blocks[i];
        if (!live_is_wanted(&block->like->wanted, response))
            continue;
        if (has_room(lane, block))
            append(lane, block, response);
        else
            block->skipped++;
        is_full = is_full || (lane->is_catching && block->text.length >= LIVE_BUFFER_BYTES);
    }
    lane->to = response->number;
    return !is_full && lane->bytes < LANE_BYTES_MAX;
}

enum cxd_err live_lane_read(struct live_lane *lane, struct store_reader *reader, int64_t last, struct error *err) {
    const struct walk walk = {.filter = {.survey = lane->survey},
                              .from = TIME_MIN,
                              .to = TIME_MAX,
                              .received_from = TIME_MIN,
                              .received_to = TIME_MAX,
                              .updated_from = TIME_MIN,
                              .updated_to = TIME_MAX,
                              .excluded = -1,
                              .amended = -1,
                              .after = lane->after};
    bool is_cut = false;
    lane->to = lane->after;
    enum cxd_err result = store_walk_responses(reader, &walk, visit, lane, err);
    for (size_t i = 0; i < lane->block_count; i++) {
        const struct live_block *block = &lane->blocks[i];
        is_cut = is_cut || (lane->is_catching && block->text.length >= LIVE_BUFFER_BYTES);
        if (block->text.failed || block->marks.failed || lane->event.failed)
            return error_set(err, ERR_NO_MEMORY, "no memory for what is told of responses");
    }
    if (!is_cut && lane->bytes < LANE_BYTES_MAX)
        lane->to = last;
    return result;
}

void live_lane_reset(struct live_lane *lane) {
    for (size_t i = 0; i < lane->block_count; i++) {
        buffer_free(&lane->blocks[i].text);
        buffer_free(&lane->blocks[i].marks);
        lane->blocks[i] = (struct live_block){0};
    }
    lane->block_count = 0;
    lane->bytes = 0;
}

void live_lane_free(struct live_lane *lane) {
    live_lane_reset(lane);
    buffer_free(&lane->event);
}

static bool send(struct live_client *client, const char *bytes, size_t length, int64_t now_ms) {
    enum http_written written = http_stream_try(client->stream, bytes, length);
    client->is_gone = client->is_gone || written == HTTP_GONE;
    if (written == HTTP_WRITTEN)
        client->sent_ms = now_ms;
    return written == HTTP_WRITTEN;
}

bool live_client_send(struct live_client *client, const struct buffer *text, int64_t now_ms) {
    return !text->failed && send(client, text->data, text->length, now_ms);
}

/* So many up to `number` are not told. */
static bool skip(struct live_client *client, const struct live_lane *lane, int64_t number, int64_t count,
                 int64_t now_ms, int64_t *ret_skipped) {
    struct buffer text;
    buffer_init(&text);
    live_append_skipped(&text, lane->history, number, count);
    bool is_sent = live_client_send(client, &text, now_ms);
    buffer_free(&text);
    if (is_sent) {
        client->number = number;
        *ret_skipped += count;
    }
    return is_sent;
}

size_t live_client_bring(struct live_client *client, const struct live_lane *lane, int64_t now_ms,
                         int64_t *ret_skipped) {
    const struct live_block *block = NULL;
    for (size_t i = 0; i < lane->block_count && !block; i++)
        if (strcmp(lane->blocks[i].like->query, client->query) == 0)
            block = &lane->blocks[i];
    if (!block)
        return 0;
    size_t count, fitting = 0, room = http_stream_room(client->stream);
    const struct live_mark *marks = marks_of(block, &count);
    while (fitting < count && marks[fitting].end <= room)
        fitting++;
    if (fitting > 0 && !send(client, block->text.data, marks[fitting - 1].end, now_ms))
        return 0;
    if (fitting > 0)
        client->number = marks[fitting - 1].number;
    else if (count > 0 && room == LIVE_BUFFER_BYTES) /* larger than any buffer */
        (void)skip(client, lane, marks[0].number, 1, now_ms, ret_skipped);
    if (fitting == count && (block->skipped == 0 || skip(client, lane, lane->to, block->skipped, now_ms, ret_skipped)))
        client->number = lane->to;
    return fitting;
}

bool live_client_is_ready(struct live_client *client, int64_t now_ms) {
    bool is_ready = http_stream_room(client->stream) >= LIVE_READY_BYTES;
    if (is_ready)
        client->stuffed_ms = 0;
    else if (client->stuffed_ms == 0)
        client->stuffed_ms = now_ms;
    return is_ready;
}
