// The order session's life: connections, phases, what it sends and what it takes.
#include "fix/session_impl.h"

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

}  // namespace

OrderSession::Impl::Impl(const SessionConfig& config, const InstrumentTable& instruments, EventSinkRef sink,
                         Nanos now, std::unique_ptr<Dialect> dialect, std::unique_ptr<MessageStore> store,
                         std::unique_ptr<ReceivedRing> received)
    : time_to_live_(config.order_time_to_live),
      reset_on_logon_(config.reset_on_logon),
      dialect_(std::move(dialect)),
      store_(std::move(store)),
      received_(std::move(received)),
      sink_(sink),
      writer_(config, *dialect_, instruments),
      sender_(config, writer_, *store_),
      receiver_(config),
      reader_(*dialect_, instruments, *store_, sink, counters_),
      now_(now) {
    fields_.reserve(32);
}

bool OrderSession::Impl::start(const SessionConfig& config, std::string& error) {
    const auto times = SessionTimes::parse(config.times, error);
    if (!times) return false;
    times_ = *times;
    QuickFixSettings settings;
    settings.sender_comp_id = config.sender_comp_id;
    settings.target_comp_id = config.target_comp_id;
    settings.heartbeat_s = static_cast<int>(config.heartbeat_s);
    settings.dictionary = fix44_dictionary_text();
    settings.reset_on_logon = config.reset_on_logon;
    engine_ = QuickFixSession::create(settings, *this, error);
    return engine_ != nullptr;
}

