#include "core/inventory.h"

namespace hw {

using pricing::kLanes;

namespace {
constexpr std::uint32_t place_of(std::uint16_t block, std::uint8_t lane) {
    return static_cast<std::uint32_t>(block * kLanes + lane + 1);
}
std::uint8_t lanes_in_last(const ExpiryGroup& g) {
    return static_cast<std::uint8_t>((g.nodes - 1u) % kLanes + 1u);
}
}  // namespace

std::uint16_t Inventory::take_block() {
    std::uint16_t block = 0;
    if (free_block_ != 0) {
        block = static_cast<std::uint16_t>(free_block_ - 1);
        free_block_ = next_[block];
    } else if (blocks_used_ < kMaxBlocks) {
        block = blocks_used_++;
    } else {
        return 0;
    }
    next_[block] = 0;
    keys_[block] = {};
    risk_[block] = {};
    blocks_[block] = {};
    for (std::size_t i = 0; i < kLanes; ++i) blocks_[block].vol[i] = blocks_[block].inv_vol[i] = 1;
    return static_cast<std::uint16_t>(block + 1);
}

void Inventory::give_block(std::uint16_t block) {
    keys_[block] = {};
    risk_[block] = {};
    blocks_[block] = {};
    group_of_[block] = 0;
    next_[block] = free_block_;
    free_block_ = static_cast<std::uint16_t>(block + 1);
}

void Inventory::point(std::uint32_t id_plus_one, std::uint16_t block, std::uint8_t lane) {
    if (id_plus_one != 0) node_of_[id_plus_one - 1] = place_of(block, lane);
}

int Inventory::find_group(const Book& book, const Instrument& i) const {
    for (std::uint16_t g = 0; g < book.group_count; ++g) {
        if (book.groups[g].expiry == i.expiry && book.groups[g].settlement == i.settlement) return g;
    }
    return -1;
}

/// A node at this strike whose call or put place is still free.
bool Inventory::find_strike(const Book& book, std::uint16_t group, const Instrument& i, Place& place) const {
    const double strike = i.strike.to_double();
    const bool call = i.option_type == OptionType::call;
    for (std::uint16_t b = book.groups[group].first_block; b != 0; b = next_[b - 1]) {
        for (std::uint8_t lane = 0; lane < kLanes; ++lane) {
            if (risk_[b - 1].strike[lane] != strike) continue;
            if ((call ? keys_[b - 1].call[lane] : keys_[b - 1].put[lane]) != 0) continue;
            place.block = static_cast<std::uint16_t>(b - 1);
            place.lane = lane;
            return true;
        }
    }
    return false;
}

bool Inventory::add_lane(Book& book, std::uint16_t group, Place& place) {
    if (node_count_ == kMaxNodes) return false;
    ExpiryGroup& g = book.groups[group];
    if (g.nodes % kLanes == 0) {
        const std::uint16_t block = take_block();
        if (block == 0) return false;
        (g.last_block == 0 ? g.first_block : next_[g.last_block - 1]) = block;
        g.last_block = block;
        group_of_[block - 1] = group;
    }
    place.block = static_cast<std::uint16_t>(g.last_block - 1);
    place.lane = static_cast<std::uint8_t>(g.nodes % kLanes);
    place.added = true;
    ++g.nodes;
    ++node_count_;
    return true;
}

/// The expiry's last node takes the free place.
void Inventory::remove_lane(Book& book, const Place& hole) {
    ExpiryGroup& g = book.groups[hole.group];
    const auto last = static_cast<std::uint16_t>(g.last_block - 1);
    const auto lane = static_cast<std::uint8_t>(lanes_in_last(g) - 1);
    const std::size_t to = hole.lane;
    NodeBlock& k = keys_[hole.block];
    const auto move = [&](auto& array, const auto& from) { array[to] = from[lane]; };
    move(k.call, keys_[last].call), move(k.put, keys_[last].put);
    move(k.call_coins, keys_[last].call_coins), move(k.put_coins, keys_[last].put_coins);
    pricing::RiskBlock& r = risk_[hole.block];
    move(r.strike, risk_[last].strike);
    pricing::KernelBlock& b = blocks_[hole.block];
    move(b.k, blocks_[last].k), move(b.vol, blocks_[last].vol), move(b.inv_vol, blocks_[last].inv_vol);
    move(b.drift, blocks_[last].drift), move(b.skew, blocks_[last].skew);
    point(k.call[to], hole.block, hole.lane);
    point(k.put[to], hole.block, hole.lane);
    write_lane(g, hole);
    const Place end{last, hole.group, lane, true, false};
    keys_[last].call[lane] = keys_[last].put[lane] = 0;
    keys_[last].call_coins[lane] = keys_[last].put_coins[lane] = 0;
    risk_[last].strike[lane] = 0;
    blocks_[last].k[lane] = blocks_[last].drift[lane] = blocks_[last].skew[lane] = 0;
    blocks_[last].vol[lane] = blocks_[last].inv_vol[lane] = 1;
    write_lane(g, end);
    --g.nodes;
    --node_count_;
    if (lane != 0) return;
    std::uint16_t before = 0;
    for (std::uint16_t b2 = g.first_block; b2 != g.last_block; b2 = next_[b2 - 1]) before = b2;
    g.last_block = before;
    (before == 0 ? g.first_block : next_[before - 1]) = 0;
    give_block(last);
}

/// The underlying's last group takes its place.
void Inventory::remove_group(Book& book, std::uint16_t group) {
    const auto last = static_cast<std::uint16_t>(book.group_count - 1);
    book.groups[group] = book.groups[last];
    book.groups[last] = {};
    for (std::uint16_t b = book.groups[group].first_block; b != 0; b = next_[b - 1]) group_of_[b - 1] = group;
    book.group_count = last;
}

/// The figures that follow from a lane's positions.
void Inventory::write_lane(const ExpiryGroup& g, const Place& place) {
    const std::size_t lane = place.lane;
    pricing::RiskBlock& r = risk_[place.block];
    r.coins[lane] = keys_[place.block].call_coins[lane] + keys_[place.block].put_coins[lane];
    r.strike_coins[lane] = r.coins[lane] * r.strike[lane];
    blocks_[place.block].weight[lane] =
        g.settlement == Settlement::inverse ? r.strike_coins[lane] : r.coins[lane];
}

void Inventory::sum_puts(ExpiryGroup& g) {
    g.puts = g.put_strikes = 0;
    for (std::uint16_t b = g.first_block; b != 0; b = next_[b - 1]) {
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            g.puts += keys_[b - 1].put_coins[lane];
            g.put_strikes += keys_[b - 1].put_coins[lane] * risk_[b - 1].strike[lane];
        }
    }
}

