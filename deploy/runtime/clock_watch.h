// Watches the wall clock against the monotonic one: an NTP daemon that slews is followed, a step is told.
//
// Looked at some ten times a second, off the hot thread. After a jump the clock counts as unreliable until it
// has been steady for `kSteadyAfterNs`, which is told too. What could not be told is told at the next look.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <optional>

#include "core/event.h"

namespace hw::deploy {

class ClockWatch {
  public:
    static constexpr std::int64_t kSteadyAfterNs = 1'000'000'000;

    /// A change of the offset by more than `limit_ns` from one look to the next is a jump.
    explicit ClockWatch(std::int64_t limit_ns) : limit_ns_(limit_ns) {}

    /// `offset_ns`: wall less monotonic; `now_ns`: monotonic. What is to be told, until `told`.
    std::optional<HostState> look(std::int64_t offset_ns, std::int64_t now_ns) {
        const std::int64_t moved_ns = offset_ns - offset_ns_;
        const bool first = !seen_;
        seen_ = true;
        offset_ns_ = offset_ns;
        if (!first && std::llabs(moved_ns) > limit_ns_) {
            jumped_at_ns_ = now_ns;
            jumped_ = true;
            waiting_ = HostState{HostCondition::clock_jumped, {}, moved_ns};
        } else if (jumped_ && !waiting_ && now_ns - jumped_at_ns_ >= kSteadyAfterNs) {
            jumped_ = false;
            waiting_ = HostState{HostCondition::clock_steady, {}, 0};
        }
        return waiting_;
    }
    void told() { waiting_.reset(); }

  private:
    std::int64_t limit_ns_;
    std::int64_t offset_ns_ = 0;
    std::int64_t jumped_at_ns_ = 0;
    bool seen_ = false;
    bool jumped_ = false;
    std::optional<HostState> waiting_;
};

}  // namespace hw::deploy
