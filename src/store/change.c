/* What is true of each kind of change: the table of cxd/store/change.h, made of its list. */

#include "cxd/store/change.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cxd/base/secret.h"

#define TRAITS(KIND, NAME, AUDIT, ...) [CHANGE_##KIND] = {.name = #NAME, __VA_ARGS__},
static const struct change_traits KINDS[] = {CHANGE_KINDS(TRAITS)};
_Static_assert(CXD_COUNT(KINDS) == CHANGE_KIND_COUNT, "a kind of change without its traits");

const struct change_traits *change_traits(enum change_kind kind) {
    return &KINDS[kind];
}

void survey_record_tag(const struct survey_record *record, char ret_tag[ETAG_SIZE]) {
    char kept[256];
    int length = snprintf(kept, sizeof kept, "%s %s %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " ", CXD_VERSION,
                          record->slug, record->revision, record->created_at, record->updated_at, record->archived_at);
    struct sha256_run run;
    sha256_begin(&run);
    sha256_add(&run, kept, (size_t)length);
    sha256_add(&run, record->definition, strlen(record->definition));
    etag_end(&run, ret_tag);
}

void survey_take_kept(struct survey *survey, const struct survey_record *record) {
    survey->number = record->number;
    survey->revision = record->revision;
    survey->created_at = record->created_at;
    survey->updated_at = record->updated_at;
    survey->archived_at = record->archived_at;
    survey_record_tag(record, survey->tag);
}

bool change_redefines(const struct change *change) {
    bool is_written = change->outcome == OUTCOME_CREATED || change->outcome == OUTCOME_AMENDED;
    return is_written && change_traits(change->kind)->redefines;
}
