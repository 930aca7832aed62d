// The venue's synthetic market makers: what they would quote in a contract right now.
//
// Sizes depend on the contract, the price and a clock of two seconds only, so that quoting again at an
// unchanged price changes nothing, and what an order took away comes back with the next quote.
#pragma once

#include <vector>

#include "core/book.h"
#include "tests/exchange/market.h"

namespace hw::exchange {

/// Best price first; either side may be empty.
struct Ladder {
    std::vector<Level> bids;
    std::vector<Level> asks;
};

class Quoter {
  public:
    Quoter(const Market& market, std::uint64_t seed) : market_(market), seed_(seed) {}

    Ladder quote(std::size_t contract) const;
    /// While it lasts every level is one lot.
    void set_thin(bool thin) { thin_ = thin; }
    /// While it lasts there are no quotes in perpetuals.
    void set_empty(bool empty) { empty_ = empty; }

  private:
    Ladder delta_one(std::size_t contract) const;
    Ladder option(std::size_t contract) const;
    Qty size(std::size_t contract, Price price, double low_coins, double high_coins) const;

    const Market& market_;
    std::uint64_t seed_;
    bool thin_ = false;
    bool empty_ = false;
};

}  // namespace hw::exchange
