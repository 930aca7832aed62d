#include "tests/hot_path/near_end.h"

#include <sched.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <stdexcept>

#include "core/clock.h"
#include "deploy/runtime/config.h"
#include "deploy/runtime/hot_loop.h"
#include "deploy/runtime/housekeeper.h"
#include "deploy/runtime/startup.h"
#include "hedge/state_memory.h"
#include "net/feed/deribit_feed.h"
#include "tests/hot_path/counting_transport.h"
#include "tests/hot_path/heap_count.h"

namespace hw::test {

using namespace hw::deploy;

namespace {

// The order session is configured below; what this says of orders is not asked.
constexpr char kConfig[] = R"(version = 1
[port]
eal = ["--no-pci"]
idle = "spin"
[feed]
kind = "deribit"
[[feed.channel]]
name = "btc"
group = "239.111.111.1"
[order]
transport = "paper"
[journal]
dir = "FOLDER"
segment_mib = 16
[gate]
collar_bp = 200
max_orders_per_second = 1000
max_position_coins = 1000
[[underlying]]
name = "BTC"
hedge_instrument = "BTC-PERPETUAL"
band = 0.02
[[underlying.quote_wallet]]
currency = "USDC"
share = 0
)";

constexpr std::uint64_t kWarmUpTicks = 50'000;
constexpr std::int64_t kPatience_ns = 200 * kNano;

using Writer = EventWriter<CountingTransport>;

/// Counts what it passes on.
class CountingFeed : public net::DeribitFeed<Writer> {
  public:
    CountingFeed(const net::FeedConfig& config, const InstrumentTable& table, Writer& writer, Shared& shared)
        : DeribitFeed(config, table, writer), shared_(shared) {}
    void on_datagram(const net::UdpDatagram& datagram, Nanos now, net::LineSide from) {
        DeribitFeed::on_datagram(datagram, now, from);
        if (datagram.dst_port != 6'100) return;
        shared_.ticks_seen.store(shared_.ticks_seen.load(std::memory_order_relaxed) + 1);
    }

  private:
    Shared& shared_;
};

RunConfig config_in(const std::string& folder) {
    std::string text = kConfig;
    text.replace(text.find("FOLDER"), 6, folder);
    auto parsed = parse_config(text, "hot path");
    if (const auto* errors = std::get_if<ConfigErrors>(&parsed)) throw std::runtime_error(to_string(*errors));
    return std::get<RunConfig>(parsed);
}

fix::SessionConfig session_in(const std::string& folder) {
    fix::SessionConfig config;
    config.host = net::ip_text(net::kServerIp);
    config.port = net::kTcpPort;
    config.sender_comp_id = "HEDGER";
    config.target_comp_id = "VENUE";
    config.heartbeat_s = 3'600;  // no message of the session's own while orders are counted
    config.store_dir = folder + "/orders";
    return config;
}

cpu_set_t all_cores() {
    cpu_set_t cores;
    CPU_ZERO(&cores);
    sched_getaffinity(0, sizeof cores, &cores);
    return cores;
}

void report(const HeapUse& use, const LoopCounters& loop, const net::BypassSocket::Counters& socket,
            std::uint64_t stalls) {
    std::printf(
        "orders %llu, of them by ticks %llu, from templates %llu; delegated %llu, ordinary %llu; fills %llu, "
        "of "
        "them past QuickFIX %llu\n"
        "heap, until the orders had left: %llu in %llu orders, at most %llu; book-keeping within a turn: "
        "%llu; in all: %llu\n"
        "packets %llu, bursts %llu, idle turns %llu, walks %llu; journal stalls %llu\n",
        static_cast<unsigned long long>(use.orders), static_cast<unsigned long long>(use.by_ticks),
        static_cast<unsigned long long>(use.session.sent_fast),
        static_cast<unsigned long long>(socket.delegated_sends),
        static_cast<unsigned long long>(socket.ordinary_sends),
        static_cast<unsigned long long>(use.session.executions),
        static_cast<unsigned long long>(use.session.received_fast),
        static_cast<unsigned long long>(use.until_sent),
        static_cast<unsigned long long>(use.orders_with_allocations),
        static_cast<unsigned long long>(use.most_until_sent), static_cast<unsigned long long>(use.between),
        static_cast<unsigned long long>(use.in_all), static_cast<unsigned long long>(loop.packets),
        static_cast<unsigned long long>(loop.bursts), static_cast<unsigned long long>(loop.idle_turns),
        static_cast<unsigned long long>(loop.walks), static_cast<unsigned long long>(stalls));
}

}  // namespace

void hedge(net::Side& side, Shared& shared, const std::string& folder) {
    process_clock.start();
    Housekeeper housekeeper(all_cores());
    const RunConfig config = config_in(folder);
    OpenedJournal opened;
    std::string error;
    ASSERT_TRUE(open_journal(config, opened, error)) << error;
    HandedBlob blobs;
    hedge::Engine engine(opened.state.state(), blobs);
    engine.configure(config.engine);
    const hedge::EngineState& state = engine.state();
    const fix::SessionConfig session = session_in(folder);
    CountingTransport transport(session, state, *side.stack);
    Writer writer(engine, *opened.writer, transport, 0, Nanos{});
    transport.attach(
        fix::OrderSession::create(session, {}, state.instruments, EventSinkRef(writer), wall_time(), error));
    ASSERT_EQ(error, "");
    CountingFeed feed(config.feed, state.instruments, writer, shared);
    Inbox inbox;
    const SteadyClock clock(state.now);
    GapDetector gaps;
    HotLoop<CountingFeed, CountingTransport> loop(*side.port, feed, transport, writer, blobs, inbox, clock,
                                                  gaps);
    const std::string permit_path = "/dev/shm/hedgewire-hot-path-" + std::to_string(getpid());
    const auto permits = PermitBlock::open(permit_path, config.engine, error);
    ASSERT_TRUE(permits) << error;
    loop.give_permits(*permits);
    loop.tell_lateness(Nanos::from_ms(5));
    opened.state.prefault();

    writer.begin_burst(clock.now(), monotonic_ns());
    writer.stage(EventType::run_started, kNoInstrument, Nanos{}).payload.run_started.epoch = opened.epoch;
    writer.end_burst();
    const std::int64_t give_up_ns = monotonic_ns() + kPatience_ns;
    const auto turn_until = [&](auto&& done) {
        while (!done() && monotonic_ns() < give_up_ns) {
            transport.begin_turn();
            loop.turn([] {});
        }
        return done();
    };
    const auto ticks = [&] { return shared.ticks_seen.load(std::memory_order_relaxed); };

    ASSERT_TRUE(turn_until([&] { return ticks() >= kWarmUpTicks; })) << ticks() << " ticks came";
    shared.warm = true;
    ASSERT_TRUE(turn_until([&] { return shared.watching != Watching::not_yet; }));
    const std::uint64_t goal = ticks() + shared.ticks_wanted;
    transport.begin_counting();
    shared.counting = true;
    const bool all_came = turn_until([&] { return ticks() >= goal; });
    shared.counting = false;
    const HeapUse use = transport.use();
    shared.finished = true;

    std::filesystem::remove(permit_path);
    report(use, loop.counters(), transport.socket_counters(), opened.writer->stalls());
    EXPECT_TRUE(all_came) << ticks() << " ticks came";
    EXPECT_EQ(opened.writer->failure(), "");
    EXPECT_GT(use.by_ticks, shared.ticks_wanted / 10'000)
        << "hedges did not flow: " << to_string(state.underlyings[0].blocked_by);
    EXPECT_GT(use.orders, use.by_ticks) << "no fill was answered with a hedge";
    EXPECT_GE(use.session.executions + 16, use.orders);
    EXPECT_EQ(use.session.sent_fast, use.orders) << "an order went through QuickFIX";
    EXPECT_GE(use.session.received_fast, use.session.executions) << "a fill went through QuickFIX";
    EXPECT_EQ(transport.socket_counters().ordinary_sends, 0u);
    EXPECT_EQ(use.until_sent, 0u) << "the heap was asked for memory between rx_burst and tx_burst";
}

}  // namespace hw::test
