#ifndef CXD_CODEC_EVENT_H
#define CXD_CODEC_EVENT_H

#include <stdbool.h>
#include <stddef.h>

#include "cxd/base/arena.h"
#include "cxd/base/buffer.h"
#include "cxd/base/compiler.h"
#include "cxd/base/error.h"
#include "cxd/codec/form.h"
#include "cxd/domain/impression.h"

enum { EVENTS_MAX = 20 };
struct event_list {
    struct event *events; /* of the arena */
    size_t count;         /* at least 1 */
    bool is_list;         /* they were sent as one: pointers of what is wrong have the place in front, "/3/type" */
};

/* One, or an array of at most EVENTS_MAX: each {"type", "visit", "touchpoint", "channel", "locale", "properties", "at",
 * "invitation"}, of which type and visit are required. Strings are copied to the arena. ERR_MALFORMED_JSON, ERR_INVALID
 * with its members, ERR_NO_MEMORY. */
CXD_NODISCARD enum cxd_err event_decode(const char *bytes, size_t length, size_t depth, struct arena *arena,
                                        struct event_list *ret_list, struct error *err);
/* One of a form's fields, properties as property.KEY. */
CXD_NODISCARD enum cxd_err event_decode_form(struct form *form, struct arena *arena, struct event_list *ret_list,
                                             struct error *err);
/* Adds what is wrong with the event at `place` of a list, but for what was said before. */
void event_add_members(const struct event_list *list, size_t place, const struct error *own, struct error *err);
/* {"survey", "type", "visit", "at"}; of a list, what became of it in front: {"status", "outcome", …}. */
void event_encode(struct buffer *out, const struct event *event, const char *survey_slug);
void event_encode_result(struct buffer *out, const struct event *event, const char *survey_slug, bool is_new);

#endif
