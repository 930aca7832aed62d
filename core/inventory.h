// The options held: eight nodes a block, blocks of one expiry together, updated in place by every fill.
//
// A node is one strike of one expiry and settlement; a call and a put there share it, as their Greeks differ
// by a forward only. Nodes live in blocks of eight lanes that the pricing kernels read as they stand. Lanes
// of an expiry are filled without holes: the last node moves into a place that becomes free. Flat, no
// allocation, all-zero is empty; part of the engine's state.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "core/instrument.h"
#include "core/pricing/kernel.h"
#include "core/types.h"

namespace hw {

inline constexpr std::uint32_t kMaxNodes = 16'384;   ///< over all underlyings
inline constexpr std::size_t kMaxInventories = 64;   ///< underlyings
inline constexpr std::size_t kMaxExpiryGroups = 64;  ///< of one underlying: expiry and settlement
/// The last block of each expiry may be part full.
inline constexpr std::size_t kMaxBlocks = kMaxNodes / pricing::kLanes + kMaxInventories * kMaxExpiryGroups;

/// What is held of one expiry and settlement.
struct ExpiryGroup {
    Nanos expiry;
    double forward = 0;             ///< that the nodes' moneyness is taken against; zero: no volatilities yet
    double puts = 0;                ///< coins of puts, signed: delta is the calls' sum minus this
    double put_strikes = 0;         ///< coins of puts times strike
    double reach = 0;               ///< how far ln F may go before volatilities stop following it
    std::uint32_t slice = 0;        ///< index + 1 of the surface's slice; zero: none
    std::uint16_t first_block = 0;  ///< index + 1
    std::uint16_t last_block = 0;
    std::uint16_t nodes = 0;
    std::uint16_t first_ref = 0;  ///< index into refs() of the underlying
    Settlement settlement = Settlement::inverse;
    std::uint8_t reserved[3] = {};
};
static_assert(sizeof(ExpiryGroup) == 56);

/// Whose positions a block's lanes are; ids plus one, zero is none.
struct alignas(64) NodeBlock {
    std::uint32_t call[pricing::kLanes];
    std::uint32_t put[pricing::kLanes];
    double call_coins[pricing::kLanes];
    double put_coins[pricing::kLanes];
};

class Inventory {
  public:
    /// Where an instrument's node is.
    struct Place {
        std::uint16_t block = 0;
        std::uint16_t group = 0;
        std::uint8_t lane = 0;
        bool ok = true;      ///< false: the inventory is full and nothing was changed
        bool added = false;  ///< a new node: its lane has no volatility yet
    };
    /// From now on `coins` (contracts times size, signed; zero: none) of this option are held.
    Place set(UnderlyingId, InstrumentId, const Instrument&, double coins);

    std::span<const ExpiryGroup> groups(UnderlyingId u) const {
        return {books_[index(u)].groups.data(), books_[index(u)].group_count};
    }
    std::span<ExpiryGroup> groups(UnderlyingId u) {
        return {books_[index(u)].groups.data(), books_[index(u)].group_count};
    }
    /// Blocks of the underlying, group by group.
    std::span<const pricing::BlockRef> refs(UnderlyingId u) const {
        return {books_[index(u)].refs.data(), books_[index(u)].ref_count};
    }
    /// The part of refs() that is one group's.
    std::span<const pricing::BlockRef> refs(UnderlyingId u, std::uint16_t group) const;

    const pricing::KernelBlock* blocks() const { return blocks_.data(); }
    pricing::KernelBlock* blocks() { return blocks_.data(); }
    const pricing::RiskBlock* risk() const { return risk_.data(); }
    const NodeBlock& keys(std::uint16_t block) const { return keys_[block]; }
    std::uint32_t nodes() const { return node_count_; }
    bool holds(InstrumentId id) const { return node_of_[index(id)] != 0; }
    /// Coins of this option that are held here.
    double coins(InstrumentId id) const;
    std::uint32_t nodes(UnderlyingId) const;

  private:
    struct Book {
        std::uint16_t group_count;
        std::uint16_t ref_count;
        std::uint32_t reserved;
        std::array<ExpiryGroup, kMaxExpiryGroups> groups;
        std::array<pricing::BlockRef, kMaxBlocks> refs;
    };

    int find_group(const Book&, const Instrument&) const;
    bool find_strike(const Book&, std::uint16_t group, const Instrument&, Place&) const;
    bool add_lane(Book&, std::uint16_t group, Place&);
    void remove_lane(Book&, const Place&);
    void remove_group(Book&, std::uint16_t group);
    void write_lane(const ExpiryGroup&, const Place&);
    void sum_puts(ExpiryGroup&);
    void rebuild_refs(Book&);
    std::uint16_t take_block();
    void give_block(std::uint16_t);
    void point(std::uint32_t id_plus_one, std::uint16_t block, std::uint8_t lane);

    std::uint32_t node_count_;
    std::uint16_t blocks_used_;                   ///< high-water mark
    std::uint16_t free_block_;                    ///< index + 1 of a list through next_
    std::array<std::uint16_t, kMaxBlocks> next_;  ///< index + 1
    std::array<std::uint16_t, kMaxBlocks> group_of_;
    std::array<std::uint32_t, InstrumentTable::kCapacity> node_of_;  ///< block * 8 + lane + 1
    std::array<Book, kMaxInventories> books_;
    std::array<NodeBlock, kMaxBlocks> keys_;
    std::array<pricing::KernelBlock, kMaxBlocks> blocks_;
    std::array<pricing::RiskBlock, kMaxBlocks> risk_;
};

}  // namespace hw
