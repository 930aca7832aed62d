#include "deploy/runtime/ipv4.h"

#include <fmt/format.h>

#include <charconv>

namespace hw::deploy {
namespace {

// Takes one number off the front. A leading zero is refused: some read it as octal.
std::optional<std::uint32_t> take_octet(std::string_view& text) {
    std::uint32_t octet = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), octet);
    const auto digits = static_cast<std::size_t>(end - text.data());
    if (error != std::errc{} || octet > 255 || (digits > 1 && text[0] == '0')) return std::nullopt;
    text.remove_prefix(digits);
    return octet;
}

}  // namespace

std::optional<std::uint32_t> parse_ipv4(std::string_view text) {
    std::uint32_t address = 0;
    for (int i = 0; i < 4; ++i) {
        if (i > 0) {
            if (text.empty() || text[0] != '.') return std::nullopt;
            text.remove_prefix(1);
        }
        const auto octet = take_octet(text);
        if (!octet) return std::nullopt;
        address = address << 8 | *octet;
    }
    if (!text.empty()) return std::nullopt;
    return address;
}

std::optional<std::array<std::uint8_t, 6>> parse_mac(std::string_view text) {
    std::array<std::uint8_t, 6> mac{};
    if (text.size() != 17) return std::nullopt;
    for (std::size_t i = 0; i < mac.size(); ++i) {
        const char* const at = text.data() + 3 * i;
        const auto [end, error] = std::from_chars(at, at + 2, mac[i], 16);
        if (error != std::errc{} || end != at + 2 || (i < 5 && *end != ':')) return std::nullopt;
    }
    return mac;
}

std::string ipv4_text(std::uint32_t a) {
    return fmt::format("{}.{}.{}.{}", a >> 24, a >> 16 & 255, a >> 8 & 255, a & 255);
}

std::optional<net::UdpEndpoint> parse_endpoint(std::string_view text) {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const auto ip = parse_ipv4(text.substr(0, colon));
    const std::string_view digits = text.substr(colon + 1);
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (!ip || *ip == 0 || error != std::errc{} || end != digits.data() + digits.size() || port == 0)
        return std::nullopt;
    return net::UdpEndpoint{*ip, port};
}

}  // namespace hw::deploy
