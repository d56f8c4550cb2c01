#ifndef CXD_DOMAIN_DISTRIBUTION_H
#define CXD_DOMAIN_DISTRIBUTION_H

/* The two distributions that the figures need, to about 1e-10 relative (tests hold them against R). */

double normal_cdf(double z);                  /* pnorm(z) */
double normal_quantile(double p);             /* qnorm(p), 0 < p < 1 */
double student_cdf(double t, double df);      /* pt(t, df), df > 0 (not only whole) */
double student_quantile(double p, double df); /* qt(p, df) */
double normal_two_sided(double z);            /* P(|Z| ≥ |z|), accurate in the tail */
double student_two_sided(double t, double df);

#endif
