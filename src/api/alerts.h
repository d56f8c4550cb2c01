#ifndef CXD_SRC_API_ALERTS_H
#define CXD_SRC_API_ALERTS_H

#include "api/app.h"
#include "cxd/codec/alert.h"

/* A rule as it is stored, with its state. */
struct api_alert {
    struct alert_rule rule;
    struct document document;
    struct alert_state state;
    bool has_state;
};
/* The one that the path names, by the worker's reader. Of a rule that cannot be read the survey is empty. ERR_NO_ALERT.
 */
CXD_NODISCARD enum cxd_err api_read_alert(struct http_request *request, struct api_alert *ret_alert, struct error *err);
/* `state` NULL, or of another revision: there is none yet. */
void api_append_alert(struct http_request *request, const struct alert_rule *rule, const struct document *document,
                      const struct alert_state *state);
/* The ETag of the reply: the rule's, whatever its state. */
void api_name_rule(struct http_request *request, const struct document *document);

#endif
