// Market data of the simulated venue as Deribit Starbase packets: every order of every book, by id.
//
// Every family has two channels, futures and options, each with an incremental and a snapshot group on line A
// and, 16 higher, on line B; only one line sends at a time, and the same sequence goes on when they switch.
// What was sent is remembered, and retransmitted when a customer asks for it. The venue's own books know
// synthetic liquidity without names: here each piece of it gets an order id.
#pragma once

#include <deque>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "tests/exchange/feed_publisher.h"
#include "tests/exchange/starbase_encoder.h"

namespace hw::exchange {

inline constexpr std::uint32_t kStarbaseGroups = 224u << 24 | 12u << 8 | 192u;  ///< 224.0.12.192
inline constexpr std::uint32_t kStarbaseLineB = 16;
inline constexpr std::uint16_t kStarbaseEventPort = 4220;
inline constexpr std::uint16_t kStarbaseSnapshotPort = 4230;
inline constexpr std::uint16_t kStarbaseRetransmitPort = 4240;  ///< of the first channel; then one by one

/// One incremental channel and its snapshot channel.
class StarbaseChannel {
  public:
    static constexpr std::size_t kHistory = 100'000;  ///< messages that can be retransmitted

    StarbaseChannel(std::uint32_t number, const PacketSink& sink);

    template <class M>
    void event(const M& m, std::uint16_t flags, Nanos now) {
        encode(m, flags, now);
        if (events_.messages() > 0 && events_.size() + scratch_.message(0).size() > kMost) flush(now);
        if (events_.messages() == 0) events_.start(number_, sequence_, starbase::kIncremental, now.ns());
        const auto bytes = scratch_.message(0);
        events_.add_encoded(bytes);
        history_.emplace_back(bytes.begin(), bytes.end());
        if (history_.size() > kHistory) history_.pop_front();
        ++sequence_;
        ++messages_;
    }
    template <class M>
    void snapshot(const M& m, Nanos now) {
        encode(m, starbase::kWhole, now);
        if (snapshots_.messages() > 0 && snapshots_.size() + scratch_.message(0).size() > kMost)
            flush_snapshots();
        if (snapshots_.messages() == 0)
            snapshots_.start(number_, snapshot_sequence_, starbase::kSnapshot, now.ns());
        snapshots_.add_encoded(scratch_.message(0));
        ++snapshot_sequence_;
        ++messages_;
    }
    /// Sends what was begun, and an empty packet when nothing was sent for five seconds.
    void flush(Nanos now);
    void flush_snapshots();
    void use_line_b(bool b) { line_offset_ = b ? kStarbaseLineB : 0; }

    /// The answer to a request; empty when it is none.
    std::vector<std::byte> answer(std::span<const std::byte> request, Nanos now);

    std::int64_t last_sequence() const { return sequence_ - 1; }
    std::uint64_t messages() const { return messages_; }

  private:
    static constexpr std::size_t kMost = 1'400;

    template <class M>
    void encode(const M& m, std::uint16_t flags, Nanos now) {
        scratch_.start(0, 0, 0, 0);
        scratch_.set_flags(flags);
        scratch_.set_time(now.ns());
        scratch_.add(m);
    }
    std::vector<std::byte> reject(std::int64_t correlation, std::int8_t reason, Nanos delay, Nanos now) const;

    std::int32_t number_;
    std::uint32_t snapshot_group_;
    const PacketSink& sink_;
    starbase::PacketEncoder events_;
    starbase::PacketEncoder snapshots_;
    starbase::PacketEncoder scratch_;
    std::deque<std::vector<std::byte>> history_;
    std::int64_t sequence_ = 1;
    std::int64_t snapshot_sequence_ = 1;
    std::uint32_t line_offset_ = 0;
    std::uint64_t messages_ = 0;
    Nanos last_sent_;
    Nanos last_answer_;
};

class StarbasePublisher final : public FeedPublisher {
  public:
    /// `switch_every`: the lines change over that often; zero: never.
    StarbasePublisher(const Market&, const Venue&, PacketSink, Nanos switch_every);
    StarbasePublisher(const StarbasePublisher&) = delete;
    StarbasePublisher& operator=(const StarbasePublisher&) = delete;

    void trades(std::span<const Print>) override;
    void book(std::size_t contract) override;
    void ticker(std::size_t contract) override;
    void indices() override;
    void snapshot_start(std::size_t family) override;
    /// Nothing: here a definition is part of its instrument's snapshot.
    void definition(std::size_t) override {}
    void snapshot(std::size_t contract) override;
    void snapshot_end(std::size_t family) override;
    void flush() override;
    std::vector<std::byte> answer(std::uint16_t port, std::span<const std::byte> payload) override;
    std::uint64_t messages() const override;

  private:
    /// An order as it was published.
    struct Published {
        std::int64_t id = 0;
        std::uint64_t account_order = 0;  ///< 0: synthetic liquidity
        bool bid = true;
        Price price;
        Qty qty;
    };
    using Message = std::function<void(std::uint16_t flags)>;

    StarbaseChannel& channel(std::size_t contract);
    std::size_t first_channel(std::size_t family) const;
    std::int64_t feed_id(std::size_t contract) const;
    std::int8_t exponent(std::size_t contract) const;
    std::int64_t mantissa(std::size_t contract, Qty) const;
    starbase::DefinitionMsg definition_of(std::size_t contract) const;
    starbase::InfoMsg info_of(std::size_t contract) const;
    starbase::RefMsg ref_of(std::size_t contract) const;
    void diff_side(std::size_t contract, Side side, std::vector<Message>& removals,
                   std::vector<Message>& arrivals);

    const Market& market_;
    const Venue& venue_;
    PacketSink sink_;
    Nanos begun_;
    Nanos switch_every_;
    std::vector<StarbaseChannel> channels_;
    std::vector<std::vector<Published>> published_;  ///< by contract
    std::int64_t next_order_ = 1;
};

}  // namespace hw::exchange
