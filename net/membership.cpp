#include "net/membership.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace hw::net {

MembershipWay membership_way(std::string_view driver, unsigned interface) {
    constexpr std::array<std::string_view, 4> kKernelKeeps = {"net_af_packet", "net_af_xdp", "mlx5_pci",
                                                              "net_mlx4"};
    constexpr std::array<std::string_view, 5> kNoNetwork = {"net_memif", "net_ring", "net_null", "net_pcap",
                                                            "net_vhost"};
    if (std::ranges::find(kNoNetwork, driver) != kNoNetwork.end()) return MembershipWay::none;
    const bool kept = std::ranges::find(kKernelKeeps, driver) != kKernelKeeps.end();
    return kept && interface != 0 ? MembershipWay::kernel : MembershipWay::igmp;
}

std::unique_ptr<KernelMembership> KernelMembership::join(unsigned interface,
                                                         std::span<const std::uint32_t> groups,
                                                         std::string& error) {
    std::unique_ptr<KernelMembership> membership(new KernelMembership);
    for (const std::uint32_t group : groups) {
        if (membership->join_one(interface, group)) continue;
        std::array<char, IF_NAMESIZE> name{};
        const char* const known = if_indextoname(interface, name.data());
        error = "the kernel does not join " + ip_text(group) + " on " +
                (known != nullptr ? known : "interface " + std::to_string(interface)) + ": " +
                std::strerror(errno);
        return nullptr;
    }
    return membership;
}

KernelMembership::~KernelMembership() {
    for (const int fd : sockets_) close(fd);
}

bool KernelMembership::join_one(unsigned interface, std::uint32_t group) {
    ip_mreqn request{};
    request.imr_multiaddr.s_addr = htonl(group);
    request.imr_ifindex = static_cast<int>(interface);
    const auto ask = [&](int fd) {
        return setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof request) == 0;
    };
    if (!sockets_.empty() && ask(sockets_.back())) return true;
    if (!sockets_.empty() && errno != ENOBUFS) return false;  // ENOBUFS: this socket has all it may have
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return false;
    sockets_.push_back(fd);
    return ask(fd);
}

namespace {
std::string count_of(std::size_t groups) {
    return std::to_string(groups) + (groups == 1 ? " group" : " groups");
}
}  // namespace

std::unique_ptr<Membership> Membership::join(Port& port, std::vector<std::uint32_t> groups, MembershipWay way,
                                             std::uint64_t seed, std::string& error) {
    std::unique_ptr<Membership> membership(new Membership);
    if (way == MembershipWay::none || groups.empty()) {
        membership->description_ = groups.empty() ? "no groups are configured: none is joined"
                                                  : port.driver() + " leads to no network: nothing to join";
        return membership;
    }
    std::ranges::sort(groups);
    groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
    if (way == MembershipWay::kernel) {
        membership->kernel_ = KernelMembership::join(port.features().interface, groups, error);
        if (!membership->kernel_) return nullptr;
        membership->description_ = count_of(groups.size()) + " joined by the kernel";
        return membership;
    }
    std::vector<MacAddress> macs;
    for (const std::uint32_t group : groups) macs.push_back(multicast_mac(group));
    // Queries come to all hosts.
    macs.push_back(multicast_mac(kAllHosts));
    std::ranges::sort(macs);
    macs.erase(std::unique(macs.begin(), macs.end()), macs.end());
    const bool filtered = port.filter_multicast(macs);
    membership->description_ = count_of(groups.size()) + " reported by IGMPv3 of our own, " +
                               (filtered ? "filtered by the device" : "all multicast let in");
    const IgmpSender sender{port.mac(), 0};
    membership->reporter_ =
        std::make_unique<IgmpReporter>(sender, std::move(groups), seed,
                                       [&port](std::span<const std::byte> frame) { return port.tx(frame); });
    return membership;
}

void Membership::leave() {
    if (reporter_) reporter_->leave();
    kernel_.reset();
}

}  // namespace hw::net
