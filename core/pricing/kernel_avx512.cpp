#define HW_SIMD_LEVEL 3
#include "core/pricing/kernel_impl.h"
#include "core/pricing/kernel_units.h"

namespace hw::pricing {

const Kernel k_avx512_kernel{delta_gamma, full, attach, vol_steps};

}  // namespace hw::pricing
