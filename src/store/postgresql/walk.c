/* Responses in the order of their commits: that of their numbers. As long as its caller likes. */

#include "cxd/base/clock.h"
#include "store/postgresql/reader.h"
#include "store/postgresql/rows.h"

static enum cxd_err open(struct cursor *cursor, struct postgresql_reader *reader, const struct walk *walk,
                         struct filter_parts *parts, int64_t horizon, struct error *err) {
    const struct filter *filter = &walk->filter;
    return CURSOR_OPEN(cursor, reader, QUERY_WALK_RESPONSES, err, INT(filter->survey), INT(walk->from), INT(walk->to),
                       FILTER(filter, parts), INT(walk->excluded), INT(walk->scores), BOOL(walk->flagged),
                       INT(walk->after), TEXT(walk->respondent), INT(walk->received_from), INT(walk->received_to),
                       INT(walk->updated_from), INT(walk->updated_to), INT(walk->amended), INT(horizon));
}

static enum cxd_err bound(struct postgresql_reader *reader, const struct walk *walk, struct error *err) {
    reader->db.goes_on = walk->goes_on;
    reader->db.context = walk->context;
    reader->db.has_ended = false;
    char ms[16];
    snprintf(ms, sizeof ms, "%d", (int)WALK_MS);
    return walk->goes_on ? POSTGRESQL_QUEUE(&reader->db, QUERY_WAIT_LONG, err, TEXT(ms)) : CXD_OK;
}

static enum cxd_err go(struct postgresql_reader *reader, const struct walk *walk, int64_t horizon,
                       store_response_visit *visit, void *context, struct error *err) {
    struct filter asked = walk->filter;
    struct filter_parts parts;
    struct cursor cursor = {0};
    struct arena arena; /* of one row */
    bool row = false, goes_on = true;
    asked.question = NULL;
    arena_init(&arena);
    postgresql_filter_make(&asked, &parts);
    struct walk of_all = *walk;
    of_all.filter = asked;
    enum cxd_err code = bound(reader, walk, err);
    if (code == CXD_OK)
        code = open(&cursor, reader, &of_all, &parts, horizon, err);
    while (code == CXD_OK && goes_on && (code = postgresql_cursor_next(&cursor, &row, err)) == CXD_OK && row) {
        struct response response;
        code = postgresql_row_response(cursor.rows, cursor.row, &arena, &response, err);
        if (code == CXD_OK)
            goes_on = visit(context, &response) && (!walk->goes_on || walk->goes_on(walk->context));
        arena_reset(&arena);
    }
    postgresql_cursor_close(&cursor);
    postgresql_filter_free(&parts);
    arena_free(&arena);
    return code;
}

enum cxd_err postgresql_walk_responses(struct store_reader *base, const struct walk *walk, store_response_visit *visit,
                                       void *context, struct error *err) {
    struct postgresql_reader *reader = (struct postgresql_reader *)base;
    int64_t horizon = 0;
    bool began = false;
    enum cxd_err code = postgresql_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = postgresql_read_horizon(reader, began, &horizon, err);
    if (code == CXD_OK)
        code = go(reader, walk, horizon, visit, context, err);
    if (code != CXD_OK && reader->db.has_ended)
        code = CXD_OK;
    postgresql_reader_leave(reader, began);
    return code;
}
