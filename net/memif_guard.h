// What keeps the memif driver's own thread and ours apart.
//
// DPDK's memif driver talks to its peer on DPDK's interrupt thread and locks nothing there. Two things end in
// a crash when a peer comes or goes at the wrong moment:
// - a start or a stop that the application calls frees what that thread frees too. `on_interrupt_thread`
//   calls them there, so that the two take turns;
// - a disconnect unmaps the shared memory under a burst. Each port says when it is inside a burst
//   (`MemifBursts`), and the process's munmap, defined here, waits for those bursts when it is called on that
//   thread. The driver has said "not connected" before it unmaps: no later burst looks at that memory.
// Other devices do without both.
#pragma once

#include <atomic>
#include <functional>

namespace hw::net {

/// Runs `work` on DPDK's interrupt thread and returns when it is done; at once where that is the caller, or
/// where the thread cannot be asked. Blocks for some tens of microseconds: never for the path of a tick.
void on_interrupt_thread(const std::function<void()>& work);

/// A port's bursts, as seen by the interrupt thread. One thread bursts.
class MemifBursts {
  public:
    MemifBursts();
    ~MemifBursts();
    MemifBursts(const MemifBursts&) = delete;
    MemifBursts& operator=(const MemifBursts&) = delete;

    /// Plain stores: the other side pays for the order (membarrier).
    void begin() {
        inside_.store(true, std::memory_order_relaxed);
        std::atomic_signal_fence(std::memory_order_seq_cst);
    }
    void end() { inside_.store(false, std::memory_order_release); }
    bool inside() const { return inside_.load(std::memory_order_acquire); }

  private:
    std::atomic<bool> inside_{false};
};

/// A burst of a port, of a memif device (`bursts` given) or of another.
class Burst {
  public:
    explicit Burst(MemifBursts* bursts) : bursts_(bursts) {
        if (bursts_ != nullptr) bursts_->begin();
    }
    ~Burst() {
        if (bursts_ != nullptr) bursts_->end();
    }
    Burst(const Burst&) = delete;
    Burst& operator=(const Burst&) = delete;

  private:
    MemifBursts* const bursts_;
};

}  // namespace hw::net
