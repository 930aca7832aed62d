#include "hedge/planner/svi_fit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>
#include <vector>

#include "hedge/planner/arbitrage.h"

namespace hw::hedge {

namespace {

/// A point as the fit sees it.
struct Variance {
    double k = 0;
    double w = 0;       ///< total variance
    double weight = 1;  ///< of its squared residual
};

/// Weighted sums over the points for one (m, sigma): normal equations of w = a + p*u + q*v.
struct Normal {
    std::array<std::array<double, 3>, 3> matrix{};
    std::array<double, 3> right{};
    double square = 0;
};

struct Candidate {
    double a = 0, p = 0, q = 0;
    double error = std::numeric_limits<double>::infinity();
};

struct Shape {
    double m = 0;
    double sigma = 0.1;
};

/// The residual that counts is in vol: dw = 2 vol years dvol.
std::vector<Variance> variances_of(std::span<const SmilePoint> points, double years) {
    std::vector<Variance> out;
    for (const SmilePoint& p : points) {
        const double scale = p.weight / (2.0 * p.vol * years);
        out.push_back({p.k, p.vol * p.vol * years, scale * scale});
    }
    return out;
}

/// u = z + y and v = z - y; as z^2 = y^2 + 1, u v is 1 everywhere.
Normal normal_equations(std::span<const Variance> points, Shape shape) {
    Normal n;
    double one = 0, u1 = 0, v1 = 0, u2 = 0, v2 = 0;
    const double inverse = 1 / shape.sigma;
    for (const Variance& point : points) {
        const double y = (point.k - shape.m) * inverse;
        const double z = std::sqrt(y * y + 1.0);
        const double u = z + y, v = z - y;
        const double weight = point.weight, target = weight * point.w;
        one += weight;
        u1 += weight * u, v1 += weight * v;
        u2 += weight * u * u, v2 += weight * v * v;
        n.right[0] += target, n.right[1] += target * u, n.right[2] += target * v;
        n.square += target * point.w;
    }
    n.matrix = {{{one, u1, v1}, {u1, u2, one}, {v1, one, v2}}};
    return n;
}

/// Solves for the chosen unknowns (the others zero) by elimination with pivoting; infinite error when
/// singular.
Candidate solve(const Normal& n, std::span<const std::size_t> active) {
    const std::size_t size = active.size();
    std::array<std::array<double, 4>, 3> t{};
    for (std::size_t i = 0; i < size; ++i) {
        for (std::size_t j = 0; j < size; ++j) t[i][j] = n.matrix[active[i]][active[j]];
        t[i][i] *= 1.0 + 1e-10;  // points on one straight line determine no curvature
        t[i][3] = n.right[active[i]];
    }
    for (std::size_t i = 0; i < size; ++i) {
        std::size_t pivot = i;
        for (std::size_t r = i + 1; r < size; ++r) {
            if (std::abs(t[r][i]) > std::abs(t[pivot][i])) pivot = r;
        }
        if (!(std::abs(t[pivot][i]) > 1e-300)) return {};
        std::swap(t[i], t[pivot]);
        for (std::size_t r = i + 1; r < size; ++r) {
            const double factor = t[r][i] / t[i][i];
            for (std::size_t col = i; col < 4; ++col) t[r][col] -= factor * t[i][col];
        }
    }
    std::array<double, 3> x{};
    for (std::size_t i = size; i-- > 0;) {
        double sum = t[i][3];
        for (std::size_t j = i + 1; j < size; ++j) sum -= t[i][j] * x[active[j]];
        x[active[i]] = sum / t[i][i];
    }
    Candidate c{x[0], x[1], x[2], n.square};
    for (std::size_t i = 0; i < 3; ++i) {
        c.error -= 2.0 * x[i] * n.right[i];
        for (std::size_t j = 0; j < 3; ++j) c.error += x[i] * n.matrix[i][j] * x[j];
    }
    return c;
}

/// Lowest variance of the smile: at the vertex of the hyperbola.
double least_variance(const Candidate& c) { return c.a + 2.0 * std::sqrt(c.p * c.q); }

Candidate best_for(std::span<const Variance> points, Shape shape) {
    const Normal n = normal_equations(points, shape);
    static constexpr std::array<std::size_t, 3> kAll = {0, 1, 2};
    static constexpr std::array<std::size_t, 2> kRight = {0, 1};
    static constexpr std::array<std::size_t, 2> kLeft = {0, 2};
    static constexpr std::array<std::size_t, 1> kFlat = {0};
    Candidate best;
    for (const std::span<const std::size_t> active :
         {std::span<const std::size_t>(kAll), std::span<const std::size_t>(kRight),
          std::span<const std::size_t>(kLeft), std::span<const std::size_t>(kFlat)}) {
        const Candidate c = solve(n, active);
        if (c.p < 0 || c.q < 0 || !(least_variance(c) > 0)) continue;
        // The wings' slopes are 2p/sigma and 2q/sigma, and no smile's may exceed 2 (Lee's moment formula).
        if (std::max(c.p, c.q) > shape.sigma) continue;
        if (c.error < best.error) best = c;
    }
    return best;
}

void set_smile(const Candidate& c, Shape shape, SmileSlice& slice) {
    const double sum = c.p + c.q;
    slice.a = c.a;
    slice.b = sum / shape.sigma;
    slice.rho = sum > 0 ? (c.p - c.q) / sum : 0;
    slice.m = shape.m;
    slice.sigma = shape.sigma;
}

double squared_error(std::span<const Variance> points, const SmileSlice& s) {
    double sum = 0;
    for (const Variance& p : points) {
        const double off = raw_variance(s, p.k) - p.w;
        sum += p.weight * off * off;
    }
    return sum;
}

/// Looks for the m and sigma that fit best.
class Search {
  public:
    Search(std::span<const Variance> points, const SmileSlice& slice, const SmileSlice* earlier)
        : points_(points),
          slice_(slice),
          earlier_(earlier),
          span_(std::max(slice.quoted_high - slice.quoted_low, 1e-3)),
          at_{0.5 * (slice.quoted_low + slice.quoted_high), 0.25 * span_} {}

