#include "hedge/hedge_choice.h"

#include <algorithm>
#include <cmath>

#include "hedge/exposure.h"

namespace hw::hedge {

namespace {

constexpr std::size_t kLevelsWalked = 8;  ///< what lies deeper counts as being at the last of them

bool tradable(const Context& c, const UnderlyingState& u, InstrumentId id) {
    if (c.state.instruments[id].state != TradingState::open) return false;
    const BookSlot& slot = c.state.books.slot(id);
    if (!slot.trusted || slot.partial != 0) return false;
    if (c.state.now - slot.heard > c.rules(u).stale_after) return false;
    const BookSet::Touch touch = c.state.books.touch(id);
    return touch.has_bid && touch.has_ask && touch.bid < touch.ask;
}

/// Average price that `contracts` are traded at.
double price_through(const Context& c, InstrumentId id, Side side, double contracts) {
    const auto levels = c.state.books.levels(id, side == Side::buy ? Side::sell : Side::buy);
    double left = contracts, value = 0, last = 0;
    const std::size_t most = std::min(levels.size(), kLevelsWalked);
    for (std::size_t n = 0; n < most && left > 0; ++n) {
        const Level& level = levels[levels.size() - 1 - n];
        last = level.price.to_double();
        const double taken = std::min(left, level.qty.to_double());
        value += taken * last;
        left -= taken;
    }
    return (value + left * last) / contracts;
}

const HedgeAlternative* alternative(const UnderlyingConfig& rules, std::size_t place) {
    return place == 0 || place > rules.alternatives.size() ? nullptr : &rules.alternatives[place - 1];
}

}  // namespace

void attach_alternatives(Context& c, UnderlyingState& u) {
    HedgeChoice& hedges = u.risk.hedges;
    hedges.known = u.has_hedge;
    hedges.instruments[0] = u.hedge;
    const auto& wanted = c.rules(u).alternatives;
    for (std::size_t n = 0; u.has_hedge && n < wanted.size() && n + 1 < kMaxHedges; ++n) {
        const InstrumentId id = c.state.instruments.find_symbol(wanted[n].instrument);
        if (id == kNoInstrument) continue;
        const Instrument& i = c.state.instruments[id];
        if (!i.is_delta_one() || i.base != u.name) {
            c.alert(AlertCode::definition_refused, i.underlying, id);
            continue;
        }
        hedges.instruments[n + 1] = id;
        hedges.known = static_cast<std::uint8_t>(hedges.known | 1u << (n + 1));
    }
    if ((hedges.known >> hedges.chosen & 1) == 0) hedges.chosen = 0;
}

bool is_limit_locked(const Context& c, InstrumentId id, Side side) {
    const TickerState& ticker = c.state.tickers[index(id)];
    const BookSet::Touch touch = c.state.books.touch(id);
    if (side == Side::buy) return ticker.max_buy > Price{} && touch.has_ask && touch.ask > ticker.max_buy;
    return ticker.min_sell > Price{} && touch.has_bid && touch.bid < ticker.min_sell;
}

std::optional<double> trading_cost_of(const Context& c, const UnderlyingState& u, std::size_t place,
                                      Side side, double coins) {
    const InstrumentId id = u.risk.hedges.instruments[place];
    if ((u.risk.hedges.known >> place & 1) == 0 || !tradable(c, u, id) || is_limit_locked(c, id, side))
        return std::nullopt;
    const Instrument& i = c.state.instruments[id];
    const double mid = mid_price(c.state, id);
    const double per_contract = delta_per_contract(i, mid);
    if (!(mid > 0) || !(per_contract > 0) || !(coins > 0)) return std::nullopt;
    const HedgeAlternative* const other = alternative(c.rules(u), place);
    const double delay_us = other != nullptr ? other->taker_delay_us : c.rules(u).taker_delay_us;
    const double slippage = std::abs(price_through(c, id, side, coins / per_contract) / mid - 1);
    return i.taker_fee_nanos * 1e-9 + slippage + std::sqrt(u.risk.regime.variance * delay_us * 1e-6) +
           (other != nullptr ? other->basis_risk_bp * 1e-4 : 0);
}

std::size_t choose_hedge(const Context& c, const UnderlyingState& u, Side side, double coins) {
    const HedgeChoice& hedges = u.risk.hedges;
    if (hedges.known == 1) return 0;
    std::size_t best = hedges.chosen;
    const auto present = trading_cost_of(c, u, best, side, coins);
    double least =
        present ? *present - c.rules(u).switch_saving_bp * 1e-4 : std::numeric_limits<double>::infinity();
    for (std::size_t n = 0; n < kMaxHedges; ++n) {
        if (n == hedges.chosen) continue;
        const auto cost = trading_cost_of(c, u, n, side, coins);
        if (!cost || !(*cost < least)) continue;
        best = n;
        least = *cost;
    }
    return best;
}

}  // namespace hw::hedge
