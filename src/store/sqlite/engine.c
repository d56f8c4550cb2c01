/* The SQLite engine: opens the file and the one connection that writes, and lists the engine's operations. */

#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/sqlite/backup.h"
#include "store/sqlite/reader.h"
#include "store/sqlite/writer.h"

/* So that a file at rest has all of it in its rollup rows. What cannot be written is read where it is. */
static void fold_recent(struct sqlite_store *store) {
    struct error err;
    enum cxd_err code = SQLITE_RUN(&store->db, QUERY_BEGIN_WRITE, &err);
    if (code == CXD_OK)
        code = sqlite_rollups_fold(store, 0, &err);
    if (code != CXD_OK || SQLITE_RUN(&store->db, QUERY_COMMIT, &err) != CXD_OK)
        sqlite_db_rollback(&store->db);
}

/* What cannot be checkpointed stays in the log and is read at the next open. SQLite removes the files beside the
 * database by their names: not where others may have them. */
static void close_database(struct sqlite_store *store) {
    pthread_mutex_lock(&store->places.lock);
    bool is_in_place = sqlite_places_expect_before(&store->places, &store->db, NULL) == CXD_OK;
    if (is_in_place && store->places.is_begun) {
        fold_recent(store);
        is_in_place = sqlite_places_expect_after(&store->places, &store->db, NULL) == CXD_OK;
    }
    if (is_in_place && sqlite_places_look(&store->places, &store->db) == STORE_IN_PLACE)
        (void)sqlite_places_settle(&store->places, &store->db);
    if (sqlite_places_look(&store->places, &store->db) != STORE_IN_PLACE)
        sqlite_db_leave_files(&store->db);
    pthread_mutex_unlock(&store->places.lock);
    sqlite_db_close(&store->db);
}

static void sqlite_close(struct store *base) {
    struct sqlite_store *store = (struct sqlite_store *)base;
    sqlite_words_close(&store->words);
    if (store->db.handle)
        close_database(store);
    sqlite_places_end(&store->places);
    if (store->lock_fd >= 0)
        sqlite_reserve_close(store);
    sqlite_file_unlock(store->lock_fd);
    sqlite_erasures_free(store);
    deltas_free(&store->deltas);
    sqlite_rollups_forget(store);
    buffer_free(&store->counts);
    sqlite_gates_reset(&store->gates);
    sqlite_asked_free(&store->asked);
    sqlite_names_free(&store->names);
    arena_free(&store->declared.arena);
    arena_free(&store->scratch);
    buffer_free(&store->text);
    free(store->upgrade_backup);
    free(store->directory);
    free(store->path);
    free(store);
}

/* A relative path begins with "./", so that SQLite cannot read a meaning (":memory:", "file:") into it. */
static bool set_path(struct sqlite_store *store, const char *path) {
    store->path = NULL;
    if (asprintf(&store->path, "%s%s", path[0] == '/' ? "" : "./", path) < 0) {
        store->path = NULL;
        return false;
    }
    char *copy = strdup(store->path);
    store->directory = copy ? strdup(dirname(copy)) : NULL;
    free(copy);
    return store->directory;
}

static enum cxd_err find_or_create(struct sqlite_store *store, bool is_current, struct error *err) {
    enum cxd_err code =
        is_current ? sqlite_file_find(store->path, err) : sqlite_file_make_directory(store->directory, err);
    if (code == CXD_OK)
        code = sqlite_file_check_access(store->path, store->directory, err);
    if (code == CXD_OK)
        code = sqlite_file_lock(store->path, &store->lock_fd, err);
    if (code == CXD_OK)
        sqlite_reserve_open(store);
    if (code == CXD_OK)
        code = is_current ? sqlite_file_find(store->path, err) : sqlite_file_create(store->path, store->directory, err);
    return code;
}

static enum cxd_err open_file(struct sqlite_store *store, bool is_current, struct error *err) {
    enum cxd_err code = find_or_create(store, is_current, err);
    if (code == CXD_OK)
        code = sqlite_places_hold(&store->places, store->path, err);
    if (code == CXD_OK)
        code = sqlite_db_open(store->path, DB_WRITER, &store->db, err);
    if (code == CXD_OK && is_current)
        code = sqlite_schema_expect_newest(&store->db, store->path, err);
    if (code == CXD_OK)
        code = sqlite_migrate(store, err);
    /* Migrations have outdated the statements that end a transaction: prepare them again while there is
     * memory. */
    if (code == CXD_OK) {
        code = SQLITE_RUN(&store->db, QUERY_BEGIN_WRITE, err);
        sqlite_db_rollback(&store->db);
    }
    if (code == CXD_OK)
        code = sqlite_identity_load(store, err);
    if (code == CXD_OK)
        code = sqlite_marks_load(store, err);
    if (code == CXD_OK)
        code = sqlite_places_begin(&store->places, store->path, store->lock_fd, &store->db, err);
    return code == CXD_OK ? sqlite_catalog_renew(store, err) : code;
}

static bool sqlite_takes(const char *path) {
    return path[0] != '\0';
}

static const char *sqlite_file(const char *path) {
    return path;
}

