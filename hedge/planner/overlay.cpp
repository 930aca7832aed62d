#include "hedge/planner/overlay.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/event.h"
#include "hedge/planner/bounded_lp.h"

namespace hw::hedge {

namespace {

/// The breach of one whole limit costs as much as trading everything there is this many times: then breach
/// comes first wherever the limits could be a hundredth tighter and still be met.
constexpr double kBreachOverCost = 100;
constexpr double kNothing = 1e-9;  ///< of a cap, a lot or a limit
/// Rounding may cost this much more before lots further away are not looked at.
constexpr double kDearer = 1.05;

struct Task {
    const std::vector<OverlayRow>& rows;
    const std::vector<OverlayColumn>& columns;
    double cost_weight;
    double breach_price = 1;
};

/// As many contracts as whole lots allow.
double whole(double contracts, double lot) { return std::floor(contracts / lot * (1 + kNothing)) * lot; }

double cap_of(const OverlayColumn& c) { return std::max(whole(c.max_buy, c.lot), whole(c.max_sell, c.lot)); }

/// One to scale them all: rows in limits, columns in caps.
LpColumn lp_column(const Task& task, const OverlayColumn& c) {
    LpColumn lp;
    const double cap = cap_of(c);
    for (std::size_t r = 0; r < task.rows.size(); ++r)
        lp.effect.push_back(c.greeks[r] * cap / task.rows[r].limit);
    lp.up_cost = lp.down_cost = c.cost * cap * task.cost_weight;
    lp.most_up = whole(c.max_buy, c.lot) / cap;
    lp.most_down = whole(c.max_sell, c.lot) / cap;
    return lp;
}

std::vector<OverlayLeg> relaxed(const Task& task, const std::vector<std::size_t>& among) {
    std::vector<LpRow> rows;
    std::vector<LpColumn> columns;
    for (const OverlayRow& r : task.rows)
        rows.push_back({(-r.limit - r.value) / r.limit, (r.limit - r.value) / r.limit});
    for (const std::size_t c : among) columns.push_back(lp_column(task, task.columns[c]));
    const LpResult lp = solve_lp(rows, columns, task.breach_price);
    std::vector<OverlayLeg> legs;
    for (std::size_t n = 0; n < among.size(); ++n) {
        if (std::abs(lp.moves[n]) <= kNothing) continue;
        legs.push_back({among[n], lp.moves[n] * cap_of(task.columns[among[n]])});
    }
    return legs;
}

OverlaySolution judged(const Task& task, std::vector<OverlayLeg> legs) {
    OverlaySolution s;
    for (const OverlayLeg& leg : legs) s.cost += std::abs(leg.contracts) * task.columns[leg.column].cost;
    for (std::size_t r = 0; r < task.rows.size(); ++r) {
        double value = task.rows[r].value;
        for (const OverlayLeg& leg : legs) value += leg.contracts * task.columns[leg.column].greeks[r];
        const double over = std::abs(value) / task.rows[r].limit - 1;
        if (over > kNothing) s.breach += over;
    }
    s.legs = std::move(legs);
    return s;
}

double badness(const Task& task, const OverlaySolution& s) {
    return task.breach_price * s.breach + task.cost_weight * s.cost;
}

/// Drops the leg that is missed least, until there are few enough.
std::vector<OverlayLeg> thinned(const Task& task, std::vector<OverlayLeg> legs) {
    while (legs.size() > kMaxOverlayLegs) {
        std::vector<OverlayLeg> best;
        double least = std::numeric_limits<double>::infinity();
        for (const OverlayLeg& without : legs) {
            std::vector<std::size_t> kept;
            for (const OverlayLeg& leg : legs)
                if (leg.column != without.column) kept.push_back(leg.column);
            auto trial = relaxed(task, kept);
            const double bad = badness(task, judged(task, trial));
            if (bad < least) least = bad, best = std::move(trial);
        }
        if (best.size() >= legs.size()) break;
        legs = std::move(best);
    }
    return legs;
}

/// One leg after the other is exchanged for the option that does most in its place, while that helps a
/// breach.
std::vector<OverlayLeg> exchanged(const Task& task, std::vector<OverlayLeg> legs,
                                  const std::vector<std::size_t>& usable) {
    OverlaySolution best = judged(task, std::move(legs));
    for (bool better = true; better && best.breach > kNothing;) {
        better = false;
        const std::vector<OverlayLeg> from = best.legs;
        for (const OverlayLeg& out : from) {
            for (const std::size_t in : usable) {
                std::vector<std::size_t> among{in};
                for (const OverlayLeg& leg : from)
                    if (leg.column != out.column && leg.column != in) among.push_back(leg.column);
                OverlaySolution trial = judged(task, relaxed(task, among));
                if (badness(task, trial) >= badness(task, best) * (1 - kNothing)) continue;
                best = std::move(trial), better = true;
            }
        }
    }
    return best.legs;
}

/// The worst that any Greek is off by, in lots of the leg that moves it most.
double lots_off(const Task& task, const OverlaySolution& s) {
    double worst = 0;
    for (std::size_t r = 0; r < task.rows.size(); ++r) {
        double value = task.rows[r].value, lot = 0;
        for (const OverlayLeg& leg : s.legs) {
            const OverlayColumn& c = task.columns[leg.column];
            value += leg.contracts * c.greeks[r];
            lot = std::max(lot, std::abs(c.lot * c.greeks[r]));
        }
        const double over = std::abs(value) - task.rows[r].limit * (1 + kNothing);
        if (over > 0) worst = std::max(worst, lot > 0 ? over / lot : std::numeric_limits<double>::infinity());
    }
    return worst;
}

/// All ways to put each leg on a lot from `first` to `last` steps beyond the one below it.
class Rounding {
  public:
    Rounding(const Task& task, const std::vector<OverlayLeg>& exact, double most_cost)
        : task_(task), exact_(exact), most_cost_(most_cost) {}

