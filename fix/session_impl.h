// The order session's inside; for its own units only.
//
// session.cpp opens it, session_impl.cpp lives its life (connections, phases, sends and receipts), and
// session_host.cpp answers what QuickFIX asks meanwhile.
//
// Two ways lead out and in. The fast ones know messages of a few shapes, while the session is up; whatever
// they do not know leaves no trace there and goes through QuickFIX. Both share the message store, and with it
// the sequence numbers, the report reader and the counters.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fix/dialect/dialect.h"
#include "fix/fast_receiver.h"
#include "fix/fast_sender.h"
#include "fix/message_store.h"
#include "fix/order_writer.h"
#include "fix/quickfix_bridge.h"
#include "fix/received_ring.h"
#include "fix/report_reader.h"
#include "fix/session.h"
#include "fix/session_times.h"

namespace hw::fix {

class OrderSession::Impl final : public QuickFixHost {
  public:
    Impl(const SessionConfig&, const InstrumentTable&, EventSinkRef, Nanos now, std::unique_ptr<Dialect>,
         std::unique_ptr<MessageStore>, std::unique_ptr<ReceivedRing>);
    bool start(const SessionConfig&, std::string& error);

    void on_connected(ByteSinkRef, Nanos now);
    void on_bytes(const char* data, std::size_t size, Nanos now);
    void on_disconnected(Nanos now, std::string_view why);
    void poll(Nanos now);
    bool send(const Action&, Nanos now);
    void prepare(InstrumentId instrument) { sender_.prepare(instrument); }
    void rehearse(Nanos now);
    void begin_logout(Nanos now, std::string_view why = "logged out");

    bool wanted(Nanos now) const { return times_.contains(now); }
    bool attached() const { return engine_->attached(); }
    bool logged_on() const { return engine_->logged_on(); }
    bool up() const { return phase_ == Phase::up; }
    bool has_slot(OrderId order) const { return store_->has_slot(order); }
    const Counters& counters() const { return counters_; }
    const StreamFramer::Counters& framing_counters() const { return framer_.counters(); }
    std::string_view last_note() const { return note_; }

    // QuickFixHost
    bool write(const char* data, std::size_t size) override;
    void close() override;
    VerdictOn on_application(const InboundMessage&) override;
    void on_admin(const InboundMessage&) override;
    void logon_fields(std::vector<TextField>&) override;
    void logout_fields(std::vector<TextField>&) override;
    void on_admin_sent(char type) override;
    void on_reject_sent(const std::string& type, std::uint32_t sequence, int reason) override;
    bool may_replay(const std::string& type, std::uint32_t sequence,
                    const std::string& original_sending_time) override;
    void on_note(const std::string&) override;
    void on_fault(SessionFault, const char* what) override;
    bool store(std::uint32_t sequence, const std::string& message) override;
    void stored(std::uint32_t begin, std::uint32_t end, std::vector<std::string>&) const override;
    std::uint32_t next_sender() const override { return store_->next_sender(); }
    std::uint32_t next_target() const override { return store_->next_target(); }
    void set_next_sender(std::uint32_t n) override { store_->set_next_sender(n); }
    void set_next_target(std::uint32_t n) override {
        if (!hold_target_) store_->set_next_target(n);
    }
    void reset_store() override;

  private:
    enum class Phase : std::uint8_t { down, logging_on, agreeing, syncing, up, leaving };

    bool send_fast(const Action&);
    bool send_slow(const Action&);
    void count_sent(const Action&);
    std::size_t take_report(std::string_view bytes);
    void receive(std::string_view message);
    void keep(std::string_view message);
    void run_timers();

    void keep_times();
    void roll();
    void end_session(const std::string& why);
    void leave();

    void follow();
    void go_down();
    void lose_agreement();
    void give_up_without_progress();
    void ask_for_sync();
    void await_sync();
    void announce(bool is_up, std::string_view text);

    void check_reset(const InboundMessage&);
    bool may_tell_of_a_fill(std::uint32_t sequence) const;
    void stop_engine(std::uint32_t sequence);
    bool store_logon(std::uint32_t sequence, std::string message);
    bool replay_order(std::uint32_t sequence);
    bool gap_fill_order(std::uint32_t sequence);

    const Nanos time_to_live_;
    const bool reset_on_logon_;
    SessionTimes times_;
    const std::unique_ptr<Dialect> dialect_;
    const std::unique_ptr<MessageStore> store_;
    const std::unique_ptr<ReceivedRing> received_;
    EventSinkRef sink_;
    Counters counters_;
    OrderWriter writer_;
    FastSender sender_;
    FastReceiver receiver_;
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
    Nanos timers_ran_;
    Nanos sync_asked_;
    Nanos progress_time_;
    std::uint32_t progress_at_ = 0;  ///< sequence number of theirs expected then
    std::uint64_t sync_count_ = 0;
    std::uint32_t first_of_connection_ = 1;  ///< numbers below were sent on earlier connections
    Phase phase_ = Phase::down;
    bool receives_fast_ = false;  ///< up, and no resend pending
    bool sync_answered_ = false;
    bool logout_received_ = false;  ///< in sequence, on this connection
    bool hold_target_ = false;      ///< what comes now is not the message that the number counts
    bool reader_refused_ = false;  ///< the Reject that follows is of a message that the reader has dealt with
    /// What the reader said of the message that QuickFIX is given only to reject it.
    std::optional<VerdictOn> verdict_;
};

}  // namespace hw::fix
