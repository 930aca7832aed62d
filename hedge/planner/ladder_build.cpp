#include "hedge/planner/ladder_build.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "core/pricing/math.h"
#include "core/pricing/settlement.h"

namespace hw::hedge {

namespace {

using pricing::kLanes;

/// Slopes that no kernel gives are five-point differences of values this fraction of a step apart.
constexpr double kStencil = 1.0 / 16;
/// The cubic's error over h^4 sup |d4f/dx4|.
constexpr double kCubic = 1.0 / 384;
/// The same of the differences: with d = h/16 a slope is off by d^3/6 sup |d4f/dx4| at most, and both slopes
/// of a cell together count with h/4.
constexpr double kDifferences = kStencil * kStencil * kStencil / 24;
/// Rounding, in units of the last place: of a kernel's N(z), and of x as N(z) feels it.
constexpr double kRoundingOfValue = 256 * std::numeric_limits<double>::epsilon();
constexpr double kRoundingOfPlace = 8 * std::numeric_limits<double>::epsilon();

struct Interval {
    double low = 0, high = 0;
};

/// A span in the ladder, and what its nodes share.
struct Covered {
    const LadderSpan* span = nullptr;
    double forward = 0;  ///< at x = 0
    double years[2] = {};
    double root_years[2] = {};
    bool inverse = false;
};

struct Plan {
    const LadderTerms& terms;
    const LadderGrid& grid;
    double x0 = 0;
    std::vector<Covered> covered;
    std::vector<pricing::BlockRef> linear, inverse;  ///< `group` is an index into covered

