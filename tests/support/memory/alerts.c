/* Alerts of the memory engine: states, events and what was told, by walking over all of them. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "store/copy.h"
#include "store/decide_alert.h"

struct memory_told {
    int64_t through, version;
};

static enum cxd_err no_memory(struct error *err) {
    return error_set(err, ERR_NO_MEMORY, "no memory for an alert");
}

/* The block, and behind it the note. */
static void *block_of(const void *item, size_t size, const char *note, size_t note_at) {
    size_t length = note ? strlen(note) + 1 : 0;
    char *block = malloc(size + length);
    if (!block)
        return NULL;
    memcpy(block, item, size);
    if (note) {
        memcpy(block + size, note, length);
        *(const char **)(void *)(block + note_at) = block + size;
    }
    return block;
}

static bool put_state(struct memory_store *store, size_t at, const struct alert_state *state) {
    void *block =
        block_of(state, sizeof *state, state->acknowledgement.note, offsetof(struct alert_state, acknowledgement.note));
    return block && memory_swap(store, &store->alerts, at == SIZE_MAX ? store->alerts.count : at, block);
}

/* The number of the newest event of the name, 0: there is none. */
static int64_t last_number(const struct memory_store *store, const char *name) {
    for (size_t i = store->alert_events.count; i-- > 0;) {
        const struct alert_event *event = store->alert_events.blocks[i];
        if (event && strcmp(event->name, name) == 0)
            return event->number;
    }
    return 0;
}

static bool put_event(struct memory_store *store, const struct alert_event *event) {
    struct alert_event *block =
        block_of(event, sizeof *event, event->acknowledgement.note, offsetof(struct alert_event, acknowledgement.note));
    if (block)
        block->number = last_number(store, event->name) + 1;
    return block && memory_swap(store, &store->alert_events, store->alert_events.count, block);
}

/* All but the newest. */
static bool prune(struct memory_store *store, const char *name) {
    int64_t past = last_number(store, name) - ALERT_HISTORY_MAX;
    for (size_t i = 0; past > 0 && i < store->alert_events.count; i++) {
        const struct alert_event *event = store->alert_events.blocks[i];
        if (event && strcmp(event->name, name) == 0 && event->number <= past &&
            !memory_swap(store, &store->alert_events, i, NULL))
            return false;
    }
    return true;
}

static size_t find(const struct memory_store *store, const char *name) {
    for (size_t i = 0; i < store->alerts.count; i++) {
        const struct alert_state *state = store->alerts.blocks[i];
        if (state && strcmp(state->name, name) == 0)
            return i;
    }
    return SIZE_MAX;
}

static const struct alert_state *state_at(const struct memory_store *store, size_t at) {
    return at == SIZE_MAX ? NULL : store->alerts.blocks[at];
}

static bool is_watched(const struct memory_store *store) {
    for (size_t i = 0; i < store->alerts.count; i++)
        if (store->alerts.blocks[i] && alert_watches(store->alerts.blocks[i]))
            return true;
    return false;
}

static bool drop_amended(struct memory_store *store, int64_t through) {
    for (size_t i = 0; i < store->amended.count && (int64_t)i < through; i++)
        if (store->amended.blocks[i] && !memory_swap(store, &store->amended, i, NULL))
            return false;
    return true;
}

bool memory_note_amended(struct memory_store *store, int64_t number) {
    int64_t *block = is_watched(store) ? malloc(sizeof *block) : NULL;
    if (!is_watched(store))
        return true;
    if (block)
        *block = number;
    return block && memory_swap(store, &store->amended, store->amended.count, block);
}

bool memory_forget_told(struct memory_store *store, int64_t number) {
    for (size_t i = 0; i < store->alert_events.count; i++) {
        const struct alert_event *stored = store->alert_events.blocks[i];
        if (!stored || stored->response_number != number)
            continue;
        struct alert_event event = *stored;
        event.response_number = 0;
        event.response = (struct id){{0}};
        event.value = NAN;
        void *block = block_of(&event, sizeof event, event.acknowledgement.note,
                               offsetof(struct alert_event, acknowledgement.note));
        if (!block || !memory_swap(store, &store->alert_events, i, block))
            return false;
    }
    return true;
}

static bool remove_alert(struct memory_store *store, size_t at, const char *name) {
    for (size_t i = 0; i < store->alert_events.count; i++) {
        const struct alert_event *event = store->alert_events.blocks[i];
        if (event && strcmp(event->name, name) == 0 && !memory_swap(store, &store->alert_events, i, NULL))
            return false;
    }
    return memory_swap(store, &store->alerts, at, NULL);
}

