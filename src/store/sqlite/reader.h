#ifndef CXD_STORE_SQLITE_READER_H
#define CXD_STORE_SQLITE_READER_H

#include "cxd/base/buffer.h"
#include "store/dimensions.h"
#include "store/engine.h"
#include "store/sqlite/db.h"
#include "store/sqlite/places.h"
#include "store/sqlite/recent.h"
#include "store/sqlite/tally.h"
#include "store/sqlite/words.h"

/* A read-only connection: the read half of struct store_engine. */

struct sqlite_reader {
    struct store_reader base;
    struct db db;
    const struct places *places;    /* the store's */
    struct buffer text;             /* a dimension's name, or wanted properties */
    struct buffer member;           /* the text of one of these */
    struct buffer answers, counted; /* what answers a filter wants, and the one that it counts */
    struct recent recent;           /* of the number that is read */
    struct tallies tallies;         /* of the state that is read */
    const struct store *store;
    struct word_finder words; /* opened by the first search */
    bool counts_phrases;      /* phrase_counts is there */
    bool deals;               /* deal_rollup is */
    struct sweep *sweep;      /* of segments.c, while rows are dealt out to it */
    int64_t spent_ns;         /* what the reads of the question have taken, but for walks */
    int64_t since_ns;         /* when the one that is under way began; in nanoseconds of clock_monotonic_ns */
    int depth;                /* reads that are under way: those within others too */
    const struct walk *walk;  /* that is under way, and says itself when it ends; else NULL */
};

/* Begins unless the caller has: a read of several statements sees one state too. *ret_began says whether
 * to end. ERR_BAD_PARAMETER: all reads since the caller's begin have taken too long. To be left in any case. */
CXD_NODISCARD enum cxd_err sqlite_reader_enter(struct sqlite_reader *reader, bool *ret_began, struct error *err);
void sqlite_reader_leave(struct sqlite_reader *reader, bool began);

/* histograms.c: what ?7 and ?8 of scan_filtered are of a filter; NULL where it has no properties. They live until the
 * next question. */
CXD_NODISCARD enum cxd_err sqlite_write_wanted(struct sqlite_reader *reader, const struct filter *filter,
                                               const char **ret_wanted, const char **ret_member, struct error *err);
/* answer_filter.c: ?19 and ?20, of a statement that has them; they live until the next question. */
CXD_NODISCARD enum cxd_err sqlite_bind_answers(struct sqlite_reader *reader, const struct filter *filter,
                                               sqlite3_stmt *stmt, struct error *err);
/* '"KEY":', of the buffer, as answer_number takes it; NULL without memory. */
const char *sqlite_write_answer_member(struct buffer *text, const char *key);
/* answer_find.c: gives the connection the functions answer_number and answers_hold of queries.sql. */
CXD_NODISCARD enum cxd_err sqlite_find_answers_in(struct db *db, struct error *err);
/* answer_filter.c: the slot and the type of a question that the survey has, or has had. */
CXD_NODISCARD enum cxd_err sqlite_find_question(struct db *db, int64_t survey, const char *key, bool *ret_found,
                                                struct declared_question *ret_question, struct error *err);
/* histograms.c: a time on a boundary of the tier, as the number of its bucket. */
int64_t sqlite_bucket_at(enum tier tier, int64_t time_ms);
/* The bucket number and the eleven counts of a row of read_total or read_segment. */
void sqlite_read_rollup_row(sqlite3_stmt *stmt, int64_t *ret_bucket, struct histogram *ret_hist);
/* The histograms of a filter; of a negative survey, what is counted of the visits of that one. Where no rollup serves
 * it, and bounds lie before `whole_from`, the *ret_unserved buckets that begin there are left empty. count ≥ 2. */
CXD_NODISCARD enum cxd_err sqlite_read_counts(struct sqlite_reader *reader, const struct filter *filter,
                                              const int64_t *bounds, size_t count, int64_t whole_from,
                                              struct histogram *ret_hists, size_t *ret_unserved, struct error *err);
/* Binds read_total (series 0) or read_segment for buckets [from, to). */
CXD_NODISCARD enum cxd_err sqlite_bind_rollup_range(struct db *db, int64_t survey, int64_t series, enum tier tier,
                                                    int64_t from, int64_t to, sqlite3_stmt **ret_stmt,
                                                    struct error *err);
/* segments.c */
/* store_read_segments; of a negative survey, what is counted of the visits of that one, and then segments
 * with nothing in any span too. */
CXD_NODISCARD enum cxd_err sqlite_sweep_segments(struct sqlite_reader *reader, int64_t survey, const char *question,
                                                 const char *dimension, const struct store_span *spans, size_t count,
                                                 struct arena *arena, struct store_segments *ret_segments,
                                                 struct error *err);
/* The KEY of "property.KEY"; NULL for another dimension. */
const char *sqlite_property_key(const char *dimension);
/* '$."KEY"' of "property.KEY", of the buffer; NULL for another dimension, or (and it has failed) without memory. */
const char *sqlite_write_path(struct buffer *text, const char *dimension);
/* impressions.c */
/* The first day whose rows are there. */
CXD_NODISCARD enum cxd_err sqlite_read_visits_from(struct sqlite_reader *reader, int64_t *ret_day, struct error *err);
/* *ret_is_declared is false where visits are not counted by the property as far back. */
CXD_NODISCARD enum cxd_err sqlite_check_shown(struct sqlite_reader *reader, int64_t survey, const char *key,
                                              int64_t from, bool *ret_is_declared, struct error *err);

/* reader.c: the engine's operations, as those below. */
engine_reader_open sqlite_reader_open;
engine_reader_close sqlite_reader_close;
engine_reader_begin sqlite_reader_begin;
engine_reader_end sqlite_reader_end;
/* histograms.c */
engine_read_histograms sqlite_read_histograms;
/* segments.c */
engine_read_segments sqlite_read_segments;
/* impressions.c */
engine_read_impressions sqlite_read_impressions;
/* shown.c */
engine_visit_impressions sqlite_visit_impressions;
/* listing.c */
engine_read_responses sqlite_read_responses;
engine_read_last_answer sqlite_read_last_answer;
/* scan.c */
engine_visit_responses sqlite_visit_responses;
/* walk.c */
engine_walk_responses sqlite_walk_responses;
engine_read_history sqlite_read_history;
engine_read_last_number sqlite_read_last_number;
/* search.c */
engine_search sqlite_search;
/* records.c */
engine_read_extent sqlite_read_extent;
engine_read_response sqlite_read_response;
engine_read_rollups sqlite_read_rollups;
/* invitation.c */
engine_read_invitation sqlite_read_invitation;
engine_read_invitations sqlite_read_invitations;
/* document.c */
engine_read_documents sqlite_read_documents;
/* imports.c */
engine_read_import sqlite_read_import;
engine_read_imports sqlite_read_imports;
engine_read_document sqlite_read_document;
/* catalog.c */
engine_read_catalog sqlite_read_catalog;
engine_read_revisions sqlite_read_revisions;
/* audit.c */
engine_read_audit sqlite_read_audit;
/* alert_rows.c */
engine_read_alerts sqlite_read_alerts;
engine_read_alert_history sqlite_read_alert_history;
engine_read_untold sqlite_read_untold;
/* figures.c */
engine_count_rollups sqlite_count_rollups;
engine_read_figures sqlite_read_figures;
engine_read_overflows sqlite_read_overflows;
engine_read_suspects sqlite_read_suspects;
engine_read_disk sqlite_read_disk;

#endif
