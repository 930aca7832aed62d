#include "deploy/runtime/capture_run.h"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "deploy/runtime/feed_report.h"
#include "deploy/runtime/log.h"
#include "deploy/runtime/paper.h"
#include "deploy/runtime/planning.h"
#include "deploy/runtime/starbase_wiring.h"
#include "net/feed/deribit_feed.h"
#include "net/feed/prescan.h"
#include "net/feed/starbase_feed.h"
#include "net/pcapng.h"
#include "net/port.h"

namespace hw::deploy {

namespace {

/// Packets closer together than this came in one burst.
constexpr Nanos kSameBurst = Nanos::from_us(20);
/// How long time goes on after the last packet, for orders still on their way.
constexpr Nanos kAftermath = Nanos::from_ms(100);
constexpr Nanos kFirstPlanInterval = Nanos::from_ms(50);

/// A file that goes when the run ends.
class TemporaryFile {
  public:
    TemporaryFile() {
        const char* dir = std::getenv("TMPDIR");
        path_ = std::string(dir != nullptr && *dir != '\0' ? dir : "/tmp") + "/hedgewire-XXXXXX";
        fd_ = mkstemp(path_.data());
    }
    ~TemporaryFile() {
        if (fd_ < 0) return;
        close(fd_);
        unlink(path_.c_str());
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    bool good() const { return fd_ >= 0; }
    const std::string& path() const { return path_; }

  private:
    std::string path_;
    int fd_ = -1;
};

using Writer = EventWriter<PaperTransport>;

/// The planner in step with the capture's time, so that surfaces come at the same place in every run.
class SteppedPlanner {
  public:
    SteppedPlanner(Hedger& hedger, Writer& writer)
        : hedger_(hedger), writer_(writer), store_(hedger.config().journal.dir, hedger.epoch()) {}

    void at(Nanos now) {
        if (now < next_) return;
        const hedge::EngineState& state = hedger_.engine().state();
        bool all = true;
        writer_.begin_burst(now, monotonic_ns());
        hedger_.wallets().renew(state, [&](const Equity& equity) {
            writer_.stage(EventType::equity, kNoInstrument, Nanos{}).payload.equity = equity;
        });
        for (std::uint16_t i = 0; i < state.underlying_count; ++i) {
            if (!state.underlyings[i].configured) continue;
            publish(UnderlyingId{i});
            all = all && state.underlyings[i].slice_count > 0;
        }
        writer_.flush();
        plan_risk(state, hedger_.engine().config(), hedger_.config().planner, memories_,
                  [this](EventType type, const Event::Payload& payload) { tell(type, payload); });
        writer_.end_burst();
        next_ = now + (all ? Nanos::from_ms(hedger_.config().planner.interval_ms) : kFirstPlanInterval);
    }

  private:
    void publish(UnderlyingId underlying) {
        const auto to_engine = [&](EventType type, std::vector<std::byte> bytes) {
            return hand_over(type, underlying, std::move(bytes));
        };
        plan_underlying(hedger_.engine().state(), hedger_.engine().config(), underlying,
                        hedger_.config().planner, memories_[index(underlying)], to_engine,
                        [this](EventType type, const Event::Payload& payload) { tell(type, payload); });
    }
    void tell(EventType type, const Event::Payload& payload) {
        writer_.stage(type, kNoInstrument, Nanos{}).payload = payload;
    }

    std::optional<std::uint64_t> hand_over(EventType type, UnderlyingId underlying,
                                           std::vector<std::byte> made) {
        bytes_ = std::move(made);
        std::string error;
        const auto ref = store_.put(bytes_, error);
        if (!ref) {
            std::fprintf(stderr, "hedgewire run: %s\n", error.c_str());
            return std::nullopt;
        }
        hedger_.blobs().hand(*ref, bytes_.data());
        SurfaceEvent& event = writer_.stage(type, kNoInstrument, Nanos{}).payload.surface;
        event.blob = *ref;
        event.position_sequence = writer_.sequence();
        event.underlying = underlying;
        writer_.flush();
        return ref->id;
    }

    Hedger& hedger_;
    Writer& writer_;
    BlobStore store_;
    std::vector<std::byte> bytes_;
    std::array<PlannerMemory, hedge::kMaxUnderlyings> memories_{};
    Nanos next_;
};

/// Feeds packets to the loop one behind: whether a packet ends its burst shows only in the next one.
template <class Loop>
class CapturePlayer {
  public:
    CapturePlayer(Hedger& hedger, Loop& loop, Writer& writer)
        : hedger_(hedger), loop_(loop), writer_(writer), planner_(hedger, writer) {}

    void packet(const net::RxPacket& next) {
        if (has_held_) {
            const bool last = next.timestamp - held_time_ > kSameBurst;
            play(last);
            if (last) between(next.timestamp);
        }
        held_.assign(next.bytes.begin(), next.bytes.end());
        held_time_ = next.timestamp;
        has_held_ = true;
    }
    void end() {
        if (has_held_) play(true);
        loop_.advance_to(held_time_ + kAftermath);
    }

