#ifndef CXD_STORE_ENGINE_H
#define CXD_STORE_ENGINE_H

#include "cxd/base/buffer.h"
#include "cxd/store/backup.h"
#include "cxd/store/store.h"

/* What an engine provides. An operation does what the function of its name in cxd/store/store.h or backup.h says
 * (engine_apply: store_apply); here stands its shape, once, and what an engine owes beyond. An engine declares its own
 * by these types (`engine_apply sqlite_apply;`) and lists them in a struct store_engine; url.c has the table
 * of engines, store.c and backup.c forward. Names of an engine begin with its scheme, so that several link.
 *
 * Order. What a batch touches it touches in one order, so that the writers of several nodes wait for each other and
 * never in a circle:
 *   1. what its changes name or find: surveys by number, then responses with their marks by (survey, id), then keys,
 *      then sessions, all of them, then documents by kind and name;
 *   2. dimensions, by survey and name, each with its series: of all in the deltas, whether they rise or may fall;
 *   3. rollups, in the order of deltas_rows: by survey, the total first, tier, bucket, dimension, value;
 *   4. what is appended: records of the audit log, entries of the list of erasures.
 * An engine that locks rows takes the locks of a step before it writes anything of that step. Changes are applied, and
 * values given their places, as they came (deltas.order) all the same. One that has a lock for the whole store (sqlite)
 * takes that first, and steps 2 and 3 in this order. One that gave way to another writer begins the batch again by
 * itself: it is no error of a change.
 *
 * An engine embeds `struct store` and `struct store_reader` as the first members of its own, and sets `engine`. `rest`
 * is what follows "scheme:" in a URL. */

/* Whether the engine takes a URL with this rest; looks at no disk. */
typedef bool engine_takes(const char *rest);
/* Sets dimension_values of the store to DIMENSION_VALUES. */
typedef enum cxd_err engine_open(const char *rest, struct store **ret_store, struct error *err);
/* As store_open_telling. */
typedef enum cxd_err engine_open_telling(const char *rest, const struct store_telling *telling,
                                         struct store **ret_store, struct error *err);
/* Not NULL. */
typedef void engine_close(struct store *store);
typedef void engine_library(const struct store *store, struct store_library *ret_library);
typedef const char *engine_directory(const struct store *store);
typedef bool engine_read_disk(const struct store *store, struct store_disk *ret_disk);
typedef void engine_tend(struct store *store);
typedef enum store_place engine_look(struct store *store, struct error *ret_why);
/* Where nothing was done `from` and `to` are equal. */
typedef const struct store_upgrade *engine_upgraded(const struct store *store);
typedef enum cxd_err engine_keep_erasures(struct store *store, const char *directory,
                                          struct store_erasures *ret_erasures, struct error *err);

/* Sets the outcome of every change by the rules of store/decide.h, and answers store->beat with each. *ret_fate is
 * STORE_FATE_NOTHING, and set (to STORE_FATE_UNKNOWN) only with an error. */
typedef enum cxd_err engine_apply(struct store *store, struct change *const *changes, size_t count,
                                  enum store_fate *ret_fate, struct error *err);
typedef enum cxd_err engine_rebuild(struct store *store, int64_t *ret_responses, struct error *err);

/* Of a store that need not be open. */
typedef enum cxd_err engine_migrate(const char *rest, const char *role, struct store_upgrade *ret_upgrade,
                                    struct error *err);
typedef void engine_write_schema(struct buffer *out, const char *role);
typedef void engine_write_distribution(struct buffer *out);
typedef const char *engine_file(const char *rest);
typedef enum cxd_err engine_check(const char *rest, const struct store_progress *progress,
                                  struct store_report *ret_report, struct error *err);
typedef enum cxd_err engine_check_copy(const char *path, const struct store_progress *progress,
                                       struct store_report *ret_report, struct error *err);
typedef enum cxd_err engine_backup(const char *rest, const char *path, const struct store_progress *progress,
                                   struct store_report *ret_report, struct error *err);
