// What the book is worth now, for people's eyes and the reports: cash of all fills, positions at their marks,
// fees.
#pragma once

#include "hedge/state.h"

namespace hw::hedge {

struct Profit {
    double coin = 0;         ///< of coin-settled instruments, in the base asset, fees taken off
    double quote = 0;        ///< of quote-settled instruments, in quote currency, fees taken off
    double fees_quote = 0;   ///< all fees, in quote currency at the reference price
    double total_quote = 0;  ///< coin * reference + quote
    bool complete = true;    ///< false: something held has neither mark nor market
};

/// The venue's mark, else the middle of the market; zero when there is neither.
double mark_price(const EngineState&, InstrumentId);
Profit profit_of(const EngineState&, UnderlyingId);

}  // namespace hw::hedge
