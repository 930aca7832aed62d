#include "fix/session.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "fix/decimal.h"
#include "fix/dialect/dialect.h"
#include "fix/dictionary.h"
#include "fix/message_store.h"
#include "fix/order_writer.h"
#include "fix/quickfix_bridge.h"
#include "fix/raw_message.h"
#include "fix/received_ring.h"
#include "fix/report_reader.h"
#include "fix/secrets.h"
#include "fix/timestamp.h"

namespace hw::fix {
namespace {

constexpr std::string_view kSessionOver = "the session's time is over";
constexpr Nanos kSyncPatience = Nanos::from_ms(1000);  // for a test request's answer, before another is sent
// A venue may log out a little before the end of its session, by our clock.
constexpr Nanos kEarlyEnd = Nanos::from_seconds(60);
constexpr Nanos kProgressPatience = Nanos::from_ms(5000);  // logged on, not up, and nothing new of theirs

bool make_directory(const std::string& dir, std::string& error) {
    if (::mkdir(dir.c_str(), 0700) == 0 || errno == EEXIST) return true;
    error = "message store: cannot create " + dir + ": " + std::strerror(errno);
    return false;
}

std::string owner_of(const SessionConfig& config) {
    return config.sender_comp_id + "->" + config.target_comp_id;
}

std::string config_error(const SessionConfig& config) {
    if (config.sender_comp_id.empty()) return "FIX session: sender_comp_id is missing";
    if (config.target_comp_id.empty()) return "FIX session: target_comp_id is missing";
    if (config.heartbeat_s < 1 || config.heartbeat_s > 3600) {
        return "FIX session: heartbeat_s has to be 1 to 3600";
    }
    if (config.store_dir.empty()) return "FIX session: store_dir is missing";
    return {};
}

}  // namespace

class OrderSession::Impl final : public QuickFixHost {
  public:
    Impl(const SessionConfig& config, const InstrumentTable& instruments, EventSinkRef sink, Nanos now,
         std::unique_ptr<Dialect> dialect, std::unique_ptr<MessageStore> store)
        : time_to_live_(config.order_time_to_live),
          reset_on_logon_(config.reset_on_logon),
          dialect_(std::move(dialect)),
          store_(std::move(store)),
          sink_(sink),
          writer_(config, *dialect_, instruments),
          reader_(*dialect_, instruments, *store_, sink, counters_),
          now_(now) {
        fields_.reserve(32);
    }

    bool start(const SessionConfig& config, std::string& error) {
        const auto times = SessionTimes::parse(config.times, error);
        if (!times) return false;
        times_ = *times;
        received_ = ReceivedRing::open(config.store_dir, owner_of(config), config.received_mib, error);
        if (received_ == nullptr) return false;
        QuickFixSettings settings;
        settings.sender_comp_id = config.sender_comp_id;
        settings.target_comp_id = config.target_comp_id;
        settings.heartbeat_s = static_cast<int>(config.heartbeat_s);
        settings.dictionary = fix44_dictionary_text();
        settings.reset_on_logon = config.reset_on_logon;
        engine_ = QuickFixSession::create(settings, *this, error);
        return engine_ != nullptr;
    }

    void on_connected(ByteSinkRef sink, Nanos now) {
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
        engine_->run_timers(now.ns());
        follow();
    }

    void on_bytes(const char* data, std::size_t size, Nanos now) {
        now_ = now;
        if (!engine_->attached()) return;
        framer_.push(data, size);
        for (auto message = framer_.next(); !message.empty(); message = framer_.next()) {
            keep(message);
            receive(message);
            if (!engine_->attached()) break;
        }
    }

    void on_disconnected(Nanos now, std::string_view why) {
        now_ = now;
        if (reason_.empty()) reason_ = why;
        engine_->disconnected();
        follow();
    }

    void poll(Nanos now) {
        now_ = now;
        keep_times();
        if (phase_ == Phase::down) return;
        engine_->run_timers(now.ns());
        follow();
    }

