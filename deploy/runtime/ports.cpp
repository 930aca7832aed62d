#include "deploy/runtime/ports.h"

#include "deploy/runtime/log.h"
#include "deploy/runtime/stopwatch.h"

namespace hw::deploy {

namespace {

constexpr std::int64_t kLookIntervalNs = kNano;

using Groups = std::array<std::vector<std::uint32_t>, net::kSides>;

Groups deribit_groups(const net::FeedConfig& feed, bool two_ports) {
    Groups groups;
    for (const net::ChannelConfig& channel : feed.channels) {
        groups[0].push_back(channel.group_ip);
        const bool own_group = channel.group_ip_b != 0;
        if (two_ports) groups[1].push_back(own_group ? channel.group_ip_b : channel.group_ip);
        if (!two_ports && own_group) groups[0].push_back(channel.group_ip_b);
    }
    return groups;
}

Groups starbase_groups(const std::vector<net::StarbaseChannelConfig>& channels, bool two_ports) {
    Groups groups;
    for (const net::StarbaseChannelConfig& channel : channels) {
        for (const std::uint32_t group : {channel.event_group, channel.snapshot_group}) {
            groups[0].push_back(group);
            groups[two_ports ? 1 : 0].push_back(group + net::kStarbaseLineOffset);
        }
    }
    return groups;
}

std::vector<net::StarbaseChannelConfig> channels_of(const net::StarbaseConfig& feed) {
    return feed.channels.empty() ? net::default_starbase_channels() : feed.channels;
}

/// The groups that come on each port.
Groups groups_of(const RunConfig& config) {
    const bool two_ports = !config.port.device_b.empty();
    return config.feed_kind == FeedKind::starbase ? starbase_groups(channels_of(config.starbase), two_ports)
                                                  : deribit_groups(config.feed, two_ports);
}

/// What has a queue of its own where the device can steer: the feed, and the order session's answers.
std::vector<net::FlowMatch> flows_of(const RunConfig& config) {
    std::vector<net::FlowMatch> flows;
    const auto feed = [&](std::uint32_t group, std::uint16_t port) {
        if (group != 0 && port != 0) flows.push_back({false, group, 0, port, net::kFeedQueue});
    };
    if (config.feed_kind == FeedKind::starbase) {
        for (const net::StarbaseChannelConfig& c : channels_of(config.starbase)) {
            for (const std::uint32_t line : {0u, net::kStarbaseLineOffset}) {
                feed(c.event_group + line, c.event_port);
                feed(c.snapshot_group + line, c.snapshot_port);
            }
        }
    } else {
        for (const net::ChannelConfig& c : config.feed.channels) {
            feed(c.group_ip, c.event_port);
            feed(c.group_ip, c.snapshot_port);
            feed(c.group_ip_b, c.event_port_b == 0 ? c.event_port : c.event_port_b);
            feed(c.group_ip_b, c.snapshot_port_b == 0 ? c.snapshot_port : c.snapshot_port_b);
        }
    }
    if (config.fix.port != 0) flows.push_back({true, 0, config.fix.port, 0, net::kOrderQueue});
    return flows;
}

}  // namespace

std::unique_ptr<Ports> Ports::open(const RunConfig& config, std::string& error) {
    if (!net::Eal::start(config.port.eal, error)) return nullptr;
    std::unique_ptr<Ports> ports(new Ports);
    net::PortConfig first = config.port;
    first.flows = flows_of(config);
    if (!ports->open_port(0, first, error)) return nullptr;
    if (!config.port.device_b.empty()) {
        net::PortConfig second = first;
        second.device = config.port.device_b;
        if (!ports->open_port(1, second, error)) return nullptr;
    }
    if (!ports->join(config, error)) return nullptr;
    return ports;
}

bool Ports::open_port(std::size_t i, const net::PortConfig& config, std::string& error) {
    at_[i].port = net::Port::open(config, error);
    if (!at_[i].port) return false;
    const net::Port& port = *at_[i].port;
    log_info("port", port.name() + " (" + port.driver() + "), " + net::to_text(port.features()));
    return true;
}

bool Ports::join(const RunConfig& config, std::string& error) {
    const Groups groups = groups_of(config);
    for (std::size_t i = 0; i < net::kSides; ++i) {
        if (!at_[i].port) continue;
        net::Port& port = *at_[i].port;
        const auto way = net::membership_way(port.driver(), port.features().interface);
        const auto seed = static_cast<std::uint64_t>(monotonic_ns());
        at_[i].membership = net::Membership::join(port, groups[i], way, seed, error);
        if (!at_[i].membership) return false;
        log_info("multicast", port.name() + ": " + at_[i].membership->description());
    }
    return true;
}

void Ports::hold_packets(net::CaptureRing* ring) {
    for (Place& place : at_) {
        if (place.port) place.port->set_tap(ring);
    }
}

void Ports::leave() {
    for (Place& place : at_) {
        if (place.membership) place.membership->leave();
    }
}

void Ports::watch(SpscRing<PortState>& inbox) {
    const std::int64_t now = monotonic_ns();
    if (now < next_look_ns_) return;
    next_look_ns_ = now + kLookIntervalNs;
    for (std::size_t i = 0; i < net::kSides; ++i) {
        if (!at_[i].port) continue;
        watches_[i].note(net::look_at(*at_[i].port), [&](const PortState& s) { return inbox.push(s); });
    }
}

}  // namespace hw::deploy
