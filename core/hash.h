// Checksums and fingerprints. crc32c guards what is stored (journal, blobs, snapshots, message slots); hash64
// and ExecKey identify. All give the same value on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace hw {

/// CRC-32C (Castagnoli), by the SSE4.2 instruction. `seed`: the CRC of what came before.
std::uint32_t crc32c(const void* data, std::size_t size, std::uint32_t seed = 0);

/// 64-bit mix of a byte string; not for adversaries.
std::uint64_t hash64(const void* data, std::size_t size, std::uint64_t seed = 0);
inline std::uint64_t hash64(std::string_view text, std::uint64_t seed = 0) {
    return hash64(text.data(), text.size(), seed);
}

}  // namespace hw
