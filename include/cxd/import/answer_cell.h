#ifndef CXD_IMPORT_ANSWER_CELL_H
#define CXD_IMPORT_ANSWER_CELL_H

#include <stdbool.h>
#include <stddef.h>

#include "cxd/base/buffer.h"
#include "cxd/base/compiler.h"
#include "cxd/base/error.h"
#include "cxd/domain/question.h"
#include "cxd/import/mapping.h"

/* Answers to a survey's further questions in the cells of a row. */

struct answer_column {
    const struct question *question;
    int column, other; /* what was answered, and what "other" is in words; COLUMN_NONE */
};

/* What the mapping has of answers, by the survey's questions, in their order. ERR_INVALID with a detail for people: a
 * question that it does not have, or words for one that takes none. The questions are the survey's. */
CXD_NODISCARD enum cxd_err answer_columns_bind(const struct mapping *mapping, const struct survey *survey,
                                               struct answer_column ret_columns[QUESTIONS_MAX], size_t *ret_count,
                                               struct error *err);

/* Appends the member "answers" behind those of a response, nothing where a row has none. A number of a scale is read as
 * a score is. Options are found by value or by what they say in any language; several stand with ';' or ',' between
 * them. What is no option is in words, where these are taken. What cannot be read goes as the text that it is: whoever
 * takes the response leaves it out and says so. `room` is for its use. */
void answer_cells_append(const struct answer_column *columns, size_t count, const struct table_row *row,
                         bool has_guards, struct buffer *room, struct buffer *out);

#endif