    double x_at(double place) const { return x0 + place * grid.step; }
};

// What the grid is filled with.

/// The kernel's terms of one expiry; its gamma comes out as the density's part of d delta / dx.
pricing::KernelGroup group_at(const Covered& c, double x, int instant) {
    const double forward = c.forward * pricing::exp(x);
    pricing::KernelGroup g;
    g.x = g.move = x;
    g.root_years = c.root_years[instant];
    g.inv_root_years = 1 / g.root_years;
    g.half_root_years = c.inverse ? -0.5 * g.root_years : 0.5 * g.root_years;
    g.scale = c.inverse ? 1 / forward : 1;
    g.gamma_scale = g.scale * g.inv_root_years;
    g.skew_scale = g.scale * g.root_years;
    g.forward = forward;
    return g;
}

struct ValueSlope {
    double value = 0, slope = 0;
};

/// The sum at x, and its slope where volatilities stay: a coin-settled delta also falls with 1 / F.
ValueSlope sum_at(const Plan& p, double x, int instant) {
    std::array<pricing::KernelGroup, kMaxLadderGroups> groups;
    for (std::size_t n = 0; n < p.covered.size(); ++n) groups[n] = group_at(p.covered[n], x, instant);
    pricing::DeltaGamma linear, inverse;
    const LadderTerms& t = p.terms;
    t.kernel->delta_gamma(t.blocks, p.linear, groups.data(), t.smile, linear);
    t.kernel->delta_gamma(t.blocks, p.inverse, groups.data(), t.smile, inverse);
    return {linear.delta + inverse.delta, linear.gamma + (inverse.gamma - inverse.delta)};
}

/// Slope by differences, coins per step: where volatilities move no kernel has it.
double slope_by_differences(const Plan& p, double place, int instant) {
    const auto at = [&](double d) { return sum_at(p, p.x_at(place + d), instant).value; };
    const double near = at(kStencil) - at(-kStencil);
    const double far = at(2 * kStencil) - at(-2 * kStencil);
    return (8 * near - far) / (12 * kStencil);
}

LadderPoint point_at(const Plan& p, std::uint32_t j) {
    LadderPoint out;
    for (int instant = 0; instant < 2; ++instant) {
        const ValueSlope s = sum_at(p, p.x_at(j), instant);
        out.value[instant] = s.value;
        out.slope[instant] = p.terms.smile ? slope_by_differences(p, j, instant) : s.slope * p.grid.step;
    }
    return out;
}

// How far a look-up can be off.

/// Largest values over an interval of z: of the normal density's derivatives, and of |z|^n times it.
struct Suprema {
    double derivative[5];
    double moment[5];
};

struct Peak {
    double at, height;
};
// Where |phi^(n)| has its peaks (zeros of the next Hermite polynomial), heights rounded up; 1e9: no more.
constexpr Peak kNone{1e9, 0};
constexpr Peak kDerivativePeaks[5][3] = {
    {{0, 0.3989422804014328}, kNone, kNone},
    {{1, 0.2419707245191435}, kNone, kNone},
    {{0, 0.3989422804014328}, {1.7320508075688772, 0.1780321098319031}, kNone},
    {{0.741963784302726, 0.5505878395008197}, {2.3344142183389773, 0.1495622357066397}, kNone},
    {{0, 1.1968268412042984},
     {1.3556261799742657, 0.7399861849949224},
     {2.8569700138728056, 0.1391218497349249}},
};
constexpr Peak kMomentPeaks[5] = {{0, 0.3989422804014328},
                                  {1, 0.2419707245191435},
                                  {1.4142135623730951, 0.2935253263474799},
                                  {1.7320508075688772, 0.4625409894113081},
                                  {2, 0.8638554642110092}};

/// |z| over an interval of z. Beyond 40 the density is below what a double holds.
Interval magnitude(const Interval& z) {
    const bool straddles = z.low < 0 && z.high > 0;
    const double a = std::min(std::abs(z.low), 40.0), b = std::min(std::abs(z.high), 40.0);
    return {straddles ? 0.0 : std::min(a, b), std::max(a, b)};
}

void take_end(double z, Suprema& s) {
    const double phi = pricing::normal_pdf(z);
    const double z2 = z * z;
    const double hermite[5] = {1, z, z2 - 1, z * (z2 - 3), z2 * (z2 - 6) + 3};
    double power = phi;
    for (int n = 0; n < 5; ++n) {
        s.derivative[n] = std::max(s.derivative[n], std::abs(hermite[n]) * phi);
        s.moment[n] = std::max(s.moment[n], power);
        power *= z;
    }
}

Suprema suprema(const Interval& z) {
    const Interval m = magnitude(z);
    Suprema s{};
    take_end(m.low, s);
    take_end(m.high, s);
    const auto take_peak = [&](const Peak& p, double& best) {
        if (p.at >= m.low && p.at <= m.high) best = std::max(best, p.height);
    };
    for (int n = 0; n < 5; ++n) {
        for (const Peak& p : kDerivativePeaks[n]) take_peak(p, s.derivative[n]);
        take_peak(kMomentPeaks[n], s.moment[n]);
    }
    return s;
}

/// One node while x is in a part of the grid and the time in the ladder's.
struct Node {
    double k, vol, drift, skew;
    Interval x, v, z;
    double root_now, root_later, years_later;
    double half;  ///< z = (x - k) / v + half * v
};

Interval quotient(double numerator_low, double numerator_high, const Interval& v) {
    return {numerator_low / (numerator_low > 0 ? v.high : v.low),
            numerator_high / (numerator_high > 0 ? v.low : v.high)};
}

Node node_at(const Covered& c, const pricing::KernelBlock& b, std::size_t lane, bool smile, Interval x) {
    Node n{b.k[lane], b.vol[lane], smile ? b.drift[lane] : 0, smile ? b.skew[lane] : 0, x, {}, {}, 0, 0, 0,
           0};
    n.root_now = c.root_years[0];
    n.root_later = c.root_years[1];
    n.years_later = c.years[1];
    n.half = c.inverse ? -0.5 : 0.5;
    const double ends[2] = {n.vol + n.drift * x.low, n.vol + n.drift * x.high};
    n.v = {std::min(ends[0], ends[1]) * n.root_later, std::max(ends[0], ends[1]) * n.root_now};
    const Interval m = quotient(x.low - n.k, x.high - n.k, n.v);
    const double shift[2] = {n.half * n.v.low, n.half * n.v.high};
    n.z = {m.low + std::min(shift[0], shift[1]), m.high + std::max(shift[0], shift[1])};
    return n;
}

/// sup |d^n z / dx^n|, n = 1 to 4 at [n]. With e = drift / vol, (x - k) / (vol + drift x) is a Moebius
/// function: its n-th derivative is (-1)^(n+1) n! e^(n-1) (1 + e k) / (vol (1 + e x)^(n+1)).
std::array<double, 5> place_derivatives(const Node& n) {
    const double e = n.drift / n.vol;
    const double inv = 1 / std::min(1 + e * n.x.low, 1 + e * n.x.high);
    std::array<double, 5> z{};
    z[1] = std::abs(1 + e * n.k) * inv * inv / (n.vol * n.root_later);
    for (std::size_t i = 2; i < 5; ++i) z[i] = z[i - 1] * static_cast<double>(i) * std::abs(e) * inv;
    z[1] += 0.5 * std::abs(n.drift) * n.root_now;
    return z;
}

/// sup |d^n g(z(x)) / dx^n| at [n], given those of g at g[n] (Faa di Bruno).
std::array<double, 5> chain(const double* g, const std::array<double, 5>& z) {
    const double z1 = z[1], z2 = z[2], z3 = z[3];
    return {g[0], g[1] * z1, g[2] * z1 * z1 + g[1] * z2, g[3] * z1 * z1 * z1 + 3 * g[2] * z1 * z2 + g[1] * z3,
            g[4] * z1 * z1 * z1 * z1 + 6 * g[3] * z1 * z1 * z2 + g[2] * (4 * z1 * z3 + 3 * z2 * z2) +
                g[1] * z[4]};
}

/// sup |d4/dx4| of N(z) + skew sqrtT phi(z), times e^-x when coin-settled (Leibniz; e^-x is left to the
/// weight).
double fourth_derivative(const Node& n, const Suprema& s, const std::array<double, 5>& z, bool inverse) {
    const double integral[5] = {1, s.derivative[0], s.derivative[1], s.derivative[2], s.derivative[3]};
    const std::array<double, 5> a = chain(integral, z);
    const std::array<double, 5> b = chain(s.derivative, z);
    const double skew = std::abs(n.skew) * n.root_now;
    if (!inverse) return a[4] + skew * b[4];
    constexpr double kBinomial[5] = {1, 4, 6, 4, 1};
    double sum = 0;
    for (std::size_t i = 0; i < 5; ++i) sum += kBinomial[i] * (a[i] + skew * b[i]);
    return sum;
}

/// sup |d2/dt2| of the same, per year squared: with z_T = (-z + 2 half v) / 2T, z_TT = (3 z - 4 half v) /
/// 4T^2.
double second_time_derivative(const Node& n, const Suprema& s) {
    const double* m = s.moment;
    const double v = n.v.high, v2 = v * v;
    const double quarter = 0.25 / (n.years_later * n.years_later);
    const double integral = 2 * v * m[0] + (3 + v2) * m[1] + 2 * v * m[2] + m[3];
    const double density = (1 + v2) * m[0] + 6 * v * m[1] + (6 + v2) * m[2] + 2 * v * m[3] + m[4];
    // sqrtT phi has 1 / T^1.5 where N has 1 / T^2.
    return quarter * (integral + std::abs(n.skew) * n.root_later * density);
}

double node_error(const Plan& p, const Covered& c, const Node& n) {
    const double h2 = p.grid.step * p.grid.step;
    const double horizon = p.grid.horizon.to_years();
    const Suprema s = suprema(n.z);
    const std::array<double, 5> z = place_derivatives(n);
    const double cubic = (p.terms.smile ? kCubic + kDifferences : kCubic) * h2 * h2;
    const double span = std::max(std::abs(p.x0), std::abs(p.x_at(p.grid.points - 1)));
    return cubic * fourth_derivative(n, s, z, c.inverse) +
           0.125 * horizon * horizon * second_time_derivative(n, s) +
           kRoundingOfValue * (1 + std::abs(n.skew) * n.root_now) + kRoundingOfPlace * span * z[1];
}

/// Where look-ups in one part of the grid take their values from.
Interval part_of(const Plan& p, std::uint32_t part) {
    const double cells = p.grid.points - 1;
    const double outside = p.terms.smile ? 2 * kStencil : 0;
    return {p.x_at(cells * part / p.grid.parts - outside),
            p.x_at(cells * (part + 1) / p.grid.parts + outside)};
}

double error_in(const Plan& p, const std::vector<pricing::BlockRef>& refs, Interval x) {
    double sum = 0;
    for (const pricing::BlockRef ref : refs) {
        const pricing::KernelBlock& b = p.terms.blocks[ref.block];
        const Covered& c = p.covered[ref.group];
        const double scale = c.inverse ? pricing::exp(-x.low) / c.forward : 1;
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            if (b.weight[lane] == 0) continue;
            const Node n = node_at(c, b, lane, p.terms.smile, x);
            sum += std::abs(b.weight[lane]) * scale * node_error(p, c, n);
        }
    }
    return sum;
}

double error_in_part(const Plan& p, std::uint32_t part) {
    // A cell may lie in two parts: each is widened by one.
    Interval x = part_of(p, part);
    x.low -= p.grid.step;
    x.high += p.grid.step;
    return error_in(p, p.linear, x) + error_in(p, p.inverse, x);
}

// What goes in.

bool volatilities_last(const LadderTerms& t, const LadderSpan& s, Interval x) {
    for (const pricing::BlockRef ref : s.refs) {
        const pricing::KernelBlock& b = t.blocks[ref.block];
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            const double drift = t.smile ? b.drift[lane] : 0;
            const double least = std::min(b.vol[lane] + drift * x.low, b.vol[lane] + drift * x.high);
            if (b.weight[lane] != 0 && !(b.vol[lane] > 0 && least >= pricing::kLeastVolLeft * b.vol[lane]))
                return false;
        }
    }
    return true;
}