void Inventory::rebuild_refs(Book& book) {
    std::uint16_t count = 0;
    for (std::uint16_t g = 0; g < book.group_count; ++g) {
        book.groups[g].first_ref = count;
        for (std::uint16_t b = book.groups[g].first_block; b != 0; b = next_[b - 1])
            book.refs[count++] = {static_cast<std::uint16_t>(b - 1), g};
    }
    for (std::uint16_t old = count; old < book.ref_count; ++old) book.refs[old] = {};
    book.ref_count = count;
}

Inventory::Place Inventory::set(UnderlyingId underlying, InstrumentId id, const Instrument& i, double coins) {
    Book& book = books_[index(underlying)];
    Place place;
    if (const std::uint32_t at = node_of_[index(id)]; at != 0) {
        place.block = static_cast<std::uint16_t>((at - 1) / kLanes);
        place.lane = static_cast<std::uint8_t>((at - 1) % kLanes);
        place.group = group_of_[place.block];
    } else {
        if (coins == 0) return place;
        int group = find_group(book, i);
        const bool new_group = group < 0;
        if (new_group) {
            if (book.group_count == kMaxExpiryGroups) return {.ok = false};
            group = book.group_count++;
            book.groups[static_cast<std::size_t>(group)] = {};
            book.groups[static_cast<std::size_t>(group)].expiry = i.expiry;
            book.groups[static_cast<std::size_t>(group)].settlement = i.settlement;
        }
        place.group = static_cast<std::uint16_t>(group);
        if (!find_strike(book, place.group, i, place) && !add_lane(book, place.group, place)) {
            if (new_group) remove_group(book, place.group);
            return {.ok = false};
        }
        risk_[place.block].strike[place.lane] = i.strike.to_double();
        (i.option_type == OptionType::call ? keys_[place.block].call : keys_[place.block].put)[place.lane] =
            index(id) + 1;
        point(index(id) + 1, place.block, place.lane);
    }
    NodeBlock& k = keys_[place.block];
    const bool call = i.option_type == OptionType::call;
    (call ? k.call_coins : k.put_coins)[place.lane] = coins;
    ExpiryGroup& g = book.groups[place.group];
    write_lane(g, place);
    bool restructured = place.added;
    if (coins == 0) {
        node_of_[index(id)] = 0;
        (call ? k.call : k.put)[place.lane] = 0;
        if (k.call[place.lane] == 0 && k.put[place.lane] == 0) {
            remove_lane(book, place);
            restructured = true;
        }
    }
    sum_puts(g);
    if (g.nodes == 0) remove_group(book, place.group);
    if (restructured) rebuild_refs(book);
    return place;
}

std::span<const pricing::BlockRef> Inventory::refs(UnderlyingId u, std::uint16_t group) const {
    const ExpiryGroup& g = groups(u)[group];
    return refs(u).subspan(g.first_ref, (g.nodes + kLanes - 1) / kLanes);
}

double Inventory::coins(InstrumentId id) const {
    const std::uint32_t at = node_of_[index(id)];
    if (at == 0) return 0;
    const NodeBlock& k = keys_[(at - 1) / kLanes];
    const std::size_t lane = (at - 1) % kLanes;
    return k.call[lane] == index(id) + 1 ? k.call_coins[lane] : k.put_coins[lane];
}

std::uint32_t Inventory::nodes(UnderlyingId u) const {
    std::uint32_t sum = 0;
    for (const ExpiryGroup& g : groups(u)) sum += g.nodes;
    return sum;
}

}  // namespace hw
