/* What a batch holds of the responses that its changes name. */

#include "store/postgresql/held.h"

#include <stdlib.h>
#include <string.h>

#include "store/postgresql/rows.h"

void postgresql_held_clear(struct held *held) {
    held->count = 0;
}

void postgresql_held_free(struct held *held) {
    free(held->rows);
    *held = (struct held){0};
}

static int compare(const struct held_row *row, int64_t survey, const struct id *id) {
    int order = (row->survey > survey) - (row->survey < survey);
    return order ? order : id_compare(&row->id, id);
}

/* The first that is not before it. */
static size_t find_place(const struct held *held, int64_t survey, const struct id *id) {
    size_t low = 0, high = held->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(held->rows[middle], survey, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct held_row *postgresql_held_find(const struct held *held, int64_t survey, const struct id *id) {
    size_t at = find_place(held, survey, id);
    return at < held->count && compare(held->rows[at], survey, id) == 0 ? held->rows[at] : NULL;
}

static bool reserve(struct held *held) {
    if (held->count < held->capacity)
        return true;
    size_t larger = held->capacity ? 2 * held->capacity : 256;
    struct held_row **rows = reallocarray(held->rows, larger, sizeof *rows);
    if (!rows)
        return false;
    held->rows = rows;
    held->capacity = larger;
    return true;
}

struct held_row *postgresql_held_row(struct held *held, struct arena *arena, int64_t survey, const struct id *id) {
    size_t at = find_place(held, survey, id);
    if (at < held->count && compare(held->rows[at], survey, id) == 0)
        return held->rows[at];
    struct held_row *row = arena_alloc_zero(arena, 1, sizeof *row);
    if (!row || !reserve(held))
        return NULL;
    row->survey = survey;
    row->id = *id;
    memmove(&held->rows[at + 1], &held->rows[at], (held->count - at) * sizeof(struct held_row *));
    held->rows[at] = row;
    held->count++;
    return row;
}

void postgresql_held_keys(const struct held *held, struct db_array *arrays) {
    postgresql_array_ints(&arrays[0]);
    postgresql_array_blobs(&arrays[1]);
    for (size_t i = 0; i < held->count; i++) {
        postgresql_array_add_int(&arrays[0], held->rows[i]->survey);
        postgresql_array_add_bytes(&arrays[1], held->rows[i]->id.bytes, sizeof held->rows[i]->id.bytes);
    }
}

static enum cxd_err no_memory(struct error *err) {
    return error_set(err, ERR_NO_MEMORY, "no memory for a batch");
}

enum cxd_err postgresql_held_take(struct held *held, struct arena *arena, const PGresult *responses,
                                  struct error *err) {
    enum cxd_err code = CXD_OK;
    for (int i = 0; code == CXD_OK && i < PQntuples(responses); i++) {
        struct id id = postgresql_id(responses, i, 1);
        struct held_row *row = postgresql_held_row(held, arena, postgresql_int(responses, i, 0), &id);
        if (!row)
            return no_memory(err);
        code = postgresql_row_response(responses, i, arena, &row->value, err);
        row->was_there = row->is_there = true;
        row->is_changed = false;
    }
    return code;
}

enum cxd_err postgresql_held_take_marks(struct held *held, struct arena *arena, const PGresult *marks,
                                        struct error *err) {
    for (int i = 0; i < PQntuples(marks); i++) {
        struct id id = postgresql_id(marks, i, 1);
        struct held_row *row = postgresql_held_row(held, arena, postgresql_int(marks, i, 0), &id);
        if (!row)
            return no_memory(err);
        row->is_marked = true;
    }
    return CXD_OK;
}

enum cxd_err postgresql_held_take_invitations(struct held *held, struct arena *arena, const PGresult *invitations,
                                              struct error *err) {
    enum cxd_err code = CXD_OK;
    for (int i = 0; code == CXD_OK && i < PQntuples(invitations); i++) {
        struct invitation_record record = {.survey = postgresql_int(invitations, i, 0),
                                           .response = postgresql_id(invitations, i, 1),
                                           .created_at = postgresql_int(invitations, i, 4),
                                           .expires_at = postgresql_int(invitations, i, 5),
                                           .kept_until = postgresql_int(invitations, i, 6)};
        struct held_row *row = postgresql_held_row(held, arena, record.survey, &record.response);
        if (!row)
            return no_memory(err);
        code = postgresql_copy(invitations, i, 2, arena, &record.respondent, err);
        if (code == CXD_OK)
            code = postgresql_row_properties(invitations, i, 3, arena, &record.properties, &record.property_count, err);
        row->invitation = record;
        row->opened = (int)postgresql_int(invitations, i, 7) == OPENED_NOT    ? OPENED_NOT
                      : (int)postgresql_int(invitations, i, 7) == OPENED_ONCE ? OPENED_ONCE
                                                                              : OPENED_UNCOUNTED;
        row->is_invited = row->was_invited = true;
        row->is_turned = false;
    }
    return code;
}
