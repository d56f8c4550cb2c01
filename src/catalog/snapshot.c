/* How a snapshot is made out of the one before it, looked through, and freed. */
#include "catalog/snapshot.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cxd/codec/alert.h"
#include "cxd/codec/journey.h"
#include "cxd/codec/survey.h"

enum {
    STORED_JSON_DEPTH = 16,
    TEXT_BYTES_MIN = 256,          /* of a survey, beside what its definition takes */
    HASH_BYTES = HOLDER_NAME_BYTES /* of a key's hash: what it is looked for by */
};

/* --- Orders ---------------------------------------------------------------------------------------------------------
 */

/* What is wanted, and where an array has a pointer to what it is held against. */
typedef int compare(const void *wanted, const void *place);

static int compare_slug(const void *wanted, const void *place) {
    return strcmp(wanted, (*(const struct survey *const *)place)->slug);
}

static int compare_number(const void *wanted, const void *place) {
    int64_t number = *(const int64_t *)wanted, other = (*(const struct survey *const *)place)->number;
    return (number > other) - (number < other);
}

static int compare_creation(const void *wanted, const void *place) {
    const struct api_key *key = wanted, *other = *(const struct api_key *const *)place;
    int order = (key->created_at > other->created_at) - (key->created_at < other->created_at);
    return order != 0 ? order : id_compare(&key->id, &other->id);
}

static int compare_hash(const void *wanted, const void *place) {
    return memcmp(wanted, (*(const struct api_key *const *)place)->hash, HASH_BYTES);
}

static int compare_id(const void *wanted, const void *place) {
    return id_compare(wanted, &(*(const struct api_key *const *)place)->id);
}

