#include "deploy/runtime/wallets.h"

#include "hedge/valuation.h"

namespace hw::deploy {

Equity paper_equity(const WalletConfig& wallet, const hedge::EngineState& state) {
    double amount = wallet.equity;
    for (std::uint16_t i = 0; i < state.underlying_count; ++i) {
        const hedge::UnderlyingState& u = state.underlyings[i];
        const hedge::Profit profit = hedge::profit_of(state, UnderlyingId{i});
        if (u.name.view() == wallet.currency) amount += profit.coin;
        if (u.quote_wallet.view() == wallet.currency) amount += profit.quote;
    }
    Equity equity{};
    equity.currency = Currency::cut(wallet.currency);
    equity.amount = Cash::from_double(amount).value_or(Cash{});
    equity.source = EquitySource::paper;
    return equity;
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
