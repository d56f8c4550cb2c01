/* A database looked at from end to end, without changing it: `cxd check`, and every copy before it takes its name. */

#include <stdio.h>
#include <string.h>

#include "store/audit.h"
#include "store/sqlite/backup.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/writer.h"

/* The migration that brings the audit log, and signing keys. */
enum { AUDIT_SCHEMA = 2 };

/* How many times the file's size is read, about: by the engine's own check, and by the recount. */
enum { READS_OF_FILE = 3 };

/* What is read off each row of a query without parameters. */
typedef void take_row(struct checker *checker, sqlite3_stmt *stmt);

static enum cxd_err each_row(struct checker *checker, enum query query, take_row *take, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = sqlite_db_statement(checker->db, query, &stmt, err);
    while (code == CXD_OK && (code = sqlite_db_next(checker->db, stmt, &row, err)) == CXD_OK && row)
        take(checker, stmt);
    code = sqlite_check_absorb(checker, code, err);
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
    if (strncmp(text, title, strlen(title)) == 0)
        text += strlen(title);
    if (strcmp(text, "ok") != 0)
        sqlite_check_damage(checker, STORE_INTEGRITY, "%s", text);
}

static void take_foreign_key(struct checker *checker, sqlite3_stmt *stmt) {
    sqlite_check_damage(checker, STORE_REFERENCES, "a row of %s names a %s that is not there", text_at(stmt, 0),
                        text_at(stmt, 2));
}

static void take_orphans(struct checker *checker, sqlite3_stmt *stmt) {
    sqlite_check_damage(checker, STORE_REFERENCES, "%lld %s name survey %lld, which is not there",
                        (long long)sqlite3_column_int64(stmt, 2), text_at(stmt, 0),
                        (long long)sqlite3_column_int64(stmt, 1));
}

static void take_places(struct checker *checker, sqlite3_stmt *stmt) {
    checker->report->rollups = sqlite3_column_int64(stmt, 0);
    if (sqlite3_column_int64(stmt, 1) > 0) {
        sqlite_check_damage(checker, STORE_ROLLUPS, "%lld rows that no count can be in",
                            (long long)sqlite3_column_int64(stmt, 1));
    }
}

static void take_series(struct checker *checker, sqlite3_stmt *stmt) {
    if (sqlite3_column_int64(stmt, 0) > 0) {
        sqlite_check_damage(checker, STORE_ROLLUPS, "%lld values that no response has any more",
                            (long long)sqlite3_column_int64(stmt, 0));
    }
}

static void take_unknown_series(struct checker *checker, sqlite3_stmt *stmt) {
    if (sqlite3_column_int64(stmt, 0) > 0) {
        sqlite_check_damage(checker, STORE_ROLLUPS, "%lld values of dimensions that are not there",
                            (long long)sqlite3_column_int64(stmt, 0));
    }
}

static void take_revision(struct checker *checker, sqlite3_stmt *stmt) {
    sqlite_check_damage(checker, STORE_REFERENCES, "survey %lld, \"%s\", has revision %lld, which is not there",
                        (long long)sqlite3_column_int64(stmt, 0), text_at(stmt, 1),
                        (long long)sqlite3_column_int64(stmt, 2));
}

static void take_keys(struct checker *checker, sqlite3_stmt *stmt) {
    if (sqlite3_column_int64(stmt, 0) > 0) {
        sqlite_check_damage(checker, STORE_RECORDS, "keys whose id, hash or secret is not as long as one: %lld",
                            (long long)sqlite3_column_int64(stmt, 0));
    }
}

static void take_lengths(struct checker *checker, sqlite3_stmt *stmt) {
    if (sqlite3_column_int64(stmt, 1) > 0) {
        sqlite_check_damage(checker, STORE_RECORDS,
                            "%lld rows of %s have an id, a digest or a secret that is not as long as one",
                            (long long)sqlite3_column_int64(stmt, 1), text_at(stmt, 0));
    }
}

static void take_documents(struct checker *checker, sqlite3_stmt *stmt) {
    sqlite_check_damage(checker, STORE_RECORDS, "%lld definitions of kind %s have a name or a revision that none has",
                        (long long)sqlite3_column_int64(stmt, 1), text_at(stmt, 0));
}

