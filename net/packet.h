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
Classified classify(std::span<const std::byte> frame);

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
