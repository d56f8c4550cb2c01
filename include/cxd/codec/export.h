#ifndef CXD_CODEC_EXPORT_H
#define CXD_CODEC_EXPORT_H

#include <stddef.h>

#include "cxd/base/buffer.h"
#include "cxd/domain/response.h"

/* Responses of one survey as files that other programs read: CSV, NDJSON, and the Table Schema of the CSV. All of them
 * are made of one table of columns, which docs/export.md describes; their order is the same for all files of a survey
 * whose definition declares the same properties and asks the same. Nothing here allocates but `out`, once it has grown
 * to its size.
 *
 * CSV as csv.h has it: a record of names, then a record a response, each ending in CR LF. What is not there is an empty
 * field. A declared property is a column "property.KEY"; what else a response has is JSON under "properties". An answer
 * to a further question is in a column "answer.KEY", options of a list with "; " between them, and the words for
 * "other" in "answer.KEY.other"; answers to what the survey does not ask any more are JSON under "answers".
 * NDJSON: an object a line; what is not there is left out, but for score and band, which are null then. */

void export_csv_header(struct buffer *out, const struct survey *survey);
void export_csv_row(struct buffer *out, const struct survey *survey, const struct response *response);
void export_ndjson_line(struct buffer *out, const struct survey *survey, const struct response *response);

/* The last record of a file that does not have all: a record of as many fields, whose first says so and how to go on;
 * {"incomplete": TEXT, "cursor": CURSOR}. `cursor` holds nothing that needs quotes. */
void export_csv_incomplete(struct buffer *out, const struct survey *survey, const char *cursor);
void export_ndjson_incomplete(struct buffer *out, const char *cursor);

/* The Table Schema of the CSV (Frictionless, Data Package 2), one JSON object. */
void export_schema(struct buffer *out, const struct survey *survey);

/* The names of the columns but the declared properties': NULL past the last. */
const char *export_column_name(size_t index);

#endif
