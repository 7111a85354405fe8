/* sha256d_priv.h -- the kernels of sha256d: one, two or four headers of 80 bytes together. */
#ifndef POW_SHA256D_PRIV_H
#define POW_SHA256D_PRIV_H

#include "pow/pow.h"

typedef void sha256d_fn(const uint8_t *headers, uint8_t (*out)[POW_HASH_LEN]);

sha256d_fn sha256d_ni_x1, sha256d_ni_x2, sha256d_ni_x4;
sha256d_fn sha256d_arm_x1, sha256d_arm_x2;

#endif
