#include "core/pricing/implied_vol.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/pricing/black76.h"
#include "core/pricing/math.h"

namespace hw::pricing {

namespace {

/// Up to so many standard deviations from the forward the kernel's tails keep their relative accuracy.
constexpr double kNear = 3.0;
/// A correction this small means that the next, of the fourth order, is below the last bit.
constexpr double kArrived = 1e-4;

bool has_volatility(const VolQuery& q) {
    // Wide enough for any contract, narrow enough that nothing under- or overflows on the way.
    const auto good = [](double v) { return v > 1e-100 && v < 1e100; };
    return good(q.forward) && good(q.strike) && good(q.price) && q.years > 1e-12 && q.years < 1e6 &&
           q.price < std::min(q.forward, q.strike);
}

/// Queries whose guess is worth two steps, eight at a time.
class Batch {
  public:
    bool add(const VolQuery& q, std::size_t place) {
        if (!(q.guess > 0 && q.guess < 10)) return false;
        const double s = q.guess * std::sqrt(q.years);
        const double x = -std::abs(log1p((q.forward - q.strike) / q.strike));
        if (!(-x <= kNear * s) || !(s > 1e-6 && s < 5)) return false;
        block_.x[size_] = x;
        block_.half_power[size_] = std::sqrt(std::min(q.forward, q.strike) / std::max(q.forward, q.strike));
        block_.price[size_] = q.price / (std::sqrt(q.forward) * std::sqrt(q.strike));
        block_.total_vol[size_] = s;
        places_[size_++] = place;
        return true;
    }
    bool full() const { return size_ == kLanes; }
    /// `done(place, total volatility, arrived)` for each.
    template <class Done>
    void solve(const Kernel& kernel, Done&& done) {
        if (size_ == 0) return;
        for (std::size_t i = size_; i < kLanes; ++i) {  // idle lanes repeat the first
            block_.x[i] = block_.x[0], block_.half_power[i] = block_.half_power[0];
            block_.price[i] = block_.price[0], block_.total_vol[i] = block_.total_vol[0];
        }
        kernel.vol_steps(block_);
        for (std::size_t i = 0; i < size_; ++i) {
            const double s = block_.total_vol[i];
            const bool arrived =
                std::abs(block_.last_step[i]) < kArrived && s > 0 && -block_.x[i] <= kNear * s;
            done(places_[i], s, arrived);
        }
        size_ = 0;
    }

  private:
    VolBlock block_;
    std::array<std::size_t, kLanes> places_;
    std::size_t size_ = 0;
};

double bracketed(const VolQuery& q) {
    const OptionType type = q.strike >= q.forward ? OptionType::call : OptionType::put;
    const double vol = implied_vol(type, q.forward, q.strike, q.years, q.price).value_or(0.0);
    return vol > 0 && vol <= 10 ? vol : 0;  // figures at the edge of what a double holds give none
}

}  // namespace

VolCounters implied_vols(SimdLevel level, std::span<const VolQuery> queries, std::span<double> vols) {
    const Kernel& kernel = pricing::kernel(level);
    VolCounters counters;
    const auto safely = [&](std::size_t n) {
        vols[n] = bracketed(queries[n]);
        ++(vols[n] > 0 ? counters.bracketed : counters.none);
    };
    const auto done = [&](std::size_t n, double total_vol, bool arrived) {
        vols[n] = total_vol / std::sqrt(queries[n].years);
        if (!arrived || !(vols[n] <= 10)) return safely(n);
        ++counters.warm;
    };
    Batch batch;
    for (std::size_t n = 0; n < queries.size(); ++n) {
        if (!has_volatility(queries[n])) {
            vols[n] = 0;
            ++counters.none;
        } else if (!batch.add(queries[n], n)) {
            safely(n);
        }
        if (batch.full()) batch.solve(kernel, done);
    }
    batch.solve(kernel, done);
    return counters;
}

}  // namespace hw::pricing
