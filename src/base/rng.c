/* rng.c - Philox 4x32-10: a counter-based generator, so that any draw of any person can be made
 * again alone. Salmon, Moraes, Dror, Shaw 2011, doi:10.1145/2063384.2063405. */
#include <math.h>
#include "base/base.h"

#define MUL0 0xD2511F53u
#define MUL1 0xCD9E8D57u
#define WEYL0 0x9E3779B9u
#define WEYL1 0xBB67AE85u

void hu_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]) {
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
        const uint64_t p0 = (uint64_t)MUL0 * c0, p1 = (uint64_t)MUL1 * c2;
        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c1 = (uint32_t)p1;
        c3 = (uint32_t)p0;
        k0 += WEYL0;
        k1 += WEYL1;
    }
    out[0] = c0, out[1] = c1, out[2] = c2, out[3] = c3;
}

hu_rng hu_rng_at(uint64_t seed, uint64_t person, uint32_t stream) {
    return (hu_rng){.key = {(uint32_t)seed, (uint32_t)(seed >> 32)},
                    .counter = {0, stream, (uint32_t)person, (uint32_t)(person >> 32)},
                    .used = 4};
}

uint32_t hu_rng_u32(hu_rng *r) {
    if (r->used == 4) {
        hu_philox(r->counter, r->key, r->block);
        r->counter[0]++;
        r->used = 0;
    }
    return r->block[r->used++];
}

double hu_rng_unif(hu_rng *r) {
    const uint64_t hi = hu_rng_u32(r), lo = hu_rng_u32(r);
    const uint64_t bits = (hi << 21) ^ (lo >> 11); /* 53 of them */
    const double u = ((double)bits + 0.5) * 0x1p-53;
    return u < 1 ? u : 1 - 0x1p-53; /* the largest bits round up to 2^53 */
}

double hu_rng_exp(hu_rng *r) {
    return -log(hu_rng_unif(r));
}

double hu_rng_normal(hu_rng *r) {
    return hu_norm_quantile(hu_rng_unif(r));
}

/* Marsaglia & Tsang 2000, doi:10.1145/358407.358414; shapes below one by the power of a uniform. */
double hu_rng_gamma(hu_rng *r, double shape) {
    if (shape < 1) {
        const double g = hu_rng_gamma(r, shape + 1);
        return g * pow(hu_rng_unif(r), 1 / shape);
    }
    const double d = shape - 1.0 / 3, c = 1 / sqrt(9 * d);
    for (;;) {
        const double x = hu_rng_normal(r), t = 1 + c * x;
        if (t <= 0) continue;
        const double v = t * t * t;
        if (log(hu_rng_unif(r)) < 0.5 * x * x + d - d * v + d * log(v)) return d * v;
    }
}

double hu_rng_beta(hu_rng *r, double a, double b) {
    const double x = hu_rng_gamma(r, a), y = hu_rng_gamma(r, b);
    return x / (x + y);
}

int64_t hu_rng_below(hu_rng *r, int64_t n) {
    const int64_t k = (int64_t)(hu_rng_unif(r) * (double)n);
    return k < n ? k : n - 1;
}
