/* What tells of single responses: those that were stored or amended since are read, held against the rules that take
 * such, and go to the writer, which says of which nobody was told before. */
#include <string.h>

#include "chores/alerts_state.h"
#include "cxd/base/clock.h"
#include "cxd/base/log.h"
#include "cxd/domain/band.h"

enum {
    TELL_RESTS = 4, /* as long as the writer took for what was found: most of its time is for others */
    RESPONSES_AT_ONCE = 200,
    TALES_AT_ONCE = 200, /* of one change: the writer has others to look after */
    KEEP_EVERY = 10000   /* responses that were looked at in vain, before that is kept */
};

/* `is_fresh`: stored since, and not only amended. Adds to the tales. */
static void match(struct alerts *alerts, const struct snapshot *snapshot, const struct response *response,
                  bool is_fresh, struct alert_tale *tales, size_t *count) {
    for (size_t i = 0; i < alerts->watch_count; i++) {
        const struct watch *watch = &alerts->watches[i];
        const struct survey *survey =
            watch->rule.kind == ALERT_DETRACTOR ? snapshot_survey(snapshot, watch->rule.survey) : NULL;
        if (!survey || survey->archived_at != 0 || (is_fresh && response->number <= watch->state.through) ||
            !alert_takes(&watch->rule, survey, response))
            continue;
        struct alert_tale *tale = &tales[(*count)++];
        memcpy(tale->name, watch->rule.name, sizeof tale->name);
        tale->revision = watch->state.revision;
        tale->response = response->number;
        tale->score = response->score;
    }
}

static void log_tale(const struct watch *watch, const struct response *response) {
    char id[ID_TEXT_SIZE];
    log_record(LOG_LEVEL_WARNING, "alert_fired", "alert=%s survey=%s kind=%s score=%d response=%s", watch->rule.name,
               watch->rule.survey, ALERT_KINDS.list[watch->rule.kind], response->score, id_format(id, &response->id));
}

static const struct response *find_told(const struct store_untold *untold, int64_t number) {
    for (size_t i = 0; i < untold->fresh_count; i++)
        if (untold->fresh[i].number == number)
            return &untold->fresh[i];
    for (size_t i = 0; i < untold->amended_count; i++)
        if (untold->amended[i].number == number)
            return &untold->amended[i];
    return NULL;
}

static void note_told(struct alerts *alerts, const struct store_untold *untold, const struct alert_tale *tales,
                      size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct response *response = find_told(untold, tales[i].response);
        for (size_t k = 0; tales[i].is_told && response && k < alerts->watch_count; k++)
            if (strcmp(alerts->watches[k].rule.name, tales[i].name) == 0)
                log_tale(&alerts->watches[k], response);
        alerts_note_evaluation(alerts, ALERT_DETRACTOR, tales[i].is_told);
    }
}

/* What was found goes to the writer, and with the last of it how far was looked, where that is far. */
static enum cxd_err keep_told(struct alerts *alerts, const struct store_untold *untold, struct alert_tale *tales,
                              size_t count, struct error *err) {
    alerts->looked += untold->looked;
    bool is_worth = count > 0 || untold->amended_through > 0 || alerts->looked >= KEEP_EVERY;
    bool is_last = !is_worth;
    alerts->through = untold->through;
    for (size_t at = 0; !is_last; at += TALES_AT_ONCE) {
        is_last = count - at <= TALES_AT_ONCE;
        struct change change = {.kind = CHANGE_ALERT_TELL,
                                .as.alert_tell = {.version = alerts->version,
                                                  .through = is_last ? untold->through : 0,
                                                  .amended_through = is_last ? untold->amended_through : 0,
                                                  .tales = tales + at,
                                                  .count = is_last ? count - at : TALES_AT_ONCE}};
        enum cxd_err code = alerts_apply(alerts, &change, err);
        if (code != CXD_OK || change.outcome != OUTCOME_AMENDED) {
            alerts->is_current = false; /* it is read again, and looked for again from there */
            atomic_store(&alerts->is_changed, true);
            atomic_store(&alerts->has_commits, true);
            alerts->through = alerts->kept_through;
            alerts->looked = 0;
            return code;
        }
        alerts->version++;
        note_told(alerts, untold, change.as.alert_tell.tales, change.as.alert_tell.count);
    }
    if (is_worth) {
        alerts->kept_through = untold->through;
        alerts->looked = 0;
    }
    return CXD_OK;
}

