// The last seconds of a port's traffic, both directions, in memory: always on, written out as pcapng on
// demand.
//
// The hot thread copies each frame into one flat ring of words, behind a header of two (length and direction,
// time): no allocation, no lock, no system call. A burst is only stamped when it arrives (`arrived`) and
// copied when it has been worked on (`rx`), so that the orders it causes do not wait for the copy. When the
// ring is full the frames that were put in first go. Any one other thread calls `write`, which copies the
// ring out, sorts it by time and makes the file.
//
// The copy is consistent although the hot thread goes on and is never held up: it moves `tail_` past the
// frames that are about to be overwritten before it overwrites them, and `head_` past a new frame after all
// of it is in. `write` copies what lies between the two, oldest first, and then looks at `tail_` again:
// whatever lies before it may have been overwritten meanwhile and is left out; the rest is whole frames.
// Words are stored with release and loaded with acquire, so that who sees a word of a newer frame sees that
// tail as well; on x86 both are plain moves.
//
// Times are the process clock's paced time (core/clock.h), which never goes backwards, made UTC when the file
// is written. A burst has one time, a sent frame its own. The file has mode 0600: an order session's logon is
// in it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/types.h"
#include "net/capture_config.h"
#include "net/pcapng.h"

namespace hw::net {

struct RxPacket;

struct CaptureCounters {
    std::uint64_t rx_frames = 0;
    std::uint64_t tx_frames = 0;
    std::uint64_t bytes = 0;          ///< of frames
    std::uint64_t evicted = 0;        ///< frames that made room for newer ones
    std::uint64_t evicted_early = 0;  ///< of them, those that were not yet as old as is to be held
    std::uint64_t cut = 0;            ///< frames longer than kLongestFrame: only their beginning is held
};

struct CaptureWritten {
    bool ok = false;
    std::string error;
    std::uint64_t frames = 0;
    std::uint64_t bytes = 0;  ///< of the file
    Nanos first;              ///< UTC; zero when there are no frames
    Nanos last;
};

class CaptureRing {
  public:
    static constexpr std::size_t kLongestFrame = 65'535;

    /// Takes the memory and touches all of it. `mib` is rounded up to a power of two.
    explicit CaptureRing(const CaptureConfig&);
    ~CaptureRing();
    CaptureRing(const CaptureRing&) = delete;
    CaptureRing& operator=(const CaptureRing&) = delete;

    /// Hot thread: a burst has arrived now, its frames follow.
    void arrived() { arrived_ns_ = process_clock.paced_ns(); }
    /// Hot thread: the frames of the burst that has arrived.
    void rx(std::span<const RxPacket> packets);
    /// Hot thread: a frame that has left.
    void tx(std::span<const std::byte> frame);

    /// Any one other thread: the frames of the last `span`, at most what is held, as pcapng. The file appears
    /// under its name when it is complete. Cold.
    CaptureWritten write(const std::string& path, Nanos span) const;
    CaptureCounters counters() const;
    Nanos held() const { return Nanos::from_ns(held_ns_); }

  private:
    static constexpr std::uint64_t kHeaderWords = 2;
    /// One of the frames in a copy of the ring.
    struct Found {
        std::int64_t paced_ns;
        CaptureDirection direction;
        std::span<const std::byte> bytes;
    };

    void add(std::span<const std::byte> frame, CaptureDirection direction, std::int64_t paced_ns);
    void make_room(std::uint64_t end, std::int64_t now_ns);
    /// Copies what is whole, and finds the frames in it that are no older, by time.
    std::vector<Found> find_since(std::int64_t oldest_ns, std::vector<std::uint64_t>& copy) const;
    void put(std::uint64_t at, std::uint64_t word) {
        std::atomic_ref(words_[at & mask_]).store(word, std::memory_order_release);
    }
    std::uint64_t get(std::uint64_t at) const {
        return std::atomic_ref(words_[at & mask_]).load(std::memory_order_acquire);
    }
    /// Only this thread writes them.
    static void count(std::atomic<std::uint64_t>& counter, std::uint64_t n) {
        counter.store(counter.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
    }

    const std::int64_t held_ns_;
    const std::uint64_t mask_;
    std::uint64_t* const words_;
    // Positions count words and never wrap; the ring's index is their low bits.
    alignas(64) std::atomic<std::uint64_t> head_{0};
    std::atomic<std::uint64_t> tail_{0};
    std::int64_t arrived_ns_ = 0;
    std::atomic<std::uint64_t> rx_frames_{0};
    std::atomic<std::uint64_t> tx_frames_{0};
    std::atomic<std::uint64_t> bytes_{0};
    std::atomic<std::uint64_t> evicted_{0};
    std::atomic<std::uint64_t> evicted_early_{0};
    std::atomic<std::uint64_t> cut_{0};
};

}  // namespace hw::net
