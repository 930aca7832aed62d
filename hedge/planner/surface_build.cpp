#include "hedge/planner/surface_build.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "core/pricing/implied_vol.h"
#include "core/pricing/math.h"
#include "core/pricing/settlement.h"
#include "hedge/exposure.h"
#include "hedge/planner/arbitrage.h"
#include "hedge/planner/quoted_forward.h"
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

const SmileSlice* last_slice(const UnderlyingState& u, const ExpiryKey& key) {
    for (std::uint32_t n = 0; n < u.slice_count; ++n) {
        if (u.slices[n].expiry == key.expiry && u.slices[n].settlement == key.settlement) return &u.slices[n];
    }
    return nullptr;
}

/// Slow basis: how far the expiry's forward is from the reference, smoothed over time, as the reference moves
/// at once and quotes of futures and options follow. Far-off values (a broken mark) are not believed.
void find_forward(const EngineState& state, UnderlyingId underlying, const ExpiryKey& key,
                  const Listed& listed, const PlannerOptions& options, SmileSlice& slice) {
    const UnderlyingState& u = state.underlyings[index(underlying)];
    const SmileSlice* last = last_slice(u, key);
    slice.forward_source = ForwardSource::future;
    auto forward = future_forward(state, underlying, key.expiry, key.settlement, options.quote_stale_after);
    if (!forward) {
        slice.forward_source = ForwardSource::parity;
        forward = parity_forward(state, listed.options, options.quote_stale_after);
    }
    const double ratio = forward ? *forward / u.reference : 0;
    if (!(ratio > 0.8 && ratio < 1.25)) {
        slice.forward_source = ForwardSource::hedge_instrument;
        slice.forward_ratio = last != nullptr ? last->forward_ratio : 1.0;
        return;
    }
    slice.forward_ratio = ratio;
    if (last == nullptr || options.basis_halflife <= Nanos{}) return;
    const double age = (state.now - u.surface_time).to_seconds() / options.basis_halflife.to_seconds();
    const double kept = pricing::exp(-std::min(age, 60.0) * 0.69314718055994530942);
    slice.forward_ratio = ratio + kept * (last->forward_ratio - ratio);
}

struct Quoting {
    double forward;
    double years;
    const SmileSlice* last;  ///< of the surface before; null: none
};

bool out_of_the_money(const Instrument& i, double forward) {
    return (i.option_type == OptionType::call) == (i.strike.to_double() >= forward);
}

constexpr std::size_t kQuotesForOwnFit = 5;
/// Residuals larger than this say that the points are noise around a level: then only the level is believed,
/// as a shape fitted to noise would throw the deltas about with every new surface.
constexpr double kShapelessRms = 0.10;
/// Quotes wider than this, in vol, say nothing.
constexpr double kWidestQuote = 0.20;

/// An option's prices and what volatilities they are: bid, ask and the venue's mark.
struct Priced {
    double k = 0;
    double bid = 0, ask = 0, mark = 0;
};

pricing::VolQuery query(const Instrument& i, double price, const Quoting& q) {
    const double strike = i.strike.to_double();
    const double guess = q.last != nullptr ? vol_at(*q.last, std::log(strike / q.forward)) : 0;
    return {q.forward, strike, q.years, i.is_inverse() ? price * q.forward : price, guess};
}

/// Volatilities of an expiry's out-of-the-money options, all in one batch. What has no two-sided, trusted,
/// uncrossed and fresh book has no bid and ask.
std::vector<Priced> price_all(const EngineState& state, const Listed& listed, const Quoting& q,
                              const PlannerOptions& options) {
    std::vector<Priced> all;
    std::vector<pricing::VolQuery> queries;
    for (const InstrumentId id : listed.options) {
        const Instrument& i = state.instruments[id];
        if (!out_of_the_money(i, q.forward)) continue;
        const bool fresh = state.now - state.books.slot(id).heard <= options.quote_stale_after;
        const BookSet::Touch touch = state.books.touch(id);
        const bool quoted = fresh && mid_price(state, id) > 0;
        queries.push_back(query(i, quoted ? touch.bid.to_double() : 0, q));
        queries.push_back(query(i, quoted ? touch.ask.to_double() : 0, q));
        queries.push_back(query(i, state.tickers[index(id)].mark.to_double(), q));
        all.push_back({.k = std::log(i.strike.to_double() / q.forward)});
    }
    std::vector<double> vols(queries.size());
    pricing::implied_vols(pricing::best_simd_level(), queries, vols);
    for (std::size_t n = 0; n < all.size(); ++n)
        all[n].bid = vols[3 * n], all[n].ask = vols[3 * n + 1], all[n].mark = vols[3 * n + 2];
    return all;
}

