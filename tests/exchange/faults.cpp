#include "tests/exchange/faults.h"

namespace hw::exchange {

void PacketFaults::send(const Packet& packet) {
    if (dead_ || rng_.chance(config_.drop)) {
        ++counts_.dropped;
        return;
    }
    if (!held_ && rng_.chance(config_.reorder)) {
        ++counts_.reordered;
        held_ = Held{packet, {packet.payload.begin(), packet.payload.end()}};
        return;
    }
    sink_(packet);
    if (rng_.chance(config_.duplicate)) {
        ++counts_.duplicated;
        sink_(packet);
    }
    flush();
}

void PacketFaults::flush() {
    if (!held_) return;
    held_->packet.payload = held_->bytes;
    sink_(held_->packet);
    held_.reset();
}

}  // namespace hw::exchange