static void take_alerts(struct checker *checker, sqlite3_stmt *stmt) {
    if (sqlite3_column_int64(stmt, 1) > 0) {
        sqlite_check_damage(checker, STORE_RECORDS, "%lld rows of %s are of no alert, or say what none can",
                            (long long)sqlite3_column_int64(stmt, 1), text_at(stmt, 0));
    }
}

static void take_imports(struct checker *checker, sqlite3_stmt *stmt) {
    if (sqlite3_column_int64(stmt, 1) > 0) {
        sqlite_check_damage(checker, STORE_RECORDS, "%lld rows of %s are of no import, or say what none can",
                            (long long)sqlite3_column_int64(stmt, 1), text_at(stmt, 0));
    }
}

static void take_visits(struct checker *checker, sqlite3_stmt *stmt) {
    if (sqlite3_column_int64(stmt, 1) > 0) {
        sqlite_check_damage(checker, STORE_RECORDS, "%lld rows of %s are of no survey, or say what none can",
                            (long long)sqlite3_column_int64(stmt, 1), text_at(stmt, 0));
    }
}

static void take_numbers(struct checker *checker, sqlite3_stmt *stmt) {
    if (sqlite3_column_int64(stmt, 0) > 0) {
        sqlite_check_damage(checker, STORE_RECORDS, "%lld responses have a number that none is given",
                            (long long)sqlite3_column_int64(stmt, 0));
    }
}

static void take_properties(struct checker *checker, sqlite3_stmt *stmt) {
    sqlite_check_damage(checker, STORE_RECORDS, "survey %lld declares %lld properties, or one without a name",
                        (long long)sqlite3_column_int64(stmt, 0), (long long)sqlite3_column_int64(stmt, 1));
}

/* One that no daemon could start with is told as the daemon would tell it. */
static enum cxd_err examine_survey(struct checker *checker, sqlite3_stmt *stmt, struct error *err) {
    const struct store_progress *progress = checker->watch->progress;
    struct survey_record survey;
    arena_reset(&checker->scratch);
    enum cxd_err code = sqlite_row_read_survey(stmt, &checker->scratch, &survey, err);
    if (code == CXD_OK && progress && progress->examine)
        code = progress->examine(&survey, err);
    if (code == CXD_OK || code == ERR_NO_MEMORY)
        return code;
    sqlite_check_damage(checker, STORE_RECORDS, "%s", err->detail);
    return CXD_OK;
}

static enum cxd_err check_surveys(struct checker *checker, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = sqlite_db_statement(checker->db, QUERY_LIST_SURVEYS, &stmt, err);
    while (code == CXD_OK && (code = sqlite_db_next(checker->db, stmt, &row, err)) == CXD_OK && row)
        code = examine_survey(checker, stmt, err);
    code = sqlite_check_absorb(checker, code, err);
    sqlite3_reset(stmt);
    return code;
}

static enum cxd_err examine_document(struct checker *checker, enum document_kind kind, sqlite3_stmt *stmt,
                                     struct error *err) {
    const struct store_progress *progress = checker->watch->progress;
    struct document document = {.kind = kind, .definition = text_at(stmt, 2)};
    snprintf(document.name, sizeof document.name, "%s", text_at(stmt, 0));
    if (!progress || !progress->examine_document)
        return CXD_OK;
    enum cxd_err code = progress->examine_document(&document, err);
    if (code == CXD_OK || code == ERR_NO_MEMORY)
        return code;
    sqlite_check_damage(checker, STORE_RECORDS, "%s", err->detail);
    return CXD_OK;
}

static enum cxd_err check_definitions(struct checker *checker, enum document_kind kind, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code =
        SQLITE_ASK(checker->db, QUERY_LIST_DOCUMENTS, &stmt, err, TEXT(document_kind_name(kind)), TEXT(""), INT(-1));
    while (code == CXD_OK && (code = sqlite_db_next(checker->db, stmt, &row, err)) == CXD_OK && row)
        code = examine_document(checker, kind, stmt, err);
    code = sqlite_check_absorb(checker, code, err);
    sqlite3_reset(stmt);
    return code;
}

/* The schema as the migrations make it up to a number. */
static enum cxd_err make_model(int64_t version, struct db *ret_model, struct error *err) {
    enum cxd_err code = sqlite_db_open(":memory:", DB_COPY, ret_model, err);
    for (size_t i = 0; code == CXD_OK && i < SQLITE_MIGRATION_COUNT; i++)
        if (SQLITE_MIGRATIONS[i].version <= version)
            code = sqlite_db_exec(ret_model, SQLITE_MIGRATIONS[i].text, SQLITE_MIGRATIONS[i].name, err);
    return code;
}

