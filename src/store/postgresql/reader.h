#ifndef CXD_STORE_POSTGRESQL_READER_H
#define CXD_STORE_POSTGRESQL_READER_H

#include "store/engine.h"
#include "store/postgresql/writer.h"

/* The half that reads responses and rollups: what its files share. Within a read that has begun
 * (postgresql_reader_enter) no function here begins another. */

/* filter.c: what a filter asks beside the survey and its time, as read.sql has it: $4 to $10 of a query. */
struct filter_parts {
    struct db_array members;      /* properties, as they stand in the stored text */
    struct db_array keys, values; /* answers */
};
void postgresql_filter_make(const struct filter *filter, struct filter_parts *ret_parts);
void postgresql_filter_free(struct filter_parts *parts);
#define FILTER(filter, parts)                                                                                          \
    TEXT((filter)->touchpoint), TEXT((filter)->channel), TEXT((filter)->locale), ARRAY(&(parts)->members),             \
        ARRAY(&(parts)->keys), ARRAY(&(parts)->values), TEXT((filter)->question)

/* cursor.c: the rows of a query that declares a cursor, some hundred at a time. One at a time, and within a
 * transaction; other questions may be asked between its rows. Zeroed before the first use. */
struct cursor {
    struct postgresql_reader *reader;
    PGresult *rows; /* the cursor's own */
    int row, most;  /* most: of those that were asked for */
};
/* Of the values of the query. */
CXD_NODISCARD enum cxd_err postgresql_cursor_open(struct cursor *cursor, struct postgresql_reader *reader,
                                                  enum query query, const struct db_value *values, size_t count,
                                                  struct error *err);
#define CURSOR_OPEN(cursor, reader, query, err, ...)                                                                   \
    postgresql_cursor_open(cursor, reader, query, DB_VALUES(__VA_ARGS__), err)
/* To the next row, which is cursor->row of cursor->rows; *ret_row false: there is none. */
CXD_NODISCARD enum cxd_err postgresql_cursor_next(struct cursor *cursor, bool *ret_row, struct error *err);
/* Of what was never opened too, and after an error. */
void postgresql_cursor_close(struct cursor *cursor);

/* pieces.c: what is to be read for windows: runs of a tier, or of the responses, and where they count. */
enum { PIECE_BY_TIME = -1, PIECE_NOWHERE = -2 };
struct piece {
    enum tier tier;
    int64_t from, to;
    int into; /* a bucket, or of the enum */
    int less; /* the bucket that it is taken away from, or PIECE_NOWHERE */
};
struct pieces {
    struct piece *items; /* to be freed */
    size_t count;
};
CXD_NODISCARD enum cxd_err postgresql_pieces_make(const int64_t *bounds, size_t count, enum tier finest,
                                                  struct pieces *ret_pieces, struct error *err);
/* A time on a boundary of the tier, as the number of its bucket. */
int64_t postgresql_bucket_at(enum tier tier, int64_t time_ms);
/* Those with a tier, or those without, as arrays of a query; `places` says which piece each is. */
struct piece_arrays {
    struct db_array tiers, from, to, lengths;
    size_t *places; /* to be freed */
    size_t count;
};
CXD_NODISCARD enum cxd_err postgresql_pieces_list(const struct pieces *pieces, bool is_rolled,
                                                  struct piece_arrays *ret_arrays, struct error *err);
void postgresql_pieces_free(struct piece_arrays *arrays);

/* histograms.c: as store_read_histograms; a survey with a minus in front means its visits. Where no rollup serves the
 * filter, the first *ret_unserved buckets, which begin before whole_from, are zero. Within a read that has begun. */
CXD_NODISCARD enum cxd_err postgresql_read_counts(struct postgresql_reader *reader, const struct filter *filter,
                                                  const int64_t *bounds, size_t count, int64_t whole_from,
                                                  struct histogram *ret_hists, size_t *ret_unserved, struct error *err);
/* The eleven counts of a row, from `column` on. */
void postgresql_row_histogram(const PGresult *result, int row, int column, struct histogram *ret_hist);
CXD_NODISCARD enum cxd_err postgresql_check_score(int64_t score, struct error *err);

/* segments.c: as store_read_segments, also of visits (a minus in front of the survey), of which all are kept. Within a
 * read that has begun. */
CXD_NODISCARD enum cxd_err postgresql_sweep_segments(struct postgresql_reader *reader, int64_t survey,
                                                     const char *question, const char *dimension,
                                                     const struct store_span *spans, size_t count, struct arena *arena,
                                                     struct store_segments *ret_segments, struct error *err);
/* The KEY of "property.KEY"; NULL of another dimension. */
const char *postgresql_property_key(const char *dimension);

/* answer_segments.c: what the responses of a run of time have answered, by the values of a dimension of answers. */
typedef void answer_count(void *context, const char *value, int score);
CXD_NODISCARD enum cxd_err postgresql_scan_answers(struct postgresql_reader *reader, int64_t survey,
                                                   const char *dimension, int64_t from, int64_t to, answer_count *count,
                                                   void *context, struct error *err);

/* impressions.c: the first day whose rows of visits are there; whether visits are counted by a property from a time on;
 * a bound where rows are gone. */
CXD_NODISCARD enum cxd_err postgresql_read_visits_from(struct postgresql_reader *reader, int64_t *ret_day,
                                                       struct error *err);
CXD_NODISCARD enum cxd_err postgresql_check_shown(struct postgresql_reader *reader, int64_t survey, const char *key,
                                                  int64_t from, bool *ret_is_declared, struct error *err);

/* horizon.c: up to which number everything is there that will ever be; first of all in a read that has begun, or
 * (began) that postgresql_reader_enter has just let begin. */
CXD_NODISCARD enum cxd_err postgresql_read_horizon(struct postgresql_reader *reader, bool began, int64_t *ret_number,
                                                   struct error *err);
/* Outside of a read: who was announced too long ago, and writes nothing. */
void postgresql_shut_out_silent(struct postgresql_reader *reader);

/* attendance.c */
engine_attend postgresql_attend;

/* visit.c: store_visit_responses within a read that has begun. */
CXD_NODISCARD enum cxd_err postgresql_scan_responses(struct postgresql_reader *reader, const struct filter *filter,
                                                     int64_t from, int64_t to, unsigned given,
                                                     store_response_visit *visit, void *context, struct error *err);

engine_read_histograms postgresql_read_histograms;
engine_read_segments postgresql_read_segments;
engine_read_impressions postgresql_read_impressions;
engine_visit_impressions postgresql_visit_impressions;
engine_read_extent postgresql_read_extent;
engine_read_response postgresql_read_response;
engine_read_last_answer postgresql_read_last_answer;
engine_read_responses postgresql_read_responses;
engine_visit_responses postgresql_visit_responses;
engine_walk_responses postgresql_walk_responses;
engine_read_last_number postgresql_read_last_number;
engine_count_between postgresql_count_between;
engine_search postgresql_search;
engine_read_untold postgresql_read_untold;
engine_read_figures postgresql_read_figures;
engine_read_overflows postgresql_read_overflows;
engine_read_suspects postgresql_read_suspects;
engine_count_rollups postgresql_count_rollups;
engine_read_rollups postgresql_read_rollups;

#endif
