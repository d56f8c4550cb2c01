/* The rules of the changes of alerts, shared by every engine. */
#include "store/decide_alert.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static struct alert_event event_of(const struct alert_state *state, enum alert_event_kind kind, int64_t at) {
    struct alert_event event = {.kind = kind, .at = at, .value = NAN, .p_value = NAN};
    memcpy(event.name, state->name, sizeof event.name);
    return event;
}

void decide_alert_rule(struct change *change, int64_t revision, const struct alert_state *stored, int64_t last,
                       struct alert_state *ret_after, struct alert_event *ret_event) {
    bool watches = change->as.alert_rule.watches_responses;
    bool is_same = stored ? stored->revision == revision : revision == 0;
    change->outcome = is_same ? OUTCOME_REPLAYED : stored ? OUTCOME_AMENDED : OUTCOME_CREATED;
    if (is_same && stored)
        change->as.alert_rule.state = *stored;
    if (is_same || revision == 0)
        return;
    *ret_after = (struct alert_state){
        .revision = revision,
        .version = stored ? stored->version + 1 : change->now_ms, /* not that of one of the name before */
        .status = watches ? ALERT_OK : ALERT_NO_DATA,
        .since = change->now_ms,
        .evaluated_at = watches ? change->now_ms : 0,
        .through = watches ? last : -1,
        .finding = alert_find_nothing(watches ? ALERT_KNOWN : ALERT_NOT_YET),
    };
    memcpy(ret_after->name, change->as.alert_rule.name, sizeof ret_after->name);
    change->as.alert_rule.state = *ret_after;
    *ret_event = event_of(ret_after, ALERT_CHANGED, change->now_ms);
}

void decide_alert(struct change *change, const struct alert_state *stored, struct alert_state *ret_after) {
    struct alert_state *said = &change->as.alert.state;
    if (!stored || stored->revision != said->revision)
        change->outcome = OUTCOME_MISSING;
    else
        change->outcome = stored->version == said->version ? OUTCOME_AMENDED : OUTCOME_REPLAYED;
    if (change->outcome != OUTCOME_AMENDED)
        return;
    *ret_after = *said;
    ret_after->version = stored->version + 1;
    ret_after->through = stored->through;
}

bool decide_alert_tell(struct change *change, int64_t version) {
    bool is_next = change->as.alert_tell.version == version;
    change->as.alert_tell.told = 0;
    change->outcome = is_next ? OUTCOME_AMENDED : OUTCOME_REPLAYED;
    return is_next;
}

bool decide_tale(const struct change *change, const struct alert_tale *tale, const struct alert_state *stored,
                 const struct response *response, bool was_told, struct alert_state *ret_after,
                 struct alert_event *ret_event) {
    bool counts = response && response->import == 0 && response_counts(response) && response->flags == 0 &&
                  response->comment && response->comment[0] != '\0';
    if (!counts || response->score != tale->score || was_told || !stored || stored->revision != tale->revision)
        return false;
    struct alert_state after = *stored;
    if (after.status != ALERT_FIRING)
        after.since = change->now_ms;
    after.status = ALERT_FIRING;
    after.version++;
    after.evaluated_at = change->now_ms;
    after.finding.n++;
    after.acknowledgement = (struct alert_acknowledgement){0};
    *ret_event = event_of(&after, ALERT_FIRED, change->now_ms);
    ret_event->n = after.finding.n;
    ret_event->value = response->score;
    ret_event->response_number = response->number;
    ret_event->response = response->id;
    *ret_after = after;
    return true;
}

void decide_acknowledge(struct change *change, const struct alert_state *stored, struct alert_state *ret_after,
                        struct alert_event *ret_event) {
    if (!stored) {
        change->outcome = OUTCOME_MISSING;
        return;
    }
    *ret_after = *stored;
    change->outcome = OUTCOME_REPLAYED;
    if (stored->status == ALERT_ACKNOWLEDGED)
        return;
    if (stored->status != ALERT_FIRING) {
        change->outcome = OUTCOME_REFUSED;
        change->refusal = ERR_NOT_FIRING;
        return;
    }
    change->outcome = OUTCOME_AMENDED;
    ret_after->status = ALERT_ACKNOWLEDGED;
    ret_after->since = change->now_ms;
    ret_after->version++;
    if (alert_watches(stored))
        ret_after->finding.n = 0;
    ret_after->acknowledgement =
        (struct alert_acknowledgement){.at = change->now_ms, .note = change->as.acknowledge.note};
    snprintf(ret_after->acknowledgement.by, sizeof ret_after->acknowledgement.by, "%s",
             change->actor[0] != '\0' ? change->actor : "local");
    *ret_event = event_of(ret_after, ALERT_WAS_ACKNOWLEDGED, change->now_ms);
    ret_event->acknowledgement = ret_after->acknowledgement;
}
