#include "tests/exchange/order_book.h"

#include <algorithm>

namespace hw::exchange {

bool OrderBook::crosses(Side taker, Price limit) const {
    const Levels& standing = levels(opposite(taker));
    return !standing.empty() && standing.begin()->first <= key(opposite(taker), limit);
}

MatchResult OrderBook::take(Side taker, Price limit, Qty qty, Taker who) {
    MatchResult result;
    result.left = qty;
    Levels& standing = levels(opposite(taker));
    while (!result.left.is_zero() && crosses(taker, limit)) {
        const auto level = standing.begin();
        Queue& queue = level->second;
        Entry& first = queue.front();
        if (first.order != 0 && who == Taker::account) {
            result.self_matched.push_back(first.order);
            queue.erase(queue.begin());
        } else {
            const Qty traded = std::min(first.qty, result.left);
            result.matches.push_back({first.order, price(opposite(taker), level->first), traded});
            result.left -= traded;
            first.qty -= traded;
            if (first.qty.is_zero()) queue.erase(queue.begin());
        }
        if (queue.empty()) standing.erase(level);
    }
    return result;
}

void OrderBook::rest(std::uint64_t order, Side side, Price at, Qty qty) {
    levels(side)[key(side, at)].push_back({order, qty});
}

Qty OrderBook::cancel(std::uint64_t order) {
    for (Levels* side : {&bids_, &asks_}) {
        for (auto level = side->begin(); level != side->end(); ++level) {
            Queue& queue = level->second;
            const auto it =
                std::find_if(queue.begin(), queue.end(), [&](const Entry& e) { return e.order == order; });
            if (it == queue.end()) continue;
            const Qty left = it->qty;
            queue.erase(it);
            if (queue.empty()) side->erase(level);
            return left;
        }
    }
    return Qty{};
}

std::vector<Match> OrderBook::requote(std::span<const Level> bids, std::span<const Level> asks) {
    set_synthetic(Side::buy, bids);
    set_synthetic(Side::sell, asks);
    return uncross();
}

Qty OrderBook::synthetic(const Queue& queue) {
    Qty sum;
    for (const Entry& e : queue) {
        if (e.order == 0) sum += e.qty;
    }
    return sum;
}

void OrderBook::set_synthetic(Queue& queue, Qty wanted) {
    const Qty have = synthetic(queue);
    if (have < wanted) queue.push_back({0, wanted - have});
    Qty surplus = have > wanted ? have - wanted : Qty{};
    // What goes away goes from the end of the queue, so that the rest keeps its place.
    for (std::size_t i = queue.size(); i-- > 0 && !surplus.is_zero();) {
        if (queue[i].order != 0) continue;
        const Qty cut = std::min(surplus, queue[i].qty);
        queue[i].qty -= cut;
        surplus -= cut;
        if (queue[i].qty.is_zero()) queue.erase(queue.begin() + static_cast<std::ptrdiff_t>(i));
    }
}

void OrderBook::set_synthetic(Side side, std::span<const Level> wanted) {
    Levels& standing = levels(side);
    for (auto level = standing.begin(); level != standing.end();) {
        const Price at = price(side, level->first);
        const auto it =
            std::find_if(wanted.begin(), wanted.end(), [&](const Level& l) { return l.price == at; });
        set_synthetic(level->second, it == wanted.end() ? Qty{} : it->qty);
        level = level->second.empty() ? standing.erase(level) : std::next(level);
    }
    for (const Level& l : wanted) {
        if (l.qty.is_zero()) continue;
        Queue& queue = standing[key(side, l.price)];
        if (queue.empty()) queue.push_back({0, l.qty});
    }
}

std::vector<Match> OrderBook::uncross() {
    std::vector<Match> all;
    while (!bids_.empty() && !asks_.empty() &&
           price(Side::buy, bids_.begin()->first) >= price(Side::sell, asks_.begin()->first)) {
        Queue& bid = bids_.begin()->second;
        Queue& ask = asks_.begin()->second;
        // The quotes do not cross each other: one of the two is the account's, and it stood there first.
        const bool bid_is_maker = bid.front().order != 0;
        const Entry& maker = bid_is_maker ? bid.front() : ask.front();
        const Price at =
            bid_is_maker ? price(Side::buy, bids_.begin()->first) : price(Side::sell, asks_.begin()->first);
        const Qty traded = std::min(bid.front().qty, ask.front().qty);
        if (maker.order != 0) all.push_back({maker.order, at, traded});
        for (auto [queue, side] : {std::pair{&bid, &bids_}, std::pair{&ask, &asks_}}) {
            queue->front().qty -= traded;
            if (queue->front().qty.is_zero()) queue->erase(queue->begin());
            if (queue->empty()) side->erase(side->begin());
        }
    }
    return all;
}

std::vector<std::uint64_t> OrderBook::close() {
    std::vector<std::uint64_t> orders;
    for (const Levels* side : {&bids_, &asks_}) {
        for (const auto& [k, queue] : *side) {
            for (const Entry& e : queue) {
                if (e.order != 0) orders.push_back(e.order);
            }
        }
    }
    bids_.clear();
    asks_.clear();
    return orders;
}

Level OrderBook::best(Side side) const {
    const auto& [k, queue] = *levels(side).begin();
    Qty sum;
    for (const Entry& e : queue) sum += e.qty;
    return {price(side, k), sum};
}

std::vector<OrderBook::Standing> OrderBook::standing(Side side) const {
    std::vector<Standing> out;
    for (const auto& [k, queue] : levels(side)) {
        for (const Entry& e : queue) out.push_back({price(side, k), e.order, e.qty});
    }
    return out;
}

std::vector<Level> OrderBook::depth(Side side) const {
    std::vector<Level> out;
    for (const auto& [k, queue] : levels(side)) {
        Qty sum;
        for (const Entry& e : queue) sum += e.qty;
        out.push_back({price(side, k), sum});
    }
    return out;
}

}  // namespace hw::exchange
