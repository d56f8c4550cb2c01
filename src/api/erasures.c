/* At the start: whether the store is one out of a backup, and has to learn of erasures since. What cannot be known is
 * said, in the log and in the audit log. */
#include <stdio.h>

#include "api/app.h"
#include "cxd/base/clock.h"
#include "cxd/base/log.h"

enum { ENTRIES_AT_ONCE = 500 };

enum cxd_err api_keep_erasures(struct app *app, struct store_erasures *ret_erasures, struct error *err) {
    return store_keep_erasures(app->store, app->state_directory, ret_erasures, err);
}

static enum cxd_err note(struct app *app, const char *target, int64_t count, struct error *err) {
    char detail[64] = "";
    struct change change = {.kind = CHANGE_NOTE, .now_ms = clock_now_ms()};
    if (count > 0)
        snprintf(detail, sizeof detail, "entries %lld", (long long)count);
    change.as.note.act = "erasures.unknown";
    change.as.note.target = target;
    change.as.note.detail = detail;
    return ingest_apply(app->ingest, &change, err);
}

static enum cxd_err tell(struct app *app, const struct store_erasures *erasures, struct error *err) {
    enum cxd_err result = CXD_OK;
    if (erasures->list == STORE_LIST_MISSING) {
        log_record(LOG_LEVEL_WARNING, "erasures_unknown",
                   "reason=missing list=%s detail=\"if this database was restored, whoever was erased since the "
                   "copy is back: erase them again\"",
                   erasures->path);
        result = note(app, "list missing", 0, err);
    } else if (erasures->list == STORE_LIST_BEHIND) {
        log_record(LOG_LEVEL_WARNING, "erasures_list_behind",
                   "list=%s detail=\"the list does not have all that the database knows: an older copy would "
                   "not learn of all erasures\"",
                   erasures->path);
    }
    if (result == CXD_OK && erasures->lost > 0) {
        log_record(LOG_LEVEL_WARNING, "erasures_unknown",
                   "reason=lost entries=%lld list=%s detail=\"the copy is older than the list goes back, or the "
                   "list is damaged: erase again who was erased then\"",
                   (long long)erasures->lost, erasures->path);
        result = note(app, "list lost", erasures->lost, err);
    }
    return result;
}

enum cxd_err api_repeat_erasures(struct app *app, const struct store_erasures *erasures, struct error *err) {
    int64_t entries = 0, erased = 0;
    enum cxd_err result = tell(app, erasures, err);
    struct change change = {.kind = CHANGE_REERASE};
    change.as.reerase.limit = ENTRIES_AT_ONCE;
    change.as.reerase.more = erasures->unknown > 0;
    while (result == CXD_OK && change.as.reerase.more) {
        change.now_ms = clock_now_ms();
        result = ingest_apply(app->ingest, &change, err);
        entries += change.as.reerase.entries;
        erased += change.as.reerase.erased;
    }
    if (result == CXD_OK && entries > 0)
        log_record(LOG_LEVEL_WARNING, "erasures_repeated", "entries=%lld responses=%lld list=%s", (long long)entries,
                   (long long)erased, erasures->path);
    return result;
}
