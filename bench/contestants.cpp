#include "bench/contestants.h"

#include <ql/exercise.hpp>
#include <ql/instruments/vanillaoption.hpp>
#include <ql/pricingengines/blackcalculator.hpp>
#include <ql/pricingengines/vanilla/analyticeuropeanengine.hpp>
#include <ql/processes/blackscholesprocess.hpp>
#include <ql/quotes/simplequote.hpp>
#include <ql/settings.hpp>
#include <ql/termstructures/volatility/equityfx/blackconstantvol.hpp>
#include <ql/termstructures/yield/flatforward.hpp>
#include <ql/time/calendars/nullcalendar.hpp>
#include <ql/time/daycounters/actual365fixed.hpp>

#include "bench/option_book.h"
#include "bench/vector_loop.h"
#include "core/pricing/black76.h"
#include "core/pricing/implied_vol.h"

namespace hw::bench {

namespace {

using pricing::SimdLevel;
namespace ql = QuantLib;

Contestant kernel_full(const std::shared_ptr<OptionBook>& book, SimdLevel level, std::size_t n) {
    return {"full_" + std::string(to_string(level)), n, [book, level](double forward) {
                book->move_to(forward);
                std::array<pricing::GroupSums, 8> sums{};
                pricing::kernel(level).full(book->blocks.data(), book->risk.data(), book->refs,
                                            book->groups.data(), false, sums.data());
                return sums[0].n1 + sums[0].phi;
            }};
}

Contestant kernel_tick(const std::shared_ptr<OptionBook>& book, SimdLevel level, std::size_t n) {
    return {"delta_gamma_" + std::string(to_string(level)), n, [book, level](double forward) {
                book->move_to(forward);
                pricing::DeltaGamma sum;
                pricing::kernel(level).delta_gamma(book->blocks.data(), book->refs, book->groups.data(),
                                                   false, sum);
                return sum.delta + sum.gamma;
            }};
}

/// The floor: every line that the full set reads is read and added up, and nothing else is done.
Contestant touch(const std::shared_ptr<OptionBook>& book, std::size_t n) {
    return {"touch", n, [book](double forward) {
                book->move_to(forward);
                double sum[pricing::kLanes] = {};
                for (const pricing::BlockRef ref : book->refs) {
                    const pricing::KernelBlock& b = book->blocks[ref.block];
                    const pricing::RiskBlock& r = book->risk[ref.block];
                    for (std::size_t i = 0; i < pricing::kLanes; ++i)
                        sum[i] += b.k[i] + b.vol[i] + b.inv_vol[i] + r.coins[i] + r.strike_coins[i];
                }
                return sum[0] + sum[1] + sum[2] + sum[3] + sum[4] + sum[5] + sum[6] + sum[7];
            }};
}

Contestant vector_loop(const std::shared_ptr<OptionBook>& book, std::size_t n) {
    struct Constants {
        std::vector<double> k, inv_v, v;
    };
    const auto c = std::make_shared<Constants>();
    for (std::size_t i = 0; i < n; ++i) {
        c->k.push_back(std::log(book->strikes[i] / OptionBook::kReference));
        c->v.push_back(book->vols[i] * std::sqrt(book->years[i]));
        c->inv_v.push_back(1 / c->v.back());
    }
    const auto loop = pricing::is_supported(SimdLevel::avx512) ? vector_loop_avx512 : vector_loop_avx2;
    return {"libmvec", n, [book, c, n, loop](double forward) {
                double sums[9];
                loop({n, std::log(forward / OptionBook::kReference), forward, c->k.data(), c->inv_v.data(),
                      c->v.data(), book->vols.data(), book->strikes.data(), book->coins.data()},
                     sums);
                return sums[0] + sums[2];
            }};
}

Contestant black_calculator(const std::shared_ptr<OptionBook>& book, std::size_t n) {
    return {"ql_blackcalculator", n, [book, n](double forward) {
                double sum = 0;
                for (std::size_t i = 0; i < n; ++i) {
                    const double t = book->years[i];
                    const ql::BlackCalculator c(ql::Option::Call, book->strikes[i], forward,
                                                book->vols[i] * std::sqrt(t), 1.0);
                    sum += book->coins[i] * (c.value() + c.deltaForward() + c.gammaForward() + c.vega(t) +
                                             c.theta(forward, t));
                }
                return sum;
            }};
}

/// Options with engines of their own on one moving quote, as a QuantLib user sets a book up.
Contestant analytic_engine(const std::shared_ptr<OptionBook>& book, std::size_t n) {
    const auto spot = ql::ext::make_shared<ql::SimpleQuote>(OptionBook::kReference);
    const auto options = std::make_shared<std::vector<ql::ext::shared_ptr<ql::VanillaOption>>>();
    const ql::Date today(24, ql::November, 2026);
    ql::Settings::instance().evaluationDate() = today;
    const ql::Actual365Fixed days;
    const ql::Handle<ql::YieldTermStructure> flat(ql::ext::make_shared<ql::FlatForward>(today, 0.0, days));
    for (std::size_t i = 0; i < n; ++i) {
        const ql::Handle<ql::BlackVolTermStructure> vol(
            ql::ext::make_shared<ql::BlackConstantVol>(today, ql::NullCalendar(), book->vols[i], days));
        const auto process =
            ql::ext::make_shared<ql::BlackScholesMertonProcess>(ql::Handle<ql::Quote>(spot), flat, flat, vol);
        const auto payoff = ql::ext::make_shared<ql::PlainVanillaPayoff>(ql::Option::Call, book->strikes[i]);
        const auto exercise =
            ql::ext::make_shared<ql::EuropeanExercise>(today + static_cast<int>(book->years[i] * 365));
        options->push_back(ql::ext::make_shared<ql::VanillaOption>(payoff, exercise));
        options->back()->setPricingEngine(ql::ext::make_shared<ql::AnalyticEuropeanEngine>(process));
    }
    return {"ql_engine", n, [book, spot, options](double forward) {
                spot->setValue(forward);
                double sum = 0;
                for (std::size_t i = 0; i < options->size(); ++i) {
                    const ql::VanillaOption& o = *(*options)[i];
                    sum += book->coins[i] * (o.NPV() + o.delta() + o.gamma() + o.vega() + o.theta());
                }
                return sum;
            }};
}

}  // namespace

std::vector<Contestant> contestants(std::size_t options) {
    const auto book = std::make_shared<OptionBook>(options);
    std::vector<Contestant> all;
    for (const SimdLevel level : {SimdLevel::scalar, SimdLevel::avx2, SimdLevel::avx512}) {
        if (!is_supported(level)) continue;
        all.push_back(kernel_full(book, level, options));
        all.push_back(kernel_tick(book, level, options));
    }
    all.push_back(touch(book, options));
    all.push_back(vector_loop(book, options));
    all.push_back(black_calculator(book, options));
    if (options <= 1'024) all.push_back(analytic_engine(book, options));
    return all;
}

std::vector<Contestant> vol_contestants() {
    constexpr std::size_t kQueries = 1'024;
    const auto queries = std::make_shared<std::vector<pricing::VolQuery>>();
    const auto vols = std::make_shared<std::vector<double>>(kQueries);
    const OptionBook book(kQueries);
    for (std::size_t i = 0; i < kQueries; ++i) {
        // Up to two standard deviations out, the guess 3 % off: what a moving market leaves of the last
        // surface.
        const double years = book.years[i], vol = book.vols[i];
        const double strike =
            60'000 * std::exp(vol * std::sqrt(years) * (4.0 * static_cast<double>(i) / kQueries - 2));
        const OptionType type = strike >= 60'000 ? OptionType::call : OptionType::put;
        const double price = pricing::undiscounted_price(type, 60'000, strike, vol * std::sqrt(years));
        queries->push_back({60'000, strike, years, price, vol * (i % 2 ? 1.03 : 0.97)});
    }
    return {{"iv_warm", kQueries,
             [queries, vols](double) {
                 pricing::implied_vols(pricing::best_simd_level(), *queries, *vols);
                 return (*vols)[7];
             }},
            {"iv_bracketed", kQueries, [queries](double) {
                 double sum = 0;
                 for (const pricing::VolQuery& q : *queries) {
                     const OptionType type = q.strike >= q.forward ? OptionType::call : OptionType::put;
                     sum += pricing::implied_vol(type, q.forward, q.strike, q.years, q.price).value_or(0);
                 }
                 return sum;
             }}};
}

}  // namespace hw::bench
