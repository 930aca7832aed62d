#include "hedge/planner/bounded_lp.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace hw::hedge {

namespace {

constexpr double kZero = 1e-10;  ///< of pivots, breach prices and steps
constexpr std::size_t kMostSteps = 20'000;
constexpr std::size_t kIdleSteps = 50;  ///< that lead nowhere, before Bland's rule

/// Variables, in this order: each column up, each column down, and three a row: slack (0 to high - low), what
/// the sum is above, what it is below.
class Simplex {
  public:
    Simplex(const std::vector<LpRow>& rows, const std::vector<LpColumn>& columns, double breach_price);
    bool run();
    double value(std::size_t variable) const;

  private:
    static constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

    double& at(std::size_t row, std::size_t variable) { return table_[row * count_ + variable]; }
    /// What one unit of the variable changes, all things considered.
    double reduced(std::size_t variable) const {
        const double breach = breach_[variable];
        return (std::abs(breach) < kZero ? 0 : price_ * breach) + cost_[variable];
    }
    void begin_row(std::size_t row, const LpRow&);
    std::size_t entering(bool bland) const;
    bool step(std::size_t entering);
    void pivot(std::size_t row, std::size_t entering);

    std::size_t rows_, count_;
    double price_, tolerance_ = 0;
    std::vector<double> table_, breach_, cost_, upper_, basic_value_;
    std::vector<std::size_t> basis_;
    std::vector<char> at_upper_, basic_;
};

Simplex::Simplex(const std::vector<LpRow>& rows, const std::vector<LpColumn>& columns, double breach_price)
    : rows_(rows.size()), count_(2 * columns.size() + 3 * rows.size()), price_(breach_price) {
    table_.assign(rows_ * count_, 0);
    breach_.assign(count_, 0), cost_.assign(count_, 0), upper_.assign(count_, 0);
    at_upper_.assign(count_, 0), basic_.assign(count_, 0);
    basic_value_.assign(rows_, 0), basis_.assign(rows_, 0);
    for (std::size_t c = 0; c < columns.size(); ++c) {
        for (std::size_t r = 0; r < rows_; ++r) {
            at(r, c) = columns[c].effect[r];
            at(r, columns.size() + c) = -columns[c].effect[r];
        }
        cost_[c] = columns[c].up_cost, cost_[columns.size() + c] = columns[c].down_cost;
        upper_[c] = columns[c].most_up, upper_[columns.size() + c] = columns[c].most_down;
        tolerance_ = std::max({tolerance_, 1e-9 * cost_[c], 1e-9 * cost_[columns.size() + c]});
    }
    tolerance_ = std::max(tolerance_, std::numeric_limits<double>::min());
    for (std::size_t r = 0; r < rows_; ++r) begin_row(r, rows[r]);
}

/// sum + slack - above + below = high. Whichever of the three can take up what nothing done leaves begins in
/// the basis, with a coefficient of one.
void Simplex::begin_row(std::size_t row, const LpRow& range) {
    const std::size_t slack = count_ - 3 * rows_ + 3 * row, above = slack + 1, below = slack + 2;
    at(row, slack) = 1, at(row, above) = -1, at(row, below) = 1;
    upper_[slack] = range.high - range.low;
    upper_[above] = upper_[below] = std::numeric_limits<double>::infinity();
    breach_[above] = breach_[below] = 1;
    std::size_t first = slack;
    double left = range.high;
    if (left < 0) {
        first = above, left = -left;
        for (std::size_t v = 0; v < count_; ++v) at(row, v) = -at(row, v);
    } else if (left > upper_[slack]) {
        first = below, left -= upper_[slack], at_upper_[slack] = 1;
    }
    basis_[row] = first, basic_[first] = 1, basic_value_[row] = left;
    if (breach_[first] == 0) return;
    for (std::size_t v = 0; v < count_; ++v) breach_[v] -= at(row, v);
}

std::size_t Simplex::entering(bool bland) const {
    std::size_t best = kNone;
    double most = 0;
    for (std::size_t v = 0; v < count_; ++v) {
        if (basic_[v] || upper_[v] <= 0) continue;
        const double gain = at_upper_[v] ? reduced(v) : -reduced(v);
        if (!(gain > tolerance_) || gain <= most) continue;
        if (bland) return v;
        best = v, most = gain;
    }
    return best;
}

/// Moves the variable as far as something allows; true when it moved at all.
bool Simplex::step(std::size_t entering) {
    const double sign = at_upper_[entering] ? -1 : 1;
    double far = upper_[entering];
    std::size_t leaving = kNone;
    bool leaves_at_upper = false;
    for (std::size_t r = 0; r < rows_; ++r) {
        const double slope = sign * at(r, entering);
        if (std::abs(slope) <= kZero) continue;
        const double room = slope > 0 ? basic_value_[r] : upper_[basis_[r]] - basic_value_[r];
        const double limit = std::max(room, 0.0) / std::abs(slope);
        const bool nearer = limit < far || (limit == far && leaving != kNone && basis_[r] < basis_[leaving]);
        if (nearer) far = limit, leaving = r, leaves_at_upper = slope < 0;
    }
    for (std::size_t r = 0; r < rows_; ++r) basic_value_[r] -= sign * at(r, entering) * far;
    if (leaving == kNone) {
        at_upper_[entering] ^= 1;
        return true;
    }
    const double from = at_upper_[entering] ? upper_[entering] : 0;
    basic_[basis_[leaving]] = 0, at_upper_[basis_[leaving]] = leaves_at_upper;
    basis_[leaving] = entering, basic_[entering] = 1, at_upper_[entering] = 0;
    basic_value_[leaving] = from + sign * far;
    pivot(leaving, entering);
    return far > kZero;
}

void Simplex::pivot(std::size_t row, std::size_t entering) {
    const double by = 1 / at(row, entering);
    for (std::size_t v = 0; v < count_; ++v) at(row, v) *= by;
    const auto eliminate = [&](double* line) {
        const double times = line[entering];
        if (times == 0) return;
        for (std::size_t v = 0; v < count_; ++v) line[v] -= times * at(row, v);
        line[entering] = 0;
    };
    for (std::size_t r = 0; r < rows_; ++r) {
        if (r != row) eliminate(&at(r, 0));
    }
    eliminate(breach_.data());
    eliminate(cost_.data());
}

bool Simplex::run() {
    std::size_t idle = 0;
    for (std::size_t n = 0; n < kMostSteps; ++n) {
        const std::size_t next = entering(idle >= kIdleSteps);
        if (next == kNone) return true;
        idle = step(next) ? 0 : idle + 1;
    }
    return false;
}

double Simplex::value(std::size_t variable) const {
    if (!basic_[variable]) return at_upper_[variable] ? upper_[variable] : 0;
    for (std::size_t r = 0; r < rows_; ++r) {
        if (basis_[r] == variable) return std::clamp(basic_value_[r], 0.0, upper_[variable]);
    }
    return 0;
}

}  // namespace

LpResult solve_lp(const std::vector<LpRow>& rows, const std::vector<LpColumn>& columns, double breach_price) {
    Simplex simplex(rows, columns, breach_price);
    LpResult result;
    result.optimal = simplex.run();
    for (std::size_t c = 0; c < columns.size(); ++c)
        result.moves.push_back(simplex.value(c) - simplex.value(columns.size() + c));
    return result;
}

}  // namespace hw::hedge
