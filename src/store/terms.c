/* What responses are judged by, out of the row of their survey and its definition. Engines read the row in the
 * transaction, and may keep what they get of it for as long as the row stays as it is. */

#include "store/terms.h"

#include "store/engine.h"

enum cxd_err terms_read(const struct store *store, const struct survey_record *record, struct arena *arena,
                        bool *ret_readable, struct survey *ret_terms, struct error *err) {
    struct survey defined;
    enum cxd_err code = store->read_definition(record, arena, &defined, err);
    *ret_readable = code == CXD_OK;
    if (code == ERR_STORAGE)
        return CXD_OK;
    if (code == CXD_OK)
        *ret_terms = (struct survey){
            .number = record->number,
            .revision = record->revision,
            .scale_min = record->scale_min,
            .scale_max = record->scale_max,
            .score_rule = defined.score_rule,
            .archived_at = record->archived_at,
            .opens_at = defined.opens_at,
            .closes_at = defined.closes_at,
            .retention = defined.retention,
            .retention_days = defined.retention_days,
        };
    return code;
}
