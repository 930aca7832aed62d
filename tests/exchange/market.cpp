#include "tests/exchange/market.h"

#include <algorithm>
#include <cmath>

#include "tests/exchange/listing.h"

namespace hw::exchange {

bool Market::known_family(const std::string& name) {
    static const std::vector<std::string> known = {"BTC", "ETH", "BTC_USDC", "ETH_USDC"};
    return std::find(known.begin(), known.end(), name) != known.end();
}

Market::Market(const MarketConfig& config, Nanos start) : rng_(config.seed, Stream::prices), now_(start) {
    for (const std::string& name : config.families) {
        const std::string base = base_of_family(name);
        std::size_t u = 0;
        while (u < underlyings_.size() && underlyings_[u].base != base) ++u;
        if (u == underlyings_.size()) {
            underlyings_.push_back(make_underlying(base));
            underlyings_[u].annual_vol *= config.vol_scale;
            underlyings_[u].jump_every_s = config.jump_every_s;
        }
        const auto family_index = static_cast<std::uint16_t>(families_.size());
        families_.push_back(make_family(name, static_cast<std::uint16_t>(u)));
        list_family(config, families_.back(), family_index, underlyings_[u], start, contracts_);
    }
    jumped_.resize(underlyings_.size());
}

void Market::step(Nanos now, std::vector<std::size_t>& settled) {
    const Nanos elapsed = now - now_;
    now_ = now;
    for (std::size_t i = 0; i < underlyings_.size(); ++i) {
        Underlying& u = underlyings_[i];
        double move = u.annual_vol * std::sqrt(elapsed.to_years()) * rng_.normal();
        // Drawn whether or not jumps are on: calming the market leaves the rest of the sequence as it was.
        const bool jump = u.jump_every_s > 0.0 && rng_.chance(elapsed.to_seconds() / u.jump_every_s);
        const double size = u.jump_sd * rng_.normal();
        jumped_[i] = jump && jumps_;
        if (jumped_[i]) move += size;
        u.spot *= std::exp(move);
    }
    for (Contract& c : contracts_) {
        if (c.terms.kind != Kind::perpetual) continue;
        // Pulled back to zero over a minute or so, a few basis points wide.
        const double dt = elapsed.to_seconds();
        c.basis += -c.basis * dt / 60.0 + 2e-5 * std::sqrt(dt) * rng_.normal();
    }
    settle_expired(settled);
}

void Market::gap(double fraction) {
    for (std::size_t i = 0; i < underlyings_.size(); ++i) {
        underlyings_[i].spot *= 1.0 + fraction;
        jumped_[i] = true;
    }
}

void Market::halt(std::size_t contract, bool halted) {
    TradingState& state = contracts_[contract].terms.state;
    if (state != TradingState::settled) state = halted ? TradingState::halted : TradingState::open;
}

void Market::settle_expired(std::vector<std::size_t>& settled) {
    for (std::size_t i = 0; i < contracts_.size(); ++i) {
        Contract& c = contracts_[i];
        if (c.settled() || c.terms.expiry.is_zero() || now_ < c.terms.expiry) continue;
        c.terms.state = TradingState::settled;
        c.delivery = std::round(spot_of(c) * 100.0) / 100.0;
        settled.push_back(i);
    }
}

double Market::forward(const Contract& c) const {
    if (c.settled()) return c.delivery;
    if (c.terms.kind == Kind::perpetual) return spot_of(c) * (1.0 + c.basis);
    return spot_of(c) * std::exp(c.carry * (c.terms.expiry - now_).to_years());
}

double Market::fair(const Contract& c) const { return fair(c, 0.0); }

double Market::fair(const Contract& c, double vol_shift) const {
    const double f = forward(c);
    if (!c.terms.is_option()) return f;
    if (c.settled()) return payoff(c);
    const double strike = c.terms.strike.to_double();
    const double years = (c.terms.expiry - now_).to_years();
    const double vol = underlyings_[family_of(c).underlying].smile.vol(strike, f, years);
    const double value = black_76(c.terms.option_type, f, strike, years, std::max(0.01, vol + vol_shift));
    return c.terms.is_inverse() ? value / f : value;
}

double Market::coin_delta(const Contract& c) const {
    const double f = forward(c);
    const double size = c.terms.contract_size.to_double();
    if (!c.terms.is_option()) return c.terms.is_inverse() ? size / f : size;
    const double strike = c.terms.strike.to_double();
    const double years = (c.terms.expiry - now_).to_years();
    const double vol = underlyings_[family_of(c).underlying].smile.vol(strike, f, years);
    const double step = 1e-4 * f;
    const auto value = [&](double at) { return black_76(c.terms.option_type, at, strike, years, vol); };
    const double slope = (value(f + step) - value(f - step)) / (2 * step);
    return size * (c.terms.is_inverse() ? slope - value(f) / f : slope);
}

double Market::payoff(const Contract& c) const {
    if (!c.terms.is_option()) return c.delivery;
    const double value = black_76(c.terms.option_type, c.delivery, c.terms.strike.to_double(), 0.0, 0.0);
    return c.terms.is_inverse() ? value / c.delivery : value;
}

std::size_t Market::find(std::string_view symbol) const {
    const auto it = std::find_if(contracts_.begin(), contracts_.end(),
                                 [&](const Contract& c) { return c.terms.symbol.view() == symbol; });
    return static_cast<std::size_t>(it - contracts_.begin());
}

}  // namespace hw::exchange
