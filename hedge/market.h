// What the feed and the planner tell the engine: definitions, books, tickers, surfaces.
#pragma once

#include "core/blob.h"
#include "hedge/context.h"

namespace hw::hedge {

/// Makes every configured underlying known and finds its hedge instrument; called at each start of a run.
void attach_configuration(Context&);
/// The underlying of that base asset, added if need be; kNoUnderlying when there is no room.
UnderlyingId underlying_of(Context&, const Currency& base);

void on_definition(Context&, InstrumentId announced, const Instrument&);
void on_book_clear(Context&, InstrumentId);
void on_book_level(Context&, InstrumentId, const BookLevel&);
void on_book_trust(Context&, InstrumentId, const BookTrust&);
void on_ticker(Context&, InstrumentId, const Ticker&);
void on_line_state(Context&, const LineState&);
void on_port_state(Context&, const PortState&);
void on_equity(Context&, const Equity&);

}  // namespace hw::hedge
