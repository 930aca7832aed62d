// The scan's one source: HW_SCAN_LEVEL 3 is AVX-512, 2 AVX2, 1 scalar. Everything has internal linkage.
#pragma once

#include <immintrin.h>

#include <bit>
#include <cstring>

#include "fix/scan.h"

namespace hw::fix {
namespace {

constexpr std::size_t kBlock = 64;

constexpr std::uint64_t all_bytes(std::uint64_t byte) { return byte * 0x0101'0101'0101'0101; }

#if HW_SCAN_LEVEL == 3

struct Block {
    __m512i bytes;
};
inline Block load(const char* p) { return {_mm512_loadu_si512(p)}; }
inline Block load_part(const char* p, std::size_t size) {
    return {_mm512_maskz_loadu_epi8((std::uint64_t{1} << size) - 1, p)};
}
inline std::uint64_t soh_mask(Block b) { return _mm512_cmpeq_epi8_mask(b.bytes, _mm512_set1_epi8(kSoh)); }
struct Sum {
    __m512i eight = _mm512_setzero_si512();
    void add(Block b) { eight = _mm512_add_epi64(eight, _mm512_sad_epu8(b.bytes, _mm512_setzero_si512())); }
    std::uint64_t total() const { return static_cast<std::uint64_t>(_mm512_reduce_add_epi64(eight)); }
};

#else

#if HW_SCAN_LEVEL == 2

struct Block {
    __m256i low, high;
};
inline Block load(const char* p) {
    const auto* const q = reinterpret_cast<const __m256i*>(p);
    return {_mm256_loadu_si256(q), _mm256_loadu_si256(q + 1)};
}
inline std::uint64_t soh_mask(Block b) {
    const __m256i soh = _mm256_set1_epi8(kSoh);
    const auto low = static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(b.low, soh)));
    const auto high = static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(b.high, soh)));
    return std::uint64_t{high} << 32 | low;
}
struct Sum {
    __m256i four = _mm256_setzero_si256();
    void add(Block b) {
        const __m256i zero = _mm256_setzero_si256();
        const __m256i both = _mm256_add_epi64(_mm256_sad_epu8(b.low, zero), _mm256_sad_epu8(b.high, zero));
        four = _mm256_add_epi64(four, both);
    }
    std::uint64_t total() const {
        const __m128i two = _mm_add_epi64(_mm256_castsi256_si128(four), _mm256_extracti128_si256(four, 1));
        return static_cast<std::uint64_t>(_mm_cvtsi128_si64(two) + _mm_extract_epi64(two, 1));
    }
};

#else

struct Block {
    std::uint64_t words[8];
};
inline Block load(const char* p) {
    Block b;
    std::memcpy(b.words, p, kBlock);
    return b;
}
inline std::uint64_t soh_mask(const Block& b) {
    std::uint64_t mask = 0;
    for (int i = 0; i < 8; ++i) {
        // Exact: the top bit of each byte that is zero, and of no other; then the eight bits together.
        const std::uint64_t x = b.words[i] ^ all_bytes(kSoh);
        const std::uint64_t low = all_bytes(0x7f);
        const std::uint64_t zero = ~(((x & low) + low) | x | low);
        mask |= ((zero >> 7) * 0x0102'0408'1020'4080 >> 56) << 8 * i;
    }
    return mask;
}
struct Sum {
    std::uint64_t sum = 0;
    void add(const Block& b) {
        for (const std::uint64_t word : b.words) {
            constexpr std::uint64_t kEven = 0x00ff'00ff'00ff'00ff;
            const std::uint64_t pairs = (word & kEven) + (word >> 8 & kEven);
            sum += pairs * 0x0001'0001'0001'0001 >> 48;
        }
    }
    std::uint64_t total() const { return sum; }
};

#endif

inline Block load_part(const char* p, std::size_t size) {
    alignas(64) char bytes[kBlock] = {};
    std::memcpy(bytes, p, size);
    return load(bytes);
}

#endif

/// The field between `begin` and the SOH at `end`. Its first eight bytes are looked at together.
inline bool cut(const char* begin, const char* end, FieldView& field) {
    std::uint64_t word;
    std::memcpy(&word, begin, sizeof word);
    const std::uint64_t x = word ^ all_bytes('=');
    const std::uint64_t equals = (x - all_bytes(1)) & ~x & all_bytes(0x80);  // right up to the first one
    const auto digits = static_cast<unsigned>(std::countr_zero(equals)) / 8;
    // No '=' among them makes eight digits, an '=' at once none.
    if (digits - 1 > 6 || begin + digits + 1 >= end) return false;
    const std::uint64_t values = word ^ all_bytes('0');
    const std::uint64_t tag = values << (64 - 8 * digits);
    const std::uint64_t no_digit = ((tag + all_bytes(0x76)) | tag) & all_bytes(0x80);
    if (no_digit != 0 || (values & 0xff) == 0) return false;
    // Eight digits, the first in the lowest byte, to a number: pairs, fours, all.
    const std::uint64_t pairs = tag * 10 + (tag >> 8);
    const std::uint64_t even = pairs & 0x0000'00ff'0000'00ff;
    const std::uint64_t odd = pairs >> 16 & 0x0000'00ff'0000'00ff;
    field.tag = static_cast<int>((even * (100 + (1'000'000ULL << 32)) + odd * (1 + (10'000ULL << 32))) >> 32);
    field.data = begin + digits + 1;
    field.size = static_cast<std::size_t>(end - field.data);
    return true;
}

inline bool scan(const char* text, std::size_t size, FieldView* fields, std::size_t room, Scan& out) {
    Sum sum;
    std::size_t count = 0;
    const char* begin = text;
    for (std::size_t at = 0; at < size; at += kBlock) {
        const Block block = size - at >= kBlock ? load(text + at) : load_part(text + at, size - at);
        sum.add(block);
        for (std::uint64_t mask = soh_mask(block); mask != 0; mask &= mask - 1) {
            const char* const end = text + at + std::countr_zero(mask);
            if (count == room || !cut(begin, end, fields[count])) return false;
            ++count;
            begin = end + 1;
        }
    }
    out.count = count;
    out.sum = sum.total();
    return begin == text + size && size != 0;
}

}  // namespace
}  // namespace hw::fix
