// The world behind the simulated venue: spot prices that walk and jump, and what every listed contract is
// worth on them.
//
// It knows nothing of orders. `step` moves time; for one seed the same sequence of steps gives the same
// sequence of states. Contracts are numbered densely from 0 (a "contract index"); their feed ids, symbols and
// terms never change, their state does when they expire.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/instrument.h"
#include "tests/exchange/rng.h"
#include "tests/exchange/smile.h"

namespace hw::exchange {

/// One index and the spot price behind it.
struct Underlying {
    std::string base;   ///< "BTC"
    double spot = 0.0;  ///< quote currency
    double annual_vol = 0.0;
    double jump_sd = 0.0;       ///< of the logarithm of one jump
    double jump_every_s = 0.0;  ///< mean; zero: never
    Smile smile;
};

/// A family of instruments: what shares a multicast group, an underlying and a settlement currency.
struct Family {
    std::string name;        ///< "BTC", "BTC_USDC": the beginning of every symbol of it
    std::string index_name;  ///< "btc_usd"
    std::string quote;       ///< "USD"
    std::string settle;      ///< "BTC"
    std::uint16_t underlying = 0;
    std::uint8_t channel = 1;  ///< last byte of the multicast group, and the feed's channel id
    Settlement settlement = Settlement::inverse;
};

struct Contract {
    Instrument terms;
    std::uint16_t family = 0;
    double carry = 0.0;     ///< annual; forward = spot * exp(carry * years)
    double basis = 0.0;     ///< perpetuals: now trades at spot * (1 + basis)
    double delivery = 0.0;  ///< quote currency; set when settled

    bool open() const { return terms.state == TradingState::open; }
    bool settled() const { return terms.state == TradingState::settled; }
};

struct MarketConfig {
    std::uint64_t seed = 1;
    std::vector<std::string> families = {"BTC"};    ///< of BTC, ETH, BTC_USDC, ETH_USDC
    std::uint32_t strikes = 11;                     ///< per expiry
    Nanos short_expiry = Nanos::from_seconds(900);  ///< from the start; zero: no expiry of minutes
    double jump_every_s = 3.0;                      ///< zero: no jumps
    double vol_scale = 1.0;                         ///< on every spot's volatility
};

class Market {
  public:
    /// `start` is the first moment of simulated time. Unknown families are the caller's error: see
    /// known_family.
    Market(const MarketConfig&, Nanos start);

    static bool known_family(const std::string& name);

    /// Moves the world to `now` (never backwards). Contracts whose expiry has come are settled at the index;
    /// their indices are appended to `settled`.
    void step(Nanos now, std::vector<std::size_t>& settled);
    /// Every spot price moves by `fraction` of itself at once, as a jump does.
    void gap(double fraction);
    /// Trading in a contract stops, or goes on.
    void halt(std::size_t contract, bool halted);
    /// No jumps from here on.
    void calm() { jumps_ = false; }

    Nanos now() const { return now_; }
    /// True when the last step held a jump of this underlying.
    bool jumped(std::size_t underlying) const { return jumped_[underlying]; }

    const std::vector<Underlying>& underlyings() const { return underlyings_; }
    const std::vector<Family>& families() const { return families_; }
    const std::vector<Contract>& contracts() const { return contracts_; }
    const Family& family_of(const Contract& c) const { return families_[c.family]; }
    double spot_of(const Contract& c) const { return underlyings_[family_of(c).underlying].spot; }
    /// Forward of the contract's expiry, in quote currency.
    double forward(const Contract&) const;
    /// What the contract is worth in its own quotation (coin for inverse options); not rounded to a tick.
    double fair(const Contract&) const;
    /// The same at another forward volatility: `vol_shift` in absolute vol (0.01 is one point).
    double fair(const Contract&, double vol_shift) const;
    /// Coins of its base asset that one contract moves like, the coins it is worth left out.
    double coin_delta(const Contract&) const;
    /// Pays out what was settled: the same quotation as `fair`.
    double payoff(const Contract&) const;
    /// Contract index, or size() when there is none.
    std::size_t find(std::string_view symbol) const;

  private:
    void settle_expired(std::vector<std::size_t>& settled);

    Rng rng_;
    Nanos now_;
    bool jumps_ = true;
    std::vector<Underlying> underlyings_;
    std::vector<Family> families_;
    std::vector<Contract> contracts_;
    std::vector<bool> jumped_;  ///< since the last step began
};

}  // namespace hw::exchange
