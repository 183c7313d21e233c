/* number.c - the normal law, and hashes. */
#include <math.h>
#include "base/base.h"

double hu_norm_cdf(double z) {
    return 0.5 * erfc(-z * M_SQRT1_2);
}

static double ratio(const double *num, const double *den, int n, double r) {
    double a = 0, b = 0;
    for (int i = n - 1; i >= 0; i--) {
        a = a * r + num[i];
        b = b * r + den[i];
    }
    return a / b;
}

/* Wichura 1988, Applied Statistics 37, algorithm AS 241 (PPND16), doi:10.2307/2347330: about 16
 * digits. */
double hu_norm_quantile(double p) {
    static const double a[] = {3.3871328727963666080e0,  1.3314166789178437745e+2,
                               1.9715909503065514427e+3, 1.3731693765509461125e+4,
                               4.5921953931549871457e+4, 6.7265770927008700853e+4,
                               3.3430575583588128105e+4, 2.5090809287301226727e+3};
    static const double b[] = {1.0,
                               4.2313330701600911252e+1,
                               6.8718700749205790830e+2,
                               5.3941960214247511077e+3,
                               2.1213794301586595867e+4,
                               3.9307895800092710610e+4,
                               2.8729085735721942674e+4,
                               5.2264952788528545610e+3};
    static const double c[] = {1.42343711074968357734e0,  4.63033784615654529590e0,
                               5.76949722146069140550e0,  3.64784832476320460504e0,
                               1.27045825245236838258e0,  2.41780725177450611770e-1,
                               2.27238449892691845833e-2, 7.74545014278341407640e-4};
    static const double d[] = {1.0,
                               2.05319162663775882187e0,
                               1.67638483018380384940e0,
                               6.89767334985100004550e-1,
                               1.48103976427480074590e-1,
                               1.51986665636164571966e-2,
                               5.47593808499534494600e-4,
                               1.05075007164441684324e-9};
    static const double e[] = {6.65790464350110377720e0,  5.46378491116411436990e0,
                               1.78482653991729133580e0,  2.96560571828504891230e-1,
                               2.65321895265761230930e-2, 1.24266094738807843860e-3,
                               2.71155556874348757815e-5, 2.01033439929228813265e-7};
    static const double f[] = {1.0,
                               5.99832206555887937690e-1,
                               1.36929880922735805310e-1,
                               1.48753612908506148525e-2,
                               7.86869131145613259100e-4,
                               1.84631831751005468180e-5,
                               1.42151175831644588870e-7,
                               2.04426310338993978564e-15};
    const double q = p - 0.5;
    if (fabs(q) <= 0.425) return q * ratio(a, b, 8, 0.180625 - q * q);
    const double tail = q < 0 ? p : 1 - p;
    if (!(tail > 0)) return q < 0 ? -INFINITY : INFINITY;
    const double r = sqrt(-log(tail));
    const double x = r <= 5 ? ratio(c, d, 8, r - 1.6) : ratio(e, f, 8, r - 5);
    return q < 0 ? -x : x;
}

uint64_t hu_hash64(uint64_t x) {
    x += 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

uint64_t hu_hash_bytes(const void *data, size_t n, uint64_t seed) {
    const unsigned char *p = data;
    uint64_t h = 0xCBF29CE484222325u ^ hu_hash64(seed);
    for (size_t i = 0; i < n; i++) h = (h ^ p[i]) * 0x100000001B3u;
    return hu_hash64(h);
}
