#ifndef CXD_STORE_DOCUMENT_H
#define CXD_STORE_DOCUMENT_H

#include <stddef.h>
#include <stdint.h>

#include "cxd/base/compiler.h"
#include "cxd/base/etag.h"
#include "cxd/domain/alert.h"
#include "cxd/domain/survey.h"

/* Definitions that have a name, and are what they say: the store keeps their text as codec/ wrote it, and reads nothing
 * in it. Kinds are named in the table, in the audit log ("journey.put", "journey.delete") and by people. Of some there
 * are only so many, which the daemon can look after; 0: as many as one likes. */
#define DOCUMENT_KINDS(X)                                                                                              \
    X(JOURNEY, "journey", 0)           /* an ordered list of touchpoints, each of a survey */                          \
    X(ALERT, "alert", ALERT_RULES_MAX) /* a rule on a survey, that the daemon looks after */

enum document_kind {
#define DOCUMENT_KIND(KIND, NAME, MOST) DOCUMENT_##KIND,
    DOCUMENT_KINDS(DOCUMENT_KIND)
#undef DOCUMENT_KIND
        DOCUMENT_KIND_COUNT
};
const char *document_kind_name(enum document_kind kind);
/* INT64_MAX where there is no limit. */
int64_t document_kind_most(enum document_kind kind);

struct document {
    enum document_kind kind;
    char name[SLUG_SIZE];
    int64_t revision; /* from 1; another definition has the next */
    const char *definition;
    int64_t created_at, updated_at;
};
/* The entity tag: as survey_record_tag, of what may be shown. */
void document_tag(const struct document *document, char ret_tag[ETAG_SIZE]);

#endif
