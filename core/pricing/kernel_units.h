// What the kernels' units give each other; for them and the dispatch only.
#pragma once

#include "core/pricing/kernel.h"

namespace hw::pricing {

extern const Kernel k_scalar_kernel;
extern const Kernel k_avx2_kernel;
extern const Kernel k_avx512_kernel;

}  // namespace hw::pricing
