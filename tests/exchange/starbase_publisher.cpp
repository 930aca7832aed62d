#include "tests/exchange/starbase_publisher.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace hw::exchange {

using namespace starbase;

namespace {

constexpr Nanos kHeartbeat = Nanos::from_seconds(5);
/// Requests closer together than this are refused.
constexpr Nanos kAnswerEvery = Nanos::from_us(200);
constexpr std::size_t kRequestBytes = 24 + 25;
constexpr std::uint16_t kRequestTemplate = 200;
constexpr std::int8_t kTooLow = 1;
constexpr std::int8_t kTooHigh = 2;
constexpr std::int8_t kRateLimit = 3;

template <class T>
T load(const std::byte* at) {
    T value;
    std::memcpy(&value, at, sizeof value);
    return value;
}

std::int64_t nanos_of(double value) { return std::llround(value * 1e9); }

std::uint16_t flags_of(std::size_t i, std::size_t n) {
    return static_cast<std::uint16_t>((i == 0 ? kStart : 0) | (i + 1 == n ? kEnd : 0));
}

}  // namespace

StarbaseChannel::StarbaseChannel(std::uint32_t number, const PacketSink& sink)
    : number_(static_cast<std::int32_t>(number)),
      snapshot_group_(kStarbaseGroups + 2 * number),
      sink_(sink) {}

void StarbaseChannel::flush(Nanos now) {
    if (events_.messages() == 0) {
        if (now - last_sent_ < kHeartbeat) return;
        events_.start(number_, sequence_, kIncremental, now.ns());
    }
    last_sent_ = now;
    sink_({snapshot_group_ + 1 + line_offset_, kStarbaseEventPort, events_.bytes()});
    events_.start(number_, sequence_, kIncremental, now.ns());
}

void StarbaseChannel::flush_snapshots() {
    if (snapshots_.messages() == 0) return;
    sink_({snapshot_group_ + line_offset_, kStarbaseSnapshotPort, snapshots_.bytes()});
    snapshots_.start(number_, snapshot_sequence_, kSnapshot, 0);
}

std::vector<std::byte> StarbaseChannel::reject(std::int64_t correlation, std::int8_t reason, Nanos delay,
                                               Nanos now) const {
    PacketEncoder answer;
    answer.start(number_, correlation, kReject, now.ns());
    answer.set_time(now.ns());
    answer.add(RetransmitRejectMsg{delay.ns(), "", reason});
    return {answer.bytes().begin(), answer.bytes().end()};
}

std::vector<std::byte> StarbaseChannel::answer(std::span<const std::byte> request, Nanos now) {
    if (request.size() != kRequestBytes || load<std::uint16_t>(request.data() + 26) != kRequestTemplate)
        return {};
    const auto correlation = load<std::int64_t>(request.data() + 8);
    const auto begin = load<std::int64_t>(request.data() + 40);
    const auto count = load<std::uint8_t>(request.data() + 48);
    const std::int64_t oldest = sequence_ - static_cast<std::int64_t>(history_.size());
    if (!last_answer_.is_zero() && now - last_answer_ < kAnswerEvery)
        return reject(correlation, kRateLimit, kAnswerEvery, now);
    last_answer_ = now;
    if (begin < oldest) return reject(correlation, kTooLow, Nanos{}, now);
    if (begin >= sequence_) return reject(correlation, kTooHigh, Nanos::from_ms(1), now);
    PacketEncoder answer;
    answer.start(number_, begin, kRetransmitted, now.ns());
    for (std::int64_t at = begin; at < std::min(sequence_, begin + count); ++at) {
        const auto& message = history_[static_cast<std::size_t>(at - oldest)];
        if (answer.size() + message.size() > kMost) break;
        answer.add_encoded(message);
    }
    return {answer.bytes().begin(), answer.bytes().end()};
}

StarbasePublisher::StarbasePublisher(const Market& market, const Venue& venue, PacketSink sink,
                                     Nanos switch_every)
    : market_(market),
      venue_(venue),
      sink_(std::move(sink)),
      begun_(market.now()),
      switch_every_(switch_every),
      published_(market.contracts().size()) {
    std::size_t most = 0;
    for (std::size_t f = 0; f < market.families().size(); ++f) most = std::max(most, first_channel(f) + 2);
    for (std::uint32_t number = 0; number < most; ++number) channels_.emplace_back(number, sink_);
}

std::size_t StarbasePublisher::first_channel(std::size_t family) const {
    return 2u * (market_.families()[family].channel - 1u);
}

StarbaseChannel& StarbasePublisher::channel(std::size_t contract) {
    const Contract& c = market_.contracts()[contract];
    return channels_[first_channel(c.family) + (c.terms.is_option() ? 1 : 0)];
}

std::int64_t StarbasePublisher::feed_id(std::size_t contract) const {
    return static_cast<std::int64_t>(market_.contracts()[contract].terms.feed_id);
}

