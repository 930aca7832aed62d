// What a new surface costs: the fit of a smile (off the hot thread), and its way into the nodes (on it).
#include <array>
#include <cmath>

#include "bench/contestants.h"
#include "bench/option_book.h"
#include "core/surface.h"
#include "hedge/planner/svi_fit.h"

namespace hw::bench {

namespace {

using pricing::SimdLevel;

struct FitCase {
    std::array<std::vector<hedge::SmilePoint>, 16> quotes;  ///< the market at sixteen moments
    SmileSlice last;                                        ///< what the first was fitted to
};

SmileSlice market_smile(double phase) {
    SmileSlice s;
    s.years = 0.08;
    s.source = VolSource::own_fit;
    s.a = 0.012 * (1 + 0.02 * std::sin(phase)), s.b = 0.06, s.rho = -0.3 + 0.02 * std::cos(phase);
    s.m = 0.01 * std::sin(0.7 * phase), s.sigma = 0.12;
    s.k_low = -0.5, s.k_high = 0.5;
    return s;
}

std::shared_ptr<FitCase> fit_case(std::size_t strikes) {
    const auto c = std::make_shared<FitCase>();
    for (std::size_t moment = 0; moment < c->quotes.size(); ++moment) {
        const SmileSlice smile = market_smile(0.1 * static_cast<double>(moment));
        for (std::size_t n = 0; n < strikes; ++n) {
            const double k = -0.5 + static_cast<double>(n) / static_cast<double>(strikes - 1);
            const double noise = 0.002 * (static_cast<double>((n * 7'919 + moment * 31) % 101) / 50 - 1);
            c->quotes[moment].push_back({k, vol_at(smile, k) + noise, 1});
        }
    }
    c->last.years = market_smile(0).years;
    hedge::fit_svi(c->quotes[0], c->last);
    return c;
}

Contestant fit(const std::string& name, std::size_t strikes, bool warm) {
    const auto c = fit_case(strikes);
    return {name + std::to_string(strikes), 1, [c, warm](double price) {
                const auto moment = static_cast<std::size_t>(2 * price) % c->quotes.size();
                SmileSlice slice;
                slice.years = c->last.years;
                hedge::fit_svi(c->quotes[moment], slice, nullptr, warm ? &c->last : nullptr);
                return slice.rms_vol;
            }};
}

}  // namespace

std::vector<Contestant> fit_contestants() {
    return {fit("svi_fit_", 16, false), fit("svi_fit_", 80, false), fit("svi_fit_warm_", 16, true),
            fit("svi_fit_warm_", 80, true)};
}

std::vector<Contestant> attach_contestants() {
    constexpr std::size_t kOptions = 1'024;
    const auto book = std::make_shared<OptionBook>(kOptions);
    const SmileSlice smile = market_smile(0);
    std::vector<Contestant> all;
    for (const SimdLevel level : {SimdLevel::scalar, SimdLevel::avx2, SimdLevel::avx512}) {
        if (!is_supported(level)) continue;
        all.push_back(
            {"attach_" + std::string(to_string(level)), kOptions, [book, smile, level](double forward) {
                 pricing::AttachTerms t;
                 t.forward = forward;
                 t.years_of_fit = smile.years, t.root_years = std::sqrt(smile.years);
                 t.a = smile.a, t.b = smile.b, t.rho = smile.rho, t.m = smile.m, t.sigma = smile.sigma;
                 t.k_low = smile.k_low, t.k_high = smile.k_high;
                 t.delta.ssr = 0;
                 pricing::kernel(level).attach(book->blocks.data(), book->risk.data(), book->refs, t);
                 return book->blocks[1].vol[3];
             }});
    }
    return all;
}

}  // namespace hw::bench