typedef void engine_remove_partial(const char *path);
typedef enum cxd_err engine_restore(const char *path, const char *rest, const struct store_progress *progress,
                                    struct store_report *ret_report, struct error *err);
typedef enum cxd_err engine_compare_erasures(const char *rest, const char *directory,
                                             struct store_erasures *ret_erasures, struct error *err);

/* A reader is used by one thread at a time, beside the one that writes and beside other readers. Outside of begin and
 * end each question sees one state too. A long question answers reader->beat. */
typedef enum cxd_err engine_reader_open(struct store *store, struct store_reader **ret_reader, struct error *err);
/* Not NULL. */
typedef void engine_reader_close(struct store_reader *reader);
typedef enum cxd_err engine_reader_begin(struct store_reader *reader, struct error *err);
typedef void engine_reader_end(struct store_reader *reader);

typedef enum cxd_err engine_read_histograms(struct store_reader *reader, const struct filter *filter,
                                            const int64_t *bounds, size_t count, struct histogram *ret_hists,
                                            struct error *err);
typedef enum cxd_err engine_read_segments(struct store_reader *reader, int64_t survey, const char *question,
                                          const char *dimension, const struct store_span *spans, size_t count,
                                          struct arena *arena, struct store_segments *ret_segments, struct error *err);
typedef enum cxd_err engine_read_impressions(struct store_reader *reader, const struct filter *filter,
                                             const int64_t *bounds, size_t count, struct impressions *ret_impressions,
                                             enum impressions_known *ret_known, struct error *err);
typedef enum cxd_err engine_visit_impressions(struct store_reader *reader, const struct filter *filter,
                                              const char *const *by, size_t by_count, int64_t from, int64_t to,
                                              store_impressions_visit *visit, void *context,
                                              enum impressions_known *ret_known, struct error *err);
typedef enum cxd_err engine_read_extent(struct store_reader *reader, int64_t survey, enum store_extent of,
                                        bool *ret_found, int64_t *ret_first, int64_t *ret_last, struct error *err);
typedef enum cxd_err engine_read_response(struct store_reader *reader, int64_t survey, const struct id *id,
                                          struct arena *arena, bool *ret_found, struct response *ret_response,
                                          struct error *err);
typedef enum cxd_err engine_read_last_answer(struct store_reader *reader, const char *respondent, int64_t survey,
                                             int64_t from, int64_t to, int64_t *ret_last, struct error *err);
typedef enum cxd_err engine_read_responses(struct store_reader *reader, const struct listing *listing,
                                           struct arena *arena, struct response **ret_responses, size_t *ret_count,
                                           struct error *err);
typedef enum cxd_err engine_visit_responses(struct store_reader *reader, const struct filter *filter, int64_t from,
                                            int64_t to, unsigned given, store_response_visit *visit, void *context,
                                            struct error *err);
typedef enum cxd_err engine_walk_responses(struct store_reader *reader, const struct walk *walk,
                                           store_response_visit *visit, void *context, struct error *err);
typedef enum cxd_err engine_read_history(struct store_reader *reader, char ret_history[STORE_HISTORY_SIZE],
                                         struct error *err);
typedef enum cxd_err engine_read_last_number(struct store_reader *reader, int64_t *ret_number, struct error *err);
typedef enum cxd_err engine_count_between(struct store_reader *reader, int64_t survey, int64_t after, int64_t through,
                                          int64_t most, int64_t *ret_count, struct error *err);
/* What struct search describes; see store_search. */
typedef enum cxd_err engine_search(struct store_reader *reader, const struct search *search, struct arena *arena,
                                   struct search_result *ret_result, struct error *err);
typedef enum cxd_err engine_read_invitation(struct store_reader *reader, int64_t survey, const struct id *response,
                                            struct arena *arena, bool *ret_found, struct invitation_record *ret_record,
                                            struct error *err);
