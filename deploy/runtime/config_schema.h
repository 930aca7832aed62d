// The configuration file, described once: every key, the variable it fills and the values it may have.
//
// `describe(visitor, config)` walks the keys in the order of the file. TomlReader is the visitor that fills
// the configuration, TomlWriter the one that writes it back: what is read and what is written cannot drift
// apart. deploy/config/deribit.toml explains the keys to people.
#pragma once

#include <array>

#include "core/names.h"
#include "deploy/runtime/config_greeks.h"
#include "deploy/runtime/config_hedging.h"
#include "deploy/runtime/config_rules.h"
#include "deploy/runtime/run_config.h"
#include "hedge/state.h"
#include "net/feed/line_pair.h"

namespace hw::deploy {

inline constexpr std::array<Choice<net::IdlePolicy>, 2> kIdlePolicies{
    {{"spin", net::IdlePolicy::spin}, {"backoff", net::IdlePolicy::backoff}}};
inline constexpr std::array<Choice<FeedKind>, 2> kFeedKinds{
    {{"deribit", FeedKind::deribit}, {"starbase", FeedKind::starbase}}};
inline constexpr std::array<Choice<Transport>, 3> kTransports{
    {{"bypass", Transport::bypass}, {"kernel", Transport::kernel}, {"paper", Transport::paper}}};
inline constexpr std::array<Choice<fix::DialectKind>, 2> kDialects{
    {{"plain", fix::DialectKind::plain}, {"deribit", fix::DialectKind::deribit}}};

inline constexpr std::array<Choice<fix::Protocol>, 2> kProtocols{
    {{"FIX.4.4", fix::Protocol::fix44}, {"FIXT.1.1", fix::Protocol::fixt11}}};

inline constexpr std::array<Choice<hedge::Numeraire>, 2> kNumeraires{
    {{"coin", hedge::Numeraire::coin}, {"usd", hedge::Numeraire::usd}}};
inline constexpr std::array<Choice<hedge::SmileDelta>, 3> kSmileDeltas{
    {{"sticky_strike", hedge::SmileDelta::sticky_strike},
     {"sticky_moneyness", hedge::SmileDelta::sticky_moneyness},
     {"min_variance", hedge::SmileDelta::min_variance}}};
inline constexpr std::array<Choice<hedge::SurfaceRule>, 3> kSurfaceRules{
    {{"sticky_strike", hedge::SurfaceRule::sticky_strike},
     {"sticky_moneyness", hedge::SurfaceRule::sticky_moneyness},
     {"skew_stickiness", hedge::SurfaceRule::skew_stickiness}}};
inline constexpr std::array<Choice<hedge::SettlementDelta>, 2> kSettlementDeltas{
    {{"averaged", hedge::SettlementDelta::averaged}, {"venue_linear", hedge::SettlementDelta::venue_linear}}};
inline constexpr std::array<Choice<hedge::Emergency>, 3> kEmergencies{
    {{"alert", hedge::Emergency::alert}, {"halt", hedge::Emergency::halt}, {"kill", hedge::Emergency::kill}}};
inline constexpr std::array<Choice<SimdChoice>, 4> kSimdChoices{{{"best", SimdChoice::best},
                                                                 {"scalar", SimdChoice::scalar},
                                                                 {"avx2", SimdChoice::avx2},
                                                                 {"avx512", SimdChoice::avx512}}};

inline constexpr IntRule kPortRule{.min = 1, .max = 65'535};
inline constexpr TextRule kFixTextRule{.max_length = 64};
/// An address and a port, or a hardware address.
inline constexpr TextRule kEndpointRule{.max_length = 21};
/// A longer path does not fit the address of a Unix socket.
inline constexpr TextRule kSocketPathRule{.max_length = 107};
inline constexpr TextRule kPermitPathRule{.max_length = 200};
inline constexpr std::size_t kLongestCurrency = sizeof(Currency) - 1;

template <class Visitor>
void describe_port(Visitor& v, net::PortConfig& c) {
    v.value("eal", c.eal);
    v.value("device", c.device);
    v.value("device_b", c.device_b);
    v.value("rx_ring", c.rx_ring, {.min = 32, .max = 32'768, .power_of_two = true});
    v.value("tx_ring", c.tx_ring, {.min = 32, .max = 32'768, .power_of_two = true});
    v.value("mbufs", c.mbufs, {.min = 255, .max = 4'194'303});
    v.choice("idle", c.idle, kIdlePolicies);
    v.value("idle_sleep_us", c.idle_sleep_us, {.min = 1, .max = 10'000});
    v.value("gap_threshold_us", c.gap_threshold_us, {.min = 1, .max = 1'000'000});
}

template <class Visitor>
void describe_channel(Visitor& v, net::ChannelConfig& c) {
    v.value("name", c.name, {.required = true, .max_length = 32});
    v.group_ip("group", c.group_ip);
    v.value("event_port", c.event_port, kPortRule);
    v.value("snapshot_port", c.snapshot_port, {.min = 0, .max = 65'535});  // 0: the channel has none
    v.group_ip("group_b", c.group_ip_b, false);
    v.value("event_port_b", c.event_port_b, {.min = 0, .max = 65'535});  // 0: as line A
    v.value("snapshot_port_b", c.snapshot_port_b, {.min = 0, .max = 65'535});
}

template <class Visitor>
void describe_starbase_channel(Visitor& v, net::StarbaseChannelConfig& c, std::string& retransmit) {
    v.value("name", c.name, {.required = true, .max_length = 32});
    v.group_ip("group", c.event_group);
    v.group_ip("snapshot_group", c.snapshot_group);
    v.value("event_port", c.event_port, kPortRule);
    v.value("snapshot_port", c.snapshot_port, kPortRule);
    v.value("retransmit", retransmit, kEndpointRule);
}

template <class Visitor>
void describe_starbase(Visitor& v, RunConfig& c) {
    // Anything shorter would take the pause between two heartbeats for silence.
    v.duration_ms("silent_after_ms", c.starbase.silent_after, {.min = 5'500, .max = 3'600'000});
    v.value("recovery_buffer", c.starbase.recovery_buffer, {.min = 16, .max = 16'777'216});
    v.value("max_orders", c.starbase.max_orders, {.min = 1'024, .max = 16'777'216});
    v.value("held_packets", c.starbase.held_packets, {.min = 1, .max = 65'536});
    v.duration_ms("retransmit_interval_ms", c.starbase.retransmit_interval, {.min = 1, .max = 10'000});
    v.duration_ms("retransmit_timeout_ms", c.starbase.retransmit_timeout, {.min = 1, .max = 10'000});
    v.value("retransmit_attempts", c.starbase.retransmit_attempts, {.min = 1, .max = 100});
    v.value("source", c.requests.source, kEndpointRule);
    v.value("gateway_mac", c.requests.gateway_mac, kEndpointRule);
    v.tables("channel", c.starbase.channels, [&](net::StarbaseChannelConfig& channel) {
        const auto at = static_cast<std::size_t>(&channel - c.starbase.channels.data());
        c.requests.retransmit.resize(c.starbase.channels.size());
        describe_starbase_channel(v, channel, c.requests.retransmit[at]);
    });
}

template <class Visitor>
void describe_feed(Visitor& v, RunConfig& c) {
    v.choice("kind", c.feed_kind, kFeedKinds, true);
    if (c.feed_kind == FeedKind::starbase) return describe_starbase(v, c);
    v.duration_ms("silent_after_ms", c.feed.silent_after, {.min = 1, .max = 3'600'000});
    v.value("recovery_buffer", c.feed.recovery_buffer, {.min = 16, .max = 1'048'576});
    v.value("gap_wait_us", c.feed.gap_wait_us, {.min = 0, .max = 1'000'000});
    v.value("gap_packets", c.feed.gap_packets, {.min = 1, .max = net::LinePair::kMostPackets});
    v.tables("channel", c.feed.channels, [&](net::ChannelConfig& channel) { describe_channel(v, channel); });
}

template <class Visitor>
void describe_order(Visitor& v, RunConfig& c) {
    v.choice("transport", c.transport, kTransports, true);
    v.duration_ms("timeout_ms", c.engine.order_timeout, {.min = 1, .max = 600'000});
    v.duration_ms("reject_backoff_ms", c.engine.reject_backoff, {.min = 1, .max = 60'000});
    v.duration_ms("group_timeout_ms", c.engine.group_timeout, {.min = 0, .max = 10'000});
}

template <class Visitor>
void describe_tcp(Visitor& v, net::TcpConfig& c) {
    v.ip_address("address", c.address);
    v.value("prefix_length", c.prefix_length, {.min = 0, .max = 32});
    v.ip_address("gateway", c.gateway);
    v.value("mss", c.mss, {.min = 536, .max = 1'460});
    v.value("window", c.window, {.min = 2'920, .max = 65'535});
    v.duration_ms("timer_interval_ms", c.timer_interval, {.min = 1, .max = 250});
    v.value("keep_alive", c.keep_alive);
    v.duration_ms("keep_alive_idle_ms", c.keep_alive_idle, {.min = 10, .max = 7'200'000});
    v.duration_ms("keep_alive_interval_ms", c.keep_alive_interval, {.min = 10, .max = 600'000});
    v.value("keep_alive_probes", c.keep_alive_probes, {.min = 1, .max = 100});
    v.tables("static_arp", c.static_arp, [&](net::StaticArp& entry) {
        v.ip_address("address", entry.ip, true);
        v.mac("mac", entry.mac);
    });
}

template <class Visitor>
void describe_session_times(Visitor& v, fix::SessionConfig& c) {
    v.value("session_start", c.times.start, kFixTextRule);
    v.value("session_end", c.times.end, kFixTextRule);
    v.value("session_start_day", c.times.start_day, kFixTextRule);
    v.value("session_end_day", c.times.end_day, kFixTextRule);
    v.value("reset_on_logon", c.reset_on_logon);
}

template <class Visitor>
void describe_fix(Visitor& v, fix::SessionConfig& c, Transport transport) {
    v.value("host", c.host, {.max_length = 253});
    // Zero is "not set", which only a transport without a session can be.
    v.value("port", c.port, {.min = transport == Transport::paper ? 0 : 1, .max = 65'535});
    v.value("sender_comp_id", c.sender_comp_id, kFixTextRule);
    v.value("target_comp_id", c.target_comp_id, kFixTextRule);
    v.value("account", c.account, kFixTextRule);
    v.value("label", c.label, kFixTextRule);
    v.choice("dialect", c.dialect, kDialects);
    v.value("heartbeat_s", c.heartbeat_s, {.min = 1, .max = 3'600});
    v.value("reconnect_ms", c.reconnect_ms, {.min = 1, .max = 60'000});
    v.value("credentials_file", c.credentials_file);
    v.value("store_dir", c.store_dir);
    v.value("store_slots", c.store_slots, {.min = 1'024, .max = 16'777'216, .power_of_two = true});
    v.value("received_mib", c.received_mib, {.min = 1, .max = 4'096, .power_of_two = true});
    v.duration_ms("order_time_to_live_ms", c.order_time_to_live, {.min = 1, .max = 60'000});
    v.value("cancel_on_disconnect", c.cancel_on_disconnect);
    describe_session_times(v, c);
}

/// What the engine is to do with what the second session tells.
template <class Visitor>
void describe_account_checks(Visitor& v, hedge::EngineConfig& c) {
    // Whoever has a second session wants both, unless he says otherwise.
    if constexpr (Visitor::kReads) c.reconcile = c.drop_copy = true;
    v.value("reconcile", c.reconcile);
    v.value("drop_copy", c.drop_copy);
    v.duration_ms("unmatched_after_ms", c.unmatched_after, {.min = 1, .max = 3'600'000});
    v.value("margin_warn_ratio", c.margin_warn_ratio, {.min = 0, .max = 1e6});
}

template <class Visitor>
void describe_account(Visitor& v, fix::AccountConfig& c, hedge::EngineConfig& engine) {
    fix::SessionConfig& s = c.session;
    v.value("host", s.host, {.required = false, .max_length = 253});
    v.value("port", s.port, {.min = 1, .max = 65'535, .required = true});
    v.value("sender_comp_id", s.sender_comp_id, {.required = true, .max_length = 64});
    v.value("target_comp_id", s.target_comp_id, {.required = true, .max_length = 64});
    v.value("account", s.account, kFixTextRule);
    v.choice("protocol", s.protocol, kProtocols);
    v.choice("dialect", s.dialect, kDialects);
    v.value("heartbeat_s", s.heartbeat_s, {.min = 1, .max = 3'600});
    v.value("reconnect_ms", s.reconnect_ms, {.min = 1, .max = 60'000});
    v.value("credentials_file", s.credentials_file);
    v.value("store_dir", s.store_dir, {.required = true});
    v.value("store_slots", s.store_slots, {.min = 1'024, .max = 16'777'216, .power_of_two = true});
    v.value("received_mib", s.received_mib, {.min = 1, .max = 4'096, .power_of_two = true});
    describe_session_times(v, s);
    v.value("currencies", c.currencies, {.max_length = kLongestCurrency});
    v.value("snapshot_every_s", c.snapshot_every_s, {.min = 0, .max = 86'400});
    v.duration_ms("snapshot_timeout_ms", c.snapshot_patience, {.min = 10, .max = 600'000});
    describe_account_checks(v, engine);
}

template <class Visitor>
void describe_journal(Visitor& v, JournalConfig& c) {
    v.value("dir", c.dir, {.required = true});
    v.value("memory_dir", c.memory_dir, {.required = false});
    v.value("segment_mib", c.segment_mib, {.min = 1, .max = 1'024});
    v.value("segments_ahead", c.segments_ahead, {.min = 1, .max = 64});
    v.value("snapshot_every", c.snapshot_every, {.min = 1'000, .max = 1'000'000'000});
}

template <class Visitor>
void describe_quote_wallet(Visitor& v, hedge::QuoteWallet& c) {
    v.value("currency", c.currency, {.required = true, .max_length = kLongestCurrency});
    v.value("share", c.share, {.min = 0, .max = 1});
}

template <class Visitor>
void describe_underlying(Visitor& v, hedge::UnderlyingConfig& c) {
    v.value("name", c.name, {.required = true, .max_length = kLongestCurrency});
    v.value("hedge_instrument", c.hedge_instrument, {.required = true, .max_length = kLongestSymbol});
    v.value("target_delta", c.target_delta, {.min = -1e9, .max = 1e9});
    v.value("band", c.band, {.min = 0, .max = 1e9, .above_min = true, .required = true});
    v.value("hedge_to", c.hedge_to, {.min = 0, .max = 1});
    v.value("slippage_cap_bp", c.slippage_cap_bp, {.min = 0, .max = 10'000});
    v.duration_ms("stale_after_ms", c.stale_after, {.min = 1, .max = 3'600'000});
    v.choice("numeraire", c.numeraire, kNumeraires);
    v.choice("smile_delta", c.smile_delta, kSmileDeltas);
    v.choice("surface_rule", c.surface_rule, kSurfaceRules);
    v.value("skew_stickiness", c.skew_stickiness, {.min = -5, .max = 5});
    v.duration_ms("settlement_window_ms", c.settlement_window, {.min = 0, .max = 86'400'000});
    v.choice("settlement_delta", c.settlement_delta, kSettlementDeltas);
    v.value("delivery_fee_option_bp", c.delivery_fee_option_bp, {.min = 0, .max = 1'000});
    v.value("delivery_fee_future_bp", c.delivery_fee_future_bp, {.min = 0, .max = 1'000});
    v.value("ladder", c.ladder);
    v.value("ladder_tolerance", c.ladder_tolerance, {.min = 0, .max = 1});
    describe_hedging(v, c);
    describe_greeks(v, c);
    v.tables("quote_wallet", c.quote_wallets,
             [&](hedge::QuoteWallet& wallet) { describe_quote_wallet(v, wallet); });
}

template <class Visitor>
void describe_engine(Visitor& v, RunConfig& c) {
    v.choice("simd", c.simd, kSimdChoices);
    v.duration_ms("equity_stale_after_ms", c.engine.equity_stale_after, {.min = 1, .max = 86'400'000});
    v.duration_ms("surface_stale_after_ms", c.engine.surface_stale_after, {.min = 1, .max = 86'400'000});
    v.value("surface_vs_marks", c.engine.surface_vs_marks, {.min = 0, .max = 10, .above_min = true});
    v.value("shadow", c.engine.shadow);
    v.duration_ms("blind_after_ms", c.engine.blind_after, {.min = 0, .max = 3'600'000});
    v.choice("emergency", c.engine.emergency, kEmergencies);
    v.duration_ms("late_ms", c.host.late, {.min = 0, .max = 10'000});
    v.duration_ms("clock_jump_ms", c.host.clock_jump, {.min = 0, .max = 60'000});
    v.table("greek_limits", [&] { describe_greek_limits(v, c.engine.greek_limits); });
}

template <class Visitor>
void describe_wallet(Visitor& v, WalletConfig& c) {
    v.value("currency", c.currency, {.required = true, .max_length = kLongestCurrency});
    v.value("equity", c.equity, {.min = -1e9, .max = 1e9, .required = true});
}

template <class Visitor>
void describe_planner(Visitor& v, PlannerConfig& c) {
    v.value("interval_ms", c.interval_ms, {.min = 10, .max = 600'000});
    v.duration_ms("quote_stale_after_ms", c.quote_stale_after, {.min = 1, .max = 86'400'000});
    v.duration_ms("basis_halflife_ms", c.basis_halflife, {.min = 0, .max = 3'600'000});
    v.duration_ms("min_variance_horizon_ms", c.min_variance_horizon, {.min = 1'000, .max = 3'600'000});
    v.value("min_variance_move_bp", c.min_variance_move_bp, {.min = 0, .max = 1'000, .above_min = true});
}

template <class Visitor>
void describe_gate(Visitor& v, hedge::GateConfig& c) {
    v.value("collar_bp", c.collar_bp, {.min = 0, .max = 10'000, .above_min = true});
    v.value("max_order_coins", c.max_order_coins, {.min = 0, .max = 1e9, .above_min = true});
    v.value("max_open_orders", c.max_open_orders, {.min = 1, .max = hedge::kMaxOrders});
    v.value("max_orders_per_second", c.max_orders_per_second, {.min = 1, .max = hedge::kMaxOrderRate});
    v.value("max_position_coins", c.max_position_coins, {.min = 0, .max = 1e9, .above_min = true});
    v.value("max_daily_fill_coins", c.max_daily_fill_coins, {.min = 0, .max = 1e12});
}

template <class Visitor>
void describe_credits(Visitor& v, hedge::CreditsConfig& c) {
    constexpr RealRule kCredits{.min = 0, .max = 1e9};
    v.value("capacity", c.capacity, kCredits);
    v.value("refill_per_s", c.refill_per_s, kCredits);
    v.value("per_order", c.per_order, kCredits);
    v.value("per_cancel", c.per_cancel, kCredits);
    v.value("per_request", c.per_request, kCredits);
    v.value("quoting_share", c.quoting_share, {.min = 0, .max = 1});
    v.value("cancel_reserve", c.cancel_reserve, kCredits);
}

template <class Visitor>
void describe_paper(Visitor& v, PaperConfig& c) {
    v.value("delay_us", c.delay_us, {.min = 0, .max = 60'000'000});
    v.value("taker_fee_bp", c.taker_fee_bp, {.min = -1'000, .max = 1'000});
}

template <class Visitor>
void describe_permit(Visitor& v, RunConfig& c) {
    v.value("path", c.permit.path, kPermitPathRule);
    v.duration_ms("lease_ms", c.engine.permit_lease, {.min = 5, .max = 100});
}

template <class Visitor>
void describe_capture(Visitor& v, net::CaptureConfig& c) {
    v.value("seconds", c.seconds, {.min = 0, .max = 86'400});
    v.value("mib", c.mib, {.min = 1, .max = 65'536, .power_of_two = true});
}

template <class Visitor>
void describe(Visitor& v, RunConfig& c) {
    v.table("port", [&] { describe_port(v, c.port); });
    v.table("feed", [&] { describe_feed(v, c); });
    v.table("order", [&] { describe_order(v, c); });
    v.table("tcp", [&] { describe_tcp(v, c.tcp); });
    v.table("fix", [&] { describe_fix(v, c.fix, c.transport); });
    v.optional_table("account", c.account, [&](fix::AccountConfig& a) { describe_account(v, a, c.engine); });
    v.table("journal", [&] { describe_journal(v, c.journal); });
    v.tables("underlying", c.engine.underlyings,
             [&](hedge::UnderlyingConfig& underlying) { describe_underlying(v, underlying); });
    v.table("gate", [&] { describe_gate(v, c.engine.gate); });
    v.table("credits", [&] { describe_credits(v, c.engine.credits); });
    v.table("paper", [&] { describe_paper(v, c.paper); });
    v.table("engine", [&] { describe_engine(v, c); });
    v.tables("stress", c.engine.stresses, [&](hedge::Stress& stress) { describe_stress(v, stress); });
    v.tables("wallet", c.wallets, [&](WalletConfig& wallet) { describe_wallet(v, wallet); });
    v.table("planner", [&] { describe_planner(v, c.planner); });
    v.table("control", [&] { v.value("socket", c.control.socket, kSocketPathRule); });
    v.table("permit", [&] { describe_permit(v, c); });
    v.table("capture", [&] { describe_capture(v, c.capture); });
}

}  // namespace hw::deploy
