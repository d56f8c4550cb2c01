#ifndef CXD_HTTP_ALLOWANCE_H
#define CXD_HTTP_ALLOWANCE_H

#include <stdint.h>

#include "cxd/http/http.h"
#include "http/rate.h"

/* RateLimit and RateLimit-Policy: what a reply tells a client of its limit. */

enum { ALLOWANCE_POLICY_SIZE = 48, ALLOWANCE_STATE_SIZE = 80 };

/* `"address";q=600;w=60` */
void allowance_write_policy(enum http_rate rate, int64_t per_minute, char ret_text[ALLOWANCE_POLICY_SIZE]);
/* `"address";r=599;t=1` */
void allowance_write_state(enum http_rate rate, const struct rate_verdict *verdict,
                           char ret_text[ALLOWANCE_STATE_SIZE]);

#endif
