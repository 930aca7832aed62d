#include "tests/exchange/publisher.h"

#include <algorithm>

#include "tests/exchange/decimal.h"

namespace hw::exchange {

using namespace deribit;

namespace {

// Upper bounds of a message's bytes, header included; net of the frame's own header.
constexpr std::size_t kTickerBytes = 12 + 133;
constexpr std::size_t kIndexBytes = 12 + 32;
constexpr std::size_t kMarkerBytes = 12 + 4;
constexpr std::size_t kGroupMessageBytes = 12 + 29 + 8;  // the longest of book, trades and snapshot
constexpr std::size_t kMaxEntries = 60;                  // 60 * 18 bytes fit a frame

std::size_t definition_bytes(const InstrumentMsg& m) {
    return 12 + 139 + 8 + 16 * m.tick_steps.size() + 1 + m.name.size();
}

WireKind wire_kind(Kind kind) { return kind == Kind::option ? WireKind::option : WireKind::future; }

WireOption wire_option(OptionType type) {
    if (type == OptionType::none) return WireOption::none;
    return type == OptionType::call ? WireOption::call : WireOption::put;
}

WireState wire_state(TradingState state) {
    if (state == TradingState::open) return WireState::open;
    return state == TradingState::settled ? WireState::settled : WireState::closed;
}

WireSide wire_side(Side side) { return side == Side::buy ? WireSide::bid : WireSide::ask; }

const Level* find_price(const std::vector<Level>& levels, Price price) {
    const auto it =
        std::find_if(levels.begin(), levels.end(), [&](const Level& l) { return l.price == price; });
    return it == levels.end() ? nullptr : &*it;
}

}  // namespace

Publisher::Publisher(const Market& market, const Venue& venue, PacketSink sink)
    : market_(market),
      venue_(venue),
      sink_(std::move(sink)),
      created_(market.now()),
      index_channel_(0, kGroupBase, kEventPort, sink_),
      published_(market.contracts().size()),
      trade_sequence_(market.contracts().size()) {
    for (const Family& f : market.families()) {
        events_.emplace_back(f.channel, kGroupBase + f.channel, kEventPort, sink_);
        snapshots_.emplace_back(static_cast<std::uint16_t>(f.channel + 100), kGroupBase + f.channel,
                                kSnapshotPort, sink_);
    }
}

std::uint32_t Publisher::feed_id(std::size_t contract) const {
    return static_cast<std::uint32_t>(market_.contracts()[contract].terms.feed_id);
}

double Publisher::amount(std::size_t contract, Qty qty) const {
    const Qty size = market_.contracts()[contract].terms.contract_size;
    return nearest_double(mul_div(qty.nanos(), size.nanos(), kNano));
}

void Publisher::trades(std::span<const Print> prints) {
    for (const Print& p : prints) {
        const Contract& c = market_.contracts()[p.contract];
        TradeEntry entry;
        entry.direction = p.aggressor == Side::buy ? WireDirection::buy : WireDirection::sell;
        entry.price = nearest_double(p.price.nanos());
        entry.amount = amount(p.contract, p.qty);
        entry.timestamp_ms = now_ms();
        entry.mark = market_.fair(c);
        entry.index = market_.spot_of(c);
        entry.trade_seq = ++trade_sequence_[p.contract];
        entry.trade_id = p.trade_id;
        entry.combo_trade_id = p.combo_id;
        if (c.terms.is_option() && c.open()) {
            const Smile& smile = market_.underlyings()[market_.family_of(c).underlying].smile;
            const double years = (c.terms.expiry - market_.now()).to_years();
            entry.iv = 100.0 * smile.vol(c.terms.strike.to_double(), market_.forward(c), years);
        }
        events(p.contract).add(TradesMsg{feed_id(p.contract), {entry}}, kGroupMessageBytes + 83);
    }
}

std::vector<Level> Publisher::standing(std::size_t contract, Side side) const {
    const OrderBook& book = venue_.book(contract);
    std::vector<Level> levels = book.depth(side);
    if (side == Side::buy && published_[contract].crossed && !book.empty(Side::sell)) {
        const Instrument& terms = market_.contracts()[contract].terms;
        levels.insert(levels.begin(), {book.best(Side::sell).price + terms.tick, terms.lot});
    }
    return levels;
}

void Publisher::cross(std::size_t contract, bool on) {
    published_[contract].crossed = on;
    book(contract);
}

void Publisher::book(std::size_t contract) {
    Published& last = published_[contract];
    std::vector<BookChange> changes;
    std::vector<BookChange> arrivals;
    for (const Side side : {Side::buy, Side::sell}) {
        std::vector<Level>& before = side == Side::buy ? last.bids : last.asks;
        std::vector<Level> after = standing(contract, side);
        for (const Level& l : before) {
            if (find_price(after, l.price) == nullptr) {
                changes.push_back(
                    {wire_side(side), WireChange::deleted, nearest_double(l.price.nanos()), 0.0});
            }
        }
        for (const Level& l : after) {
            const Level* old = find_price(before, l.price);
            if (old != nullptr && old->qty == l.qty) continue;
            arrivals.push_back({wire_side(side), old == nullptr ? WireChange::added : WireChange::changed,
                                nearest_double(l.price.nanos()), amount(contract, l.qty)});
        }
        before = std::move(after);
    }
    // Deletions first: a book cut into several messages is never crossed between them.
    changes.insert(changes.end(), arrivals.begin(), arrivals.end());
    send_changes(contract, changes);
}

void Publisher::send_changes(std::size_t contract, std::span<const BookChange> changes) {
    Published& last = published_[contract];
    while (!changes.empty()) {
        const auto part = changes.first(std::min(changes.size(), kMaxEntries));
        changes = changes.subspan(part.size());
        BookMsg m;
        m.instrument = feed_id(contract);
        m.timestamp_ms = now_ms();
        m.prev_change_id = last.change_id;
        m.change_id = ++last.change_id;
        m.changes.assign(part.begin(), part.end());
        events(contract).add(m, kGroupMessageBytes + 18 * part.size());
    }
}

void Publisher::ticker(std::size_t contract) {
    const Contract& c = market_.contracts()[contract];
    const Published& book = published_[contract];
    const PriceBand band = venue_.band(contract);
    TickerMsg m;
    m.instrument = feed_id(contract);
    m.state = wire_state(c.terms.state);
    m.timestamp_ms = now_ms();
    m.min_sell = nearest_double(band.min_sell.nanos());
    m.max_buy = nearest_double(band.max_buy.nanos());
    if (!venue_.last_price(contract).is_zero()) m.last = nearest_double(venue_.last_price(contract).nanos());
    m.index = market_.spot_of(c);
    m.mark = market_.fair(c);
    if (!book.bids.empty()) {
        m.best_bid = nearest_double(book.bids.front().price.nanos());
        m.best_bid_amount = amount(contract, book.bids.front().qty);
    }
    if (!book.asks.empty()) {
        m.best_ask = nearest_double(book.asks.front().price.nanos());
        m.best_ask_amount = amount(contract, book.asks.front().qty);
    }
    m.estimated_delivery = market_.spot_of(c);
    if (c.terms.kind == Kind::perpetual) m.funding = m.funding_8h = 0.0;
    if (c.settled()) m.delivery = m.estimated_delivery = c.delivery;
    events(contract).add(m, kTickerBytes);
}

void Publisher::indices() {
    for (const Family& f : market_.families()) {
        index_channel_.add(PriceIndexMsg{f.index_name, market_.underlyings()[f.underlying].spot, now_ms()},
                           kIndexBytes);
    }
}

void Publisher::snapshot_start(std::size_t family) {
    snapshots_[family].add(SnapshotStartMsg{0}, kMarkerBytes);
}
void Publisher::snapshot_end(std::size_t family) { snapshots_[family].add(SnapshotEndMsg{}, kMarkerBytes); }

void Publisher::definition(std::size_t contract) {
    const Contract& c = market_.contracts()[contract];
    const Family& f = market_.family_of(c);
    const Instrument& t = c.terms;
    InstrumentMsg m;
    m.instrument = feed_id(contract);
    m.state = wire_state(t.state);
    m.kind = wire_kind(t.kind);
    m.type = t.is_inverse() ? WireType::inverse : WireType::linear;
    m.option = wire_option(t.option_type);
    m.settlement_period = t.kind == Kind::perpetual ? kPeriodPerpetual : kPeriodDay;
    m.base = t.base.view();
    // An inverse option is quoted in coin; the strike's currency is the counter currency.
    m.quote = t.is_option() && t.is_inverse() ? t.base.view() : t.quote.view();
    m.counter = t.quote.view();
    m.settle = f.settle;
    m.size = t.is_inverse() && !t.is_option() ? t.quote.view() : t.base.view();
    m.created_ms = static_cast<std::uint64_t>(created_.ns() / 1'000'000);
    if (!t.expiry.is_zero()) m.expiry_ms = static_cast<std::uint64_t>(t.expiry.ns() / 1'000'000);
    if (t.is_option()) m.strike = nearest_double(t.strike.nanos());
    m.contract_size = nearest_double(t.contract_size.nanos());
    m.min_trade_amount = amount(contract, t.lot);
    m.tick = nearest_double(t.tick.nanos());
    m.maker_fee = 1e-9 * t.maker_fee_nanos;
    m.taker_fee = 1e-9 * t.taker_fee_nanos;
    if (!t.tick_threshold.is_zero())
        m.tick_steps.push_back(
            {nearest_double(t.tick_threshold.nanos()), nearest_double(t.tick_above.nanos())});
    m.name = t.symbol.view();
    snapshots(contract).add(m, definition_bytes(m));
}

void Publisher::snapshot(std::size_t contract) {
    const Published& book = published_[contract];
    SnapshotMsg m;
    m.instrument = feed_id(contract);
    m.timestamp_ms = now_ms();
    m.change_id = book.change_id;
    std::vector<SnapshotLevel> all;
    for (const Level& l : book.bids) {
        all.push_back({WireSide::bid, nearest_double(l.price.nanos()), amount(contract, l.qty)});
    }
    for (const Level& l : book.asks) {
        all.push_back({WireSide::ask, nearest_double(l.price.nanos()), amount(contract, l.qty)});
    }
    std::span<const SnapshotLevel> rest = all;
    do {
        const auto part = rest.first(std::min(rest.size(), kMaxEntries));
        rest = rest.subspan(part.size());
        m.is_last_in_book = rest.empty();
        m.levels.assign(part.begin(), part.end());
        snapshots(contract).add(m, kGroupMessageBytes + 17 * part.size());
    } while (!rest.empty());
}

void Publisher::flush() {
    index_channel_.flush();
    for (ChannelWriter& w : events_) w.flush();
    for (ChannelWriter& w : snapshots_) w.flush();
}

std::uint64_t Publisher::messages() const {
    std::uint64_t sum = index_channel_.messages();
    for (const ChannelWriter& w : events_) sum += w.messages();
    for (const ChannelWriter& w : snapshots_) sum += w.messages();
    return sum;
}

const std::vector<Level>& Publisher::published(std::size_t contract, Side side) const {
    return side == Side::buy ? published_[contract].bids : published_[contract].asks;
}

}  // namespace hw::exchange
