// Frames that nobody should send, at every layer from Ethernet to SBE, through what the hot loop does with a
// frame: nothing crashes, and every frame is counted once, under one reason.
//
// HW_FUZZ_ITERATIONS frames, from HW_FUZZ_SEED. The frames are mutations of a sound session (and of IGMP,
// TCP, ARP and tagged ones), whose checksums are made good again most of the time, so that damage is seen by
// the layer that it is meant for.
#include <gtest/gtest.h>

#include <array>
#include <random>

#include "net/bytes.h"
#include "net/feed/deribit_feed.h"
#include "net/igmp.h"
#include "tests/net/feed_session.h"
#include "tests/net/fuzz.h"

namespace hw::net {
namespace {

using Frame = std::vector<std::byte>;

/// Stands in for the engine: keeps the table, and refuses Events that it would choke on.
class TableKeeper {
  public:
    Event& stage(EventType type, InstrumentId instrument, Nanos time) {
        flush();
        staged_ = true;
        event_ = Event{};
        event_.header.type = type;
        event_.header.instrument = instrument;
        event_.header.venue_time = time;
        return event_;
    }
    void flush() {
        if (!std::exchange(staged_, false)) return;
        ++events;
        const InstrumentId id = event_.header.instrument;
        if (event_.header.type == EventType::instrument_definition) {
            InstrumentId given = kNoInstrument;
            table->add(event_.payload.instrument, &given);
        } else if (id != kNoInstrument) {
            bad += table->contains(id) ? 0 : 1;
        }
    }

    std::unique_ptr<InstrumentTable> table = std::make_unique<InstrumentTable>();
    std::uint64_t events = 0;
    std::uint64_t bad = 0;  ///< Events of instruments that do not exist

  private:
    Event event_;
    bool staged_ = false;
};

class FrameMaker {
  public:
    explicit FrameMaker(Random& random) : random_(random), session_(generated_session(random, 400)) {}

    /// Valid until the next call.
    std::span<const std::byte> next() {
        sound();
        for (std::uint64_t n = random_() % 4; n > 0; --n) mutate();
        if (random_() % 16 == 0) tag();
        return frame_;
    }

