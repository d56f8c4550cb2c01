/* A reader: a connection of its own, and the one state that it sees between begin and end. */

#include <stdlib.h>

#include "cxd/base/clock.h"
#include "store/postgresql/reader.h"

enum cxd_err postgresql_reader_open(struct store *base, struct store_reader **ret_reader, struct error *err) {
    struct postgresql_store *store = (struct postgresql_store *)base;
    struct postgresql_reader *reader = calloc(1, sizeof *reader);
    if (!reader)
        return error_set(err, ERR_NO_MEMORY, "no memory to open a reader");
    reader->base.engine = &STORE_POSTGRESQL;
    reader->store = store;
    const struct db_waits waits = {.statement_ms = store->question_ms, .beat = &reader->base.beat, .asks = true};
    enum cxd_err code = postgresql_db_open(&reader->db, store->url, &waits, err);
    if (code != CXD_OK) {
        free(reader);
        return code;
    }
    *ret_reader = &reader->base;
    return CXD_OK;
}

void postgresql_reader_close(struct store_reader *base) {
    struct postgresql_reader *reader = (struct postgresql_reader *)base;
    postgresql_db_close(&reader->db);
    sqlite_tokens_close(reader->words);
    free(reader);
}

static const int64_t NS = INT64_C(1000) * 1000; /* in a ms */

static void begin_question(struct postgresql_reader *reader) {
    reader->since_ns = clock_monotonic_ns();
    postgresql_db_bound(&reader->db, reader->store->question_ms - reader->spent_ns / NS + GRACE_MS);
}

static enum cxd_err revive(struct postgresql_reader *reader, struct error *err) {
    enum cxd_err code = postgresql_expect_reachable(reader->store, err);
    return code == CXD_OK ? postgresql_db_revive(&reader->db, err) : code;
}

/* BEGIN alone sees no state: the first question does. The header promises that of the begin. */
enum cxd_err postgresql_reader_begin(struct store_reader *base, struct error *err) {
    struct postgresql_reader *reader = (struct postgresql_reader *)base;
    reader->spent_ns = 0;
    begin_question(reader);
    enum cxd_err code = revive(reader, err);
    if (code == CXD_OK)
        code = POSTGRESQL_QUEUE(&reader->db, QUERY_BEGIN_READ, err);
    if (code == CXD_OK)
        code = POSTGRESQL_RUN(&reader->db, QUERY_TAKE_SNAPSHOT, err);
    reader->has_begun = code == CXD_OK;
    if (code != CXD_OK) {
        postgresql_suspect(reader->store, &reader->db);
        postgresql_db_rollback(&reader->db);
    }
    return code;
}

void postgresql_reader_end(struct store_reader *base) {
    struct postgresql_reader *reader = (struct postgresql_reader *)base;
    reader->has_begun = false;
    postgresql_suspect(reader->store, &reader->db);
    postgresql_db_rollback(&reader->db);
    if (reader->sees_silent) {
        postgresql_db_bound(&reader->db, GRACE_MS);
        postgresql_shut_out_silent(reader);
    }
    reader->sees_silent = false;
}

enum cxd_err postgresql_reader_enter(struct postgresql_reader *reader, bool *ret_began, struct error *err) {
    *ret_began = !reader->has_begun;
    if (!reader->has_begun)
        reader->spent_ns = 0;
    else if (reader->spent_ns > reader->store->question_ms * NS)
        return postgresql_db_too_much(err);
    begin_question(reader);
    if (reader->has_begun)
        return CXD_OK;
    enum cxd_err code = revive(reader, err);
    return code == CXD_OK ? POSTGRESQL_QUEUE(&reader->db, QUERY_BEGIN_READ, err) : code;
}

void postgresql_reader_leave(struct postgresql_reader *reader, bool began) {
    if (!reader->db.goes_on)
        reader->spent_ns += clock_monotonic_ns() - reader->since_ns;
    reader->db.goes_on = NULL;
    postgresql_suspect(reader->store, &reader->db);
    if (began)
        postgresql_db_rollback(&reader->db);
}
