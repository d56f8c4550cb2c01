/* What a check has found, for engines that make copies and for those who show it. */

#include "cxd/store/backup.h"

static const char *const PART_NAMES[STORE_PART_COUNT] = {
    [STORE_SCHEMA] = "schema",   [STORE_INTEGRITY] = "integrity", [STORE_REFERENCES] = "references",
    [STORE_RECORDS] = "records", [STORE_ROLLUPS] = "rollups",     [STORE_COMMENTS] = "comments",
    [STORE_AUDIT] = "audit",
};

const char *store_part_name(enum store_part part) {
    return PART_NAMES[part];
}

bool store_report_is_good(const struct store_report *report) {
    for (size_t i = 0; i < STORE_PART_COUNT; i++)
        if (report->parts[i].damage > 0 || report->parts[i].skipped)
            return false;
    return true;
}
