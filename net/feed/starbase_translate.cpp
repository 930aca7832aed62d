#include "net/feed/starbase_translate.h"

#include <cmath>

namespace hw::net::starbase {

namespace {

constexpr std::int64_t kMostNanos = 4'000'000'000 * kNano;

enum class WireType : std::int8_t {
    perpetual = 0,
    option = 1,
    spot = 2,
    future_combo = 3,
    option_combo = 4,
    dated_future = 5
};

/// 10^exponent, or nothing when that is no whole number that fits.
std::optional<Int128> power_of_ten(int exponent) {
    if (exponent < 0 || exponent > 36) return std::nullopt;
    Int128 power = 1;
    for (; exponent > 0; --exponent) power *= 10;
    return power;
}

Int128 greatest_common_divisor(Int128 a, Int128 b) {
    while (b != 0) {
        const Int128 rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/// A quantity in units of its asset, as nano-units.
std::optional<Qty> to_units(std::int64_t mantissa, std::int8_t exponent) {
    if (mantissa < 0) return std::nullopt;
    const auto factor = power_of_ten(exponent + 9);
    if (!factor || *factor > kMostNanos) return std::nullopt;
    const Int128 nanos = static_cast<Int128>(mantissa) * *factor;
    if (nanos > kMostNanos) return std::nullopt;
    return Qty::from_nanos(static_cast<std::int64_t>(nanos));
}

/// "BTC" of "BTC-PERPETUAL" and of "BTC_USDC-PERPETUAL".
std::string_view leading_asset(std::string_view name) { return name.substr(0, name.find_first_of("-_")); }

bool put_kind(const InstrumentDefinition& wire, Instrument& out) {
    switch (static_cast<WireType>(wire.type())) {
        case WireType::perpetual:
            out.kind = Kind::perpetual;
            return true;
        case WireType::dated_future:
            out.kind = wire.is_perpetual() ? Kind::perpetual : Kind::future;
            return true;
        case WireType::option:
            out.kind = Kind::option;
            out.option_type = wire.is_put() ? OptionType::put : OptionType::call;
            return true;
        case WireType::spot:
            out.kind = Kind::spot;
            return true;
        case WireType::future_combo:
        case WireType::option_combo:
            out.kind = Kind::combo;
            return true;
    }
    return false;
}

DefinitionDefect put_names(const InstrumentDefinition& wire, Instrument& out) {
    const auto symbol = Symbol::from(wire.name());
    if (!symbol || symbol->empty()) return DefinitionDefect::name;
    out.symbol = *symbol;
    const bool counts_quote = wire.is_reversed() && out.kind != Kind::option;
    const auto base = Currency::from(counts_quote ? leading_asset(wire.name()) : wire.quantity_asset());
    const auto price = Currency::from(wire.price_asset());
    if (!base || !price || base->empty() || price->empty()) return DefinitionDefect::currency;
    out.base = *base;
    out.settle = wire.is_reversed() ? *base : *price;
    // A coin-settled option's premium is in coin; its strike, as all the venue's coin-settled contracts, in
    // dollars.
    out.quote = wire.is_reversed() && *price == *base ? *Currency::from("USD") : *price;
    return DefinitionDefect::none;
}

bool put_number(std::int64_t wire, Price& out) {
    const auto price = to_price(wire);
    if (!price || *price == kNoPrice) return false;
    out = *price;
    return true;
}

bool put_sizes(const InstrumentDefinition& wire, StarbaseDefinition& out) {
    Instrument& i = out.instrument;
    const auto least = to_units(wire.min_order_quantity(), wire.quantity_exponent());
    if (!least || least->is_zero()) return false;
    const bool whole_coin = i.kind == Kind::option && i.is_inverse();
    i.contract_size = whole_coin ? Qty::from_units(1) : *least;
    const auto scale = QuantityScale::make(wire.quantity_exponent(), i.contract_size);
    const auto lot = scale ? scale->contracts(wire.min_order_quantity()) : std::nullopt;
    if (!lot || lot->is_zero()) return false;
    out.scale = *scale;
    i.lot = *lot;
    return true;
}

bool put_ticks(const InstrumentDefinition& wire, StarbaseDefinition& out) {
    Instrument& i = out.instrument;
    if (!put_number(wire.tick(), i.tick)) return false;
    const auto steps = wire.large_ticks();
    out.more_tick_steps = steps.size() > 1;
    return steps.size() == 0 ||
           (put_number(steps[0].threshold(), i.tick_threshold) && put_number(steps[0].tick(), i.tick_above));
}

DefinitionDefect translate(const InstrumentDefinition& wire, StarbaseDefinition& out) {
    Instrument& i = out.instrument;
    if (!put_kind(wire, i)) return DefinitionDefect::kind;
    if (const auto defect = put_names(wire, i); defect != DefinitionDefect::none) return defect;
    i.settlement = wire.is_reversed() ? Settlement::inverse : Settlement::linear;
    i.feed_id = static_cast<std::uint64_t>(wire.instrument());
    const auto state = to_trading_state(wire.status());
    if (!state) return DefinitionDefect::state;
    i.state = *state;
    const bool expires = i.kind == Kind::option || i.kind == Kind::future;
    if (expires && wire.expiry_ns() <= 0) return DefinitionDefect::time;
    if (expires || (i.kind == Kind::combo && wire.expiry_ns() > 0))
        i.expiry = Nanos::from_ns(wire.expiry_ns());
    if (i.kind == Kind::option && !put_number(wire.strike(), i.strike)) return DefinitionDefect::number;
    if (!put_sizes(wire, out) || !put_ticks(wire, out)) return DefinitionDefect::number;
    out.index_id = wire.index();
    return DefinitionDefect::none;
}

}  // namespace

std::optional<TradingState> to_trading_state(std::int8_t wire) {
    switch (wire) {
        case 0:
            return TradingState::open;
        case 1:
            return TradingState::closed;
        case 2:
        case 4:
        case 5:
            return TradingState::halted;
        case 3:
            return TradingState::settled;
        default:
            return std::nullopt;
    }
}

std::optional<Price> to_price(std::int64_t wire) {
    if (wire == kNull) return kNoPrice;
    if (wire < -kMostNanos || wire > kMostNanos) return std::nullopt;
    return Price::from_nanos(wire);
}

std::optional<double> to_volatility(double wire) {
    constexpr double kMostPercent = 100'000;
    if (std::isnan(wire)) return 0.0;
    if (!(wire >= 0 && wire <= kMostPercent)) return std::nullopt;
    return wire / 100.0;
}

std::optional<QuantityScale> QuantityScale::make(std::int8_t exponent, Qty contract_size) {
    // mantissa * 10^exponent / size, in nano-units: mantissa * 10^(exponent + 18) / size in nano-units.
    const auto factor = power_of_ten(exponent + 18);
    if (!factor || contract_size <= Qty{}) return std::nullopt;
    const Int128 common = greatest_common_divisor(*factor, contract_size.nanos());
    if (*factor / common > INT64_MAX) return std::nullopt;
    QuantityScale scale;
    scale.numerator_ = static_cast<std::int64_t>(*factor / common);
    scale.denominator_ = static_cast<std::int64_t>(contract_size.nanos() / common);
    return scale;
}

StarbaseDefinition to_definition(const InstrumentDefinition& wire) {
    StarbaseDefinition out;
    out.defect = translate(wire, out);
    return out;
}

}  // namespace hw::net::starbase
