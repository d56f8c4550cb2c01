/* The catalog of the memory engine: a list of all that has redefined it, whose length is the generation. */

#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "store/copy.h"

bool memory_redefine(struct memory_store *store, const struct change *change) {
    if (!change_redefines(change))
        return true;
    struct memory_redefinition *block = calloc(1, sizeof *block);
    if (!block)
        return false;
    block->kind = change->kind;
    if (change->kind == CHANGE_SURVEY)
        memcpy(block->slug, change->as.survey.slug, sizeof block->slug);
    else if (change->kind == CHANGE_ARCHIVE)
        memcpy(block->slug, change->as.archive.slug, sizeof block->slug);
    else if (change->kind == CHANGE_KEY)
        block->id = change->as.key.id;
    else if (change->kind == CHANGE_REVOKE)
        block->id = change->as.revoke;
    else if (change->kind == CHANGE_KEY_USED)
        block->id = change->as.key_used.id;
    return memory_swap(store, &store->redefinitions, store->redefinitions.count, block);
}

/* Whether one behind `since` is of this survey, or (NULL) of this key. */
static bool was_redefined(const struct memory_store *store, int64_t since, const char *slug, const struct id *id) {
    for (size_t i = since < 0 ? 0 : (size_t)since; i < store->redefinitions.count; i++) {
        const struct memory_redefinition *one = store->redefinitions.blocks[i];
        if (slug ? strcmp(one->slug, slug) == 0 : id_compare(&one->id, id) == 0)
            return true;
    }
    return since < 0;
}

static bool were_keys_removed(const struct memory_store *store, int64_t since) {
    for (size_t i = since < 0 ? 0 : (size_t)since; i < store->redefinitions.count; i++)
        if (((const struct memory_redefinition *)store->redefinitions.blocks[i])->kind == CHANGE_PRUNE)
            return true;
    return false;
}

static bool were_sessions_changed(const struct memory_store *store, int64_t since) {
    for (size_t i = since < 0 ? 0 : (size_t)since; i < store->redefinitions.count; i++) {
        enum change_kind kind = ((const struct memory_redefinition *)store->redefinitions.blocks[i])->kind;
        if (kind == CHANGE_SESSION || kind == CHANGE_SESSION_SEEN || kind == CHANGE_SESSION_END)
            return true;
    }
    return since < 0;
}

static int compare_surveys(const void *a, const void *b) {
    return strcmp(((const struct survey_record *)a)->slug, ((const struct survey_record *)b)->slug);
}

static bool own_survey(struct arena *arena, struct survey_record *survey) {
    bool owned = copy_text(arena, &survey->definition);
    for (size_t i = 0; owned && i < survey->property_count; i++)
        owned = copy_text(arena, &survey->property_keys[i]);
    return owned;
}

static bool read_surveys(const struct memory_store *store, int64_t since, struct arena *arena,
                         struct store_catalog *catalog) {
    const struct memory_table *table = &store->surveys;
    catalog->surveys = arena_alloc_zero(arena, table->count + 1, sizeof *catalog->surveys);
    for (size_t i = 0; catalog->surveys && i < table->count; i++) {
        const struct survey_record *survey = table->blocks[i];
        if (!was_redefined(store, since, survey->slug, NULL))
            continue;
        catalog->surveys[catalog->survey_count] = *survey;
        if (!own_survey(arena, &catalog->surveys[catalog->survey_count++]))
            return false;
    }
    if (catalog->survey_count > 0)
        qsort(catalog->surveys, catalog->survey_count, sizeof *catalog->surveys, compare_surveys);
    return catalog->surveys;
}

static int compare_keys(const void *a, const void *b) {
    const struct api_key *x = a, *y = b;
    int order = (x->created_at > y->created_at) - (x->created_at < y->created_at);
    return order ? order : id_compare(&x->id, &y->id);
}

struct api_key *memory_list_keys(const struct memory_store *store, struct arena *arena, size_t *ret_count) {
    const struct memory_table *table = &store->keys;
    size_t count = 0;
    struct api_key *keys = arena_alloc_zero(arena, table->count + 1, sizeof *keys);
    for (size_t i = 0; keys && i < table->count; i++)
        if (table->blocks[i])
            keys[count++] = *(const struct api_key *)table->blocks[i];
    if (keys)
        qsort(keys, count, sizeof *keys, compare_keys);
    *ret_count = count;
    return keys;
}

static bool read_keys(const struct memory_store *store, int64_t since, struct arena *arena,
                      struct store_catalog *catalog) {
    size_t count;
    struct api_key *keys = memory_list_keys(store, arena, &count);
    catalog->has_every_key = were_keys_removed(store, since);
    for (size_t i = 0; keys && i < count; i++)
        if (catalog->has_every_key || was_redefined(store, since, NULL, &keys[i].id))
            keys[catalog->key_count++] = keys[i];
    catalog->keys = keys;
    return keys;
}

static bool read_sessions(const struct memory_store *store, int64_t since, struct arena *arena,
                          struct store_catalog *catalog) {
    catalog->has_sessions = were_sessions_changed(store, since);
    if (catalog->has_sessions)
        catalog->sessions = memory_list_sessions(store, arena, &catalog->session_count);
    return !catalog->has_sessions || catalog->sessions;
}

static void read_signing_keys(const struct memory_store *store, struct store_catalog *catalog) {
    const struct memory_table *table = &store->signing_keys;
    catalog->signing_key_count = table->count < SIGNING_KEYS_MAX ? table->count : SIGNING_KEYS_MAX;
    for (size_t i = 0; i < catalog->signing_key_count; i++)
        catalog->signing_keys[i] = *(const struct signing_key *)table->blocks[table->count - 1 - i];
}

enum cxd_err memory_read_catalog(struct store_reader *base, int64_t since, struct arena *arena,
                                 struct store_catalog *ret_catalog, struct error *err) {
    struct memory_reader *reader = (struct memory_reader *)base;
    const struct memory_store *store = reader->store;
    struct store_catalog catalog = {0};
    bool is_read = true;
    memory_enter(reader);
    catalog.generation = (int64_t)store->redefinitions.count;
    if (catalog.generation != since) {
        is_read = read_surveys(store, since, arena, &catalog) && read_keys(store, since, arena, &catalog) &&
                  read_sessions(store, since, arena, &catalog);
        read_signing_keys(store, &catalog);
    }
    memory_leave(reader);
    if (!is_read)
        return error_set(err, ERR_NO_MEMORY, "no memory to read the catalog");
    *ret_catalog = catalog;
    return CXD_OK;
}

enum cxd_err memory_read_revisions(struct store_reader *base, int64_t survey, int64_t after, size_t limit,
                                   struct arena *arena, struct survey_revision **ret_revisions, size_t *ret_count,
                                   struct error *err) {
    struct memory_reader *reader = (struct memory_reader *)base;
    struct survey_revision *revisions = arena_alloc(arena, (limit + 1) * sizeof *revisions);
    size_t count = 0;
    bool copied = revisions;
    memory_enter(reader);
    const struct memory_table *table = &reader->store->revisions;
    for (size_t i = 0; copied && i < table->count && count < limit; i++) {
        const struct survey_record *record = table->blocks[i];
        if (record->number != survey || record->revision <= after)
            continue;
        revisions[count] = (struct survey_revision){record->revision, record->definition};
        copied = copy_text(arena, &revisions[count++].definition);
    }
    memory_leave(reader);
    if (!copied)
        return error_set(err, ERR_NO_MEMORY, "no memory to read the definitions");
    *ret_revisions = revisions;
    *ret_count = count;
    return CXD_OK;
}
