// A turn of the loop with two ports: line A and line B in one burst, IGMP to the membership of its port, and
// what is said of ports becomes an Event.
#include "deploy/runtime/hot_loop.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "deploy/runtime/config.h"
#include "deploy/runtime/paper.h"
#include "deploy/runtime/startup.h"

namespace hw::deploy {
namespace {

namespace fs = std::filesystem;

constexpr char kConfig[] = R"(version = 1
[port]
eal = ["--no-pci"]
[feed]
kind = "deribit"
[order]
transport = "paper"
[journal]
dir = "DIR"
segment_mib = 1
[[underlying]]
name = "BTC"
hedge_instrument = "BTC-PERPETUAL"
band = 0.5
)";

/// Notes what the loop hands to a feed.
struct NotingFeed {
    void on_datagram(const net::UdpDatagram& d, Nanos, net::LineSide side) {
        seen.emplace_back(d.src_port, side);
    }
    void on_time(Nanos) { ++times; }
    bool trusted(InstrumentId) const { return false; }
    void distrust(InstrumentId, Nanos) {}
    std::vector<std::pair<std::uint16_t, net::LineSide>> seen;
    int times = 0;
};

std::vector<std::byte> frame(std::uint16_t number) {
    std::vector<std::byte> bytes(60);
    net::build_udp_frame({{2}, {}, 1, 0xef6f6f01, number, 6100, 1}, {}, bytes);
    return bytes;
}

/// A version 3 general query.
std::vector<std::byte> query() {
    std::vector<std::byte> bytes(100);
    bytes.resize(net::build_igmp_message({{2}, 1}, net::IgmpType::query, 0, net::kAllHosts, bytes));
    return bytes;
}

class HotLoopTest : public testing::Test {
  protected:
    HotLoopTest() {
        std::string pattern = (fs::temp_directory_path() / "hedgewire-loop-XXXXXX").string();
        dir_ = mkdtemp(pattern.data());
        std::string text = kConfig;
        text.replace(text.find("DIR"), 3, dir_ + "/journal");
        auto parsed = parse_config(text, "test");
        config_ = std::get<RunConfig>(parsed);
        std::string error;
        if (!open_journal(config_, opened_, error)) throw std::runtime_error(error);
        const std::vector<std::string> eal = {"--no-huge",
                                              "-m",
                                              "64",
                                              "--no-pci",
                                              "--no-shconf",
                                              "--no-telemetry",
                                              "--lcores",
                                              "0@(0-1)",
                                              "--log-level",
                                              "*:error",
                                              "--file-prefix",
                                              "hwloop" + std::to_string(getpid()),
                                              "--vdev=net_ring0",
                                              "--vdev=net_ring1"};
        if (!net::Eal::start(eal, error)) throw std::runtime_error(error);
        a_ = open("net_ring0");
        b_ = open("net_ring1");
    }
    ~HotLoopTest() override {
        opened_.writer.reset();
        fs::remove_all(dir_);
    }
    static std::unique_ptr<net::Port> open(const std::string& device) {
        net::PortConfig config;
        config.device = device;
        config.mbufs = 1023;
        config.rx_ring = config.tx_ring = 256;
        std::string error;
        auto port = net::Port::open(config, error);
        if (!port) throw std::runtime_error(error);
        while (!port->rx_burst().empty()) port->release();  // what an earlier test left
        return port;
    }

