/* The schema as text, for who makes it by another role than the daemon's; and what that role may do. */

#include "cxd/store/schema.h"
#include "store/postgresql/writer.h"

enum table_place { REFERENCE, DISTRIBUTED };

static const struct {
    const char *name;
    enum table_place place;
} TABLES[] = {
#define TABLE(name, place) {#name, place},
#include "store/postgresql/tables.def"
#undef TABLE
};

/* An identifier, however it is written. */
static void append_name(struct buffer *out, const char *name) {
    buffer_append_char(out, '"');
    for (; *name; name++) {
        if (*name == '"')
            buffer_append_char(out, '"');
        buffer_append_char(out, *name);
    }
    buffer_append_char(out, '"');
}

static void append_grant(struct buffer *out, const char *rights, const char *what, const char *role) {
    buffer_append_format(out, "GRANT %s ON %s TO ", rights, what);
    append_name(out, role);
    buffer_append_text(out, ";\n");
}

/* Rows of every table, and no table itself. The schema is that of the tables, whatever its name. */
void postgresql_append_grants(struct buffer *out, const char *role) {
    append_grant(out, "SELECT", "cxd_schema", role);
    for (size_t i = 0; i < CXD_COUNT(TABLES); i++)
        append_grant(out, "SELECT, INSERT, UPDATE, DELETE", TABLES[i].name, role);
}

void postgresql_write_schema(struct buffer *out, const char *role) {
    buffer_append_format(out, "-- The schema of cxd %s, number %d. It is for the role that is to own the tables:\n",
                         CXD_VERSION, POSTGRESQL_MIGRATIONS[POSTGRESQL_MIGRATION_COUNT - 1].version);
    buffer_append_text(out, "--   cxd schema | psql --set ON_ERROR_STOP=1 --dbname URL\n"
                            "-- The daemon has another, which may change rows, and no table.\n\nBEGIN;\n\n");
    buffer_append_format(out, "%s;\n\n", POSTGRESQL_QUERIES[QUERY_MAKE_SCHEMA]);
    for (size_t i = 0; i < POSTGRESQL_MIGRATION_COUNT; i++)
        buffer_append_format(out, "%s\nINSERT INTO cxd_schema (version) VALUES (%d);\n\n",
                             POSTGRESQL_MIGRATIONS[i].text, POSTGRESQL_MIGRATIONS[i].version);
    postgresql_append_grants(out, role);
    buffer_append_text(out, "\nCOMMIT;\n");
}

void postgresql_write_distribution(struct buffer *out) {
    buffer_append_text(
        out, "-- For Citus, behind 'cxd schema' and before the first daemon: what grows with the answers lies by the\n"
             "-- survey, and what is small on every node.\n\n");
    for (size_t i = 0; i < CXD_COUNT(TABLES); i++)
        if (TABLES[i].place == REFERENCE)
            buffer_append_format(out, "SELECT create_reference_table('%s');\n", TABLES[i].name);
    for (size_t i = 0, first = CXD_COUNT(TABLES); i < CXD_COUNT(TABLES); i++) {
        if (TABLES[i].place != DISTRIBUTED)
            continue;
        buffer_append_format(out, "SELECT create_distributed_table('%s', 'survey', colocate_with => '%s');\n",
                             TABLES[i].name, first < CXD_COUNT(TABLES) ? TABLES[first].name : "none");
        if (first == CXD_COUNT(TABLES))
            first = i;
    }
}
