#include "net/feed/starbase_orders.h"

#include <algorithm>

namespace hw::net::starbase {

namespace {
constexpr std::uint32_t kNone = FlatIndex::kNone;
constexpr std::uint64_t kGolden = 0x9e37'79b9'7f4a'7c15ULL;

/// A level may be waiting for `settle` beside those that hold orders.
std::size_t levels_for(std::size_t orders) { return orders + std::min<std::size_t>(orders, 65'536); }
}  // namespace

OrderStore::OrderStore(std::size_t capacity)
    : orders_(capacity),
      levels_(levels_for(capacity)),
      books_(InstrumentTable::kCapacity),
      order_index_(capacity),
      level_index_(levels_for(capacity)) {
    for (std::size_t i = capacity; i-- > 0;) {
        orders_[i].next = free_order_;
        free_order_ = static_cast<std::uint32_t>(i);
    }
    for (std::size_t i = levels_.size(); i-- > 0;) {
        levels_[i].next = free_level_;
        free_level_ = static_cast<std::uint32_t>(i);
    }
}

std::uint64_t OrderStore::order_hash(InstrumentId instrument, std::uint64_t id) {
    return mix64(id + kGolden * (index(instrument) + 1ULL));
}

std::uint64_t OrderStore::level_hash(InstrumentId instrument, Side side, Price price) {
    const std::uint64_t book = 2ULL * index(instrument) + (side == Side::buy ? 1 : 2);
    return mix64(static_cast<std::uint64_t>(price.nanos()) + kGolden * book);
}

std::uint64_t OrderStore::hash_of_order(std::uint32_t order) const {
    return order_hash(levels_[orders_[order].level].instrument, orders_[order].id);
}

std::uint64_t OrderStore::hash_of_level(std::uint32_t level) const {
    const OrderLevel& l = levels_[level];
    return level_hash(l.instrument, l.side, l.price);
}

std::uint32_t OrderStore::find_order(InstrumentId instrument, std::uint64_t id) const {
    return order_index_.find(order_hash(instrument, id), [&](std::uint32_t at) {
        return orders_[at].id == id && levels_[orders_[at].level].instrument == instrument;
    });
}

std::uint32_t OrderStore::find_level(InstrumentId instrument, Side side, Price price) const {
    return level_index_.find(level_hash(instrument, side, price), [&](std::uint32_t at) {
        const OrderLevel& l = levels_[at];
        return l.price == price && l.instrument == instrument && l.side == side;
    });
}

std::uint32_t OrderStore::open_level(InstrumentId instrument, Side side, Price price) {
    const std::uint32_t at = free_level_;
    if (at == kNone) return kNone;
    Book& book = books_[index(instrument)];
    free_level_ = levels_[at].next;
    levels_[at] = OrderLevel{price, Qty{}, Qty{}, instrument, kNone, book.first, kNone, side, false, false};
    if (book.first != kNone) levels_[book.first].previous = at;
    book.first = at;
    level_index_.insert(level_hash(instrument, side, price), at);
    return at;
}

void OrderStore::close_level(std::uint32_t at) {
    OrderLevel& l = levels_[at];
    if (l.next != kNone) levels_[l.next].previous = l.previous;
    if (l.previous != kNone) {
        levels_[l.previous].next = l.next;
    } else {
        books_[index(l.instrument)].first = l.next;
    }
    level_index_.erase(hash_of_level(at), at, [&](std::uint32_t other) { return hash_of_level(other); });
}

void OrderStore::touch(std::uint32_t level, Touched& touched) {
    if (levels_[level].touched) return;
    levels_[level].touched = true;
    touched.push_back(level);
}

void OrderStore::settle(std::uint32_t at) {
    OrderLevel& l = levels_[at];
    l.touched = false;
    if (!l.detached && (l.first != kNone || !l.published.is_zero())) return;
    if (!l.detached) close_level(at);
    l.next = free_level_;
    free_level_ = at;
}

void OrderStore::link(std::uint32_t order, std::uint32_t level) {
    Order& o = orders_[order];
    OrderLevel& l = levels_[level];
    o.level = level;
    o.next = l.first;
    o.previous = kNone;
    if (l.first != kNone) orders_[l.first].previous = order;
    l.first = order;
    l.qty += o.qty;
}

void OrderStore::unlink(std::uint32_t order) {
    const Order& o = orders_[order];
    OrderLevel& l = levels_[o.level];
    if (o.next != kNone) orders_[o.next].previous = o.previous;
    if (o.previous != kNone) {
        orders_[o.previous].next = o.next;
    } else {
        l.first = o.next;
    }
    l.qty -= o.qty;
}

OrderStore::Result OrderStore::add(InstrumentId instrument, Side side, std::uint64_t id, Price price, Qty qty,
                                   Touched& touched) {
    if (free_order_ == kNone) return Result::full;
    std::uint32_t level = find_level(instrument, side, price);
    if (level == kNone) level = open_level(instrument, side, price);
    if (level == kNone) return Result::full;
    touch(level, touched);
    if (levels_[level].qty.nanos() > kMostNanos - qty.nanos()) return Result::too_much;
    const std::uint32_t order = free_order_;
    free_order_ = orders_[order].next;
    orders_[order].id = id;
    orders_[order].qty = qty;
    link(order, level);
    order_index_.insert(order_hash(instrument, id), order);
    ++books_[index(instrument)].orders;
    ++used_;
    return Result::done;
}

void OrderStore::free_order(std::uint32_t order) {
    order_index_.erase(hash_of_order(order), order, [&](std::uint32_t at) { return hash_of_order(at); });
    --books_[index(levels_[orders_[order].level].instrument)].orders;
    unlink(order);
    orders_[order].next = free_order_;
    free_order_ = order;
    --used_;
}

OrderStore::Result OrderStore::put(InstrumentId instrument, Side side, std::uint64_t id, Price price, Qty qty,
                                   Touched& touched) {
    if (qty <= Qty{} || qty.nanos() > kMostNanos) return Result::too_much;
    if (price.nanos() < -kMostNanos || price.nanos() > kMostNanos) return Result::too_much;
    const std::uint32_t known = find_order(instrument, id);
    if (known != kNone) {
        const std::uint32_t level = orders_[known].level;
        if (levels_[level].side != side) return Result::unknown;
        touch(level, touched);
        free_order(known);
    }
    return add(instrument, side, id, price, qty, touched);
}

OrderStore::Result OrderStore::reduce(InstrumentId instrument, Side side, std::uint64_t id, Qty left,
                                      Touched& touched) {
    const std::uint32_t order = find_order(instrument, id);
    if (order == kNone || levels_[orders_[order].level].side != side) return Result::unknown;
    if (left <= Qty{}) return Result::too_much;
    if (left > orders_[order].qty) return Result::larger;
    const std::uint32_t level = orders_[order].level;
    touch(level, touched);
    levels_[level].qty -= orders_[order].qty - left;
    orders_[order].qty = left;
    return Result::done;
}

OrderStore::Result OrderStore::remove(InstrumentId instrument, Side side, std::uint64_t id,
                                      Touched& touched) {
    const std::uint32_t order = find_order(instrument, id);
    if (order == kNone || levels_[orders_[order].level].side != side) return Result::unknown;
    touch(orders_[order].level, touched);
    free_order(order);
    return Result::done;
}

void OrderStore::clear(InstrumentId instrument) {
    Book& book = books_[index(instrument)];
    for (std::uint32_t at = book.first; at != kNone;) {
        OrderLevel& l = levels_[at];
        const std::uint32_t following = l.next;
        while (l.first != kNone) free_order(l.first);
        close_level(at);
        l.published = Qty{};
        l.detached = l.touched;
        if (!l.touched) {
            l.next = free_level_;
            free_level_ = at;
        }
        at = following;
    }
}

bool OrderStore::holds(InstrumentId instrument, Side side, std::uint64_t id, Price price, Qty qty) const {
    const std::uint32_t order = find_order(instrument, id);
    if (order == kNone || orders_[order].qty != qty) return false;
    const OrderLevel& l = levels_[orders_[order].level];
    return l.side == side && l.price == price;
}

bool OrderStore::find_side(InstrumentId instrument, std::uint64_t id, Side& side) const {
    const std::uint32_t order = find_order(instrument, id);
    if (order == kNone) return false;
    side = levels_[orders_[order].level].side;
    return true;
}

}  // namespace hw::net::starbase
