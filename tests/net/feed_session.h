// A feed's packets as they were sent, and what two faulty lines make of them.
//
// Session is one run of the feed: generated, or read from a capture. `arrivals` sends it over line A and line
// B, each with losses, duplicates, reordering and delays of its own; `play` gives the arrivals to a feed.
// Deterministic for a seed.
#pragma once

#include <algorithm>
#include <functional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "net/feed/deribit_feed.h"
#include "net/pcapng.h"
#include "tests/net/feed_harness.h"

namespace hw::net {

struct SentPacket {
    Nanos at;
    std::vector<std::byte> payload;
    std::uint32_t group = 0;
    std::uint16_t port = 0;
};
using Session = std::vector<SentPacket>;

/// Line B's groups are these many addresses further on.
inline constexpr std::uint32_t kGroupsB = 0x0001'0000;

inline constexpr Nanos kForever = Nanos::from_ns(INT64_MAX);

struct LineFaults {
    double loss = 0;
    double duplication = 0;
    double reordering = 0;
    Nanos delay;  ///< of each packet, up to this
    Nanos until;  ///< packets sent later come through, one delay after the other
};

struct Arrival {
    Nanos at;
    std::size_t packet = 0;  ///< of the session
    LineSide side = LineSide::a;
};

using Random = std::mt19937_64;

inline double dice(Random& random) { return static_cast<double>(random() >> 11) * 0x1p-53; }

/// Appends what one line delivers; `lost` names packets that it certainly does not.
inline void send_over(const Session& session, LineSide side, const LineFaults& faults,
                      const std::set<std::size_t>& lost, Random& random, std::vector<Arrival>& out) {
    const auto some = [&](Nanos most) {
        return Nanos::from_ns(static_cast<std::int64_t>(dice(random) * static_cast<double>(most.ns())));
    };
    Nanos line_free;
    for (std::size_t i = 0; i < session.size(); ++i) {
        const bool faulty = session[i].at < faults.until;
        // A line keeps its order, but for the packets that it reorders.
        line_free = std::max(line_free, session[i].at + some(faults.delay));
        if (lost.contains(i) || (faulty && dice(random) < faults.loss)) continue;
        const bool late = faulty && dice(random) < faults.reordering;
        out.push_back({late ? line_free + some(Nanos::from_ms(1)) : line_free, i, side});
        if (faulty && dice(random) < faults.duplication) {
            out.push_back({line_free + some(Nanos::from_ms(1)), i, side});
        }
    }
}

inline std::vector<Arrival> arrivals(const Session& session, const LineFaults& a, const LineFaults& b,
                                     const std::set<std::size_t>& lost_on_both, Random& random) {
    std::vector<Arrival> all;
    send_over(session, LineSide::a, a, lost_on_both, random, all);
    send_over(session, LineSide::b, b, lost_on_both, random, all);
    std::ranges::stable_sort(all, {}, &Arrival::at);
    return all;
}

/// How the feed tells the lines apart.
enum class ToldBy { group, port };

inline FeedConfig two_line_config(const Session& session, ToldBy told_by) {
    FeedConfig config;
    config.silent_after = Nanos::from_seconds(60);
    config.two_ports = told_by == ToldBy::port;
    if (told_by == ToldBy::port) return config;
    std::set<std::uint32_t> groups;
    for (const SentPacket& packet : session) groups.insert(packet.group);
    for (const std::uint32_t group : groups) {
        config.channels.push_back({ip_text(group), group, 6100, 6101, group + kGroupsB, 0, 0});
    }
    return config;
}

/// Gives the arrivals to a feed, and time as the hot loop would; `after` is called after each packet.
inline void play(const Session& session, const std::vector<Arrival>& arriving, ToldBy told_by,
                 DeribitFeed<Receiver>& feed, Receiver& receiver, const std::function<void()>& after) {
    Nanos now;
    for (const Arrival& arrival : arriving) {
        const SentPacket& packet = session[arrival.packet];
        now = std::max(now, arrival.at);
        feed.on_time(now);
        const bool b_group = told_by == ToldBy::group && arrival.side == LineSide::b;
        const UdpDatagram datagram{0x0a000001, packet.group + (b_group ? kGroupsB : 0), 4000, packet.port,
                                   packet.payload};
        feed.on_datagram(datagram, now, told_by == ToldBy::port ? arrival.side : LineSide::a);
        receiver.flush();
        after();
    }
    feed.on_time(now + Nanos::from_ms(10));
    receiver.flush();
    after();
}

/// The venue of two channels and five books: updates, and a snapshot cycle now and then. The last cycle is
/// quiet.
inline Session generated_session(Random& random, std::size_t steps) {
    Session session;
    Venue channels[2] = {Venue(1, {11, 12, 13}), Venue(2, {21, 22})};
    Nanos now = Nanos::from_seconds(1'700'000'000);
    const auto send = [&](const Venue& venue, bool snapshot) {
        const Venue::Bytes bytes = venue.bytes();
        const UdpDatagram d = venue.datagram(bytes, snapshot);
        now = now + Nanos::from_us(static_cast<std::int64_t>(random() % 400));
        session.push_back({now, bytes, d.dst_ip, d.dst_port});
    };
    const auto cycle = [&](Venue& venue) {
        for (std::size_t i = 0; i < venue.size(); ++i) {
            auto& frame = venue.start_snapshots();
            frame.add(perpetual(venue.book(i).feed_id, "P" + std::to_string(venue.book(i).feed_id)));
            frame.add(venue.snapshot(i));
            send(venue, true);
        }
    };
    for (Venue& venue : channels) {
        venue.start_events().add(wire::RfqMsg{});
        send(venue, false);
        cycle(venue);
    }
    for (std::size_t n = 0; n < steps; ++n) {
        Venue& venue = channels[random() % 2];
        if (random() % 200 == 0) {
            now = now + BookRecovery::kSnapshotLag;
            cycle(venue);
            continue;
        }
        auto& frame = venue.start_events();
        for (std::size_t m = 1 + random() % 3; m > 0; --m) {
            frame.add(venue.change(random() % venue.size(), random, 1 + random() % 4));
        }
        send(venue, false);
    }
    for (int quiet = 0; quiet < 2; ++quiet) {
        now = now + Nanos::from_ms(100);
        for (Venue& venue : channels) {
            venue.start_events().add(wire::RfqMsg{});  // a loss right before would show here
            send(venue, false);
            now = now + BookRecovery::kSnapshotLag;
            cycle(venue);
        }
    }
    return session;
}

inline Session captured_session(const std::string& path, std::string& error) {
    Session session;
    const auto reader = CaptureReader::open(path, error);
    if (!reader) return session;
    for (CaptureFrame frame; reader->next(frame);) {
        const Classified packet = classify(frame.bytes);
        if (packet.verdict != Verdict::udp) continue;
        session.push_back({frame.time,
                           {packet.udp.payload.begin(), packet.udp.payload.end()},
                           packet.udp.dst_ip,
                           packet.udp.dst_port});
    }
    return session;
}

}  // namespace hw::net
