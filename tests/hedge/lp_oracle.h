// An independent linear programme for the overlay: every bound a row of its own, two phases, Bland's rule,
// the full tableau. Slow and plain.
#pragma once

#include <cmath>
#include <cstddef>
#include <optional>
#include <vector>

#include "hedge/planner/overlay.h"

namespace hw::hedge::test {

/// minimise c'x subject to A x <= b, x >= 0.
class PlainSimplex {
  public:
    PlainSimplex(std::vector<std::vector<double>> a, std::vector<double> b, std::vector<double> c)
        : m_(a.size()), n_(c.size()) {
        for (std::size_t r = 0; r < m_; ++r) {
            const double sign = b[r] < 0 ? -1 : 1;
            std::vector<double> row(n_ + 2 * m_ + 1, 0);
            for (std::size_t j = 0; j < n_; ++j) row[j] = sign * a[r][j];
            row[n_ + r] = sign;
            if (sign < 0) row[n_ + m_ + r] = 1;
            row.back() = sign * b[r];
            rows_.push_back(row);
            basis_.push_back(sign < 0 ? n_ + m_ + r : n_ + r);
        }
        cost_ = std::move(c);
    }
    /// The least cost; nothing when nothing is feasible.
    std::optional<double> solve() {
        std::vector<double> artificial(n_ + 2 * m_, 0);
        for (std::size_t j = n_ + m_; j < n_ + 2 * m_; ++j) artificial[j] = 1;
        if (minimise(artificial, n_ + 2 * m_) > 1e-9) return std::nullopt;
        cost_.resize(n_ + 2 * m_, 0);
        return minimise(cost_, n_ + m_);
    }

  private:
    double minimise(const std::vector<double>& c, std::size_t allowed) {
        for (;;) {
            std::size_t enter = allowed;
            for (std::size_t j = 0; j < allowed && enter == allowed; ++j) {
                double reduced = c[j];
                for (std::size_t r = 0; r < m_; ++r) reduced -= c[basis_[r]] * rows_[r][j];
                if (reduced < -1e-9) enter = j;
            }
            if (enter == allowed) break;
            std::size_t leave = m_;
            for (std::size_t r = 0; r < m_; ++r) {
                if (rows_[r][enter] <= 1e-11) continue;
                const auto ratio = [&](std::size_t i) { return rows_[i].back() / rows_[i][enter]; };
                if (leave == m_ || ratio(r) < ratio(leave) - 1e-13 ||
                    (ratio(r) <= ratio(leave) + 1e-13 && basis_[r] < basis_[leave]))
                    leave = r;
            }
            if (leave == m_) break;
            pivot(leave, enter);
        }
        double sum = 0;
        for (std::size_t r = 0; r < m_; ++r) sum += c[basis_[r]] * rows_[r].back();
        return sum;
    }
    void pivot(std::size_t row, std::size_t column) {
        const double by = rows_[row][column];
        for (double& v : rows_[row]) v /= by;
        for (std::size_t r = 0; r < m_; ++r) {
            const double times = rows_[r][column];
            if (r == row || times == 0) continue;
            for (std::size_t j = 0; j < rows_[r].size(); ++j) rows_[r][j] -= times * rows_[row][j];
        }
        basis_[row] = column;
    }

    std::size_t m_, n_;
    std::vector<std::vector<double>> rows_;
    std::vector<std::size_t> basis_;
    std::vector<double> cost_;
};

/// What the overlay would cost if lots could be divided; nothing when the limits cannot be met.
inline std::optional<double> relaxed_cost(const std::vector<OverlayRow>& rows,
                                          const std::vector<OverlayColumn>& columns) {
    const std::size_t n = columns.size();
    std::vector<std::vector<double>> a;
    std::vector<double> b, c(2 * n);
    for (std::size_t r = 0; r < rows.size(); ++r) {
        std::vector<double> above(2 * n), below(2 * n);
        for (std::size_t j = 0; j < n; ++j) {
            above[j] = below[n + j] = columns[j].greeks[r] / rows[r].limit;
            above[n + j] = below[j] = -above[j];
        }
        a.push_back(above), b.push_back(1 - rows[r].value / rows[r].limit);
        a.push_back(below), b.push_back(1 + rows[r].value / rows[r].limit);
    }
    for (std::size_t j = 0; j < n; ++j) {
        std::vector<double> bought(2 * n), sold(2 * n);
        bought[j] = sold[n + j] = 1;
        a.push_back(bought), b.push_back(columns[j].max_buy);
        a.push_back(sold), b.push_back(columns[j].max_sell);
        c[j] = c[n + j] = columns[j].cost;
    }
    return PlainSimplex(a, b, c).solve();
}

}  // namespace hw::hedge::test