/* Whether cxd has something of this name, now or after an upgrade. */
static enum cxd_err is_name(struct db *newest, const char *name, bool *ret_is, struct error *err) {
    return SQLITE_HAS(newest, QUERY_CHECK_IS_NAME, ret_is, err, TEXT(name));
}

static enum cxd_err refuses_rows(struct db *db, const char *index, const char *table, bool *ret_refuses,
                                 struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = SQLITE_FIRST(db, QUERY_CHECK_REFUSES_ROWS, &stmt, &row, err, TEXT(index), TEXT(table));
    if (code == CXD_OK) {
        *ret_refuses = row && sqlite3_column_int(stmt, 0) != 0;
        sqlite3_reset(stmt);
    }
    return code;
}

/* What somebody added. A table or an index most often does no harm: but one whose name an upgrade needs does, or one
 * that can keep cxd from writing or deleting its own rows; and a trigger or a view may do anything. */
static enum cxd_err judge_foreign(struct checker *checker, struct db *newest, sqlite3_stmt *found, struct error *err) {
    const char *type = text_at(found, 0), *name = text_at(found, 1), *sql = text_at(found, 2);
    bool is_taken = false, is_on_ours = false, refuses = false;
    enum cxd_err code = is_name(newest, name, &is_taken, err);
    if (code == CXD_OK)
        code = is_name(newest, text_at(found, 3), &is_on_ours, err);
    bool is_index = strcmp(type, "index") == 0;
    if (code == CXD_OK && is_index && is_on_ours)
        code = refuses_rows(checker->db, name, text_at(found, 3), &refuses, err);
    if (code != CXD_OK)
        return code;
    if (!is_index && strcmp(type, "table") != 0)
        sqlite_check_damage(checker, STORE_SCHEMA, "the %s %s is not cxd's", type, name);
    else if (is_taken)
        sqlite_check_damage(checker, STORE_SCHEMA, "the %s %s is not cxd's, and has a name that cxd needs", type, name);
    else if (refuses)
        sqlite_check_damage(checker, STORE_SCHEMA, "the index %s is not cxd's, and refuses rows", name);
    else if (!is_index && strcasestr(sql, "REFERENCES"))
        sqlite_check_damage(checker, STORE_SCHEMA, "the table %s is not cxd's, and refers to others", name);
    return CXD_OK;
}

/* The schema as the migrations make it, beside the file's: both come ordered by type and name. */
static enum cxd_err compare_schemas(struct checker *checker, struct db *model, struct db *newest, struct error *err) {
    sqlite3_stmt *wanted = NULL, *found = NULL;
    bool has_wanted = false, has_found = false;
    enum cxd_err code = sqlite_db_statement(model, QUERY_CHECK_SCHEMA, &wanted, err);
    if (code == CXD_OK)
        code = sqlite_db_statement(checker->db, QUERY_CHECK_SCHEMA, &found, err);
    if (code == CXD_OK)
        code = sqlite_db_next(model, wanted, &has_wanted, err);
    if (code == CXD_OK)
        code = sqlite_db_next(checker->db, found, &has_found, err);
    while (code == CXD_OK && (has_wanted || has_found)) {
        int order = !has_found ? -1 : !has_wanted ? 1 : strcmp(text_at(wanted, 0), text_at(found, 0));
        if (order == 0 && has_found && has_wanted)
            order = strcmp(text_at(wanted, 1), text_at(found, 1));
        if (order < 0) {
            sqlite_check_damage(checker, STORE_SCHEMA, "the %s %s is missing", text_at(wanted, 0), text_at(wanted, 1));
        } else if (order == 0 && strcmp(text_at(wanted, 2), text_at(found, 2)) != 0) {
            sqlite_check_damage(checker, STORE_SCHEMA, "the %s %s is not as cxd makes it", text_at(wanted, 0),
                                text_at(wanted, 1));
        } else if (order > 0) {
            code = judge_foreign(checker, newest, found, err);
        }
        if (code == CXD_OK && order <= 0)
            code = sqlite_db_next(model, wanted, &has_wanted, err);
        if (code == CXD_OK && order >= 0)
            code = sqlite_db_next(checker->db, found, &has_found, err);
    }
    sqlite3_reset(wanted);
    code = sqlite_check_absorb(checker, code, err);
    sqlite3_reset(found);
    return code;
}

