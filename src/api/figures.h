#ifndef CXD_API_FIGURES_H
#define CXD_API_FIGURES_H

#include <stdint.h>

#include "cxd/http/http.h"
#include "cxd/query/query.h"

/* How the routes that answer with figures end: tagged JSON, or a tagged picture, with the time they took in a
 * Server-Timing header. */

struct figures_clock {
    int64_t started_ns;
};

struct figures_clock figures_begin(void);
/* Whether the survey has the interval that is asked for; with every survey's scores the means among them take it.
 * ERR_BAD_PARAMETER. */
CXD_NODISCARD enum cxd_err figures_check_interval(const struct survey *survey, const struct score_question *question,
                                                  struct error *err);
/* Where a question claims what it holds to tell respondents apart, or for terms. */
struct purse figures_purse(const struct http_request *request);
/* Whether the client would rather have a picture of the figures (Accept); the reply says that it depends on that. */
bool figures_draw(struct http_request *request);
/* As figures_reply, of a picture. */
void figures_reply_picture(struct http_request *request, struct figures_clock clock, enum cxd_err result,
                           const struct error *err);
/* As deed_reply. */
void figures_reply(struct http_request *request, struct figures_clock clock, enum cxd_err result,
                   const struct error *err);

#endif
