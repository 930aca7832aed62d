#include "net/feed/translate.h"

#include <cmath>

#include "net/feed/ticker_lanes.h"

namespace hw::net {

namespace {

// What the venue writes for "never": 3000-01-01 and a few hours more or less.
constexpr std::uint64_t kNeverMs = 32'503'680'000'000 - 86'400'000;

/// Writes kNoPrice for a null (and for zero where that means none); false when there is a value that does not
/// convert.
bool put_price(double wire, bool zero_is_none, Price& out) {
    if (deribit::is_null(wire) || (zero_is_none && wire == 0)) return out = kNoPrice, true;
    const auto price = Price::from_double(wire);
    if (!price) return false;
    return out = *price, true;
}

bool put_number(double wire, double& out) {
    out = deribit::is_null(wire) ? 0.0 : wire;
    return std::isfinite(out);
}

}  // namespace

namespace {

/// One value after the other: for what the vectors cannot hold, and to find what is wrong.
bool put_prices(const deribit::Ticker& wire, Ticker& out) {
    return put_price(wire.mark(), false, out.mark) && put_price(wire.min_sell(), false, out.min_sell) &&
           put_price(wire.max_buy(), false, out.max_buy) && put_price(wire.index(), true, out.index) &&
           put_price(wire.last(), true, out.last) && put_price(wire.best_bid(), true, out.best_bid) &&
           put_price(wire.best_ask(), true, out.best_ask) && put_price(wire.delivery(), true, out.delivery) &&
           put_price(wire.settlement(), true, out.settlement) &&
           put_price(wire.estimated_delivery(), true, out.estimated_delivery);
}

}  // namespace

bool to_ticker_slowly(const deribit::Ticker& wire, Ticker& out) {
    const auto state = to_trading_state(wire.state());
    if (!state) return false;
    out.state = *state;
    return put_prices(wire, out) && put_number(wire.funding_8h(), out.funding_8h);
}

bool to_ticker(const deribit::Ticker& wire, Ticker& out) {
    TickerLanes lanes;
    if (!lanes.read(wire)) return to_ticker_slowly(wire, out);
    lanes.write(out);
    return true;
}

bool to_trade(double contract_size, const deribit::TradeEntry& wire, Trade& out) {
    const auto price = Price::from_double(wire.price());
    const auto qty = to_contracts(wire.amount(), contract_size);
    if (!price || !qty || wire.direction() > 1 || !put_number(wire.iv(), out.implied_vol)) return false;
    out.price = *price;
    out.qty = *qty;
    out.trade_id = wire.trade_id();
    constexpr std::uint64_t kNull = ~std::uint64_t{0};
    out.block_id = wire.block_trade_id() == kNull ? 0 : wire.block_trade_id();
    out.implied_vol /= 100.0;  // percent on the wire
    out.aggressor = wire.direction() == 0 ? Side::buy : Side::sell;
    out.liquidation = wire.liquidation();
    return true;
}

bool to_index_price(const deribit::PriceIndex& wire, IndexPrice& out) {
    const auto name = Name<16>::from(wire.name());
    const auto price = Price::from_double(wire.price());
    if (!name || !price) return false;
    out.name = *name;
    out.price = *price;
    return true;
}

namespace {

DefinitionDefect put_names(const deribit::Instrument& wire, Instrument& out) {
    const auto symbol = Symbol::from(wire.name());
    if (!symbol || symbol->empty()) return DefinitionDefect::name;
    // An option's quote currency is what its premium is in; strikes and futures prices are in the counter
    // currency.
    const auto base = Currency::from(wire.base());
    const auto quote = Currency::from(wire.counter().empty() ? wire.quote() : wire.counter());
    const auto settle = Currency::from(wire.settle().empty() ? wire.quote() : wire.settle());
    if (!base || !quote || !settle || base->empty() || quote->empty()) return DefinitionDefect::currency;
    out.symbol = *symbol;
    out.base = *base;
    out.quote = *quote;
    out.settle = *settle;
    return DefinitionDefect::none;
}

bool put_kind(const deribit::Instrument& wire, Instrument& out) {
    constexpr std::uint8_t kPeriodPerpetual = 0;
    switch (wire.kind()) {
        case 0:
            out.kind = wire.settlement_period() == kPeriodPerpetual || wire.expiry_ms() >= kNeverMs
                           ? Kind::perpetual
                           : Kind::future;
            return true;
        case 1:
            out.kind = Kind::option;
            if (wire.option_type() != 1 && wire.option_type() != 2) return false;
            out.option_type = wire.option_type() == 1 ? OptionType::call : OptionType::put;
            return true;
        case 2:
        case 3:
            out.kind = Kind::combo;
            return true;
        case 4:
            out.kind = Kind::spot;
            return true;
        default:
            return false;
    }
}

bool put_settlement(const deribit::Instrument& wire, Instrument& out) {
    // Combos and spot settle by their legs and by delivery: only contracts must say.
    const bool must_say = out.kind != Kind::combo && out.kind != Kind::spot;
    if (must_say && wire.type() != 1 && wire.type() != 2) return false;
    out.settlement = wire.type() == 1 ? Settlement::inverse : Settlement::linear;
    return true;
}

bool put_fee(double wire, std::int32_t& out) {
    double fraction = 0;  // null: the venue charges none
    if (!put_number(wire, fraction) || !(std::fabs(fraction) < 2.0)) return false;
    out = static_cast<std::int32_t>(std::lrint(fraction * 1e9));
    return true;
}

template <class T>
bool put_fixed(double wire, T& out) {
    const auto value = T::from_double(wire);
    if (!value) return false;
    out = *value;
    return true;
}

bool put_numbers(const deribit::Instrument& wire, Instrument& out) {
    if (out.kind == Kind::option && !put_fixed(wire.strike(), out.strike)) return false;
    return put_fixed(wire.contract_size(), out.contract_size) && out.contract_size > Qty{} &&
           put_fixed(wire.min_trade_amount() / wire.contract_size(), out.lot) &&
           put_fixed(wire.tick(), out.tick) && put_fee(wire.maker_fee(), out.maker_fee_nanos) &&
           put_fee(wire.taker_fee(), out.taker_fee_nanos);
}

bool put_tick_steps(const deribit::Instrument& wire, TranslatedDefinition& out) {
    const auto steps = wire.tick_steps();
    out.more_tick_steps = steps.size() > 1;
    return steps.size() == 0 || (put_fixed(steps[0].above_price(), out.instrument.tick_threshold) &&
                                 put_fixed(steps[0].tick(), out.instrument.tick_above));
}

DefinitionDefect translate(const deribit::Instrument& wire, TranslatedDefinition& result) {
    Instrument& out = result.instrument;
    if (const auto defect = put_names(wire, out); defect != DefinitionDefect::none) return defect;
    out.feed_id = wire.instrument();
    const auto state = to_trading_state(wire.state());
    if (!state) return DefinitionDefect::state;
    out.state = *state;
    if (!put_kind(wire, out)) return DefinitionDefect::kind;
    if (!put_settlement(wire, out)) return DefinitionDefect::settlement;
    const auto expiry = wire.expiry_ms() >= kNeverMs ? Nanos{} : venue_time(wire.expiry_ms());
    if (!expiry) return DefinitionDefect::time;
    out.expiry = out.kind == Kind::perpetual || out.kind == Kind::spot ? Nanos{} : *expiry;
    return put_numbers(wire, out) && put_tick_steps(wire, result) ? DefinitionDefect::none
                                                                  : DefinitionDefect::number;
}

}  // namespace

TranslatedDefinition to_definition(const deribit::Instrument& wire) {
    TranslatedDefinition result;
    result.defect = translate(wire, result);
    return result;
}

std::string_view to_string(DefinitionDefect defect) {
    switch (defect) {
        case DefinitionDefect::none:
            return "none";
        case DefinitionDefect::name:
            return "name";
        case DefinitionDefect::currency:
            return "currency";
        case DefinitionDefect::kind:
            return "kind";
        case DefinitionDefect::settlement:
            return "settlement";
        case DefinitionDefect::state:
            return "state";
        case DefinitionDefect::number:
            return "number";
        case DefinitionDefect::time:
            return "time";
    }
    return "invalid";
}

}  // namespace hw::net
