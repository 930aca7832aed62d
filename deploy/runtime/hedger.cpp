#include "deploy/runtime/hedger.h"

#include <fmt/format.h>

#include <cstdio>

#include "deploy/runtime/log.h"
#include "fix/credentials.h"

namespace hw::deploy {

Hedger::Hedger(RunConfig config, RunOptions options)
    : config_(std::move(config)),
      options_(std::move(options)),
      engine_(opened_.state.state(), blobs_),
      gaps_(std::int64_t{config_.port.gap_threshold_us} * 1'000) {
    process_clock.start();
    engine_.configure(config_.engine);
    report_.journal_dir = config_.journal.dir;
    CPU_ZERO(&cores_);
    sched_getaffinity(0, sizeof cores_, &cores_);
    if (process_clock.report().source != ClockSource::tsc)
        log_warning("clock_without_tsc",
                    "this processor's time stamp counter is not invariant: every reading "
                    "of the time is a clock_gettime");
}

Hedger::~Hedger() = default;

net::CaptureRing* Hedger::hold_packets() {
    if (config_.capture.seconds == 0) return nullptr;
    capture_ = std::make_unique<net::CaptureRing>(config_.capture);
    return capture_.get();
}

namespace {
bool show(const std::vector<std::string>& errors) {
    for (const std::string& error : errors) std::fprintf(stderr, "%s\n", error.c_str());
    return errors.empty();
}

/// Has this journal brought a position or a fill? That of a start that was refused holds definitions only.
bool has_positions(const hedge::EngineState& state) {
    if (state.executions != 0) return true;
    for (std::uint32_t n = 0; n < state.instruments.size(); ++n) {
        if (!state.positions[n].qty.is_zero() || !state.positions[n].cash.is_zero()) return true;
    }
    return false;
}
}  // namespace

bool Hedger::prepare() {
    if (!options_.positions.empty()) positions_ = read_positions(options_.positions);
    if (!options_.instruments.empty()) instruments_ = read_instruments(options_.instruments);
    const bool positions_good = show(positions_.errors);
    if (!show(instruments_.errors) || !positions_good) return false;
    std::string error;
    if (!open_journal(config_, opened_, error)) {
        std::fprintf(stderr, "hedgewire run: %s\n", error.c_str());
        return false;
    }
    const bool fresh = opened_.state.state().last_sequence == 0;
    const bool ignored = has_positions(opened_.state.state());
    positions_waiting_ = !positions_.positions.empty() && !ignored;
    if (!positions_.positions.empty() && ignored) {
        log_warning("positions_ignored", "the journal in " + config_.journal.dir +
                                             " has positions of its own: " + options_.positions +
                                             " is not used");
    }
    if (!fresh) {
        log_info("restarted",
                 fmt::format("at sequence {}, {} events after the snapshot, {} bytes of a torn tail cut, {} "
                             "decided actions never sent",
                             opened_.state.state().last_sequence, opened_.replayed, opened_.found.torn_bytes,
                             opened_.unrecorded));
    }
    opened_.state.prefault();
    return true;
}

bool Hedger::start_follower(bool plan) {
    std::string error;
    follower_ = std::make_unique<Follower>(Follower::Options{config_.journal, config_.planner, opened_.epoch,
                                                             plan, opened_.writer.get(), cores_},
                                           inbox_);
    if (!follower_->begin(opened_.state, error)) {
        std::fprintf(stderr, "hedgewire run: %s\n", error.c_str());
        return false;
    }
    housekeeper_ = std::make_unique<Housekeeper>(cores_);
    housekeeper_->captures_from(capture_.get());
    // A capture's clock is its own.
    if (options_.capture.empty() && !config_.host.clock_jump.is_zero())
        housekeeper_->watch_clock(config_.host.clock_jump.ns(),
                                  [this](const HostState& h) { return inbox_.host.push(h); });
    if (!config_.control.socket.empty()) {
        control_ = ControlSocket::open(config_.control.socket, error);
        if (!control_) {
            std::fprintf(stderr, "hedgewire run: %s\n", error.c_str());
            return false;
        }
    }
    wallets_.begin(config_.wallets, opened_.state.state(),
                   positions_waiting_ ? positions_.positions : std::vector<StartingPosition>{});
    follower_->start([this](const Follower& f) { follow(f); });
    return true;
}

bool Hedger::open_permits() {
    if (config_.permit.path.empty()) return true;
    std::string error;
    permits_ = PermitBlock::open(config_.permit.path, config_.engine, error);
    if (!permits_) std::fprintf(stderr, "hedgewire run: [permit]: %s\n", error.c_str());
    return permits_ != nullptr;
}

bool Hedger::start_account() {
    if (!config_.account) return true;
    std::string error;
    const auto credentials =
        fix::load_credentials(config_.account->session.credentials_file, error, fix::kAccountCredentials);
    if (credentials)
        account_ = AccountLink::start(*config_.account, *credentials, inbox_.account, cores_, error);
    if (!account_) std::fprintf(stderr, "hedgewire run: [account]: %s\n", error.c_str());
    return account_ != nullptr;
}

bool Hedger::account_stopped() {
    if (!account_) return true;
    account_->stop();
    return account_->stopped();
}

void Hedger::end_account() {
    if (!account_) return;
    account_->end();
    fix::visit_counters(account_->counters(),
                        [&](std::string_view name, std::uint64_t value, std::string_view) {
                            if (value != 0) report_.account_session[std::string(name)] = value;
                        });
    account_.reset();
}

/// On the follower's thread: what people see and say, and a look at the journal's health.
void Hedger::follow(const Follower& f) {
    const hedge::EngineState& state = f.replica().state();
    if (options_.table) {
        const std::string lines = table_.lines(state, f.figures(), config_);
        if (!lines.empty()) {
            std::fputs(lines.c_str(), stderr);
        }
    }
    if (control_) {
        const auto status = [&] {
            RunReport report;
            fill_host(report);
            return report_json(report, config_, state, f.figures());
        };
        control_->poll({status, [&](const Command& c) { return inbox_.control.push(c); },
                        [&](const Equity& e) { return inbox_.equity.push(e); }, housekeeper_.get(), &state,
                        &config_, options_.config});
    }
    if (config_.transport == Transport::paper && options_.capture.empty()) {
        wallets_.renew(state, [&](const Equity& e) { inbox_.equity.push(e); });
    }
    if (round_) round_();
    watch(f);
}

/// Orders that cannot be accounted for after a crash, or that are made on surfaces nobody renews, must not be
/// sent.
void Hedger::watch(const Follower& f) {
    std::string failure = opened_.writer->failure();
    if (!failure.empty()) failure = "journal: " + failure;
    if (failure.empty() && !f.failure().empty()) failure = "follower: " + f.failure();
    if (failure.empty() || failed_) return;
    Command kill{};
    kill.kind = CommandKind::kill;
    kill.underlying = kNoUnderlying;
    kill.who = Name<32>::cut("hedgewire");
    kill.why = Name<64>::cut(failure);
    // A full inbox is tried again in the next round.
    failed_ = inbox_.control.push(kill);
    if (failed_) log_error("run_failed", failure);
}

bool Hedger::positions_usable() {
    const InstrumentTable& table = engine_.state().instruments;
    const auto unknown = unknown_instruments(positions_, table);
    const auto too_many = without_room(positions_, table);
    report_.unknown_positions = unknown.size();
    for (const auto* faults : {&unknown, &too_many}) {
        for (const std::string& line : *faults) std::fprintf(stderr, "%s\n", line.c_str());
    }
    if (too_many.empty() && (unknown.empty() || options_.allow_unknown)) return true;
    if (!too_many.empty())
        std::fprintf(stderr,
                     "hedgewire run: %zu positions are more than the book can hold; nothing was hedged\n",
                     too_many.size());
    else
        std::fprintf(stderr,
                     "hedgewire run: %zu positions in unknown instruments; nothing was hedged "
                     "(--allow-unknown leaves them out)\n",
                     unknown.size());
    refused_ = true;
    inbox_.stop.store(true);
    return false;
}

void Hedger::note_reasons() {
    const hedge::EngineState& state = engine_.state();
    report_.why_not.clear();
    for (std::uint16_t i = 0; i < state.underlying_count; ++i) {
        report_.why_not.push_back(state.underlyings[i].blocked_by);
    }
}

int Hedger::finish() {
    report_.seconds = static_cast<double>(monotonic_ns() - begun_ns_) * 1e-9;
    report_.journal_stalls = opened_.writer->stalls();
    permits_.reset();
    fill_host(report_);
    follower_->finish();
    opened_.writer.reset();
    control_.reset();
    housekeeper_.reset();
    if (refused_) return kExitBadInput;
    const bool reported = write_report();
    const std::string failure = follower_->failure();
    const bool agrees = hedge::state_hash(follower_->replica().state()) == hedge::state_hash(engine_.state());
    if (!failure.empty()) {
        std::fprintf(stderr, "hedgewire run: the follower stopped: %s\n", failure.c_str());
    } else if (!agrees) {
        std::fprintf(stderr, "hedgewire run: the follower's state differs from the engine's\n");
    }
    return failure.empty() && agrees && !failed_ && reported ? kExitDone : kExitFoundWrong;
}

void Hedger::fill_host(RunReport& report) const {
    report.clock = process_clock.report();
    report.gaps = gaps_.figures();
    if (capture_) report.capture = capture_->counters();
}

bool Hedger::write_report() {
    const hedge::EngineState& state = engine_.state();
    std::fputs(report_text(report_, config_, state, follower_->figures()).c_str(), stderr);
    if (options_.json.empty()) return true;
    const std::string text = report_json(report_, config_, state, follower_->figures());
    std::FILE* file = options_.json == "-" ? stdout : std::fopen(options_.json.c_str(), "w");
    if (file == nullptr) {
        std::fprintf(stderr, "hedgewire run: cannot write %s\n", options_.json.c_str());
        return false;
    }
    bool written = std::fputs(text.c_str(), file) >= 0;
    if (file != stdout) written = std::fclose(file) == 0 && written;
    if (!written) std::fprintf(stderr, "hedgewire run: cannot write %s\n", options_.json.c_str());
    return written;
}

}  // namespace hw::deploy
