#include "deploy/runtime/live_run.h"

#include <time.h>

#include <csignal>
#include <cstdio>

#include "deploy/runtime/feed_report.h"
#include "deploy/runtime/fix_transport.h"
#include "deploy/runtime/log.h"
#include "deploy/runtime/paper.h"
#include "deploy/runtime/ports.h"
#include "deploy/runtime/starbase_wiring.h"
#include "fix/credentials.h"
#include "net/feed/deribit_feed.h"
#include "net/feed/starbase_feed.h"

namespace hw::deploy {

namespace {

std::atomic<bool>* stop_flag = nullptr;
void on_signal(int) { stop_flag->store(true); }

void stop_on_signals(std::atomic<bool>& flag) {
    stop_flag = &flag;
    struct sigaction action {};
    action.sa_handler = on_signal;
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
    signal(SIGPIPE, SIG_IGN);
}

void rest(const net::PortConfig& config, GapDetector& gaps) {
    if (config.idle == net::IdlePolicy::spin) return;
    gaps.forget();
    const timespec pause{0, static_cast<long>(config.idle_sleep_us) * 1000};
    nanosleep(&pause, nullptr);
}

constexpr std::int64_t kLogoutPatienceNs = 2 * kNano;

net::FeedConfig feed_of(const RunConfig& config) {
    net::FeedConfig feed = config.feed;
    feed.two_ports = !config.port.device_b.empty();
    return feed;
}

/// A feed on its port.
template <class Writer>
struct DeribitOnPort {
    DeribitOnPort(const RunConfig& config, net::Port&, const InstrumentTable& table, Writer& writer)
        : feed(feed_of(config), table, writer) {}
    net::DeribitFeed<Writer> feed;
};
template <class Writer>
struct StarbaseOnPort {
    StarbaseOnPort(const RunConfig& config, net::Port& port, const InstrumentTable& table, Writer& writer)
        : requests(port, config.requests), feed(starbase_config(config), table, writer) {
        feed.connect(net::UdpSender(requests));
    }
    PortUdpSender requests;
    net::StarbaseFeed<Writer> feed;
};

/// Wires port, feed and transport together and turns the loop until it is told to stop.
template <template <class> class FeedOnPort, class Transport, class Ready, class Stop>
int drive_feed(Hedger& hedger, Ports& ports, Transport& transport, Ready&& ready, Stop&& stopped) {
    using Writer = EventWriter<Transport>;
    const hedge::EngineState& state = hedger.engine().state();
    const SteadyClock clock(state.now);
    Writer writer(hedger.engine(), hedger.journal(), transport, state.last_sequence, state.now);
    if (!hedger.open_permits() || !ready(writer)) return kExitBadInput;
    FeedOnPort<Writer> wired(hedger.config(), ports.first(), state.instruments, writer);
    auto& feed = wired.feed;
    HotLoop loop(ports.first(), feed, transport, writer, hedger.blobs(), hedger.inbox(), clock,
                 hedger.gaps());
    if (ports.second() != nullptr) loop.add_port_b(*ports.second());
    if (hedger.permits() != nullptr) loop.give_permits(*hedger.permits());
    const Nanos late = hedger.config().host.late;
    if (!late.is_zero()) loop.tell_lateness(late);
    for (const net::LineSide side : {net::LineSide::a, net::LineSide::b}) {
        if (ports.membership(side) != nullptr) loop.add_membership(*ports.membership(side), side);
    }
    if (!hedger.start_follower(true)) return kExitBadInput;

    hedger.begin(writer, clock.now(), false, {});
    const auto before_deciding = [&] { hedger.load_positions(writer); };
    const double seconds = hedger.options().seconds;
    const std::int64_t end_ns =
        seconds > 0 ? monotonic_ns() + static_cast<std::int64_t>(seconds * 1e9) : INT64_MAX;
    std::atomic<bool>& stop = hedger.inbox().stop;
    while (!stop.load(std::memory_order_relaxed) && monotonic_ns() < end_ns) {
        if (!loop.turn(before_deciding)) rest(hedger.config().port, hedger.gaps());
    }

    hedger.note_reasons();
    writer.begin_burst(clock.now(), monotonic_ns());
    writer.stage(EventType::run_stopping, kNoInstrument, Nanos{});
    writer.end_burst();
    const std::int64_t patience_ns = monotonic_ns() + kLogoutPatienceNs;
    while (!stopped() && monotonic_ns() < patience_ns) {
        if (!loop.turn(before_deciding)) rest(hedger.config().port, hedger.gaps());
    }
    fill_report(hedger.report(), loop.counters(), feed);
    return kExitDone;
}

template <class Transport, class Ready, class Stop>
int drive(Hedger& hedger, Ports& ports, Transport& transport, Ready&& ready, Stop&& stopped) {
    if (hedger.config().feed_kind == FeedKind::starbase)
        return drive_feed<StarbaseOnPort>(hedger, ports, transport, ready, stopped);
    return drive_feed<DeribitOnPort>(hedger, ports, transport, ready, stopped);
}

/// A FIX session over `transport`, from its logon to its logout.
template <class Transport>
int run_session(Hedger& hedger, Ports& ports, const fix::Credentials& credentials, Transport& transport) {
    const RunConfig& config = hedger.config();
    std::string error;
    bool stopping = false;
    const int result = drive(
        hedger, ports, transport,
        [&](auto& writer) {
            auto session =
                fix::OrderSession::create(config.fix, credentials, hedger.engine().state().instruments,
                                          EventSinkRef(writer), wall_time(), error);
            if (!session) std::fprintf(stderr, "hedgewire run: %s\n", error.c_str());
            if (session) transport.attach(std::move(session));
            return error.empty() && hedger.start_account();
        },
        [&] {
            if (!stopping) transport.stop();
            stopping = true;
            const bool account_stopped = hedger.account_stopped();
            return account_stopped && transport.stopped();
        });
    hedger.end_account();
    if (result == kExitDone) fill_session_report(hedger.report(), transport.session());
    return result;
}

int run_fix(Hedger& hedger, Ports& ports) {
    const RunConfig& config = hedger.config();
    const hedge::EngineState& state = hedger.engine().state();
    std::string error;
    const auto credentials = fix::load_credentials(config.fix.credentials_file, error);
    if (credentials && config.transport == Transport::kernel) {
        KernelFixTransport transport(config.fix, state);
        return run_session(hedger, ports, *credentials, transport);
    }
    const auto stack = credentials ? net::TcpStack::start(ports.first(), config.tcp, error) : nullptr;
    if (!stack) {
        std::fprintf(stderr, "hedgewire run: %s\n", error.c_str());
        return kExitBadInput;
    }
    BypassFixTransport transport(config.fix, state, *stack);
    const int result = run_session(hedger, ports, *credentials, transport);
    fill_tcp_report(hedger.report(), *stack, transport.socket_counters());
    return result;
}

int run_paper(Hedger& hedger, Ports& ports) {
    PaperTransport transport(hedger.config().paper, hedger.engine().state());
    return drive(
        hedger, ports, transport, [](auto&) { return true; }, [&] { return transport.next_due().is_zero(); });
}

}  // namespace

int run_live(Hedger& hedger) {
    const RunConfig& config = hedger.config();
    std::string error;
    // The follower's thread watches the ports, and may outlive this function.
    const std::shared_ptr<Ports> ports = Ports::open(config, error);
    if (!ports) {
        std::fprintf(stderr, "hedgewire run: %s\n", error.c_str());
        return kExitBadInput;
    }
    hedger.on_round([ports, &hedger] { ports->watch(hedger.inbox().ports); });
    ports->hold_packets(hedger.hold_packets());
    stop_on_signals(hedger.inbox().stop);
    const int result =
        config.transport == Transport::paper ? run_paper(hedger, *ports) : run_fix(hedger, *ports);
    ports->leave();
    if (result != kExitDone) return result;
    return hedger.finish();
}

}  // namespace hw::deploy
