// A Starbase venue of a few order-by-order books, for the feed to follow.
//
// StarbaseVenue keeps the true books as plain maps of orders, encodes what it does as packets of one channel,
// and answers retransmission requests like the venue does. What a reader of the Events believes is kept by
// Receiver (feed_harness.h). Clock and network are the test's.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "net/feed/starbase_feed.h"
#include "tests/exchange/starbase_encoder.h"
#include "tests/net/feed_harness.h"

namespace hw::net {

namespace sb = hw::exchange::starbase;

inline constexpr std::uint32_t kRetransmitIp = 0x0a000001;
inline constexpr std::uint32_t kOurIp = 0x0a000002;

/// The venue's four channels with a retransmitter for each.
inline StarbaseConfig starbase_config() {
    StarbaseConfig config;
    config.channels = default_starbase_channels();
    for (std::size_t i = 0; i < config.channels.size(); ++i)
        config.channels[i].retransmit = {kRetransmitIp, static_cast<std::uint16_t>(4240 + i)};
    config.max_orders = 4'096;
    config.recovery_buffer = 4'096;
    config.held_packets = 64;
    config.verify_snapshots = true;
    return config;
}

/// An inverse perpetual whose quantities are in steps of ten dollars: ten of them are one contract.
inline sb::DefinitionMsg starbase_perpetual(std::int64_t id) {
    sb::DefinitionMsg m;
    m.instrument = id;
    m.name = "BTC" + std::to_string(id) + "-PERPETUAL";
    m.index = 1;
    m.quantity_asset = "USD";
    m.price_asset = "USD";
    m.min_order_quantity = 10;
    m.tick = 500'000'000;
    m.flags = sb::kReversed | sb::kPerpetual;
    return m;
}

class StarbaseVenue {
  public:
    using Bytes = std::vector<std::byte>;
    struct Resting {
        bool bid;
        std::int64_t price;
        std::int64_t quantity;
    };
    struct Book {
        std::int64_t instrument;
        std::map<std::int64_t, Resting> orders;

        TwoSides expected() const {
            TwoSides two;
            for (const auto& [id, o] : orders)
                (o.bid ? two.bids : two.asks)[o.price] += o.quantity * (kNano / 10);
            return two;
        }
    };

