#ifndef CXD_STORE_SQLITE_RECENT_H
#define CXD_STORE_SQLITE_RECENT_H

#include "store/pack.h"
#include "store/sqlite/db.h"

#include "cxd/domain/window.h"

/* What was counted last, and is in no rollup row yet: a row a number and quarter of an hour (of what has but days, a
 * day), with the sums of its series as bytes. A batch writes these few rows instead of four rollup rows a series.
 *
 * What holds: whatever is counted here has its rollup rows in all its tiers, in the same state of the database, so that
 * which rows there are is told by the rollups alone, and only their counts are short of what stands here; nothing here
 * lies in a day that may be packed, and no count falls below zero. Before a change that takes away what is not counted
 * here, or reads or removes rollup rows in the writer, what it concerns is folded into the rollups, in the transaction
 * of the change.
 *
 * A row that cannot be read is left where it is, until a rebuild counts again what it held: the writer goes on beside
 * it, and who asks for what it counts is told so. */

struct recent_entry {
    int64_t series; /* 0: the total */
    struct histogram hist;
};

struct recent_row {
    int64_t number;
    enum tier tier;               /* TIER_QUARTER_HOUR, or TIER_DAY where that is the finest */
    int64_t bucket;               /* in lengths of the tier since 1970 */
    struct recent_entry *entries; /* by series; one without counts has its rollup rows, and was not counted again */
    size_t count, capacity;
    bool is_stored, is_dirty;
    bool is_damaged; /* it cannot be read: it has no entries, and gets none */
};

/* In memory: sorted by number, tier and bucket. All zero it is empty, and not loaded. */
struct recent {
    struct recent_row *rows;
    size_t count, capacity;
    size_t entries; /* in all rows */
    size_t near;    /* the row that was found last */
    bool is_loaded;
};

void sqlite_recent_free(struct recent *recent);
/* What of it is wanted: of one number or (0) of all, one series or all, and what counts in [from, to) of milliseconds.
 */
enum { RECENT_ALL_SERIES = -1 };
struct recent_wanted {
    int64_t number, series, from, to;
};
/* Reads what is stored of it, in place of what was there; what cannot be read is damaged. */
CXD_NODISCARD enum cxd_err sqlite_recent_load(struct recent *recent, struct db *db, const struct recent_wanted *wanted,
                                              struct error *err);
/* The same of all. */
CXD_NODISCARD enum cxd_err sqlite_recent_load_all(struct recent *recent, struct db *db, struct error *err);
/* The same for a figure: ERR_STORAGE, with the survey and the remedy, where some of it is damaged. */
CXD_NODISCARD enum cxd_err sqlite_recent_read(struct recent *recent, struct db *db, const struct recent_wanted *wanted,
                                              struct error *err);

/* NULL: there is none. */
struct histogram *sqlite_recent_find(struct recent *recent, int64_t number, enum tier tier, int64_t bucket,
                                     int64_t series);
/* Adds to one that is there; false where it is not. */
bool sqlite_recent_add(struct recent *recent, int64_t number, enum tier tier, int64_t bucket, int64_t series,
                       const struct histogram *hist);
/* Makes one, without counts, unless it is there or its row is damaged; false when memory is refused. */
CXD_NODISCARD bool sqlite_recent_make(struct recent *recent, int64_t number, enum tier tier, int64_t bucket,
                                      int64_t series);
/* Whether so much has come together that it is to be folded: of which number, or (0) of all. */
bool sqlite_recent_is_much(const struct recent *recent, int64_t *ret_number);
/* Whether there is anything to be folded of a number, or (0) at all. */
bool sqlite_recent_has(const struct recent *recent, int64_t number);
/* Forgets that; what is damaged is still known. */
void sqlite_recent_drop(struct recent *recent, int64_t number);
/* Writes the rows that were added to. */
CXD_NODISCARD enum cxd_err sqlite_recent_write(struct recent *recent, struct db *db, struct buffer *bytes,
                                               struct error *err);

/* fold.c: what is stored, of a number or (0) of all, goes to the rollup rows, in the transaction that is open; what is
 * damaged stays. */
CXD_NODISCARD enum cxd_err sqlite_recent_fold(struct db *db, int64_t number, struct error *err);

/* Whether a row is of a tier that there are such rows of, and of a time that can be told. */
bool sqlite_recent_is_known(const struct recent_row *row);
/* In which bucket of a tier a row counts; false: that one has no rows of its series, or it is damaged. */
bool sqlite_recent_bucket(const struct recent_row *row, enum tier tier, int64_t *ret_bucket);

#endif
