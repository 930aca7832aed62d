#include "hedge/marked_forwards.h"

#include <iterator>

namespace hw::hedge {

namespace {

bool is_price(Price p) { return p != kNoPrice && p > Price{}; }

/// Broken marks are no forwards.
bool believable(double ratio) { return ratio > 0.8 && ratio < 1.25; }

}  // namespace

void MarkedForwards::observe(const Instrument& i, const Ticker& t, Nanos now, Nanos window) {
    if (i.kind != Kind::future || !is_price(t.mark) || !is_price(t.index) || i.expiry - now <= window) return;
    const double ratio = t.mark.to_double() / t.index.to_double();
    if (believable(ratio)) ratios_[{i.underlying, i.settlement, i.expiry}] = ratio;
}

double MarkedForwards::forward(const Instrument& i, Price at, Nanos now) const {
    if (!is_price(at) || i.expiry <= now) return 0;
    const auto alike = [&](const auto& entry) {
        return std::get<0>(entry.first) == i.underlying && std::get<1>(entry.first) == i.settlement &&
               std::get<2>(entry.first) > now;
    };
    // Straight lines through the futures, beginning at the index itself.
    Nanos from = now, to = i.expiry;
    double low = 1, high = 0;
    const auto next = ratios_.lower_bound({i.underlying, i.settlement, i.expiry});
    if (next != ratios_.begin() && alike(*std::prev(next))) {
        from = std::get<2>(std::prev(next)->first);
        low = std::prev(next)->second;
    }
    if (next != ratios_.end() && alike(*next)) {
        to = std::get<2>(next->first);
        high = next->second;
    } else if (from > now) {
        // Beyond the last one its carry goes on.
        high = 1 + (low - 1) * ((to - now).to_years() / (from - now).to_years());
    } else {
        return 0;
    }
    const double part = (i.expiry - from).to_years() / (to - from).to_years();
    return at.to_double() * (low + (high - low) * part);
}

}  // namespace hw::hedge
