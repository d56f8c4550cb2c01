/* Where labels of an axis stand, on a terminal and in pictures. */
#include "cxd/base/axis.h"

#include <math.h>
#include <stddef.h>

#include "cxd/base/compiler.h"

double axis_step(double span, int labels) {
    static const double factors[] = {1, 2, 5};
    double raw = span / labels, power = pow(10, floor(log10(raw)));
    for (size_t i = 0; i < CXD_COUNT(factors); i++)
        if (factors[i] * power >= raw * (1 - 1e-9))
            return factors[i] * power;
    return 10 * power;
}
