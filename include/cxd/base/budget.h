#ifndef CXD_BASE_BUDGET_H
#define CXD_BASE_BUDGET_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "cxd/base/compiler.h"
#include "cxd/base/error.h"

/* Memory that requests share: batches theirs, and questions that hold much theirs. Each claims what it is about to
 * take, and holds it to its end. Whoever is alone gets what it asks for, and of those that work (batches beyond their
 * bodies) there may always be one; so whatever the limit, something goes on, and no more is held than the limit and one
 * request. Any thread. */

struct budget {
    pthread_mutex_t lock;
    uint64_t held, refused;
    unsigned working; /* claims beyond a body */
};

/* One request's; all 0 at first. */
struct budget_claim {
    uint64_t bytes;
    bool is_working;
};

void budget_init(struct budget *budget);
void budget_destroy(struct budget *budget);
/* Makes the claim one of `bytes`, and, once it works, for good one that does. False, and as before, if there is no room
 * for it. */
CXD_NODISCARD bool budget_claim(struct budget *budget, uint64_t limit, struct budget_claim *claim, uint64_t bytes,
                                bool is_working);
void budget_release(struct budget *budget, struct budget_claim *claim);
struct budget_state {
    uint64_t held, refused;
};
struct budget_state budget_read(struct budget *budget);

/* Where a question claims what it holds. Of a `budget` NULL it may hold what it likes. */
struct purse {
    struct budget *budget;
    uint64_t limit;
};
/* As budget_claim, of one that does not work; and budget_release. */
CXD_NODISCARD bool purse_claim(const struct purse *purse, struct budget_claim *claim, uint64_t bytes);
/* What is said where it is refused: ERR_QUESTION_MEMORY. */
enum cxd_err purse_refuse(struct error *err);
void purse_release(const struct purse *purse, struct budget_claim *claim);

#endif
