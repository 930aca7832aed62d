// The account's second session with the venue, on a thread of its own: its connection, its messages, and when
// a snapshot of the account is asked for.
//
// What the session makes of the venue's messages goes to the hot thread through the account's channel, in
// order; see account_channel.h for what is guaranteed. A snapshot is asked for when this session or the order
// session has come up (both have to be up), and every `snapshot_every_s` after; one that failed, or left
// positions of the start of day waiting, is asked for again sooner. The thread sleeps between its rounds:
// nothing here is hot.
#pragma once

#include <sched.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "deploy/runtime/account_channel.h"
#include "deploy/runtime/account_sink.h"
#include "deploy/runtime/kept_session.h"
#include "fix/account_session.h"
#include "net/tcp/kernel_socket.h"

namespace hw::deploy {

class AccountLink {
  public:
    /// Opens the session's store and starts the thread on these cores; the channel outlives it. Nothing, and
    /// the reason in `error`, when the session cannot be.
    static std::unique_ptr<AccountLink> start(const fix::AccountConfig&, const fix::Credentials&,
                                              AccountChannel&, const cpu_set_t& cores, std::string& error);
    /// Closes the channel and ends the thread.
    ~AccountLink() { end(); }
    AccountLink(const AccountLink&) = delete;
    AccountLink& operator=(const AccountLink&) = delete;

    /// Logs out; `stopped` once that is done. The hot thread goes on taking Events meanwhile.
    void stop() { stop_asked_.store(true, std::memory_order_relaxed); }
    bool stopped() const { return stopped_.load(std::memory_order_acquire); }
    /// The hot thread takes nothing more: closes the channel and waits for the thread.
    void end();
    /// Once ended.
    const fix::Counters& counters() const { return kept_.session().counters(); }

  private:
    using Kept = KeptSession<net::KernelSocket, fix::AccountSession>;

    AccountLink(const fix::AccountConfig&, AccountChannel&, const cpu_set_t& cores);
    void run();
    void round();
    void ask_for_snapshot(Nanos now);
    void note_snapshot(Nanos now);
    void note_session();
    Nanos pause(std::uint32_t times) const;

    const std::uint32_t snapshot_every_s_;
    AccountChannel& channel_;
    const cpu_set_t cores_;
    AccountSink sink_;
    Kept kept_;

    bool was_up_ = false;
    bool was_pending_ = false;
    bool snapshot_due_ = false;
    bool contracts_said_ = false;
    std::uint32_t asked_for_ups_ = 0;  ///< of the order session
    std::uint32_t failures_ = 0;       ///< snapshots in a row
    std::uint32_t waits_ = 0;          ///< snapshots in a row that left positions waiting
    Nanos next_snapshot_;
    Nanos next_for_waiting_;
    bool stopping_ = false;

    std::atomic<bool> stop_asked_{false};
    std::atomic<bool> stopped_{false};
    std::thread thread_;
};

}  // namespace hw::deploy
