#include "hedge/planner/surface_build.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "core/pricing/black76.h"
#include "hedge/exposure.h"
#include "hedge/planner/svi_fit.h"

namespace hw::hedge {

namespace {

struct ExpiryKey {
    Nanos expiry;
    Settlement settlement;
    auto operator<=>(const ExpiryKey&) const = default;
};

struct Listed {
    std::vector<InstrumentId> options;
};

std::map<ExpiryKey, Listed> listed_options(const EngineState& state, UnderlyingId underlying) {
    std::map<ExpiryKey, Listed> expiries;
    for (std::uint32_t n = 0; n < state.instruments.size(); ++n) {
        const Instrument& i = state.instruments[InstrumentId{n}];
        if (i.underlying != underlying || !i.is_option() || i.expiry <= state.now) continue;
        if (i.state == TradingState::settled) continue;
        expiries[{i.expiry, i.settlement}].options.push_back(InstrumentId{n});
    }
    return expiries;
}

std::optional<double> future_mid(const EngineState& state, UnderlyingId underlying, Nanos expiry) {
    for (std::uint32_t n = 0; n < state.instruments.size(); ++n) {
        const Instrument& i = state.instruments[InstrumentId{n}];
        if (i.underlying != underlying || i.kind != Kind::future || i.expiry != expiry) continue;
        const double mid = mid_price(state, InstrumentId{n});
        if (mid > 0) return mid;
    }
    return std::nullopt;
}

/// Mid when the book is good for one, else the mark.
double fair_price(const EngineState& state, InstrumentId id) {
    const double mark = state.tickers[index(id)].mark.to_double();
    return mark > 0 ? mark : mid_price(state, id);
}

/// Put-call parity on every strike quoted both ways; the median of the forwards. Coin prices: C - P = 1 -
/// K/F.
std::optional<double> parity_forward(const EngineState& state, const Listed& listed) {
    std::map<Price, std::pair<double, double>> strikes;  // call and put prices
    for (const InstrumentId id : listed.options) {
        const Instrument& i = state.instruments[id];
        auto& [call, put] = strikes[i.strike];
        (i.option_type == OptionType::call ? call : put) = fair_price(state, id);
    }
    std::vector<double> forwards;
    const bool inverse = state.instruments[listed.options.front()].is_inverse();
    for (const auto& [strike, prices] : strikes) {
        const auto [call, put] = prices;
        if (!(call > 0 && put > 0)) continue;
        const double forward =
            inverse ? strike.to_double() / (1.0 - (call - put)) : strike.to_double() + call - put;
        if (std::isfinite(forward) && forward > 0) forwards.push_back(forward);
    }
    if (forwards.empty()) return std::nullopt;
    const auto middle = forwards.begin() + static_cast<std::ptrdiff_t>(forwards.size() / 2);
    std::nth_element(forwards.begin(), middle, forwards.end());
    return *middle;
}

/// Slow basis: how far the expiry's forward is from the reference. Far-off values (a broken mark) are not
/// believed.
double forward_ratio(const EngineState& state, UnderlyingId underlying, double reference,
                     const ExpiryKey& key, const Listed& listed) {
    auto forward = future_mid(state, underlying, key.expiry);
    if (!forward) forward = parity_forward(state, listed);
    if (!forward) return 1.0;
    const double ratio = *forward / reference;
    return ratio > 0.8 && ratio < 1.25 ? ratio : 1.0;
}

struct Quoting {
    double forward;
    double years;
};

std::optional<double> vol_of(const Instrument& i, double price, Quoting q) {
    const double quote_price = i.is_inverse() ? price * q.forward : price;
    return pricing::implied_vol(i.option_type, q.forward, i.strike.to_double(), q.years, quote_price);
}

/// Two-sided, trusted, at most 20 vol points wide: the narrower, the more it counts.
std::optional<SmilePoint> quoted_point(const EngineState& state, InstrumentId id, Quoting q) {
    if (!(mid_price(state, id) > 0)) return std::nullopt;
    const Instrument& i = state.instruments[id];
    const BookSet::Touch touch = state.books.touch(id);
    const auto bid = vol_of(i, touch.bid.to_double(), q);
    const auto ask = vol_of(i, touch.ask.to_double(), q);
    if (!bid || !ask || *ask - *bid > 0.20) return std::nullopt;
    const double width = std::max(*ask - *bid, 0.002);
    return SmilePoint{std::log(i.strike.to_double() / q.forward), 0.5 * (*bid + *ask), 0.01 / width};
}

std::optional<SmilePoint> marked_point(const EngineState& state, InstrumentId id, Quoting q) {
    const Instrument& i = state.instruments[id];
    const double mark = state.tickers[index(id)].mark.to_double();
    if (!(mark > 0)) return std::nullopt;
    const auto vol = vol_of(i, mark, q);
    if (!vol) return std::nullopt;
    return SmilePoint{std::log(i.strike.to_double() / q.forward), *vol, 0.2};
}

bool out_of_the_money(const Instrument& i, double forward) {
    return (i.option_type == OptionType::call) == (i.strike.to_double() >= forward);
}

constexpr std::size_t kQuotesForOwnFit = 5;
/// Residuals larger than this say that the points are noise around a level: then only the level is believed,
/// as a shape fitted to noise would throw the deltas about with every new surface.
constexpr double kShapelessRms = 0.10;

void fit_expiry(const EngineState& state, const Listed& listed, Quoting q, SmileSlice& slice) {
    std::vector<SmilePoint> quoted, marked;
    for (const InstrumentId id : listed.options) {
        if (!out_of_the_money(state.instruments[id], q.forward)) continue;
        if (const auto p = quoted_point(state, id, q)) quoted.push_back(*p);
        if (const auto p = marked_point(state, id, q)) marked.push_back(*p);
    }
    const bool own = quoted.size() >= kQuotesForOwnFit;
    slice.years = q.years;
    const std::vector<SmilePoint>& points = own ? quoted : marked;
    bool fitted = fit_svi(points, slice);
    if (!fitted || slice.rms_vol > kShapelessRms) fitted = fit_flat(points, slice);
    if (fitted) slice.source = own ? VolSource::own_fit : VolSource::venue_mark;
}

/// An expiry without quotes or marks takes the volatilities of the one nearest in time.
void borrow_from_neighbours(std::vector<SmileSlice>& slices) {
    for (SmileSlice& slice : slices) {
        if (slice.source != VolSource::none) continue;
        const SmileSlice* nearest = nullptr;
        const auto distance = [&](const SmileSlice& s) {
            return std::abs(s.expiry.ns() - slice.expiry.ns());
        };
        for (const SmileSlice& other : slices) {
            if (other.source != VolSource::own_fit && other.source != VolSource::venue_mark) continue;
            if (nearest == nullptr || distance(other) < distance(*nearest)) nearest = &other;
        }
        if (nearest == nullptr) continue;
        const SmileSlice own = slice;
        slice = *nearest;
        slice.expiry = own.expiry;
        slice.settlement = own.settlement;
        slice.forward_ratio = own.forward_ratio;
        slice.source = VolSource::neighbour;
    }
}

}  // namespace

SurfaceDraft build_surface(const EngineState& state, UnderlyingId underlying) {
    SurfaceDraft draft;
    const UnderlyingState& u = state.underlyings[index(underlying)];
    if (!(u.reference > 0)) return draft;
    for (const auto& [key, listed] : listed_options(state, underlying)) {
        if (draft.slices.size() == kMaxSlices) break;  // nearest expiries first
        SmileSlice slice;
        slice.expiry = key.expiry;
        slice.settlement = key.settlement;
        slice.forward_ratio = forward_ratio(state, underlying, u.reference, key, listed);
        const Quoting q{u.reference * slice.forward_ratio, (key.expiry - state.now).to_years()};
        fit_expiry(state, listed, q, slice);
        draft.slices.push_back(slice);
    }
    borrow_from_neighbours(draft.slices);
    const auto without = [](const SmileSlice& s) { return s.source == VolSource::none; };
    draft.slices.erase(std::remove_if(draft.slices.begin(), draft.slices.end(), without), draft.slices.end());
    draft.reference = u.reference;
    return draft;
}

}  // namespace hw::hedge
