// Network byte order: big-endian loads and stores at any alignment.
#pragma once

#include <cstddef>
#include <cstdint>

namespace hw::net {

inline std::uint8_t load8(const std::byte* p) { return std::to_integer<std::uint8_t>(*p); }
inline std::uint16_t load16(const std::byte* p) {
    return static_cast<std::uint16_t>(load8(p) << 8 | load8(p + 1));
}
inline std::uint32_t load32(const std::byte* p) {
    return static_cast<std::uint32_t>(load16(p)) << 16 | load16(p + 2);
}
inline void store8(std::byte* p, std::uint8_t v) { *p = static_cast<std::byte>(v); }
inline void store16(std::byte* p, std::uint16_t v) {
    store8(p, static_cast<std::uint8_t>(v >> 8));
    store8(p + 1, static_cast<std::uint8_t>(v));
}
inline void store32(std::byte* p, std::uint32_t v) {
    store16(p, static_cast<std::uint16_t>(v >> 16));
    store16(p + 2, static_cast<std::uint16_t>(v));
}

}  // namespace hw::net
