#include "hedge/exposure.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <string_view>

#include "core/pricing/math.h"
#include "core/pricing/settlement.h"
#include "hedge/context.h"
#include "hedge/ladder_use.h"
#include "hedge/settling.h"
#include "hedge/volatility.h"

namespace hw::hedge {

double mid_price(const EngineState& state, InstrumentId id) {
    const BookSlot& slot = state.books.slot(id);
    if (!slot.trusted) return 0;
    const BookSet::Touch t = state.books.touch(id);
    if (!t.has_bid || !t.has_ask || t.bid >= t.ask) return 0;
    return 0.5 * (t.bid.to_double() + t.ask.to_double());
}

double delta_per_contract(const Instrument& i, double price) {
    const double size = i.contract_size.to_double();
    if (!i.is_inverse()) return size;
    return price > 0 ? size / price : 0;
}

double forward_of(const UnderlyingState& u, const Held& held) {
    return held.slice == 0 ? u.reference : u.reference * u.slices[held.slice - 1].forward_ratio;
}

double years_of(Nanos expiry, Nanos now, const UnderlyingConfig& rules) {
    return pricing::variance_years(expiry, now, rules.settlement_window);
}

const pricing::Kernel& kernel_of(const EngineState& state) {
    const auto level = static_cast<pricing::SimdLevel>(state.simd);
    return pricing::kernel(pricing::is_supported(level) ? level : pricing::best_simd_level());
}

namespace {

using Groups = std::array<pricing::KernelGroup, kMaxExpiryGroups>;

struct Prepared {
    Groups groups;
    double constants = 0;  ///< what puts take off the calls' delta, coins
    Settling settling;     ///< expiries whose price is being averaged
    AlertCode unknown = AlertCode::none;
};

/// Nothing of this expiry counts: it is over.
void leave_out(pricing::KernelGroup& k) { k.scale = k.gamma_scale = k.skew_scale = 0; }

void prepare_group(const UnderlyingState& u, const ExpiryGroup& g, double x, double years,
                   pricing::KernelGroup& k, Prepared& all) {
    const double forward = u.reference * u.slices[g.slice - 1].forward_ratio;
    const bool inverse = g.settlement == Settlement::inverse;
    k.x = x;
    k.move = std::clamp(x, -g.reach, g.reach);
    k.root_years = std::sqrt(years);
    k.inv_root_years = 1 / k.root_years;
    k.half_root_years = inverse ? -0.5 * k.root_years : 0.5 * k.root_years;
    k.scale = inverse ? 1 / forward : 1;
    k.gamma_scale = k.scale * k.inv_root_years / forward;
    k.skew_scale = k.scale * k.root_years;
    k.forward = forward;
    all.constants += inverse ? g.put_strikes / forward : g.puts;
}

void add_settling(const Settling& s, Prepared& all) {
    if (!s.known) all.unknown = AlertCode::settlement_average_unknown;
    all.settling.net_delta += s.net_delta;
    all.settling.venue_net_delta += s.venue_net_delta;
    all.settling.gamma += s.gamma;
    all.settling.vega += s.vega;
    all.settling.theta += s.theta;
}

/// How far the underlying has moved since the surface was made: ln of the ratio.
double moved(const UnderlyingState& u) {
    if (!(u.surface_reference > 0)) return 0;
    return pricing::log1p((u.reference - u.surface_reference) / u.surface_reference);
}

constexpr std::uint64_t kAllGroups = ~0ULL;
static_assert(kMaxExpiryGroups == 64);

/// What the nodes of each of these expiries share now.
void prepare(const EngineState& state, const UnderlyingConfig& rules, UnderlyingId id, double x,
             std::uint64_t wanted, Prepared& all) {
    const UnderlyingState& u = state.underlyings[index(id)];
    const auto groups = state.inventory.groups(id);
    if (groups.size() < 64) wanted &= (1ULL << groups.size()) - 1;
    for (; wanted != 0; wanted &= wanted - 1) {
        const auto n = static_cast<std::size_t>(std::countr_zero(wanted));
        const double years = years_of(groups[n].expiry, state.now, rules);
        if (!(years > 0)) {
            leave_out(all.groups[n]);
        } else if (settling(groups[n].expiry, state.now, rules)) {
            leave_out(all.groups[n]);
            add_settling(settling_greeks(state, rules, id, static_cast<std::uint16_t>(n)), all);
        } else if (groups[n].slice == 0) {
            leave_out(all.groups[n]);
            all.unknown = AlertCode::no_volatility;
        } else {
            prepare_group(u, groups[n], x, years, all.groups[n], all);
        }
    }
}

/// What is left of a contract's delta: all of it before the settlement window, none once it has expired.
double unsettled(const Instrument& i, Nanos now, Nanos window) {
    if (i.expiry.is_zero()) return 1;
    const Nanos left = i.expiry - now;
    if (left <= Nanos{}) return 0;
    return left >= window ? 1 : static_cast<double>(left.ns()) / static_cast<double>(window.ns());
}

double delta_one_coins(const EngineState& state, const UnderlyingConfig& rules, UnderlyingId id) {
    const UnderlyingState& u = state.underlyings[index(id)];
    double sum = 0;
    for (std::size_t n = 0; n < u.held_count; ++n) {
        const Held& held = u.held[n];
        const Instrument& i = state.instruments[held.instrument];
        const bool is_reference = u.has_hedge && held.instrument == u.hedge;
        const double own = is_reference ? 0 : mid_price(state, held.instrument);
        const double price = own > 0 ? own : forward_of(u, held);
        sum += state.positions[index(held.instrument)].qty.to_double() * delta_per_contract(i, price) *
               unsettled(i, state.now, rules.settlement_window);
    }
    return sum;
}

/// A wallet's equity; nothing when it was never heard of or too long ago.
const Wallet* wallet_of(const EngineState& state, const EngineConfig& config, std::string_view currency) {
    for (const Wallet& w : state.wallets) {
        if (w.currency.empty()) break;
        if (w.currency.view() != currency) continue;
        return state.now - w.time > config.equity_stale_after ? nullptr : &w;
    }
    return nullptr;
}

/// Does everything quote-settled that is held settle in a wallet that is known to hold quote currency?
bool settles_in_quote_wallets(const UnderlyingState& u, const UnderlyingConfig& rules) {
    const auto known = [&](const QuoteSettled& q) {
        const auto same = [&](const QuoteWallet& w) { return w.currency == q.currency.view(); };
        return q.positions == 0 || std::any_of(rules.quote_wallets.begin(), rules.quote_wallets.end(), same);
    };
    return std::all_of(u.quote_settled.begin(), u.quote_settled.end(), known);
}

/// What the numeraire adds: in usd the coins of the wallet are a long position; in coin the worth of the
/// quote wallets, in coins, moves against the price, whatever is held. The two deltas differ by exactly the
/// whole equity.
AlertCode add_equity(const EngineState& state, const EngineConfig& config, const UnderlyingState& u,
                     const UnderlyingConfig& rules, Exposure& sum) {
    sum.equity = 0;
    if (!settles_in_quote_wallets(u, rules)) return AlertCode::settlement_unlisted;
    double equity = 0;
    if (rules.numeraire == Numeraire::usd) {
        const Wallet* w = wallet_of(state, config, u.name.view());
        if (w == nullptr) return AlertCode::equity_unknown;
        equity = w->amount.to_double();
    } else {
        for (const QuoteWallet& quote : rules.quote_wallets) {
            if (!(quote.share > 0)) continue;
            const Wallet* w = wallet_of(state, config, quote.currency);
            if (w == nullptr) return AlertCode::equity_unknown;
            equity -= quote.share * w->amount.to_double() / u.reference;
        }
    }
    sum.equity = equity;
    sum.net_delta += equity;
    return AlertCode::none;
}

}  // namespace

namespace {

/// Every node summed.
double exact_delta(const EngineState& state, const UnderlyingConfig& rules, UnderlyingId id, double x,
                   Prepared& all, double& gamma) {
    prepare(state, rules, id, x, kAllGroups, all);
    pricing::DeltaGamma options;
    const Inventory& book = state.inventory;
    kernel_of(state).delta_gamma(book.blocks(), book.refs(id), all.groups.data(),
                                 smile_counts(rules, state.underlyings[index(id)].min_variance), options);
    gamma = options.gamma + all.settling.gamma;
    return options.delta - all.constants;
}

/// The covered expiries from the ladder, the near ones summed, what changed since corrected.
double delta_with_ladder(const EngineState& state, const UnderlyingConfig& rules, UnderlyingId id, double x,
                         double covered, Prepared& all) {
    const UnderlyingState& u = state.underlyings[index(id)];
    const LadderState& l = u.ladder;
    const bool smile = smile_counts(rules, u.min_variance);
    const pricing::Kernel& kernel = kernel_of(state);
    pricing::DeltaGamma near, changed;
    if (l.patch_count != 0) {
        // Their constant terms are among the covered ones.
        prepare(state, rules, id, x, l.patched, all);
        kernel.delta_gamma(l.patches.data(), {l.patch_refs.data(), l.patch_count}, all.groups.data(), smile,
                           changed);
        all.constants = 0;
    }
    prepare(state, rules, id, x, ~l.covered, all);
    kernel.delta_gamma(state.inventory.blocks(), {l.near_refs.data(), l.near_count}, all.groups.data(), smile,
                       near);
    return covered + near.delta + changed.delta - all.constants - l.puts - l.put_strikes / u.reference;
}

}  // namespace

AlertCode evaluate(const EngineState& state, const EngineConfig& config, UnderlyingId id, Exposure& sum) {
    const UnderlyingState& u = state.underlyings[index(id)];
    const UnderlyingConfig& rules = rules_of(config, u);
    sum.net_delta = 0;
    if (!(u.reference > 0)) return AlertCode::underlying_untrusted;
    const double x = moved(u);
    Prepared all;
    const auto covered = ladder_delta(state, rules, id, x);
    sum.looked_up = covered.has_value();
    const double options = covered ? delta_with_ladder(state, rules, id, x, *covered, all)
                                   : exact_delta(state, rules, id, x, all, sum.gamma);
    sum.settling = all.settling.net_delta;
    sum.settling_venue = all.settling.venue_net_delta;
    sum.net_delta = options + all.settling.net_delta + delta_one_coins(state, rules, id);
    const AlertCode equity = add_equity(state, config, u, rules, sum);
    if (u.left_out != 0) return AlertCode::book_incomplete;
    if (all.unknown != AlertCode::none) return all.unknown;
    if (!std::isfinite(sum.net_delta)) return AlertCode::no_volatility;
    return equity;
}

double options_delta(const EngineState& state, const UnderlyingConfig& rules, UnderlyingId id,
                     const Exposure& sum) {
    return sum.net_delta - sum.equity - delta_one_coins(state, rules, id);
}

void complete_greeks(const EngineState& state, const EngineConfig& config, UnderlyingId id, Exposure& sum) {
    const UnderlyingState& u = state.underlyings[index(id)];
    const UnderlyingConfig& rules = rules_of(config, u);
    sum.vega = sum.theta = sum.vanna = sum.volga = sum.charm = sum.speed = 0;
    if (!(u.reference > 0)) return;
    Prepared all;
    prepare(state, rules, id, moved(u), kAllGroups, all);
    std::array<pricing::GroupSums, kMaxExpiryGroups> sums{};
    const Inventory& book = state.inventory;
    kernel_of(state).full(book.blocks(), book.risk(), book.refs(id), all.groups.data(),
                          smile_counts(rules, u.min_variance), sums.data());
    sum.vega = all.settling.vega;
    sum.theta = all.settling.theta;
    sum.gamma = all.settling.gamma;
    for (std::size_t n = 0; n < book.groups(id).size(); ++n) {
        const pricing::KernelGroup& k = all.groups[n];
        if (k.scale == 0) continue;
        const double forward = k.forward;
        const double years = k.root_years * k.root_years;
        const pricing::GroupSums& s = sums[n];
        sum.gamma += s.phi_over_vol * k.inv_root_years / forward;
        sum.vega += forward * k.root_years * s.phi * 0.01;
        sum.theta -= forward * s.phi_vol * 0.5 * k.inv_root_years / 365.0;
        sum.vanna -= s.phi_d2_over_vol * 0.01;
        sum.volga += forward * k.root_years * s.phi_d1_d2_over_vol * 1e-4;
        sum.charm += s.phi_d2 * 0.5 / years / 365.0;
        sum.speed -= (s.phi_d1_over_vol2 / years + s.phi_over_vol * k.inv_root_years) / (forward * forward);
    }
}

}  // namespace hw::hedge