static enum cxd_err check_schema(struct checker *checker, struct error *err) {
    struct db model = {0}, newest = {0};
    enum cxd_err code = make_model(checker->report->schema, &model, err);
    if (code == CXD_OK)
        code = make_model(INT64_MAX, &newest, err);
    if (code == CXD_OK)
        code = compare_schemas(checker, &model, &newest, err);
    sqlite_db_close(&newest);
    sqlite_db_close(&model);
    return code;
}

/* Each record is held against the one before as it is stored, so that one change shows as one place. */
static enum cxd_err check_audit(struct checker *checker, struct error *err) {
    struct audit_record record, before = {0}, expected;
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = SQLITE_ASK(checker->db, QUERY_LIST_AUDIT, &stmt, err, INT(INT64_MIN), INT(-1));
    while (code == CXD_OK && (code = sqlite_db_next(checker->db, stmt, &row, err)) == CXD_OK && row) {
        sqlite_row_read_audit(stmt, &record);
        expected = record;
        audit_chain(&expected, checker->report->audit_records > 0 ? &before : NULL);
        if (record.number != expected.number)
            sqlite_check_damage(checker, STORE_AUDIT, "record %lld is not there", (long long)expected.number);
        else if (memcmp(record.hash, expected.hash, sizeof record.hash) != 0)
            sqlite_check_damage(checker, STORE_AUDIT, "record %lld is not what was written", (long long)record.number);
        before = record;
        checker->report->audit_records++;
    }
    code = sqlite_check_absorb(checker, code, err);
    sqlite3_reset(stmt);
    memcpy(checker->report->audit_head, before.hash, sizeof before.hash);
    return code;
}

/* What is read for the recount must be of one moment. */
static enum cxd_err check_content(struct checker *checker, struct error *err) {
    enum cxd_err code = SQLITE_RUN(checker->db, QUERY_BEGIN_READ, err);
    if (code == CXD_OK)
        code = each_row(checker, QUERY_CHECK_FOREIGN_KEYS, take_foreign_key, err);
    if (code == CXD_OK)
        code = each_row(checker, QUERY_CHECK_ORPHANS, take_orphans, err);
    if (code == CXD_OK)
        code = each_row(checker, QUERY_CHECK_REVISIONS, take_revision, err);
    if (code == CXD_OK)
        code = check_surveys(checker, err);
    if (code == CXD_OK)
        code = each_row(checker, QUERY_CHECK_KEYS, take_keys, err);
    if (code == CXD_OK && checker->report->schema >= AUDIT_SCHEMA)
        code = each_row(checker, QUERY_CHECK_SIGNING_KEYS, take_keys, err);
    if (code == CXD_OK)
        code = each_row(checker, QUERY_CHECK_PROPERTIES, take_properties, err);
    if (code == CXD_OK)
        code = each_row(checker, QUERY_CHECK_PLACES, take_places, err);
    if (code == CXD_OK && checker->report->schema >= IDENTITY_SCHEMA)
        code = each_row(checker, QUERY_CHECK_LENGTHS, take_lengths, err);
    if (code == CXD_OK && checker->report->schema >= NUMBER_SCHEMA)
        code = each_row(checker, QUERY_CHECK_NUMBERS, take_numbers, err);
    if (code == CXD_OK && checker->report->schema >= NUMBER_SCHEMA)
        code = each_row(checker, QUERY_CHECK_INVITATIONS, take_lengths, err);
    if (code == CXD_OK && checker->report->schema >= DOCUMENT_SCHEMA)
        code = each_row(checker, QUERY_CHECK_DOCUMENTS, take_documents, err);
    if (code == CXD_OK && checker->report->schema >= DOCUMENT_SCHEMA)
        code = each_row(checker, QUERY_CHECK_ALERTS, take_alerts, err);
    if (code == CXD_OK && checker->report->schema >= SESSION_SCHEMA)
        code = each_row(checker, QUERY_CHECK_SESSIONS, take_lengths, err);
    for (int kind = 0; code == CXD_OK && checker->report->schema >= DOCUMENT_SCHEMA && kind < DOCUMENT_KIND_COUNT;
         kind++)
        code = check_definitions(checker, (enum document_kind)kind, err);
    if (code == CXD_OK && checker->report->schema >= VISIT_SCHEMA)
        code = each_row(checker, QUERY_CHECK_VISITS, take_visits, err);
    if (code == CXD_OK && checker->report->schema >= IMPORT_SCHEMA)
        code = each_row(checker, QUERY_CHECK_IMPORTS, take_imports, err);
    if (code == CXD_OK && checker->report->schema >= NAME_SCHEMA)
        code = each_row(checker, QUERY_CHECK_VISIT_NAMES, take_visits, err);
    if (code == CXD_OK && checker->report->schema >= QUESTION_SCHEMA)
        code = sqlite_check_questions(checker, err);
    bool has_dimensions = checker->report->schema >= DIMENSION_SCHEMA;
    if (code == CXD_OK)
        code = each_row(checker, has_dimensions ? QUERY_CHECK_SERIES : QUERY_CHECK_OLD_SERIES, take_series, err);
    if (code == CXD_OK && has_dimensions)
        code = each_row(checker, QUERY_CHECK_UNKNOWN_SERIES, take_unknown_series, err);
    if (code == CXD_OK && checker->report->schema >= RECENT_SCHEMA)
        code = sqlite_check_recent(checker, err);
    if (code == CXD_OK)
        code = sqlite_check_rollups(checker, err);
    if (code == CXD_OK && checker->report->schema >= PACK_SCHEMA)
        code = sqlite_check_packs(checker, err);
    checker->report->parts[STORE_COMMENTS].skipped = checker->has_odd_answers;
    if (code == CXD_OK && checker->report->schema >= COMMENT_SCHEMA && !checker->has_odd_answers)
        code = sqlite_check_comments(checker, err);
    if (code == CXD_OK && checker->report->schema >= AUDIT_SCHEMA)
        code = check_audit(checker, err);
    code = sqlite_check_absorb(checker, code, err);
    sqlite_db_rollback(checker->db);
    return code;
}

