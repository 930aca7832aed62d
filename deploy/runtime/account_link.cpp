#include "deploy/runtime/account_link.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "deploy/runtime/log.h"

namespace hw::deploy {
namespace {

constexpr auto kRest = std::chrono::microseconds(500);
constexpr std::uint32_t kMostDoublings = 5;

Nanos steady() { return Nanos::from_ns(monotonic_ns()); }

}  // namespace

AccountLink::AccountLink(const fix::AccountConfig& config, AccountChannel& channel, const cpu_set_t& cores)
    : snapshot_every_s_(config.snapshot_every_s),
      channel_(channel),
      cores_(cores),
      sink_(channel),
      kept_(config.session) {}

std::unique_ptr<AccountLink> AccountLink::start(const fix::AccountConfig& config,
                                                const fix::Credentials& credentials, AccountChannel& channel,
                                                const cpu_set_t& cores, std::string& error) {
    std::unique_ptr<AccountLink> link{new AccountLink(config, channel, cores)};
    AccountSink& sink = link->sink_;
    auto session = fix::AccountSession::create(
        config, credentials, sink, EventSinkRef(sink), [&sink] { return sink.journaled(); }, wall_time(),
        error);
    if (!session) return nullptr;
    link->kept_.attach(std::move(session));
    link->thread_ = std::thread([raw = link.get()] { raw->run(); });
    return link;
}

void AccountLink::end() {
    channel_.closed.store(true, std::memory_order_release);
    if (thread_.joinable()) thread_.join();
}

void AccountLink::run() {
    sched_setaffinity(0, sizeof cores_, &cores_);
    while (!channel_.closed.load(std::memory_order_acquire) && !kept_.stopped()) {
        round();
        std::this_thread::sleep_for(kRest);
    }
    stopped_.store(true, std::memory_order_release);
}

void AccountLink::round() {
    if (stop_asked_.load(std::memory_order_relaxed) && !stopping_) {
        stopping_ = true;
        kept_.stop();
    }
    const Nanos now = steady();
    kept_.poll(now, channel_.definitions_complete.load(std::memory_order_acquire), [] {});
    note_session();
    note_snapshot(now);
    ask_for_snapshot(now);
}

void AccountLink::note_session() {
    const bool up = kept_.session().up();
    if (up == was_up_) return;
    was_up_ = up;
    snapshot_due_ = snapshot_due_ || up;
    // That it went down the engine says; why, only the session knows.
    if (!up && !stopping_) log_warning("account_session_lost", kept_.session().last_note());
}

/// The end of the one that was asked for last.
void AccountLink::note_snapshot(Nanos now) {
    const bool pending = kept_.session().snapshot_pending();
    const bool ended = was_pending_ && !pending;
    was_pending_ = pending;
    if (!ended) return;
    const std::string_view unchecked = kept_.session().contracts_failure();
    if (!unchecked.empty() && !contracts_said_) log_warning("contracts_unchecked", unchecked);
    contracts_said_ = !unchecked.empty();
    const std::string_view failure = kept_.session().snapshot_failure();
    if (failure.empty()) {
        failures_ = 0;
        waits_ = channel_.positions_wait.load(std::memory_order_acquire) ? waits_ + 1 : 0;
        next_for_waiting_ = now + pause(waits_);
        return;
    }
    next_snapshot_ = now + pause(failures_++);
    log_warning("account_snapshot_failed", failure);
}

/// Twice as long each time, and never longer than between any two snapshots.
Nanos AccountLink::pause(std::uint32_t times) const {
    return Nanos::from_seconds(std::min(1u << std::min(times, kMostDoublings), snapshot_every_s_));
}

void AccountLink::ask_for_snapshot(Nanos now) {
    const std::uint32_t ups = channel_.order_session_ups.load(std::memory_order_acquire);
    if (snapshot_every_s_ == 0 || ups == 0 || stopping_) return;
    const bool wait = channel_.positions_wait.load(std::memory_order_acquire) && now >= next_for_waiting_;
    if (!snapshot_due_ && ups == asked_for_ups_ && now < next_snapshot_ && !wait) return;
    if (!kept_.session().request_snapshot(wall_time())) return;
    snapshot_due_ = false;
    asked_for_ups_ = ups;
    next_snapshot_ = now + Nanos::from_seconds(snapshot_every_s_);
    was_pending_ = true;
}

}  // namespace hw::deploy