    StarbaseVenue(std::size_t channel, std::vector<std::int64_t> instruments,
                  std::int64_t first_sequence = 1'000)
        : channel_(channel), sequence_(first_sequence), first_sequence_(first_sequence) {
        for (const std::int64_t id : instruments) books_.push_back({id, {}});
    }

    Book& book(std::size_t i) { return books_[i]; }
    std::size_t size() const { return books_.size(); }
    std::int64_t sequence() const { return sequence_; }
    std::int32_t number() const { return static_cast<std::int32_t>(70 + channel_); }
    std::int64_t& clock_ns() { return clock_ns_; }

    // Packets of the incremental channel.
    void start() { packet_.start(number(), sequence_, sb::kIncremental, ++clock_ns_); }
    template <class M>
    void add(const M& m, std::uint16_t flags = sb::kWhole) {
        packet_.set_flags(flags);
        packet_.set_time(clock_ns_);
        packet_.add(m);
        const auto encoded = packet_.message(packet_.messages() - 1u);
        sent_.emplace_back(encoded.begin(), encoded.end());
        ++sequence_;
    }
    Bytes bytes() const { return {packet_.bytes().begin(), packet_.bytes().end()}; }
    template <class M>
    Bytes one(const M& m, std::uint16_t flags = sb::kWhole) {
        start();
        add(m, flags);
        return bytes();
    }
    Bytes heartbeat() {
        start();
        return bytes();
    }
    /// The sender starts again: numbers from `first` on, and its snapshots too.
    void restart(std::int64_t first) {
        sequence_ = first_sequence_ = first;
        sent_.clear();
        clock_ns_ += 5 * kNano;
    }

    // What can happen to an order; applied to the true book.
    sb::PutMsg put(std::size_t i, bool bid, std::int64_t price, std::int64_t quantity) {
        const std::int64_t id = ++order_id_;
        books_[i].orders[id] = {bid, price, quantity};
        return {bid, id, books_[i].instrument, quantity, price, id};
    }
    sb::PutMsg amend(std::size_t i, std::int64_t id, std::int64_t price, std::int64_t quantity) {
        Resting& o = books_[i].orders.at(id);
        o.price = price;
        o.quantity = quantity;
        return {o.bid, id, books_[i].instrument, quantity, price, ++order_id_};
    }
    sb::ReduceMsg reduce(std::size_t i, std::int64_t id, std::int64_t left) {
        Resting& o = books_[i].orders.at(id);
        o.quantity = left;
        return {o.bid, id, books_[i].instrument, left};
    }
    sb::DeleteMsg remove(std::size_t i, std::int64_t id) {
        const Resting o = books_[i].orders.at(id);
        books_[i].orders.erase(id);
        return {o.bid, id, books_[i].instrument};
    }

    /// One random message of book `i`, added to the packet.
    template <class Random>
    void act(std::size_t i, Random& random, std::uint16_t flags) {
        auto& orders = books_[i].orders;
        const auto price = [&](bool bid) {
            const auto step = static_cast<std::int64_t>(random() % 12) * 500'000'000;
            return bid ? 20'000 * kNano - step : 20'000 * kNano + 500'000'000 + step;
        };
        const auto quantity = [&] { return static_cast<std::int64_t>(10 * (1 + random() % 100)); };
        const auto pick = [&] {
            auto it = orders.begin();
            std::advance(it, static_cast<std::ptrdiff_t>(random() % orders.size()));
            return it;
        };
        const auto dice = random() % 10;
        if (orders.empty() || (dice < 4 && orders.size() < 40)) {
            const bool bid = random() % 2 == 0;
            return add(put(i, bid, price(bid), quantity()), flags);
        }
        const auto [id, o] = *pick();
        if (dice < 6) return add(amend(i, id, price(o.bid), quantity()), flags);
        if (dice < 8 && o.quantity > 10) return add(reduce(i, id, o.quantity - 10), flags);
        add(remove(i, id), flags);
    }
    /// A transaction of 1 to `most` random messages over random books, in one packet.
    template <class Random>
    Bytes transaction(Random& random, std::size_t most = 4) {
        start();
        const std::size_t n = 1 + random() % most;
        for (std::size_t k = 0; k < n; ++k) {
            const std::uint16_t flags =
                static_cast<std::uint16_t>((k == 0 ? sb::kStart : 0) | (k + 1 == n ? sb::kEnd : 0));
            act(random() % books_.size(), random, flags);
        }
        return bytes();
    }

    // The snapshot channel.
    Bytes snapshot(std::size_t i) {
        const Book& book = books_[i];
        const sb::SnapshotHeaderMsg header{book.instrument, ++clock_ns_, sequence_ - 1};
        begin_snapshot();
        snapshot_.add(header);
        snapshot_.add(starbase_perpetual(book.instrument));
        snapshot_.add(sb::InfoMsg{book.instrument, 19'000 * kNano, 21'000 * kNano, 20'000 * kNano});
        for (const auto& [id, o] : book.orders)
            snapshot_.add(sb::PutMsg{o.bid, id, book.instrument, o.quantity, o.price, id});
        snapshot_.add(
            sb::SnapshotTrailerMsg{header.instrument, header.timestamp_ns, header.incremental_sequence});
        return end_snapshot();
    }
    Bytes end_of_cycle() {
        begin_snapshot();
        snapshot_.add(sb::EndOfCycleMsg{static_cast<std::int32_t>(books_.size())});
        return end_snapshot();
    }
    void begin_snapshot() {
        snapshot_.start(number(), snapshot_sequence_, sb::kSnapshot, ++clock_ns_);
        snapshot_.set_time(clock_ns_);
    }
    sb::PacketEncoder& snapshot_packet() { return snapshot_; }
    Bytes end_snapshot() {
        snapshot_sequence_ += snapshot_.messages();
        return {snapshot_.bytes().begin(), snapshot_.bytes().end()};
    }

    // The retransmitter: up to `most` messages from `begin` on.
    Bytes retransmit(std::int64_t begin, std::size_t most) {
        sb::PacketEncoder answer;
        answer.start(number(), begin, sb::kRetransmitted, clock_ns_);
        for (std::size_t k = 0; k < most && answer.size() < 1'300; ++k) {
            const auto at = static_cast<std::size_t>(begin - first_sequence_) + k;
            if (at >= sent_.size()) break;
            answer.add_encoded(sent_[at]);
        }
        return {answer.bytes().begin(), answer.bytes().end()};
    }
    Bytes reject(std::int64_t correlation, std::int8_t reason, std::int64_t delay_ns = 0) {
        sb::PacketEncoder answer;
        answer.start(number(), correlation, sb::kReject, clock_ns_);
        answer.add(sb::RetransmitRejectMsg{delay_ns, "no", reason});
        return {answer.bytes().begin(), answer.bytes().end()};
    }

    // Datagrams.
    UdpDatagram event(const Bytes& bytes, bool line_b = false) const {
        const auto& c = channels_[channel_];
        return {kRetransmitIp, c.event_group + (line_b ? 16u : 0u), 6'000, c.event_port, bytes};
    }
    UdpDatagram snapshot_event(const Bytes& bytes, bool line_b = false) const {
        const auto& c = channels_[channel_];
        return {kRetransmitIp, c.snapshot_group + (line_b ? 16u : 0u), 6'000, c.snapshot_port, bytes};
    }
    UdpDatagram answer(const Bytes& bytes) const {
        return {kRetransmitIp, kOurIp, static_cast<std::uint16_t>(4240 + channel_), 7'000, bytes};
    }

  private:
    std::size_t channel_;
    std::vector<StarbaseChannelConfig> channels_ = default_starbase_channels();
    std::vector<Book> books_;
    std::int64_t sequence_;
    std::int64_t first_sequence_;
    std::int64_t snapshot_sequence_ = 1;
    std::int64_t order_id_ = 0;
    std::int64_t clock_ns_ = 1'700'000'000 * kNano;
    std::vector<Bytes> sent_;
    sb::PacketEncoder packet_;
    sb::PacketEncoder snapshot_;
};

/// A request as the feed sent it.
struct SentRequest {
    UdpEndpoint to;
    std::int64_t correlation = 0;
    std::int32_t channel = 0;
    std::int64_t begin = 0;
    std::size_t count = 0;
};

/// Takes the feed's requests apart, and refuses what is not one.
class RequestCatcher {
  public:
    bool send(UdpEndpoint to, std::span<const std::byte> payload) {
        if (refuse) return false;
        const auto packet = starbase::check_packet(payload);
        EXPECT_TRUE(packet.ok());
        EXPECT_EQ(payload.size(), 24u + 25u);
        EXPECT_EQ(packet.header.messages, 1);
        const auto header = starbase::MessageHeader::read(payload.data() + 24);
        EXPECT_EQ(header.length, 25);
        EXPECT_EQ(header.template_id, 200);
        starbase::Message m{header, payload.data() + 40, 0};
        const starbase::RetransmitRequest request{m};
        requests.push_back(
            {to, packet.header.sequence, packet.header.channel, request.begin(), request.count()});
        return true;
    }
    bool refuse = false;
    std::deque<SentRequest> requests;
};

}  // namespace hw::net