/* Of which some rule may tell, as bits: of all others nothing more is read. */
static unsigned list_scores(const struct alerts *alerts, const struct snapshot *snapshot) {
    unsigned scores = 0;
    for (size_t i = 0; i < alerts->watch_count; i++) {
        const struct watch *watch = &alerts->watches[i];
        const struct survey *survey =
            watch->rule.kind == ALERT_DETRACTOR ? snapshot_survey(snapshot, watch->rule.survey) : NULL;
        for (int score = 0; survey && score < HISTOGRAM_SIZE; score++)
            if (survey_band(survey, score) == BAND_UNFAVOURABLE)
                scores |= 1U << score;
    }
    return scores;
}

/* The catalog is the one by which the scores were chosen. */
static enum cxd_err find_tales(struct alerts *alerts, const struct snapshot *snapshot, struct store_untold *ret_untold,
                               struct alert_tale **ret_tales, size_t *ret_count, struct error *err) {
    struct store_untold untold;
    size_t count = 0;
    enum cxd_err code = store_read_untold(alerts->reader, alerts->through, list_scores(alerts, snapshot),
                                          RESPONSES_AT_ONCE, &alerts->scratch, &untold, err);
    if (code != CXD_OK)
        return code;
    size_t most = (untold.fresh_count + untold.amended_count) * alerts->watch_count;
    struct alert_tale *tales = arena_alloc_zero(&alerts->scratch, most + 1, sizeof *tales);
    if (!tales)
        return error_set(err, ERR_NO_MEMORY, "no memory to tell of responses");
    for (size_t i = 0; i < untold.fresh_count; i++)
        match(alerts, snapshot, &untold.fresh[i], true, tales, &count);
    for (size_t i = 0; i < untold.amended_count; i++)
        match(alerts, snapshot, &untold.amended[i], false, tales, &count);
    *ret_untold = untold;
    *ret_tales = tales;
    *ret_count = count;
    return CXD_OK;
}

/* Some; true if there are more. */
static bool tell_some(struct alerts *alerts, struct error *err, enum cxd_err *ret_code) {
    struct store_untold untold = {0};
    struct alert_tale *tales = NULL;
    size_t count = 0;
    arena_reset(&alerts->scratch);
    const struct snapshot *snapshot = catalog_acquire(alerts->options.catalog);
    *ret_code = find_tales(alerts, snapshot, &untold, &tales, &count, err);
    catalog_release(snapshot);
    if (*ret_code != CXD_OK)
        return false;
    int64_t begun_ms = clock_monotonic_ms();
    *ret_code = keep_told(alerts, &untold, tales, count, err);
    alerts->rest_ms += TELL_RESTS * (clock_monotonic_ms() - begun_ms);
    if (count > 0)
        atomic_store(&alerts->is_changed, true); /* states are others now */
    return *ret_code == CXD_OK && (untold.more || untold.more_amended);
}

void alerts_tell(struct alerts *alerts) {
    struct error err;
    enum cxd_err code = CXD_OK;
    atomic_store(&alerts->has_commits, false);
    bool is_more = tell_some(alerts, &err, &code);
    if (is_more || code != CXD_OK)
        atomic_store(&alerts->has_commits, true);
    if (code != CXD_OK) {
        alerts->is_current = false;
        alerts_note_failure(alerts, "", &err);
    }
}
