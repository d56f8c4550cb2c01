/* Responses that answer an invitation. It names them, so that one primary key keeps it to one answer. */
#include "api/app.h"
#include "cxd/codec/invitation.h"

static enum cxd_err open_token(struct http_request *request, const struct survey *survey, const char *token,
                               struct invitation *ret_invitation, enum cxd_err *ret_lapse,
                               struct error *err) {
    struct app *app = http_app(request);
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    enum cxd_err result = invitation_open(token, snapshot->signing_keys, snapshot->signing_key_count,
                                          http_arena(request), ret_invitation, err);
    catalog_release(snapshot);
    if (result == CXD_OK)
        result = invitation_judge(ret_invitation, survey->slug, http_now_ms(request), err);
    *ret_lapse = result == ERR_INVITATION_EXPIRED ? result : CXD_OK;
    return result == ERR_INVITATION_EXPIRED ? CXD_OK : result;
}

enum cxd_err api_admit(struct http_request *request, const struct survey *survey, struct change *change,
                       struct error *err) {
    struct response *response = &change->as.response.value;
    if (response->sent.invitation == NULL)
        return err->code;
    struct invitation invitation;
    struct error own; /* err may hold members already */
    enum cxd_err result = open_token(request, survey, response->sent.invitation, &invitation,
                                     &change->as.response.unless_stored, &own);
    if (result != CXD_OK)
        return error_set(err, result, "%s", own.detail);
    if (!invitation_apply(&invitation, response, http_arena(request), err))
        return error_set(err, ERR_NO_MEMORY, "no memory for the response");
    return err->code;
}

enum cxd_err api_require_invitation(const struct survey *survey, struct change *change, struct error *err) {
    if (survey->access != ACCESS_INVITED || change->as.response.value.sent.invitation != NULL)
        return CXD_OK;
    if (!change->as.response.value.has_id)
        return error_set(err, ERR_INVITATION_REQUIRED,
                         "send the token of an invitation to this survey as `invitation`");
    if (change->as.response.unless_stored == CXD_OK)
        change->as.response.unless_stored = ERR_INVITATION_REQUIRED;
    return CXD_OK;
}

enum cxd_err api_refusal(const struct change *change) {
    bool invited = change->kind == CHANGE_RESPONSE && change->as.response.value.sent.invitation != NULL;
    return invited && change->refusal == ERR_CONFLICT ? ERR_INVITATION_USED : change->refusal;
}
