// The quoting engine's luck: at random times somebody trades with its quotes, in one option or in a combo of
// several, and the fills land in the account that the hedger keeps neutral.
#pragma once

#include <vector>

#include "tests/exchange/venue.h"

namespace hw::exchange {

struct OptionFlowConfig {
    std::uint64_t seed = 1;
    Nanos every = Nanos::from_ms(400);  ///< mean time between fills; zero: none
    double combo_share = 0.2;           ///< of the fills are combos of two or three legs
    double max_coins = 2.0;             ///< largest size of a leg
};

class OptionFlow {
  public:
    OptionFlow(const OptionFlowConfig&, const Market&, const Account&, Venue&, Nanos start);

    /// Trades what is due.
    void advance(Nanos now);
    void stop() { stopped_ = true; }

  private:
    void trade(Nanos now);
    std::vector<Venue::QuoteLeg> one_option();
    std::vector<Venue::QuoteLeg> combo();
    /// The account buys at its bid or sells at its ask. Empty when nothing stands there.
    std::vector<Venue::QuoteLeg> leg(std::size_t contract, Side side, Qty qty) const;
    Qty draw_qty(std::size_t contract);
    /// Rather the side that brings an existing position back: inventories do not run away.
    Side draw_side(std::size_t contract);
    std::vector<std::size_t> candidates() const;

    OptionFlowConfig config_;
    const Market& market_;
    const Account& account_;
    Venue& venue_;
    Rng rng_;
    Nanos next_;
    bool stopped_ = false;
};

}  // namespace hw::exchange
