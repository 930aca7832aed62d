// A TCP peer made by hand, on the other end of a ring device: what the stack sends comes back by the port and
// is looked at, what it is to receive is built here, segment by segment.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "net/packet.h"
#include "tests/net/tcp_pair.h"

namespace hw::net {

using Frame = std::vector<std::byte>;

inline constexpr std::uint8_t kFin = 1;
inline constexpr std::uint8_t kSyn = 2;
inline constexpr std::uint8_t kRst = 4;
inline constexpr std::uint8_t kPsh = 8;
inline constexpr std::uint8_t kAck = 16;

inline constexpr MacAddress kPeerMac = {0x02, 0, 0, 0, 0, 0x77};

inline void put16(Frame& f, std::size_t at, std::uint32_t v) {
    f[at] = static_cast<std::byte>(v >> 8);
    f[at + 1] = static_cast<std::byte>(v);
}
inline void put32(Frame& f, std::size_t at, std::uint32_t v) {
    put16(f, at, v >> 16);
    put16(f, at + 2, v);
}
inline std::uint32_t get16(std::span<const std::byte> f, std::size_t at) {
    return std::to_integer<std::uint32_t>(f[at]) << 8 | std::to_integer<std::uint32_t>(f[at + 1]);
}
inline std::uint32_t get32(std::span<const std::byte> f, std::size_t at) {
    return get16(f, at) << 16 | get16(f, at + 2);
}

struct Segment {
    std::uint32_t src_ip = 0;
    std::uint32_t dst_ip = 0;
    std::uint16_t src_port = 0;
    std::uint16_t dst_port = 0;
    std::uint32_t sequence = 0;
    std::uint32_t acknowledgment = 0;
    std::uint8_t flags = 0;
    std::uint16_t window = 0;
    std::string options;  ///< a multiple of 4 bytes
    std::string payload;
};

/// Makes the checksums of an untagged IPv4/TCP frame right again, as far as it has them.
inline void fix_checksums(Frame& f) {
    if (f.size() < 34) return;
    const std::size_t header = (std::to_integer<std::size_t>(f[14]) & 0xf) * 4;
    const std::size_t total = get16(f, 16);
    if (header < 20 || total < header || 14 + total > f.size()) return;
    put16(f, 24, 0);
    put16(f, 24, checksum_finish(checksum_sum(std::span(f).subspan(14, header))));
    if (total < header + 20 || f[23] != std::byte{6}) return;
    const std::size_t tcp = 14 + header;
    put16(f, tcp + 16, 0);
    const std::uint64_t pseudo = checksum_sum(std::span(f).subspan(26, 8)) + 6 + (total - header);
    put16(f, tcp + 16, checksum_finish(pseudo + checksum_sum(std::span(f).subspan(tcp, total - header))));
}

inline Frame build(const Segment& s, const MacAddress& dst_mac) {
    const std::size_t header = 20 + s.options.size();
    Frame f(14 + 20 + header + s.payload.size());
    std::memcpy(f.data(), dst_mac.data(), 6);
    std::memcpy(f.data() + 6, kPeerMac.data(), 6);
    put16(f, 12, 0x0800);
    f[14] = std::byte{0x45};
    put16(f, 16, static_cast<std::uint32_t>(f.size() - 14));
    f[22] = std::byte{64};
    f[23] = std::byte{6};
    put32(f, 26, s.src_ip);
    put32(f, 30, s.dst_ip);
    put16(f, 34, s.src_port);
    put16(f, 36, s.dst_port);
    put32(f, 38, s.sequence);
    put32(f, 42, s.acknowledgment);
    f[46] = static_cast<std::byte>(header / 4 << 4);
    f[47] = static_cast<std::byte>(s.flags);
    put16(f, 48, s.window);
    std::memcpy(f.data() + 54, s.options.data(), s.options.size());
    std::memcpy(f.data() + 34 + header, s.payload.data(), s.payload.size());
    fix_checksums(f);
    return f;
}

/// Reads a frame that the stack sent; expects its checksums to be right.
inline Segment parse(std::span<const std::byte> f) {
    Segment s;
    const Classified c = classify(f);
    EXPECT_EQ(c.verdict, Verdict::tcp);
    if (c.verdict != Verdict::tcp) return s;
    const auto tcp = c.ip.subspan(20);
    const std::uint64_t pseudo = checksum_sum(c.ip.subspan(12, 8)) + 6 + tcp.size();
    EXPECT_EQ(checksum_finish(pseudo + checksum_sum(tcp)), 0) << "wrong TCP checksum sent";
    const std::size_t header = (std::to_integer<std::size_t>(tcp[12]) >> 4) * 4;
    s = {get32(c.ip, 12),
         get32(c.ip, 16),
         static_cast<std::uint16_t>(get16(tcp, 0)),
         static_cast<std::uint16_t>(get16(tcp, 2)),
         get32(tcp, 4),
         get32(tcp, 8),
         std::to_integer<std::uint8_t>(tcp[13]),
         static_cast<std::uint16_t>(get16(tcp, 14)),
         {reinterpret_cast<const char*>(tcp.data()) + 20, header - 20},
         {reinterpret_cast<const char*>(tcp.data()) + header, tcp.size() - header}};
    return s;
}

/// The peer of one connection that a stack at kClientIp opens to it, or that it opens to the stack.
class RawPeer {
  public:
    explicit RawPeer(Side& side) : side_(side) {}

