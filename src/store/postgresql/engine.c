/* The engine over PostgreSQL: opens the database, and lists its operations. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cxd/base/token.h"
#include "store/postgresql/reader.h"

static bool takes(const char *rest) {
    return strncmp(rest, "//", 2) == 0;
}

static void postgresql_close(struct store *base) {
    struct postgresql_store *store = (struct postgresql_store *)base;
    struct error err;
    postgresql_db_bound(&store->db, GRACE_MS);
    /* The slot is free for the next one at once; where that fails it is after a while. */
    if (store->db.conn && store->node.slot >= 0 && store->db.failure != DB_LOST &&
        POSTGRESQL_RUN(&store->db, QUERY_RELEASE_NODE, &err, INT(store->node.slot),
                       BLOB(store->node.incarnation, sizeof store->node.incarnation)) != CXD_OK)
        store->node.slot = -1;
    postgresql_db_close(&store->db);
    for (size_t i = 0; i < CXD_COUNT(store->arrays); i++)
        postgresql_array_free(&store->arrays[i]);
    postgresql_held_free(&store->held);
    postgresql_visits_free(&store->visits);
    deltas_free(&store->deltas);
    buffer_free(&store->text);
    arena_free(&store->known.arena);
    arena_free(&store->arena);
    free(store->url);
    free(store);
}

static enum cxd_err make_incarnation(struct postgresql_store *store, struct error *err) {
    uint8_t bytes[TOKEN_SECRET_SIZE];
    if (!token_secret_make(bytes))
        return error_set(err, ERR_SYSTEM, "the system gave no random bytes");
    memcpy(store->node.incarnation, bytes, sizeof store->node.incarnation);
    return CXD_OK;
}

/* What is to be where the schema is not of this version. */
typedef enum cxd_err settle_schema(struct db *db, struct error *err);

static enum cxd_err open_store(struct postgresql_store *store, const char *rest, settle_schema *settle,
                               struct error *err) {
    if (asprintf(&store->url, "postgresql:%s", rest) < 0) {
        store->url = NULL;
        return error_set(err, ERR_NO_MEMORY, "no memory to open the store");
    }
    const struct db_waits waits = {
        .statement_ms = BATCH_STATEMENT_MS, .idle_ms = BATCH_IDLE_MS, .beat = &store->base.beat, .writes = true};
    enum cxd_err code = make_incarnation(store, err);
    if (code == CXD_OK)
        code = postgresql_db_open(&store->db, store->url, &waits, err);
    if (code == CXD_OK)
        code = settle(&store->db, err);
    store->db.check = postgresql_schema_check;
    return code == CXD_OK ? postgresql_identity_read(store, err) : code;
}

static enum cxd_err open_by(settle_schema *settle, const char *rest, struct store **ret_store, struct error *err) {
    struct postgresql_store *store = calloc(1, sizeof *store);
    if (!store)
        return error_set(err, ERR_NO_MEMORY, "no memory to open the store");
    store->base.engine = &STORE_POSTGRESQL;
    store->base.dimension_values = DIMENSION_VALUES;
    store->node.slot = -1;
    store->batch_ms = BATCH_MS;
    store->question_ms = QUESTION_MS;
    store->attend_ms = ATTEND_MS;
    snprintf(store->library, sizeof store->library, "%d.%d", PQlibVersion() / 10000, PQlibVersion() % 10000);
    arena_init(&store->arena);
    arena_init(&store->known.arena);
    buffer_init(&store->text);
    enum cxd_err code = deltas_init(&store->deltas, err);
    if (code == CXD_OK)
        code = open_store(store, rest, settle, err);
    if (code != CXD_OK) {
        postgresql_close(&store->base);
        return code;
    }
    *ret_store = &store->base;
    return CXD_OK;
}

static enum cxd_err postgresql_open(const char *rest, struct store **ret_store, struct error *err) {
    return open_by(postgresql_schema_raise, rest, ret_store, err);
}

static enum cxd_err postgresql_open_current(const char *rest, struct store **ret_store, struct error *err) {
    return open_by(postgresql_schema_expect, rest, ret_store, err);
}

static void postgresql_library(const struct store *base, struct store_library *ret_library) {
    *ret_library = (struct store_library){"libpq", ((const struct postgresql_store *)base)->library};
}

static const char *postgresql_directory(const struct store *store) {
    (void)store;
    return NULL;
}

const struct store_engine STORE_POSTGRESQL = {
    .scheme = "postgresql",
    .form = NULL, /* nobody is offered it before it is complete */
    .takes = takes,
    .open = postgresql_open,
    .open_current = postgresql_open_current,
    .close = postgresql_close,
    .library = postgresql_library,
    .directory = postgresql_directory,
    .look = postgresql_look,
    .migrate = postgresql_migrate,
    .instead = "the server's own tools do, such as pg_dump",
    .write_schema = postgresql_write_schema,
    .write_distribution = postgresql_write_distribution,
    .reader_open = postgresql_reader_open,
    .reader_close = postgresql_reader_close,
    .reader_begin = postgresql_reader_begin,
    .reader_end = postgresql_reader_end,
    .apply = postgresql_apply,
    .rebuild = postgresql_rebuild,
    .read_catalog = postgresql_read_catalog,
    .read_revisions = postgresql_read_revisions,
    .read_audit = postgresql_read_audit,
    .read_documents = postgresql_read_documents,
    .read_document = postgresql_read_document,
    .read_import = postgresql_read_import,
    .read_imports = postgresql_read_imports,
    .read_invitation = postgresql_read_invitation,
    .read_invitations = postgresql_read_invitations,
    .read_histograms = postgresql_read_histograms,
    .read_segments = postgresql_read_segments,
    .read_impressions = postgresql_read_impressions,
    .visit_impressions = postgresql_visit_impressions,
    .read_extent = postgresql_read_extent,
    .read_response = postgresql_read_response,
    .read_last_answer = postgresql_read_last_answer,
    .read_responses = postgresql_read_responses,
    .visit_responses = postgresql_visit_responses,
    .walk_responses = postgresql_walk_responses,
    .read_last_number = postgresql_read_last_number,
    .count_between = postgresql_count_between,
    .search = postgresql_search,
    .read_alerts = postgresql_read_alerts,
    .read_alert_history = postgresql_read_alert_history,
    .read_untold = postgresql_read_untold,
    .read_figures = postgresql_read_figures,
    .read_overflows = postgresql_read_overflows,
    .read_suspects = postgresql_read_suspects,
    .attend = postgresql_attend,
    .seen_generation = postgresql_seen_generation,
    .count_rollups = postgresql_count_rollups,
    .read_rollups = postgresql_read_rollups,
    .read_history = postgresql_read_history,
};
