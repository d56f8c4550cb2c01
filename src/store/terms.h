#ifndef CXD_STORE_TERMS_H
#define CXD_STORE_TERMS_H

#include "cxd/store/store.h"

/* What a survey says of the responses that are sent to it: number, revision, scale, archived_at as its row has them,
 * and of its definition opens_at, closes_at, retention and retention_days. It has nothing else, and no text. The store
 * must have been told how a definition is read; what it takes to read it goes into the arena. A definition that cannot
 * be read is no error: *ret_readable is false, and decide_unreadable says what becomes of a change. */
CXD_NODISCARD enum cxd_err terms_read(const struct store *store, const struct survey_record *record,
                                      struct arena *arena, bool *ret_readable, struct survey *ret_terms,
                                      struct error *err);

#endif
