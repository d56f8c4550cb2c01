/* Named definitions: the names of their kinds, their tags, and what becomes of a put and of a deletion. */

#include "cxd/store/document.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cxd/base/secret.h"
#include "store/decide.h"

const char *document_kind_name(enum document_kind kind) {
#define NAME_OF_KIND(KIND, NAME, MOST) [DOCUMENT_##KIND] = NAME,
    static const char *const NAMES[] = {DOCUMENT_KINDS(NAME_OF_KIND)};
#undef NAME_OF_KIND
    return NAMES[kind];
}

int64_t document_kind_most(enum document_kind kind) {
#define MOST_OF_KIND(KIND, NAME, MOST) [DOCUMENT_##KIND] = MOST,
    static const int64_t MOST[] = {DOCUMENT_KINDS(MOST_OF_KIND)};
#undef MOST_OF_KIND
    return MOST[kind] > 0 ? MOST[kind] : INT64_MAX;
}

void document_tag(const struct document *document, char ret_tag[ETAG_SIZE]) {
    char kept[256];
    int length = snprintf(kept, sizeof kept, "%s %s %s %" PRId64 " %" PRId64 " %" PRId64 " ", CXD_VERSION,
                          document_kind_name(document->kind), document->name, document->revision, document->created_at,
                          document->updated_at);
    struct sha256_run run;
    sha256_begin(&run);
    sha256_add(&run, kept, (size_t)length);
    sha256_add(&run, document->definition, strlen(document->definition));
    etag_end(&run, ret_tag);
}

/* False: it is refused. */
static bool may_change(struct change *change, const struct document *stored) {
    char tag[1][ETAG_SIZE];
    if (stored)
        document_tag(stored, tag[0]);
    change->broken = precondition_broken(&change->precondition, stored, (const char(*)[ETAG_SIZE])tag, stored ? 1 : 0);
    if (!change->broken)
        return true;
    change->outcome = OUTCOME_REFUSED;
    change->refusal = ERR_PRECONDITION;
    return false;
}

void decide_document(struct change *change, const struct document *stored, int64_t count) {
    struct document *document = &change->as.document;
    bool same = stored && strcmp(stored->definition, document->definition) == 0;
    if (!same && !may_change(change, stored))
        return;
    if (!stored && count >= document_kind_most(document->kind)) {
        change->outcome = OUTCOME_REFUSED;
        change->refusal = ERR_TOO_MANY_ALERTS; /* the one kind that has a limit */
        return;
    }
    document->revision = stored ? stored->revision + !same : 1;
    document->created_at = stored ? stored->created_at : change->now_ms;
    document->updated_at = same ? stored->updated_at : change->now_ms;
    change->outcome = !stored ? OUTCOME_CREATED : same ? OUTCOME_REPLAYED : OUTCOME_AMENDED;
}

void decide_discard(struct change *change, const struct document *stored) {
    if (!stored)
        change->outcome = OUTCOME_MISSING;
    else if (may_change(change, stored))
        change->outcome = OUTCOME_AMENDED;
}
