// The account that the hedger and the quoting engine trade in: positions, cash and fees, as the venue books
// them. It is the truth that a hedger's own books are compared with at the end of a run.
//
// Options: the premium moves at the trade. Futures and perpetuals: profit and loss is realised against the
// average entry price when a position shrinks, in the settlement currency. Positions are exact (fixed point),
// money is in doubles.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/exchange/market.h"

namespace hw::exchange {

struct Holding {
    Qty qty;               ///< signed contracts
    double average = 0.0;  ///< entry price; harmonic for inverse futures; zero when flat
};

class Account {
  public:
    explicit Account(const Market& market) : market_(market), holdings_(market.contracts().size()) {}

    /// Books one fill; `fee` in the contract's settlement currency, positive costs.
    void apply(std::size_t contract, Side side, Qty qty, Price price, double fee);
    /// What the account holds before anything is traded; not counted.
    void open(std::size_t contract, Qty qty, Price price);
    /// Takes a fill back, or makes its price another one; it stays counted once.
    void reverse(std::size_t contract, Side side, Qty qty, Price price, double fee);
    void correct(std::size_t contract, Side side, Qty qty, Price from, Price to, double fee);
    /// Pays out a settled contract and removes the position. Returns what was held.
    Qty settle(std::size_t contract);

    const Holding& holding(std::size_t contract) const { return holdings_[contract]; }
    const std::map<std::string, double>& cash() const { return cash_; }
    const std::map<std::string, double>& fees() const { return fees_; }
    std::uint64_t executions() const { return executions_; }
    /// What the position would bring at `mark`, in the settlement currency.
    double value(std::size_t contract, double mark) const;

  private:
    void apply_delta_one(const Instrument& terms, Holding& holding, Qty change, double price);
    double& cash_of(const Instrument& terms) { return cash_[std::string(terms.settle.view())]; }

    const Market& market_;
    std::vector<Holding> holdings_;
    std::map<std::string, double> cash_;
    std::map<std::string, double> fees_;
    std::uint64_t executions_ = 0;
};

/// Profit of `qty` contracts of a future or perpetual from `entry` to `exit`, in the settlement currency.
double delta_one_profit(const Instrument& terms, double qty, double entry, double exit);
/// The venue's taker or maker fee of a fill, in the settlement currency; options pay at most an eighth of
/// their premium. `spot` in quote currency.
double fill_fee(const Instrument& terms, bool maker, Qty qty, Price price, double spot);

}  // namespace hw::exchange
