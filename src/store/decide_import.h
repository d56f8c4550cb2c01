#ifndef CXD_STORE_DECIDE_IMPORT_H
#define CXD_STORE_DECIDE_IMPORT_H

#include "cxd/domain/survey.h"
#include "cxd/store/change.h"

/* The rules of the changes of imports, as store/decide.h has those of the others. */

/* CHANGE_IMPORT, by the terms of its survey (decide_by_terms). */
bool decide_import_admit(struct change *change, const struct survey *terms);
/* `open` is the import of this survey and fingerprint that takes rows (NULL: there is none), whose strings live as long
 * as the change; `is_held`: one of the survey is being undone; `last` the number of the last response that there is.
 * Fills every member but the number. */
void decide_import(struct change *change, const struct import_record *open, bool is_held, int64_t last);

/* Whether an import takes a CHANGE_RESPONSE of it, or a CHANGE_IMPORT_ROWS, of this survey (0: any). False: it is
 * refused. */
bool decide_import_open(struct change *change, const struct import_record *stored, int64_t survey);
/* What has become of one is counted in its import. */
void decide_import_counted(const struct change *change, struct import_record *record);

/* Whether somebody has wanted its person to be forgotten. Then undoing leaves a mark; what was forgotten by its age
 * alone may come again, and grows as old. */
bool decide_is_erased(const struct response *response);
/* The time of the mark of a response that goes, erased (`erases`) or by its age. A file may be imported again after any
 * time: of what was imported and erased, now or before, marks last. */
int64_t decide_mark_at(const struct response *response, bool erases, int64_t now_ms);

/* CHANGE_IMPORT_TURN. *ret_after unless MISSING or REFUSED. */
void decide_import_turn(struct change *change, const struct import_record *stored, struct import_record *ret_after);

/* CHANGE_UNDO: the numbers in (from, *ret_to] that a slice looks at. */
int64_t decide_undo_span(const struct change *change, const struct import_record *stored);
/* After it: `removed` responses are deleted, and it has passed everything up to `passed`. `record` NULL: nothing is
 * being undone. */
void decide_undone(struct change *change, struct import_record *record, size_t removed, int64_t passed);

#endif
