// A connection's life: its phases, and what is done in each.
#include "fix/session_life.h"

#include <utility>

#include "fix/dictionary.h"
#include "fix/raw_message.h"
#include "fix/secrets.h"

namespace hw::fix {
namespace {

constexpr std::string_view kSessionOver = "the session's time is over";
// A venue may log out a little before the end of its session, by our clock.
constexpr Nanos kEarlyEnd = Nanos::from_seconds(60);
constexpr Nanos kSyncPatience = Nanos::from_ms(1000);  // for a test request's answer, before another is sent
constexpr Nanos kProgressPatience = Nanos::from_ms(5000);  // logged on, not up, and nothing new of theirs
constexpr Nanos kTimerInterval = Nanos::from_ms(20);       // QuickFIX's own count in seconds

QuickFixSettings quickfix_settings(const SessionConfig& config) {
    QuickFixSettings settings;
    settings.sender_comp_id = config.sender_comp_id;
    settings.target_comp_id = config.target_comp_id;
    settings.heartbeat_s = static_cast<int>(config.heartbeat_s);
    settings.reset_on_logon = config.reset_on_logon;
    settings.transport_dictionary = settings.application_dictionary = fix44_dictionary_text();
    if (config.protocol == Protocol::fix44) return settings;
    settings.begin_string = "FIXT.1.1";
    settings.default_appl_ver_id = "9";  // FIX 5.0 SP2
    settings.transport_dictionary = fixt11_dictionary_text();
    settings.application_dictionary = fix50sp2_dictionary_text();
    return settings;
}

}  // namespace

SessionLife::SessionLife(SessionRole role, const SessionConfig& config, SymbolLookup symbols,
                         EventSinkRef sink, Nanos now, std::unique_ptr<Dialect> dialect, SessionFiles files)
    : dialect_(std::move(dialect)),
      store_(std::move(files.messages)),
      received_(std::move(files.received)),
      sink_(sink),
      reader_(*dialect_, symbols, *store_, sink, counters_, role),
      now_(now),
      role_(role),
      reset_on_logon_(config.reset_on_logon) {}

bool SessionLife::start(const SessionConfig& config, std::string& error) {
    const auto times = SessionTimes::parse(config.times, error);
    if (!times) return false;
    times_ = *times;
    engine_ = QuickFixSession::create(quickfix_settings(config), *this, error);
    return engine_ != nullptr;
}

void SessionLife::on_connected(ByteSinkRef sink, Nanos now) {
    if (phase_ != Phase::down) on_disconnected(now, "replaced by another connection");
    now_ = now;
    bytes_ = sink;
    keep_times();
    if (!wanted(now)) return close();
    if (reset_on_logon_) reset_store();
    first_of_connection_ = store_->next_sender();
    reason_.clear();
    progress_at_ = 0;
    phase_ = Phase::logging_on;
    engine_->connected();
    run_timers();
}

void SessionLife::receive(std::string_view message) {
    if (has_absurd_number(message)) {
        on_fault(SessionFault::not_parsed, "a sequence number of more than nine digits");
        return;
    }
    message_.assign(message);
    // QuickFIX would leave it without an answer.
    if (has_number(message)) {
        engine_->receive(message_, now_.ns());
    } else {
        end_session("MsgSeqNum (34) is missing");
    }
    follow();
}

void SessionLife::keep(std::string_view message) {
    if (!is_logon(message)) return received_->put(message, now_);
    message_.assign(message);
    mask_secrets(message_);
    received_->put(message_, now_);
}

void SessionLife::end_session(const std::string& why) {
    reason_ = why;
    engine_->begin_logout(why);
    if (!engine_->logged_on()) close();
    leave();
}

/// Nothing new is said after a Logout.
void SessionLife::leave() {
    if (phase_ == Phase::up) announce(false, reason_);
    if (phase_ != Phase::down) phase_ = Phase::leaving;
}

void SessionLife::on_disconnected(Nanos now, std::string_view why) {
    now_ = now;
    if (reason_.empty()) reason_ = why;
    engine_->disconnected();
    follow();
}

void SessionLife::poll(Nanos now) {
    now_ = now;
    const bool ran_just_now = now >= timers_ran_ && now - timers_ran_ < kTimerInterval;
    if (phase_ == Phase::up && ran_just_now) return;
    keep_times();
    if (phase_ != Phase::down) run_timers();
}

void SessionLife::run_timers() {
    timers_ran_ = now_;
    engine_->run_timers(now_.ns());
    follow();
}

void SessionLife::begin_logout(Nanos now, std::string_view why) {
    now_ = now;
    reason_ = why;
    engine_->begin_logout({});
    engine_->run_timers(now.ns());
    leave();
    follow();
}

// Logs out at the session's end; once disconnected, the numbers begin again with the next session.
void SessionLife::keep_times() {
    const Nanos begun = times_.begun(now_);
    const bool over = store_->created() < begun;
    if (!over && times_.contains(now_)) return;
    if (phase_ == Phase::down) {
        if (over) roll();
    } else if (!engine_->logged_on()) {
        close();
        on_disconnected(now_, kSessionOver);
    } else if (reason_ != kSessionOver) {
        begin_logout(now_, kSessionOver);
    }
}

void SessionLife::roll() {
    const Nanos end = times_.end_of(times_.begun(store_->created()));
    const auto closed = store_->closed();
    const bool complete = store_->next_target() == 1 || (closed && *closed >= end - kEarlyEnd);
    if (!complete) on_lost(store_->next_target());
    store_->reset(now_);
    ++counters_.session_rolls;
}

// Moves the phase to where the session engine has got to. Ends a step only where nothing more follows.
void SessionLife::follow() {
    in_order_ = false;
    if (phase_ == Phase::down) return;
    if (!engine_->attached()) return go_down();
    if (phase_ == Phase::leaving) return;
    if (!engine_->logged_on()) return;
    if (phase_ == Phase::logging_on) phase_ = Phase::agreeing;
    if (!engine_->in_agreement()) lose_agreement();
    if (phase_ != Phase::up) give_up_without_progress();
    if (!engine_->in_agreement()) return;
    if (phase_ == Phase::agreeing) ask_for_sync();
    if (phase_ == Phase::syncing) await_sync();
    in_order_ = phase_ == Phase::up && !engine_->resend_pending();
}

void SessionLife::go_down() {
    if (logout_received_) store_->set_closed(now_);
    logout_received_ = hold_target_ = false;
    framer_.clear();
    bytes_ = {};
    phase_ = Phase::down;
    reader_.settle_requested(OrderId{});
    on_down();
    announce(false, reason_.empty() ? note_ : reason_);
}

void SessionLife::lose_agreement() {
    if (phase_ == Phase::up) {
        ++counters_.gaps;
        announce(false, "messages of the venue are missing, asked for them again");
    }
    phase_ = Phase::agreeing;
}

// A request for missing messages can itself get lost, and is not repeated: a new connection is the way
// out.
void SessionLife::give_up_without_progress() {
    const std::uint32_t next = store_->next_target();
    if (next != progress_at_) {
        progress_at_ = next;
        progress_time_ = now_;
    } else if (now_ - progress_time_ > kProgressPatience) {
        close();
        on_disconnected(now_, "sequence numbers came to no agreement");
    }
}

void SessionLife::ask_for_sync() {
    sync_id_ = "HW-SYNC-" + std::to_string(++sync_count_);
    sync_answered_ = false;
    sync_asked_ = now_;
    if (engine_->send("1", {{112, sync_id_}})) phase_ = Phase::syncing;
}

void SessionLife::await_sync() {
    if (sync_answered_) {
        phase_ = Phase::up;
        ++counters_.session_ups;
        announce(true, "logged on");
    } else if (now_ - sync_asked_ > kSyncPatience) {
        phase_ = Phase::agreeing;
    }
}

void SessionLife::announce(bool is_up, std::string_view text) {
    SessionState& state = sink_.stage(EventType::session_state, kNoInstrument, Nanos{}).payload.session_state;
    state.up = is_up ? 1 : 0;
    state.role = role_;
    state.text = Name<64>::cut(text);
    sink_.flush();
}

}  // namespace hw::fix
