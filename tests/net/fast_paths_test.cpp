// What is read in a hurry is read as it is read at leisure: each fast path of the feed against the slow one
// beside it.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "net/feed/definition_memo.h"
#include "net/feed/ticker_lanes.h"
#include "net/feed/translate.h"
#include "net/packet.h"
#include "tests/net/fuzz.h"

namespace hw::net {
namespace {

std::vector<std::byte> udp_frame(std::size_t payload_size) {
    const std::vector<std::byte> payload(payload_size, std::byte{0x5a});
    std::vector<std::byte> frame(kUdpFrameHeader + payload_size + 60);
    frame.resize(build_udp_frame({{2}, {}, 1, 0xef6f6f01, 2, 6100, 16}, payload, frame));
    return frame;
}

void seal(std::vector<std::byte>& frame) {
    if (frame.size() < 34) return;
    store16(frame.data() + 24, 0);
    store16(frame.data() + 24, checksum_finish(checksum_sum({frame.data() + 14, 20})));
}

bool same(const Classified& a, const Classified& b) {
    const bool udp = a.udp.src_ip == b.udp.src_ip && a.udp.dst_ip == b.udp.dst_ip &&
                     a.udp.src_port == b.udp.src_port && a.udp.dst_port == b.udp.dst_port &&
                     a.udp.payload.data() == b.udp.payload.data() &&
                     a.udp.payload.size() == b.udp.payload.size();
    return a.verdict == b.verdict && udp && a.ip.data() == b.ip.data() && a.ip.size() == b.ip.size();
}

TEST(FastPaths, EveryFrameIsClassifiedAsTheGeneralWayDoes) {
    const std::uint64_t seed = fuzz_seed();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    std::size_t udp = 0, other = 0;
    for (std::size_t i = 0; i < fuzz_iterations(100'000); ++i) {
        auto frame = udp_frame(random() % 64);
        for (std::size_t n = random() % 3; n > 0; --n) {
            // The headers, by preference: that is where the verdicts are made.
            frame[12 + random() % std::min<std::size_t>(frame.size() - 12, 30)] =
                static_cast<std::byte>(random() % 4 == 0 ? 0x45 : random());
        }
        if (random() % 2 == 0) seal(frame);
        if (random() % 8 == 0) frame.resize(random() % (frame.size() + 1));
        const std::vector<std::byte> exact(frame);
        const Classified fast = classify(exact);
        ASSERT_TRUE(same(fast, detail::classify_any(exact))) << to_string(fast.verdict);
        ++(fast.verdict == Verdict::udp ? udp : other);
    }
    EXPECT_GT(udp, 1000u);
    EXPECT_GT(other, 1000u);
}

TEST(FastPaths, AHeadersSumIsRightOrWrongForEveryValue) {
    auto frame = udp_frame(8);
    std::size_t right = 0;
    for (std::uint32_t sum = 0; sum <= 0xffff; ++sum) {
        store16(frame.data() + 24, static_cast<std::uint16_t>(sum));
        const bool fast = classify(frame).verdict == Verdict::udp;
        ASSERT_EQ(fast, detail::classify_any(frame).verdict == Verdict::udp) << sum;
        right += fast ? 1 : 0;
    }
    EXPECT_EQ(right, 1u);
}

class WireTicker {
  public:
    void state(std::uint8_t value) { block_[4] = static_cast<std::byte>(value); }
    void number(std::size_t i, double value) {
        std::memcpy(block_.data() + deribit::Ticker::kNumbers + 8 * i, &value, sizeof value);
    }
    /// Both ways; what the fast one cannot hold goes the slow way, as in the feed.
    void expect_equal(std::size_t& held) const {
        deribit::Message message;
        message.block = block_.data();
        const deribit::Ticker wire{message};
        Ticker slow{};
        Ticker fast{};
        std::memset(static_cast<void*>(&fast), 0x77, sizeof fast);
        const bool good = to_ticker_slowly(wire, slow);
        TickerLanes lanes;
        if (!lanes.read(wire)) return;
        ++held;
        ASSERT_TRUE(good) << "the fast way took what does not convert";
        lanes.write(fast);
        ASSERT_EQ(std::memcmp(&slow, &fast, sizeof slow), 0);
    }

  private:
    std::vector<std::byte> block_ = std::vector<std::byte>(deribit::Ticker::kBlock);
};

double odd_value(std::mt19937_64& random) {
    constexpr double kOdd[] = {0.0,
                               -0.0,
                               1e-9,
                               0.5e-9,
                               1.5e-9,
                               2.5e-9,
                               -0.5e-9,
                               26'000.5,
                               1e6,
                               2.2e6,
                               2.3e6,
                               2'251'799.813685247,
                               2'251'799.813685248,
                               -2'251'799.813685248,
                               9.2e9,
                               9.3e9,
                               -9.3e9,
                               5e-324,
                               1e308,
                               std::numeric_limits<double>::infinity()};
    switch (random() % 6) {
        case 0:
            return std::bit_cast<double>(~std::uint64_t{0});  // null
        case 1:
            return kOdd[random() % std::size(kOdd)];
        case 2:
            return std::bit_cast<double>(random());
        case 3:
            return static_cast<double>(random() % 10'000) * 0.0005;
        default:
            return static_cast<double>(random() % 100'000'000) / 1000.0;
    }
}

TEST(FastPaths, EveryTickerIsReadAsOneValueAfterTheOtherIs) {
    const std::uint64_t seed = fuzz_seed();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    std::size_t held = 0;
    for (std::size_t i = 0; i < fuzz_iterations(200'000); ++i) {
        WireTicker ticker;
        ticker.state(static_cast<std::uint8_t>(random() % 5));
        const std::size_t odd = random() % 15;
        for (std::size_t n = 0; n < 15; ++n) {
            ticker.number(n, n == odd || random() % 8 == 0
                                 ? odd_value(random)
                                 : static_cast<double>(random() % 1'000'000) / 32.0);
        }
        ASSERT_NO_FATAL_FAILURE(ticker.expect_equal(held));
    }
    EXPECT_GT(held, fuzz_iterations(200'000) / 4);
}

TEST(FastPaths, AnOrdinaryTickerIsHeldWhateverIsNotPartOfIt) {
    for (const std::size_t unused : {0u, 7u, 9u, 10u}) {  // amounts, open interest, the other funding rate
        WireTicker ticker;
        ticker.state(1);
        for (std::size_t n = 0; n < 15; ++n) ticker.number(n, 25'000.5);
        ticker.number(unused, std::numeric_limits<double>::infinity());
        std::size_t held = 0;
        ticker.expect_equal(held);
        EXPECT_EQ(held, 1u) << unused;
    }
}

TEST(DefinitionMemo, KnowsTheVeryBytesOfOneInstrumentAndVersionUntilSomethingChanges) {
    DefinitionMemo memo;
    const std::vector<std::byte> a(200, std::byte{1}), b(200, std::byte{2}), longer(201, std::byte{1});
    EXPECT_FALSE(memo.knows(7, false, a));
    memo.remember(7, false, a);
    EXPECT_TRUE(memo.knows(7, false, a));
    EXPECT_FALSE(memo.knows(7, true, a));
    EXPECT_FALSE(memo.knows(8, false, a));
    EXPECT_FALSE(memo.knows(7, false, b));
    EXPECT_FALSE(memo.knows(7, false, longer));
    memo.remember(7, false, b);
    EXPECT_FALSE(memo.knows(7, false, a));
    memo.forget_all();
    EXPECT_FALSE(memo.knows(7, false, b));
    const std::vector<std::byte> endless(400, std::byte{3});
    memo.remember(9, false, endless);
    EXPECT_FALSE(memo.knows(9, false, endless));
}

}  // namespace
}  // namespace hw::net
