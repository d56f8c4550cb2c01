/* GET /v1/archive: all that makes this cxd the same as another, of one moment, as lines of JSON (docs/archive.md). Runs
 * on a worker of exports. Who takes it along is told in the audit log before. */
#include "cxd/codec/archive.h"
#include <string.h>

#include "api/deed.h"
#include "api/pieces.h"
#include "api/settings.h"
#include "cxd/base/clock.h"
#include "cxd/base/log.h"
#include "cxd/codec/survey.h"

enum {
    DEFINITIONS = 16, /* read at once */
    DEPTH = 64        /* of a definition that is stored, which was bounded when it came */
};

struct archiving {
    struct pieces pieces;
    struct arena arena; /* of what is read at once */
    struct sha256_run sum;
    int64_t lines, responses;
    const struct survey_record *record;
    struct archive_figures figures; /* of that survey */
};

static void end_line(struct archiving *archiving) {
    archiving->lines++;
    (void)pieces_end_row(&archiving->pieces);
}

static bool write_response(void *context, const struct response *response) {
    struct archiving *archiving = context;
    archive_encode_response(&archiving->pieces.out, archiving->record->slug, response);
    archive_count(&archiving->figures, response);
    archiving->responses++;
    end_line(archiving);
    return !archiving->pieces.is_cut;
}

static enum cxd_err decode(struct archiving *archiving, const struct survey_record *record, const char *definition,
                           struct survey *ret_survey, struct error *err) {
    return survey_decode_stored(definition, DEPTH, record->slug, &archiving->arena, ret_survey, err);
}

static enum cxd_err write_revisions(struct store_reader *reader, struct archiving *archiving,
                                    const struct survey_record *record, struct error *err) {
    enum cxd_err result = CXD_OK;
    int64_t after = 0;
    for (size_t count = DEFINITIONS; result == CXD_OK && count == DEFINITIONS && !archiving->pieces.is_cut;) {
        struct survey_revision *revisions;
        arena_reset(&archiving->arena);
        result = store_read_revisions(reader, record->number, after, DEFINITIONS, &archiving->arena, &revisions, &count,
                                      err);
        for (size_t i = 0; result == CXD_OK && i < count; i++) {
            struct survey survey;
            result = decode(archiving, record, revisions[i].definition, &survey, err);
            if (result != CXD_OK)
                return result;
            survey.revision = after = revisions[i].revision;
            survey.archived_at = record->archived_at;
            archive_encode_survey(&archiving->pieces.out, &survey);
            end_line(archiving);
        }
    }
    return result;
}

static enum cxd_err write_documents(struct store_reader *reader, struct archiving *archiving, enum document_kind kind,
                                    struct error *err) {
    char after[SLUG_SIZE] = "";
    enum cxd_err result = CXD_OK;
    for (size_t count = DEFINITIONS; result == CXD_OK && count == DEFINITIONS && !archiving->pieces.is_cut;) {
        struct document *documents;
        arena_reset(&archiving->arena);
        result = store_read_documents(reader, kind, after, DEFINITIONS, &archiving->arena, &documents, &count, err);
        for (size_t i = 0; result == CXD_OK && i < count; i++) {
            memcpy(after, documents[i].name, sizeof after);
            archive_encode_document(&archiving->pieces.out, document_kind_name(kind), after, documents[i].definition);
            end_line(archiving);
        }
    }
    return result;
}

static enum cxd_err write_responses(struct store_reader *reader, struct archiving *archiving,
                                    const struct survey_record *record, struct error *err) {
    struct walk walk = {.filter.survey = record->number,
                        .from = TIME_MIN,
                        .to = TIME_MAX,
                        .received_from = TIME_MIN,
                        .received_to = TIME_MAX,
                        .updated_from = TIME_MIN,
                        .updated_to = TIME_MAX,
                        .excluded = -1,
                        .amended = -1,
                        .goes_on = pieces_go_on,
                        .context = &archiving->pieces};
    struct survey survey;
    archiving->record = record;
    archiving->figures = (struct archive_figures){0};
    enum cxd_err result = store_walk_responses(reader, &walk, write_response, archiving, err);
    archiving->pieces.is_cut = !pieces_go_on(&archiving->pieces);
    arena_reset(&archiving->arena);
    if (result == CXD_OK && !archiving->pieces.is_cut)
        result = decode(archiving, record, record->definition, &survey, err);
    if (result != CXD_OK || archiving->pieces.is_cut)
        return result;
    archive_encode_figures(&archiving->pieces.out, &survey, &archiving->figures);
    end_line(archiving);
    return CXD_OK;
}

