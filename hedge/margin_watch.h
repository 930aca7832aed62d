// The account's equity against its maintenance margin, below which the venue liquidates: as the venue tells
// both. Near it is said once until it
// has recovered; nothing is hedged differently.
#pragma once

#include "hedge/context.h"

namespace hw::hedge {

/// News of a wallet, whose equity has been taken in already.
void watch_margin(Context&, Wallet&, const Equity&);

}  // namespace hw::hedge