  private:
    /// What is mutated: mostly the session's own packets, in their order.
    void sound() {
        switch (random_() % 16) {
            case 0:
                return noise(random_() % 200);
            case 1:
                return igmp();
            case 2:
                noise(60 + random_() % 100);
                store16(&frame_[12], kTypes[random_() % kTypes.size()]);
                return;
            case 3:  // another protocol
                datagram();
                frame_[23] = static_cast<std::byte>(random_() % 20);
                return seal();
            default:
                return datagram();
        }
    }
    void noise(std::size_t size) {
        frame_.resize(size);
        for (std::byte& b : frame_) b = static_cast<std::byte>(random_());
    }
    void igmp() {
        const std::uint32_t group = 0xef6f6f01 + static_cast<std::uint32_t>(random_() % 3);
        const IgmpType type = random_() % 2 == 0 ? IgmpType::query : IgmpType::report_v2;
        frame_.resize(100);
        frame_.resize(build_igmp_message({{}, 1}, type, random_() % 2 == 0 ? 0 : group,
                                         random_() % 2 == 0 ? kAllHosts : group, frame_));
    }
    void datagram() {
        const SentPacket& packet = session_[at_];
        at_ = (at_ + 1) % session_.size();
        const bool line_b = random_() % 2 == 0;
        payload_ = packet.payload;
        // Damage that only the feed can see.
        if (random_() % 2 == 0) mutate_payload();
        frame_.resize(kUdpFrameHeader + kMaxUdpPayload);
        const UdpEndpoints to{
            {2, 0, 0, 0, 0, 1}, {}, 0x0a000001, packet.group + (line_b ? kGroupsB : 0), 4000,
            packet.port,        16};
        payload_.resize(std::min(payload_.size(), kMaxUdpPayload));
        frame_.resize(build_udp_frame(to, payload_, frame_));
    }
    void mutate_payload() {
        if (payload_.size() < 2) return;
        switch (random_() % 6) {
            case 0:  // anywhere
                payload_[random_() % payload_.size()] ^= static_cast<std::byte>(1u << random_() % 8);
                return;
            case 1:  // a header's field, or a length, to an edge
                put_edge(payload_, random_() % std::min<std::size_t>(payload_.size() - 1, 64));
                return;
            case 2:
                put_edge(payload_, random_() % (payload_.size() - 1));
                return;
            case 3:  // cut
                payload_.resize(random_() % payload_.size());
                return;
            case 4:  // longer than it says
                payload_.resize(payload_.size() + 1 + random_() % 40);
                return;
            default:  // another sequence number or channel
                for (std::size_t i = 2; i < std::min<std::size_t>(payload_.size(), 8); ++i) {
                    if (random_() % 4 == 0) payload_[i] = static_cast<std::byte>(random_());
                }
        }
    }
    void put_edge(Frame& bytes, std::size_t at) {
        constexpr std::array<std::uint16_t, 8> kEdges = {0, 1, 2, 0x7fff, 0x8000, 0xfffe, 0xffff, 0x00ff};
        store16(&bytes[at], kEdges[random_() % kEdges.size()]);
    }
    void mutate() {
        if (frame_.size() < 2) return;
        switch (random_() % 5) {
            case 0:
                frame_[random_() % frame_.size()] ^= static_cast<std::byte>(1u << random_() % 8);
                return;
            case 1:
                put_edge(frame_, random_() % (frame_.size() - 1));
                return seal();
            case 2:  // the headers
                frame_[random_() % std::min<std::size_t>(frame_.size(), 50)] =
                    static_cast<std::byte>(random_());
                return seal();
            case 3:
                frame_.resize(random_() % frame_.size());
                return;
            default:
                if (frame_.size() < 1'500) frame_.resize(frame_.size() + random_() % 32);
        }
    }
    /// Makes the IPv4 header's checksum right again.
    void seal() {
        if (frame_.size() < 34 || random_() % 8 == 0) return;
        const std::size_t header = (load8(&frame_[14]) & 0x0fu) * 4u;
        if (header < 20 || 14 + header > frame_.size()) return;
        store16(&frame_[24], 0);
        store16(&frame_[24], checksum_finish(checksum_sum({&frame_[14], header})));
    }
    void tag() {
        if (frame_.size() < 14) return;
        const std::array<std::byte, 4> word = {std::byte{0x81}, std::byte{0}, std::byte{0}, std::byte{7}};
        for (std::uint64_t n = 1 + random_() % 3; n > 0; --n) {
            frame_.insert(frame_.begin() + 12, word.begin(), word.end());
        }
    }

    static constexpr std::array<std::uint16_t, 6> kTypes = {0x0806, 0x86dd, 0x88cc, 0x8100, 0x88a8, 0x0800};

    Random& random_;
    Session session_;
    std::size_t at_ = 0;
    Frame frame_;
    Frame payload_;
};

/// Frames that have been counted under one reason each, or are held.
std::uint64_t counted(const VerdictCounters& verdicts, const FeedCounters& feed) {
    std::uint64_t sum = 0;
    for (std::size_t v = 0; v < kVerdicts; ++v) {
        if (Verdict(v) != Verdict::udp) sum += verdicts[Verdict(v)];
    }
    const LineCounters& c = feed.lines;
    return sum + c.datagrams + c.other_destination + c.short_frames + c.channel_conflicts +
           c.too_many_channels + c.duplicates + c.late + c.copies + c.strays + c.held_dropped;
}

void fuzz_round(std::uint64_t seed, std::size_t frames, bool two_lines) {
    Random random(seed);
    FrameMaker maker(random);
    TableKeeper keeper;
    FeedConfig config;
    if (two_lines) {
        config.channels = {{"one", 0xef6f6f01, 6100, 6101, 0xef706f01, 0, 0},
                           {"two", 0xef6f6f02, 6100, 6101, 0xef706f02, 0, 0}};
    }
    DeribitFeed<TableKeeper> feed(config, *keeper.table, keeper);
    IgmpReporter reporter({{}, 0}, {0xef6f6f01, 0xef6f6f02}, seed, [](auto) { return true; });
    VerdictCounters verdicts;
    Nanos now = Nanos::from_seconds(1'700'000'000);
    for (std::size_t n = 0; n < frames; ++n) {
        const auto frame = maker.next();
        const Classified c = classify(frame);
        verdicts.count(c.verdict);
        if (c.verdict == Verdict::udp) feed.on_datagram(c.udp, now);
        if (c.verdict == Verdict::igmp) reporter.on_packet(c.ip, now);
        if (n % 8 == 0) {
            now = now + Nanos::from_us(200);
            feed.on_time(now);
            reporter.on_time(now);
        }
        if (n % 256 != 0) continue;
        now = now + Nanos::from_ms(3);  // nothing is held any longer
        feed.on_time(now);
        ASSERT_EQ(counted(verdicts, feed.counters()), n + 1) << "seed " << seed << " frame " << n;
    }
    feed.on_time(now + Nanos::from_seconds(1));
    keeper.flush();
    const FeedCounters c = feed.counters();
    EXPECT_EQ(counted(verdicts, c), frames) << "seed " << seed;
    EXPECT_EQ(keeper.bad, 0u) << "seed " << seed;
    // The reasons are really reached.
    if (frames < 20'000) return;
    for (std::size_t v = 0; v < kVerdicts; ++v) EXPECT_GT(verdicts[Verdict(v)], 0u) << to_string(Verdict(v));
    for (const auto reason : {deribit::Malformed::frame_cut, deribit::Malformed::frame_trailing,
                              deribit::Malformed::block_cut, deribit::Malformed::block_short,
                              deribit::Malformed::group_cut, deribit::Malformed::message_header}) {
        EXPECT_GT(c.decode.malformed[static_cast<std::size_t>(reason)], 0u) << deribit::to_string(reason);
    }
    EXPECT_LE(c.decode.malformed_total(), c.lines.datagrams);
    EXPECT_GT(c.lines.datagrams, frames / 20);
    EXPECT_GT(reporter.counters().queries, 0u);
}

TEST(FrameFuzz, EveryFrameIsCountedOnceUnderOneReason) {
    constexpr std::size_t kRound = 100'000;  // then a fresh feed
    std::uint64_t seed = fuzz_seed();
    for (std::size_t left = fuzz_iterations(100'000); left > 0 && !::testing::Test::HasFailure(); ++seed) {
        const std::size_t frames = std::min(left, kRound);
        SCOPED_TRACE("seed " + std::to_string(seed));
        fuzz_round(seed, frames, seed % 2 == 0);
        left -= frames;
    }
}

}  // namespace
}  // namespace hw::net
