// Everything one run of the hedger is told: the rooms' own configurations and what only the wiring needs.
//
// Made by load_config from a file, or by parse_config from the text in a journal's header; both have checked
// every key and every limit, so that whoever holds a RunConfig need not. Relative paths are relative to the
// working directory, as on a command line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/journal/journal_config.h"
#include "fix/account_config.h"
#include "fix/session_config.h"
#include "hedge/engine_config.h"
#include "net/capture_config.h"
#include "net/feed/feed_config.h"
#include "net/feed/starbase_config.h"
#include "net/port_config.h"
#include "net/tcp/tcp_config.h"

namespace hw::deploy {

/// The version of the configuration format that this build understands.
inline constexpr std::int64_t kConfigVersion = 1;

/// Where orders go.
enum class Transport : std::uint8_t {
    bypass,  ///< a FIX session over TCP on the port that the market data comes in by
    kernel,  ///< a FIX session over the kernel's TCP
    paper    ///< nowhere: filled against our own view of the book
};

/// What the market data speaks.
enum class FeedKind : std::uint8_t {
    deribit,  ///< its multicast, SBE schema 1
    starbase  ///< its newer colocated feed, order by order
};

/// How requests of the Starbase feed reach the venue, as written: addresses are checked, and read by whoever
/// wires the port.
struct RequestConfig {
    std::string source;                   ///< our own "IP:PORT"; empty: nothing is requested
    std::string gateway_mac;              ///< of the next hop
    std::vector<std::string> retransmit;  ///< by channel: "IP:PORT", empty for none
};

/// How paper orders fill.
struct PaperConfig {
    std::uint32_t delay_us = 500;        ///< from the decision to the match, in the feed's time
    std::optional<double> taker_fee_bp;  ///< of notional; unset: what the instrument's definition says
};

/// The work done ahead of the tick, off the hot thread.
struct PlannerConfig {
    std::uint32_t interval_ms = 1000;                      ///< between two surfaces of an underlying
    Nanos quote_stale_after = Nanos::from_seconds(10);     ///< older quotes make no volatility
    Nanos basis_halflife = Nanos::from_seconds(5);         ///< of the smoothed forward ratios
    Nanos min_variance_horizon = Nanos::from_seconds(60);  ///< between two looks at how volatilities moved
    double min_variance_move_bp = 5;                       ///< of the forward; smaller moves teach nothing
};

/// What a wallet is worth when the run begins, whatever the journal has earned before. Paper runs go on from
/// there by themselves; a live one has to be told again before the equity is stale.
struct WalletConfig {
    std::string currency;
    double equity = 0;  ///< in that currency, all positions at their marks
};

/// Which instruction set the pricing kernels use; all give the same bits.
enum class SimdChoice : std::uint8_t { best, scalar, avx2, avx512 };

/// The control socket of `hedgewire ctl`.
struct ControlConfig {
    std::string socket;  ///< path of a Unix socket; empty: none
};

/// Where quote permits are given; see deploy/permit/hedgewire_permit.h.
struct PermitConfig {
    std::string path;  ///< of a file on a tmpfs; empty: none
};

/// What the machine may do before the engine is told of it.
struct HostConfig {
    Nanos late = Nanos::from_ms(5);  ///< the hot thread was kept from running for longer; zero: never told
    Nanos clock_jump = Nanos::from_ms(5);  ///< of the wall clock against the steady one; zero: never told
};

struct RunConfig {
    net::PortConfig port;
    FeedKind feed_kind = FeedKind::deribit;
    net::FeedConfig feed;          ///< when the kind is deribit
    net::StarbaseConfig starbase;  ///< when it is starbase; its endpoints are in `requests`
    RequestConfig requests;
    Transport transport = Transport::kernel;
    net::TcpConfig tcp;                         ///< complete only when transport is bypass
    fix::SessionConfig fix;                     ///< complete unless transport is paper
    std::optional<fix::AccountConfig> account;  ///< the second session, if there is one
    hedge::EngineConfig engine;
    JournalConfig journal;
    PaperConfig paper;
    PlannerConfig planner;
    std::vector<WalletConfig> wallets;
    SimdChoice simd = SimdChoice::best;
    ControlConfig control;
    PermitConfig permit;
    HostConfig host;
    net::CaptureConfig capture;
    std::string text;  ///< the effective configuration as TOML; parse_config gives this RunConfig back
};

}  // namespace hw::deploy
