// What the kernels' units give each other; for them and the dispatch only.
#pragma once

#include "core/pricing/kernel.h"

namespace hw::pricing {

extern const Kernel k_scalar_kernel;
extern const Kernel k_avx2_kernel;
extern const Kernel k_avx512_kernel;

/// Kernel::attach; the same code at every level, as a surface comes once a second.
void attach_blocks(KernelBlock* blocks, const RiskBlock* risk, std::span<const BlockRef> refs,
                   const AttachTerms& terms);

}  // namespace hw::pricing