typedef enum cxd_err engine_read_invitations(struct store_reader *reader, const char *respondent, size_t limit,
                                             struct arena *arena, struct invitation_record **ret_records,
                                             size_t *ret_count, struct error *err);
typedef enum cxd_err engine_read_revisions(struct store_reader *reader, int64_t survey, int64_t after, size_t limit,
                                           struct arena *arena, struct survey_revision **ret_revisions,
                                           size_t *ret_count, struct error *err);
typedef enum cxd_err engine_read_documents(struct store_reader *reader, enum document_kind kind, const char *after,
                                           size_t limit, struct arena *arena, struct document **ret_documents,
                                           size_t *ret_count, struct error *err);
typedef enum cxd_err engine_read_document(struct store_reader *reader, enum document_kind kind, const char *name,
                                          struct arena *arena, bool *ret_found, struct document *ret_document,
                                          struct error *err);
typedef enum cxd_err engine_read_import(struct store_reader *reader, const struct id *id, struct arena *arena,
                                        bool *ret_found, struct import_record *ret_record, struct error *err);
typedef enum cxd_err engine_read_imports(struct store_reader *reader, int64_t before, size_t limit, struct arena *arena,
                                         struct import_record **ret_records, size_t *ret_count, struct error *err);
typedef enum cxd_err engine_read_catalog(struct store_reader *reader, int64_t since, struct arena *arena,
                                         struct store_catalog *ret_catalog, struct error *err);
typedef enum cxd_err engine_read_audit(struct store_reader *reader, int64_t after, size_t limit, const char *respondent,
                                       struct arena *arena, struct audit_record **ret_records, size_t *ret_count,
                                       struct error *err);
typedef enum cxd_err engine_read_alerts(struct store_reader *reader, struct arena *arena,
                                        struct store_alerts *ret_alerts, struct error *err);
typedef enum cxd_err engine_read_alert_history(struct store_reader *reader, const char *name, int64_t before,
                                               size_t limit, struct arena *arena, struct alert_event **ret_events,
                                               size_t *ret_count, struct error *err);
typedef enum cxd_err engine_read_untold(struct store_reader *reader, int64_t after, unsigned scores, size_t limit,
                                        struct arena *arena, struct store_untold *ret_untold, struct error *err);
typedef enum cxd_err engine_read_figures(struct store_reader *reader, struct store_figures *ret_figures,
                                         struct error *err);
typedef enum cxd_err engine_read_overflows(struct store_reader *reader, size_t limit, struct arena *arena,
                                           struct store_overflow **ret_overflows, size_t *ret_count, struct error *err);
typedef enum cxd_err engine_read_suspects(struct store_reader *reader, int64_t after, int64_t since, size_t most,
                                          bool *ret_found, struct store_suspects *ret_suspects, struct error *err);
typedef enum cxd_err engine_attend(struct store_reader *reader, bool leaves, struct store_attendance *ret_attendance,
                                   struct error *err);
typedef int64_t engine_seen_generation(const struct store *store);
typedef enum cxd_err engine_count_rollups(struct store_reader *reader, struct store_sums *ret_sums, struct error *err);
typedef enum cxd_err engine_read_rollups(struct store_reader *reader, store_rollup_visit *visit, void *context,
                                         struct error *err);

