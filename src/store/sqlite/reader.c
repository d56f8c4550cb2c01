/* A reader's connection and its transactions. In write-ahead logging a reader sees the state of its begin
 * and neither waits for the writer nor holds it up. */

#include "store/sqlite/reader.h"

#include <stdlib.h>

#include "cxd/base/clock.h"
#include "store/sqlite/writer.h"

/* A question that no rollup serves reads responses, at about a million a second. It ends once its reads have taken so
 * long together, so that a few such questions cannot hold every reader, and with their snapshots the log, for minutes.
 * Steps of SQLite's machine (the clock is looked at after so many) would not tell: one may be a whole text of JSON. */
static const int64_t QUESTION_NS = INT64_C(10) * 1000 * 1000 * 1000;
enum { STEPS_A_CALL = 10 * 1000 };

static int count_steps(void *context) {
    struct sqlite_reader *reader = context;
    heartbeat_answer(reader->base.beat);
    if (reader->walk)
        return !reader->walk->goes_on(reader->walk->context);
    return reader->spent_ns + clock_monotonic_ns() - reader->since_ns > QUESTION_NS;
}

enum cxd_err sqlite_reader_open(struct store *base, struct store_reader **ret_reader, struct error *err) {
    struct sqlite_store *store = (struct sqlite_store *)base;
    struct sqlite_reader *reader = calloc(1, sizeof *reader);
    if (!reader)
        return error_set(err, ERR_NO_MEMORY, "no memory to open a reader");
    reader->base.engine = base->engine;
    buffer_init(&reader->text);
    buffer_init(&reader->member);
    buffer_init(&reader->answers);
    buffer_init(&reader->counted);
    sqlite_tallies_init(&reader->tallies);
    reader->store = base;
    reader->places = &store->places;
    enum cxd_err code = sqlite_db_open(store->path, DB_READER, &reader->db, err);
    if (code == CXD_OK)
        code = sqlite_find_answers_in(&reader->db, err);
    /* SQLite opens the log at the first read: it is this one, and not what lies in its place later. */
    if (code == CXD_OK)
        code = sqlite_reader_begin(&reader->base, err);
    if (code != CXD_OK) {
        sqlite_db_close(&reader->db);
        free(reader);
        return code;
    }
    sqlite_reader_end(&reader->base);
    sqlite3_progress_handler(reader->db.handle, STEPS_A_CALL, count_steps, reader);
    *ret_reader = &reader->base;
    return CXD_OK;
}

void sqlite_reader_close(struct store_reader *base) {
    struct sqlite_reader *reader = (struct sqlite_reader *)base;
    sqlite_words_close(&reader->words);
    sqlite_db_close(&reader->db);
    buffer_free(&reader->text);
    buffer_free(&reader->member);
    buffer_free(&reader->answers);
    buffer_free(&reader->counted);
    sqlite_recent_free(&reader->recent);
    sqlite_tallies_free(&reader->tallies);
    free(reader);
}

/* BEGIN alone takes no snapshot: the first read does. The header promises the state of the begin, so read
 * at once. */
enum cxd_err sqlite_reader_begin(struct store_reader *base, struct error *err) {
    struct sqlite_reader *reader = (struct sqlite_reader *)base;
    reader->depth = 0;
    reader->spent_ns = 0;
    reader->since_ns = clock_monotonic_ns();
    enum cxd_err code = sqlite_places_expect_readable(reader->places, err);
    if (code == CXD_OK)
        code = SQLITE_RUN(&reader->db, QUERY_BEGIN_READ, err);
    if (code == CXD_OK)
        code = SQLITE_RUN(&reader->db, QUERY_TAKE_SNAPSHOT, err);
    if (code != CXD_OK)
        sqlite_db_rollback(&reader->db);
    return code;
}

/* The state ends, and what is known of it. */
static void end(struct sqlite_reader *reader) {
    sqlite_tallies_clear(&reader->tallies);
    sqlite_db_rollback(&reader->db);
}

void sqlite_reader_end(struct store_reader *base) {
    end((struct sqlite_reader *)base);
}

enum cxd_err sqlite_reader_enter(struct sqlite_reader *reader, bool *ret_began, struct error *err) {
    *ret_began = false;
    if (reader->depth++ > 0)
        return CXD_OK;
    reader->since_ns = clock_monotonic_ns();
    if (!sqlite3_get_autocommit(reader->db.handle))
        return reader->spent_ns > QUESTION_NS ? sqlite_db_too_much(err) : CXD_OK;
    reader->spent_ns = 0;
    enum cxd_err code = sqlite_places_expect_readable(reader->places, err);
    if (code == CXD_OK)
        code = SQLITE_RUN(&reader->db, QUERY_BEGIN_READ, err);
    *ret_began = code == CXD_OK;
    return code;
}

void sqlite_reader_leave(struct sqlite_reader *reader, bool began) {
    if (--reader->depth > 0)
        return;
    reader->spent_ns += clock_monotonic_ns() - reader->since_ns;
    if (began)
        end(reader);
}
