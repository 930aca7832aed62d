// Addresses as people write them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "net/feed/udp_sender.h"

namespace hw::deploy {

/// Four decimal numbers without leading zeros, "239.111.111.1", into host byte order; nothing otherwise.
std::optional<std::uint32_t> parse_ipv4(std::string_view text);
std::string ipv4_text(std::uint32_t host_order);
/// "192.0.2.1:4240"; the port may not be zero.
std::optional<net::UdpEndpoint> parse_endpoint(std::string_view text);
constexpr bool is_multicast(std::uint32_t host_order) { return host_order >> 28 == 0xe; }

/// "02:00:00:00:00:01", two hex digits each.
std::optional<std::array<std::uint8_t, 6>> parse_mac(std::string_view text);

}  // namespace hw::deploy
