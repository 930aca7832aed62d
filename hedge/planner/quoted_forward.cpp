#include "hedge/planner/quoted_forward.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "hedge/exposure.h"

namespace hw::hedge {

namespace {

constexpr double kWidest = 0.005;         ///< of the forward; half of it is what the forward may be off by
constexpr double kNarrowest = 1e-5;       ///< a locked market is not believed beyond all others
constexpr std::size_t kLeastStrikes = 3;  ///< quoted ones, before the marks are left out

/// What a quote says: the price, and how wide it is.
struct Fair {
    double price = 0;  ///< zero: nothing
    double width = 0;
};

Fair live_price(const EngineState& state, InstrumentId id, Nanos stale_after) {
    if (state.now - state.books.slot(id).heard > stale_after) return {};
    const double mid = mid_price(state, id);
    if (!(mid > 0)) return {};
    const BookSet::Touch t = state.books.touch(id);
    return {mid, t.ask.to_double() - t.bid.to_double()};
}

/// Mark, or the mid where the venue gives none.
Fair marked_price(const EngineState& state, InstrumentId id, Nanos stale_after) {
    const double mark = state.tickers[index(id)].mark.to_double();
    return mark > 0 ? Fair{mark, 0} : live_price(state, id, stale_after);
}

struct Estimate {
    double forward;
    double weight;
};

double weighted_median(std::vector<Estimate>& estimates) {
    std::sort(estimates.begin(), estimates.end(),
              [](const Estimate& a, const Estimate& b) { return a.forward < b.forward; });
    double half = 0;
    for (const Estimate& e : estimates) half += 0.5 * e.weight;
    std::size_t middle = 0;
    for (double sum = estimates[0].weight; sum < half && middle + 1 < estimates.size();)
        sum += estimates[++middle].weight;
    return estimates[middle].forward;
}

struct Pair {
    Fair call, put;
};

/// Coin prices: C - P = 1 - K/F, others: C - P = F - K.
std::vector<Estimate> estimates_of(const std::map<Price, Pair>& strikes, bool inverse) {
    std::vector<Estimate> estimates;
    for (const auto& [strike, pair] : strikes) {
        if (!(pair.call.price > 0 && pair.put.price > 0)) continue;
        const double k = strike.to_double(), difference = pair.call.price - pair.put.price;
        const double forward = inverse ? k / (1.0 - difference) : k + difference;
        if (!(std::isfinite(forward) && forward > 0)) continue;
        const double width = pair.call.width + pair.put.width;
        const double relative = inverse ? width * forward / k : width / forward;
        if (relative <= kWidest) estimates.push_back({forward, 1 / std::max(relative, kNarrowest)});
    }
    return estimates;
}

template <class PriceOf>
std::vector<Estimate> estimates_by(const EngineState& state, std::span<const InstrumentId> options,
                                   Nanos stale_after, PriceOf&& price_of) {
    std::map<Price, Pair> strikes;
    for (const InstrumentId id : options) {
        const Instrument& i = state.instruments[id];
        Pair& pair = strikes[i.strike];
        (i.option_type == OptionType::call ? pair.call : pair.put) = price_of(state, id, stale_after);
    }
    return estimates_of(strikes, state.instruments[options.front()].is_inverse());
}

}  // namespace

std::optional<double> future_forward(const EngineState& state, UnderlyingId underlying, Nanos expiry,
                                     Settlement settlement, Nanos stale_after) {
    Fair best;
    bool best_alike = false;
    for (std::uint32_t n = 0; n < state.instruments.size(); ++n) {
        const Instrument& i = state.instruments[InstrumentId{n}];
        if (i.underlying != underlying || i.kind != Kind::future || i.expiry != expiry) continue;
        const Fair fair = live_price(state, InstrumentId{n}, stale_after);
        if (!(fair.price > 0) || fair.width > kWidest * fair.price) continue;
        // What settles otherwise is priced in another quote currency, and serves where nothing else does.
        const bool alike = i.settlement == settlement;
        const bool better = alike != best_alike ? alike : fair.width < best.width;
        if (best.price > 0 && !better) continue;
        best = fair;
        best_alike = alike;
    }
    return best.price > 0 ? std::optional(best.price) : std::nullopt;
}

std::optional<double> parity_forward(const EngineState& state, std::span<const InstrumentId> options,
                                     Nanos stale_after) {
    if (options.empty()) return std::nullopt;
    std::vector<Estimate> live = estimates_by(state, options, stale_after, live_price);
    if (live.size() >= kLeastStrikes) return weighted_median(live);
    std::vector<Estimate> marked = estimates_by(state, options, stale_after, marked_price);
    if (!marked.empty()) return weighted_median(marked);
    return live.empty() ? std::nullopt : std::optional(weighted_median(live));
}

}  // namespace hw::hedge
