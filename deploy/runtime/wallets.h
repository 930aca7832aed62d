// What the account's wallets are worth, where no venue says it: the configuration says what each is worth
// when the run begins, all positions at their marks, and the trades and marks of this run do the rest.
//
// A position that the run began with, from the journal or from a file, counts from its first mark of this run
// on: what it had earned before is in the configured figure. While a mark is missing nothing is said at all:
// an equity that lacks a position is wrong by its worth, and the last one becomes stale by itself.
#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "core/event.h"
#include "core/pricing/kernel.h"
#include "deploy/runtime/positions_file.h"
#include "deploy/runtime/run_config.h"
#include "hedge/state.h"

namespace hw::deploy {

/// As the configuration has it.
Equity configured_equity(const WalletConfig&);

/// The wallets of a paper account. Used by one thread.
class PaperWallets {
  public:
    /// Before the run's first Event: the state that the journal left, and what a file will add to it.
    void begin(const std::vector<WalletConfig>&, const hedge::EngineState&,
               const std::vector<StartingPosition>& starting);

    /// At most once a second of the engine's time: hands the equity of every wallet to `take`.
    template <class Take>
    void renew(const hedge::EngineState& state, Take&& take) {
        open(state);
        for (const WalletConfig& wallet : wallets_) {
            if (is_fresh(state, wallet)) continue;
            if (const auto equity = equity_of(wallet, state)) take(*equity);
        }
    }

    /// Nothing while something that settles in this currency has no mark of this run.
    std::optional<Equity> equity_of(const WalletConfig&, const hedge::EngineState&) const;

  private:
    /// A line of the books as the run found it.
    struct Opening {
        PositionLine line;
        double worth = 0;     ///< of the position, at its first mark of this run
        bool marked = false;  ///< false: that mark has not come yet
    };

    void open(const hedge::EngineState&);
    void take_starting(const hedge::EngineState&);
    std::optional<double> position_worth(const hedge::EngineState&, InstrumentId, Qty) const;
    std::optional<double> earned(const hedge::EngineState&, InstrumentId) const;
    static bool is_fresh(const hedge::EngineState&, const WalletConfig&);

    std::vector<WalletConfig> wallets_;
    std::unordered_map<std::uint32_t, Opening> openings_;
    std::vector<StartingPosition> starting_;  ///< not in the books yet
    std::vector<InstrumentId> unmarked_;      ///< openings whose first mark has not come yet
    Nanos journal_end_;                       ///< marks until then are of earlier runs
};

/// What the configuration asks for, as far as the machine has it.
pricing::SimdLevel simd_level(SimdChoice);

}  // namespace hw::deploy
