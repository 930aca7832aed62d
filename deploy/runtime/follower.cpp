#include "deploy/runtime/follower.h"

#include <fmt/format.h>

#include <chrono>

#include "core/journal/snapshot.h"
#include "deploy/runtime/log.h"

namespace hw::deploy {

Follower::Follower(const Options& options, Inbox& inbox)
    : options_(options),
      inbox_(inbox),
      replica_(options.journal.dir, true),
      blobs_(options.journal.dir, options.epoch) {
    replica_.observe({[this](const Event& e) { note_event(e); }, [this](const Action& a) { note_action(a); },
                      [this](const Timing& t) { figures_.event_to_sent.record(t.to_sent_ns); }});
}

Follower::~Follower() { finish(); }

bool Follower::begin(const hedge::StateMemory& state, std::string& error) {
    if (!replica_.begin_after(state)) {
        error = replica_.message();
        return false;
    }
    next_snapshot_ = state.state().last_sequence + options_.journal.snapshot_every;
    explainer_.begin(replica_.state());
    figures_.explained = &explainer_;
    return true;
}

void Follower::start(Round round) {
    thread_ = std::thread([this, round = std::move(round)] { run(round); });
}

void Follower::finish() {
    if (!thread_.joinable()) return;
    stop_.store(true, std::memory_order_release);
    thread_.join();
}

std::string Follower::failure() const {
    return failed_.load(std::memory_order_acquire) ? failure_ : std::string();
}

void Follower::run(const Round& round) {
    sched_setaffinity(0, sizeof options_.cores, &options_.cores);
    for (;;) {
        const bool stopping = stop_.load(std::memory_order_acquire);
        catch_up();
        // A state that is not the engine's makes no surfaces, and above all no snapshot to restart from.
        const bool good = !failed_.load(std::memory_order_relaxed);
        if (good && options_.plan && !stopping) plan();
        if (good && (replica_.state().last_sequence >= next_snapshot_ || stopping)) snapshot();
        if (stopping) explainer_.finish(replica_.state(), replica_.config().engine);
        if (round) round(*this);
        if (stopping) return;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
}

void Follower::catch_up() {
    if (failed_.load(std::memory_order_relaxed)) return;
    const Replica::Outcome outcome = replica_.advance();
    if (outcome == Replica::Outcome::caught_up) return;
    failure_ = replica_.message();
    failed_.store(true, std::memory_order_release);
    log_error("follower_stopped", failure_);
}

/// Often until the first surface is there, then at the configured pace.
void Follower::plan() {
    const std::int64_t now = monotonic_ns();
    if (now < next_plan_ns_) return;
    bool all = true;
    const hedge::EngineState& state = replica_.state();
    for (std::uint16_t i = 0; i < state.underlying_count; ++i) {
        if (!state.underlyings[i].configured) continue;
        publish(UnderlyingId{i});
        all = all && state.underlyings[i].slice_count > 0;
    }
    plan_risk(state, replica_.config().engine, options_.planner, memories_,
              [this](EventType type, const Event::Payload& payload) { tell(type, payload); });
    const std::int64_t interval_ms = all ? options_.planner.interval_ms : 50;
    next_plan_ns_ = now + interval_ms * 1'000'000;
}

void Follower::publish(UnderlyingId underlying) {
    const auto to_engine = [&](EventType type, std::vector<std::byte> bytes) {
        return hand_over(type, underlying, std::move(bytes));
    };
    plan_underlying(replica_.state(), replica_.config().engine, underlying, options_.planner,
                    memories_[index(underlying)], to_engine,
                    [this](EventType type, const Event::Payload& payload) { tell(type, payload); });
}

void Follower::tell(EventType type, const Event::Payload& payload) {
    inbox_.planner.push({type, payload, nullptr});  // when it is full, the next ones are as good
}

std::optional<std::uint64_t> Follower::hand_over(EventType type, UnderlyingId underlying,
                                                 std::vector<std::byte> made) {
    std::vector<std::byte>& bytes = kept_[kept_cursor_ % kBlobsKept];
    bytes = std::move(made);
    std::string error;
    const auto ref = blobs_.put(bytes, error);
    if (!ref) {
        log_error("blob_not_written", error);
        return std::nullopt;
    }
    PlannerMessage message;
    message.type = type;
    message.payload.surface.blob = *ref;
    message.payload.surface.position_sequence = replica_.state().last_sequence;
    message.payload.surface.underlying = underlying;
    message.data = bytes.data();
    if (!inbox_.planner.push(message)) return std::nullopt;
    ++kept_cursor_;
    ++(type == EventType::surface ? figures_.surfaces : figures_.ladders);
    return ref->id;
}

void Follower::snapshot() {
    const hedge::EngineState& state = replica_.state();
    next_snapshot_ = state.last_sequence + options_.journal.snapshot_every;
    const SnapshotInfo info{state.last_sequence, hedge::state_hash(state), hedge::kStateVersion};
    if (!wait_until_durable(state.last_sequence)) return;
    std::string error;
    const std::span bytes(reinterpret_cast<const std::byte*>(&state), sizeof state);
    if (write_snapshot(options_.journal.dir, info, bytes, error)) {
        ++figures_.snapshots;
    } else {
        log_error("snapshot_not_written", error);
    }
}

/// A snapshot that survives a power loss which its Events do not would leave a hole in the journal.
bool Follower::wait_until_durable(std::uint64_t sequence) const {
    for (int i = 0; i < 2'000 && options_.writer->durable_sequence() < sequence; ++i) {
        if (!options_.writer->failure().empty()) break;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    if (options_.writer->durable_sequence() >= sequence) return true;
    log_warning("snapshot_put_off", "the journal is not on disk up to sequence " + std::to_string(sequence));
    return false;
}

namespace {
std::string command_text(const Command& c) {
    return fmt::format("{} by \"{}\": \"{}\" (value {:g})", to_string(c.kind), c.who.view(), c.why.view(),
                       c.value);
}
}  // namespace

void Follower::note_event(const Event& e) {
    explainer_.observe(e, replica_.state(), replica_.config().engine);
    switch (e.header.type) {
        case EventType::book_level:
            figures_.messages += e.payload.book_level.last;
            figures_.ticks += e.payload.book_level.last;
            break;
        case EventType::ticker:
        case EventType::trade:
        case EventType::index_price:
        case EventType::instrument_definition:
            ++figures_.messages;
            break;
        case EventType::command:
            log_info("command", command_text(e.payload.command));
            break;
        case EventType::session_state:  // why a venue refuses us is told nowhere else
            // The second session's ups and downs are alerts.
            if (e.payload.session_state.role == SessionRole::account) break;
            log_info(e.payload.session_state.up != 0 ? "session_up" : "session_down",
                     e.payload.session_state.text.view());
            break;
        default:
            break;
    }
}

void Follower::note_action(const Action& a) {
    if (a.header.type == ActionType::new_order && index(a.header.underlying) < hedge::kMaxUnderlyings) {
        figures_.last_delta_before[index(a.header.underlying)] = a.payload.new_order.why.net_delta;
    }
    if (a.header.type == ActionType::shadow_order) ++figures_.shadow_orders;
    if (a.header.type != ActionType::alert) return;
    const auto code = static_cast<std::size_t>(a.payload.alert.code);
    if (code < figures_.alerts.size()) ++figures_.alerts[code];
    log_alert(a, replica_.state());
}

}  // namespace hw::deploy