    /// All over the place, 120 shapes.
    void from_scratch() {
        grid(1, 1);
        refine(0.05, 0.4);
    }
    /// Around this shape; a grid of 20 more sees when the market has gone to another one.
    void from(Shape last) {
        look(last);
        grid(3, 2);
        refine(0.02, 0.2);
    }
    bool write(SmileSlice& slice) const {
        if (!std::isfinite(best_.error)) return false;
        set_smile(best_, at_, slice);
        return true;
    }

  private:
    void grid(int stride_m, int stride_sigma) {
        for (int i = -2; i <= 12; i += stride_m) {
            for (int j = 0; j < 8; j += stride_sigma)
                look({slice_.quoted_low + span_ * 0.1 * i, span_ * 0.02 * std::pow(2.0, j)});
        }
    }
    /// A shrinking pattern around the best place so far; steps in m over the range of strikes, in sigma over
    /// itself.
    void refine(double step_m, double step_sigma) {
        constexpr double kFineEnough = 1e-6;
        for (int round = 0; round < 60 && step_sigma > kFineEnough; ++round) {
            const Shape from = at_;
            const double dm = step_m * span_, factor = 1 + step_sigma;
            const bool moved = look({from.m + dm, from.sigma}) | look({from.m - dm, from.sigma}) |
                               look({from.m, from.sigma * factor}) | look({from.m, from.sigma / factor});
            if (moved) continue;
            step_m *= 0.5;
            step_sigma *= 0.5;
        }
    }
    bool look(Shape shape) {
        Candidate c = best_for(points_, shape);
        if (!(c.error < best_.error)) return false;
        SmileSlice trial = slice_;
        set_smile(c, shape, trial);
        if (earlier_ != nullptr && !free_of_calendars(*earlier_, trial)) {
            c.a = trial.a += calendar_shortfall(*earlier_, trial);
            c.error = squared_error(points_, trial);
            if (!(c.error < best_.error)) return false;
        }
        if (!priceable(trial) || !positive_density(trial, trial.quoted_low, trial.quoted_high)) return false;
        best_ = c;
        at_ = shape;
        return true;
    }

