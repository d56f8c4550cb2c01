#ifndef CXD_STORE_SQLITE_CHECK_SURVEY_H
#define CXD_STORE_SQLITE_CHECK_SURVEY_H

#include "store/dimensions.h"
#include "store/sqlite/backup.h"
#include "store/sqlite/recent.h"

/* What a check knows of a survey whose rollups it recounts. */

struct survey_check {
    struct declared declared; /* of visits: the survey's number has a minus in front */
    char slug[SLUG_SIZE];
    int scale_min, scale_max;
    int64_t revision;      /* the last that was found; 0: none yet */
    int64_t begin;         /* quarter hours before this one cannot be counted: rows of visits are gone */
    int64_t from;          /* quarter hours before this one have been compared */
    int64_t last;          /* the quarter hour of the last response */
    bool has_rolled;       /* properties have to be read */
    enum tier finest;      /* that is counted: of answers, TIER_DAY */
    struct deltas *deltas; /* what was counted since the last comparison */
    struct recent recent;  /* what is in no rollup row yet, while rows are compared */
    struct dimension_check *dimensions;
    size_t dimension_count;
};

/* What is stored of a dimension, from schema 3 on, and what is counted of it. */
struct dimension_check {
    const char *name;
    enum dimension_state state;
    int64_t beyond, counted;
    bool miscounts_series;
    struct response_place from;
};

/* check_compare.c: compares what was summed with the stored rows up to the quarter hour `to`, and forgets it. */
CXD_NODISCARD enum cxd_err sqlite_check_stretch(struct checker *checker, struct survey_check *survey, int64_t to,
                                                struct error *err);
/* Before what happened `at` is counted, which ascends: does that where much has come together. */
CXD_NODISCARD enum cxd_err sqlite_check_advance(struct checker *checker, struct survey_check *survey, int64_t at,
                                                struct error *err);
/* After all of it: what the store says of its dimensions; and the coarser tiers. */
void sqlite_check_said(struct checker *checker, const struct survey_check *survey);
CXD_NODISCARD enum cxd_err sqlite_check_sums(struct checker *checker, const struct survey_check *survey,
                                             struct error *err);
/* check_answers.c: what is counted of the answers to further questions. */
CXD_NODISCARD enum cxd_err sqlite_check_answers(struct checker *checker, struct survey_check *survey,
                                                struct error *err);

/* check_survey.c. Into the checker's arena. */
CXD_NODISCARD enum cxd_err sqlite_check_load_declared(struct checker *checker, struct survey_check *survey,
                                                      struct error *err);
CXD_NODISCARD enum cxd_err sqlite_check_load_dimensions(struct checker *checker, struct survey_check *survey,
                                                        struct error *err);
/* From which day on visits count in its properties. `number` is the survey's, without a minus. */
CXD_NODISCARD enum cxd_err sqlite_check_load_shown(struct checker *checker, int64_t number, struct survey_check *survey,
                                                   struct error *err);
/* NULL: there is none. */
struct dimension_check *sqlite_check_find_dimension(const struct survey_check *survey, const char *name);
/* Of a stored row of visits: its property is not declared any more, or was not yet. */
bool sqlite_check_is_stale(const struct survey_check *survey, const char *dimension, int64_t bucket);

#endif
