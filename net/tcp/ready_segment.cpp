#include "net/tcp/ready_segment.h"

#include <bit>
#include <cstring>

namespace hw::net {

// Sums are taken in the machine's byte order: the one's complement sum does not mind, as long as the result
// goes back in the same order (RFC 1071).
static_assert(std::endian::native == std::endian::little);

namespace {

constexpr std::size_t kIp = 14;
constexpr std::size_t kIpLength = kIp + 2;
constexpr std::size_t kIpChecksum = kIp + 10;
constexpr std::size_t kIpAddresses = kIp + 12;
constexpr std::size_t kTcp = kIp + 20;
constexpr std::size_t kSequence = kTcp + 4;
constexpr std::size_t kAcknowledgment = kTcp + 8;
constexpr std::size_t kFlags = kTcp + 12;
constexpr std::size_t kWindow = kTcp + 14;
constexpr std::size_t kTcpChecksum = kTcp + 16;
constexpr std::size_t kIpHeader = 20;
constexpr std::size_t kTcpHeader = 20;
constexpr std::uint8_t kProtocolTcp = 6;
constexpr std::uint16_t kHeaderWordsPushAck = 0x5018;

constexpr std::uint16_t wire16(std::size_t v) { return __builtin_bswap16(static_cast<std::uint16_t>(v)); }
constexpr std::uint32_t wire32(std::uint32_t v) { return __builtin_bswap32(v); }

template <class T>
void put(std::byte* at, T value) {
    std::memcpy(at, &value, sizeof value);
}

std::uint64_t sum(const std::byte* bytes, std::size_t size) {
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < size; i += 2) {
        std::uint16_t word = 0;
        std::memcpy(&word, bytes + i, sizeof word);
        total += word;
    }
    return total;
}

std::uint16_t fold(std::uint64_t total) {
    total = (total & 0xffff'ffff) + (total >> 32);
    total = (total & 0xffff) + (total >> 16);
    total = (total & 0xffff) + (total >> 16);
    return static_cast<std::uint16_t>((total & 0xffff) + (total >> 16));
}

std::uint16_t finish(std::uint64_t total) { return static_cast<std::uint16_t>(~fold(total)); }

}  // namespace

void ReadySegment::address(const SegmentEndpoints& e, bool by_device) {
    by_device_ = by_device;
    header_.fill(std::byte{0});
    std::byte* const h = header_.data();
    std::memcpy(h, e.dst_mac.data(), e.dst_mac.size());
    std::memcpy(h + 6, e.src_mac.data(), e.src_mac.size());
    put(h + 12, wire16(0x0800));
    put(h + kIp, static_cast<std::uint8_t>(0x45));
    put(h + kIp + 1, e.tos);
    put(h + kIp + 6, wire16(0x4000));  // do not fragment: then the identification may stay zero (RFC 6864)
    put(h + kIp + 8, e.ttl);
    put(h + kIp + 9, kProtocolTcp);
    put(h + kIpAddresses, wire32(e.src_ip));
    put(h + kIpAddresses + 4, wire32(e.dst_ip));
    put(h + kTcp, wire16(e.src_port));
    put(h + kTcp + 2, wire16(e.dst_port));
    put(h + kFlags, wire16(kHeaderWordsPushAck));
    ip_sum_ = sum(h + kIp, kIpHeader);
    tcp_sum_ = sum(h + kTcp, kTcpHeader) + sum(h + kIpAddresses, 8) + wire16(kProtocolTcp);
}

void ReadySegment::set_dst_mac(const MacAddress& mac) { std::memcpy(header_.data(), mac.data(), mac.size()); }

MacAddress ReadySegment::dst_mac() const {
    MacAddress mac{};
    std::memcpy(mac.data(), header_.data(), mac.size());
    return mac;
}

void ReadySegment::lay(std::span<std::byte> frame) const {
    std::memcpy(frame.data(), header_.data(), header_.size());
}

std::size_t ReadySegment::fill(std::span<std::byte> frame, const SegmentNumbers& numbers,
                               std::span<const std::byte> payload) const {
    std::byte* const f = frame.data();
    const std::uint16_t ip_length = wire16(kIpHeader + kTcpHeader + payload.size());
    const std::uint16_t tcp_length = wire16(kTcpHeader + payload.size());
    const std::uint32_t sequence = wire32(numbers.sequence);
    const std::uint32_t acknowledgment = wire32(numbers.acknowledgment);
    const std::uint16_t window = wire16(numbers.window);
    put(f + kIpLength, ip_length);
    put(f + kSequence, sequence);
    put(f + kAcknowledgment, acknowledgment);
    put(f + kWindow, window);
    if (by_device_) {
        std::memcpy(f + kHeader, payload.data(), payload.size());
        const std::uint64_t pseudo = sum(f + kIpAddresses, 8) + wire16(kProtocolTcp) + tcp_length;
        put(f + kIpChecksum, std::uint16_t{0});
        put(f + kTcpChecksum, fold(pseudo));
    } else {
        const std::uint64_t text = copy_and_sum(f + kHeader, payload.data(), payload.size());
        put(f + kIpChecksum, finish(ip_sum_ + ip_length));
        put(f + kTcpChecksum, finish(tcp_sum_ + tcp_length + sequence + acknowledgment + window + text));
    }
    return kHeader + payload.size();
}

std::uint64_t copy_and_sum(std::byte* to, const std::byte* from, std::size_t size) {
    // 32-bit words into 64-bit lanes: the compiler makes vectors of this, and no carry is lost.
    std::uint64_t total = 0;
    const std::size_t words = size / 4;
    for (std::size_t i = 0; i < words; ++i) {
        std::uint32_t word = 0;
        std::memcpy(&word, from + 4 * i, sizeof word);
        std::memcpy(to + 4 * i, &word, sizeof word);
        total += word;
    }
    std::uint32_t tail = 0;
    if (const std::size_t rest = size % 4; rest != 0) {
        std::memcpy(&tail, from + 4 * words, rest);
        std::memcpy(to + 4 * words, &tail, rest);
    }
    return total + tail;
}

}  // namespace hw::net
