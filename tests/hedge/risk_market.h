// Books for the planner's risk: the engine fixture's market with a strip of coin- and quote-settled options,
// and prices worked out by other means than the product's.
#pragma once

#include <cmath>
#include <random>

#include "hedge/planner/scenarios.h"
#include "tests/hedge/engine_fixture.h"

namespace hw::hedge::test {

inline constexpr double kDay = 86'400;
inline constexpr Nanos days_on(double days) {
    return Nanos::from_ns(static_cast<std::int64_t>(days * kDay * 1e9));
}

class RiskMarket : public EngineTest {
  protected:
    static constexpr int kListed = 24;
    /// Half a day, five and forty days out, by settlement and type and strike.
    static Instrument listed(int n) {
        Instrument i =
            option("BTC-R" + std::to_string(n), n % 2 == 0 ? Settlement::inverse : Settlement::linear,
                   n / 2 % 2 == 0 ? OptionType::call : OptionType::put,
                   40'000.0 + 10'000.0 * (n / 4 % 2) + 5'000.0 * (n % 3));
        i.expiry = kStart + days_on(n / 8 == 0 ? 0.5 : n / 8 == 1 ? 5 : 40);
        if (i.settlement == Settlement::linear) i.tick = price(1);
        i.taker_fee_nanos = 300'000;
        return i;
    }
    double basis = 1e-4;  ///< of a forward, a day
    static InstrumentId id(int n) { return InstrumentId{static_cast<std::uint32_t>(5 + n)}; }
    void open_market(double vol = 0.6, double wings = 0.0) {
        run_started();
        define_market();
        for (int n = 0; n < kListed; ++n) define(listed(n));
        definitions_complete();
        session(true);
        quote(kPerpetual, kReference);
        std::vector<SmileSlice> slices;
        for (const double days : {0.5, 5.0, 30.0, 40.0}) {
            for (const Settlement s : {Settlement::inverse, Settlement::linear}) {
                SmileSlice slice = flat_slice(days == 30 ? kExpiry : kStart + days_on(days), s, vol);
                slice.b = wings, slice.rho = -0.2;
                slice.forward_ratio = 1 + basis * days;
                slices.push_back(slice);
            }
        }
        surface(slices);
    }
    double vol_of(const Instrument& i) {
        const UnderlyingState& u = btc();
        for (std::uint32_t n = 0; n < u.slice_count; ++n) {
            const SmileSlice& s = u.slices[n];
            if (s.expiry == i.expiry && s.settlement == i.settlement)
                return vol_at(s, std::log(i.strike.to_double() / (kReference * s.forward_ratio)));
        }
        return 0;
    }
    double ratio_of(const Instrument& i) {
        return i.expiry.is_zero() ? 1 : 1 + basis * (i.expiry - kStart).to_seconds() / kDay;
    }
    static double normal(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }
    /// Black's formula as in the books; quote currency.
    static double black(OptionType type, double forward, double strike, double years, double vol) {
        const double s = type == OptionType::call ? 1 : -1;
        if (!(years > 0) || !(vol > 0)) return std::max(s * (forward - strike), 0.0);
        const double v = vol * std::sqrt(years), d1 = std::log(forward / strike) / v + v / 2;
        return s * (forward * normal(s * d1) - strike * normal(s * (d1 - v)));
    }
    /// Worth of everything held, in quote currency at the shocked price, coins and quote currency apart.
    struct Worth {
        double coin = 0, quote = 0;
    };
    Worth worth(const Shock& shock) {
        Worth sum;
        const EngineState& state = memory.state();
        for (std::uint32_t n = 0; n < state.instruments.size(); ++n) {
            const Instrument& i = state.instruments[InstrumentId{n}];
            const double contracts = state.positions[n].qty.to_double();
            if (contracts == 0) continue;
            const double forward = kReference * ratio_of(i) * (1 + shock.spot);
            const double size = contracts * i.contract_size.to_double();
            if (i.is_option()) {
                const double years = (i.expiry - now).to_seconds() / kDay / 365 - shock.days / 365;
                const double value =
                    black(i.option_type, forward, i.strike.to_double(), years, vol_of(i) * (1 + shock.vol));
                (i.is_inverse() ? sum.coin : sum.quote) +=
                    i.is_inverse() ? size * value / forward : size * value;
            } else if (i.is_inverse()) {
                sum.coin -= size / forward;
            } else {
                sum.quote += size * forward;
            }
        }
        return sum;
    }
};

}  // namespace hw::hedge::test
