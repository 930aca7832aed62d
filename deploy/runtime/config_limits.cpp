#include "deploy/runtime/config_limits.h"

#include <fmt/format.h>

#include <cmath>
#include <initializer_list>
#include <map>
#include <utility>

#include "deploy/runtime/config_credits.h"
#include "deploy/runtime/config_greeks.h"
#include "deploy/runtime/config_hedging.h"
#include "deploy/runtime/config_wallets.h"
#include "deploy/runtime/ipv4.h"
#include "hedge/state.h"

namespace hw::deploy {
namespace {

bool all_sound(const ConfigFindings& findings, std::initializer_list<std::string> paths) {
    for (const auto& path : paths)
        if (!findings.sound(path)) return false;
    return true;
}

void check_port(const net::PortConfig& port, ConfigFindings& findings) {
    if (!port.device_b.empty() && (port.device_b == port.device || port.device.empty()))
        findings.add("port.device_b", "port.device_b needs a port.device that is another one");
    if (!all_sound(findings, {"port.mbufs", "port.rx_ring", "port.tx_ring"})) return;
    if (port.mbufs > port.rx_ring + port.tx_ring) return;
    findings.add("port.mbufs",
                 fmt::format("port.mbufs ({}) must be more than port.rx_ring + port.tx_ring ({})", port.mbufs,
                             port.rx_ring + port.tx_ring));
}

void check_channel(const net::FeedConfig& feed, std::size_t i, ConfigFindings& findings) {
    const auto& channel = feed.channels[i];
    const std::string path = fmt::format("feed.channel[{}]", i);
    if (channel.event_port == channel.snapshot_port)
        findings.add(path + ".snapshot_port", fmt::format("{0}.event_port and {0}.snapshot_port are both {1}",
                                                          path, channel.event_port));
    for (std::size_t j = 0; j < i; ++j) {
        const auto& earlier = feed.channels[j];
        if (channel.name == earlier.name && !channel.name.empty())
            findings.add(path + ".name", fmt::format("channel \"{}\" is configured twice", channel.name));
        if (channel.group_ip != 0 && channel.group_ip == earlier.group_ip &&
            channel.event_port == earlier.event_port)
            findings.add(path + ".group", fmt::format("group {} port {} is configured twice",
                                                      ipv4_text(channel.group_ip), channel.event_port));
    }
}

/// Line B has to be told from line A, and from the other channels.
void check_line_b(const net::FeedConfig& feed, std::size_t i, ConfigFindings& findings) {
    const auto& channel = feed.channels[i];
    const std::string path = fmt::format("feed.channel[{}]", i);
    const auto needs_group = [&](const char* key, std::uint16_t port) {
        if (port != 0 && findings.sound(path + ".group_b"))
            findings.add(path + key, fmt::format("{0}{1} needs a {0}.group_b", path, key));
    };
    if (channel.group_ip_b == 0) {
        needs_group(".event_port_b", channel.event_port_b);
        needs_group(".snapshot_port_b", channel.snapshot_port_b);
        return;
    }
    const auto port_b = channel.event_port_b == 0 ? channel.event_port : channel.event_port_b;
    for (std::size_t j = 0; j < feed.channels.size(); ++j) {
        const auto& other = feed.channels[j];
        const auto other_port_b = other.event_port_b == 0 ? other.event_port : other.event_port_b;
        const bool as_a = channel.group_ip_b == other.group_ip && port_b == other.event_port;
        const bool as_b = j < i && channel.group_ip_b == other.group_ip_b && port_b == other_port_b;
        if (as_a || as_b)
            findings.add(path + ".group_b", fmt::format("group {} port {} is configured twice",
                                                        ipv4_text(channel.group_ip_b), port_b));
    }
}

void check_endpoint(const std::string& text, const std::string& path, ConfigFindings& findings) {
    if (text.empty() || !findings.sound(path)) return;
    const auto endpoint = parse_endpoint(text);
    if (!endpoint || is_multicast(endpoint->ip))
        findings.add(path, fmt::format("{} (\"{}\") is not a unicast \"IP:PORT\"", path, text));
}

void check_requests(const RequestConfig& requests, ConfigFindings& findings) {
    bool any = false;
    for (std::size_t i = 0; i < requests.retransmit.size(); ++i) {
        check_endpoint(requests.retransmit[i], fmt::format("feed.channel[{}].retransmit", i), findings);
        any = any || !requests.retransmit[i].empty();
    }
    check_endpoint(requests.source, "feed.source", findings);
    if (!requests.gateway_mac.empty() && !parse_mac(requests.gateway_mac) &&
        findings.sound("feed.gateway_mac"))
        findings.add("feed.gateway_mac", fmt::format("feed.gateway_mac (\"{}\") is not six hex numbers like "
                                                     "\"02:00:00:00:00:01\"",
                                                     requests.gateway_mac));
    if (any && requests.source.empty() && findings.sound("feed.source"))
        findings.add("feed.source", "missing feed.source: a feed.channel has a retransmit address");
    if (any && requests.gateway_mac.empty() && findings.sound("feed.gateway_mac"))
        findings.add("feed.gateway_mac", "missing feed.gateway_mac: a feed.channel has a retransmit address");
}

/// Every group of both lines once.
void check_starbase_channels(const net::StarbaseConfig& feed, ConfigFindings& findings) {
    std::map<std::pair<std::uint32_t, std::uint16_t>, std::string> taken;
    const auto take = [&](std::uint32_t group, std::uint16_t port, const std::string& path) {
        if (group == 0 || !findings.sound(path)) return;
        for (const std::uint32_t line : {0u, net::kStarbaseLineOffset}) {
            const auto [at, is_new] = taken.try_emplace({group + line, port}, path);
            if (is_new) continue;
            findings.add(path,
                         fmt::format("{}: {} port {} is {}'s already (line B is {} higher)", path,
                                     ipv4_text(group + line), port, at->second, net::kStarbaseLineOffset));
            return;
        }
    };
    for (std::size_t i = 0; i < feed.channels.size(); ++i) {
        const auto& channel = feed.channels[i];
        const std::string path = fmt::format("feed.channel[{}]", i);
        take(channel.event_group, channel.event_port, path + ".group");
        take(channel.snapshot_group, channel.snapshot_port, path + ".snapshot_group");
    }
}

void require(bool there, const std::string& path, const char* transport, ConfigFindings& findings) {
    if (there || !findings.sound(path)) return;
    findings.add(path, fmt::format("missing required key {}: order.transport is \"{}\"", path, transport));
}

void check_session_times(const fix::SessionTimesText& times, ConfigFindings& findings) {
    std::string error;
    if (fix::SessionTimes::parse(times, error)) return;
    const bool of_days = error.starts_with("session_start_day");
    const std::string path = of_days ? "fix.session_start_day" : "fix.session_start";
    if (findings.sound(path)) findings.add(path, "fix: " + error);
}

void check_fix(const RunConfig& config, ConfigFindings& findings) {
    check_session_times(config.fix.times, findings);
    if (config.transport == Transport::paper || !findings.sound("order.transport")) return;
    const bool bypass = config.transport == Transport::bypass;
    const char* const transport = bypass ? "bypass" : "kernel";
    require(!config.fix.host.empty(), "fix.host", transport, findings);
    require(config.fix.port != 0, "fix.port", transport, findings);
    require(!config.fix.sender_comp_id.empty(), "fix.sender_comp_id", transport, findings);
    require(!config.fix.target_comp_id.empty(), "fix.target_comp_id", transport, findings);
    require(!config.fix.store_dir.empty(), "fix.store_dir", transport, findings);
    if (!bypass) return;
    require(config.tcp.address != 0, "tcp.address", transport, findings);
    if (!config.fix.host.empty() && !parse_ipv4(config.fix.host) && findings.sound("fix.host"))
        findings.add("fix.host",
                     fmt::format("fix.host must be an IPv4 address with order.transport \"bypass\", "
                                 "but is \"{}\"",
                                 config.fix.host));
}

/// The second session is one of its own, beside an order session.
void check_account(const RunConfig& config, ConfigFindings& findings) {
    if (!config.account) return;
    const fix::AccountConfig& account = *config.account;
    if (config.transport == Transport::paper && findings.sound("order.transport"))
        findings.add("account",
                     "[account] needs an order session: with order.transport \"paper\" the venue's "
                     "positions are not what was hedged");
    if (account.session.store_dir == config.fix.store_dir && findings.sound("account.store_dir"))
        findings.add("account.store_dir",
                     "account.store_dir and fix.store_dir are the same: each session needs "
                     "one of its own");
    if (config.engine.reconcile && account.snapshot_every_s == 0 &&
        findings.sound("account.snapshot_every_s"))
        findings.add(
            "account.snapshot_every_s",
            "account.snapshot_every_s is 0, and account.reconcile waits for a snapshot: nothing would "
            "ever be hedged");
}

void check_directories(const RunConfig& config, ConfigFindings& findings) {
    if (config.journal.memory_dir.empty() && findings.sound("journal.memory_dir"))
        findings.add("journal.memory_dir", "journal.memory_dir must not be empty");
}

void check_twice(const hedge::EngineConfig& engine, std::size_t i, ConfigFindings& findings) {
    const auto& underlying = engine.underlyings[i];
    const std::string path = fmt::format("underlying[{}]", i);
    for (std::size_t j = 0; j < i; ++j) {
        const auto& earlier = engine.underlyings[j];
        if (!underlying.name.empty() && underlying.name == earlier.name)
            findings.add(path + ".name",
                         fmt::format("underlying \"{}\" is configured twice", underlying.name));
        if (!underlying.hedge_instrument.empty() && underlying.hedge_instrument == earlier.hedge_instrument)
            findings.add(path + ".hedge_instrument", fmt::format("\"{}\" already hedges underlying \"{}\"",
                                                                 underlying.hedge_instrument, earlier.name));
    }
}

void check_against_gate(const hedge::EngineConfig& engine, std::size_t i, ConfigFindings& findings) {
    const auto& underlying = engine.underlyings[i];
    const std::string path = fmt::format("underlying[{}]", i);
    const std::string cap = path + ".slippage_cap_bp";
    const std::string band = path + ".band";
    if (all_sound(findings, {cap, "gate.collar_bp"}) && underlying.slippage_cap_bp > engine.gate.collar_bp)
        findings.add(
            cap, fmt::format("{} ({}) is beyond gate.collar_bp ({}): every such order would be refused", cap,
                             underlying.slippage_cap_bp, engine.gate.collar_bp));
    if (all_sound(findings, {band, "gate.max_position_coins"}) &&
        underlying.band > engine.gate.max_position_coins)
        findings.add(band,
                     fmt::format("{} ({}) is wider than gate.max_position_coins ({}): no hedge could ever "
                                 "be reached",
                                 band, underlying.band, engine.gate.max_position_coins));
}

void check_gate(const hedge::GateConfig& gate, ConfigFindings& findings) {
    if (all_sound(findings, {"gate.max_order_coins", "gate.max_position_coins"}) &&
        gate.max_order_coins > gate.max_position_coins)
        findings.add("gate.max_order_coins",
                     fmt::format("gate.max_order_coins ({}) is larger than gate.max_position_coins ({})",
                                 gate.max_order_coins, gate.max_position_coins));
    if (all_sound(findings, {"gate.max_order_coins", "gate.max_daily_fill_coins"}) &&
        gate.max_daily_fill_coins != 0 && gate.max_daily_fill_coins < gate.max_order_coins)
        findings.add("gate.max_daily_fill_coins",
                     fmt::format("gate.max_daily_fill_coins ({}) is less than one order may be "
                                 "(gate.max_order_coins, {}); 0 is no limit",
                                 gate.max_daily_fill_coins, gate.max_order_coins));
}

void check_host(const RunConfig& config, ConfigFindings& findings) {
    const HostConfig& host = config.host;
    if (all_sound(findings, {"engine.late_ms", "port.gap_threshold_us"}) && !host.late.is_zero() &&
        host.late < Nanos::from_us(config.port.gap_threshold_us))
        findings.add("engine.late_ms",
                     fmt::format("engine.late_ms ({}) is shorter than port.gap_threshold_us ({}): gaps are "
                                 "only seen from there on",
                                 host.late.ns() / 1'000'000, config.port.gap_threshold_us));
    if (all_sound(findings, {"engine.blind_after_ms", "engine.emergency"}) &&
        config.engine.blind_after.is_zero() && config.engine.emergency != hedge::Emergency::alert)
        findings.add("engine.emergency",
                     "engine.emergency would never come about: engine.blind_after_ms is 0, which is never");
    if (!config.permit.path.empty() && config.permit.path == config.control.socket)
        findings.add("permit.path", "permit.path and control.socket are the same file");
}

void check_underlyings(const hedge::EngineConfig& engine, ConfigFindings& findings) {
    if (engine.underlyings.empty() && findings.sound("underlying"))
        findings.add("underlying", "missing [[underlying]]: there is nothing to hedge");
    if (engine.underlyings.size() > hedge::kMaxUnderlyings)
        findings.add("underlying", fmt::format("{} underlyings are configured, at most {} are possible",
                                               engine.underlyings.size(), hedge::kMaxUnderlyings));
    for (std::size_t i = 0; i < engine.underlyings.size(); ++i) {
        check_twice(engine, i, findings);
        check_against_gate(engine, i, findings);
        check_hedging(engine.underlyings[i], fmt::format("underlying[{}]", i), findings);
    }
}

}  // namespace

void check_limits(const RunConfig& config, ConfigFindings& findings) {
    check_port(config.port, findings);
    for (std::size_t i = 0; i < config.feed.channels.size(); ++i) {
        check_channel(config.feed, i, findings);
        check_line_b(config.feed, i, findings);
    }
    check_starbase_channels(config.starbase, findings);
    check_requests(config.requests, findings);
    check_fix(config, findings);
    check_account(config, findings);
    check_directories(config, findings);
    check_underlyings(config.engine, findings);
    check_gate(config.engine.gate, findings);
    check_credits(config.engine.credits, findings);
    check_greeks(config.engine, findings);
    check_host(config, findings);
    check_wallets(config, findings);
}

}  // namespace hw::deploy
