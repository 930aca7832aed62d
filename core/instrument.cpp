#include "core/instrument.h"

#include "core/hash.h"

namespace hw {

std::string_view to_string(Kind k) {
    switch (k) {
        case Kind::option:
            return "option";
        case Kind::future:
            return "future";
        case Kind::perpetual:
            return "perpetual";
        case Kind::spot:
            return "spot";
        case Kind::combo:
            return "combo";
    }
    return "invalid";
}
std::string_view to_string(Settlement s) {
    switch (s) {
        case Settlement::inverse:
            return "inverse";
        case Settlement::linear:
            return "linear";
    }
    return "invalid";
}
std::string_view to_string(OptionType t) {
    switch (t) {
        case OptionType::none:
            return "none";
        case OptionType::call:
            return "call";
        case OptionType::put:
            return "put";
    }
    return "invalid";
}
std::string_view to_string(TradingState s) {
    switch (s) {
        case TradingState::open:
            return "open";
        case TradingState::halted:
            return "halted";
        case TradingState::closed:
            return "closed";
        case TradingState::settled:
            return "settled";
    }
    return "invalid";
}

std::string_view definition_error(const Instrument& i) {
    if (i.symbol.empty()) return "no symbol";
    if (i.base.empty()) return "no base asset";
    if (i.kind > Kind::combo) return "unknown kind";
    if (i.settlement > Settlement::linear) return "unknown settlement";
    if (i.settlement == Settlement::linear && i.kind != Kind::combo && i.settle.empty())
        return "quote-settled without a settlement currency";
    if (i.contract_size <= Qty{}) return "contract size is not positive";
    if (i.lot <= Qty{}) return "lot is not positive";
    if (i.tick <= Price{}) return "tick is not positive";
    if (!i.tick_threshold.is_zero() && i.tick_above <= Price{}) return "upper tick is not positive";
    if (i.kind == Kind::option) {
        if (i.option_type != OptionType::call && i.option_type != OptionType::put) return "option of no type";
        if (i.strike <= Price{}) return "strike is not positive";
    }
    if ((i.kind == Kind::option || i.kind == Kind::future) && i.expiry <= Nanos{}) return "no expiry";
    return {};
}

namespace {
std::int64_t floor_to(std::int64_t value, std::int64_t step) {
    const std::int64_t rest = value % step;
    return value - rest - (rest < 0 ? step : 0);
}
}  // namespace

Price round_down_to_tick(Price p, Price tick) { return Price::from_nanos(floor_to(p.nanos(), tick.nanos())); }
Price round_up_to_tick(Price p, Price tick) { return Price::from_nanos(-floor_to(-p.nanos(), tick.nanos())); }
Qty truncate_to_lot(Qty q, Qty lot) { return Qty::from_nanos(q.nanos() - q.nanos() % lot.nanos()); }

namespace {
std::uint64_t symbol_hash(std::string_view symbol) { return hash64(symbol); }
std::uint64_t feed_hash(std::uint64_t feed_id) { return hash64(&feed_id, sizeof feed_id); }
bool same_contract(const Instrument& a, const Instrument& b) {
    return a.feed_id == b.feed_id && a.expiry == b.expiry && a.kind == b.kind && a.strike == b.strike &&
           a.settlement == b.settlement && a.option_type == b.option_type &&
           a.contract_size == b.contract_size;
}
}  // namespace

void InstrumentTable::index_slot(std::array<std::uint32_t, kSlots>& slots, std::uint64_t hash,
                                 InstrumentId id, InstrumentId previous) {
    std::size_t at = hash & (kSlots - 1);
    const std::uint32_t replaced = previous == kNoInstrument ? 0 : hw::index(previous) + 1;
    while (slots[at] != 0 && slots[at] != replaced) at = (at + 1) & (kSlots - 1);
    slots[at] = hw::index(id) + 1;
}

bool InstrumentTable::live(InstrumentId id) const {
    const Instrument& i = (*this)[id];
    return i.state != TradingState::settled && find_symbol(i.symbol.view()) == id;
}

InstrumentTable::AddResult InstrumentTable::add(const Instrument& incoming, InstrumentId* id) {
    const InstrumentId known = find_symbol(incoming.symbol.view());
    if (known != kNoInstrument && same_contract((*this)[known], incoming)) {
        const UnderlyingId underlying = (*this)[known].underlying;
        (*this)[known] = incoming;
        (*this)[known].underlying = underlying;
        *id = known;
        return AddResult::replaced;
    }
    const InstrumentId taken = find_feed_id(incoming.feed_id);
    if (taken != kNoInstrument && taken != known && live(taken)) return AddResult::conflict;
    if (size_ == kCapacity) return AddResult::full;
    *id = InstrumentId{size_++};
    (*this)[*id] = incoming;
    index_slot(by_symbol_, symbol_hash(incoming.symbol.view()), *id, known);
    index_slot(by_feed_id_, feed_hash(incoming.feed_id), *id, taken);
    return AddResult::added;
}

InstrumentId InstrumentTable::find_symbol(std::string_view symbol) const {
    std::size_t at = symbol_hash(symbol) & (kSlots - 1);
    for (; by_symbol_[at] != 0; at = (at + 1) & (kSlots - 1)) {
        if (items_[by_symbol_[at] - 1].symbol.view() == symbol) return InstrumentId{by_symbol_[at] - 1};
    }
    return kNoInstrument;
}

InstrumentId InstrumentTable::find_feed_id(std::uint64_t feed_id) const {
    std::size_t at = feed_hash(feed_id) & (kSlots - 1);
    for (; by_feed_id_[at] != 0; at = (at + 1) & (kSlots - 1)) {
        if (items_[by_feed_id_[at] - 1].feed_id == feed_id) return InstrumentId{by_feed_id_[at] - 1};
    }
    return kNoInstrument;
}

}  // namespace hw
