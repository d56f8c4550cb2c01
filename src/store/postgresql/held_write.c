/* What a batch has changed of the responses that it holds, written: in their order, each kind with one question. */

#include <string.h>

#include "store/dimensions.h"
#include "store/postgresql/held.h"
#include "store/postgresql/rows.h"
#include "store/stored.h"

enum { RESPONSE_COLUMNS = 26 };

/* Types of the columns, as arrays: ints, blobs, texts. */
static const char TYPES[RESPONSE_COLUMNS + 1] = "ibiiiiiiiiitttttttttiiiibi";

static void add_given(struct db_array *array, bool is_given, int64_t value) {
    if (is_given)
        postgresql_array_add_int(array, value);
    else
        postgresql_array_add_null(array);
}

/* The text that was written into the buffer; NULL where it is none. */
static void add_written(struct db_array *array, struct buffer *text) {
    if (text->length > 0)
        postgresql_array_add_bytes(array, text->data, text->length);
    else
        postgresql_array_add_null(array);
}

static void add_response(struct db_array *arrays, const struct response *response, struct buffer *text) {
    const int64_t numbers[] = {response->number,
                               response->revision,
                               response->answered_at,
                               response->received_at,
                               0,
                               response->score,
                               response_standing(response),
                               response->flags,
                               postgresql_row_forgotten(response)};
    const char *const texts[] = {response->touchpoint, response->channel, response->locale, response->respondent,
                                 response->comment};
    postgresql_array_add_int(&arrays[0], response->survey);
    postgresql_array_add_bytes(&arrays[1], response->id.bytes, sizeof response->id.bytes);
    for (size_t i = 0; i < CXD_COUNT(numbers); i++)
        add_given(&arrays[2 + i], i != 4 || response->updated_at != 0, i == 4 ? response->updated_at : numbers[i]);
    for (size_t i = 0; i < CXD_COUNT(texts); i++)
        postgresql_array_add_text(&arrays[11 + i], texts[i]);
    buffer_reset(text);
    stored_write_properties(text, response->properties, response->property_count);
    add_written(&arrays[16], text);
    buffer_reset(text);
    stored_write_answers(text, response->answers, response->answer_count);
    add_written(&arrays[17], text);
    postgresql_array_add_text(&arrays[18], response->excluded_reason);
    postgresql_array_add_text(&arrays[19], response->visit);
    add_given(&arrays[20], response->has_sequence, response->sequence);
    add_given(&arrays[21], response->has_answered_at, response->ahead_ms);
    add_given(&arrays[22], response->import != 0, response->import);
    add_given(&arrays[23], response->first.is_kept, response->first.answered_at);
    postgresql_array_add_bytes(&arrays[24], response->first.is_kept ? response->first.digest : NULL,
                               sizeof response->first.digest);
    add_given(&arrays[25], response->first.is_kept, response->first.revision);
}

static enum cxd_err queue(struct db *db, enum query query, struct db_array *arrays, size_t count, struct error *err) {
    struct db_value values[RESPONSE_COLUMNS];
    if (arrays[0].count == 0)
        return CXD_OK;
    for (size_t i = 0; i < count; i++)
        values[i] = ARRAY(&arrays[i]);
    return postgresql_db_queue(db, query, values, count, err);
}

static enum cxd_err write_responses(const struct held *held, struct db *db, bool are_new, struct db_array *arrays,
                                    struct buffer *text, struct error *err) {
    postgresql_arrays_begin(arrays, TYPES);
    for (size_t i = 0; i < held->count; i++) {
        const struct held_row *row = held->rows[i];
        if (row->is_changed && row->is_there && row->was_there != are_new)
            add_response(arrays, &row->value, text);
    }
    if (text->failed)
        return error_set(err, ERR_NO_MEMORY, "no memory to write a response");
    return queue(db, are_new ? QUERY_INSERT_RESPONSES : QUERY_UPDATE_RESPONSES, arrays, RESPONSE_COLUMNS, err);
}

static void add_key(struct db_array *arrays, const struct held_row *row) {
    postgresql_array_add_int(&arrays[0], row->survey);
    postgresql_array_add_bytes(&arrays[1], row->id.bytes, sizeof row->id.bytes);
}