    bool send(const Action& action, Nanos now) {
        now_ = now;
        const bool ready =
            action.header.type == ActionType::new_order ? phase_ == Phase::up : engine_->logged_on();
        const char* const type = ready ? writer_.write(action, now, fields_) : nullptr;
        const bool stored = type != nullptr && engine_->send(type, fields_);
        if (!stored) {
            ++counters_.sends_refused;
        } else {
            count_sent(action);
        }
        follow();
        return stored;
    }

    void begin_logout(Nanos now, std::string_view why = "logged out") {
        now_ = now;
        reason_ = why;
        engine_->begin_logout({});
        engine_->run_timers(now.ns());
        leave();
        follow();
    }

    bool wanted(Nanos now) const { return times_.contains(now); }
    bool attached() const { return engine_->attached(); }
    bool logged_on() const { return engine_->logged_on(); }
    bool up() const { return phase_ == Phase::up; }
    bool has_slot(OrderId order) const { return store_->has_slot(order); }
    const Counters& counters() const { return counters_; }
    const StreamFramer::Counters& framing_counters() const { return framer_.counters(); }
    std::string_view last_note() const { return note_; }

    // QuickFixHost

    bool write(const char* data, std::size_t size) override {
        if (bytes_ && bytes_.send(data, size)) return true;
        ++counters_.transport_refused;
        return false;
    }
    void close() override {
        if (bytes_) bytes_.close();
    }

    VerdictOn on_application(const InboundMessage& message) override {
        const VerdictOn answer = reader_.read(message);
        reader_refused_ = answer.verdict == Verdict::bad_format || answer.verdict == Verdict::bad_value;
        return answer;
    }

    void on_admin(const InboundMessage& message) override {
        ++counters_.admin_received;
        switch (message.type[0]) {
            case '0':
                if (phase_ == Phase::syncing && field(message, 112) == sync_id_) sync_answered_ = true;
                break;
            case '2':  // our gap fill will swallow the test request: ask anew afterwards
                if (phase_ == Phase::syncing) phase_ = Phase::agreeing;
                break;
            case '3':
                reader_.read_session_reject(message);
                break;
            case '4':
                if (field(message, 123) != "Y") check_reset(message);
                break;
            case '5':
                if (!field(message, 58).empty()) reason_ = field(message, 58);
                // A Logout beyond a gap counts as one message for QuickFIX, and the first missing one would
                // never be asked for.
                hold_target_ = message.sequence != store_->next_target();
                logout_received_ = !hold_target_;
                break;
            case 'A':
                ++counters_.logons;
                break;
            default:
                break;
        }
    }

    void logon_fields(std::vector<TextField>& fields) override {
        const auto ms = static_cast<std::uint64_t>(std::max<std::int64_t>(now_.ns() / 1'000'000, 0));
        dialect_->logon_fields(store_->rising_stamp(ms), fields);
    }
    void logout_fields(std::vector<TextField>& fields) override { dialect_->logout_fields(fields); }

    void on_admin_sent(char) override { ++counters_.admin_sent; }
    void on_reject_sent(const std::string& type, std::uint32_t sequence, int reason) override {
        ++counters_.rejects_sent;
        ++(reason == 6   ? counters_.rejects_sent_format
           : reason == 5 ? counters_.rejects_sent_value
           : reason == 1 ? counters_.rejects_sent_missing
                         : counters_.rejects_sent_other);
        if (type == "8" && !reader_refused_ && may_tell_of_a_fill(sequence)) stop_engine(sequence);
        reader_refused_ = false;
    }

    bool may_replay(const std::string& type, std::uint32_t sequence,
                    const std::string& original_sending_time) override {
        const auto sent = parse_timestamp(original_sending_time);
        const bool young = sent && now_ - *sent <= time_to_live_;
        if (type == "D") return young ? replay_order(sequence) : gap_fill_order(sequence);
        // A cancel does no harm late. An old status request would only be answered twice.
        if (type == "F" || type == "q") return true;
        ++counters_.messages_gap_filled;
        return false;
    }

