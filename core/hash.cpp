#include "core/hash.h"

#include <nmmintrin.h>

#include <cstring>

namespace hw {

std::uint32_t crc32c(const void* data, std::size_t size, std::uint32_t seed) {
    const auto* bytes = static_cast<const unsigned char*>(data);
    std::uint64_t crc = ~seed;
    for (; size >= 8; size -= 8, bytes += 8) {
        std::uint64_t word;
        std::memcpy(&word, bytes, 8);
        crc = _mm_crc32_u64(crc, word);
    }
    auto tail = static_cast<std::uint32_t>(crc);
    for (; size > 0; --size, ++bytes) tail = _mm_crc32_u8(tail, *bytes);
    return ~tail;
}

namespace {
constexpr std::uint64_t kMulA = 0x9e37'79b9'7f4a'7c15ULL;
constexpr std::uint64_t kMulB = 0xd6e8'feb8'6659'fd93ULL;

std::uint64_t mix(std::uint64_t x) {
    x = (x ^ (x >> 32)) * kMulB;
    x = (x ^ (x >> 29)) * kMulA;
    return x ^ (x >> 32);
}
}  // namespace

std::uint64_t hash64(const void* data, std::size_t size, std::uint64_t seed) {
    const auto* bytes = static_cast<const unsigned char*>(data);
    std::uint64_t h = mix(seed + kMulA * (size + 1));
    for (; size >= 8; size -= 8, bytes += 8) {
        std::uint64_t word;
        std::memcpy(&word, bytes, 8);
        h = mix(h ^ word) + kMulA;
    }
    std::uint64_t last = 0;
    if (size > 0) std::memcpy(&last, bytes, size);
    return mix(h ^ last);
}

}  // namespace hw
