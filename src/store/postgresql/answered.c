/* What people have answered that is not excluded: of the database as it was locked, and of the batch over it. */

#include <string.h>

#include "cxd/base/clock.h"
#include "store/postgresql/held.h"

enum cxd_err postgresql_answered_take(struct answered_list *list, struct arena *arena, const PGresult *result,
                                      struct error *err) {
    size_t count = (size_t)PQntuples(result);
    enum cxd_err code = CXD_OK;
    list->count = 0;
    list->rows = arena_alloc(arena, (count + 1) * sizeof *list->rows);
    if (!list->rows)
        return error_set(err, ERR_NO_MEMORY, "no memory for a batch");
    for (int i = 0; code == CXD_OK && i < (int)count; i++) {
        list->rows[i] = (struct answered_row){.survey = postgresql_int(result, i, 1),
                                              .id = postgresql_id(result, i, 2),
                                              .number = postgresql_int(result, i, 3),
                                              .answered_at = postgresql_int(result, i, 4)};
        code = postgresql_copy(result, i, 0, arena, &list->rows[i].respondent, err);
    }
    list->count = code == CXD_OK ? count : 0;
    return code;
}

static bool is_of(const char *respondent, int64_t survey, const char *wanted, int64_t wanted_survey) {
    return respondent && strcmp(respondent, wanted) == 0 && (wanted_survey == 0 || survey == wanted_survey);
}

int64_t postgresql_answered_last(const struct answered_list *list, const struct held *held, const char *respondent,
                                 int64_t survey, int64_t from, int64_t to, int64_t except) {
    int64_t last = TIME_MIN;
    for (size_t i = 0; i < list->count; i++) {
        const struct answered_row *row = &list->rows[i];
        if (is_of(row->respondent, row->survey, respondent, survey) && row->answered_at >= from &&
            row->answered_at < to && row->answered_at > last && row->number != except &&
            !postgresql_held_find(held, row->survey, &row->id))
            last = row->answered_at;
    }
    for (size_t i = 0; i < held->count; i++) {
        const struct response *value = &held->rows[i]->value;
        if (held->rows[i]->is_there && !value->excluded &&
            is_of(value->respondent, value->survey, respondent, survey) && value->answered_at >= from &&
            value->answered_at < to && value->answered_at > last && value->number != except)
            last = value->answered_at;
    }
    return last;
}