/* The first that is not before what is wanted. */
static size_t place_of(const void *pointers, size_t count, const void *wanted, compare *order) {
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (order(wanted, (const char *)pointers + middle * sizeof(void *)) > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* --- Looking --------------------------------------------------------------------------------------------------------
 */

static const struct box *box_of(const struct snapshot *snapshot) {
    return (const struct box *)snapshot;
}

size_t snapshot_survey_place(const struct snapshot *snapshot, const char *slug) {
    return place_of(snapshot->surveys, snapshot->survey_count, slug, compare_slug);
}

const struct survey *snapshot_survey(const struct snapshot *snapshot, const char *slug) {
    size_t at = snapshot_survey_place(snapshot, slug);
    bool is_there = at < snapshot->survey_count && strcmp(slug, snapshot->surveys[at]->slug) == 0;
    return is_there ? snapshot->surveys[at] : NULL;
}

const struct survey *snapshot_survey_number(const struct snapshot *snapshot, int64_t number) {
    const struct survey *const *by_number = box_of(snapshot)->surveys + box_of(snapshot)->survey_room;
    size_t at = place_of(by_number, snapshot->survey_count, &number, compare_number);
    return at < snapshot->survey_count && by_number[at]->number == number ? by_number[at] : NULL;
}

size_t snapshot_key_place(const struct snapshot *snapshot, int64_t created_at, const struct id *id) {
    struct api_key wanted = {.id = *id, .created_at = created_at};
    return place_of(snapshot->keys, snapshot->key_count, &wanted, compare_creation);
}

const struct api_key *snapshot_key_id(const struct snapshot *snapshot, const struct id *id) {
    const struct api_key *const *by_id = box_of(snapshot)->keys + 2 * box_of(snapshot)->key_room;
    size_t at = place_of(by_id, snapshot->key_count, id, compare_id);
    return at < snapshot->key_count && id_compare(id, &by_id[at]->id) == 0 ? by_id[at] : NULL;
}

static const struct api_key *find_key(const struct snapshot *snapshot, const uint8_t *hash, size_t bytes) {
    const struct api_key *const *by_hash = box_of(snapshot)->keys + box_of(snapshot)->key_room;
    size_t at = place_of(by_hash, snapshot->key_count, hash, compare_hash);
    for (; at < snapshot->key_count && compare_hash(hash, &by_hash[at]) == 0; at++)
        if (secret_equal(by_hash[at]->hash, hash, bytes))
            return by_hash[at];
    return NULL;
}

const struct api_key *snapshot_key(const struct snapshot *snapshot, const char *secret) {
    uint8_t hash[SHA256_SIZE];
    sha256(secret, strlen(secret), hash);
    return find_key(snapshot, hash, sizeof hash);
}

const struct api_key *snapshot_key_named(const struct snapshot *snapshot, const uint8_t name[HOLDER_NAME_BYTES]) {
    return find_key(snapshot, name, HOLDER_NAME_BYTES);
}

static const struct session *find_session(const struct snapshot *snapshot, const uint8_t *hash, size_t bytes) {
    size_t low = 0, high = snapshot->session_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (memcmp(hash, snapshot->sessions[middle].hash, HOLDER_NAME_BYTES) > 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < snapshot->session_count; low++) {
        const struct session *session = &snapshot->sessions[low];
        if (memcmp(hash, session->hash, HOLDER_NAME_BYTES) != 0)
            return NULL;
        if (secret_equal(session->hash, hash, bytes))
            return session;
    }
    return NULL;
}

const struct session *snapshot_session(const struct snapshot *snapshot, const char *secret) {
    uint8_t hash[SHA256_SIZE];
    sha256(secret, strlen(secret), hash);
    return find_session(snapshot, hash, sizeof hash);
}

const struct session *snapshot_session_named(const struct snapshot *snapshot, const uint8_t name[HOLDER_NAME_BYTES]) {
    return find_session(snapshot, name, HOLDER_NAME_BYTES);
}

/* --- Freeing --------------------------------------------------------------------------------------------------------
 */

static void entry_free(struct entry *entry) {
    arena_free(&entry->arena);
    free(entry);
}

static void let_go_sessions(struct session_list *list) {
    if (list && atomic_fetch_sub_explicit(&list->boxes, 1, memory_order_acq_rel) == 1)
        free(list);
}

static void free_retired(struct entry *retired) {
    while (retired) {
        struct entry *before = retired->retired_before;
        entry_free(retired);
        retired = before;
    }
}

/* Without any more users, and all boxes before it are gone: so is what only they had. */
static void let_go(struct box *box) {
    while (box && atomic_fetch_sub_explicit(&box->holds, 1, memory_order_acq_rel) == 1) {
        struct box *next = box->next;
        free_retired(box->retired);
        free(box);
        box = next;
    }
}

void catalog_release(const struct snapshot *snapshot) {
    if (!snapshot)
        return;
    struct box *box = (struct box *)(uintptr_t)snapshot;
    if (atomic_fetch_sub_explicit(&box->users, 1, memory_order_acq_rel) != 1)
        return;
    free(box->surveys);
    free(box->keys);
    let_go_sessions(box->sessions);
    let_go(box);
}

static struct entry *survey_entry(const struct survey *survey) {
    return (struct entry *)((uintptr_t)survey - offsetof(struct entry, as.survey));
}

static struct entry *key_entry(const struct api_key *key) {
    return (struct entry *)((uintptr_t)key - offsetof(struct entry, as.key));
}

static void retire(struct entry **retired, struct entry *entry) {
    entry->retired_before = *retired;
    *retired = entry;
}

void box_retire_all(struct box *box) {
    for (size_t i = 0; i < box->snapshot.survey_count; i++)
        retire(&box->retired, survey_entry(box->surveys[i]));
    for (size_t i = 0; i < box->snapshot.key_count; i++)
        retire(&box->retired, key_entry(box->keys[i]));
}

/* --- Making ---------------------------------------------------------------------------------------------------------
 */

/* `orders` arrays of `count` pointers, each with room for `room`. */
static void *copy_orders(const void *pointers, size_t orders, size_t old_room, size_t count, size_t room) {
    char *copy = calloc(orders * room + 1, sizeof(void *));
    for (size_t i = 0; copy && count > 0 && i < orders; i++)
        memcpy(copy + i * room * sizeof(void *), (const char *)pointers + i * old_room * sizeof(void *),
               count * sizeof(void *));
    return copy;
}

enum cxd_err draft_begin(const struct box *before, size_t more_surveys, size_t more_keys, struct draft *ret_draft,
                         struct error *err) {
    static const struct box EMPTY;
    struct box *box = calloc(1, sizeof *box);
    if (!before)
        before = &EMPTY;
    if (box) {
        box->snapshot = before->snapshot;
        box->survey_room = before->snapshot.survey_count + more_surveys;
        box->key_room = before->snapshot.key_count + more_keys;
        box->surveys =
            copy_orders(before->surveys, 2, before->survey_room, before->snapshot.survey_count, box->survey_room);
        box->keys = copy_orders(before->keys, 3, before->key_room, before->snapshot.key_count, box->key_room);
    }
    if (!box || !box->surveys || !box->keys) {
        if (box) {
            free(box->surveys);
            free(box->keys);
        }
        free(box);
        return error_set(err, ERR_NO_MEMORY, "no memory for the catalog");
    }
    box->sessions = before->sessions;
    if (box->sessions)
        atomic_fetch_add_explicit(&box->sessions->boxes, 1, memory_order_relaxed);
    box->snapshot.surveys = box->surveys;
    box->snapshot.keys = box->keys;
    atomic_init(&box->users, 1);
    atomic_init(&box->holds, 1);
    *ret_draft = (struct draft){.box = box};
    return CXD_OK;
}

void draft_abandon(struct draft *draft) {
    while (draft->made) {
        struct entry *before = draft->made->made_before;
        entry_free(draft->made);
        draft->made = before;
    }
    free(draft->box->surveys);
    free(draft->box->keys);
    let_go_sessions(draft->box->sessions);
    free(draft->box);
}

struct box *draft_end(struct draft *draft, struct box *before) {
    if (before) {
        for (struct entry *entry = draft->retired, *more; entry; entry = more) {
            more = entry->retired_before;
            retire(&before->retired, entry);
        }
        before->next = draft->box;
        atomic_fetch_add_explicit(&draft->box->holds, 1, memory_order_relaxed);
    }
    return draft->box;
}

static struct entry *make_entry(struct draft *draft, size_t text_bytes) {
    struct entry *entry = calloc(1, sizeof *entry);
    if (entry) {
        arena_init_sized(&entry->arena, text_bytes);
        entry->made_before = draft->made;
        draft->made = entry;
    }
    return entry;
}

enum cxd_err draft_set_sessions(struct draft *draft, const struct session *sessions, size_t count, struct error *err) {
    struct box *box = draft->box;
    struct session_list *list = count > 0 ? malloc(sizeof *list + count * sizeof list->items[0]) : NULL;
    if (count > 0 && !list)
        return error_set(err, ERR_NO_MEMORY, "no memory for the sessions");
    if (list) {
        atomic_init(&list->boxes, 1);
        list->count = count;
        memcpy(list->items, sessions, count * sizeof list->items[0]);
    }
    let_go_sessions(box->sessions);
    box->sessions = list;
    box->snapshot.sessions = list ? list->items : NULL;
    box->snapshot.session_count = count;
    return CXD_OK;
}

static enum cxd_err refuse_record(const struct survey_record *record, const char *why, struct error *err) {
    return error_set(err, ERR_STORAGE, "the stored survey %lld, \"%s\", cannot be read: %s", (long long)record->number,
                     record->slug, why);
}

enum cxd_err catalog_decode(const struct survey_record *record, struct arena *arena, struct survey *ret_survey,
                            struct error *err) {
    struct survey survey;
    struct error why;
    enum cxd_err result =
        survey_decode_stored(record->definition, STORED_JSON_DEPTH, record->slug, arena, &survey, &why);
    if (result == ERR_NO_MEMORY)
        return error_set(err, ERR_NO_MEMORY, "no memory for survey %s", record->slug);
    if (result != CXD_OK) {
        char text[sizeof why.members[0] + sizeof why.detail];
        bool has_member = result == ERR_INVALID && why.member_count > 0;
        if (has_member)
            snprintf(text, sizeof text, "%s %s", why.members[0].pointer, why.members[0].detail);
        else
            snprintf(text, sizeof text, "%s", why.detail);
        return refuse_record(record, text, err);
    }
    bool has_scale = record->scale_min != record->scale_max; /* else it is of a revision that is past */
    if (has_scale && (survey.metric != record->metric || survey.scale_min != record->scale_min ||
                      survey.scale_max != record->scale_max))
        return refuse_record(record, "metric and scale are not those of its definition", err);
    *ret_survey = survey;
    return CXD_OK;
}

enum cxd_err catalog_examine(const struct survey_record *record, struct error *err) {
    struct survey survey;
    struct arena arena;
    arena_init(&arena);
    enum cxd_err result = catalog_decode(record, &arena, &survey, err);
    arena_free(&arena);
    return result;
}

enum cxd_err catalog_examine_document(const struct document *document, struct error *err) {
    struct journey journey;
    struct alert_rule rule;
    struct error why;
    struct arena arena;
    arena_init(&arena);
    enum cxd_err result = document->kind == DOCUMENT_ALERT
                              ? alert_decode_stored(document->definition, document->name, &arena, &rule, &why)
                              : journey_decode_stored(document->definition, document->name, &arena, &journey, &why);
    arena_free(&arena);
    if (result == CXD_OK || result == ERR_NO_MEMORY)
        return result == CXD_OK ? CXD_OK : error_set(err, result, "no memory for a definition");
    return error_set(err, ERR_STORAGE, "the stored %s \"%s\" cannot be read", document_kind_name(document->kind),
                     document->name);
}

/* The definition, and what the store keeps beside it, become one struct. */
static enum cxd_err read_record(const struct survey_record *record, struct entry *entry, struct error *err) {
    struct survey survey;
    struct arena *arena = &entry->arena;
    enum cxd_err result = catalog_decode(record, arena, &survey, err);
    if (result != CXD_OK)
        return result;
    struct survey_property *properties = arena_alloc_zero(arena, record->property_count + 1, sizeof *properties);
    bool is_kept = properties;
    for (size_t i = 0; is_kept && i < record->property_count; i++) {
        properties[i].key = arena_strdup(arena, record->property_keys[i]);
        is_kept = properties[i].key;
    }
    if (!is_kept)
        return error_set(err, ERR_NO_MEMORY, "no memory for survey %s", record->slug);
    survey.properties = properties;
    survey.property_count = record->property_count;
    survey_take_kept(&survey, record);
    entry->as.survey = survey;
    return CXD_OK;
}

static void make_place(void *pointers, size_t count, size_t at) {
    char *place = (char *)pointers + at * sizeof(void *);
    memmove(place + sizeof(void *), place, (count - at) * sizeof(void *));
}

static void close_place(void *pointers, size_t count, size_t at) {
    char *place = (char *)pointers + at * sizeof(void *);
    if (at + 1 < count)
        memmove(place, place + sizeof(void *), (count - at - 1) * sizeof(void *));
}

enum cxd_err draft_put_survey(struct draft *draft, const struct survey_record *record, struct error *err) {
    struct box *box = draft->box;
    struct snapshot *snapshot = &box->snapshot;
    size_t length = strlen(record->definition);
    struct entry *entry = make_entry(draft, length + length / 4 + TEXT_BYTES_MIN);
    if (!entry)
        return error_set(err, ERR_NO_MEMORY, "no memory for survey %s", record->slug);
    enum cxd_err result = read_record(record, entry, err);
    if (result != CXD_OK) {
        draft->made = entry->made_before;
        entry_free(entry);
        return result;
    }
    const struct survey *survey = &entry->as.survey, *old = snapshot_survey(snapshot, survey->slug);
    const struct survey **by_number = box->surveys + box->survey_room;
    size_t at = snapshot_survey_place(snapshot, survey->slug);
    size_t at_number = place_of(by_number, snapshot->survey_count, &survey->number, compare_number);
    snapshot->live_count += survey->archived_at == 0;
    if (old) {
        snapshot->live_count -= old->archived_at == 0;
        retire(&draft->retired, survey_entry(old));
    } else {
        make_place(box->surveys, snapshot->survey_count, at);
        make_place(by_number, snapshot->survey_count, at_number);
        snapshot->survey_count++;
    }
    box->surveys[at] = by_number[at_number] = survey;
    return CXD_OK;
}

void draft_remove_key(struct draft *draft, const struct api_key *key) {
    struct box *box = draft->box;
    size_t count = box->snapshot.key_count;
    const struct api_key **by_hash = box->keys + box->key_room, **by_id = by_hash + box->key_room;
    size_t at_hash = place_of(by_hash, count, key->hash, compare_hash);
    while (by_hash[at_hash] != key)
        at_hash++;
    close_place(box->keys, count, place_of(box->keys, count, key, compare_creation));
    close_place(by_hash, count, at_hash);
    close_place(by_id, count, place_of(by_id, count, &key->id, compare_id));
    box->snapshot.key_count--;
    retire(&draft->retired, key_entry(key));
}

enum cxd_err draft_put_key(struct draft *draft, const struct api_key *key, struct error *err) {
    struct box *box = draft->box;
    const struct api_key *old = snapshot_key_id(&box->snapshot, &key->id);
    if (old && old->used_day == key->used_day && old->revoked_at == key->revoked_at)
        return CXD_OK; /* nothing else of a key changes */
    struct entry *entry = make_entry(draft, 0);
    if (!entry)
        return error_set(err, ERR_NO_MEMORY, "no memory for a key");
    entry->as.key = *key;
    if (old)
        draft_remove_key(draft, old);
    const struct {
        const struct api_key **pointers;
        const void *wanted;
        compare *order;
    } ORDERS[] = {{box->keys, key, compare_creation},
                  {box->keys + box->key_room, key->hash, compare_hash},
                  {box->keys + 2 * box->key_room, &key->id, compare_id}};
    size_t count = box->snapshot.key_count++;
    for (size_t i = 0; i < CXD_COUNT(ORDERS); i++) {
        size_t at = place_of(ORDERS[i].pointers, count, ORDERS[i].wanted, ORDERS[i].order);
        make_place(ORDERS[i].pointers, count, at);
        ORDERS[i].pointers[at] = &entry->as.key;
    }
    return CXD_OK;
}
