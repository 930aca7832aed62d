// The snapshot channels' round: start, every definition, every book, end; then again, a little at a time, so
// that a round is spread over its whole period.
#pragma once

#include <vector>

#include "tests/exchange/feed_publisher.h"

namespace hw::exchange {

class SnapshotCycle {
  public:
    /// `period`: length of one round of a family; positive.
    SnapshotCycle(const Market&, FeedPublisher&, Nanos start, Nanos period);

    /// Sends what is due by `now`.
    void advance(Nanos now);
    std::uint64_t rounds() const { return rounds_; }

  private:
    struct Round {
        std::size_t family;
        std::vector<std::size_t> contracts;
        std::size_t next = 0;  ///< 0 start; 1..n definitions; n+1..2n books; 2n+1 end
        std::size_t items() const { return 2 * contracts.size() + 2; }
    };
    void send(Round&);

    FeedPublisher& publisher_;
    Nanos begun_;
    Nanos period_;
    std::uint64_t rounds_ = 0;
    std::vector<Round> families_;
};

}  // namespace hw::exchange