struct Points {
    std::vector<SmilePoint> quoted, marked;
};

/// The narrower the quote, the more it counts.
Points points_of(const std::vector<Priced>& priced) {
    Points points;
    for (const Priced& p : priced) {
        if (p.mark > 0) points.marked.push_back({p.k, p.mark, 0.2});
        if (!(p.bid > 0 && p.ask > p.bid) || p.ask - p.bid > kWidestQuote) continue;
        points.quoted.push_back({p.k, 0.5 * (p.bid + p.ask), 0.01 / std::max(p.ask - p.bid, 0.002)});
    }
    return points;
}

double gap_to_marks(const SmileSlice& slice, const std::vector<SmilePoint>& marked) {
    double sum = 0;
    std::size_t count = 0;
    for (const SmilePoint& p : marked) {
        if (p.k < slice.quoted_low || p.k > slice.quoted_high) continue;
        const double gap = vol_at(slice, p.k) - p.vol;
        sum += gap * gap;
        ++count;
    }
    return count == 0 ? 0 : std::sqrt(sum / static_cast<double>(count));
}

bool fit_points(const std::vector<SmilePoint>& points, const SmileSlice* earlier, const SmileSlice* last,
                SmileSlice& slice) {
    SmileSlice trial = slice;
    if (fit_svi(points, trial, earlier, last) && trial.rms_vol <= kShapelessRms) {
        slice = trial;
        return true;
    }
    return earlier == nullptr && fit_flat(points, slice);
}

void mark_butterflies(SmileSlice& slice) {
    slice.arbitrage &= static_cast<std::uint8_t>(~kButterflyViolated);
    if (!free_of_butterflies(slice)) slice.arbitrage |= kButterflyViolated;
}

/// One expiry on its way into the surface.
struct Expiry {
    ExpiryKey key;
    const Listed* listed = nullptr;
    SmileSlice slice;
    Points points;

    const std::vector<SmilePoint>& used() const {
        return points.quoted.size() >= kQuotesForOwnFit ? points.quoted : points.marked;
    }
};

/// The smile as it stands when the reference has moved on from where it was made, by the underlying's rule.
void follow(SmileSlice& s, double moved, double stickiness) {
    const double shift = -stickiness * moved;
    for (double* k : {&s.m, &s.k_low, &s.k_high, &s.quoted_low, &s.quoted_high}) *k += shift;
}

/// Inside the settlement window the expiry's quotes, its future and parity are of the average, of which a
/// part is fixed: they say nothing of the spot's forward and volatility, with which the engine prices the
/// rest. What was known of them before stays, with its distance from the marks of then; what was borrowed or
/// is of an earlier run is borrowed anew.
void keep_frozen(const UnderlyingState& u, const PlannerOptions& options, Expiry& e) {
    const SmileSlice* last = last_slice(u, e.key);
    if (last == nullptr) return;
    e.slice.forward_ratio = last->forward_ratio;
    e.slice.forward_source = last->forward_source;
    if (last->source == VolSource::neighbour || last->source == VolSource::journaled) return;
    e.slice = *last;
    e.slice.source = VolSource::frozen;
    follow(e.slice, std::log(u.reference / u.surface_reference), options.stickiness);
}

void fit_expiry(const EngineState& state, UnderlyingId underlying, const PlannerOptions& options, Expiry& e) {
    const UnderlyingState& u = state.underlyings[index(underlying)];
    e.slice.expiry = e.key.expiry;
    e.slice.settlement = e.key.settlement;
    e.slice.years = pricing::variance_years(e.key.expiry, state.now, options.settlement_window);
    if (pricing::window_elapsed(e.key.expiry, state.now, options.settlement_window) > 0)
        return keep_frozen(u, options, e);
    find_forward(state, underlying, e.key, *e.listed, options, e.slice);
    const Quoting q{u.reference * e.slice.forward_ratio, e.slice.years, last_slice(u, e.key)};
    e.points = points_of(price_all(state, *e.listed, q, options));
    if (!fit_points(e.used(), nullptr, q.last, e.slice)) return;
    const bool own = e.points.quoted.size() >= kQuotesForOwnFit;
    e.slice.source = own ? VolSource::own_fit : VolSource::venue_mark;
    e.slice.mark_gap = own ? gap_to_marks(e.slice, e.points.marked) : 0;
    mark_butterflies(e.slice);
}

