#include "deploy/runtime/live_run.h"

#include <time.h>

#include <csignal>
#include <cstdio>

#include "deploy/runtime/feed_report.h"
#include "deploy/runtime/fix_transport.h"
#include "deploy/runtime/log.h"
#include "deploy/runtime/paper.h"
#include "deploy/runtime/starbase_wiring.h"
#include "fix/credentials.h"
#include "net/feed/deribit_feed.h"
#include "net/feed/starbase_feed.h"
#include "net/port.h"

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

void rest(const net::PortConfig& config) {
    if (config.idle == net::IdlePolicy::spin) return;
    const timespec pause{0, static_cast<long>(config.idle_sleep_us) * 1000};
    nanosleep(&pause, nullptr);
}

constexpr std::int64_t kLogoutPatienceNs = 2 * kNano;

/// A feed on its port.
template <class Writer>
struct DeribitOnPort {
    DeribitOnPort(const RunConfig& config, net::Port&, const InstrumentTable& table, Writer& writer)
        : feed(config.feed, table, writer) {}
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
int drive_feed(Hedger& hedger, net::Port& port, Transport& transport, Ready&& ready, Stop&& stopped) {
    using Writer = EventWriter<Transport>;
    const hedge::EngineState& state = hedger.engine().state();
    const SteadyClock clock(state.now);
    Writer writer(hedger.engine(), hedger.journal(), transport, state.last_sequence, state.now);
    if (!ready(writer)) return kExitBadInput;
    FeedOnPort<Writer> wired(hedger.config(), port, state.instruments, writer);
    auto& feed = wired.feed;
    HotLoop loop(port, feed, transport, writer, hedger.blobs(), hedger.inbox(), clock);
    if (!hedger.start_follower(true)) return kExitBadInput;

    hedger.begin(writer, clock.now(), false, {});
    const auto before_deciding = [&] { hedger.load_positions(writer); };
    const double seconds = hedger.options().seconds;
    const std::int64_t end_ns =
        seconds > 0 ? monotonic_ns() + static_cast<std::int64_t>(seconds * 1e9) : INT64_MAX;
    std::atomic<bool>& stop = hedger.inbox().stop;
    while (!stop.load(std::memory_order_relaxed) && monotonic_ns() < end_ns) {
        if (!loop.turn(before_deciding)) rest(hedger.config().port);
    }

    hedger.note_reasons();
    writer.begin_burst(clock.now(), monotonic_ns());
    writer.stage(EventType::run_stopping, kNoInstrument, Nanos{});
    writer.end_burst();
    const std::int64_t patience_ns = monotonic_ns() + kLogoutPatienceNs;
    while (!stopped() && monotonic_ns() < patience_ns) {
        if (!loop.turn(before_deciding)) rest(hedger.config().port);
    }
    fill_report(hedger.report(), loop.counters(), feed);
    return kExitDone;
}

template <class Transport, class Ready, class Stop>
int drive(Hedger& hedger, net::Port& port, Transport& transport, Ready&& ready, Stop&& stopped) {
    if (hedger.config().feed_kind == FeedKind::starbase)
        return drive_feed<StarbaseOnPort>(hedger, port, transport, ready, stopped);
    return drive_feed<DeribitOnPort>(hedger, port, transport, ready, stopped);
}

int run_fix(Hedger& hedger, net::Port& port) {
    const RunConfig& config = hedger.config();
    std::string error;
    const auto credentials = fix::load_credentials(config.fix.credentials_file, error);
    if (!credentials) {
        std::fprintf(stderr, "hedgewire run: %s\n", error.c_str());
        return kExitBadInput;
    }
    FixTransport transport(config.fix, hedger.engine().state());
    bool stopping = false;
    const int result = drive(
        hedger, port, transport,
        [&](auto& writer) {
            auto session =
                fix::OrderSession::create(config.fix, *credentials, hedger.engine().state().instruments,
                                          EventSinkRef(writer), wall_time(), error);
            if (!session) std::fprintf(stderr, "hedgewire run: %s\n", error.c_str());
            if (session) transport.attach(std::move(session));
            return error.empty();
        },
        [&] {
            if (!stopping) transport.stop();
            stopping = true;
            return transport.stopped();
        });
    if (result == kExitDone) fill_session_report(hedger.report(), transport.session());
    return result;
}

int run_paper(Hedger& hedger, net::Port& port) {
    PaperTransport transport(hedger.config().paper, hedger.engine().state());
    return drive(
        hedger, port, transport, [](auto&) { return true; }, [&] { return transport.next_due().is_zero(); });
}

}  // namespace

int run_live(Hedger& hedger) {
    const RunConfig& config = hedger.config();
    std::string error;
    std::unique_ptr<net::Port> port;
    if (net::Eal::start(config.port.eal, error)) port = net::Port::open(config.port, error);
    if (!port) {
        std::fprintf(stderr, "hedgewire run: %s\n", error.c_str());
        return kExitBadInput;
    }
    log_info("port", port->name() + " (" + port->driver() + ")");
    stop_on_signals(hedger.inbox().stop);
    const int result =
        config.transport == Transport::kernel ? run_fix(hedger, *port) : run_paper(hedger, *port);
    if (result != kExitDone) return result;
    return hedger.finish();
}

}  // namespace hw::deploy