enum cxd_err sqlite_check_database(struct source *source, struct watch *watch, struct store_report *ret_report,
                                   struct error *err) {
    struct checker checker = {.db = &source->db, .watch = watch, .report = ret_report};
    *ret_report = (struct store_report){.schema = source->schema, .bytes = source->bytes};
    watch->stage = STORE_VERIFYING;
    watch->done = watch->told = 0;
    watch->total = READS_OF_FILE * source->bytes;
    arena_init(&checker.arena);
    arena_init(&checker.scratch);
    enum cxd_err code = deltas_init(&checker.deltas, err);
    if (code == CXD_OK)
        code = check_schema(&checker, err);
    bool has_schema = ret_report->parts[STORE_SCHEMA].damage == 0;
    if (code == CXD_OK)
        code = each_row(&checker, QUERY_CHECK_INTEGRITY, take_integrity, err);
    if (code == CXD_OK && watch->cancelled)
        code = error_set(err, ERR_CANCELLED, "cancelled"); /* the check of pages ends as if it had found damage */
    for (int part = STORE_REFERENCES; part < STORE_PART_COUNT; part++)
        ret_report->parts[part].skipped = !has_schema;
    if (code == CXD_OK && has_schema)
        code = check_content(&checker, err);
    deltas_free(&checker.deltas);
    arena_free(&checker.arena);
    arena_free(&checker.scratch);
    return code;
}

enum cxd_err sqlite_check_file(const char *path, enum source_kind kind, struct watch *watch,
                               struct store_report *ret_report, struct error *err) {
    struct source source = {.lock_fd = -1};
    *ret_report = (struct store_report){0};
    enum cxd_err code = sqlite_source_open(path, kind, watch, &source, err);
    if (code == CXD_OK) {
        code = actor_enter(&source.actor, err);
        if (code == CXD_OK)
            code = sqlite_check_database(&source, watch, ret_report, err);
        actor_leave(&source.actor);
    } else if (code == ERR_DAMAGED) {
        for (int part = 0; part < STORE_PART_COUNT; part++)
            ret_report->parts[part].skipped = part != STORE_INTEGRITY;
        struct checker checker = {.report = ret_report};
        sqlite_check_damage(&checker, STORE_INTEGRITY, "%s", err->detail);
        code = CXD_OK;
    }
    sqlite_source_close(&source);
    return code;
}
