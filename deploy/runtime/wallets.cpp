#include "deploy/runtime/wallets.h"

#include <algorithm>

#include "hedge/valuation.h"

namespace hw::deploy {

namespace {

bool untouched(const PositionLine& line) {
    return line.qty.is_zero() && line.cash.is_zero() && line.fees.is_zero() && line.traded.is_zero();
}

bool settles_in(const Instrument& i, std::string_view currency) {
    return (i.is_inverse() ? i.base : i.settle).view() == currency;
}

double cash_of(const PositionLine& line) { return (line.cash - line.fees).to_double(); }

std::optional<Equity> equity_in(const WalletConfig& wallet, double amount, EquitySource source) {
    const auto cash = Cash::from_double(amount);
    if (!cash) return std::nullopt;
    Equity equity{};
    equity.currency = Currency::cut(wallet.currency);
    equity.amount = *cash;
    equity.source = source;
    return equity;
}

}  // namespace

Equity configured_equity(const WalletConfig& wallet) {
    // The configuration's limits are within what an amount can hold.
    return equity_in(wallet, wallet.equity, EquitySource::configuration).value();
}

void PaperWallets::begin(const std::vector<WalletConfig>& wallets, const hedge::EngineState& state,
                         const std::vector<StartingPosition>& starting) {
    wallets_ = wallets;
    starting_ = starting;
    journal_end_ = state.now;
    openings_.clear();
    unmarked_.clear();
    for (std::uint32_t n = 0; n < state.instruments.size(); ++n) {
        const PositionLine& line = state.positions[n];
        if (untouched(line)) continue;
        openings_[n] = {line, 0, line.qty.is_zero()};
        if (!line.qty.is_zero()) unmarked_.push_back(InstrumentId{n});
    }
}

/// Nothing before the first mark of this run.
std::optional<double> PaperWallets::position_worth(const hedge::EngineState& state, InstrumentId id,
                                                   Qty contracts) const {
    if (contracts.is_zero()) return 0;
    const hedge::TickerState& ticker = state.tickers[index(id)];
    if (ticker.mark > Price{} && ticker.time <= journal_end_) return std::nullopt;
    const double mark = hedge::mark_price(state, id);
    const auto price = Price::from_double(mark);
    if (!(mark > 0) || !price) return std::nullopt;
    return contract_value(state.instruments[id], contracts, *price).to_double();
}

/// Positions of the file that have come into the books.
void PaperWallets::take_starting(const hedge::EngineState& state) {
    if (!state.definitions_complete) return;
    const auto in_the_books = [&](const StartingPosition& p) {
        const InstrumentId id = state.instruments.find_symbol(p.instrument);
        if (id == kNoInstrument || untouched(state.positions[index(id)])) return false;
        Opening opening;
        opening.line.qty = p.quantity;
        opening.line.cash = -contract_value(state.instruments[id], p.quantity, p.average_price);
        openings_[index(id)] = opening;
        unmarked_.push_back(id);
        return true;
    };
    starting_.erase(std::remove_if(starting_.begin(), starting_.end(), in_the_books), starting_.end());
}

/// Values what the run began with at its first mark.
void PaperWallets::open(const hedge::EngineState& state) {
    take_starting(state);
    const auto marked = [&](InstrumentId id) {
        Opening& opening = openings_[index(id)];
        const auto worth = position_worth(state, id, opening.line.qty);
        if (worth) opening.worth = *worth, opening.marked = true;
        return worth.has_value();
    };
    unmarked_.erase(std::remove_if(unmarked_.begin(), unmarked_.end(), marked), unmarked_.end());
}

/// In this run, fees taken off.
std::optional<double> PaperWallets::earned(const hedge::EngineState& state, InstrumentId id) const {
    const PositionLine& line = state.positions[index(id)];
    const auto worth = position_worth(state, id, line.qty);
    if (!worth) return std::nullopt;
    const auto found = openings_.find(index(id));
    if (found == openings_.end()) return cash_of(line) + *worth;
    const Opening& opening = found->second;
    if (!opening.marked) return std::nullopt;
    return cash_of(line) + *worth - cash_of(opening.line) - opening.worth;
}

std::optional<Equity> PaperWallets::equity_of(const WalletConfig& wallet,
                                              const hedge::EngineState& state) const {
    double amount = wallet.equity;
    for (std::uint32_t n = 0; n < state.instruments.size(); ++n) {
        if (untouched(state.positions[n])) continue;
        const InstrumentId id{n};
        if (!settles_in(state.instruments[id], wallet.currency)) continue;
        const auto profit = earned(state, id);
        if (!profit) return std::nullopt;
        amount += *profit;
    }
    return equity_in(wallet, amount, EquitySource::paper);
}

bool PaperWallets::is_fresh(const hedge::EngineState& state, const WalletConfig& wallet) {
    return std::any_of(state.wallets.begin(), state.wallets.end(), [&](const hedge::Wallet& known) {
        return known.currency.view() == wallet.currency && state.now - known.time < Nanos::from_seconds(1);
    });
}

pricing::SimdLevel simd_level(SimdChoice choice) {
    const pricing::SimdLevel best = pricing::best_simd_level();
    switch (choice) {
        case SimdChoice::best:
            break;
        case SimdChoice::scalar:
            return pricing::SimdLevel::scalar;
        case SimdChoice::avx2:
            return pricing::is_supported(pricing::SimdLevel::avx2) ? pricing::SimdLevel::avx2 : best;
        case SimdChoice::avx512:
            return pricing::is_supported(pricing::SimdLevel::avx512) ? pricing::SimdLevel::avx512 : best;
    }
    return best;
}

}  // namespace hw::deploy
