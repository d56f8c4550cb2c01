#ifndef CXD_DOMAIN_TERMS_H
#define CXD_DOMAIN_TERMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/arena.h"
#include "cxd/base/compiler.h"
#include "cxd/base/id.h"
#include "cxd/domain/texts.h"

/* Which words and phrases of two words set the comments of one band apart from the rest (docs/scoring.md §11). Comments
 * are counted one by one; memory is bounded, 80 MB at the most, whatever comes. */

struct terms;

enum { TERM_EXAMPLES = 3, TERMS_TOKENS_MAX = 2000 };

/* One response's: of its texts (cxd/domain/texts.h) together the first TERMS_TOKENS_MAX words. */
struct terms_comment {
    const struct said_text *texts;
    size_t text_count;
    const char *locale; /* a BCP 47 tag; NULL: not known */
    bool is_in_band;
    struct id id;
};

/* `language`: comments in this one alone ("de"); NULL: in any. NULL where memory or randomness is refused. */
CXD_NODISCARD struct terms *terms_open(const char *language);
void terms_close(struct terms *terms); /* takes NULL */

/* False where memory is refused: then nothing but terms_close. */
CXD_NODISCARD bool terms_add(struct terms *terms, const struct terms_comment *comment);

/* What it has of the heap at the most, through the next terms_add and terms_rank: the tables as they are, and what they
 * grow to meanwhile. Rises as they do. */
size_t terms_bytes(const struct terms *terms);

struct terms_totals {
    int64_t count, rest; /* comments of the band, and of the rest, that were counted */
    int64_t undercount;  /* so many of a term's comments may be missing on either side; 0: every count is exact */
};
void terms_total(const struct terms *terms, struct terms_totals *ret_totals);

struct term {
    const char *text;    /* in the form in which it is written most often */
    double z, log_odds;  /* > 0: more often in the band */
    int64_t count, rest; /* comments with it, of the band and of the rest; each counts once */
    struct id examples[TERM_EXAMPLES];
    size_t example_count;
};

/* terms_rank.c: the `limit` terms that set the band apart most, by z, of those that `min_count` comments of the band
 * have at least. The array and its texts are of the arena. False where memory is refused. Once, when all are added. */
CXD_NODISCARD bool terms_rank(struct terms *terms, int64_t min_count, size_t limit, struct arena *arena,
                              struct term **ret_terms, size_t *ret_count);

/* terms_rank.c: log odds and z of one term: `count` of `count_total` mentions in the band, `rest` of `rest_total`
 * elsewhere. False where there is nothing beside it. */
CXD_NODISCARD bool terms_weigh(int64_t count, int64_t count_total, int64_t rest, int64_t rest_total,
                               double *ret_log_odds, double *ret_z);

/* terms.c: the first of the texts (at least one) in which the words of a term stand as it has them; where it is in
 * none, the first. */
const struct said_text *terms_find(const struct said_text *texts, size_t count, const char *term);

/* A response with a term, as it is shown. */
struct term_example {
    struct id id;
    int score;
    int64_t answered_at;
    struct said_text said; /* where the term stands; .text NULL: it is erased */
};

/* terms.c: whether the text is a language as terms_open takes it: two or three small letters. */
bool terms_is_language(const char *text);

#endif
