/* The distribution of the smaller side's sum when all answers are dealt anew: a convolution over the values, with
 * multivariate hypergeometric weights. compare.c asks where there are too few answers for the normal distribution. */
#include "domain/permutation.h"

#include <assert.h>
#include <string.h>

enum { SUM_MAX = PERMUTATION_MAX * (HISTOGRAM_SIZE - 1) };

/* ways[j][s]: of dealing j answers whose sum is s, up to a factor that depends on j alone. */
struct deals {
    double ways[PERMUTATION_MAX + 1][SUM_MAX + 1]; /* set as far as any deal of `size` answers can come */
    int size;
    int value; /* the highest one so far */
    int dealt; /* so many answers were there so far, or `size` */
};

/* The highest value that any answer has. */
static int highest_value(const struct histogram *a, const struct histogram *b) {
    int value = HISTOGRAM_SIZE - 1;
    while (value > 0 && a->n[value] + b->n[value] == 0)
        value--;
    return value;
}

static void begin(struct deals *deals, int size, int highest) {
    deals->size = size;
    deals->value = deals->dealt = 0;
    for (int j = 0; j <= size; j++)
        memset(deals->ways[j], 0, (size_t)(size * highest + 1) * sizeof deals->ways[j][0]);
    deals->ways[0][0] = 1;
}

/* Takes answers of one value, of which there are `count`, and which is more than that of all before it: into deals of
 * `least` answers and more. C(count, k) is divided by total^k, so that no size overflows. */
static void deal_value(struct deals *deals, int value, int64_t count, double total, int least) {
    double weight[PERMUTATION_MAX + 1] = {1};
    int most = count < deals->size ? (int)count : deals->size;
    for (int k = 1; k <= most; k++)
        weight[k] = weight[k - 1] * ((double)(count - k + 1) / total) / k;
    for (int j = deals->size; j >= least; j--)
        for (int k = j - deals->dealt > 1 ? j - deals->dealt : 1; k <= j && k <= most; k++) {
            const double *before = deals->ways[j - k]; /* whose sum is that of the highest value at most */
            double *into = deals->ways[j] + value * k;
            for (int sum = 0; sum <= deals->value * (j - k); sum++)
                into[sum] += before[sum] * weight[k];
        }
    deals->value = value;
    deals->dealt = deals->dealt + most < deals->size ? deals->dealt + most : deals->size;
}

/* How far the means of the two sides lie apart where the smaller one (of `size`) has this sum, times size·(total −
 * size). */
static __int128 distance(int64_t sum, int64_t size, int64_t pooled_sum, int64_t total) {
    __int128 apart = (__int128)sum * total - (__int128)size * pooled_sum;
    return apart < 0 ? -apart : apart;
}

struct shares {
    double all, further, as_far;
};

static void count_deal(struct shares *shares, double weight, __int128 apart, __int128 seen) {
    shares->all += weight;
    if (apart > seen)
        shares->further += weight;
    else if (apart == seen)
        shares->as_far += weight;
}

static double p_of(const struct shares *shares, bool is_mid) {
    double p = (shares->further + (is_mid ? 0.5 : 1) * shares->as_far) / shares->all;
    return p < 1 ? p : 1;
}

double permutation_p(const struct histogram *a, const struct histogram *b, bool is_mid) {
    int64_t n_a = histogram_count(a), n_b = histogram_count(b), total = n_a + n_b;
    const struct histogram *smaller = n_a <= n_b ? a : b;
    int size = (int)(n_a <= n_b ? n_a : n_b);
    assert(size > 0 && size <= PERMUTATION_MAX);
    struct deals deals;
    int highest = highest_value(a, b);
    begin(&deals, size, highest);
    for (int value = 0; value <= highest; value++) {
        int64_t count = a->n[value] + b->n[value];
        if (count > 0) /* of the highest ones only whole deals are of interest */
            deal_value(&deals, value, count, (double)total, value < highest ? 1 : size);
    }
    int64_t pooled_sum = histogram_sum(a) + histogram_sum(b);
    __int128 seen = distance(histogram_sum(smaller), size, pooled_sum, total);
    struct shares shares = {0};
    for (int sum = 0; sum <= size * highest; sum++)
        count_deal(&shares, deals.ways[size][sum], distance(sum, size, pooled_sum, total), seen);
    return p_of(&shares, is_mid);
}

/* The rarer kind of answer in the smaller side: its expected number is small, and so is what has to be added up. */
double permutation_share_mid_p(int64_t k_a, int64_t n_a, int64_t k_b, int64_t n_b) {
    int64_t total = n_a + n_b, size = n_a <= n_b ? n_a : n_b;
    int64_t rare = k_a + k_b, seen = n_a <= n_b ? k_a : k_b;
    if (rare > total - rare) {
        rare = total - rare;
        seen = size - seen;
    }
    __int128 apart = distance(seen, size, rare, total);
    int64_t most = size < rare ? size : rare;
    struct shares shares = {0};
    double weight = 1; /* of x in the smaller side, relative to 0 of them */
    for (int64_t x = 0; weight > 0; x++) {
        count_deal(&shares, weight, distance(x, size, rare, total), apart);
        if (x == most)
            break;
        weight *= (double)(rare - x) / (double)(x + 1) * ((double)(size - x) / (double)(total - rare - size + x + 1));
    }
    return p_of(&shares, true);
}