std::int8_t StarbasePublisher::exponent(std::size_t contract) const {
    const Instrument& t = market_.contracts()[contract].terms;
    std::int64_t units = mul_div(t.lot.nanos(), t.contract_size.nanos(), kNano);
    std::int8_t e = -9;
    for (; e < 0 && units % 10 == 0; units /= 10) ++e;
    return e;
}

std::int64_t StarbasePublisher::mantissa(std::size_t contract, Qty qty) const {
    const Instrument& t = market_.contracts()[contract].terms;
    std::int64_t units = mul_div(qty.nanos(), t.contract_size.nanos(), kNano);
    for (int e = exponent(contract); e > -9; --e) units /= 10;
    return units;
}

void StarbasePublisher::diff_side(std::size_t contract, Side side, std::vector<Message>& removals,
                                  std::vector<Message>& arrivals) {
    std::vector<Published>& before = published_[contract];
    const bool bid = side == Side::buy;
    StarbaseChannel& to = channel(contract);
    const Nanos now = market_.now();
    const std::int64_t id = feed_id(contract);
    std::vector<Published> after;
    std::vector<bool> kept(before.size());
    for (const OrderBook::Standing& s : venue_.book(contract).standing(side)) {
        // The first of the same kind at this price that is not taken yet: queues keep their order.
        std::size_t match = 0;
        while (match < before.size() &&
               (kept[match] || before[match].bid != bid || before[match].price != s.price ||
                before[match].account_order != s.order))
            ++match;
        Published order{0, s.order, bid, s.price, s.qty};
        const std::int64_t quantity = mantissa(contract, s.qty);
        if (match == before.size()) {
            order.id = next_order_++;
            arrivals.push_back([=, &to](std::uint16_t flags) {
                to.event(PutMsg{bid, order.id, id, quantity, s.price.nanos(), order.id}, flags, now);
            });
        } else {
            kept[match] = true;
            order.id = before[match].id;
            const Qty was = before[match].qty;
            if (s.qty < was) {
                removals.push_back([=, &to](std::uint16_t flags) {
                    to.event(ReduceMsg{bid, order.id, id, quantity}, flags, now);
                });
            } else if (s.qty > was) {
                const std::int64_t sort = next_order_++;
                arrivals.push_back([=, &to](std::uint16_t flags) {
                    to.event(PutMsg{bid, order.id, id, quantity, s.price.nanos(), sort}, flags, now);
                });
            }
        }
        after.push_back(order);
    }
    for (std::size_t i = 0; i < before.size(); ++i) {
        if (before[i].bid != bid) {
            after.push_back(before[i]);
        } else if (!kept[i]) {
            const std::int64_t gone = before[i].id;
            removals.push_back([=, &to](std::uint16_t flags) {
                to.event(DeleteMsg{bid, gone, id}, flags, now);
            });
        }
    }
    before = std::move(after);
}

void StarbasePublisher::book(std::size_t contract) {
    std::vector<Message> messages;
    std::vector<Message> arrivals;
    diff_side(contract, Side::buy, messages, arrivals);
    diff_side(contract, Side::sell, messages, arrivals);
    messages.insert(messages.end(), arrivals.begin(), arrivals.end());
    for (std::size_t i = 0; i < messages.size(); ++i) messages[i](flags_of(i, messages.size()));
}

void StarbasePublisher::trades(std::span<const Print> prints) {
    for (const Print& p : prints) {
        const Contract& c = market_.contracts()[p.contract];
        StarbaseChannel& to = channel(p.contract);
        const std::int64_t qty = mantissa(p.contract, p.qty);
        const std::uint32_t taker = p.aggressor == Side::sell ? 1 : 0;
        const std::int64_t mark = nanos_of(market_.fair(c));
        const std::int64_t index = nanos_of(market_.spot_of(c));
        const auto match = static_cast<std::int64_t>(p.trade_id);
        if (p.combo_id != 0) {
            BlockTradeMsg m{match,
                            feed_id(p.contract),
                            static_cast<std::int64_t>(p.combo_id),
                            kNull,
                            qty,
                            p.price.nanos(),
                            mark,
                            index,
                            kNullDouble,
                            taker,
                            2};
            to.event(m, kWhole, market_.now());
            continue;
        }
        to.event(TradeSummaryMsg{feed_id(p.contract), 0, qty, p.price.nanos(), mark, index, 1, taker}, kStart,
                 market_.now());
        to.event(TradeMsg{match, feed_id(p.contract), kNull, qty, p.price.nanos(), 0}, kEnd, market_.now());
    }
}

InfoMsg StarbasePublisher::info_of(std::size_t contract) const {
    const PriceBand band = venue_.band(contract);
    return {feed_id(contract), band.min_sell.nanos(), band.max_buy.nanos(),
            nanos_of(market_.fair(market_.contracts()[contract]))};
}

RefMsg StarbasePublisher::ref_of(std::size_t contract) const {
    const Contract& c = market_.contracts()[contract];
    RefMsg m;
    m.instrument = feed_id(contract);
    if (c.terms.kind == Kind::perpetual) m.current_funding = m.funding_8h = 0.0;
    m.estimated_delivery = nanos_of(c.open() ? market_.spot_of(c) : c.delivery);
    if (!c.open()) m.delivery = m.estimated_delivery;
    return m;
}

