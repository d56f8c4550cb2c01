#ifndef CXD_CODEC_ALERT_H
#define CXD_CODEC_ALERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/arena.h"
#include "cxd/base/buffer.h"
#include "cxd/base/compiler.h"
#include "cxd/base/error.h"
#include "cxd/domain/alert.h"

/* Alert rules between JSON and struct:
 *
 * {"survey": "checkout", "kind": "score", "below": 30, "window": "30d", "min_n": 30, "margin": 5, "touchpoint": "web",
 * "channel": …, "locale": …, "properties": {"plan": "pro"}}
 *
 * `survey` and `kind` are required. A score has `below` or `above`, a rate `above`, both `margin`; these and a drop
 * have `window` and `min_n`; a drop and a silence have `alpha`. What the server adds to a reply (name, state, …) is
 * taken and passed over, so that a reply can be edited and put back; a `name` must be the path's. */

/* Reads a rule and judges what needs no survey: alert_validate has the rest. ERR_MALFORMED_JSON; ERR_INVALID is in err,
 * to which alert_validate may add, and CXD_OK returned, as long as kind and survey could be read. */
CXD_NODISCARD enum cxd_err alert_decode(const char *bytes, size_t length, size_t depth, const char *name,
                                        struct arena *arena, struct alert_rule *ret_rule, struct error *err);
/* What the store keeps. ERR_STORAGE where it cannot be read. */
CXD_NODISCARD enum cxd_err alert_decode_stored(const char *definition, const char *name, struct arena *arena,
                                               struct alert_rule *ret_rule, struct error *err);
/* The rule alone, canonical: equal rules give equal bytes. */
void alert_encode_definition(struct buffer *out, const struct alert_rule *rule);

/* A rule with its state; its survey is empty where it cannot be read. */
struct alert_shown {
    const struct alert_rule *rule;
    const struct alert_state *state; /* NULL: there is none yet */
    const struct survey *survey;     /* NULL: there is none of the name */
    int64_t revision, created_at, updated_at;
    bool is_withheld; /* how it stands is not for who asks: all of that is null */
    bool is_nameless; /* who acknowledged it, and with which note, is not */
};
void alert_encode(struct buffer *out, const struct alert_shown *shown);
/* A line of its history; of `survey` (NULL: it is gone) are the decimals. */
void alert_encode_event(struct buffer *out, const struct alert_event *event, const struct alert_rule *rule,
                        const struct survey *survey);

/* {"note": "…"}, or no body at all. *ret_note is NULL where none is given. ERR_MALFORMED_JSON, ERR_INVALID. */
CXD_NODISCARD enum cxd_err alert_decode_note(const char *bytes, size_t length, size_t depth, struct arena *arena,
                                             const char **ret_note, struct error *err);

#endif
