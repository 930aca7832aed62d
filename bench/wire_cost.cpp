#include "bench/wire_cost.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "bench/machine.h"
#include "core/clock.h"
#include "core/gap_detector.h"
#include "net/packet.h"

namespace hw::bench {

namespace {

using namespace hw::net;
using nlohmann::ordered_json;

constexpr std::size_t kOrder = 200;
constexpr int kRounds = 1'000;
constexpr int kWarmRounds = 100;
constexpr int kBlock = 12;       ///< of one contestant in a row, as in a loop that does nothing else
constexpr int kBlockWarmUp = 4;  ///< of them, not counted: the kernel leaves its neighbours' caches cold
constexpr int kRehearsals = 64;

std::int64_t ticks_ns() { return process_clock.steady_ns(); }

/// Contestants take turns, a block each; what a send leaves to be done is done before the next is timed.
class SendCost {
  public:
    SendCost(WirePair& wire, BypassSocket& socket) : wire_(wire), socket_(socket) {
        const std::span<char> place = socket_.prepare(kOrder);
        std::fill_n(place.data(), kOrder, 'x');
        text_.fill('x');
        frame_ = {};
        const UdpEndpoints nobody{{2, 0, 0, 0, 0, 1}, {2, 0, 0, 0, 0, 2}, 1, 2, 3, 4, 1};
        const std::array<std::byte, 54 + kOrder - kUdpFrameHeader> payload{};
        frame_size_ = build_udp_frame(nobody, payload, frame_);
    }

    bool run() {
        for (int n = 0; n < kWarmRounds + kRounds; ++n) {
            if (n == kWarmRounds) clear();
            if (!round()) return false;
        }
        return true;
    }

    Samples nothing, delegated, rehearsed, lwip, port, kernel;
    std::uint64_t of_another_way = 0;  ///< samples dropped: the way asked for was not the one taken

  private:
    void clear() { nothing = delegated = rehearsed = lwip = port = kernel = {}; }

    template <class Do>
    static double timed(Do&& what) {
        const std::int64_t begin = ticks_ns();
        what();
        return static_cast<double>(ticks_ns() - begin);
    }
    bool round() {
        return block([&] { return note(nothing, timed([] {})); }) &&
               block([&] { return send(true, delegated); }) && block([&] { return rehearse(); }) &&
               block([&] { return send(false, lwip); }) && block([&] { return send_by_port(); }) &&
               block([&] { return write_to_kernel(); });
    }
    template <class Do>
    bool block(Do&& one) {
        for (int i = 0; i < kBlock; ++i) {
            counted_ = i >= kBlockWarmUp;
            if (!settle() || !one()) return false;
        }
        return true;
    }
    bool note(Samples& samples, double ns) {
        if (counted_) samples.ns.push_back(ns);
        return true;
    }
    bool send(bool by_delegation, Samples& samples) {
        socket_.set_delegation(by_delegation);
        const std::uint64_t before = socket_.counters().delegated_sends;
        bool sent = false;
        const double ns = timed([&] { sent = socket_.commit(kOrder); });
        const bool was_delegated = socket_.counters().delegated_sends != before;
        socket_.set_delegation(true);
        if (!sent) return false;
        if (was_delegated == by_delegation) return note(samples, ns);
        ++of_another_way;
        return true;
    }
    bool rehearse() {
        bool ready = true;
        const double ns = timed([&] {
            for (int i = 0; i < kRehearsals; ++i) ready = socket_.rehearse(kOrder) && ready;
        });
        return !ready || note(rehearsed, ns / kRehearsals);
    }
    /// The port's share of a send: a buffer that is ready, to the return of tx_burst.
    bool send_by_port() {
        TxBuffer buffer = wire_.port().reserve();
        if (!buffer) return true;
        std::memcpy(buffer.bytes.data(), frame_.data(), frame_size_);
        bool sent = false;
        const double ns = timed([&] { sent = wire_.port().send(buffer, frame_size_); });
        if (!sent) wire_.port().give_back(buffer);
        return !sent || note(port, ns);
    }
    bool write_to_kernel() {
        ssize_t written = 0;
        const double ns = timed([&] { written = write(wire_.kernel_socket(), text_.data(), kOrder); });
        return written == static_cast<ssize_t>(kOrder) && note(kernel, ns);
    }
    /// Until the peer has all but what it may keep an acknowledgment back for.
    bool settle() {
        const std::int64_t give_up = ticks_ns() + 1'000'000'000;
        do {
            wire_.round();
            socket_.poll_without_reading();
            if (!socket_.connected() || ticks_ns() > give_up) return false;
        } while (socket_.unacknowledged() > 2 * kOrder);
        return true;
    }

