// What the Starbase feed counts, and where a definition of it will stand in the instrument table.
#pragma once

#include <functional>
#include <string_view>

#include "core/instrument.h"
#include "net/feed/starbase_books.h"
#include "net/feed/starbase_channels.h"
#include "net/feed/starbase_config.h"
#include "net/feed/starbase_decoder.h"
#include "net/feed/starbase_retransmit.h"

namespace hw::net {

struct StarbaseCounters {
    starbase::ChannelCounters channels;
    starbase::DecodeCounters decode;
    starbase::BookCounters books;
    starbase::RetransmitCounters retransmit;
    std::uint64_t unknown_instrument = 0;  ///< messages of instruments that are not defined (yet)
    std::uint64_t unknown_index = 0;
    std::uint64_t bad_quantities = 0;  ///< order messages with a quantity that does not convert
    std::uint64_t bad_tickers = 0;
    std::uint64_t bad_trades = 0;
    std::uint64_t bad_index_prices = 0;
    std::uint64_t bad_definitions = 0;
    std::uint64_t trades_without_side = 0;  ///< neither a summary nor the maker says who was the aggressor
    std::uint64_t unstarted_transactions = 0;
    std::uint64_t definitions_sent = 0;
    std::uint64_t definitions_known = 0;
    std::uint64_t more_tick_steps = 0;      ///< definitions with more tick steps than we keep
    std::uint64_t snapshots_abandoned = 0;  ///< a part was missing
    std::uint64_t cycles = 0;               ///< whole ones

    /// Messages delivered by the decoder.
    std::uint64_t messages() const { return decode.delivered(); }
    /// Every counter with its stable name. Cold.
    void visit(const std::function<void(std::string_view name, std::uint64_t value)>& one) const;
};

/// Where the definition of `incoming` will stand (see DefinitionPlace in deribit_feed.h). Fees are not on
/// this feed: those of a known definition are taken over.
struct StarbasePlace {
    InstrumentId id = kNoInstrument;
    InstrumentId before = kNoInstrument;  ///< what its feed id means until now
    bool unchanged = false;
};
StarbasePlace place_starbase_definition(const InstrumentTable&, Instrument& incoming);

/// With the venue's channels where none are named.
StarbaseConfig with_channels(StarbaseConfig);

}  // namespace hw::net