    /// Least breach first, or where `in_lots` the least that a Greek is off by more than one lot.
    const OverlaySolution& best(int first, int last, bool in_lots) {
        first_ = first, last_ = last, in_lots_ = in_lots;
        found_ = false;
        place(0, {});
        return best_;
    }

  private:
    void place(std::size_t leg, std::vector<OverlayLeg> so_far) {
        if (leg == exact_.size()) return look(std::move(so_far));
        const OverlayColumn& c = task_.columns[exact_[leg].column];
        const double below = std::floor(exact_[leg].contracts / c.lot + kNothing);
        for (int step = first_; step <= last_; ++step) {
            const double contracts = (below + step) * c.lot;
            if (contracts > c.max_buy * (1 + kNothing) || -contracts > c.max_sell * (1 + kNothing)) continue;
            auto next = so_far;
            if (contracts != 0) next.push_back({exact_[leg].column, contracts});
            place(leg + 1, std::move(next));
        }
    }
    void look(std::vector<OverlayLeg> legs) {
        OverlaySolution s = judged(task_, std::move(legs));
        if (s.cost > most_cost_ && found_) return;
        const std::pair bad{in_lots_ ? std::max(lots_off(task_, s) - 1, 0.0) : 0, badness(task_, s)};
        if (found_ && bad >= least_) return;
        found_ = true, least_ = bad, best_ = std::move(s);
    }

    const Task& task_;
    const std::vector<OverlayLeg>& exact_;
    double most_cost_;
    int first_ = 0, last_ = 1;
    bool in_lots_ = false, found_ = false;
    std::pair<double, double> least_;
    OverlaySolution best_;
};

/// What whole lots may cost: the programme's cost and a lot a leg.
double allowed_cost(const Task& task, const std::vector<OverlayLeg>& exact) {
    double cost = kDearer * judged(task, exact).cost;
    for (const OverlayLeg& leg : exact) cost += task.columns[leg.column].lot * task.columns[leg.column].cost;
    return cost;
}

}  // namespace

OverlaySolution solve_overlay(const std::vector<OverlayRow>& rows, const std::vector<OverlayColumn>& columns,
                              double cost_weight) {
    Task task{rows, columns, cost_weight};
    std::vector<std::size_t> usable;
    double everything = 0;
    for (std::size_t c = 0; c < columns.size(); ++c) {
        if (!(cap_of(columns[c]) > 0)) continue;
        usable.push_back(c);
        everything += columns[c].cost * cap_of(columns[c]);
    }
    if (everything > 0) task.breach_price = kBreachOverCost * everything;
    auto exact = relaxed(task, usable);
    if (exact.size() > kMaxOverlayLegs) exact = exchanged(task, thinned(task, std::move(exact)), usable);
    Rounding rounding(task, exact, allowed_cost(task, exact));
    OverlaySolution best = rounding.best(0, 1, false);
    if (lots_off(task, best) > 1) best = rounding.best(-1, 2, true);
    return best;
}

}  // namespace hw::hedge
