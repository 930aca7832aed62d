// The network ports of a live run: opened, in the feed's multicast groups, and watched.
//
// The first port has everything; a second one, if the configuration names it, brings line B of the feed.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "core/ring.h"
#include "deploy/runtime/run_config.h"
#include "net/feed/line_pair.h"
#include "net/membership.h"
#include "net/port.h"
#include "net/port_watch.h"

namespace hw::deploy {

class Ports {
  public:
    /// Null, and why in `error`. Logs what was found and chosen.
    static std::unique_ptr<Ports> open(const RunConfig& config, std::string& error);

    net::Port& first() { return *at_[0].port; }
    /// Null when there is one port.
    net::Port* second() { return at_[1].port.get(); }
    /// Never null for a port that is there.
    net::Membership* membership(net::LineSide side) {
        return at_[static_cast<std::size_t>(side)].membership.get();
    }
    /// What passes through the ports from now on is held in `ring`; null: nothing.
    void hold_packets(net::CaptureRing* ring);
    /// Says in the network that the groups are not wanted any more. The hot loop has ended.
    void leave();

    /// Looks at the ports about once a second and tells the engine what has changed. Called by a thread that
    /// is not the hot one, as often as it likes.
    void watch(SpscRing<PortState>& inbox);

  private:
    struct Place {
        std::unique_ptr<net::Port> port;
        std::unique_ptr<net::Membership> membership;
    };
    Ports() = default;
    bool open_port(std::size_t i, const net::PortConfig& config, std::string& error);
    bool join(const RunConfig& config, std::string& error);

    std::array<Place, net::kSides> at_;
    std::array<net::PortWatch, net::kSides> watches_{net::PortWatch(0), net::PortWatch(1)};
    std::int64_t next_look_ns_ = 0;
};

}  // namespace hw::deploy