void OrderSession::Impl::on_connected(ByteSinkRef sink, Nanos now) {
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

void OrderSession::Impl::on_bytes(const char* data, std::size_t size, Nanos now) {
    now_ = now;
    if (!engine_->attached()) return;
    std::string_view rest{data, size};
    while (framer_.buffered() == 0 && !rest.empty()) {
        const std::size_t taken = take_report(rest);
        if (taken == 0) break;
        framer_.count_whole(taken);
        rest.remove_prefix(taken);
        if (!engine_->attached()) break;
    }
    if (rest.empty()) return;
    framer_.push(rest.data(), rest.size());
    for (auto message = framer_.next(); !message.empty(); message = framer_.next()) {
        if (take_report(message) == 0) {
            keep(message);
            receive(message);
        }
        if (!engine_->attached()) break;
    }
}

/// A report that can do without QuickFIX, at the start of `bytes`: its size, or zero when it is none. One
/// that the reader refuses goes to QuickFIX after all, which rejects it by the verdict that stands.
std::size_t OrderSession::Impl::take_report(std::string_view bytes) {
    if (!receives_fast_) return 0;
    InboundMessage message;
    const std::size_t size = receiver_.read(bytes, store_->next_target(), now_, message);
    if (size == 0) return 0;
    const VerdictOn answer = reader_.read(message);
    if (answer.verdict == Verdict::accepted) {
        store_->set_next_target(message.sequence + 1);
        engine_->note_received(now_.ns());
        ++counters_.received_fast;
        received_->put(bytes.substr(0, size), now_);
        return size;
    }
    verdict_ = answer;
    received_->put(bytes.substr(0, size), now_);
    receive(bytes.substr(0, size));
    verdict_.reset();
    return size;
}

void OrderSession::Impl::receive(std::string_view message) {
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

void OrderSession::Impl::keep(std::string_view message) {
    if (!is_logon(message)) return received_->put(message, now_);
    message_.assign(message);
    mask_secrets(message_);
    received_->put(message_, now_);
}

void OrderSession::Impl::end_session(const std::string& why) {
    reason_ = why;
    engine_->begin_logout(why);
    if (!engine_->logged_on()) close();
    leave();
}

/// Nothing new is said after a Logout.
void OrderSession::Impl::leave() {
    if (phase_ == Phase::up) announce(false, reason_);
    if (phase_ != Phase::down) phase_ = Phase::leaving;
}

void OrderSession::Impl::on_disconnected(Nanos now, std::string_view why) {
    now_ = now;
    if (reason_.empty()) reason_ = why;
    engine_->disconnected();
    follow();
}

void OrderSession::Impl::poll(Nanos now) {
    now_ = now;
    const bool ran_just_now = now >= timers_ran_ && now - timers_ran_ < kTimerInterval;
    if (phase_ == Phase::up && ran_just_now) return;
    keep_times();
    if (phase_ != Phase::down) run_timers();
}

void OrderSession::Impl::run_timers() {
    timers_ran_ = now_;
    engine_->run_timers(now_.ns());
    follow();
}

bool OrderSession::Impl::send(const Action& action, Nanos now) {
    now_ = now;
    return (phase_ == Phase::up && send_fast(action)) || send_slow(action);
}

bool OrderSession::Impl::send_fast(const Action& action) {
    const std::string_view message = sender_.stage(action, now_);
    if (message.empty()) return false;
    write(message.data(), message.size());
    sender_.complete();
    engine_->note_sent(now_.ns());
    ++counters_.sent_fast;
    count_sent(action);
    return true;
}

bool OrderSession::Impl::send_slow(const Action& action) {
    const bool ready =
        action.header.type == ActionType::new_order ? phase_ == Phase::up : engine_->logged_on();
    const char* const type = ready ? writer_.write(action, now_, fields_) : nullptr;
    const bool stored = type != nullptr && engine_->send(type, fields_);
    if (!stored) {
        ++counters_.sends_refused;
    } else {
        count_sent(action);
        sender_.prepare(action.header.instrument);
    }
    follow();
    return stored;
}

void OrderSession::Impl::count_sent(const Action& action) {
    switch (action.header.type) {
        case ActionType::new_order:
            ++counters_.orders_sent;
            break;
        case ActionType::cancel_order:
            ++counters_.cancels_sent;
            break;
        case ActionType::mass_cancel:
            ++counters_.mass_cancels_sent;
            break;
        default:
            ++counters_.settle_requests_sent;
            reader_.settle_requested(action.payload.settle_orders.order);
            break;
    }
}

void OrderSession::Impl::rehearse(Nanos now) {
    if (phase_ != Phase::up) return;
    const std::string_view message = sender_.rehearse(now);
    if (!message.empty()) bytes_.rehearse(message.data(), message.size());
}

void OrderSession::Impl::begin_logout(Nanos now, std::string_view why) {
    now_ = now;
    reason_ = why;
    engine_->begin_logout({});
    engine_->run_timers(now.ns());
    leave();
    follow();
}

// Logs out at the session's end; once disconnected, the numbers begin again with the next session.
void OrderSession::Impl::keep_times() {
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

void OrderSession::Impl::roll() {
    const Nanos end = times_.end_of(times_.begun(store_->created()));
    const auto closed = store_->closed();
    const bool complete = store_->next_target() == 1 || (closed && *closed >= end - kEarlyEnd);
    if (!complete) stop_engine(store_->next_target());
    store_->reset(now_);
    ++counters_.session_rolls;
}

// Moves the phase to where the session engine has got to. Ends a step only where nothing more follows.
void OrderSession::Impl::follow() {
    receives_fast_ = false;
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
    receives_fast_ = phase_ == Phase::up && !engine_->resend_pending();
}

void OrderSession::Impl::go_down() {
    if (logout_received_) store_->set_closed(now_);
    logout_received_ = hold_target_ = false;
    framer_.clear();
    bytes_ = {};
    phase_ = Phase::down;
    reader_.settle_requested(OrderId{});
    announce(false, reason_.empty() ? note_ : reason_);
}

void OrderSession::Impl::lose_agreement() {
    if (phase_ == Phase::up) {
        ++counters_.gaps;
        announce(false, "messages of the venue are missing, asked for them again");
    }
    phase_ = Phase::agreeing;
}

// A request for missing messages can itself get lost, and is not repeated: a new connection is the way
// out.
void OrderSession::Impl::give_up_without_progress() {
    const std::uint32_t next = store_->next_target();
    if (next != progress_at_) {
        progress_at_ = next;
        progress_time_ = now_;
    } else if (now_ - progress_time_ > kProgressPatience) {
        close();
        on_disconnected(now_, "sequence numbers came to no agreement");
    }
}

void OrderSession::Impl::ask_for_sync() {
    sync_id_ = "HW-SYNC-" + std::to_string(++sync_count_);
    sync_answered_ = false;
    sync_asked_ = now_;
    if (engine_->send("1", {{112, sync_id_}})) phase_ = Phase::syncing;
}

void OrderSession::Impl::await_sync() {
    if (sync_answered_) {
        phase_ = Phase::up;
        ++counters_.session_ups;
        announce(true, "logged on");
    } else if (now_ - sync_asked_ > kSyncPatience) {
        phase_ = Phase::agreeing;
    }
}

void OrderSession::Impl::announce(bool is_up, std::string_view text) {
    SessionState& state = sink_.stage(EventType::session_state, kNoInstrument, Nanos{}).payload.session_state;
    state.up = is_up ? 1 : 0;
    state.text = Name<64>::cut(text);
    sink_.flush();
}

}  // namespace hw::fix