void StarbasePublisher::ticker(std::size_t contract) {
    StarbaseChannel& to = channel(contract);
    to.event(info_of(contract), kStart, market_.now());
    const bool open = market_.contracts()[contract].open();
    to.event(ref_of(contract), open ? kEnd : std::uint16_t{0}, market_.now());
    if (!open) to.event(StatusMsg{feed_id(contract), WireStatus::delivered}, kEnd, market_.now());
}

void StarbasePublisher::indices() {
    for (std::size_t f = 0; f < market_.families().size(); ++f) {
        const Family& family = market_.families()[f];
        const IndexInfoMsg m{family.channel, nanos_of(market_.underlyings()[family.underlying].spot)};
        for (std::size_t n = 0; n < 2; ++n) channels_[first_channel(f) + n].event(m, kWhole, market_.now());
    }
}

void StarbasePublisher::snapshot_start(std::size_t family) {
    const Family& f = market_.families()[family];
    for (std::size_t n = 0; n < 2; ++n) {
        StarbaseChannel& to = channels_[first_channel(family) + n];
        to.snapshot(IndexDefinitionMsg{f.channel, f.index_name}, market_.now());
        to.snapshot(IndexInfoMsg{f.channel, nanos_of(market_.underlyings()[f.underlying].spot)},
                    market_.now());
    }
}

void StarbasePublisher::snapshot_end(std::size_t family) {
    std::int32_t futures = 0;
    std::int32_t options = 0;
    for (const Contract& c : market_.contracts()) {
        if (c.family == family) ++(c.terms.is_option() ? options : futures);
    }
    channels_[first_channel(family)].snapshot(EndOfCycleMsg{futures}, market_.now());
    channels_[first_channel(family) + 1].snapshot(EndOfCycleMsg{options}, market_.now());
}

DefinitionMsg StarbasePublisher::definition_of(std::size_t contract) const {
    const Contract& c = market_.contracts()[contract];
    const Instrument& t = c.terms;
    DefinitionMsg m;
    m.instrument = feed_id(contract);
    m.name = t.symbol.view();
    m.index = market_.family_of(c).channel;
    const bool counts_quote = t.is_inverse() && !t.is_option();
    m.quantity_asset = counts_quote ? t.quote.view() : t.base.view();
    m.price_asset = t.is_inverse() && t.is_option() ? t.base.view() : t.quote.view();
    if (!t.expiry.is_zero()) m.expiry_ns = t.expiry.ns();
    if (t.is_option()) m.strike = t.strike.nanos();
    m.quantity_exponent = exponent(contract);
    m.min_order_quantity = mantissa(contract, t.lot);
    m.tick = t.tick.nanos();
    if (!t.tick_threshold.is_zero())
        m.large_ticks.push_back({t.tick_above.nanos(), t.tick_threshold.nanos()});
    m.type = t.is_option()               ? WireType::option
             : t.kind == Kind::perpetual ? WireType::perpetual
                                         : WireType::dated_future;
    m.flags = static_cast<std::uint8_t>((t.is_inverse() ? kReversed : 0) |
                                        (t.option_type == OptionType::put ? kPut : 0) |
                                        (t.kind == Kind::perpetual ? kPerpetual : 0));
    m.status = c.open() ? WireStatus::open : WireStatus::delivered;
    return m;
}

void StarbasePublisher::snapshot(std::size_t contract) {
    StarbaseChannel& to = channel(contract);
    const Nanos now = market_.now();
    const SnapshotHeaderMsg header{feed_id(contract), now.ns(), to.last_sequence()};
    to.snapshot(header, now);
    to.snapshot(definition_of(contract), now);
    to.snapshot(info_of(contract), now);
    to.snapshot(ref_of(contract), now);
    for (const Published& o : published_[contract])
        to.snapshot(PutMsg{o.bid, o.id, feed_id(contract), mantissa(contract, o.qty), o.price.nanos(), o.id},
                    now);
    to.snapshot(SnapshotTrailerMsg{header.instrument, header.timestamp_ns, header.incremental_sequence}, now);
}

void StarbasePublisher::flush() {
    const Nanos now = market_.now();
    const bool line_b = !switch_every_.is_zero() && (now - begun_).ns() / switch_every_.ns() % 2 == 1;
    for (StarbaseChannel& c : channels_) {
        c.use_line_b(line_b);
        c.flush(now);
    }
    for (StarbaseChannel& c : channels_) c.flush_snapshots();
}

std::vector<std::byte> StarbasePublisher::answer(std::uint16_t port, std::span<const std::byte> payload) {
    const auto at = static_cast<std::size_t>(port - kStarbaseRetransmitPort);
    if (port < kStarbaseRetransmitPort || at >= channels_.size()) return {};
    return channels_[at].answer(payload, market_.now());
}

std::uint64_t StarbasePublisher::messages() const {
    std::uint64_t sum = 0;
    for (const StarbaseChannel& c : channels_) sum += c.messages();
    return sum;
}

}  // namespace hw::exchange
