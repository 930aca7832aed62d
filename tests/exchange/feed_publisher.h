// What the simulation tells a feed, whatever the feed's format: what has happened goes in, UDP payloads for a
// group and port come out of the sink that the publisher was made with.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "tests/exchange/venue.h"

namespace hw::exchange {

/// A UDP payload and where it goes. The bytes are valid during the call only.
struct Packet {
    std::uint32_t group_ip = 0;  ///< host byte order
    std::uint16_t port = 0;
    std::span<const std::byte> payload;
};
using PacketSink = std::function<void(const Packet&)>;

class FeedPublisher {
  public:
    virtual ~FeedPublisher() = default;

    // Events.
    virtual void trades(std::span<const Print>) = 0;
    /// What changed in the book since it was last published; nothing when nothing did.
    virtual void book(std::size_t contract) = 0;
    virtual void ticker(std::size_t contract) = 0;
    virtual void indices() = 0;
    /// Fault: from here on, or no longer, the book is published crossed. Not every feed can.
    virtual void cross(std::size_t, bool) {}
    // The snapshot channels.
    virtual void snapshot_start(std::size_t family) = 0;
    virtual void definition(std::size_t contract) = 0;
    virtual void snapshot(std::size_t contract) = 0;
    virtual void snapshot_end(std::size_t family) = 0;
    /// Sends every frame begun, events before snapshots.
    virtual void flush() = 0;
    /// The answer to what a customer sent to `port`; empty when there is none.
    virtual std::vector<std::byte> answer(std::uint16_t port, std::span<const std::byte> payload) {
        static_cast<void>(port);
        static_cast<void>(payload);
        return {};
    }

    virtual std::uint64_t messages() const = 0;
};

}  // namespace hw::exchange