static int64_t revision_of(const struct memory_store *store, const char *name) {
    for (size_t i = 0; i < store->documents.count; i++) {
        const struct document *document = store->documents.blocks[i];
        if (document && document->kind == DOCUMENT_ALERT && strcmp(document->name, name) == 0)
            return document->revision;
    }
    return 0;
}

static struct memory_told told_of(const struct memory_store *store) {
    return store->told.count > 0 ? *(const struct memory_told *)store->told.blocks[0] : (struct memory_told){0};
}

/* The next version of what was told. */
static bool raise_told(struct memory_store *store, int64_t through) {
    struct memory_told told = told_of(store);
    struct memory_told *block = malloc(sizeof *block);
    if (block)
        *block = (struct memory_told){through > told.through ? through : told.through, told.version + 1};
    return block && memory_swap(store, &store->told, 0, block);
}

enum cxd_err memory_apply_alert_rule(struct memory_store *store, struct change *change, struct error *err) {
    const char *name = change->as.alert_rule.name;
    size_t at = find(store, name);
    int64_t revision = revision_of(store, name), last = (int64_t)store->responses.count;
    struct alert_state after;
    struct alert_event event;
    decide_alert_rule(change, revision, state_at(store, at), last, &after, &event);
    if (change->outcome == OUTCOME_REPLAYED)
        return copy_text(change->arena, &change->as.alert_rule.state.acknowledgement.note) ? CXD_OK : no_memory(err);
    bool is_put = revision == 0 ? remove_alert(store, at, name) : put_state(store, at, &after);
    if (is_put && revision != 0 && change->outcome == OUTCOME_AMENDED)
        is_put = put_event(store, &event);
    if (is_put && revision != 0 && alert_watches(&after))
        is_put = raise_told(store, 0);
    if (is_put && !is_watched(store))
        is_put = drop_amended(store, INT64_MAX);
    return is_put ? CXD_OK : no_memory(err);
}

enum cxd_err memory_apply_alert(struct memory_store *store, struct change *change, struct error *err) {
    size_t at = find(store, change->as.alert.state.name);
    struct alert_state after;
    decide_alert(change, state_at(store, at), &after);
    if (change->outcome != OUTCOME_AMENDED)
        return CXD_OK;
    bool is_put = put_state(store, at, &after) &&
                  (!change->as.alert.has_event || put_event(store, &change->as.alert.event)) &&
                  prune(store, after.name);
    return is_put ? CXD_OK : no_memory(err);
}

static bool was_told(const struct memory_store *store, const struct alert_tale *tale) {
    for (size_t i = 0; i < store->alert_events.count; i++) {
        const struct alert_event *event = store->alert_events.blocks[i];
        if (event && event->response_number == tale->response && strcmp(event->name, tale->name) == 0)
            return true;
    }
    return false;
}

enum cxd_err memory_apply_alert_tell(struct memory_store *store, struct change *change, struct error *err) {
    if (!decide_alert_tell(change, told_of(store).version))
        return CXD_OK;
    for (size_t i = 0; i < change->as.alert_tell.count; i++) {
        struct alert_tale *tale = &change->as.alert_tell.tales[i];
        bool is_there = tale->response >= 1 && (uint64_t)tale->response <= store->responses.count;
        size_t at = find(store, tale->name);
        struct alert_state after;
        struct alert_event event;
        if (!decide_tale(change, tale, state_at(store, at),
                         is_there ? store->responses.blocks[tale->response - 1] : NULL, was_told(store, tale), &after,
                         &event))
            continue;
        change->as.alert_tell.told++;
        tale->is_told = true;
        if (!put_state(store, at, &after) || !put_event(store, &event) || !prune(store, tale->name))
            return no_memory(err);
    }
    bool is_put =
        raise_told(store, change->as.alert_tell.through) && drop_amended(store, change->as.alert_tell.amended_through);
    return is_put ? CXD_OK : no_memory(err);
}

enum cxd_err memory_apply_acknowledge(struct memory_store *store, struct change *change, struct error *err) {
    size_t at = find(store, change->as.acknowledge.name);
    struct alert_state after;
    struct alert_event event;
    decide_acknowledge(change, state_at(store, at), &after, &event);
    if (change->outcome == OUTCOME_AMENDED &&
        (!put_state(store, at, &after) || !put_event(store, &event) || !prune(store, after.name)))
        return no_memory(err);
    if (change->outcome == OUTCOME_MISSING || change->outcome == OUTCOME_REFUSED)
        return CXD_OK;
    change->as.acknowledge.state = after;
    return copy_text(change->arena, &change->as.acknowledge.state.acknowledgement.note) ? CXD_OK : no_memory(err);
}

