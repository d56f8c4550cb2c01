#ifndef CXD_STORE_MEMORY_MEMORY_H
#define CXD_STORE_MEMORY_MEMORY_H

#include <pthread.h>

#include "store/dimensions.h"
#include "store/engine.h"

/* The memory engine's insides. A stored thing never changes: each is one heap block, a change makes a new
 * one and swaps the pointer, and what was swapped is noted so that a batch that fails is taken back. */

/* An array of blocks; a deleted one leaves NULL behind. */
struct memory_table {
    void **blocks;
    size_t count, capacity;
};

/* A swap to be taken back: `blocks[at]` of the table was `before`. */
struct memory_swap {
    struct memory_table *table;
    size_t at;
    void *before;
};

struct memory_store {
    struct store base;
    pthread_rwlock_t lock; /* apply writes; a reader holds it from begin to end */
    struct memory_table responses;
    struct memory_table surveys; /* number is the position + 1 */
    struct memory_table keys;
    struct memory_table signing_keys; /* number is the position + 1 */
    struct memory_table audit;        /* number is the position + 1 */
    uint32_t *index;                  /* responses by id: positions + 1, open-addressed, a power of two */
    size_t index_capacity, index_used;
    struct memory_swap *swaps;
    size_t swap_count, swap_capacity;
    struct arena scratch;
};

struct memory_reader {
    struct store_reader base;
    struct memory_store *store;
    bool begun;
};

/* blocks.c: copies in one block, to be freed with free(). NULL when memory is refused. */
struct response *block_response(const struct response *response);
struct survey_record *block_survey(const struct survey_record *survey);
struct api_key *block_key(const struct api_key *key);

/* swaps.c: false when memory is refused (the block is then freed). A position of table->count appends. */
CXD_NODISCARD bool memory_swap(struct memory_store *store, struct memory_table *table, size_t at,
                               void *block);
void memory_commit(struct memory_store *store);
void memory_rollback(struct memory_store *store);

/* find.c: SIZE_MAX where there is none. */
size_t memory_find_response(const struct memory_store *store, const struct id *id);
CXD_NODISCARD bool memory_index_response(struct memory_store *store, const struct id *id, size_t at);
size_t memory_find_survey(const struct memory_store *store, const char *slug);
/* See store_read_last_answer; the lock is held. */
int64_t memory_last_answer(const struct memory_store *store, const char *respondent, int64_t survey,
                           int64_t from, int64_t to);
size_t memory_find_key(const struct memory_store *store, const struct id *id);
/* Fills ret_declared from the survey of that number; its strings are of the arena. False when memory is
 * refused. */
CXD_NODISCARD bool memory_declared(const struct memory_store *store, int64_t survey, struct arena *arena,
                                   struct declared *ret_declared);

/* apply.c */
enum cxd_err memory_apply(struct store *store, struct change *const *changes, size_t count,
                          struct error *err);
enum cxd_err memory_rebuild(struct store *store, int64_t *ret_responses, struct error *err);

/* read.c, recount.c */
void memory_enter(struct memory_reader *reader);
void memory_leave(struct memory_reader *reader);
enum cxd_err memory_read_histograms(struct store_reader *reader, const struct filter *filter,
                                    const int64_t *bounds, size_t count, struct histogram *ret_hists,
                                    struct error *err);
enum cxd_err memory_read_extent(struct store_reader *reader, int64_t survey, bool *ret_found,
                                int64_t *ret_first, int64_t *ret_last, struct error *err);
enum cxd_err memory_read_response(struct store_reader *reader, const struct id *id, struct arena *arena,
                                  bool *ret_found, struct response *ret_response, struct error *err);
enum cxd_err memory_read_last_answer(struct store_reader *reader, const char *respondent, int64_t survey,
                                     int64_t from, int64_t to, int64_t *ret_last, struct error *err);
enum cxd_err memory_read_responses(struct store_reader *reader, const struct listing *listing,
                                   struct arena *arena, struct response **ret_responses, size_t *ret_count,
                                   struct error *err);
enum cxd_err memory_read_surveys(struct store_reader *reader, struct arena *arena,
                                 struct survey_record **ret_surveys, size_t *ret_count, struct error *err);
enum cxd_err memory_read_keys(struct store_reader *reader, struct arena *arena, struct api_key **ret_keys,
                              size_t *ret_count, struct error *err);
enum cxd_err memory_read_signing_keys(struct store_reader *reader,
                                      struct signing_key ret_keys[SIGNING_KEYS_MAX], size_t *ret_count,
                                      struct error *err);
enum cxd_err memory_read_audit(struct store_reader *reader, int64_t after, size_t limit, struct arena *arena,
                               struct audit_record **ret_records, size_t *ret_count, struct error *err);
enum cxd_err memory_count_rollups(struct store_reader *reader, int64_t *ret_rows, struct error *err);
enum cxd_err memory_read_figures(struct store_reader *reader, struct store_figures *ret_figures,
                                 struct error *err);
enum cxd_err memory_read_rollups(struct store_reader *reader, store_rollup_visit *visit, void *context,
                                 struct error *err);

#endif
