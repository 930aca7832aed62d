// The cheapest small set of options, in whole lots, that brings Greeks inside their limits.
//
// The notes' form, 1/2 ||W (g + G x)||^2 + c'|x|, pulls every Greek towards zero and stops short of where its
// penalty would be fully paid. What is wanted ends at the limit, not at zero and not beyond it, so the square
// of g + G x is replaced by what it misses its range by, with a price that comes before every cost: a linear
// programme (bounded_lp.h), still sparse by its L1 cost, as no more columns than rows end between their
// bounds. Then at most kMaxOverlayLegs of them are kept, each is rounded to one of its two neighbouring lots,
// all combinations looked at, and lots further away only where a Greek would be off by more than one lot.
#pragma once

#include <cstddef>
#include <vector>

namespace hw::hedge {

/// A Greek and its limit.
struct OverlayRow {
    double value = 0;  ///< as the book stands
    double limit = 0;  ///< |value| is to be at most this; > 0
};

/// An option that may be traded. Amounts in contracts.
struct OverlayColumn {
    std::vector<double> greeks;  ///< of one contract, by row
    double cost = 0;             ///< of trading one contract either way, quote currency, >= 0
    double lot = 1;              ///< > 0
    double max_buy = 0;
    double max_sell = 0;
};

struct OverlayLeg {
    std::size_t column = 0;
    double contracts = 0;  ///< signed, whole lots
};

struct OverlaySolution {
    std::vector<OverlayLeg> legs;  ///< at most kMaxOverlayLegs; none: nothing helps
    double cost = 0;               ///< quote currency
    double breach = 0;             ///< sum over the rows of what is beyond the limit, in limits
};

/// `cost_weight` 1: cost counts only where less than a hundredth of a limit would be left of what the limits
/// allow; larger ones let a costly breach stand. > 0.
OverlaySolution solve_overlay(const std::vector<OverlayRow>&, const std::vector<OverlayColumn>&,
                              double cost_weight);

}  // namespace hw::hedge
