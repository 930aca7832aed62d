// A small linear programme: the cheapest way to bring some sums into their ranges.
//
// Columns move between -1 and 1 (their caps are scaled away), at a cost for each direction; each row's sum
// has a range, and what it misses it by is a breach. Two goals, weighed by `breach_price`: breach and cost.
// The breach's price is kept apart from the costs in the arithmetic, so that it may be as large as it takes
// for the breach to come first. Primal simplex with bounded variables on a dense tableau (Dantzig's rule,
// Bland's after steps that lead nowhere): a few tens of rows, some thousand columns. Off the hot thread.
#pragma once

#include <cstddef>
#include <vector>

namespace hw::hedge {

/// A sum of columns that is to end between `low` and `high`.
struct LpRow {
    double low = 0, high = 0;  ///< low <= high
};

struct LpColumn {
    std::vector<double> effect;  ///< on each row's sum, at 1
    double up_cost = 0;          ///< of going to 1, >= 0
    double down_cost = 0;        ///< of going to -1, >= 0
    double most_up = 1;          ///< 0 to 1
    double most_down = 1;        ///< 0 to 1
};

struct LpResult {
    std::vector<double> moves;  ///< of each column, -most_down to most_up
    bool optimal = false;       ///< false: given up after too many steps; `moves` is feasible, not the best
};

LpResult solve_lp(const std::vector<LpRow>&, const std::vector<LpColumn>&, double breach_price);

}  // namespace hw::hedge
