#include "tests/exchange/snapshot_cycle.h"

namespace hw::exchange {

SnapshotCycle::SnapshotCycle(const Market& market, FeedPublisher& publisher, Nanos start, Nanos period)
    : publisher_(publisher), begun_(start), period_(period) {
    for (std::size_t f = 0; f < market.families().size(); ++f) {
        Round round{f, {}};
        for (std::size_t i = 0; i < market.contracts().size(); ++i) {
            if (market.contracts()[i].family == f) round.contracts.push_back(i);
        }
        families_.push_back(std::move(round));
    }
}

void SnapshotCycle::advance(Nanos now) {
    const Nanos elapsed = now - begun_;
    for (Round& round : families_) {
        const auto due = static_cast<std::size_t>(
            mul_div(static_cast<std::int64_t>(round.items()), elapsed.ns(), period_.ns()));
        while (round.next < due && round.next < round.items()) send(round);
    }
    if (elapsed < period_) return;
    begun_ = begun_ + period_;
    ++rounds_;
    for (Round& round : families_) round.next = 0;
}

void SnapshotCycle::send(Round& round) {
    const std::size_t n = round.contracts.size();
    const std::size_t item = round.next++;
    if (item == 0) {
        publisher_.snapshot_start(round.family);
    } else if (item <= n) {
        publisher_.definition(round.contracts[item - 1]);
    } else if (item <= 2 * n) {
        publisher_.snapshot(round.contracts[item - n - 1]);
    } else {
        publisher_.snapshot_end(round.family);
    }
}

}  // namespace hw::exchange
