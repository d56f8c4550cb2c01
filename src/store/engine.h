#ifndef CXD_STORE_ENGINE_H
#define CXD_STORE_ENGINE_H

#include "cxd/store/backup.h"
#include "cxd/store/store.h"

/* What an engine provides: the operations of cxd/store/store.h, which documents them. store.c holds the
 * table of engines and forwards. An engine embeds `struct store` / `struct store_reader` as the first
 * member of its own. */

struct store_engine {
    const char *scheme; /* "sqlite" */
    enum cxd_err (*open)(const char *rest, struct store **ret_store,
                         struct error *err); /* what follows "scheme:" */
    void (*close)(struct store *store);
    const char *(*directory)(const struct store *store);
    bool (*read_disk)(const struct store *store, struct store_disk *ret_disk); /* NULL: there are no files */
    const struct store_upgrade *(*upgraded)(const struct store *store);        /* NULL: it never has to */
    enum cxd_err (*apply)(struct store *store, struct change *const *changes, size_t count,
                          struct error *err);
    enum cxd_err (*rebuild)(struct store *store, int64_t *ret_responses, struct error *err);
    /* Of a store that need not be open: `rest` as for open. NULL: the engine cannot. */
    enum cxd_err (*check)(const char *rest, const struct store_progress *progress,
                          struct store_report *ret_report, struct error *err);
    enum cxd_err (*backup)(const char *rest, const char *path, const struct store_progress *progress,
                           struct store_report *ret_report, struct error *err);
    enum cxd_err (*restore)(const char *path, const char *rest, const struct store_progress *progress,
                            struct store_report *ret_report, struct error *err);
    enum cxd_err (*reader_open)(struct store *store, struct store_reader **ret_reader, struct error *err);
    void (*reader_close)(struct store_reader *reader);
    enum cxd_err (*reader_begin)(struct store_reader *reader, struct error *err);
    void (*reader_end)(struct store_reader *reader);
    enum cxd_err (*read_histograms)(struct store_reader *reader, const struct filter *filter,
                                    const int64_t *bounds, size_t count, struct histogram *ret_hists,
                                    struct error *err);
    enum cxd_err (*read_extent)(struct store_reader *reader, int64_t survey, bool *ret_found,
                                int64_t *ret_first, int64_t *ret_last, struct error *err);
    enum cxd_err (*read_response)(struct store_reader *reader, const struct id *id, struct arena *arena,
                                  bool *ret_found, struct response *ret_response, struct error *err);
    enum cxd_err (*read_last_answer)(struct store_reader *reader, const char *respondent, int64_t survey,
                                     int64_t from, int64_t to, int64_t *ret_last, struct error *err);
    enum cxd_err (*read_responses)(struct store_reader *reader, const struct listing *listing,
                                   struct arena *arena, struct response **ret_responses, size_t *ret_count,
                                   struct error *err);
    enum cxd_err (*read_surveys)(struct store_reader *reader, struct arena *arena,
                                 struct survey_record **ret_surveys, size_t *ret_count, struct error *err);
    enum cxd_err (*read_keys)(struct store_reader *reader, struct arena *arena, struct api_key **ret_keys,
                              size_t *ret_count, struct error *err);
    enum cxd_err (*read_signing_keys)(struct store_reader *reader,
                                      struct signing_key ret_keys[SIGNING_KEYS_MAX], size_t *ret_count,
                                      struct error *err);
    enum cxd_err (*read_audit)(struct store_reader *reader, int64_t after, size_t limit, struct arena *arena,
                               struct audit_record **ret_records, size_t *ret_count, struct error *err);
    enum cxd_err (*count_rollups)(struct store_reader *reader, int64_t *ret_rows, struct error *err);
    enum cxd_err (*read_figures)(struct store_reader *reader, struct store_figures *ret_figures,
                                 struct error *err);
    enum cxd_err (*read_rollups)(struct store_reader *reader, store_rollup_visit *visit, void *context,
                                 struct error *err);
};

struct store {
    const struct store_engine *engine;
    struct heartbeat *beat; /* NULL: nobody watches */
};

struct store_reader {
    const struct store_engine *engine;
    struct heartbeat *beat; /* NULL: nobody watches */
};

/* The engine of a URL, and what follows its scheme. NULL, with ERR_CONFIG, if there is none. */
const struct store_engine *store_find_engine(const char *url, const char **ret_rest, struct error *err);

extern const struct store_engine STORE_SQLITE;
extern const struct store_engine STORE_MEMORY;

/* Built with CXD_TEST_ENGINES (the daemons of tests/), the table also has the decorators of tests/support/:
 * "discard:" applies nothing and answers CREATED; "faulty:KIND:N:URL" fails the Nth apply with KIND;
 * "vfs:CONTROL:URL" puts a file layer that fails when told below SQLite. */
#ifdef CXD_TEST_ENGINES
extern const struct store_engine STORE_DISCARD;
extern const struct store_engine STORE_FAULTY;
extern const struct store_engine STORE_FAULT_VFS;
#endif

#endif
