/* GET …/responses.csv, .ndjson and .schema.json: the responses of a survey as a file, of one moment, however many there
 * are. Runs on a worker of its own, which reads a row, writes it as text into a buffer, and hands that to the stream.
 * Who writes the file is told in the audit log before. */
#include <stdio.h>

#include "api/deed.h"
#include "api/export_cursor.h"
#include "api/parameters.h"
#include "api/pieces.h"
#include "api/search.h"
#include "api/settings.h"
#include "cxd/base/clock.h"
#include "cxd/base/log.h"
#include "cxd/codec/export.h"

/* A form that a file has. */
struct export_form {
    const char *extension, *type;
    void (*begin)(struct buffer *out, const struct survey *survey); /* NULL: nothing stands in front */
    void (*append)(struct buffer *out, const struct survey *survey, const struct response *response);
    void (*append_incomplete)(struct buffer *out, const struct survey *survey, const char *cursor);
};

static void append_ndjson_incomplete(struct buffer *out, const struct survey *survey CXD_UNUSED, const char *cursor) {
    export_ndjson_incomplete(out, cursor);
}

static const struct export_form CSV = {"csv", "text/csv; charset=utf-8; header=present", export_csv_header,
                                       export_csv_row, export_csv_incomplete};
static const struct export_form NDJSON = {"ndjson", "application/x-ndjson", NULL, export_ndjson_line,
                                          append_ndjson_incomplete};

/* One file, as it is written. */
struct export {
    const struct export_form *form;
    const struct survey *survey;
    struct pieces pieces;
    int64_t last;  /* number of the last response in it */
    int64_t count; /* of responses */
    char history[STORE_HISTORY_SIZE];
};

static bool write_response(void *context, const struct response *response) {
    struct export *export = context;
    export->form->append(&export->pieces.out, export->survey, response);
    if (export->pieces.out.failed)
        return false;
    export->last = response->number;
    export->count++;
    return pieces_end_row(&export->pieces);
}

static enum cxd_err write_end(struct export *export, struct error *err) {
    char cursor[EXPORT_CURSOR_SIZE];
    export_cursor_write(cursor, export->history, export->last);
    if (export->pieces.is_cut)
        export->form->append_incomplete(&export->pieces.out, export->survey, cursor);
    if (export->pieces.out.failed) /* a row, or this, is not in it */
        return error_set(err, ERR_NO_MEMORY, "no memory for a row of the file");
    http_stream_trailer(export->pieces.stream, "Cxd-Complete", export->pieces.is_cut ? "false" : "true");
    http_stream_trailer(export->pieces.stream, "Cxd-Cursor", cursor);
    (void)pieces_hand_on(&export->pieces); /* who is gone does not miss it */
    return CXD_OK;
}

/* Everything between the head and the end. The snapshot is let go of before the client has all. */
static enum cxd_err write_all(struct http_request *request, struct export *export, struct walk *walk,
                              struct error *err) {
    walk->goes_on = pieces_go_on;
    walk->context = &export->pieces;
    if (export->form->begin)
        export->form->begin(&export->pieces.out, export->survey);
    enum cxd_err result = store_walk_responses(http_worker(request), walk, write_response, export, err);
    /* A walk that ended by itself in the moment in which it should has all that there is, and says otherwise. */
    export->pieces.is_cut = !pieces_go_on(&export->pieces);
    return result;
}

static enum cxd_err open_stream(struct http_request *request, struct export *export, struct error *err) {
    const struct http_stream_form form = {.type = export->form->type,
                                          .trailers = "Cxd-Complete, Cxd-Cursor",
                                          .buffer_bytes = PIECES_STREAM_BYTES,
                                          .may_gzip = true};
    char disposition[SLUG_SIZE + 64];
    snprintf(disposition, sizeof disposition, "attachment; filename=\"%s.%s\"", export->survey->slug,
             export->form->extension);
    http_reply_header(request, "Content-Disposition", disposition);
    http_reply_header(request, "Cxd-History", export->history);
    return http_stream_open(request, &form, &export->pieces.stream, err);
}