    WirePair& wire_;
    BypassSocket& socket_;
    std::array<char, kOrder> text_{};
    std::array<std::byte, 1'514> frame_{};
    std::size_t frame_size_ = 0;
    bool counted_ = false;
};

// The flood.
constexpr double kLineRate = 14'880'952;  ///< 60 + 4 bytes, preamble and gap at 10 Gbit/s
constexpr int kLineRateProbes = 3;
constexpr int kProbesAtARate = 2;
constexpr int kBisections = 9;
constexpr std::int64_t kProbeNs = 2'000'000;
constexpr std::int64_t kDisturbedNs = 50'000;  ///< either side kept from its core for longer: no probe
constexpr int kAttempts = 150;                 ///< at a probe without disturbance
constexpr std::int64_t kQuietNs = 500'000;
constexpr std::int64_t kFloodPatienceNs = 40'000'000'000;  ///< after which no probe is repeated any more

struct Probe {
    double asked = 0;
    double offered = 0;  ///< packets a second, really: the sender has its own gaps
    std::uint64_t packets = 0;
    std::uint64_t lost = 0;
    std::uint64_t disordered = 0;
    FloodResult sender;
    GapFigures gaps;
    bool disturbed() const { return gaps.max_ns > kDisturbedNs || sender.longest_gap_ns > kDisturbedNs; }
};

class Flood {
  public:
    explicit Flood(WirePair& wire) : wire_(wire) {}

    /// A probe in which nobody took a core away, if one can be had; the last one otherwise.
    Probe probe(double rate) {
        Probe p = attempt(rate);
        for (int n = 1; n < kAttempts && p.disturbed() && ticks_ns() < give_up_ns_; ++n) {
            ++disturbed_probes;
            p = attempt(rate);
        }
        return p;
    }

    std::uint64_t disturbed_probes = 0;

  private:
    Probe attempt(double rate) {
        SharedPage& page = wire_.page();
        page.rate = rate;
        page.duration_ns = kProbeNs;
        page.first_sequence = next_;
        page.flood_over.store(false, std::memory_order_release);
        Probe p;
        p.asked = rate;
        gaps_.emplace().at(ticks_ns(), false);
        wire_.tell(FarCommand::flood);
        receive(p);
        p.sender = page.flood;
        p.packets = p.sender.offered;
        p.lost = p.packets - received_;
        p.offered = static_cast<double>(p.packets) / (static_cast<double>(p.sender.elapsed_ns) * 1e-9);
        next_ += p.packets;
        wire_.tell(FarCommand::serve);
        return p;
    }
    void receive(Probe& p) {
        received_ = 0;
        std::uint64_t expected = next_;
        std::int64_t quiet_since = 0;
        for (;;) {
            const auto burst = wire_.flood_port().rx_burst();
            for (const RxPacket& packet : burst) count(packet, expected, p);
            const bool any = !burst.empty();
            wire_.flood_port().release();
            const std::int64_t now = ticks_ns();
            gaps_->at(now, any);
            if (any || !wire_.page().flood_over.load(std::memory_order_acquire)) {
                quiet_since = now;
            } else if (now - quiet_since > kQuietNs) {
                break;
            }
        }
        p.gaps = gaps_->figures();
    }
    void count(const RxPacket& packet, std::uint64_t& expected, Probe& p) {
        const Classified c = classify(packet.bytes);
        if (c.verdict != Verdict::udp || c.udp.payload.size() < sizeof(std::uint64_t)) return;
        std::uint64_t number = 0;
        std::memcpy(&number, c.udp.payload.data(), sizeof number);
        if (number < expected) {
            ++p.disordered;
            return;
        }
        expected = number + 1;
        ++received_;
    }

