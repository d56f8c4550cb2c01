#ifndef CXD_DOMAIN_TEXTS_H
#define CXD_DOMAIN_TEXTS_H

#include <stdbool.h>
#include <stddef.h>

#include "cxd/domain/question.h"
#include "cxd/domain/response.h"

/* What a response says in free words: its comment, the answers to questions for a text, and the words that stand for
 * "other". All are one document where words are searched or counted, but each is a text of its own: no phrase goes from
 * one into the next. */

enum { TEXTS_MAX = 1 + QUESTIONS_MAX };

struct said_text {
    const char *key;  /* of the question; NULL: the comment */
    const char *text; /* the response's */
};

/* Whether the answers to a question are words of their own: what is not chosen from a list. */
typedef bool texts_is_text(const void *context, const char *key);
/* By the questions of a definition, a struct survey. */
texts_is_text texts_asked;

/* The comment first, then by key. `only`: of this question alone; NULL: all. At most TEXTS_MAX. */
size_t texts_of(const struct response *response, texts_is_text *is_text, const void *context, const char *only,
                struct said_text ret_texts[TEXTS_MAX]);

#endif
