#ifndef CXD_STORE_POSTGRESQL_KNOWN_H
#define CXD_STORE_POSTGRESQL_KNOWN_H

#include "store/dimensions.h"
#include "store/postgresql/db.h"

/* What the writer knows of every survey, as it was in a generation of the catalog. */

struct known_revision {
    struct known_revision *next;
    int64_t survey, revision;
    const struct survey *asked; /* NULL: it asks nothing, or that is not known */
};

struct known_survey {
    struct survey_record record;
    struct declared declared;
    bool is_moved_back; /* declared.anonymised_to is to be written */
    enum { TERMS_UNREAD, TERMS_READ, TERMS_UNREADABLE } terms_state;
    struct survey terms;
};

struct known {
    bool is_loaded;
    int64_t generation;
    struct arena arena;
    struct known_survey *surveys; /* by number */
    size_t count;
    struct known_revision *revisions;
};

CXD_NODISCARD enum cxd_err postgresql_known_load(struct known *known, struct db *db, int64_t generation,
                                                 struct error *err);
/* NULL: there is none. */
struct known_survey *postgresql_known_find(struct known *known, int64_t survey);
struct known_survey *postgresql_known_slug(struct known *known, const char *slug);
/* Rows of read_unrolled: how far properties are filled in. */
void postgresql_known_fill(struct known *known, const PGresult *unrolled);

/* Rows of lock_surveys: how far retention has been, as it is in the transaction. */
void postgresql_known_anonymised(struct known *known, const PGresult *surveys);

/* Rows of surveys and properties, of catalog.sql. */
CXD_NODISCARD enum cxd_err postgresql_known_record(const PGresult *result, int row, struct arena *arena,
                                                   struct survey_record *ret_record, struct error *err);

#endif