    WirePair& wire_;
    const std::int64_t give_up_ns_ = ticks_ns() + kFloodPatienceNs;
    std::optional<GapDetector> gaps_;  ///< of the receiver, from the sender's beginning on
    std::uint64_t next_ = 1;
    std::uint64_t received_ = 0;
};

ordered_json told(const Probe& p) {
    const double packets = static_cast<double>(std::max<std::uint64_t>(p.packets, 1));
    return {{"asked_per_s", p.asked},
            {"offered_per_s", p.offered},
            {"lost_share", static_cast<double>(p.lost) / packets},
            {"lost_for_a_full_ring", p.sender.unsent},
            {"never_offered", p.sender.skipped},
            {"sender_longest_gap_ns", p.sender.longest_gap_ns},
            {"receiver_longest_gap_ns", p.gaps.max_ns},
            {"disturbed", p.disturbed()}};
}

}  // namespace

ordered_json measure_sends(WirePair& wire, std::string& error) {
    const auto socket = wire.connect(error);
    if (!socket) return nullptr;
    SendCost cost(wire, *socket);
    if (!cost.run()) return error = "the connection broke: " + std::string(socket->reason()), nullptr;
    if (cost.delegated.ns.empty() || cost.lwip.ns.empty()) return error = "nothing was delegated", nullptr;
    // What a measurement of nothing takes is no cost of anything.
    const double nothing = cost.nothing.median();
    const double delegated = cost.delegated.median() - nothing;
    const double lwip = cost.lwip.median() - nothing;
    const double kernel = cost.kernel.median() - nothing;
    const double port = cost.port.median() - nothing;
    ordered_json j;
    j["measuring_nothing_ns"] = nothing;
    j["delegated_ns"] = delegated;
    j["lwip_ns"] = lwip;
    j["kernel_write_ns"] = kernel;
    j["port_send_ns"] = port;
    j["delegated_before_tx_ns"] = cost.rehearsed.median();
    j["lwip_before_tx_ns"] = lwip - port;
    j["delegated_vs_kernel_write"] = kernel / delegated;
    j["delegated_vs_lwip"] = lwip / delegated;
    j["delegated_vs_lwip_before_tx"] = (lwip - port) / cost.rehearsed.median();
    j["samples_of_another_way"] = cost.of_another_way;
    j["as_measured"] = {{"nothing", spread(cost.nothing)}, {"delegated", spread(cost.delegated)},
                        {"lwip", spread(cost.lwip)},       {"kernel_write", spread(cost.kernel)},
                        {"port_send", spread(cost.port)},  {"rehearse", spread(cost.rehearsed)}};
    return j;
}

ordered_json measure_packet_rate(WirePair& wire) {
    Flood flood(wire);
    flood.probe(1e6);
    std::uint64_t lost = 0, packets = 0;
    ordered_json at_line_rate = ordered_json::array();
    for (int n = 0; n < kLineRateProbes; ++n) {
        const Probe p = flood.probe(kLineRate);
        lost += p.lost;
        packets += p.packets;
        at_line_rate.push_back(told(p));
    }
    double low = 0, high = kLineRate, best = 0;
    ordered_json probes = ordered_json::array();
    for (int n = 0; n < kBisections; ++n) {
        const double rate = n == 0 ? kLineRate : (low + high) / 2;
        double slowest = rate;
        bool whole = true;
        for (int i = 0; i < kProbesAtARate && whole; ++i) {
            const Probe p = flood.probe(rate);
            whole = p.lost == 0 && !p.disturbed();
            slowest = std::min(slowest, p.offered);
            if (!whole || i + 1 == kProbesAtARate) probes.push_back(told(p));
        }
        if (whole) best = std::max(best, slowest);
        (whole ? low : high) = rate;
        if (whole && n == 0) break;
    }
    ordered_json j;
    j["loss_free_packets_per_s"] = best;
    j["loss_at_line_rate"] =
        static_cast<double>(lost) / static_cast<double>(std::max<std::uint64_t>(packets, 1));
    j["line_rate_probes"] = at_line_rate;
    j["line_rate_per_s"] = kLineRate;
    j["frame_bytes"] = kFloodFrame;
    j["probe_ns"] = kProbeNs;
    j["bisection"] = probes;
    j["disturbed_probes_repeated"] = flood.disturbed_probes;
    return j;
}

ordered_json measure_cache_hop(WirePair& wire) {
    SharedPage& page = wire.page();
    page.ball.store(0);
    wire.tell(FarCommand::echo);
    constexpr int kBatches = 500;
    constexpr int kTrips = 200;
    Samples hops;
    std::uint64_t ball = 0;
    for (int n = 0; n < kBatches; ++n) {
        const std::int64_t begin = ticks_ns();
        for (int i = 0; i < kTrips; ++i) {
            page.ball.store(++ball, std::memory_order_release);
            ++ball;
            while (page.ball.load(std::memory_order_acquire) != ball) {
            }
        }
        hops.ns.push_back(static_cast<double>(ticks_ns() - begin) / (2 * kTrips));
    }
    wire.tell(FarCommand::serve);
    return spread(hops);
}

}  // namespace hw::bench
