// The journal's writer: append on the hot thread, everything else on a thread of its own.
//
// Records go into prefaulted segments on tmpfs (or hugetlbfs), where they survive the death of the process at
// any instruction; `append` makes no system call. The housekeeping thread keeps segments ready, copies what
// was written to the disk and removes memory segments once their copy is synced.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "core/journal/journal_config.h"
#include "core/journal/record.h"
#include "core/journal/segment_file.h"
#include "core/ring.h"

namespace hw {

class JournalWriter {
  public:
    struct Start {
        std::uint32_t segment = 1;         ///< number of the first segment to write
        std::uint64_t first_sequence = 1;  ///< of the first Event to come
        std::uint16_t epoch = 1;
        std::string config_text;  ///< effective configuration, for the header
        std::string build;
    };

    /// Null and `error` when the folders cannot be used. The caller holds the journal's lock.
    static std::unique_ptr<JournalWriter> open(const JournalConfig&, const Start&, std::string& error);
    /// Drains everything to disk first.
    ~JournalWriter();
    JournalWriter(const JournalWriter&) = delete;
    JournalWriter& operator=(const JournalWriter&) = delete;

    // Hot thread. The records of one Event come in the order Event, its Actions, its Timing.
    void append(const Event& e) {
        offset_ += put_event(room(), e);
        next_sequence_ = e.header.sequence + 1;
    }
    void append(const Action& a) { offset_ += put_action(room(), a); }
    void append(const Timing& t) { offset_ += put_timing(room(), t); }

    /// Brings the memory of the next records near: what a burst with a hedge writes. Writes nothing.
    void rehearse() const {
        constexpr std::size_t kLine = 64;
        constexpr std::size_t kAhead = 6 * kMaxRecord;
        const std::size_t end = std::min(offset_ + kAhead, size_);
        for (std::size_t at = offset_ / kLine * kLine; at < end; at += kLine) __builtin_prefetch(base_ + at, 1);
    }

    /// Times the hot thread found no prepared segment and had to wait for one.
    std::uint64_t stalls() const { return stalls_; }
    /// Records up to this sequence survive the death of the machine (Actions of the last one perhaps not).
    /// Any thread.
    std::uint64_t durable_sequence() const { return durable_sequence_.load(std::memory_order_acquire); }
    /// Empty, or why nothing reaches the disk any more (memory still takes records while it lasts).
    std::string failure() const;

  private:
    struct Segment {
        std::uint32_t number = 0;
        std::string memory_path;
        std::string disk_path;
        MappedFile memory;
        std::uint64_t drained_sequence = 0;  ///< of the newest record copied
        std::size_t drained = 0;             ///< bytes copied to disk
        int disk = -1;
        bool ended = false;
    };

    JournalWriter() = default;
    std::byte* room() {
        if (offset_ + kMaxRecord + 8 > size_) [[unlikely]]
            roll();
        return base_ + offset_;
    }
    void roll();
    Segment* wait_for_segment();
    void begin(Segment&);

    bool prepare_one(std::string& error);
    void housekeep();
    void sync_drained();
    bool drain(Segment&, std::string& error);
    bool retire(Segment&, std::string& error);
    static bool disk_copy_is_there(const Segment&, std::string& error);
    void fail(const std::string& what);

    // Hot thread's.
    std::byte* base_ = nullptr;
    std::size_t offset_ = 0;
    std::size_t size_ = 0;
    std::uint64_t next_sequence_ = 1;
    std::uint64_t stalls_ = 0;

    // Shared, or set before the thread starts.
    JournalConfig config_;
    Start start_;
    std::string folder_;  ///< memory folder
    SpscRing<Segment*> ready_{64};
    std::atomic<std::uint32_t> taken_{0};  ///< prepared segments taken by the hot thread
    std::atomic<bool> stop_{false};
    std::atomic<std::uint64_t> durable_sequence_{0};
    mutable std::mutex failure_mutex_;
    std::string failure_;

    // Housekeeping thread's.
    std::deque<std::unique_ptr<Segment>> segments_;  ///< taken or ready, oldest first
    std::uint32_t prepared_ = 0;
    std::thread thread_;
};

}  // namespace hw