    std::string dir_;
    RunConfig config_;
    OpenedJournal opened_;
    HandedBlob blobs_;
    hedge::Engine engine_{opened_.state.state(), blobs_};
    std::unique_ptr<net::Port> a_;
    std::unique_ptr<net::Port> b_;
    Inbox inbox_;
    SteadyClock clock_{Nanos{}};
    GapDetector gaps_;
    NotingFeed feed_;
};

TEST_F(HotLoopTest, BothPortsAreOneBurstOfAtMost64PacketsAndNeitherStarves) {
    engine_.configure(config_.engine);
    PaperTransport transport(config_.paper, engine_.state());
    EventWriter<PaperTransport> writer(engine_, *opened_.writer, transport, 0, Nanos{});
    HotLoop<NotingFeed, PaperTransport> loop(*a_, feed_, transport, writer, blobs_, inbox_, clock_, gaps_);
    loop.add_port_b(*b_);
    for (std::uint16_t n = 0; n < 100; ++n) {
        ASSERT_TRUE(a_->tx(frame(n)));
        ASSERT_TRUE(b_->tx(frame(n)));
    }
    loop.turn([] {});
    std::size_t of_b = 0;
    for (const auto& [number, side] : feed_.seen) of_b += side == net::LineSide::b ? 1 : 0;
    EXPECT_EQ(feed_.seen.size(), 64u);
    EXPECT_EQ(of_b, 32u);
    for (int n = 0; n < 10; ++n) loop.turn([] {});
    ASSERT_EQ(feed_.seen.size(), 200u);
    std::uint16_t next[2] = {0, 0};
    for (const auto& [number, side] : feed_.seen) EXPECT_EQ(number, next[static_cast<int>(side)]++);
    EXPECT_EQ(loop.counters().packets, 200u);
    // One quiet port leaves its share to the other.
    for (std::uint16_t n = 0; n < 64; ++n) ASSERT_TRUE(b_->tx(frame(n)));
    loop.turn([] {});
    EXPECT_EQ(feed_.seen.size(), 264u);
}

TEST_F(HotLoopTest, IgmpReachesTheMembershipOfItsPortAndIsAnsweredThere) {
    engine_.configure(config_.engine);
    PaperTransport transport(config_.paper, engine_.state());
    EventWriter<PaperTransport> writer(engine_, *opened_.writer, transport, 0, Nanos{});
    HotLoop<NotingFeed, PaperTransport> loop(*a_, feed_, transport, writer, blobs_, inbox_, clock_, gaps_);
    std::string error;
    // The ring brings our own reports back: those are IGMP too, and ignored.
    const auto of_a = net::Membership::join(*a_, {0xef6f6f01}, net::MembershipWay::igmp, 1, error);
    const auto of_b = net::Membership::join(*b_, {0xef6f6f01}, net::MembershipWay::igmp, 2, error);
    ASSERT_TRUE(of_a && of_b) << error;
    loop.add_port_b(*b_);
    loop.add_membership(*of_a, net::LineSide::a);
    loop.add_membership(*of_b, net::LineSide::b);
    ASSERT_TRUE(b_->tx(query()));
    for (int n = 0; n < 5; ++n) loop.turn([] {});
    EXPECT_EQ(of_b->reporter()->counters().queries, 1u);
    EXPECT_EQ(of_a->reporter()->counters().queries, 0u);
    EXPECT_GE(of_a->reporter()->counters().reports, 1u);
    EXPECT_EQ(of_a->reporter()->counters().received, of_a->reporter()->counters().ignored);
    EXPECT_TRUE(feed_.seen.empty());
}

TEST_F(HotLoopTest, WhatIsSaidOfAPortReachesTheEngine) {
    engine_.configure(config_.engine);
    PaperTransport transport(config_.paper, engine_.state());
    EventWriter<PaperTransport> writer(engine_, *opened_.writer, transport, 0, Nanos{});
    HotLoop<NotingFeed, PaperTransport> loop(*a_, feed_, transport, writer, blobs_, inbox_, clock_, gaps_);
    loop.turn([] {});
    const std::uint64_t before = writer.sequence();
    PortState state{};
    state.condition = PortCondition::missed;
    state.count = 3;
    ASSERT_TRUE(inbox_.ports.push(state));
    loop.turn([] {});
    EXPECT_GT(writer.sequence(), before);
    EXPECT_FALSE(inbox_.ports.pop(state)) << "taken";
}

TEST_F(HotLoopTest, AJumpOfTheClockReachesTheEngine) {
    engine_.configure(config_.engine);
    PaperTransport transport(config_.paper, engine_.state());
    EventWriter<PaperTransport> writer(engine_, *opened_.writer, transport, 0, Nanos{});
    HotLoop<NotingFeed, PaperTransport> loop(*a_, feed_, transport, writer, blobs_, inbox_, clock_, gaps_);
    ASSERT_TRUE(inbox_.host.push({HostCondition::clock_jumped, {}, 7'000'000}));
    loop.turn([] {});
    EXPECT_EQ(engine_.state().risk.clock_jumped, 1);
    ASSERT_TRUE(inbox_.host.push({HostCondition::clock_steady, {}, 0}));
    loop.turn([] {});
    EXPECT_EQ(engine_.state().risk.clock_jumped, 0);
}

TEST_F(HotLoopTest, AThreadThatWasKeptFromRunningSaysSoAndThatTheNextBurstIsOld) {
    engine_.configure(config_.engine);
    PaperTransport transport(config_.paper, engine_.state());
    EventWriter<PaperTransport> writer(engine_, *opened_.writer, transport, 0, Nanos{});
    HotLoop<NotingFeed, PaperTransport> loop(*a_, feed_, transport, writer, blobs_, inbox_, clock_, gaps_);
    loop.tell_lateness(Nanos::from_seconds(3'600));
    for (int n = 0; n < 3; ++n) loop.turn([] {});
    usleep(20'000);
    for (int n = 0; n < 3; ++n) loop.turn([] {});
    EXPECT_TRUE(engine_.state().risk.late_until.is_zero()) << "not late enough";
    loop.tell_lateness(Nanos::from_ms(15));
    usleep(20'000);
    for (std::uint16_t n = 0; n < 70; ++n) ASSERT_TRUE(a_->tx(frame(n)));
    loop.turn([] {});
    const Nanos late = engine_.state().risk.late_until;
    EXPECT_FALSE(late.is_zero()) << "the first burst";
    loop.tell_lateness(Nanos::from_seconds(3'600));  // this machine may do it once more
    loop.turn([] {});
    const Nanos drained = engine_.state().risk.late_until;
    EXPECT_GT(drained, late) << "what the first burst left in the ring";
    for (int n = 0; n < 3; ++n) loop.turn([] {});
    EXPECT_EQ(engine_.state().risk.late_until, drained) << "and then it is over";
}

}  // namespace
}  // namespace hw::deploy
