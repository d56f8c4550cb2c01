#ifndef CXD_STORE_SQLITE_ANSWER_SEGMENTS_H
#define CXD_STORE_SQLITE_ANSWER_SEGMENTS_H

#include "store/answered.h"
#include "store/sqlite/reader.h"

typedef void answer_count(void *context, const char *value, const struct histogram *hist);
/* The responses of a span, by their values in "answer.KEY", "revision" or "asked.KEY": of several choices one response
 * has several. They are gone through for all of these dimensions at once, once in a state. */
CXD_NODISCARD enum cxd_err sqlite_scan_answers(struct sqlite_reader *reader, int64_t survey, const char *dimension,
                                               const struct span *span, answer_count *count, void *context,
                                               struct error *err);

#endif
