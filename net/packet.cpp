#include "net/packet.h"

#include <algorithm>
#include <cstring>

namespace hw::net {

namespace {

constexpr std::size_t kEthernetHeader = 14;
constexpr std::size_t kVlanTag = 4;
constexpr std::size_t kMinIpHeader = 20;
constexpr std::size_t kUdpHeader = 8;
constexpr std::size_t kMinFrame = 60;  // without the frame check sequence

constexpr std::uint16_t kEtherIpv4 = 0x0800;
constexpr std::uint16_t kEtherArp = 0x0806;
constexpr std::uint16_t kEtherIpv6 = 0x86dd;
constexpr std::uint16_t kEtherVlan = 0x8100;
constexpr std::uint16_t kEtherQinq = 0x88a8;

constexpr std::uint8_t kProtocolIgmp = 2;
constexpr std::uint8_t kProtocolTcp = 6;
constexpr std::uint8_t kProtocolUdp = 17;

Classified refused(Verdict verdict) { return {verdict, {}, {}}; }
Classified refused(Verdict verdict, std::span<const std::byte> ip) { return {verdict, {}, ip}; }

Classified classify_udp(std::span<const std::byte> ip, std::size_t header) {
    const std::span<const std::byte> segment = ip.subspan(header);
    if (segment.size() < kUdpHeader) return refused(Verdict::short_udp, ip);
    const std::size_t length = load16(segment.data() + 4);
    if (length < kUdpHeader || length > segment.size()) return refused(Verdict::bad_udp_length, ip);
    UdpDatagram udp{load32(ip.data() + 12), load32(ip.data() + 16), load16(segment.data()),
                    load16(segment.data() + 2), segment.subspan(kUdpHeader, length - kUdpHeader)};
    return {Verdict::udp, udp, ip};
}

/// True when an IPv4 header sums up to all ones, as it must; the order of its bytes does not matter to that.
bool header_sums_up(std::span<const std::byte> header) {
    std::uint64_t sum = 0;
    for (std::size_t at = 0; at < header.size(); at += 4) {
        std::uint32_t words = 0;
        std::memcpy(&words, header.data() + at, sizeof words);
        sum += words;
    }
    return checksum_finish(sum) == 0;
}

Classified classify_ip(std::span<const std::byte> rest) {
    if (rest.size() < kMinIpHeader) return refused(Verdict::short_ip);
    const std::uint8_t first = load8(rest.data());
    if (first >> 4 != 4) return refused(Verdict::bad_ip_version);
    const std::size_t header = (first & 0x0fu) * 4u;
    if (header < kMinIpHeader) return refused(Verdict::bad_ip_header_length);
    if (header > rest.size()) return refused(Verdict::short_ip);
    const std::size_t total = load16(rest.data() + 2);
    if (total < header || total > rest.size()) return refused(Verdict::bad_ip_total_length);
    if (!header_sums_up(rest.first(header))) return refused(Verdict::bad_ip_checksum);
    const std::span<const std::byte> ip = rest.first(total);
    // More fragments to come, or an offset: a piece of something.
    if ((load16(ip.data() + 6) & 0x3fffu) != 0) return refused(Verdict::fragment, ip);
    switch (load8(ip.data() + 9)) {
        case kProtocolUdp:
            return classify_udp(ip, header);
        case kProtocolTcp:
            return refused(Verdict::tcp, ip);
        case kProtocolIgmp:
            return refused(Verdict::igmp, ip);
        default:
            return refused(Verdict::other_protocol, ip);
    }
}

}  // namespace

Classified detail::classify_any(std::span<const std::byte> frame) {
    if (frame.size() < kEthernetHeader) return refused(Verdict::short_ethernet);
    std::size_t at = kEthernetHeader - 2;
    std::uint16_t type = load16(frame.data() + at);
    for (int tags = 0; type == kEtherVlan || type == kEtherQinq; ++tags) {
        if (tags == 2) return refused(Verdict::too_many_vlan_tags);
        at += kVlanTag;
        if (frame.size() < at + 2) return refused(Verdict::short_ethernet);
        type = load16(frame.data() + at);
    }
    switch (type) {
        case kEtherIpv4:
            return classify_ip(frame.subspan(at + 2));
        case kEtherArp:
            return refused(Verdict::arp);
        case kEtherIpv6:
            return refused(Verdict::ipv6);
        default:
            return refused(Verdict::other_ethertype);
    }
}

std::string_view to_string(Verdict v) {
    static constexpr std::array<std::string_view, kVerdicts> kNames = {
        "udp",
        "tcp",
        "igmp",
        "other_protocol",
        "arp",
        "ipv6",
        "other_ethertype",
        "short_ethernet",
        "too_many_vlan_tags",
        "short_ip",
        "bad_ip_version",
        "bad_ip_header_length",
        "bad_ip_total_length",
        "bad_ip_checksum",
        "fragment",
        "short_udp",
        "bad_udp_length",
    };
    return v < Verdict::count_ ? kNames[static_cast<std::size_t>(v)] : "invalid";
}

std::uint64_t checksum_sum(std::span<const std::byte> bytes) {
    std::uint64_t sum = 0;
    std::size_t i = 0;
    for (; i + 1 < bytes.size(); i += 2) sum += load16(bytes.data() + i);
    if (i < bytes.size()) sum += static_cast<std::uint64_t>(load8(bytes.data() + i)) << 8;
    return sum;
}

std::uint16_t checksum_finish(std::uint64_t sum) {
    while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(~sum);
}

MacAddress multicast_mac(std::uint32_t group_ip) {
    return {0x01,
            0x00,
            0x5e,
            static_cast<std::uint8_t>(group_ip >> 16 & 0x7f),
            static_cast<std::uint8_t>(group_ip >> 8),
            static_cast<std::uint8_t>(group_ip)};
}

std::size_t build_udp_frame(const UdpEndpoints& e, std::span<const std::byte> payload,
                            std::span<std::byte> out) {
    const std::size_t size = kUdpFrameHeader + payload.size();
    const std::size_t padded = std::max(size, kMinFrame);
    if (payload.size() > kMaxUdpPayload || out.size() < padded) return 0;
    const bool by_group = e.dst_mac == MacAddress{} && is_multicast(e.dst_ip);
    const MacAddress dst_mac = by_group ? multicast_mac(e.dst_ip) : e.dst_mac;
    std::memset(out.data(), 0, kUdpFrameHeader);

    std::byte* const ethernet = out.data();
    std::memcpy(ethernet, dst_mac.data(), dst_mac.size());
    std::memcpy(ethernet + 6, e.src_mac.data(), e.src_mac.size());
    store16(ethernet + 12, kEtherIpv4);

    std::byte* const ip = ethernet + kEthernetHeader;
    const auto udp_length = static_cast<std::uint16_t>(kUdpHeader + payload.size());
    store8(ip, 0x45);
    store16(ip + 2, static_cast<std::uint16_t>(kMinIpHeader + udp_length));
    store16(ip + 6, 0x4000);  // do not fragment
    store8(ip + 8, e.ttl);
    store8(ip + 9, kProtocolUdp);
    store32(ip + 12, e.src_ip);
    store32(ip + 16, e.dst_ip);
    store16(ip + 10, checksum_finish(checksum_sum({ip, kMinIpHeader})));

    std::byte* const udp = ip + kMinIpHeader;
    store16(udp, e.src_port);
    store16(udp + 2, e.dst_port);
    store16(udp + 4, udp_length);
    if (!payload.empty()) std::memcpy(udp + kUdpHeader, payload.data(), payload.size());
    // The pseudo header: both addresses, protocol and length.
    const std::uint64_t pseudo = checksum_sum({ip + 12, 8}) + kProtocolUdp + udp_length;
    const std::uint16_t checksum = checksum_finish(pseudo + checksum_sum({udp, udp_length}));
    store16(udp + 6, checksum == 0 ? 0xffff : checksum);  // zero would mean "none"

    std::memset(out.data() + size, 0, padded - size);
    return padded;
}

std::string ip_text(std::uint32_t ip) {
    std::string text;
    for (int shift = 24; shift >= 0; shift -= 8) {
        text += std::to_string(ip >> shift & 0xff);
        if (shift > 0) text += '.';
    }
    return text;
}

}  // namespace hw::net
