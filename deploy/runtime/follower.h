// The follower: an engine off the hot thread that reads the journal as it is written.
//
// From its state, which is the hot engine's as of a moment ago, it makes all that people and planners need
// without costing the hot thread anything: volatility surfaces (sent back as Events), snapshots, the status
// for the control socket and the table, alerts in words, and the latency figures. One thread.
#pragma once

#include <sched.h>

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "core/journal/blob_store.h"
#include "deploy/runtime/hot_loop.h"
#include "deploy/runtime/latency.h"
#include "deploy/runtime/planning.h"
#include "deploy/runtime/replica.h"
#include "hedge/explain.h"

namespace hw::deploy {

/// What happened in this run, as the follower has seen it.
struct RunFigures {
    LatencyHistogram event_to_sent;           ///< start of the burst to the order handed to the transport
    std::array<std::uint64_t, 256> alerts{};  ///< by AlertCode
    std::uint64_t messages = 0;               ///< Events that came off the feed
    std::uint64_t ticks = 0;                  ///< changes of an order book: messages, not levels
    std::array<double, hedge::kMaxUnderlyings>
        last_delta_before{};          ///< net delta that the last hedge was sent for
    std::uint64_t shadow_orders = 0;  ///< that shadow mode did not send
    std::uint64_t surfaces = 0;
    std::uint64_t ladders = 0;
    const hedge::Explainer* explained = nullptr;  ///< the profit since this run began, in its parts
    std::uint64_t snapshots = 0;
};

class Follower {
  public:
    struct Options {
        JournalConfig journal;
        PlannerConfig planner;
        std::uint16_t epoch = 0;
        bool plan = true;                       ///< false: surfaces are made by the run itself (captures)
        const JournalWriter* writer = nullptr;  ///< a snapshot waits until its last Event is durable
        cpu_set_t
            cores;  ///< where its thread may run: DPDK pins the thread that starts it, which is the hot one
    };

    Follower(const Options&, Inbox&);
    ~Follower();
    Follower(const Follower&) = delete;
    Follower& operator=(const Follower&) = delete;

    /// Begins where `state` ends. False with the reason in `error`.
    bool begin(const hedge::StateMemory& state, std::string& error);

    /// Called on the follower's thread after each round, some milliseconds apart.
    using Round = std::function<void(const Follower&)>;
    void start(Round round);
    /// Reads to the journal's end, takes a last snapshot and ends the thread.
    void finish();

    const Replica& replica() const { return replica_; }
    const RunFigures& figures() const { return figures_; }
    /// Empty, or why it can no longer follow (a defect: what it read is not what the engine did).
    std::string failure() const;

  private:
    void run(const Round&);
    void catch_up();
    void plan();
    void publish(UnderlyingId);
    void tell(EventType, const Event::Payload&);
    /// The blob's id when it is stored and on its way to the engine.
    std::optional<std::uint64_t> hand_over(EventType, UnderlyingId, std::vector<std::byte>);
    void snapshot();
    bool wait_until_durable(std::uint64_t sequence) const;
    void note_event(const Event&);
    void note_action(const Action&);

    /// More than the inbox holds, with one that the hot thread reads and one that finds it full.
    static constexpr std::size_t kBlobsKept = 512;

    Options options_;
    Inbox& inbox_;
    Replica replica_;
    BlobStore blobs_;
    RunFigures figures_;
    hedge::Explainer explainer_;
    std::array<PlannerMemory, hedge::kMaxUnderlyings> memories_{};
    std::array<std::vector<std::byte>, kBlobsKept> kept_;
    std::size_t kept_cursor_ = 0;
    std::int64_t next_plan_ns_ = 0;
    std::uint64_t next_snapshot_ = 0;
    std::string failure_;
    std::atomic<bool> stop_{false};
    std::atomic<bool> failed_{false};
    std::thread thread_;
};

}  // namespace hw::deploy