  private:
    void play(bool last) {
        if (begun_ns_ == 0) begun_ns_ = monotonic_ns();
        loop_.replay({held_, held_time_}, last, begun_ns_, [&] { hedger_.load_positions(writer_); });
        if (last) begun_ns_ = 0;
    }
    void between(Nanos next) {
        loop_.advance_to(next);
        planner_.at(next);
    }

    Hedger& hedger_;
    Loop& loop_;
    Writer& writer_;
    SteppedPlanner planner_;
    std::vector<std::byte> held_;
    Nanos held_time_;
    bool has_held_ = false;
    std::int64_t begun_ns_ = 0;
};

template <class Player>
void play_all(net::Port& port, Player& player, std::uint64_t packets) {
    // The pcap port reads its file when asked: an empty burst is the end of it.
    for (std::uint64_t seen = 0; seen < packets;) {
        const auto burst = port.rx_burst();
        if (burst.empty()) break;
        for (const net::RxPacket& packet : burst) player.packet(packet);
        seen += burst.size();
        port.release();
    }
    player.end();
}

/// Of the first packet, in the whole microseconds that the port will say.
Nanos first_time(const std::string& capture) {
    std::string error;
    net::CaptureFrame frame;
    const auto reader = net::CaptureReader::open(capture, error);
    if (!reader || !reader->next(frame)) return {};
    return Nanos::from_us(frame.time.ns() / 1000);
}

std::unique_ptr<net::Port> open_pcap_port(const RunConfig& config, const std::string& pcap,
                                          std::string& error) {
    net::PortConfig port = config.port;
    port.device = "net_pcap0";
    port.eal.push_back("--vdev=net_pcap0,rx_pcap=" + pcap);
    if (!net::Eal::start(port.eal, error)) return nullptr;
    return net::Port::open(port, error);
}

/// Runs a whole capture through a feed; false when the follower cannot be started.
template <class Feed, class Config>
bool play(Hedger& hedger, net::Port& port, const Config& config, const std::vector<Instrument>& definitions,
          std::uint64_t packets) {
    const hedge::EngineState& state = hedger.engine().state();
    PaperTransport transport(hedger.config().paper, state);
    Writer writer(hedger.engine(), hedger.journal(), transport, state.last_sequence, state.now);
    Feed feed(config, state.instruments, writer);
    const SteadyClock clock(state.now);  // a capture's own times count; this one only fits the loop
    HotLoop loop(port, feed, transport, writer, hedger.blobs(), hedger.inbox(), clock, hedger.gaps());
    if (!hedger.start_follower(false)) return false;
    hedger.begin(writer, first_time(hedger.options().capture), true, definitions);
    if (!hedger.refused()) {
        CapturePlayer player(hedger, loop, writer);
        play_all(port, player, packets);
        hedger.note_reasons();
    }
    fill_report(hedger.report(), loop.counters(), feed);
    return true;
}

/// A capture's retransmissions went to whoever made it.
net::StarbaseConfig starbase_of(const RunConfig& config) {
    net::StarbaseConfig feed = starbase_config(config);
    feed.any_retransmitter = true;
    return feed;
}

std::vector<Instrument> definitions_of(const RunConfig& config, const std::string& capture,
                                       std::string& error) {
    return config.feed_kind == FeedKind::starbase ? net::prescan_starbase_definitions(capture, error)
                                                  : net::prescan_definitions(capture, error);
}

}  // namespace

int run_capture(Hedger& hedger) {
    const std::string& capture = hedger.options().capture;
    const auto fail = [](const std::string& what) {
        std::fprintf(stderr, "hedgewire run: %s\n", what.c_str());
        return kExitBadInput;
    };
    if (hedger.engine().state().last_sequence != 0 && hedger.engine().state().now >= first_time(capture)) {
        log_warning("capture_in_the_past",
                    hedger.config().journal.dir +
                        " has Events later than this capture begins: time stands still until " +
                        "it has caught up; give each capture a journal of its own");
    }
    TemporaryFile pcap;
    if (!pcap.good())
        return fail("cannot make a temporary file " + pcap.path() + ": " + std::strerror(errno));
    const net::ConvertResult converted = net::convert_to_pcap(capture, pcap.path());
    if (!converted.ok || converted.frames == 0)
        return fail(converted.error.empty() ? capture + ": no packets" : converted.error);
    if (!converted.error.empty()) std::fprintf(stderr, "hedgewire run: %s\n", converted.error.c_str());

    std::string error;
    const auto definitions = definitions_of(hedger.config(), capture, error);
    const auto port = open_pcap_port(hedger.config(), pcap.path(), error);
    if (!port) return fail(error);

    const bool ran = hedger.config().feed_kind == FeedKind::starbase
                         ? play<net::StarbaseFeed<Writer>>(hedger, *port, starbase_of(hedger.config()),
                                                           definitions, converted.frames)
                         : play<net::DeribitFeed<Writer>>(hedger, *port, hedger.config().feed, definitions,
                                                          converted.frames);
    if (!ran) return kExitBadInput;
    const int result = hedger.finish();
    return result == kExitDone && !converted.error.empty() ? kExitFoundWrong : result;
}

}  // namespace hw::deploy