static enum cxd_err write_lines(struct store_reader *reader, struct archiving *archiving,
                                const struct store_catalog *catalog, struct error *err) {
    enum cxd_err result = CXD_OK;
    for (size_t i = 0; result == CXD_OK && i < catalog->survey_count && !archiving->pieces.is_cut; i++)
        result = write_revisions(reader, archiving, &catalog->surveys[i], err);
    for (int kind = 0; result == CXD_OK && kind < DOCUMENT_KIND_COUNT && !archiving->pieces.is_cut; kind++)
        result = write_documents(reader, archiving, (enum document_kind)kind, err);
    for (size_t i = 0; result == CXD_OK && i < catalog->survey_count && !archiving->pieces.is_cut; i++)
        result = write_responses(reader, archiving, &catalog->surveys[i], err);
    return result;
}

/* What ends the file says that it is whole; without it, it is not. */
static enum cxd_err write_end(struct archiving *archiving, struct error *err) {
    uint8_t digest[SHA256_SIZE];
    if (!archiving->pieces.is_cut && pieces_hand_on(&archiving->pieces)) {
        sha256_end(&archiving->sum, digest);
        archive_encode_end(&archiving->pieces.out, archiving->lines, archiving->responses, digest);
    } else {
        buffer_append_text(&archiving->pieces.out, "{\"type\":\"incomplete\"}\n");
    }
    if (archiving->pieces.out.failed)
        return error_set(err, ERR_NO_MEMORY, "no memory for the end of the archive");
    http_stream_trailer(archiving->pieces.stream, "Cxd-Complete", archiving->pieces.is_cut ? "false" : "true");
    (void)pieces_hand_on(&archiving->pieces); /* who is gone does not miss it */
    return CXD_OK;
}

static enum cxd_err tell(struct http_request *request, struct error *err) {
    struct change change = {.kind = CHANGE_NOTE, .now_ms = http_now_ms(request), .arena = http_arena(request)};
    change.as.note.act = "archive.export";
    return api_apply(request, &change, err);
}

static enum cxd_err begin(struct http_request *request, struct archiving *archiving, int64_t now_ms,
                          struct error *err) {
    const struct http_stream_form form = {.type = "application/x-ndjson",
                                          .trailers = "Cxd-Complete",
                                          .buffer_bytes = PIECES_STREAM_BYTES,
                                          .may_gzip = true};
    struct store_figures figures;
    char moment[TIME_TEXT_SIZE];
    enum cxd_err result = store_read_figures(http_worker(request), &figures, err);
    if (result == CXD_OK && !http_request_is_head(request))
        result = tell(request, err);
    if (result != CXD_OK)
        return result;
    archiving->pieces.end_ms = clock_monotonic_ms() + api_settings(request)->config.export_time_s * 1000;
    http_reply_header(request, "Cxd-Moment", time_format(moment, now_ms));
    http_reply_header(request, "Content-Disposition", "attachment; filename=\"cxd.ndjson\"");
    result = http_stream_open(request, &form, &archiving->pieces.stream, err);
    if (result == CXD_OK)
        archive_encode_head(&archiving->pieces.out, now_ms, figures.schema, "cxd " CXD_VERSION);
    archiving->lines = 1;
    return result;
}

/* With the reader at one moment. */
static enum cxd_err write_archive(struct http_request *request, struct archiving *archiving, struct error *err) {
    struct store_reader *reader = http_worker(request);
    struct store_catalog catalog;
    int64_t now_ms = clock_now_ms(); /* what was acknowledged before is in it */
    enum cxd_err result = store_reader_begin(reader, err);
    if (result != CXD_OK)
        return result;
    result = store_read_catalog(reader, SINCE_EVER, http_arena(request), &catalog, err);
    if (result == CXD_OK)
        result = begin(request, archiving, now_ms, err);
    if (result == CXD_OK)
        result = write_lines(reader, archiving, &catalog, err);
    store_reader_end(reader);
    return result;
}

void api_archive_get(struct http_request *request) {
    struct archiving archiving = {0};
    struct error err;
    buffer_init(&archiving.pieces.out);
    arena_init(&archiving.arena);
    sha256_begin(&archiving.sum);
    archiving.pieces.sum = &archiving.sum;
    enum cxd_err result = write_archive(request, &archiving, &err);
    if (archiving.pieces.stream && result == CXD_OK)
        result = write_end(&archiving, &err);
    buffer_free(&archiving.pieces.out);
    arena_free(&archiving.arena);
    if (!archiving.pieces.stream) {
        http_problem(request, &err);
    } else if (result == CXD_OK) {
        http_stream_close(archiving.pieces.stream);
    } else {
        log_record(LOG_LEVEL_ERROR, "archive_failed", "responses=%lld problem=%s detail=%s",
                   (long long)archiving.responses, error_slug(err.code), err.detail);
        http_stream_fail(archiving.pieces.stream);
    }
}
