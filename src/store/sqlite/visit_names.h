#ifndef CXD_STORE_SQLITE_VISIT_NAMES_H
#define CXD_STORE_SQLITE_VISIT_NAMES_H

#include "store/impressions.h"
#include "store/sqlite/db.h"

/* Which rows are of a visit. A visit's name is a keyed hash: an index over it would be written at a place of its own,
 * a page of the log, for every visit. So the writer keeps the names of the latest rows in memory, and puts them into
 * the table impression_name many at once and in its order, when they have become many; a start reads what is not in the
 * table from the rows. What is in memory follows the transaction (sqlite_names_end). */

enum {
    VISIT_DAYS_AROUND = 3, /* the day before, the day, and the day after */
    /* Names in memory when they begin to go to the table; while they go a quarter more come. 24 bytes each, and 8 of
     * the slots that find them: 17 MB in all. */
    VISITS_IN_MEMORY = 400 * 1000,
    /* That a batch puts into the table then; and four for each that it has added. */
    VISITS_AT_ONCE = 256,
};

struct visit_name {
    uint8_t visit[VISIT_NAME_SIZE];
    uint32_t above; /* the row's number, above `base`; UINT32_MAX: it is not there any more, or has no name */
    int32_t day;
};

struct visit_names {
    struct visit_name *items; /* as their rows were written */
    size_t count, capacity;
    uint32_t *slots; /* twice the capacity: an item's place + 1, found by its visit; 0: free */
    int64_t base;
    int64_t last;        /* number that a row has been given */
    int64_t table_day;   /* the last that may be in the table; INT64_MIN: none */
    size_t limit, slice; /* VISITS_IN_MEMORY, VISITS_AT_ONCE */
    struct {
        uint64_t *order; /* by day and visit, their items in the low bits; NULL: none go to the table */
        size_t done, count, items;
        int32_t day; /* the last that goes */
    } run;
    struct {
        size_t count, done;
        int64_t last;
        bool is_cut; /* something in memory was changed that is not put back */
        bool is_run; /* the run is over, once this is committed */
    } batch;
    bool is_loaded; /* false: to be read again before use */
};

/* The numbers of the visit's rows of the days around this one; 0: there is none. Days before `from` have none. */
CXD_NODISCARD enum cxd_err sqlite_names_find(struct visit_names *names, struct db *db, const uint8_t *visit,
                                             int64_t day, int64_t from, int64_t ret_numbers[VISIT_DAYS_AROUND],
                                             struct error *err);
/* The number that a new row is given. */
CXD_NODISCARD enum cxd_err sqlite_names_next(struct visit_names *names, struct db *db, int64_t *ret_number,
                                             struct error *err);
/* That row has been written. */
CXD_NODISCARD enum cxd_err sqlite_names_put(struct visit_names *names, const uint8_t *visit, int64_t day,
                                            int64_t number, struct error *err);
/* A row goes, or loses its name. */
CXD_NODISCARD enum cxd_err sqlite_names_cut(struct visit_names *names, struct db *db, const uint8_t *visit, int64_t day,
                                            struct error *err);
/* Takes the name of whatever else there is of a visit from this day on, without answers that count. */
CXD_NODISCARD enum cxd_err sqlite_names_forget(struct visit_names *names, struct db *db, const uint8_t *visit,
                                               int64_t from, struct error *err);
/* Whether they go to the table, or are to. */
bool sqlite_names_are_many(const struct visit_names *names);
/* Then, at the end of a batch, before its commit: puts some into the table. Those of days before `from` are on their
 * way out. */
CXD_NODISCARD enum cxd_err sqlite_names_write(struct visit_names *names, struct db *db, int64_t from,
                                              struct error *err);
/* After the commit, or in its place. */
void sqlite_names_end(struct visit_names *names, bool is_committed);
void sqlite_names_free(struct visit_names *names);

#endif
