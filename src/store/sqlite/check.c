/* A database looked at from end to end, without changing it: `cxd check`, and every copy before it takes its name. */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "store/audit.h"
#include "store/sqlite/backup.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/writer.h"

/* The migration that brings the audit log. */
enum { AUDIT_SCHEMA = 2 };

/* How many times the file's size is read, about: by the engine's own check, and by the recount. */
enum { READS_OF_FILE = 3 };

void check_damage(struct checker *checker, enum store_part part, const char *format, ...) {
    struct store_finding *finding = &checker->report->parts[part];
    if (finding->damage < STORE_PLACES) {
        char *place = finding->places[finding->damage];
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(place, STORE_PLACE_SIZE, format, arguments);
        va_end(arguments);
        for (char *c = place; *c; c++) {
            *c = (unsigned char)*c < 0x20 ? ' ' : *c;
        }
    }
    finding->damage++;
}

enum cxd_err check_absorb(struct checker *checker, enum cxd_err code, struct error *err) {
    int rc = sqlite3_errcode(checker->db->handle) & 0xff;
    if (code == CXD_OK || code == ERR_NO_MEMORY) {
        return code;
    }
    if (checker->watch->cancelled) {
        return error_set(err, ERR_CANCELLED, "cancelled");
    }
    if (rc == SQLITE_CORRUPT || rc == SQLITE_NOTADB) {
        check_damage(checker, STORE_INTEGRITY, "%s", sqlite3_errmsg(checker->db->handle));
        return CXD_OK;
    }
    return code;
}

/* What is read off each row of a query without parameters. */
typedef void take_row(struct checker *checker, sqlite3_stmt *stmt);

static enum cxd_err each_row(struct checker *checker, enum query query, take_row *take, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = db_statement(checker->db, query, &stmt, err);
    while (code == CXD_OK && (code = db_next(checker->db, stmt, &row, err)) == CXD_OK && row) {
        take(checker, stmt);
    }
    code = check_absorb(checker, code, err);
    sqlite3_reset(stmt);
    return code;
}

static const char *text_at(sqlite3_stmt *stmt, int column) {
    const char *text = (const char *)sqlite3_column_text(stmt, column);
    return text ? text : "";
}

static void take_integrity(struct checker *checker, sqlite3_stmt *stmt) {
    static const char title[] = "*** in database main ***\n";
    const char *text = text_at(stmt, 0);
    if (strncmp(text, title, strlen(title)) == 0) {
        text += strlen(title);
    }
    if (strcmp(text, "ok") != 0) {
        check_damage(checker, STORE_INTEGRITY, "%s", text);
    }
}

static void take_foreign_key(struct checker *checker, sqlite3_stmt *stmt) {
    check_damage(checker, STORE_REFERENCES, "a row of %s names a %s that is not there", text_at(stmt, 0),
                 text_at(stmt, 2));
}

static void take_orphans(struct checker *checker, sqlite3_stmt *stmt) {
    check_damage(checker, STORE_REFERENCES, "%lld %s name survey %lld, which is not there",
                 (long long)sqlite3_column_int64(stmt, 2), text_at(stmt, 0),
                 (long long)sqlite3_column_int64(stmt, 1));
}

static void take_places(struct checker *checker, sqlite3_stmt *stmt) {
    checker->report->rollups = sqlite3_column_int64(stmt, 0);
    if (sqlite3_column_int64(stmt, 1) > 0) {
        check_damage(checker, STORE_ROLLUPS, "%lld rows that no count can be in",
                     (long long)sqlite3_column_int64(stmt, 1));
    }
}

static void take_series(struct checker *checker, sqlite3_stmt *stmt) {
    if (sqlite3_column_int64(stmt, 0) > 0) {
        check_damage(checker, STORE_ROLLUPS, "%lld values that no response has any more",
                     (long long)sqlite3_column_int64(stmt, 0));
    }
}

/* The schema as the migrations make it, beside the file's: both come ordered by type and name. Tables and indexes that somebody added
 * do no harm; a trigger or a view may. */
static enum cxd_err compare_schemas(struct checker *checker, struct db *model, struct error *err) {
    sqlite3_stmt *wanted = NULL, *found = NULL;
    bool has_wanted = false, has_found = false;
    enum cxd_err code = db_statement(model, QUERY_CHECK_SCHEMA, &wanted, err);
    if (code == CXD_OK) {
        code = db_statement(checker->db, QUERY_CHECK_SCHEMA, &found, err);
    }
    if (code == CXD_OK) {
        code = db_next(model, wanted, &has_wanted, err);
    }
    if (code == CXD_OK) {
        code = db_next(checker->db, found, &has_found, err);
    }
    while (code == CXD_OK && (has_wanted || has_found)) {
        int order = !has_found ? -1 : !has_wanted ? 1 : strcmp(text_at(wanted, 0), text_at(found, 0));
        if (order == 0 && has_found && has_wanted) {
            order = strcmp(text_at(wanted, 1), text_at(found, 1));
        }
        if (order < 0) {
            check_damage(checker, STORE_SCHEMA, "the %s %s is missing", text_at(wanted, 0),
                         text_at(wanted, 1));
        } else if (order == 0 && strcmp(text_at(wanted, 2), text_at(found, 2)) != 0) {
            check_damage(checker, STORE_SCHEMA, "the %s %s is not as cxd makes it", text_at(wanted, 0),
                         text_at(wanted, 1));
        } else if (order > 0 &&
                   (strcmp(text_at(found, 0), "trigger") == 0 || strcmp(text_at(found, 0), "view") == 0)) {
            check_damage(checker, STORE_SCHEMA, "the %s %s is not cxd's", text_at(found, 0),
                         text_at(found, 1));
        }
        if (order <= 0) {
            code = db_next(model, wanted, &has_wanted, err);
        }
        if (code == CXD_OK && order >= 0) {
            code = db_next(checker->db, found, &has_found, err);
        }
    }
    sqlite3_reset(wanted);
    code = check_absorb(checker, code, err);
    sqlite3_reset(found);
    return code;
}

