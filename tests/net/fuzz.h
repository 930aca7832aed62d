// How long and from which seed the randomised tests run: HW_FUZZ_ITERATIONS and HW_FUZZ_SEED in the
// environment.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>

namespace hw::net {

inline std::uint64_t environment_number(const char* name, std::uint64_t otherwise) {
    const char* const text = std::getenv(name);
    if (text == nullptr) return otherwise;
    char* end = nullptr;
    const std::uint64_t value = std::strtoull(text, &end, 10);
    return end != text && *end == '\0' ? value : otherwise;
}

inline std::size_t fuzz_iterations(std::size_t otherwise) {
    return environment_number("HW_FUZZ_ITERATIONS", otherwise);
}

/// A new seed each run; tests print it when they fail.
inline std::uint64_t fuzz_seed() { return environment_number("HW_FUZZ_SEED", std::random_device{}()); }

}  // namespace hw::net