    std::span<const Variance> points_;
    const SmileSlice& slice_;
    const SmileSlice* earlier_;
    double span_;
    Shape at_;
    Candidate best_;
};

void set_range(std::span<const SmilePoint> points, SmileSlice& slice) {
    slice.quoted_low = slice.quoted_high = points.front().k;
    for (const SmilePoint& p : points) {
        slice.quoted_low = std::min(slice.quoted_low, p.k);
        slice.quoted_high = std::max(slice.quoted_high, p.k);
    }
    slice.k_low = slice.quoted_low;
    slice.k_high = slice.quoted_high;
    slice.quotes = static_cast<std::uint32_t>(points.size());
}

/// One point that is not a number would make all of the fit none.
bool believable(const SmilePoint& p) {
    return std::abs(p.k) < 10 && p.vol > 1e-4 && p.vol < 10 && p.weight > 0 && p.weight < 1e6;
}

/// From some 30 ms on: below that a total variance says nothing of a volatility.
bool believable_years(double years) { return years > 1e-9 && years < 1e3; }

std::size_t distinct_strikes(std::span<const SmilePoint> points) {
    std::vector<double> ks;
    for (const SmilePoint& p : points) ks.push_back(p.k);
    std::sort(ks.begin(), ks.end());
    return static_cast<std::size_t>(std::unique(ks.begin(), ks.end()) - ks.begin());
}

double weighted_mean_vol(std::span<const SmilePoint> points) {
    double sum = 0, weights = 0;
    for (const SmilePoint& p : points) sum += p.weight * p.vol, weights += p.weight;
    return sum / weights;
}

void set_level(double vol, SmileSlice& slice) {
    slice.a = vol * vol * slice.years;
    slice.b = slice.rho = slice.m = 0;
    slice.sigma = 0.1;
}

/// False: nothing with positive variance and without arbitrage was found.
bool find_smile(const std::vector<Variance>& points, const SmileSlice* earlier, const SmileSlice* last,
                SmileSlice& slice) {
    Search search(points, slice, earlier);
    const bool warm = last != nullptr && last->b > 0 && last->sigma > 0;
    warm ? search.from({last->m, last->sigma}) : search.from_scratch();
    return search.write(slice);
}

/// The slice is still being made: it gets its source only once it is known to be good.
/// A point counts by its weight here as in the fit: a wide quote far out says little of how good the smile
/// is.
double rms_of(std::span<const SmilePoint> points, SmileSlice slice) {
    slice.source = VolSource::own_fit;  // one without a source has no volatility at all
    double sum = 0, weights = 0;
    for (const SmilePoint& p : points) {
        const double residual = p.weight * (vol_at(slice, p.k) - p.vol);
        sum += residual * residual;
        weights += p.weight * p.weight;
    }
    return std::sqrt(sum / weights);
}

}  // namespace

bool fit_svi(std::span<const SmilePoint> offered, SmileSlice& slice, const SmileSlice* earlier,
             const SmileSlice* last) {
    std::vector<SmilePoint> points;
    std::copy_if(offered.begin(), offered.end(), std::back_inserter(points), believable);
    if (points.empty() || !believable_years(slice.years)) return false;
    set_range(points, slice);
    if (distinct_strikes(points) < 3) {
        set_level(weighted_mean_vol(points), slice);
    } else if (!find_smile(variances_of(points, slice.years), earlier, last, slice)) {
        return false;
    }
    follow_wings(slice);
    slice.rms_vol = rms_of(points, slice);
    return std::isfinite(slice.rms_vol);
}

bool fit_flat(std::span<const SmilePoint> offered, SmileSlice& slice) {
    std::vector<SmilePoint> sorted;
    std::copy_if(offered.begin(), offered.end(), std::back_inserter(sorted), believable);
    if (sorted.empty() || !believable_years(slice.years)) return false;
    std::sort(sorted.begin(), sorted.end(),
              [](const SmilePoint& a, const SmilePoint& b) { return a.vol < b.vol; });
    double half = 0;
    for (const SmilePoint& p : sorted) half += 0.5 * p.weight;
    std::size_t middle = 0;
    for (double sum = sorted[0].weight; sum < half && middle + 1 < sorted.size();)
        sum += sorted[++middle].weight;
    set_range(sorted, slice);
    set_level(sorted[middle].vol, slice);
    slice.rms_vol = rms_of(sorted, slice);
    return std::isfinite(slice.rms_vol);
}

}  // namespace hw::hedge
