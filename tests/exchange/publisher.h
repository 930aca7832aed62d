// Market data of the simulated venue as Deribit schema-1 frames: what has happened goes in, UDP payloads for
// a multicast group and port come out.
//
// Every family has an event channel (its number, port 6100) and a snapshot channel (its number + 100, port
// 6101); the indices are on channel 0. A frame holds what happened in one step, at most 1400 bytes of it.
// Amounts on the feed are in the contract's currency: contracts times contract size.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <vector>

#include "tests/exchange/deribit_encoder.h"
#include "tests/exchange/feed_publisher.h"

namespace hw::exchange {

inline constexpr std::uint32_t kGroupBase = 239u << 24 | 111u << 16 | 111u << 8;  ///< 239.111.111.N
inline constexpr std::uint16_t kEventPort = 6100;
inline constexpr std::uint16_t kSnapshotPort = 6101;
inline constexpr std::size_t kMaxFrame = 1400;

/// One channel's frame in the making.
class ChannelWriter {
  public:
    ChannelWriter(std::uint16_t channel, std::uint32_t group_ip, std::uint16_t port, const PacketSink& sink)
        : channel_(channel), group_ip_(group_ip), port_(port), sink_(sink) {}

    template <class M>
    void add(const M& message, std::size_t size) {
        if (open_ && frame_.size() + size > kMaxFrame) flush();
        if (!open_) frame_.start(channel_, sequence_++);
        open_ = true;
        frame_.add(message);
        ++messages_;
    }
    void flush() {
        if (open_) sink_({group_ip_, port_, frame_.bytes()});
        open_ = false;
    }
    std::uint64_t messages() const { return messages_; }

  private:
    std::uint16_t channel_;
    std::uint32_t group_ip_;
    std::uint16_t port_;
    const PacketSink& sink_;
    deribit::FrameEncoder frame_;
    std::uint32_t sequence_ = 1;
    std::uint64_t messages_ = 0;
    bool open_ = false;
};

class Publisher final : public FeedPublisher {
  public:
    Publisher(const Market&, const Venue&, PacketSink);
    Publisher(const Publisher&) = delete;
    Publisher& operator=(const Publisher&) = delete;

    void trades(std::span<const Print>) override;
    void book(std::size_t contract) override;
    void ticker(std::size_t contract) override;
    void indices() override;
    void cross(std::size_t contract, bool on) override;
    void snapshot_start(std::size_t family) override;
    void definition(std::size_t contract) override;
    void snapshot(std::size_t contract) override;
    void snapshot_end(std::size_t family) override;
    void flush() override;

    std::uint64_t messages() const override;
    /// Levels as last published, best first; for tests.
    const std::vector<Level>& published(std::size_t contract, Side side) const;

  private:
    struct Published {
        std::vector<Level> bids;
        std::vector<Level> asks;
        std::uint64_t change_id = 0;
        bool crossed = false;
    };
    ChannelWriter& events(std::size_t contract) { return events_[market_.contracts()[contract].family]; }
    ChannelWriter& snapshots(std::size_t contract) {
        return snapshots_[market_.contracts()[contract].family];
    }
    void send_changes(std::size_t contract, std::span<const deribit::BookChange>);
    double amount(std::size_t contract, Qty) const;
    std::uint32_t feed_id(std::size_t contract) const;
    std::uint64_t now_ms() const { return static_cast<std::uint64_t>(market_.now().ns() / 1'000'000); }

    std::vector<Level> standing(std::size_t contract, Side side) const;

    const Market& market_;
    const Venue& venue_;
    PacketSink sink_;
    Nanos created_;
    ChannelWriter index_channel_;
    std::vector<ChannelWriter> events_;
    std::vector<ChannelWriter> snapshots_;
    std::vector<Published> published_;
    std::vector<std::uint64_t> trade_sequence_;
};

}  // namespace hw::exchange
