// Which contracts the simulated venue lists on the first day: a perpetual, dated futures and an option chain
// around the spot for each family, named as Deribit names them.
#pragma once

#include <vector>

#include "tests/exchange/market.h"

namespace hw::exchange {

/// The spot price behind a base asset ("BTC", "ETH"), with its volatility and smile.
Underlying make_underlying(const std::string& base);
/// The family of that name over `underlying`; `underlying` is its place in the market's list.
Family make_family(const std::string& name, std::uint16_t underlying);
/// The base asset of a family's name: what comes before the underscore.
std::string base_of_family(const std::string& name);

/// Appends every contract of `family`. A feed id is 1000 plus the place in `contracts`.
void list_family(const MarketConfig&, const Family&, std::uint16_t family_index, const Underlying&,
                 Nanos start, std::vector<Contract>& contracts);

}  // namespace hw::exchange