static enum cxd_err check_schema(struct checker *checker, struct error *err) {
    struct db model = {0};
    enum cxd_err code = db_open(":memory:", DB_COPY, &model, err);
    for (size_t i = 0; code == CXD_OK && i < SQL_MIGRATION_COUNT; i++) {
        if (SQL_MIGRATIONS[i].version <= checker->report->schema) {
            code = db_exec(&model, SQL_MIGRATIONS[i].text, SQL_MIGRATIONS[i].name, err);
        }
    }
    if (code == CXD_OK) {
        code = compare_schemas(checker, &model, err);
    }
    db_close(&model);
    return code;
}

/* Each record is held against the one before as it is stored, so that one change shows as one place. */
static enum cxd_err check_audit(struct checker *checker, struct error *err) {
    struct audit_record record, before = {0}, expected;
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = db_statement(checker->db, QUERY_LIST_AUDIT, &stmt, err);
    if (code == CXD_OK) {
        db_bind_int(stmt, 1, INT64_MIN);
        db_bind_int(stmt, 2, -1);
    }
    while (code == CXD_OK && (code = db_next(checker->db, stmt, &row, err)) == CXD_OK && row) {
        row_read_audit(stmt, &record);
        expected = record;
        audit_chain(&expected, checker->report->audit_records > 0 ? &before : NULL);
        if (record.number != expected.number) {
            check_damage(checker, STORE_AUDIT, "record %lld is not there", (long long)expected.number);
        } else if (memcmp(record.hash, expected.hash, sizeof record.hash) != 0) {
            check_damage(checker, STORE_AUDIT, "record %lld is not what was written",
                         (long long)record.number);
        }
        before = record;
        checker->report->audit_records++;
    }
    code = check_absorb(checker, code, err);
    sqlite3_reset(stmt);
    memcpy(checker->report->audit_head, before.hash, sizeof before.hash);
    return code;
}

/* What is read for the recount must be of one moment. */
static enum cxd_err check_content(struct checker *checker, struct error *err) {
    enum cxd_err code = db_run_query(checker->db, QUERY_BEGIN_READ, err);
    if (code == CXD_OK) {
        code = each_row(checker, QUERY_CHECK_FOREIGN_KEYS, take_foreign_key, err);
    }
    if (code == CXD_OK) {
        code = each_row(checker, QUERY_CHECK_ORPHANS, take_orphans, err);
    }
    if (code == CXD_OK) {
        code = each_row(checker, QUERY_CHECK_PLACES, take_places, err);
    }
    if (code == CXD_OK) {
        code = each_row(checker, QUERY_CHECK_SERIES, take_series, err);
    }
    if (code == CXD_OK) {
        code = check_rollups(checker, err);
    }
    if (code == CXD_OK && checker->report->schema >= AUDIT_SCHEMA) {
        code = check_audit(checker, err);
    }
    code = check_absorb(checker, code, err);
    db_rollback(checker->db);
    return code;
}

enum cxd_err check_database(struct source *source, struct watch *watch, struct store_report *ret_report,
                            struct error *err) {
    struct checker checker = {.db = &source->db, .watch = watch, .report = ret_report};
    *ret_report = (struct store_report){.schema = source->schema, .bytes = source->bytes};
    watch->stage = STORE_VERIFYING;
    watch->done = watch->told = 0;
    watch->total = READS_OF_FILE * source->bytes;
    deltas_init(&checker.deltas);
    arena_init(&checker.arena);
    arena_init(&checker.scratch);
    enum cxd_err code = check_schema(&checker, err);
    bool has_schema = ret_report->parts[STORE_SCHEMA].damage == 0;
    if (code == CXD_OK) {
        code = each_row(&checker, QUERY_CHECK_INTEGRITY, take_integrity, err);
    }
    if (code == CXD_OK && watch->cancelled) {
        code = error_set(err, ERR_CANCELLED,
                         "cancelled"); /* the check of pages ends as if it had found damage */
    }
    for (int part = STORE_REFERENCES; part < STORE_PART_COUNT; part++) {
        ret_report->parts[part].skipped = !has_schema;
    }
    if (code == CXD_OK && has_schema) {
        code = check_content(&checker, err);
    }
    deltas_free(&checker.deltas);
    arena_free(&checker.arena);
    arena_free(&checker.scratch);
    return code;
}

enum cxd_err check_file(const char *path, struct watch *watch, struct store_report *ret_report,
                        struct error *err) {
    struct source source = {.lock_fd = -1};
    *ret_report = (struct store_report){0};
    enum cxd_err code = source_open(path, watch, &source, err);
    if (code == CXD_OK) {
        code = check_database(&source, watch, ret_report, err);
    } else if (code == ERR_DAMAGED) {
        for (int part = 0; part < STORE_PART_COUNT; part++) {
            ret_report->parts[part].skipped = part != STORE_INTEGRITY;
        }
        struct checker checker = {.report = ret_report};
        check_damage(&checker, STORE_INTEGRITY, "%s", err->detail);
        code = CXD_OK;
    }
    source_close(&source);
    return code;
}
