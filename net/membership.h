// Belonging to the feed's multicast groups on one port, whoever has to ask for it.
//
// A driver that leaves the interface to the kernel (af_packet, af_xdp, mlx5) gets the groups when the kernel
// joins them: an ordinary socket does, and the kernel then sends and answers IGMP. Where DPDK owns the port
// our own reporter does (igmp.h), and the card is told which groups' MAC addresses to let in; a card that
// cannot filter lets all multicast in. Devices that lead to no network (memif, ring, pcap, null) need
// nothing. `description` says what was chosen, for the log.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/types.h"
#include "net/igmp.h"
#include "net/port.h"

namespace hw::net {

enum class MembershipWay : std::uint8_t { none, kernel, igmp };

/// By the driver's name; `interface`: the kernel's number of the port's interface, zero when it has none.
MembershipWay membership_way(std::string_view driver, unsigned interface);

/// Groups joined by a socket; left when it goes.
class KernelMembership {
  public:
    static std::unique_ptr<KernelMembership> join(unsigned interface, std::span<const std::uint32_t> groups,
                                                  std::string& error);
    ~KernelMembership();
    KernelMembership(const KernelMembership&) = delete;
    KernelMembership& operator=(const KernelMembership&) = delete;

  private:
    KernelMembership() = default;
    bool join_one(unsigned interface, std::uint32_t group);
    std::vector<int> sockets_;  ///< the kernel allows a socket only so many groups
};

class Membership {
  public:
    /// Null, and why in `error`. `seed`: of the delays of reports. Not on the hot path.
    static std::unique_ptr<Membership> join(Port& port, std::vector<std::uint32_t> groups, MembershipWay way,
                                            std::uint64_t seed, std::string& error);

    /// The hot loop calls these; only our own reporter has anything to do then.
    void on_time(Nanos now) {
        if (reporter_) reporter_->on_time(now);
    }
    void on_igmp(std::span<const std::byte> ip, Nanos now) {
        if (reporter_) reporter_->on_packet(ip, now);
    }
    /// To be called once when the run ends.
    void leave();

    const std::string& description() const { return description_; }
    const IgmpReporter* reporter() const { return reporter_.get(); }

  private:
    Membership() = default;

    std::unique_ptr<KernelMembership> kernel_;
    std::unique_ptr<IgmpReporter> reporter_;
    std::string description_;
};

}  // namespace hw::net
