// What is known of each instrument beside its book: how its quantities are counted, and its last ticker.
//
// The venue tells a ticker's parts in messages of their own (InstrumentInfo, InstrumentRef, status, index);
// an Event carries all of them, so the parts are kept and sent together. Each kind of part remembers the
// incremental message it came from: a snapshot's older word does not undo a newer one. Flat, by InstrumentId;
// all memory is taken at construction.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/event.h"
#include "core/instrument.h"
#include "net/feed/starbase_translate.h"

namespace hw::net::starbase {

enum class Part : std::uint8_t { info = 0, reference, status };

class IndexNames {
  public:
    static constexpr std::size_t kMost = 256;

    struct Index {
        std::int64_t id = 0;
        Name<16> name;
        Price price = kNoPrice;
    };
    /// False: the name does not fit, or there are too many.
    bool define(std::int64_t id, std::string_view name);
    /// Null: not defined.
    Index* find(std::int64_t id);
    Price price(std::int64_t id) {
        const Index* const index = find(id);
        return index == nullptr ? kNoPrice : index->price;
    }

  private:
    std::array<Index, kMost> items_;
    std::size_t size_ = 0;
};

class Reference {
  public:
    struct Item {
        Ticker ticker = no_ticker();
        std::array<std::uint64_t, 3> sequence{};  ///< by part: the newest incremental message
        QuantityScale scale;
        std::int64_t index_id = 0;
        bool defined = false;
    };

    Reference() : items_(InstrumentTable::kCapacity) {}

    Item& operator[](InstrumentId id) { return items_[index(id)]; }
    /// True when a part told by message `sequence` is news; of a snapshot, `sequence` is what it holds.
    bool is_news(InstrumentId id, Part part, std::uint64_t sequence, bool from_snapshot) {
        std::uint64_t& newest = items_[index(id)].sequence[static_cast<std::size_t>(part)];
        if (from_snapshot) return sequence >= newest;
        newest = sequence;
        return true;
    }
    /// The numbers of the instrument's channel began anew: those from before mean nothing.
    void forget_sequences(InstrumentId id) { items_[index(id)].sequence = {}; }

    // False when a value does not convert; then nothing was changed.
    static bool put(const InstrumentInfo&, Ticker&);
    static bool put(const InstrumentRef&, Ticker&);
    static bool put(const InstrumentStatus&, Ticker&);

  private:
    static Ticker no_ticker();
    std::vector<Item> items_;
};

bool same_ticker(const Ticker&, const Ticker&);

}  // namespace hw::net::starbase