static enum cxd_err tell(struct http_request *request, const struct export *export, const struct walk *walk,
                         struct error *err) {
    char detail[64];
    snprintf(detail, sizeof detail, "%s%s", export->form->extension, walk->after > 0 ? ", from a cursor on" : "");
    struct change change = {.kind = CHANGE_NOTE, .now_ms = http_now_ms(request), .arena = http_arena(request)};
    change.as.note.act = "responses.export";
    change.as.note.target = export->survey->slug;
    change.as.note.detail = detail;
    return api_apply(request, &change, err);
}

/* With the reader at one moment. */
static enum cxd_err write_file(struct http_request *request, struct export *export, struct walk *walk,
                               const char *cursor, struct error *err) {
    struct store_reader *reader = http_worker(request);
    char moment[TIME_TEXT_SIZE];
    int64_t now_ms = clock_now_ms();
    enum cxd_err result = store_reader_begin(reader, err);
    if (result != CXD_OK)
        return result;
    result = store_read_history(reader, export->history, err);
    if (result == CXD_OK && cursor)
        result = export_cursor_read(cursor, export->history, &walk->after, err);
    if (result == CXD_OK && !http_request_is_head(request))
        result = tell(request, export, walk, err);
    if (result == CXD_OK) {
        http_reply_header(request, "Cxd-Moment", time_format(moment, now_ms));
        export->last = walk->after;
        export->pieces.end_ms = clock_monotonic_ms() + api_settings(request)->config.export_time_s * 1000;
        result = open_stream(request, export, err);
    }
    if (result == CXD_OK)
        result = write_all(request, export, walk, err);
    store_reader_end(reader);
    return result;
}

/* What there is to do before the stream is closed, which may take as long as its client. */
static enum cxd_err finish(struct http_request *request, struct export *export, enum cxd_err result,
                           struct error *err) {
    if (result == CXD_OK)
        result = write_end(export, err);
    if (result != CXD_OK)
        log_record(LOG_LEVEL_ERROR, "export_failed", "survey=%s responses=%lld problem=%s detail=%s",
                   export->survey->slug, (long long)export->count, error_slug(err->code), err->detail);
    api_count_exported(request, export->count);
    return result;
}

static void export_file(struct http_request *request, const struct export_form *form) {
    const struct snapshot *snapshot;
    struct export export = {.form = form};
    struct walk walk;
    const char *cursor = NULL;
    struct error err;
    buffer_init(&export.pieces.out);
    enum cxd_err result = deed_find_survey(request, &snapshot, &export.survey, &err);
    if (result == CXD_OK)
        result = search_read_walk(request, export.survey, &walk, &cursor, &err);
    if (result == CXD_OK)
        result = write_file(request, &export, &walk, cursor, &err);
    if (export.pieces.stream)
        result = finish(request, &export, result, &err);
    else
        http_problem(request, &err);
    catalog_release(snapshot);
    buffer_free(&export.pieces.out);
    if (export.pieces.stream && result == CXD_OK)
        http_stream_close(export.pieces.stream);
    else if (export.pieces.stream)
        http_stream_fail(export.pieces.stream);
}

void api_export_csv_get(struct http_request *request) {
    export_file(request, &CSV);
}

void api_export_ndjson_get(struct http_request *request) {
    export_file(request, &NDJSON);
}

void api_export_schema_get(struct http_request *request) {
    const struct snapshot *snapshot;
    const struct survey *survey;
    struct error err;
    enum cxd_err result = deed_find_survey(request, &snapshot, &survey, &err);
    if (result == CXD_OK)
        export_schema(http_out(request), survey);
    catalog_release(snapshot);
    deed_reply(request, result, &err, true);
}