Covered cover(const LadderTerms& t, const LadderGrid& grid, const LadderSpan& s) {
    Covered c;
    c.span = &s;
    c.forward = t.reference * s.forward_ratio;
    c.inverse = s.settlement == Settlement::inverse;
    c.years[0] = pricing::variance_years(s.expiry, t.now, t.window);
    c.years[1] = pricing::variance_years(s.expiry, t.now + grid.horizon, t.window);
    for (int i = 0; i < 2; ++i) c.root_years[i] = std::sqrt(c.years[i]);
    return c;
}

void choose_spans(Plan& p) {
    const LadderTerms& t = p.terms;
    const Interval x{p.x_at(-2), p.x_at(p.grid.points + 1)};
    const Nanos window = std::max(t.window, Nanos{});
    for (const LadderSpan& s : t.spans) {
        if (s.refs.empty() || s.expiry - window <= t.now + p.grid.horizon) continue;
        if (!(s.forward_ratio > 0) || !volatilities_last(t, s, x)) continue;
        const auto group = static_cast<std::uint16_t>(p.covered.size());
        p.covered.push_back(cover(t, p.grid, s));
        auto& refs = p.covered.back().inverse ? p.inverse : p.linear;
        for (const pricing::BlockRef ref : s.refs) refs.push_back({ref.block, group});
    }
}

