#ifndef CXD_CODEC_EVENT_H
#define CXD_CODEC_EVENT_H

#include <stddef.h>

#include "cxd/base/arena.h"
#include "cxd/base/buffer.h"
#include "cxd/base/compiler.h"
#include "cxd/base/error.h"
#include "cxd/codec/form.h"
#include "cxd/domain/impression.h"

/* {"type", "visit", "touchpoint", "channel", "locale", "properties", "at", "invitation"}, of which type and visit are
 * required. Strings are copied to the arena. ERR_MALFORMED_JSON, ERR_INVALID with its members, ERR_NO_MEMORY. */
CXD_NODISCARD enum cxd_err event_decode(const char *bytes, size_t length, size_t depth, struct arena *arena,
                                        struct event *ret_event, struct error *err);
/* The same of a form's fields, properties as property.KEY. */
CXD_NODISCARD enum cxd_err event_decode_form(struct form *form, struct arena *arena, struct event *ret_event,
                                             struct error *err);
/* {"survey", "type", "visit", "at"} */
void event_encode(struct buffer *out, const struct event *event, const char *survey_slug);

#endif
