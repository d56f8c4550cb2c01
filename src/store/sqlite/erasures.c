/* A database and its list of erasures: what is erased is in the list before it is committed, and what a database out of
 * an older copy does not know is done again from it. */

#include <stdio.h>
#include <stdlib.h>

#include "store/sqlite/backup.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/writer.h"

static enum cxd_err read_slug(struct sqlite_store *store, int64_t survey, char slug[SLUG_SIZE], struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = SQLITE_FIRST(&store->db, QUERY_SELECT_SLUG, &stmt, &row, err, INT(survey));
    const char *text = code == CXD_OK && row ? (const char *)sqlite3_column_text(stmt, 0) : NULL;
    snprintf(slug, SLUG_SIZE, "%s", text ? text : "");
    sqlite3_reset(stmt);
    return code;
}

enum cxd_err sqlite_erasures_note(struct sqlite_store *store, const struct response *response, int64_t at, bool gone,
                                  struct error *err) {
    struct erasure entry = {.at = at, .id = response->id, .gone = gone, .is_imported = response->import != 0};
    enum cxd_err code = store->list.fd < 0 ? CXD_OK : read_slug(store, response->survey, entry.survey, err);
    if (store->list.fd < 0 || code != CXD_OK)
        return code;
    if (store->erased.count == store->erased.capacity) {
        size_t larger = store->erased.capacity ? 2 * store->erased.capacity : 16;
        struct erasure *grown = reallocarray(store->erased.items, larger, sizeof *grown);
        if (!grown)
            return error_set(err, ERR_NO_MEMORY, "no memory for the list of erasures");
        store->erased.items = grown;
        store->erased.capacity = larger;
    }
    store->erased.items[store->erased.count++] = entry;
    return CXD_OK;
}

enum cxd_err sqlite_erasures_know(struct sqlite_store *store, int64_t number, struct error *err) {
    return SQLITE_RUN(&store->db, QUERY_NOTE_ERASURES, err, INT(number));
}

enum cxd_err sqlite_erasures_write(struct sqlite_store *store, struct error *err) {
    size_t count = store->erased.count;
    if (count == 0)
        return CXD_OK;
    enum cxd_err code = sqlite_erasures_know(store, store->list.last + (int64_t)count, err);
    return code == CXD_OK ? sqlite_list_append(&store->list, store->erased.items, count, err) : code;
}

void sqlite_erasures_end(struct sqlite_store *store, enum store_fate fate) {
    size_t count = store->erased.count;
    bool is_committed = fate == STORE_FATE_ALL;
    store->erased.count = 0;
    if (count > 0 && fate == STORE_FATE_NOTHING)
        sqlite_list_take_back(&store->list);
    else if (count > 0)
        sqlite_list_keep(&store->list, store->list.last + (int64_t)count);
    if (count > 0 && is_committed)
        store->identity.erasures = store->list.last;
    if (is_committed)
        store->redo.done = store->redo.next;
    else
        store->redo.next = store->redo.done;
}

void sqlite_erasures_free(struct sqlite_store *store) {
    sqlite_list_close(&store->list);
    free(store->erased.items);
    free(store->redo.items);
}

static int64_t known(const struct identity *identity) {
    return identity->erasures > 0 ? identity->erasures : 0;
}

static int64_t count_numbers(const struct list_content *content, int64_t after) {
    int64_t count = 0;
    for (size_t i = 0; i < content->count; i++)
        count += content->rest[i].number > after && (i == 0 || content->rest[i].number != content->rest[i - 1].number);
    return count;
}

static void compare(const struct list_content *content, const struct identity *identity,
                    struct store_erasures *erasures) {
    int64_t behind = content->last - known(identity), numbers = count_numbers(content, known(identity));
    bool is_other = content->count > 0 && content->rest[0].number <= known(identity);
    erasures->unknown = (int64_t)content->count;
    if (!content->found) {
        erasures->list = identity->erasures < 0 ? STORE_LIST_NEW : STORE_LIST_MISSING;
        return;
    }
    erasures->list = behind < 0 || is_other ? STORE_LIST_BEHIND : STORE_LIST_THERE;
    erasures->lost = behind > numbers ? behind - numbers : 0;
    if (erasures->lost < content->bad)
        erasures->lost = content->bad;
}

static enum cxd_err read_list(const char *directory, const struct identity *identity, struct list_content *ret_content,
                              struct store_erasures *ret_erasures, struct error *err) {
    char *path = sqlite_list_path(directory, &identity->store);
    if (!path)
        return error_set(err, ERR_NO_MEMORY, "no memory for the list of erasures");
    enum cxd_err code = sqlite_list_read(path, known(identity), ret_content, err);
    if (code == CXD_OK) {
        snprintf(ret_erasures->path, sizeof ret_erasures->path, "%s", path);
        compare(ret_content, identity, ret_erasures);
    }
    free(path);
    return code;
}

