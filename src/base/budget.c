/* The arithmetic of the memory that requests share. */

#include "cxd/base/budget.h"

void budget_init(struct budget *budget) {
    *budget = (struct budget){.held = 0};
    pthread_mutex_init(&budget->lock, NULL);
}

void budget_destroy(struct budget *budget) {
    pthread_mutex_destroy(&budget->lock);
}

bool budget_claim(struct budget *budget, uint64_t limit, struct budget_claim *claim, uint64_t bytes, bool is_working) {
    pthread_mutex_lock(&budget->lock);
    uint64_t others = budget->held - claim->bytes;
    bool is_only_worker = (is_working || claim->is_working) && budget->working == claim->is_working;
    bool fits = bytes <= claim->bytes || others == 0 || is_only_worker || (others <= limit && bytes <= limit - others);
    if (fits) {
        budget->held = others + bytes;
        budget->working += is_working && !claim->is_working;
        claim->bytes = bytes;
        claim->is_working |= is_working;
    } else {
        budget->refused++;
    }
    pthread_mutex_unlock(&budget->lock);
    return fits;
}

void budget_release(struct budget *budget, struct budget_claim *claim) {
    if (claim->bytes == 0 && !claim->is_working)
        return;
    pthread_mutex_lock(&budget->lock);
    budget->held -= claim->bytes;
    budget->working -= claim->is_working;
    pthread_mutex_unlock(&budget->lock);
    *claim = (struct budget_claim){.bytes = 0};
}

struct budget_state budget_read(struct budget *budget) {
    pthread_mutex_lock(&budget->lock);
    struct budget_state state = {.held = budget->held, .refused = budget->refused};
    pthread_mutex_unlock(&budget->lock);
    return state;
}

bool purse_claim(const struct purse *purse, struct budget_claim *claim, uint64_t bytes) {
    return !purse->budget || budget_claim(purse->budget, purse->limit, claim, bytes, false);
}

enum cxd_err purse_refuse(struct error *err) {
    return error_set(err, ERR_QUESTION_MEMORY,
                     "other questions about people or terms hold the memory that all of them may have ([limits] "
                     "question_memory); ask again in a moment");
}

void purse_release(const struct purse *purse, struct budget_claim *claim) {
    if (purse->budget)
        budget_release(purse->budget, claim);
}
