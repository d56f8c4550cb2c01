/* What an operator asks of a store: how much there is, what overflows, who is suspect. */

#include <assert.h>

#include "store/postgresql/reader.h"

enum cxd_err postgresql_count_rollups(struct store_reader *base, struct store_sums *ret_sums, struct error *err) {
    struct postgresql_reader *reader = (struct postgresql_reader *)base;
    const PGresult *result = NULL;
    bool began = false;
    enum cxd_err code = postgresql_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = POSTGRESQL_ASK(&reader->db, QUERY_COUNT_ROLLUPS, &result, err);
    if (code == CXD_OK)
        *ret_sums = (struct store_sums){.rows = postgresql_int(result, 0, 0)};
    postgresql_reader_leave(reader, began);
    return code;
}

/* There is no index of comments, and there are no packs, that could be behind. */
enum cxd_err postgresql_read_figures(struct store_reader *base, struct store_figures *ret_figures, struct error *err) {
    struct postgresql_reader *reader = (struct postgresql_reader *)base;
    struct store_figures figures = {0};
    int64_t *const numbers[] = {&figures.responses,
                                &figures.schema,
                                &figures.overflows,
                                &figures.beyond,
                                &figures.unrolled,
                                &figures.known_at,
                                &figures.imports[IMPORT_OPEN],
                                &figures.imports[IMPORT_DONE],
                                &figures.imports[IMPORT_UNDOING],
                                &figures.imports[IMPORT_UNDONE]};
    const PGresult *result = NULL;
    bool began = false;
    enum cxd_err code = postgresql_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = POSTGRESQL_ASK(&reader->db, QUERY_READ_FIGURES, &result, err);
    for (size_t i = 0; code == CXD_OK && i < CXD_COUNT(numbers); i++)
        *numbers[i] = postgresql_int(result, 0, (int)i);
    postgresql_reader_leave(reader, began);
    if (code == CXD_OK)
        *ret_figures = figures;
    return code;
}

enum cxd_err postgresql_read_overflows(struct store_reader *base, size_t limit, struct arena *arena,
                                       struct store_overflow **ret_overflows, size_t *ret_count, struct error *err) {
    struct postgresql_reader *reader = (struct postgresql_reader *)base;
    const PGresult *result = NULL;
    struct store_overflow *overflows = NULL;
    size_t count = 0;
    bool began = false;
    enum cxd_err code = postgresql_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = POSTGRESQL_ASK(&reader->db, QUERY_LIST_OVERFLOWS, &result, err, INT(limit));
    if (code == CXD_OK) {
        count = (size_t)PQntuples(result);
        overflows = arena_alloc_zero(arena, count + 1, sizeof *overflows);
        if (!overflows)
            code = error_set(err, ERR_NO_MEMORY, "no memory for the dimensions that overflow");
    }
    for (size_t i = 0; code == CXD_OK && i < count; i++) {
        overflows[i].survey = postgresql_int(result, (int)i, 0);
        overflows[i].values = postgresql_int(result, (int)i, 2);
        overflows[i].beyond = postgresql_int(result, (int)i, 3);
        code = postgresql_copy(result, (int)i, 1, arena, &overflows[i].dimension, err);
    }
    postgresql_reader_leave(reader, began);
    if (code == CXD_OK) {
        *ret_overflows = overflows;
        *ret_count = count;
    }
    return code;
}

static enum cxd_err sum_suspects(struct postgresql_reader *reader, int64_t since, size_t most,
                                 struct store_suspects *suspects, struct error *err) {
    int64_t *const numbers[] = {&suspects->responses,  &suspects->recent,     &suspects->reasons[0],
                                &suspects->reasons[1], &suspects->reasons[2], &suspects->reasons[3],
                                &suspects->reasons[4]};
    static_assert(FLAG_COUNT == 5, "the query sums every reason");
    const PGresult *result = NULL;
    enum cxd_err code = POSTGRESQL_ASK(&reader->db, QUERY_SUM_SUSPECTS, &result, err, INT(suspects->survey), INT(since),
                                       INT(most > INT64_MAX ? INT64_MAX : (int64_t)most));
    for (size_t i = 0; code == CXD_OK && i < CXD_COUNT(numbers); i++)
        *numbers[i] = postgresql_int(result, 0, (int)i);
    return code;
}

enum cxd_err postgresql_read_suspects(struct store_reader *base, int64_t after, int64_t since, size_t most,
                                      bool *ret_found, struct store_suspects *ret_suspects, struct error *err) {
    struct postgresql_reader *reader = (struct postgresql_reader *)base;
    struct store_suspects suspects = {0};
    const PGresult *result = NULL;
    bool began = false;
    enum cxd_err code = postgresql_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = POSTGRESQL_ASK(&reader->db, QUERY_NEXT_SUSPECTED, &result, err, INT(after));
    if (code == CXD_OK)
        suspects.survey = postgresql_int(result, 0, 0); /* NULL reads as 0, which is no survey's */
    if (code == CXD_OK && suspects.survey != 0)
        code = sum_suspects(reader, since, most, &suspects, err);
    postgresql_reader_leave(reader, began);
    if (code == CXD_OK) {
        *ret_found = suspects.survey != 0;
        *ret_suspects = suspects;
    }
    return code;
}
