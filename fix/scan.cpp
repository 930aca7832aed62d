#include "fix/scan.h"

#include "fix/scan_units.h"

namespace hw::fix {

using pricing::SimdLevel;

SimdLevel best_scan_level() {
    const SimdLevel best = pricing::best_simd_level();
    return best == SimdLevel::avx512 && !__builtin_cpu_supports("avx512bw") ? SimdLevel::avx2 : best;
}

ScanFunction scan_function(SimdLevel level) {
    switch (level) {
        case SimdLevel::avx512:
            return scan_avx512;
        case SimdLevel::avx2:
            return scan_avx2;
        case SimdLevel::scalar:
            break;
    }
    return scan_scalar;
}

}  // namespace hw::fix
