// A TCP segment that stands ready in a send buffer: headers written, checksums summed up as far as they can
// be known, so that a trigger has only the payload and a few numbers to fill in.
//
// It knows bytes and nothing else: `address` says between whom, `lay` writes the headers into a fresh buffer
// ahead of time, `fill` is the trigger's work. The buffer may be filled again and again; only its sender
// takes it away.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "net/packet.h"

namespace hw::net {

/// Addresses and ports in host byte order.
struct SegmentEndpoints {
    MacAddress src_mac{};
    MacAddress dst_mac{};
    std::uint32_t src_ip = 0;
    std::uint32_t dst_ip = 0;
    std::uint16_t src_port = 0;
    std::uint16_t dst_port = 0;
    std::uint8_t ttl = 64;
    std::uint8_t tos = 0;
};

/// What a connection says in each segment, in host byte order.
struct SegmentNumbers {
    std::uint32_t sequence = 0;
    std::uint32_t acknowledgment = 0;
    std::uint16_t window = 0;  ///< as it stands in the header: scaled
};

class ReadySegment {
  public:
    static constexpr std::size_t kHeader = 14 + 20 + 20;

    /// Between whom; `by_device`: the checksums are left to the device.
    void address(const SegmentEndpoints& endpoints, bool by_device);
    void set_dst_mac(const MacAddress& mac);
    MacAddress dst_mac() const;
    /// Writes the headers; `frame` has room for them.
    void lay(std::span<std::byte> frame) const;
    /// Completes a frame that was laid: numbers, payload (copied), lengths and checksums. `frame` has room
    /// for all of it, the payload is not longer than an IPv4 packet allows. Returns the frame's length.
    std::size_t fill(std::span<std::byte> frame, const SegmentNumbers& numbers,
                     std::span<const std::byte> payload) const;

  private:
    std::array<std::byte, kHeader> header_{};
    std::uint64_t ip_sum_ = 0;   ///< of the IPv4 header without its length and checksum
    std::uint64_t tcp_sum_ = 0;  ///< of pseudo and TCP header without length, numbers and checksum
    bool by_device_ = false;
};

/// Copies `from` to `to` and returns the one's complement sum of it in the machine's byte order, not folded.
/// For at most 64 KiB.
std::uint64_t copy_and_sum(std::byte* to, const std::byte* from, std::size_t size);

}  // namespace hw::net
