// The snapshot channel's part of the work: one book's snapshot put together from header, puts and trailer,
// and the cycle over all instruments told whole from broken.
//
// One stage a channel. What was interrupted counts for nothing until the next header. A cycle is whole when
// nothing was lost since the end of the one before, or when as many instruments came as its end says there
// are. All memory is taken at construction.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "net/feed/starbase_books.h"
#include "net/feed/starbase_wire.h"

namespace hw::net::starbase {

class SnapshotStage {
  public:
    SnapshotStage() { orders_.reserve(StarbaseBooks::kMostStaged); }

    void begin(const SnapshotHeader& m) {
        ++headers_;
        instrument_ = m.instrument();
        sequence_ = m.incremental_sequence() < 0 ? 0 : static_cast<std::uint64_t>(m.incremental_sequence());
        time_ = Nanos::from_ns(m.timestamp_ns());
        usable_ = m.incremental_sequence() >= 0;
        collecting_ = true;
        orders_.clear();
    }
    void add(const Put& m, Qty qty) {
        if (!collecting_ || m.instrument() != instrument_ || orders_.size() == StarbaseBooks::kMostStaged)
            return spoil();
        orders_.push_back({static_cast<std::uint64_t>(m.order()), Price::from_nanos(m.price()), qty,
                           m.is_bid ? Side::buy : Side::sell});
    }
    /// Something of this book cannot be used: the whole snapshot is not.
    void spoil() { usable_ = false; }
    std::optional<BookImage> end(const SnapshotTrailer& m) {
        const bool whole = collecting_ && usable_ && m.instrument() == instrument_ &&
                           m.incremental_sequence() == static_cast<std::int64_t>(sequence_);
        collecting_ = false;
        if (!whole) return std::nullopt;
        return BookImage{sequence_, time_, orders_};
    }
    /// The last incremental message in what is being told; zero outside of any snapshot.
    std::uint64_t sequence() const { return collecting_ ? sequence_ : 0; }

    /// True when the cycle that ends here was seen whole.
    bool end_cycle(std::int32_t instruments) {
        const bool whole = unbroken_ || static_cast<std::int64_t>(headers_) == instruments;
        unbroken_ = true;
        headers_ = 0;
        cycles_ += whole ? 1 : 0;
        return whole;
    }
    std::uint64_t whole_cycles() const { return cycles_; }
    /// Messages were lost. True when a snapshot was lost with them.
    bool interrupted() {
        const bool lost = collecting_;
        collecting_ = unbroken_ = false;
        headers_ = 0;
        return lost;
    }

  private:
    std::vector<StagedOrder> orders_;
    std::int64_t instrument_ = 0;
    std::uint64_t sequence_ = 0;
    Nanos time_;
    std::uint32_t headers_ = 0;
    std::uint64_t cycles_ = 0;
    bool collecting_ = false;
    bool usable_ = false;
    bool unbroken_ = false;  ///< nothing was lost since the last end of a cycle
};

}  // namespace hw::net::starbase