    void on_note(const std::string& text) override {
        note_ = text;
        if (text.starts_with("Timed out") || text.starts_with("MsgSeqNum too low")) reason_ = text;
    }
    void on_fault(SessionFault fault, const char* what) override {
        ++(fault == SessionFault::not_parsed ? counters_.not_parsed : counters_.session_faults);
        note_ = what;
        if (fault != SessionFault::exception) return;
        // There is no way past it on this connection.
        end_session("a message could not be processed");
    }

    bool store(std::uint32_t sequence, const std::string& message) override {
        if (is_logon(message)) return store_logon(sequence, message);
        if (store_->put(sequence, message, order_in(message))) return true;
        // An administrative message is never sent again but gap-filled: its number is all that matters.
        if (is_admin(message)) return store_->put(sequence, {}, OrderId{});
        ++counters_.store_refused;
        return false;
    }
    void stored(std::uint32_t begin, std::uint32_t end, std::vector<std::string>& messages) const override {
        const std::uint32_t next = store_->next_sender();
        const std::uint32_t oldest = next > store_->slots() ? next - store_->slots() : 1;
        for (std::uint32_t i = std::max(begin, oldest); i <= end && i < next; ++i) {
            const std::string_view message = store_->get(i);
            if (!message.empty()) messages.emplace_back(message);
        }
    }
    std::uint32_t next_sender() const override { return store_->next_sender(); }
    std::uint32_t next_target() const override { return store_->next_target(); }
    void set_next_sender(std::uint32_t n) override { store_->set_next_sender(n); }
    void set_next_target(std::uint32_t n) override {
        if (!hold_target_) store_->set_next_target(n);
    }
    /// What the venue had to tell since our last connection goes with its old numbers, fills included.
    void reset_store() override {
        if (store_->next_target() > 1) stop_engine(store_->next_target());
        store_->reset(now_);
        ++counters_.sequence_resets;
    }

  private:
    void keep(std::string_view message) {
        if (!is_logon(message)) return received_->put(message, now_);
        message_.assign(message);
        mask_secrets(message_);
        received_->put(message_, now_);
    }

    enum class Phase : std::uint8_t { down, logging_on, agreeing, syncing, up, leaving };

