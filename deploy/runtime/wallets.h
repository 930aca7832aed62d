// What the account's wallets are worth, where no venue says it: a paper account begins with what the
// configuration gives it, and its trades do the rest.
#pragma once

#include "core/event.h"
#include "core/pricing/kernel.h"
#include "deploy/runtime/run_config.h"
#include "hedge/state.h"

namespace hw::deploy {

/// The configured equity plus the profit of everything that settles in that currency, at marks.
Equity paper_equity(const WalletConfig&, const hedge::EngineState&);

/// At most once a second of the engine's time: hands the equity of every configured wallet to `take`.
template <class Take>
void renew_wallets(const RunConfig& config, const hedge::EngineState& state, Take&& take) {
    for (const WalletConfig& wallet : config.wallets) {
        const Equity equity = paper_equity(wallet, state);
        bool fresh = false;
        for (const hedge::Wallet& known : state.wallets) {
            fresh |= known.currency == equity.currency && state.now - known.time < Nanos::from_seconds(1);
        }
        if (!fresh) take(equity);
    }
}

/// What the configuration asks for, as far as the machine has it.
pricing::SimdLevel simd_level(SimdChoice);

}  // namespace hw::deploy