struct store_engine {
    const char *scheme;  /* "sqlite" */
    const char *form;    /* "sqlite:PATH"; NULL: it is only for tests */
    engine_takes *takes; /* NULL: any rest, which open judges */
    engine_open *open;
    engine_open_telling *open_telling; /* NULL: its open has never anything to tell */
    engine_open *open_current;         /* NULL: it keeps nothing beyond its end */
    engine_close *close;
    engine_library *library;
    engine_directory *directory;
    engine_read_disk *read_disk;               /* NULL: there are no files */
    engine_look *look;                         /* NULL: there are no files */
    engine_upgraded *upgraded;                 /* NULL: it never has to */
    engine_keep_erasures *keep_erasures;       /* NULL: it keeps no list */
    engine_compare_erasures *compare_erasures; /* NULL: it keeps no list */
    engine_apply *apply;
    engine_tend *tend; /* NULL: nothing is put off */
    engine_rebuild *rebuild;
    engine_migrate *migrate; /* NULL, as the next two: whoever opens it makes it */
    engine_write_schema *write_schema;
    engine_write_distribution *write_distribution;
    const char *instead; /* of a copy that cxd makes, or checks: what its operator has; NULL: nothing */
    engine_file *file;   /* NULL: there are no files */
    engine_check *check; /* NULL, as the next four: it cannot */
    engine_check_copy *check_copy;
    engine_backup *backup;
    engine_remove_partial *remove_partial;
    engine_restore *restore;
    engine_reader_open *reader_open;
    engine_reader_close *reader_close;
    engine_reader_begin *reader_begin;
    engine_reader_end *reader_end;
    engine_read_histograms *read_histograms;
    engine_read_segments *read_segments;
    engine_read_impressions *read_impressions;
    engine_visit_impressions *visit_impressions;
    engine_read_extent *read_extent;
    engine_read_response *read_response;
    engine_read_last_answer *read_last_answer;
    engine_read_responses *read_responses;
    engine_visit_responses *visit_responses;
    engine_walk_responses *walk_responses;
    engine_read_history *read_history;
    engine_read_last_number *read_last_number;
    engine_count_between *count_between; /* NULL: numbers have no gaps */
    engine_search *search;
    engine_read_invitation *read_invitation;
    engine_read_invitations *read_invitations;
    engine_read_revisions *read_revisions;
    engine_read_documents *read_documents;
    engine_read_document *read_document;
    engine_read_import *read_import;
    engine_read_imports *read_imports;
    engine_read_catalog *read_catalog;
    engine_read_audit *read_audit;
    engine_read_alerts *read_alerts;
    engine_read_alert_history *read_alert_history;
    engine_read_untold *read_untold;
    engine_read_figures *read_figures;
    engine_read_overflows *read_overflows;
    engine_read_suspects *read_suspects;
    engine_attend *attend;                   /* NULL: one process alone has the store */
    engine_seen_generation *seen_generation; /* NULL, as that */
    engine_count_rollups *count_rollups;
    engine_read_rollups *read_rollups;
};

struct store {
    const struct store_engine *engine;
    struct heartbeat *beat; /* NULL: nobody watches */
    int64_t dimension_values;
    bool gave_up_reserve;                   /* at the open */
    store_read_definition *read_definition; /* NULL: nothing is judged by its survey */
};

struct store_reader {
    const struct store_engine *engine;
    struct heartbeat *beat; /* NULL: nobody watches */
    struct arena scratch;   /* the front's: store_reader_scratch */
};

/* url.c: the engine that takes a URL, and what follows its scheme. NULL, with ERR_CONFIG, if there is none. */
const struct store_engine *store_find_engine(const char *url, const char **ret_rest, struct error *err);
/* The one whose schema is made by another role than the daemon's; NULL: none was built. */
const struct store_engine *store_find_declared(void);
/* The one whose copies are files. */
const struct store_engine *store_find_copies(void);

/* sqlite/engine.c */
extern const struct store_engine STORE_SQLITE;
/* postgresql/engine.c: built with POSTGRESQL=yes */
extern const struct store_engine STORE_POSTGRESQL;

/* Built with CXD_TEST_ENGINES (the daemons of tests/), the table also has what tests/support/ holds:
 * "memory:", the oracle, which keeps nothing at its end, and decorators. "discard:" applies nothing and answers
 * CREATED; "faulty:KIND:N:URL" fails the Nth apply with KIND; "vfs:CONTROL:URL" puts a file layer that fails when told
 * below SQLite. */
#ifdef CXD_TEST_ENGINES
extern const struct store_engine STORE_MEMORY;
extern const struct store_engine STORE_DISCARD;
extern const struct store_engine STORE_FAULTY;
extern const struct store_engine STORE_FAULT_VFS;
#endif

#endif