    void receive(std::string_view message) {
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

    void end_session(const std::string& why) {
        reason_ = why;
        engine_->begin_logout(why);
        if (!engine_->logged_on()) close();
        leave();
    }

    // Nothing new is said after a Logout.
    void leave() {
        if (phase_ == Phase::up) announce(false, reason_);
        if (phase_ != Phase::down) phase_ = Phase::leaving;
    }

    // Moves the phase to where the session engine has got to. Ends a step only where nothing more follows.
    void follow() {
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
    }

    void go_down() {
        if (logout_received_) store_->set_closed(now_);
        logout_received_ = hold_target_ = false;
        framer_.clear();
        bytes_ = {};
        phase_ = Phase::down;
        reader_.settle_requested(OrderId{});
        announce(false, reason_.empty() ? note_ : reason_);
    }

    // Logs out at the session's end; once disconnected, the numbers begin again with the next session.
    void keep_times() {
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

    void roll() {
        const Nanos end = times_.end_of(times_.begun(store_->created()));
        const auto closed = store_->closed();
        const bool complete = store_->next_target() == 1 || (closed && *closed >= end - kEarlyEnd);
        if (!complete) stop_engine(store_->next_target());
        store_->reset(now_);
        ++counters_.session_rolls;
    }

    void lose_agreement() {
        if (phase_ == Phase::up) {
            ++counters_.gaps;
            announce(false, "messages of the venue are missing, asked for them again");
        }
        phase_ = Phase::agreeing;
    }

    // A request for missing messages can itself get lost, and is not repeated: a new connection is the way
    // out.
    void give_up_without_progress() {
        const std::uint32_t next = store_->next_target();
        if (next != progress_at_) {
            progress_at_ = next;
            progress_time_ = now_;
        } else if (now_ - progress_time_ > kProgressPatience) {
            close();
            on_disconnected(now_, "sequence numbers came to no agreement");
        }
    }

    void ask_for_sync() {
        sync_id_ = "HW-SYNC-" + std::to_string(++sync_count_);
        sync_answered_ = false;
        sync_asked_ = now_;
        if (engine_->send("1", {{112, sync_id_}})) phase_ = Phase::syncing;
    }

    void await_sync() {
        if (sync_answered_) {
            phase_ = Phase::up;
            ++counters_.session_ups;
            announce(true, "logged on");
        } else if (now_ - sync_asked_ > kSyncPatience) {
            phase_ = Phase::agreeing;
        }
    }

    void announce(bool is_up, std::string_view text) {
        SessionState& state =
            sink_.stage(EventType::session_state, kNoInstrument, Nanos{}).payload.session_state;
        state.up = is_up ? 1 : 0;
        state.text = Name<64>::cut(text);
        sink_.flush();
    }

    // No gap fill but a reset: what lies between its own number and the new one will never come.
    void check_reset(const InboundMessage& message) {
        const std::uint32_t expected = store_->next_target();
        const std::uint32_t after = message.sequence == expected ? expected + 1 : expected;
        if (parse_count(field(message, 36)).value_or(0) > after) stop_engine(expected);
    }

    // A report refused by the dictionary never came to the reader, which stops the engine on fills that it
    // cannot read: the same is due here, unless the report says that it is none.
    bool may_tell_of_a_fill(std::uint32_t sequence) const {
        constexpr std::string_view kNoFill = "03456789ABCDEI";
        const bool is_current = parse_count(value_of(message_,
                                                     "\x01"
                                                     "34=")) == sequence;
        const std::string_view exec_type = is_current ? value_of(message_,
                                                                 "\x01"
                                                                 "150=")
                                                      : std::string_view{};
        return exec_type.size() != 1 || kNoFill.find(exec_type[0]) == std::string_view::npos;
    }

    // An execution without instrument: the position is no longer known. `sequence`: of what was not read.
    void stop_engine(std::uint32_t sequence) {
        const std::string name = "unread;34:" + std::to_string(sequence);
        Execution unread{};
        unread.key = ExecKey::of(name + ";" + std::to_string(store_->created().ns()));
        unread.exec_id = Name<40>::cut(name);
        sink_.stage(EventType::execution, kNoInstrument, Nanos{}).payload.execution = unread;
        sink_.flush();
        ++counters_.reports_unread;
    }

    // Never sent again: kept for people, and not its secrets.
    bool store_logon(std::uint32_t sequence, std::string message) {
        mask_secrets(message);
        return store_->put(sequence, message, OrderId{}) || store_->put(sequence, {}, OrderId{});
    }

    bool replay_order(std::uint32_t sequence) {
        store_->set_flag(sequence, kReplayed);
        ++counters_.orders_replayed;
        return true;
    }

    // The venue asks for an order that is too old to be sent now: it gets a gap fill instead. Is that order
    // then certainly dead? That the venue asks for it means that it has not processed it, unless
    //  - we replayed it before: two requests may overlap, and the first was answered with the order itself;
    //  - it was sent on this very connection: a request is for everything from some number on, so it may name
    //    an order that came after the gap and lies in the venue's queue, or one that was still under way;
    //  - the venue has already spoken of it: then the venue has lost its memory (a failover), not our order.
    // Only without any of these do we say so. Otherwise its fate is unknown, and settled like any other.
    bool gap_fill_order(std::uint32_t sequence) {
        ++counters_.orders_gap_filled;
        const OrderId order = store_->order_at(sequence);
        const std::uint32_t flags = store_->flags_at(sequence);
        if (order.is_none() || (flags & kGapFilled) != 0) return false;
        store_->set_flag(sequence, kGapFilled);
        const bool certain = sequence < first_of_connection_ && (flags & (kReplayed | kAcknowledged)) == 0;
        if (certain) {
            OrderUnsent& unsent =
                sink_.stage(EventType::order_unsent, kNoInstrument, Nanos{}).payload.order_unsent;
            unsent.order = order;
            unsent.reason = UnsentReason::replaced_by_gap_fill;
        } else {
            OrderUpdate& update =
                sink_.stage(EventType::order_update, kNoInstrument, Nanos{}).payload.order_update;
            update.order = order;
            update.status = OrderStatus::unknown;
            update.text = Name<64>::cut("asked for again by the venue, too old to be sent again");
        }
        sink_.flush();
        return false;
    }

    void count_sent(const Action& action) {
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

    const Nanos time_to_live_;
    const bool reset_on_logon_;
    SessionTimes times_;
    const std::unique_ptr<Dialect> dialect_;
    const std::unique_ptr<MessageStore> store_;
    std::unique_ptr<ReceivedRing> received_;
    EventSinkRef sink_;
    Counters counters_;
    OrderWriter writer_;
    ReportReader reader_;
    StreamFramer framer_;
    ByteSinkRef bytes_;
    std::unique_ptr<QuickFixSession> engine_;
    std::vector<TextField> fields_;
    std::string message_;
    std::string note_;
    std::string reason_;  ///< why the session will have gone down
    std::string sync_id_;
    Nanos now_;
    Nanos sync_asked_;
    Nanos progress_time_;
    std::uint32_t progress_at_ = 0;  ///< sequence number of theirs expected then
    std::uint64_t sync_count_ = 0;
    std::uint32_t first_of_connection_ = 1;  ///< numbers below were sent on earlier connections
    Phase phase_ = Phase::down;
    bool sync_answered_ = false;
    bool logout_received_ = false;  ///< in sequence, on this connection
    bool hold_target_ = false;      ///< what comes now is not the message that the number counts
    bool reader_refused_ = false;  ///< the Reject that follows is of a message that the reader has dealt with
};

std::unique_ptr<OrderSession> OrderSession::create(const SessionConfig& config,
                                                   const Credentials& credentials,
                                                   const InstrumentTable& instruments, EventSinkRef sink,
                                                   Nanos now, std::string& error) {
    error = config_error(config);
    if (!error.empty()) return nullptr;
    auto dialect = make_dialect(config, credentials, error);
    if (dialect == nullptr || !make_directory(config.store_dir, error)) return nullptr;
    auto store = MessageStore::open(config.store_dir, owner_of(config), config.store_slots, now, error);
    if (store == nullptr) return nullptr;
    auto impl = std::make_unique<Impl>(config, instruments, sink, now, std::move(dialect), std::move(store));
    if (!impl->start(config, error)) return nullptr;
    return std::unique_ptr<OrderSession>{new OrderSession(std::move(impl))};
}

OrderSession::OrderSession(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
OrderSession::~OrderSession() = default;

void OrderSession::on_connected(ByteSinkRef sink, Nanos now) { impl_->on_connected(sink, now); }
void OrderSession::on_bytes(const char* data, std::size_t size, Nanos now) {
    impl_->on_bytes(data, size, now);
}
void OrderSession::on_disconnected(Nanos now, std::string_view why) { impl_->on_disconnected(now, why); }
void OrderSession::poll(Nanos now) { impl_->poll(now); }
bool OrderSession::send(const Action& action, Nanos now) { return impl_->send(action, now); }
void OrderSession::begin_logout(Nanos now) { impl_->begin_logout(now); }
bool OrderSession::wanted(Nanos now) const { return impl_->wanted(now); }
bool OrderSession::attached() const { return impl_->attached(); }
bool OrderSession::logged_on() const { return impl_->logged_on(); }
bool OrderSession::up() const { return impl_->up(); }
bool OrderSession::has_slot(OrderId order) const { return impl_->has_slot(order); }
const Counters& OrderSession::counters() const { return impl_->counters(); }
const StreamFramer::Counters& OrderSession::framing_counters() const { return impl_->framing_counters(); }
std::string_view OrderSession::last_note() const { return impl_->last_note(); }

}  // namespace hw::fix
