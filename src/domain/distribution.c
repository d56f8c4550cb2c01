/* The normal and Student's t distribution, for the intervals and tests of score.c and compare.c. Only what C11's libm
 * gives (erf, erfc, log1p) is used, and nothing that keeps state between threads (lgamma does).
 *
 * Sources: Abramowitz & Stegun, Handbook of Mathematical Functions, 26.2.23 (first guess of the normal
 * quantile), 26.5.4 and 26.7.1 (t by the incomplete beta function); NIST DLMF 5.11.8 (ratio of gammas), 15.7.5 (Gauss's
 * continued fraction), 15.8.1 (Pfaff's transformation); Lentz 1976 (its evaluation). */
#include "cxd/domain/distribution.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>

static const double SQRT_2_PI = 2.50662827463100050242;

enum { SERIES_MAX = 20000, NEWTON_MAX = 100 };

double normal_cdf(double z) {
    return 0.5 * erfc(-z * M_SQRT1_2);
}

double normal_two_sided(double z) {
    return erfc(fabs(z) * M_SQRT1_2);
}

double normal_quantile(double p) {
    if (isnan(p) || p < 0 || p > 1)
        return NAN;
    if (p == 0 || p == 1)
        return p == 0 ? -INFINITY : INFINITY;
    /* The upper tail by symmetry; 1 − p is exact for p > ½. */
    double tail = p < 0.5 ? p : 1 - p;
    double sign = p < 0.5 ? -1 : 1;
    double u = sqrt(-2 * log(tail));
    double z = u - (2.515517 + u * (0.802853 + u * 0.010328)) / (1 + u * (1.432788 + u * (0.189269 + u * 0.001308)));
    /* Halley's method from 4.5e-4 away; near the middle the distance from ½ is what has to be met exactly. */
    for (int i = 0; i < 3; i++) {
        double excess = tail > 0.25 ? (0.5 - tail) - 0.5 * erf(z * M_SQRT1_2) : 0.5 * erfc(z * M_SQRT1_2) - tail;
        double step = excess * SQRT_2_PI * exp(0.5 * z * z);
        z += step / (1 - 0.5 * z * step);
    }
    return sign * z;
}

/* Γ(a + ½)/Γ(a): shifted up by recurrence to where the asymptotic series is exact. */
static double gamma_half_ratio(double a) {
    double shift = 1;
    for (; a < 32; a++)
        shift *= a / (a + 0.5);
    double r = 1 / a, r2 = r * r;
    double series = r * (-1.0 / 8 + r2 * (1.0 / 192 + r2 * (-1.0 / 640 + r2 * (17.0 / 14336))));
    return shift * sqrt(a) * exp(series);
}

/* P(|T| < t) and P(|T| ≥ t), each to its own relative accuracy, and the density at t; t ≥ 0. */
struct student {
    double centre, tail, density;
};

/* Iy(½, a)·B(½, a)/(2 √y x^a): a series of positive terms (A&S 26.5.4), short where (a + ½)·y is small. */
static double student_series(double a, double y) {
    double term = 1, sum = 1;
    for (int k = 0; k < SERIES_MAX && term > DBL_EPSILON / 4 * sum; k++) {
        term *= (a + 0.5 + k) / (1.5 + k) * y;
        sum += term;
    }
    return sum;
}

/* ₂F₁(1, ½; a + 1; −z) by Gauss's continued fraction: every coefficient is positive, so nothing cancels however large a
 * is (the usual fraction of Ix(a, b) loses all its digits at df 1e9), and convergents enclose the value. */
static double student_fraction(double a, double z) {
    double f = 1, c = 1, d = 0;
    for (int j = 1; j < SERIES_MAX; j++) {
        int m = j / 2;
        double k = j % 2 ? (0.5 + m) / (a + 1 + 2 * m) * ((a + m) / (a + 2 * m))
                         : m / (a + 2 * m) * ((a - 0.5 + m) / (a + 2 * m - 1));
        d = 1 / (1 + k * z * d);
        c = 1 + k * z / c;
        f *= c * d;
        if (fabs(c * d - 1) <= DBL_EPSILON)
            break;
    }
    return 1 / f;
}

static struct student student_at(double t, double df) {
    double a = df / 2;
    double ratio = gamma_half_ratio(a);
    double root = t / sqrt(df);                                       /* may be huge: never squared then */
    double log_x = root > 1e8 ? -2 * log(root) : -log1p(root * root); /* x = df/(df + t²) */
    double power = exp(a * log_x);
    struct student at;
    at.density = ratio / sqrt(M_PI * df) * power * exp(0.5 * log_x);
    if (root <= 1 && t * t <= 2) {
        double y = root * root / (1 + root * root);
        at.centre = 2 * sqrt(y) * power * ratio / sqrt(M_PI) * student_series(a, y);
        at.tail = 1 - at.centre;
    } else {
        double z = 1 / root / root;
        at.tail = power * sqrt(1 + z) * ratio / (a * sqrt(M_PI)) * student_fraction(a, z);
        at.centre = 1 - at.tail;
    }
    return at;
}

/* Beyond this df the two distributions agree to the last digit wherever either is not 0. */
static const double DF_NORMAL = 1e20;

double student_two_sided(double t, double df) {
    if (isnan(t) || !(df > 0))
        return NAN;
    if (isinf(t))
        return 0;
    return df > DF_NORMAL ? normal_two_sided(t) : student_at(fabs(t), df).tail;
}

double student_cdf(double t, double df) {
    if (isnan(t) || !(df > 0))
        return NAN;
    if (isinf(t))
        return t > 0;
    if (df > DF_NORMAL)
        return normal_cdf(t);
    struct student at = student_at(fabs(t), df);
    return t < 0 ? at.tail / 2 : 0.5 + at.centre / 2;
}

double student_quantile(double p, double df) {
    if (isnan(p) || p < 0 || p > 1 || !(df > 0))
        return NAN;
    if (p == 0.5)
        return 0; /* its logarithm is none */
    if (df > DF_NORMAL || p == 0 || p == 1)
        return normal_quantile(p);
    double tail = p < 0.5 ? p : 1 - p;
    double sign = p < 0.5 ? -1 : 1;
    /* Newton's method on the logarithm of the probability as a function of log t. That function is concave (its slope,
     * the elasticity, only falls), so the method converges from any start; the normal quantile lies on the near side.
     */
    double log_t = log(fabs(normal_quantile(p)));
    bool middle = tail > 0.25;
    for (int i = 0; i < NEWTON_MAX; i++) {
        double t = exp(log_t);
        struct student at = student_at(t, df);
        double side = middle ? at.centre / 2 : at.tail / 2;
        double step = log(side / (middle ? 0.5 - tail : tail)) * side / (t * at.density);
        log_t += middle ? -step : step;
        if (!(fabs(step) > 1e-9) || log_t > 709)
            break;
    }
    return sign * exp(log_t);
}