static enum cxd_err is_erased(struct sqlite_store *store, const struct erasure *entry, bool *ret_erased,
                              struct error *err) {
    return SQLITE_HAS(&store->db, QUERY_IS_ERASED, ret_erased, err, TEXT(erasure_survey(entry)), ID(&entry->id));
}

/* The list and the database agree up to the last entry that the database knows, if they do in that one: each only ever
 * grows. */
static enum cxd_err is_doubtful(struct sqlite_store *store, const struct list_content *content, bool *ret_doubtful,
                                struct error *err) {
    bool erased = false;
    *ret_doubtful = false;
    if (!content->found || (known(&store->identity) <= content->base && !content->is_mixed))
        return CXD_OK;
    enum cxd_err code = content->has_after ? is_erased(store, &content->after, &erased, err) : CXD_OK;
    *ret_doubtful = !erased || content->is_mixed || content->bad > 0;
    return code;
}

/* A list that went another way than the database, as one does that turned up after a start without it, has entries that
 * the database counts as known and does not know. They are looked for one by one. */
static enum cxd_err look_closer(struct sqlite_store *store, struct list_content *content,
                                struct store_erasures *erasures, struct error *err) {
    size_t kept = 0;
    bool erased = false;
    free(content->rest);
    content->rest = NULL;
    enum cxd_err code = sqlite_list_read(erasures->path, 0, content, err);
    for (size_t i = 0; code == CXD_OK && i < content->count; i++) {
        const struct erasure entry = content->rest[i];
        code = entry.number <= known(&store->identity) ? is_erased(store, &entry, &erased, err) : CXD_OK;
        if (entry.number > known(&store->identity) || !erased)
            content->rest[kept++] = entry;
    }
    content->count = kept;
    compare(content, &store->identity, erasures);
    return code;
}

/* A database from before there were lists takes the one that lies there for its own; one that was just made has none.
 */
static enum cxd_err adopt(struct sqlite_store *store, const char *directory, struct error *err) {
    struct id name;
    if (store->identity.erasures >= 0 || store->upgrade.from == 0 || !sqlite_list_find_only(directory, &name))
        return CXD_OK;
    enum cxd_err code = SQLITE_RUN(&store->db, QUERY_ADOPT_IDENTITY, err, ID(&name));
    store->identity.store = code == CXD_OK ? name : store->identity.store;
    return code;
}

enum cxd_err sqlite_keep_erasures(struct store *base, const char *directory, struct store_erasures *ret_erasures,
                                  struct error *err) {
    struct sqlite_store *store = (struct sqlite_store *)base;
    struct list_content content = {0};
    enum cxd_err code = adopt(store, directory, err);
    if (code == CXD_OK)
        code = read_list(directory, &store->identity, &content, ret_erasures, err);
    bool doubtful = false;
    if (code == CXD_OK)
        code = is_doubtful(store, &content, &doubtful, err);
    if (code == CXD_OK && doubtful)
        code = look_closer(store, &content, ret_erasures, err);
    if (code == CXD_OK)
        code = sqlite_list_open(ret_erasures->path, directory, &content, known(&store->identity), &store->list, err);
    if (code == CXD_OK && store->identity.erasures < 0) {
        code = sqlite_erasures_know(store, 0, err);
        store->identity.erasures = 0;
    }
    if (code != CXD_OK) {
        free(content.rest);
        return code;
    }
    store->redo.items = content.rest;
    store->redo.count = content.count;
    return CXD_OK;
}

enum cxd_err sqlite_compare_erasures(const char *path, const char *directory, struct store_erasures *ret_erasures,
                                     struct error *err) {
    struct source source = {.lock_fd = -1};
    struct identity identity = {.erasures = -1};
    struct list_content content = {0};
    bool found = false;
    enum cxd_err code = sqlite_source_open(path, SOURCE_STORE, NULL, &source, err);
    if (code == CXD_OK && source.schema >= IDENTITY_SCHEMA)
        code = sqlite_identity_read(&source.db, &identity, &found, err);
    sqlite_source_close(&source);
    if (code == CXD_OK && identity.erasures < 0 && !sqlite_list_find_only(directory, &identity.store)) {
        ret_erasures->list = STORE_LIST_NEW;
        return CXD_OK;
    }
    if (code == CXD_OK)
        code = read_list(directory, &identity, &content, ret_erasures, err);
    free(content.rest);
    return code;
}
