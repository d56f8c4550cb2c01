/* GET /v1/surveys/{survey}/comments: the responses of a survey that have a comment. Runs on a worker. */
#include "api/deed.h"
#include "api/search.h"
#include "cxd/codec/write.h"

void api_comments_get(struct http_request *request) {
    const struct snapshot *snapshot;
    const struct survey *survey;
    struct search search;
    struct error err;
    bool is_search;
    enum cxd_err result = deed_find_survey(request, &snapshot, &survey, &err);
    if (result == CXD_OK)
        result = search_read(request, survey, true, &search, &is_search, &err);
    if (result == CXD_OK) {
        write_open(http_out(request), NULL, '{');
        result = search_append_page(request, survey, &search, &err);
    }
    catalog_release(snapshot);
    deed_reply(request, result, &err, true);
}
