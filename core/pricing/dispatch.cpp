#include "core/pricing/kernel_units.h"

namespace hw::pricing {

std::string_view to_string(SimdLevel level) {
    switch (level) {
        case SimdLevel::scalar:
            return "scalar";
        case SimdLevel::avx2:
            return "avx2";
        case SimdLevel::avx512:
            return "avx512";
    }
    return "invalid";
}

bool is_supported(SimdLevel level) {
    switch (level) {
        case SimdLevel::scalar:
            return true;
        case SimdLevel::avx2:
            return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
        case SimdLevel::avx512:
            return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                   __builtin_cpu_supports("avx512vl");
    }
    return false;
}

SimdLevel best_simd_level() {
    if (is_supported(SimdLevel::avx512)) return SimdLevel::avx512;
    return is_supported(SimdLevel::avx2) ? SimdLevel::avx2 : SimdLevel::scalar;
}

const Kernel& kernel(SimdLevel level) {
    switch (level) {
        case SimdLevel::avx512:
            return k_avx512_kernel;
        case SimdLevel::avx2:
            return k_avx2_kernel;
        case SimdLevel::scalar:
            break;
    }
    return k_scalar_kernel;
}

}  // namespace hw::pricing
