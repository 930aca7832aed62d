// Faults of the network between the venue and its customers: packets that are lost, come twice or come late.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "tests/exchange/feed_publisher.h"
#include "tests/exchange/rng.h"

namespace hw::exchange {

/// Probabilities per packet, 0 to 1.
struct PacketFaultConfig {
    std::uint64_t seed = 1;
    double drop = 0.0;
    double duplicate = 0.0;
    double reorder = 0.0;  ///< the packet goes out after its successor
};

struct PacketFaultCounts {
    std::uint64_t dropped = 0;
    std::uint64_t duplicated = 0;
    std::uint64_t reordered = 0;
};

class PacketFaults {
  public:
    PacketFaults(const PacketFaultConfig& config, PacketSink sink)
        : config_(config), sink_(std::move(sink)), rng_(config.seed, Stream::packet_faults) {}

    void send(const Packet&);
    /// While it lasts nothing goes out.
    void set_dead(bool dead) { dead_ = dead; }
    /// Lets go of a packet that waits for its successor.
    void flush();
    const PacketFaultCounts& counts() const { return counts_; }

  private:
    struct Held {
        Packet packet;
        std::vector<std::byte> bytes;
    };
    PacketFaultConfig config_;
    PacketSink sink_;
    Rng rng_;
    PacketFaultCounts counts_;
    std::optional<Held> held_;
    bool dead_ = false;
};

}  // namespace hw::exchange