static enum cxd_err open_store(const char *path, bool is_current, const struct store_telling *telling,
                               struct store **ret_store, struct error *err) {
    struct sqlite_store *store = calloc(1, sizeof *store);
    if (!store)
        return error_set(err, ERR_NO_MEMORY, "no memory to open the store");
    /* SQLite's count of its allocations costs a lock each, a twelfth of an insert. Refused, and left, once
     * SQLite is in use. */
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    store->base.engine = &STORE_SQLITE;
    store->base.dimension_values = DIMENSION_VALUES;
    store->telling.to = telling;
    store->lock_fd = -1;
    store->list.fd = -1;
    store->numbers.last = -1;
    store->visits_from = -1;
    store->names.limit = VISITS_IN_MEMORY;
    store->names.slice = VISITS_AT_ONCE;
    sqlite_places_init(&store->places);
    arena_init(&store->declared.arena);
    sqlite_asked_init(&store->asked);
    arena_init(&store->scratch);
    buffer_init(&store->text);
    buffer_init(&store->counts);
    enum cxd_err code = deltas_init(&store->deltas, err);
    store->gates.key = store->deltas.key;
    if (code == CXD_OK && !set_path(store, path))
        code = error_set(err, ERR_NO_MEMORY, "no memory to open the store");
    if (code == CXD_OK)
        code = open_file(store, is_current, err);
    if (code != CXD_OK) {
        sqlite_close(&store->base);
        return code;
    }
    store->telling.to = NULL;
    *ret_store = &store->base;
    return CXD_OK;
}

static enum cxd_err sqlite_open(const char *path, struct store **ret_store, struct error *err) {
    return open_store(path, false, NULL, ret_store, err);
}

static enum cxd_err sqlite_open_telling(const char *path, const struct store_telling *telling, struct store **ret_store,
                                        struct error *err) {
    return open_store(path, false, telling, ret_store, err);
}

static enum cxd_err sqlite_open_current(const char *path, struct store **ret_store, struct error *err) {
    return open_store(path, true, NULL, ret_store, err);
}

static void sqlite_library(const struct store *base, struct store_library *ret_library) {
    (void)base;
    *ret_library = (struct store_library){"sqlite", sqlite3_libversion()};
}

static const char *sqlite_directory(const struct store *base) {
    return ((const struct sqlite_store *)base)->directory;
}

static const struct store_upgrade *sqlite_upgraded(const struct store *base) {
    return &((const struct sqlite_store *)base)->upgrade;
}

static enum store_place sqlite_look(struct store *base, struct error *ret_why) {
    struct sqlite_store *store = (struct sqlite_store *)base;
    struct places *places = &store->places;
    if (pthread_mutex_trylock(&places->lock) != 0)
        return sqlite_places_state(places); /* the writer looks by itself, and says why */
    enum store_place place = sqlite_places_look(places, &store->db);
    if (place != STORE_IN_PLACE)
        error_set(ret_why, ERR_STORAGE, "%s", places->why);
    else
        sqlite_reserve_keep(store);
    pthread_mutex_unlock(&places->lock);
    return place;
}

const struct store_engine STORE_SQLITE = {
    .scheme = "sqlite",
    .form = "sqlite:PATH",
    .takes = sqlite_takes,
    .open = sqlite_open,
    .open_telling = sqlite_open_telling,
    .open_current = sqlite_open_current,
    .close = sqlite_close,
    .library = sqlite_library,
    .directory = sqlite_directory,
    .read_disk = sqlite_read_disk,
    .keep_erasures = sqlite_keep_erasures,
    .compare_erasures = sqlite_compare_erasures,
    .look = sqlite_look,
    .upgraded = sqlite_upgraded,
    .apply = sqlite_apply,
    .tend = sqlite_tend,
    .rebuild = sqlite_rebuild,
    .file = sqlite_file,
    .check = sqlite_check,
    .check_copy = sqlite_check_copy,
    .backup = sqlite_backup,
    .remove_partial = sqlite_remove_partial,
    .restore = sqlite_restore,
    .reader_open = sqlite_reader_open,
    .reader_close = sqlite_reader_close,
    .reader_begin = sqlite_reader_begin,
    .reader_end = sqlite_reader_end,
    .read_histograms = sqlite_read_histograms,
    .read_segments = sqlite_read_segments,
    .read_impressions = sqlite_read_impressions,
    .visit_impressions = sqlite_visit_impressions,
    .read_extent = sqlite_read_extent,
    .read_response = sqlite_read_response,
    .read_last_answer = sqlite_read_last_answer,
    .read_responses = sqlite_read_responses,
    .visit_responses = sqlite_visit_responses,
    .walk_responses = sqlite_walk_responses,
    .read_history = sqlite_read_history,
    .read_last_number = sqlite_read_last_number,
    .search = sqlite_search,
    .read_invitation = sqlite_read_invitation,
    .read_invitations = sqlite_read_invitations,
    .read_revisions = sqlite_read_revisions,
    .read_documents = sqlite_read_documents,
    .read_document = sqlite_read_document,
    .read_import = sqlite_read_import,
    .read_imports = sqlite_read_imports,
    .read_catalog = sqlite_read_catalog,
    .read_audit = sqlite_read_audit,
    .count_rollups = sqlite_count_rollups,
    .read_alerts = sqlite_read_alerts,
    .read_alert_history = sqlite_read_alert_history,
    .read_untold = sqlite_read_untold,
    .read_figures = sqlite_read_figures,
    .read_overflows = sqlite_read_overflows,
    .read_suspects = sqlite_read_suspects,
    .read_rollups = sqlite_read_rollups,
};