static enum cxd_err delete_responses(const struct held *held, struct db *db, struct db_array *arrays,
                                     struct error *err) {
    postgresql_arrays_begin(arrays, "ib");
    for (size_t i = 0; i < held->count; i++)
        if (held->rows[i]->is_changed && !held->rows[i]->is_there && held->rows[i]->was_there)
            add_key(arrays, held->rows[i]);
    enum cxd_err code = queue(db, QUERY_DELETE_RESPONSES, arrays, 2, err);
    postgresql_arrays_begin(arrays, "i");
    for (size_t i = 0; i < held->count; i++)
        if (held->rows[i]->is_changed && !held->rows[i]->is_there && held->rows[i]->was_there)
            postgresql_array_add_int(&arrays[0], held->rows[i]->value.number);
    return code == CXD_OK ? queue(db, QUERY_FORGET_TOLD, arrays, 1, err) : code;
}

static enum cxd_err write_marks(const struct held *held, struct db *db, struct db_array *arrays, struct error *err) {
    postgresql_arrays_begin(arrays, "ibi");
    for (size_t i = 0; i < held->count; i++) {
        if (!held->rows[i]->is_fresh_mark)
            continue;
        add_key(arrays, held->rows[i]);
        postgresql_array_add_int(&arrays[2], held->rows[i]->marked_at);
    }
    return queue(db, QUERY_INSERT_MARKS, arrays, 3, err);
}

static enum cxd_err put_invitations(const struct held *held, struct db *db, bool are_new, struct db_array *arrays,
                                    struct buffer *text, struct error *err) {
    postgresql_arrays_begin(arrays, "ibttiiii");
    for (size_t i = 0; i < held->count; i++) {
        const struct held_row *row = held->rows[i];
        const struct invitation_record *record = &row->invitation;
        if (!row->is_turned || !row->is_invited || row->was_invited == are_new)
            continue;
        add_key(arrays, row);
        postgresql_array_add_text(&arrays[2], record->respondent);
        buffer_reset(text);
        stored_write_properties(text, record->properties, record->property_count);
        add_written(&arrays[3], text);
        postgresql_array_add_int(&arrays[4], record->created_at);
        postgresql_array_add_int(&arrays[5], record->expires_at);
        postgresql_array_add_int(&arrays[6], record->kept_until);
        postgresql_array_add_int(&arrays[7], row->opened);
    }
    return queue(db, are_new ? QUERY_INSERT_INVITATIONS : QUERY_UPDATE_INVITATIONS, arrays, 8, err);
}

static enum cxd_err write_invitations(const struct held *held, struct db *db, struct db_array *arrays,
                                      struct buffer *text, struct error *err) {
    enum cxd_err code = put_invitations(held, db, true, arrays, text, err);
    if (code == CXD_OK)
        code = put_invitations(held, db, false, arrays, text, err);
    postgresql_arrays_begin(arrays, "ib");
    for (size_t i = 0; i < held->count; i++)
        if (held->rows[i]->is_turned && !held->rows[i]->is_invited && held->rows[i]->was_invited)
            add_key(arrays, held->rows[i]);
    return code == CXD_OK ? queue(db, QUERY_DELETE_INVITATIONS, arrays, 2, err) : code;
}

static void settle(struct held *held) {
    for (size_t i = 0; i < held->count; i++) {
        struct held_row *row = held->rows[i];
        row->was_there = row->is_there;
        row->was_invited = row->is_invited;
        row->is_changed = row->is_turned = row->is_fresh_mark = row->is_amended = false;
    }
}

enum cxd_err postgresql_held_write(struct held *held, struct db *db, struct db_array *arrays, struct buffer *text,
                                   struct error *err) {
    enum cxd_err code = write_responses(held, db, true, arrays, text, err);
    if (code == CXD_OK)
        code = write_responses(held, db, false, arrays, text, err);
    if (code == CXD_OK)
        code = delete_responses(held, db, arrays, err);
    if (code == CXD_OK)
        code = write_marks(held, db, arrays, err);
    if (code == CXD_OK)
        code = write_invitations(held, db, arrays, text, err);
    if (code == CXD_OK)
        settle(held);
    return code;
}
