// What a port says of itself, looked at about once a second by a thread that is not the hot one: its link,
// and the packets that the device (`imissed`) or its driver (`rx_nombuf`) dropped before we saw them. Each
// change is told once, to become an Event and an alert.
//
// Asking a driver may cost a system call; DPDK lets any thread ask for the link and for statistics.
#pragma once

#include <cstdint>

#include "core/event.h"
#include "net/port.h"

namespace hw::net {

/// What was seen of a port at one time.
struct PortSight {
    bool link_up = false;
    DeviceCounters counters;
};
inline PortSight look_at(const Port& port) { return {port.link_up(), port.device_counters()}; }

class PortWatch {
  public:
    /// Looks for which a port that has never been up may take its time.
    static constexpr int kPatience = 5;

    explicit PortWatch(std::uint8_t port) : port_(port) {}

    /// Calls `tell(PortState)` for each change since the last sight. False from `tell`: not taken, and told
    /// again the next time.
    template <class Tell>
    void note(const PortSight& sight, Tell&& tell) {
        if (!sight.link_up && !was_up_ && looks_ < kPatience) {
            ++looks_;
        } else if (sight.link_up != told_up_) {
            const PortCondition now = sight.link_up ? PortCondition::link_up : PortCondition::link_down;
            if (tell(state(now, 0))) told_up_ = sight.link_up;
        }
        was_up_ = was_up_ || sight.link_up;
        grown(PortCondition::missed, sight.counters.imissed, missed_, tell);
        grown(PortCondition::no_buffers, sight.counters.rx_nombuf, no_buffers_, tell);
    }

  private:
    PortState state(PortCondition condition, std::uint64_t count) const {
        PortState s{};
        s.port = port_;
        s.condition = condition;
        s.count = count;
        return s;
    }
    template <class Tell>
    void grown(PortCondition condition, std::uint64_t now, std::uint64_t& told, Tell&& tell) {
        if (now < told) told = 0;  // the device was started again
        if (now > told && tell(state(condition, now - told))) told = now;
    }

    std::uint8_t port_;
    int looks_ = 0;
    bool was_up_ = false;
    bool told_up_ = true;
    std::uint64_t missed_ = 0;
    std::uint64_t no_buffers_ = 0;
};

}  // namespace hw::net
