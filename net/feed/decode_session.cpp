#include "net/feed/decode_session.h"

#include <algorithm>
#include <utility>

#include "net/feed/translate.h"

namespace hw::net {

namespace {

constexpr std::size_t kKeptLevels = 1u << 20;  // a capture may begin long before a book's first snapshot
constexpr double kRawAmounts = 1.0;            // contract size: amounts stay as they are
constexpr std::size_t kFirstDepth = 64;

Level best_of(const BookSide& side) { return side.empty() ? Level{} : side.best(); }

}  // namespace

DecodeSession::DecodeSession(Listener listener)
    : listener_(std::move(listener)),
      recovery_(kKeptLevels, EventSinkRef(*this)),
      lines_(FeedConfig{}, recovery_, EventSinkRef(*this)) {}

void DecodeSession::on_datagram(const UdpDatagram& datagram, Nanos time) {
    now_ = time;
    lines_.admit(datagram, LineSide::a, time,
                 [this](Line& line, std::span<const std::byte> payload, bool after_loss) {
                     line_ = &line;
                     suspect_rest_ = after_loss;
                     if (!deribit::decode_frame(payload, *this, decode_).ok()) lines_.damaged(line, now_);
                     lines_.settle(line);
                     flush();
                 });
}

void DecodeSession::finish() {
    for (std::size_t i = 0; i < books_.size(); ++i) {
        compare_tickers(InstrumentId{static_cast<std::uint32_t>(i)}, UINT64_MAX);
    }
}

InstrumentId DecodeSession::id_of(std::uint32_t feed_id) {
    const auto known = ids_.find(feed_id);
    if (known != ids_.end()) return known->second;
    if (books_.size() == InstrumentTable::kCapacity) return kNoInstrument;
    const InstrumentId id{static_cast<std::uint32_t>(books_.size())};
    books_.emplace_back();
    ids_.emplace(feed_id, id);
    return id;
}

void DecodeSession::listen(const deribit::Message& m) {
    if (listener_) listener_(m);
}

void DecodeSession::other(const deribit::Message& m) {
    suspect_rest_ = false;
    line_->assembler.other_message();
    listen(m);
}

void DecodeSession::on(const deribit::Book& m) {
    listen(m.m);
    const InstrumentId id = id_of(m.instrument());
    const bool may_be_a_rest = std::exchange(suspect_rest_, false);
    if (id == kNoInstrument) return;
    recovery_.assign(id, line_->family);
    compare_tickers(id, m.timestamp_ms());
    if (may_be_a_rest) return recovery_.refuse(id, m.change_id(), TrustReason::channel_gap, now_);
    const auto time = venue_time(m.timestamp_ms());
    if (!time || !translate(m)) {
        ++checks_.bad_values;
        return recovery_.refuse(id, m.change_id(), TrustReason::malformed, now_);
    }
    if (recovery_.in_order(id, m.prev_change_id(), m.change_id(), m.is_last())) {
        flush();
        for (const BookLevel& level : levels_) apply(books_[index(id)], level);
    } else {
        recovery_.take(id, {m.prev_change_id(), m.change_id(), *time, m.is_last(), levels_}, now_);
        flush();
    }
}

void DecodeSession::on(const deribit::Snapshot& m) {
    suspect_rest_ = false;
    listen(m.m);
    const auto whole = line_->assembler.add(m);
    if (!whole) return;
    const InstrumentId id = id_of(whole->instrument);
    if (id == kNoInstrument) return;
    recovery_.assign(id, line_->family);
    const auto time = venue_time(whole->timestamp_ms);
    if (!time || !translate(*whole)) {
        ++checks_.bad_values;
        return;
    }
    if (!whole->book_complete) return;
    flush();
    if (recovery_.live(id)) compare_snapshot(id, *whole);
    recovery_.snapshot(id, whole->change_id, *time, levels_, now_);
    flush();
}

void DecodeSession::on(const deribit::Ticker& m) {
    other(m.m);
    const InstrumentId id = id_of(m.instrument());
    if (id == kNoInstrument) return;
    compare_tickers(id, m.timestamp_ms());
    Ticker ticker{};
    const auto bid_qty =
        deribit::is_null(m.best_bid_amount()) ? Qty{} : to_contracts(m.best_bid_amount(), 1.0);
    const auto ask_qty =
        deribit::is_null(m.best_ask_amount()) ? Qty{} : to_contracts(m.best_ask_amount(), 1.0);
    if (!to_ticker(m, ticker) || !bid_qty || !ask_qty) {
        ++checks_.bad_values;
        return;
    }
    Touch touch;
    touch.timestamp_ms = m.timestamp_ms();
    if (ticker.best_bid != kNoPrice) touch.bid = {ticker.best_bid, *bid_qty};
    if (ticker.best_ask != kNoPrice) touch.ask = {ticker.best_ask, *ask_qty};
    // A ticker from before its book was known says nothing of it, and of two with one stamp the later one
    // counts.
    if (!recovery_.live(id)) return;
    auto& waiting = books_[index(id)].tickers;
    if (!waiting.empty() && waiting.back().timestamp_ms == touch.timestamp_ms) waiting.pop_back();
    waiting.push_back(touch);
}

bool DecodeSession::translate(const deribit::Book& m) {
    levels_.clear();
    const auto changes = m.changes();
    for (std::uint16_t i = 0; i < changes.size(); ++i) {
        const auto level = to_level(kRawAmounts, changes[i]);
        if (!level) return false;
        levels_.push_back(*level);
    }
    return true;
}

bool DecodeSession::translate(const AssembledSnapshot& snapshot) {
    levels_.clear();
    for (const RawLevel& raw : snapshot.levels) {
        const auto level = to_level(kRawAmounts, raw.side, raw.price, raw.amount, false);
        if (!level) return false;
        levels_.push_back(*level);
    }
    return true;
}

void DecodeSession::apply(CheckedBook& book, const BookLevel& level) {
    SideBook& side = level.side == Side::buy ? book.bids : book.asks;
    if (side.state.count == side.levels.size())
        side.levels.resize(std::max(kFirstDepth, 2 * side.levels.size()));
    if (!BookSide(side.state, side.levels, level.side).set(level.price, level.qty))
        ++checks_.removals_of_nothing;
}

void DecodeSession::compare_tickers(InstrumentId id, std::uint64_t before_ms) {
    CheckedBook& book = books_[index(id)];
    flush();
    while (!book.tickers.empty() && book.tickers.front().timestamp_ms < before_ms) {
        const Touch ticker = book.tickers.front();
        book.tickers.pop_front();
        if (!recovery_.live(id)) continue;
        ++checks_.ticker_checks;
        const Level bid = best_of(BookSide(book.bids.state, book.bids.levels, Side::buy));
        const Level ask = best_of(BookSide(book.asks.state, book.asks.levels, Side::sell));
        if (bid != ticker.bid || ask != ticker.ask) ++checks_.ticker_mismatches;
    }
}

void DecodeSession::compare_snapshot(InstrumentId id, const AssembledSnapshot& snapshot) {
    // An older one was overtaken by updates: there is nothing left to compare it with.
    if (snapshot.change_id < recovery_.change_id(id)) return;
    ++checks_.snapshot_checks;
    CheckedBook& book = books_[index(id)];
    const std::size_t standing = book.bids.state.count + book.asks.state.count;
    bool equal = snapshot.change_id == recovery_.change_id(id) && standing == levels_.size();
    for (const BookLevel& level : levels_) {
        const SideBook& side = level.side == Side::buy ? book.bids : book.asks;
        const auto end = side.levels.begin() + side.state.count;
        equal = equal && std::find(side.levels.begin(), end, Level{level.price, level.qty}) != end;
    }
    if (!equal) ++checks_.snapshot_mismatches;
}

Event& DecodeSession::stage(EventType type, InstrumentId instrument, Nanos venue_time) {
    flush();
    staged_ = true;
    staged_event_ = Event{};
    staged_event_.header.type = type;
    staged_event_.header.instrument = instrument;
    staged_event_.header.venue_time = venue_time;
    return staged_event_;
}

void DecodeSession::flush() {
    if (!std::exchange(staged_, false)) return;
    const std::uint32_t id = index(staged_event_.header.instrument);
    if (id >= books_.size()) return;
    CheckedBook& book = books_[id];
    if (staged_event_.header.type == EventType::book_clear) {
        book.bids.state = {};
        book.asks.state = {};
    } else if (staged_event_.header.type == EventType::book_level) {
        apply(book, staged_event_.payload.book_level);
    }
}

}  // namespace hw::net
