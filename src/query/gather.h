#ifndef CXD_QUERY_GATHER_H
#define CXD_QUERY_GATHER_H

#include "cxd/query/query.h"
#include "query/values.h"

/* Fills `values`, fresh from values_init, with the histograms of each row: of the window, and of those that are held
 * against each other. Within one state (store_reader_begin); `whole` says which windows, and has what all rows have
 * together. The store's errors, and ERR_NO_MEMORY. */
CXD_NODISCARD enum cxd_err gather_rows(struct store_reader *reader, const struct segments_question *question,
                                       const struct score_answer *whole, struct values *values, struct error *err);

#endif
