// The life of a FIX connection, as both kinds of session lead it; for their own units only.
//
// From the Logon to the end: messages are cut out of the stream and given to QuickFIX, missing ones are asked
// for, and once nothing of theirs is missing and a test request has come back, the session is up. What
// QuickFIX asks meanwhile is answered here (session_host.cpp), as far as it is the same for both: the message
// store, the dialect's fields, reports to the reader.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/byte_sink.h"
#include "core/event.h"
#include "fix/counters.h"
#include "fix/dialect/dialect.h"
#include "fix/framing.h"
#include "fix/quickfix_bridge.h"
#include "fix/report_reader.h"
#include "fix/session_config.h"
#include "fix/session_files.h"
#include "fix/session_times.h"
#include "fix/symbol_lookup.h"

namespace hw::fix {

class SessionLife : public QuickFixHost {
  public:
    SessionLife(SessionRole, const SessionConfig&, SymbolLookup, EventSinkRef, Nanos now,
                std::unique_ptr<Dialect>, SessionFiles);
    bool start(const SessionConfig&, std::string& error);

    void on_connected(ByteSinkRef, Nanos now);
    void on_disconnected(Nanos now, std::string_view why);
    void poll(Nanos now);
    void begin_logout(Nanos now, std::string_view why = "logged out");

    bool wanted(Nanos now) const { return times_.contains(now); }
    bool attached() const { return engine_->attached(); }
    bool logged_on() const { return engine_->logged_on(); }
    bool up() const { return phase_ == Phase::up; }
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

  protected:
    enum class Phase : std::uint8_t { down, logging_on, agreeing, syncing, up, leaving };

    /// An application message in sequence that has not been read yet.
    virtual VerdictOn read(const InboundMessage& message) { return reader_.read(message); }
    /// The venue's session Reject of a message of ours.
    virtual void on_rejected(const InboundMessage& message) { reader_.read_session_reject(message); }
    /// What the venue had to tell under this number and up to some later one will never come.
    virtual void on_lost(std::uint32_t sequence) = 0;
    /// The session has just gone down.
    virtual void on_down() = 0;

    void receive(std::string_view message);
    /// For people, before it is received.
    void keep(std::string_view message);
    void run_timers();
    void follow();
    /// Says that the position is no longer known; `sequence`: of what was not read.
    void stop_engine(std::uint32_t sequence);

    const std::unique_ptr<Dialect> dialect_;
    const std::unique_ptr<MessageStore> store_;
    const std::unique_ptr<ReceivedRing> received_;
    EventSinkRef sink_;
    Counters counters_;
    ReportReader reader_;
    StreamFramer framer_;
    ByteSinkRef bytes_;
    std::unique_ptr<QuickFixSession> engine_;
    std::string note_;
    Nanos now_;
    std::uint32_t first_of_connection_ = 1;  ///< numbers below were sent on earlier connections
    Phase phase_ = Phase::down;
    bool in_order_ = false;  ///< up, and no resend pending
    /// What the reader said of a message that QuickFIX is given only to reject it.
    std::optional<VerdictOn> verdict_;

  private:
    void keep_times();
    void roll();
    void end_session(const std::string& why);
    void leave();
    void go_down();
    void lose_agreement();
    void give_up_without_progress();
    void ask_for_sync();
    void await_sync();
    void announce(bool is_up, std::string_view text);
    void check_reset(const InboundMessage&);
    bool may_tell_of_a_fill(std::uint32_t sequence) const;
    bool store_logon(std::uint32_t sequence, std::string message);

    const SessionRole role_;
    const bool reset_on_logon_;
    SessionTimes times_;
    std::string message_;
    std::string reason_;  ///< why the session will have gone down
    std::string sync_id_;
    Nanos timers_ran_;
    Nanos sync_asked_;
    Nanos progress_time_;
    std::uint32_t progress_at_ = 0;  ///< sequence number of theirs expected then
    std::uint64_t sync_count_ = 0;
    bool sync_answered_ = false;
    bool logout_received_ = false;  ///< in sequence, on this connection
    bool hold_target_ = false;      ///< what comes now is not the message that the number counts
    bool reader_refused_ = false;  ///< the Reject that follows is of a message that the reader has dealt with
};

}  // namespace hw::fix