bool makes_sense(const LadderTerms& t, const LadderGrid& g) {
    return t.kernel != nullptr && t.blocks != nullptr && t.risk != nullptr &&
           t.spans.size() <= kMaxLadderGroups && t.reference > 0 && std::abs(t.x) < 10 && t.now > Nanos{} &&
           g.points >= 2 && g.points <= kMaxLadderPoints && g.step > 1e-9 && g.step < 1 &&
           g.horizon > Nanos{} && g.parts > 0;
}

double gross_of(const Plan& p) {
    double sum = 0;
    for (const Covered& c : p.covered) {
        for (const pricing::BlockRef ref : c.span->refs) {
            for (const double coins : p.terms.risk[ref.block].coins) sum += std::abs(coins);
        }
    }
    return sum;
}

Ladder empty_ladder(const Plan& p) {
    Ladder l;
    l.x0 = p.x0;
    l.step = p.grid.step;
    l.count = p.grid.points;
    l.group_count = static_cast<std::uint32_t>(p.covered.size());
    l.t0 = p.terms.now;
    l.t1 = p.terms.now + p.grid.horizon;
    l.reference = p.terms.reference;
    l.surface = p.terms.surface;
    l.position_sequence = p.terms.position_sequence;
    l.gross = gross_of(p);
    for (std::size_t n = 0; n < p.covered.size(); ++n) {
        l.groups[n].expiry = p.covered[n].span->expiry;
        l.groups[n].settlement = p.covered[n].span->settlement;
    }
    return l;
}

bool finite(const Ladder& l) {
    double sum = l.error_bound + l.gross;
    for (std::uint32_t j = 0; j < l.count; ++j) {
        const LadderPoint& p = l.points[j];
        sum += std::abs(p.value[0]) + std::abs(p.value[1]) + std::abs(p.slope[0]) + std::abs(p.slope[1]);
    }
    return std::isfinite(sum);
}

}  // namespace

std::optional<Ladder> build_ladder(const LadderTerms& terms, const LadderGrid& grid) {
    if (!makes_sense(terms, grid)) return std::nullopt;
    Plan p{terms, grid, terms.x - 0.5 * grid.step * (grid.points - 1), {}, {}, {}};
    choose_spans(p);
    if (p.covered.empty()) return std::nullopt;
    Ladder l = empty_ladder(p);
    // Each index writes its own place and sums in its own order: the number of threads changes nothing.
    tbb::parallel_for(std::uint32_t{0}, grid.points, [&](std::uint32_t j) { l.points[j] = point_at(p, j); });
    std::vector<double> errors(grid.parts);
    tbb::parallel_for(std::uint32_t{0}, grid.parts,
                      [&](std::uint32_t part) { errors[part] = error_in_part(p, part); });
    // Not max_element over what may not be a number: a bound that is none must not get lost.
    for (const double e : errors) {
        if (!std::isfinite(e)) return std::nullopt;
        l.error_bound = std::max(l.error_bound, e);
    }
    if (!finite(l)) return std::nullopt;
    return l;
}

}  // namespace hw::hedge
