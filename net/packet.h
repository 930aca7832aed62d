// From an Ethernet frame to a UDP datagram, or to the reason why not.
//
// `classify` looks at one frame: Ethernet with up to two VLAN tags, IPv4 with its header checksum and lengths
// verified, UDP with its length verified. It copies nothing and allocates nothing; the spans it hands out
// point into the frame. What is not a UDP datagram gets a verdict of its own: TCP for the TCP stack, the rest
// to be counted. The hot loop calls it for every packet; `build_udp_frame` is the way back, for those who
// send.
//
// The UDP checksum is not verified: the frame check sequence covers the wire, and captures taken on the
// sending host hold datagrams whose checksum the card had yet to fill in.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "net/bytes.h"

namespace hw::net {

enum class Verdict : std::uint8_t {
    udp = 0,
    tcp,
    igmp,
    other_protocol,  ///< IPv4, but none of the above
    arp,
    ipv6,
    other_ethertype,
    short_ethernet,      ///< shorter than its Ethernet header and tags
    too_many_vlan_tags,  ///< more than two
    short_ip,            ///< no room for an IPv4 header, or shorter than its header says
    bad_ip_version,
    bad_ip_header_length,
    bad_ip_total_length,  ///< shorter than the header, or longer than the frame
    bad_ip_checksum,
    fragment,
    short_udp,       ///< no room for a UDP header
    bad_udp_length,  ///< shorter than the header, or longer than the IP packet
    count_
};
inline constexpr std::size_t kVerdicts = static_cast<std::size_t>(Verdict::count_);
/// Stable snake_case name, for counters.
std::string_view to_string(Verdict);

using MacAddress = std::array<std::uint8_t, 6>;

/// Addresses and ports in host byte order.
struct UdpDatagram {
    std::uint32_t src_ip = 0;
    std::uint32_t dst_ip = 0;
    std::uint16_t src_port = 0;
    std::uint16_t dst_port = 0;
    std::span<const std::byte> payload;
};

struct Classified {
    Verdict verdict = Verdict::short_ethernet;
    UdpDatagram udp;                ///< when the verdict is udp
    std::span<const std::byte> ip;  ///< the IPv4 packet without padding, when its header is sound
};

namespace detail {
/// Every frame.
Classified classify_any(std::span<const std::byte> frame);

/// True when an IPv4 header of 20 bytes sums up to all ones, as it must; the order of its bytes does not
/// matter to that.
inline bool plain_header_sums_up(const std::byte* ip) {
    std::uint64_t a, b;
    std::uint32_t c;
    std::memcpy(&a, ip, sizeof a);
    std::memcpy(&b, ip + 8, sizeof b);
    std::memcpy(&c, ip + 16, sizeof c);
    // End-around carries keep the sum's remainder by 2^64 - 1, and so by 2^16 - 1.
    std::uint64_t sum = a + b;
    sum += sum < a ? 1 : 0;
    sum += c;
    sum += sum < c ? 1 : 0;
    return sum % 0xffff == 0;  // not zero itself: the version is not
}
}  // namespace detail

/// The usual frame, a whole UDP datagram behind an untagged header without options, is told here; all else,
/// and whatever is wrong, in classify_any: both say the same of every frame.
inline Classified classify(std::span<const std::byte> frame) {
    constexpr std::size_t kIp = 14, kUdp = kIp + 20, kPayload = kUdp + 8;
    if (frame.size() < kPayload) [[unlikely]]
        return detail::classify_any(frame);
    const std::byte* const ip = frame.data() + kIp;
    const std::byte* const udp = frame.data() + kUdp;
    const std::size_t total = load16(ip + 2);
    const std::size_t length = load16(udp + 4);
    const bool is_udp = load16(ip - 2) == 0x0800 && load8(ip) == 0x45 && load8(ip + 9) == 17 &&
                        (load16(ip + 6) & 0x3fff) == 0;
    const bool fits = total <= frame.size() - kIp && length >= 8 && length + 20 <= total;
    if (!is_udp || !fits || !detail::plain_header_sums_up(ip)) [[unlikely]]
        return detail::classify_any(frame);
    return {
        Verdict::udp,
        {load32(ip + 12), load32(ip + 16), load16(udp), load16(udp + 2), frame.subspan(kPayload, length - 8)},
        frame.subspan(kIp, total)};
}

/// How many frames got which verdict.
class VerdictCounters {
  public:
    void count(Verdict v) { ++counts_[static_cast<std::size_t>(v)]; }
    std::uint64_t operator[](Verdict v) const { return counts_[static_cast<std::size_t>(v)]; }

  private:
    std::array<std::uint64_t, kVerdicts> counts_{};
};

struct UdpEndpoints {
    MacAddress src_mac{};
    MacAddress dst_mac{};  ///< all zero with a multicast dst_ip: the group's MAC is used
    std::uint32_t src_ip = 0;
    std::uint32_t dst_ip = 0;
    std::uint16_t src_port = 0;
    std::uint16_t dst_port = 0;
    std::uint8_t ttl = 16;
};

inline constexpr std::size_t kUdpFrameHeader = 14 + 20 + 8;
/// The largest payload of one unfragmented datagram in a standard 1500-byte frame.
inline constexpr std::size_t kMaxUdpPayload = 1500 - 20 - 8;

/// Writes an Ethernet/IPv4/UDP frame with correct checksums into `out`, padded to Ethernet's 60 bytes.
/// Returns its size, or 0 when `out` is too small or the payload larger than kMaxUdpPayload.
std::size_t build_udp_frame(const UdpEndpoints&, std::span<const std::byte> payload,
                            std::span<std::byte> out);

/// 01:00:5e and the lower 23 bits of the group (RFC 1112).
MacAddress multicast_mac(std::uint32_t group_ip);
constexpr bool is_multicast(std::uint32_t ip) { return (ip >> 28) == 0xe; }

/// The Internet checksum's one's complement sum over big-endian words, not folded, not inverted (RFC 1071).
std::uint64_t checksum_sum(std::span<const std::byte> bytes);
/// Folds a sum and inverts it: what stands in a header.
std::uint16_t checksum_finish(std::uint64_t sum);

/// "239.111.111.1".
std::string ip_text(std::uint32_t ip);

}  // namespace hw::net