/// From near to far: an expiry whose variance lies below the one before is fitted again above it, and marked
/// when its quotes do not allow that.
void remove_calendars(std::vector<Expiry>& expiries) {
    for (std::size_t n = 1; n < expiries.size(); ++n) {
        SmileSlice& later = expiries[n].slice;
        const Expiry* earlier = nullptr;
        for (std::size_t m = n; m-- > 0 && earlier == nullptr;) {
            const bool same = expiries[m].key.settlement == expiries[n].key.settlement;
            const VolSource source = expiries[m].slice.source;
            if (same && source != VolSource::none && source != VolSource::frozen) earlier = &expiries[m];
        }
        if (earlier == nullptr || later.source == VolSource::none) continue;
        if (free_of_calendars(earlier->slice, later)) continue;
        SmileSlice again = later;
        if (fit_points(expiries[n].used(), &earlier->slice, nullptr, again)) {
            again.mark_gap =
                again.source == VolSource::own_fit ? gap_to_marks(again, expiries[n].points.marked) : 0;
            mark_butterflies(again);
            later = again;
        } else {
            later.arbitrage |= kCalendarViolated;
        }
    }
}

/// The lender's smile in the borrower's time: the same volatility at the same number of standard deviations,
/// as wings grow with the root of time. Total variance goes with time, moneyness with its root.
void stretch(SmileSlice& s, double years) {
    const double ratio = years / s.years, root = std::sqrt(ratio);
    s.a *= ratio;
    s.b *= root;
    for (double* k : {&s.m, &s.sigma, &s.quoted_low, &s.quoted_high, &s.k_low, &s.k_high}) *k *= root;
    s.years = years;
}

/// An expiry without quotes or marks takes the volatilities of the one nearest in time.
void borrow_from_neighbours(std::vector<SmileSlice>& slices) {
    for (SmileSlice& slice : slices) {
        if (slice.source != VolSource::none || !(slice.years > 0)) continue;
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
        stretch(slice, own.years);
        slice.expiry = own.expiry;
        slice.settlement = own.settlement;
        slice.forward_ratio = own.forward_ratio;
        slice.forward_source = own.forward_source;
        slice.source = VolSource::neighbour;
        slice.arbitrage = 0;
        mark_butterflies(slice);
    }
}

/// Of borrowed smiles; the fitted ones were looked at when they could still be fitted again.
void mark_calendars(std::vector<SmileSlice>& slices) {
    for (std::size_t n = 0; n < slices.size(); ++n) {
        for (std::size_t m = n; m-- > 0;) {
            if (slices[m].settlement != slices[n].settlement) continue;
            if (slices[m].source == VolSource::none) continue;
            const bool borrowed =
                slices[m].source == VolSource::neighbour || slices[n].source == VolSource::neighbour;
            if (borrowed && !free_of_calendars(slices[m], slices[n]))
                slices[n].arbitrage |= kCalendarViolated;
            break;
        }
    }
}

}  // namespace

SurfaceDraft build_surface(const EngineState& state, UnderlyingId underlying, const PlannerOptions& options) {
    SurfaceDraft draft;
    const UnderlyingState& u = state.underlyings[index(underlying)];
    if (!(u.reference > 0)) return draft;
    const auto listed = listed_options(state, underlying);
    std::vector<Expiry> expiries;
    for (const auto& [key, options_of_it] : listed) {
        if (expiries.size() == kMaxSlices) break;  // nearest expiries first
        expiries.push_back({key, &options_of_it, {}, {}});
    }
    tbb::parallel_for(std::size_t{0}, expiries.size(),
                      [&](std::size_t n) { fit_expiry(state, underlying, options, expiries[n]); });
    remove_calendars(expiries);
    for (const Expiry& e : expiries) draft.slices.push_back(e.slice);
    borrow_from_neighbours(draft.slices);
    mark_calendars(draft.slices);
    const auto without = [](const SmileSlice& s) { return s.source == VolSource::none; };
    draft.slices.erase(std::remove_if(draft.slices.begin(), draft.slices.end(), without), draft.slices.end());
    draft.reference = u.reference;
    return draft;
}

}  // namespace hw::hedge
