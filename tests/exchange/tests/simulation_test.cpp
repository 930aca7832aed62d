#include "tests/exchange/simulation.h"

#include <gtest/gtest.h>

#include <cstring>

#include "core/hash.h"

namespace hw::exchange {
namespace {

constexpr Nanos kStart = Nanos::from_seconds(1'795'000'000);

struct Recording {
    std::uint64_t hash = 0;
    std::uint64_t packets = 0;
    std::uint64_t largest = 0;
    std::uint64_t reports = 0;
    std::map<std::pair<std::uint32_t, std::uint16_t>, std::uint32_t> next_sequence;
    bool gaps = false;

    void packet(const Packet& p) {
        hash = hash64(p.payload.data(), p.payload.size(), hash);
        ++packets;
        largest = std::max<std::uint64_t>(largest, p.payload.size());
        std::uint32_t sequence = 0;
        std::memcpy(&sequence, p.payload.data() + 4, 4);
        auto& next = next_sequence[{p.group_ip, p.port}];
        gaps |= next != 0 && sequence != next;
        next = sequence + 1;
    }
};

Recording record(SimulationConfig config, int steps, int order_every = 100) {
    Recording out;
    Simulation simulation(
        config, kStart, [&](const Packet& p) { out.packet(p); }, [&](const Report&) { ++out.reports; });
    for (int i = 0; i < steps; ++i) {
        simulation.step();
        if (order_every == 0 || i % order_every != 0) continue;
        const std::size_t perpetual = simulation.market().find("BTC-PERPETUAL");
        const Level ask = simulation.venue().book(perpetual).best(Side::sell);
        simulation.venue().submit(
            {std::to_string(i), "BTC-PERPETUAL", "", "", Side::buy, ask.qty, ask.price, true},
            simulation.now());
        simulation.publish_changes();
    }
    return out;
}

SimulationConfig config_of(std::uint64_t seed) {
    SimulationConfig config;
    config.market.seed = config.venue.seed = config.option_flow.seed = config.packet_faults.seed = seed;
    config.market.families = {"BTC", "BTC_USDC"};
    config.market.short_expiry = Nanos::from_seconds(1);
    config.option_flow.every = Nanos::from_ms(20);
    return config;
}

TEST(Simulation, TheSameSeedGivesTheSameBytes) {
    const Recording one = record(config_of(3), 8'000);
    const Recording two = record(config_of(3), 8'000);
    EXPECT_EQ(one.hash, two.hash);
    EXPECT_EQ(one.packets, two.packets);
    EXPECT_EQ(one.reports, two.reports);
    EXPECT_GT(one.reports, 150u);
    EXPECT_NE(one.hash, record(config_of(4), 8'000).hash);
}

TEST(Simulation, SequencesRunWithoutHolesAndFramesFit) {
    const Recording r = record(config_of(3), 8'000);
    EXPECT_FALSE(r.gaps);
    EXPECT_LE(r.largest, kMaxFrame);
    EXPECT_EQ(r.next_sequence.size(), 5u);  // indices, and events and snapshots of two families
}

TEST(Simulation, KeepsItsMessageRate) {
    SimulationConfig config;
    config.snapshot_period = Nanos::from_seconds(1'000);
    config.messages_per_second = 3'000;
    config.option_flow.every = Nanos{};
    Simulation simulation(
        config, kStart, [](const Packet&) {}, [](const Report&) {});
    const std::uint64_t before = simulation.publisher().messages();
    for (int i = 0; i < 4'000; ++i) simulation.step();
    EXPECT_NEAR(static_cast<double>(simulation.publisher().messages() - before), 3'000, 300);
}

TEST(Simulation, ASnapshotRoundHoldsEveryContractOnce) {
    SimulationConfig config;
    std::map<std::uint16_t, int> templates;
    const PacketSink sink = [&](const Packet& p) {
        if (p.port != kSnapshotPort) return;
        // First message of each frame is enough to see start and end; count all by walking block lengths.
        std::size_t at = 8;
        while (at + 12 <= p.payload.size()) {
            std::uint16_t header[6];
            std::memcpy(header, p.payload.data() + at, 12);
            ++templates[header[1]];
            at += 12u + header[0];
            for (int g = 0; g < header[4]; ++g) {
                std::uint16_t group[4];
                std::memcpy(group, p.payload.data() + at, 8);
                at += 8u + std::size_t{group[0]} * group[1];
            }
            for (int v = 0; v < header[5]; ++v) at += 1 + std::to_integer<std::size_t>(p.payload[at]);
        }
    };
    Simulation simulation(config, kStart, sink, [](const Report&) {});
    while (simulation.snapshot_rounds() < 1) simulation.step();
    const int contracts = static_cast<int>(simulation.market().contracts().size());
    EXPECT_EQ(templates[1005], 1);
    EXPECT_EQ(templates[1010], contracts);
    EXPECT_EQ(templates[1004], contracts);
    EXPECT_EQ(templates[1006], 1);
}

TEST(Simulation, QuiescingEndsOptionFillsAndJumps) {
    Simulation simulation(
        config_of(9), kStart, [](const Packet&) {}, [](const Report&) {});
    for (int i = 0; i < 2'000; ++i) simulation.step();
    EXPECT_GT(simulation.venue().option_fills(), 5u);
    simulation.quiesce();
    const std::uint64_t before = simulation.venue().option_fills();
    for (int i = 0; i < 20'000; ++i) {
        simulation.step();
        ASSERT_FALSE(simulation.market().jumped(0));
    }
    EXPECT_EQ(simulation.venue().option_fills(), before);
}

TEST(Simulation, ExpiredOptionsAreSettledAndQuotedNoMore) {
    Simulation simulation(
        config_of(2), kStart, [](const Packet&) {}, [](const Report&) {});
    for (int i = 0; i < 4'100; ++i) simulation.step();
    int settled = 0;
    for (std::size_t i = 0; i < simulation.market().contracts().size(); ++i) {
        if (simulation.market().contracts()[i].open()) continue;
        ++settled;
        EXPECT_TRUE(simulation.account().holding(i).qty.is_zero());
        EXPECT_TRUE(simulation.venue().book(i).empty(Side::sell));
        EXPECT_GT(simulation.market().contracts()[i].delivery, 0.0);
    }
    EXPECT_EQ(settled, 44);
}

TEST(PacketFaults, LoseRepeatAndSwapAtTheirRates) {
    PacketFaultConfig config;
    config.drop = 0.1;
    config.duplicate = 0.05;
    config.reorder = 0.02;
    std::map<std::uint32_t, int> seen;
    std::vector<std::uint32_t> order;
    PacketFaults faults(config, [&](const Packet& p) {
        std::uint32_t n = 0;
        std::memcpy(&n, p.payload.data(), 4);
        ++seen[n];
        order.push_back(n);
    });
    constexpr std::uint32_t kPackets = 20'000;
    for (std::uint32_t n = 0; n < kPackets; ++n) {
        faults.send({0, 0, std::as_bytes(std::span(&n, 1))});
    }
    faults.flush();
    EXPECT_EQ(seen.size() + faults.counts().dropped, kPackets);
    EXPECT_EQ(order.size(), seen.size() + faults.counts().duplicated);
    EXPECT_NEAR(static_cast<double>(faults.counts().dropped), 2'000, 200);
    EXPECT_NEAR(static_cast<double>(faults.counts().duplicated), 900, 150);
    std::uint64_t late = 0;
    for (std::size_t i = 1; i < order.size(); ++i) late += order[i] < order[i - 1];
    EXPECT_EQ(late, faults.counts().reordered);
}

}  // namespace
}  // namespace hw::exchange