static int compare_states(const void *a, const void *b) {
    return strcmp(((const struct alert_state *)a)->name, ((const struct alert_state *)b)->name);
}

enum cxd_err memory_read_alerts(struct store_reader *base, struct arena *arena, struct store_alerts *ret_alerts,
                                struct error *err) {
    struct memory_reader *reader = (struct memory_reader *)base;
    const struct memory_store *store = reader->store;
    struct store_alerts alerts = {0};
    memory_enter(reader);
    alerts.states = arena_alloc_zero(arena, store->alerts.count + 1, sizeof *alerts.states);
    bool copied = alerts.states;
    for (size_t i = 0; copied && i < store->alerts.count; i++) {
        if (!store->alerts.blocks[i])
            continue;
        alerts.states[alerts.count] = *(const struct alert_state *)store->alerts.blocks[i];
        copied = copy_text(arena, &alerts.states[alerts.count++].acknowledgement.note);
    }
    alerts.told_through = told_of(store).through;
    alerts.told_version = told_of(store).version;
    memory_leave(reader);
    if (!copied)
        return no_memory(err);
    qsort(alerts.states, alerts.count, sizeof *alerts.states, compare_states);
    *ret_alerts = alerts;
    return CXD_OK;
}

enum cxd_err memory_read_alert_history(struct store_reader *base, const char *name, int64_t before, size_t limit,
                                       struct arena *arena, struct alert_event **ret_events, size_t *ret_count,
                                       struct error *err) {
    struct memory_reader *reader = (struct memory_reader *)base;
    const struct memory_table *table = &reader->store->alert_events;
    size_t count = 0;
    memory_enter(reader);
    struct alert_event *events = arena_alloc_zero(arena, table->count + 1, sizeof *events);
    bool copied = events;
    for (size_t i = table->count; copied && i-- > 0 && count < limit;) {
        const struct alert_event *event = table->blocks[i];
        if (!event || strcmp(event->name, name) != 0 || (before > 0 && event->number >= before))
            continue;
        events[count] = *event;
        copied = copy_text(arena, &events[count++].acknowledgement.note);
    }
    memory_leave(reader);
    if (!copied)
        return no_memory(err);
    *ret_events = events;
    *ret_count = count;
    return CXD_OK;
}

static bool is_tellable(const struct response *response) {
    return response && response->import == 0 && response_counts(response) && response->flags == 0 && response->comment;
}

enum cxd_err memory_read_untold(struct store_reader *base, int64_t after, unsigned scores, size_t limit,
                                struct arena *arena, struct store_untold *ret_untold, struct error *err) {
    struct memory_reader *reader = (struct memory_reader *)base;
    const struct memory_table *responses = &reader->store->responses, *amended = &reader->store->amended;
    struct store_untold untold = {.through = after};
    memory_enter(reader);
    untold.fresh = arena_alloc_zero(arena, limit, sizeof *untold.fresh);
    untold.amended = arena_alloc_zero(arena, limit, sizeof *untold.amended);
    bool copied = untold.fresh && untold.amended;
    for (size_t i = (size_t)after; copied && i < responses->count && untold.fresh_count < limit; i++) {
        untold.through = (int64_t)i + 1;
        const struct response *response = responses->blocks[i];
        if (!is_tellable(response) || (scores >> response->score & 1) == 0)
            continue;
        untold.fresh[untold.fresh_count] = *response;
        copied = copy_response(arena, &untold.fresh[untold.fresh_count++]);
    }
    untold.looked = untold.through - after;
    untold.more = (uint64_t)untold.through < responses->count;
    for (size_t i = 0; copied && i < amended->count && untold.amended_count < limit; i++) {
        const int64_t *number = amended->blocks[i];
        untold.amended_through = (int64_t)i + 1;
        if (!number || !is_tellable(responses->blocks[*number - 1]))
            continue;
        untold.amended[untold.amended_count] = *(const struct response *)responses->blocks[*number - 1];
        copied = copy_response(arena, &untold.amended[untold.amended_count++]);
    }
    untold.more_amended = untold.amended_count == limit;
    memory_leave(reader);
    if (!copied)
        return no_memory(err);
    *ret_untold = untold;
    return CXD_OK;
}