    /// TCP segments that the stack has sent since the last look.
    std::vector<Segment> sent() {
        std::vector<Segment> segments;
        for (auto burst = side_.port->rx_burst(); !burst.empty(); burst = side_.port->rx_burst()) {
            for (const RxPacket& p : burst) {
                if (classify(p.bytes).verdict == Verdict::tcp) segments.push_back(parse(p.bytes));
            }
            side_.port->release();
        }
        return segments;
    }
    FrameFate say(std::uint8_t flags, const std::string& payload = {}, const std::string& options = {}) {
        const Segment s{kServerIp,    kClientIp, port,   their_port, next,
                        acknowledged, flags,     window, options,    payload};
        next += static_cast<std::uint32_t>(payload.size()) + ((flags & (kSyn | kFin)) != 0 ? 1 : 0);
        return side_.stack->on_frame(build(s, side_.port->mac()));
    }
    /// Answers the stack's SYN.
    void accept() {
        const auto syn = sent();
        ASSERT_EQ(syn.size(), 1u);
        ASSERT_EQ(syn[0].flags, kSyn);
        their_port = syn[0].src_port;
        port = syn[0].dst_port;
        acknowledged = syn[0].sequence + 1;
        say(kSyn | kAck, {}, std::string("\x02\x04\x05\xb4", 4));
        sent();
    }
    /// Opens a connection to the stack's listener.
    void open(std::uint16_t from, std::uint16_t to) {
        port = from;
        their_port = to;
        acknowledged = 0;
        say(kSyn, {}, std::string("\x02\x04\x05\xb4", 4));
        for (const Segment& s : sent()) {
            if (s.flags == (kSyn | kAck) && s.dst_port == from) acknowledged = s.sequence + 1;
        }
        say(kAck);
    }
    /// Lets `intervals` of the stack's timers pass.
    void pass(int intervals) {
        for (int i = 0; i < intervals; ++i) {
            now_ = now_ + side_.stack->config().timer_interval;
            side_.stack->poll(now_);
        }
    }

    std::uint16_t port = 0;
    std::uint16_t their_port = 0;
    std::uint32_t next = 1'000;  ///< our next sequence number
    std::uint32_t acknowledged = 0;
    std::uint16_t window = 60'000;

  private:
    Side& side_;
    Nanos now_ = Nanos::from_seconds(1);
};

inline TcpConfig ring_config() {
    TcpConfig config;
    config.address = kClientIp;
    config.static_arp = {{kServerIp, kPeerMac}};
    return config;
}

}  // namespace hw::net
