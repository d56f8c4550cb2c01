/* Reading stored responses: one, a survey's newest first, or all that is held of a respondent. A list comes in pages:
 * `next` and the Link header name the one behind it. Runs on workers. */
#include <string.h>

#include "api/deed.h"
#include "api/pages.h"
#include "api/parameters.h"
#include "api/search.h"
#include "cxd/codec/response.h"
#include "cxd/codec/write.h"

enum { INVITATIONS_MAX = 500 };

static void append_response(struct buffer *out, const struct snapshot *snapshot, const struct response *response) {
    const struct survey *survey = snapshot_survey_number(snapshot, response->survey);
    response_encode(out, response, survey ? survey->slug : "");
}

/* One more than a page holds is read: whether there is a next one. */
static enum cxd_err append_page(struct http_request *request, const struct snapshot *snapshot,
                                const struct listing *listing, struct error *err) {
    struct buffer *out = http_out(request);
    struct listing wider = *listing;
    struct response *responses;
    size_t count;
    wider.limit++;
    enum cxd_err result =
        store_read_responses(http_worker(request), &wider, http_arena(request), &responses, &count, err);
    if (result != CXD_OK)
        return result;
    bool has_next = count > listing->limit;
    write_open(out, "responses", '[');
    for (size_t i = 0; i < count && i < listing->limit; i++)
        append_response(out, snapshot, &responses[i]);
    if (!has_next)
        return page_end(request, NULL, err);
    const struct response *last = &responses[listing->limit - 1];
    char cursor[CURSOR_SIZE];
    page_write_cursor(cursor, last->answered_at, &last->id, listing->filter.survey != 0 ? 0 : last->survey);
    return page_end(request, cursor, err);
}

void api_responses_get(struct http_request *request) {
    const struct snapshot *snapshot;
    const struct survey *survey;
    struct search search;
    struct error err;
    bool is_search = false;
    enum cxd_err result = deed_find_survey(request, &snapshot, &survey, &err);
    if (result == CXD_OK)
        result = search_read(request, survey, false, &search, &is_search, &err);
    if (result == CXD_OK) {
        write_open(http_out(request), NULL, '{');
        result = is_search ? search_append_page(request, survey, &search, &err)
                           : append_page(request, snapshot, &search.listing, &err);
    }
    catalog_release(snapshot);
    deed_reply(request, result, &err, true);
}

void api_response_get(struct http_request *request) {
    const struct snapshot *snapshot;
    const struct survey *survey;
    const char *text = http_path(request, "id");
    char tag[ETAG_SIZE];
    struct id id;
    struct response response;
    struct error err;
    bool found = false;
    enum cxd_err result = deed_find_survey(request, &snapshot, &survey, &err);
    if (result == CXD_OK && id_parse(text, strlen(text), &id)) {
        result = store_read_response(http_worker(request), survey->number, &id, http_arena(request), &found, &response,
                                     &err);
    }
    if (result == CXD_OK && !found)
        result = error_set(&err, ERR_NO_RESPONSE, "this survey has no response of this id");
    if (result == CXD_OK)
        response_encode(http_out(request), &response, survey->slug);
    if (result == CXD_OK)
        response_tag(&response, tag);
    deed_reply_with_tag(request, result, &err, tag);
    catalog_release(snapshot);
}

/* With the first page. */
static enum cxd_err append_invitations(struct http_request *request, const struct snapshot *snapshot,
                                       const char *respondent, struct error *err) {
    struct buffer *out = http_out(request);
    struct invitation_record *records;
    size_t count;
    enum cxd_err result = store_read_invitations(http_worker(request), respondent, INVITATIONS_MAX, http_arena(request),
                                                 &records, &count, err);
    if (result != CXD_OK)
        return result;
    write_open(out, "invitations", '[');
    for (size_t i = 0; i < count; i++) {
        const struct survey *survey = snapshot_survey_number(snapshot, records[i].survey);
        write_open(out, NULL, '{');
        write_text(out, "survey", survey ? survey->slug : "");
        write_id(out, "response_id", &records[i].response);
        write_time(out, "created_at", records[i].created_at);
        write_time(out, "expires_at", records[i].expires_at);
        write_open(out, "properties", '{');
        for (size_t k = 0; k < records[i].property_count; k++)
            write_text(out, records[i].properties[k].key, records[i].properties[k].value);
        buffer_append_text(out, "}}");
    }
    buffer_append_char(out, ']');
    return CXD_OK;
}

static void finish_look(struct http_request *request) {
    if (deed_done(request))
        http_reply(request, 200, "application/json");
}

/* A look at a person: told in the audit log before it is answered. */
void api_respondent_get(struct http_request *request) {
    const struct app *app = http_app(request);
    const char *respondent = NULL;
    struct listing listing;
    struct deed *deed;
    struct error err;
    enum cxd_err result = deed_find_respondent(request, &respondent, &err);
    if (result == CXD_OK)
        result = parameters_read_listing(request, PARAMETERS_PAGE, &listing, &err);
    if (result == CXD_OK) {
        const struct snapshot *snapshot = catalog_acquire(app->catalog);
        listing.respondent = respondent;
        write_open(http_out(request), NULL, '{');
        write_text(http_out(request), "respondent", respondent);
        if (!listing.has_after)
            result = append_invitations(request, snapshot, respondent, &err);
        if (result == CXD_OK)
            result = append_page(request, snapshot, &listing, &err);
        catalog_release(snapshot);
    }
    if (result != CXD_OK) {
        deed_reply(request, result, &err, false);
    } else if ((deed = deed_make(request, CHANGE_NOTE))) {
        deed->change.as.note.act = "respondent.export";
        deed->change.as.note.respondent = respondent;
        deed_submit(request, deed, finish_look);
    }
}
