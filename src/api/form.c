/* What a widget asks for before it shows a survey: the form, and whether this respondent is to be asked at all. Runs on
 * workers, because the latter is read from the store. */
#include <string.h>

#include "api/bodies.h"
#include "api/deed.h"
#include "api/eligible.h"
#include "api/parameter.h"
#include "api/settings.h"
#include "api/suspicion.h"
#include "cxd/api/site.h"
#include "cxd/base/clock.h"
#include "cxd/base/utf8.h"
#include "cxd/codec/survey.h"
#include "cxd/domain/respondent.h"

/* What is asked for, NULL where it is not. */
struct asked {
    const char *respondent; /* NULL too where it says nothing, as of a visitor whom the page does not know */
    const char *touchpoint; /* at which they are to be asked */
    const char *locale;     /* any text: what is no locale is read what others are */
    bool interface;         /* whether to say what a widget has to know beside the survey */
};

static enum cxd_err read_parameters(struct http_request *request, struct asked *ret_asked, struct error *err) {
    size_t most = api_settings(request)->limits.respondent_characters;
    const char *said;
    enum cxd_err result = http_query_named(request, "touchpoint", &ret_asked->touchpoint, err);
    if (result == CXD_OK)
        result = http_query_named(request, "interface", &said, err);
    if (result == CXD_OK && said)
        result = parameter_read_boolean("interface", said, &ret_asked->interface, err);
    if (result == CXD_OK)
        result = http_query_named(request, "locale", &ret_asked->locale, err);
    if (result == CXD_OK)
        result = http_query_named(request, "respondent", &said, err);
    if (result != CXD_OK || !said || utf8_all_blank(said))
        return result;
    ret_asked->respondent = respondent_form(said, http_arena(request));
    if (!ret_asked->respondent)
        return error_set(err, ERR_NO_MEMORY, "no memory for the form");
    size_t characters = utf8_count(ret_asked->respondent);
    if (characters > most)
        return error_set(err, ERR_BAD_PARAMETER, "respondent may be %zu characters long", most);
    return CXD_OK;
}

static enum cxd_err write_form(struct http_request *request, const struct snapshot *snapshot,
                               const struct survey *survey, const struct asked *asked, struct error *err) {
    struct survey_form form = {
        .now_ms = http_now_ms(request),
        .has_respondent = asked->respondent,
        .locale = asked->locale,
    };
    const struct app_site *site = ((const struct app *)http_app(request))->site;
    struct buffer nonce, interface;
    buffer_init(&nonce);
    buffer_init(&interface);
    enum cxd_err result = CXD_OK;
    if (asked->interface && site && site->write_interface) {
        site->write_interface(&interface, request, survey, asked->locale);
        form.interface = buffer_terminate(&interface);
        survey = site->complete ? site->complete(request, survey, asked->locale) : survey;
        if (!form.interface || !survey)
            result = error_set(err, ERR_NO_MEMORY, "no memory for the form");
    }
    if (result == CXD_OK && asked->respondent)
        result = eligible_read(request, survey, asked->respondent, asked->touchpoint, &form.eligible_from, err);
    if (result == CXD_OK && survey->min_seconds > 0) {
        suspicion_sign_nonce(&nonce, snapshot, survey, form.now_ms);
        form.nonce = buffer_terminate(&nonce);
        if (!form.nonce)
            result = error_set(err, ERR_NO_MEMORY, "no memory for the form");
    }
    if (result == CXD_OK)
        survey_encode_form(http_out(request), survey, &form);
    buffer_free(&nonce);
    buffer_free(&interface);
    return result;
}

void api_form_get(struct http_request *request) {
    const struct snapshot *snapshot;
    const struct survey *survey;
    struct asked asked = {.respondent = NULL};
    bool is_own = false; /* this client's alone, and true for now only: no ETag, not to be kept */
    struct error err;
    enum cxd_err result = deed_find_survey(request, &snapshot, &survey, &err);
    if (result == CXD_OK)
        result = read_parameters(request, &asked, &err);
    if (result == CXD_OK) {
        is_own = asked.respondent || survey->min_seconds > 0;
        result = write_form(request, snapshot, survey, &asked, &err);
    }
    catalog_release(snapshot);
    deed_reply(request, result, &err, !is_own);
}

/* --- Of a definition that is not stored -----------------------------------------------------------------------------
 */

static enum cxd_err read_draft_parameters(struct http_request *request, struct asked *ret_asked, struct error *err) {
    static const char *const NAMES[] = {"locale", "interface"};
    size_t count;
    const struct http_query_item *items = http_query(request, &count);
    enum cxd_err result = CXD_OK;
    for (size_t i = 0; i < count && result == CXD_OK; i++)
        if (strcmp(items[i].key, "locale") == 0)
            ret_asked->locale = items[i].value;
        else if (strcmp(items[i].key, "interface") == 0)
            result = parameter_read_boolean(items[i].key, items[i].value, &ret_asked->interface, err);
        else
            result = parameters_refuse(items[i].key, NAMES, CXD_COUNT(NAMES), err);
    return result;
}

static enum cxd_err write_draft(struct http_request *request, const struct snapshot *snapshot, struct error *err) {
    static const char SLUG[] = "preview";
    struct asked asked = {.respondent = NULL};
    struct survey survey;
    size_t length;
    const char *body = http_body(request, &length);
    enum cxd_err result = read_draft_parameters(request, &asked, err);
    if (result == CXD_OK)
        result = survey_decode(body, length, (size_t)api_settings(request)->config.json_depth, SLUG,
                               api_settings(request)->config.max_backdate_s, http_arena(request), &survey, err);
    if (result != CXD_OK)
        return result;
    survey.revision = 1;
    survey.min_seconds = 0; /* nobody answers it: there is nothing to sign */
    return write_form(request, snapshot, &survey, &asked, err);
}

void api_form_post(struct http_request *request) {
    struct app *app = http_app(request);
    struct error err;
    if (!body_take(request, BODY_OF_COMMAND, NULL))
        return;
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    enum cxd_err result = write_draft(request, snapshot, &err);
    catalog_release(snapshot);
    deed_reply(request, result, &err, false);
}
