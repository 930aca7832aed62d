#include "net/feed/starbase_channels.h"

#include <algorithm>
#include <numeric>

namespace hw::net {

std::vector<StarbaseChannelConfig> default_starbase_channels() {
    constexpr std::uint32_t kFirstGroup = 224u << 24 | 12u << 8 | 192u;
    std::vector<StarbaseChannelConfig> channels;
    for (const char* name : {"btc_futures", "btc_options", "eth_futures", "eth_options"}) {
        StarbaseChannelConfig c;
        c.name = name;
        c.snapshot_group = kFirstGroup + 2 * static_cast<std::uint32_t>(channels.size());
        c.event_group = c.snapshot_group + 1;
        channels.push_back(c);
    }
    return channels;
}

}  // namespace hw::net

namespace hw::net::starbase {

namespace {
constexpr int kChecksPerSilence = 8;  // silence is noticed at most an eighth late
}  // namespace

std::uint64_t ChannelCounters::datagrams() const {
    return std::accumulate(fates.begin(), fates.end(), std::uint64_t{0});
}

std::string_view to_string(Fate fate) {
    static constexpr std::array<std::string_view, kFates> kNames = {
        "other_destination", "malformed", "wrong_type", "heartbeat",          "applied",
        "duplicate",         "held",      "snapshot",   "snapshot_duplicate", "reject",
        "stray_answer"};
    return fate < Fate::count_ ? kNames[static_cast<std::size_t>(fate)] : "invalid";
}

StarbaseChannels::StarbaseChannels(const StarbaseConfig& config, StarbaseBooks& books, EventSinkRef sink)
    : books_(books),
      sink_(sink),
      silent_after_(config.silent_after),
      any_retransmitter_(config.any_retransmitter) {
    channels_.reserve(config.channels.size());
    for (const StarbaseChannelConfig& c : config.channels) {
        channels_.emplace_back(config.held_packets).config = c;
    }
}

StarbaseChannels::Source StarbaseChannels::identify(const UdpDatagram& d) const {
    for (const Channel& c : channels_) {
        const auto source = [&](Kind kind, LineName line) { return Source{kind, index_of(c), line}; };
        const StarbaseChannelConfig& config = c.config;
        if (d.dst_port == config.event_port) {
            if (d.dst_ip == config.event_group) return source(Kind::incremental, LineName::a);
            if (d.dst_ip == config.event_group + kStarbaseLineOffset)
                return source(Kind::incremental, LineName::b);
        }
        if (d.dst_port == config.snapshot_port) {
            if (d.dst_ip == config.snapshot_group) return source(Kind::snapshot, LineName::a);
            if (d.dst_ip == config.snapshot_group + kStarbaseLineOffset)
                return source(Kind::snapshot, LineName::b);
        }
    }
    if (is_multicast(d.dst_ip) || d.payload.size() < PacketHeader::kSize) return {};
    const std::int32_t number = PacketHeader::read(d.payload.data()).channel;
    for (const Channel& c : channels_) {
        const UdpEndpoint& from = c.config.retransmit;
        const bool ours = !from.is_none() && from.ip == d.src_ip && from.port == d.src_port;
        if ((ours || any_retransmitter_) && c.started && c.number == number)
            return {Kind::answer, index_of(c), c.line};
    }
    return {};
}

void StarbaseChannels::start(Channel& c, const PacketCheck& packet, std::uint64_t end) {
    c.started = true;
    c.number = packet.header.channel;
    c.next = packet.first();
    c.known_end = end;
    c.newest_ns = packet.header.sending_time_ns;
    c.old_in_a_row = 0;
    c.ahead_since = {};
    c.held.clear();
}

bool StarbaseChannels::began_anew(const Channel& c, const PacketCheck& packet, bool is_retransmission) const {
    if (is_retransmission) return false;
    // A heartbeat may name the last message as well as the next.
    if (packet.header.messages == 0 && packet.first() + 1 == c.next) return false;
    return c.next - packet.first() > kResetWindow || c.old_in_a_row >= kResetRun ||
           packet.header.sending_time_ns - c.newest_ns > kResetAfterNs;
}

StarbaseChannels::Verdict StarbaseChannels::admit(ChannelIndex at, const PacketCheck& packet,
                                                  bool is_retransmission, Nanos now) {
    Channel& c = channels_[at];
    const std::uint64_t first = packet.first();
    const std::uint64_t sound_end = first + packet.sound;
    // A damaged packet says how many messages it should have had.
    const std::uint64_t end = first + packet.header.messages;
    if (!c.started) {
        start(c, packet, end);
        books_.joined(at, first);
        if (end > sound_end) open_gap(at, end);
        return packet.sound > 0 ? Verdict::apply : Verdict::drop;
    }
    const bool old = sound_end <= c.next && first < c.next;
    if (!is_retransmission) c.old_in_a_row = old ? c.old_in_a_row + 1 : 0;
    if (old && began_anew(c, packet, is_retransmission)) {
        ++counters_.resets;
        start(c, packet, end);
        send_state(c, LineStatus::gap, 0);
        c.gap_told = true;
        books_.restarted(at, first, now);
        if (end > sound_end) open_gap(at, end);
        return packet.sound > 0 ? Verdict::apply : Verdict::drop;
    }
    if (!is_retransmission && first <= c.next)
        c.newest_ns = std::max(c.newest_ns, packet.header.sending_time_ns);
    if (packet.header.messages == 0) {
        exists(at, first, now);
        return Verdict::drop;
    }
    const bool was_missing = c.missing() && c.ahead_since.is_zero();
    c.known_end = std::max(c.known_end, end);
    if (first > c.next || end > sound_end || was_missing) {
        // Early, damaged, or into a gap: told when anything is still missing behind it.
        const std::uint64_t reached = first <= c.next ? std::max(c.next, sound_end) : c.next;
        if (reached < c.known_end)
            open_gap(at, first > c.next ? std::min(first, c.hole_end()) : c.hole_end());
    }
    if (first > c.next) return packet.sound > 0 ? Verdict::hold : Verdict::drop;
    return sound_end > c.next ? Verdict::apply : Verdict::drop;
}

void StarbaseChannels::exists(ChannelIndex at, std::uint64_t end, Nanos now) {
    Channel& c = channels_[at];
    if (!c.started || c.missing() || end <= c.next || end - c.next > kResetWindow) return;
    // Not yet a gap: it may be on its way. `on_time` looks again.
    c.known_end = end;
    c.ahead_since = now;
}

void StarbaseChannels::open_gap(ChannelIndex at, std::uint64_t hole_end) {
    Channel& c = channels_[at];
    c.ahead_since = {};
    books_.behind(at, c.known_end);
    if (c.gap_told) return;
    c.gap_told = true;
    ++counters_.gaps;
    counters_.messages_missed += hole_end - c.next;
    send_state(c, LineStatus::gap, hole_end - c.next);
}

void StarbaseChannels::give_up(ChannelIndex at) {
    Channel& c = channels_[at];
    const std::uint64_t end = c.hole_end();
    counters_.messages_lost += end - c.next;
    c.next = end;
    books_.lost(at, end - 1);
}

void StarbaseChannels::settle(ChannelIndex at) {
    Channel& c = channels_[at];
    if (c.missing()) return;
    c.ahead_since = {};
    books_.complete(at);
    if (!c.gap_told || books_.recovering(at)) return;
    c.gap_told = false;
    send_state(c, LineStatus::recovered, 0);
}

bool StarbaseChannels::admit_snapshot(ChannelIndex at, const PacketCheck& packet, bool& interrupted) {
    Channel& c = channels_[at];
    interrupted = false;
    if (packet.header.messages == 0) return false;
    const std::uint64_t first = packet.first();
    const std::uint64_t end = first + packet.header.messages;
    interrupted = !c.snapshot_started || first != c.snapshot_next;
    const bool old = c.snapshot_started && first < c.snapshot_next;
    c.snapshot_old_in_a_row = old ? c.snapshot_old_in_a_row + 1 : 0;
    if (old) {
        const bool anew = c.snapshot_old_in_a_row >= kResetRun || c.snapshot_next - first > kResetWindow ||
                          packet.header.sending_time_ns - c.snapshot_newest_ns > kResetAfterNs;
        if (!anew) return interrupted = false;
        ++counters_.snapshot_resets;
    } else if (c.snapshot_started && interrupted) {
        ++counters_.snapshot_gaps;
    }
    c.snapshot_started = true;
    c.snapshot_next = end;
    c.snapshot_newest_ns = packet.header.sending_time_ns;
    return true;
}

void StarbaseChannels::heard(ChannelIndex at, LineName line, Nanos now) {
    Channel& c = channels_[at];
    const bool first = c.heard.is_zero();
    c.heard = now;
    c.line_heard[static_cast<std::size_t>(line)] = now;
    if (first) c.line = line;
    if (line != c.line && now - c.line_heard[static_cast<std::size_t>(c.line)] > kLineQuiet) {
        c.line = line;
        ++counters_.failovers;
        send_state(c, LineStatus::switched, 0);
    }
    if (!c.is_silent) return;
    c.is_silent = false;
    send_state(c, LineStatus::up, 0);
    books_.heard(at);
}

void StarbaseChannels::on_time(Nanos now) {
    for (Channel& c : channels_) {
        if (!c.ahead_since.is_zero() && c.missing() && now - c.ahead_since >= kOnItsWay)
            open_gap(index_of(c), c.hole_end());
    }
    if (now < next_check_) return;
    const bool first = next_check_.is_zero();
    next_check_ = now + Nanos::from_ns(silent_after_.ns() / kChecksPerSilence);
    for (Channel& c : channels_) {
        // One that was never heard is silent from the first look on.
        if (first && c.heard.is_zero()) c.line_heard[0] = now;
        const Nanos since = c.heard.is_zero() ? c.line_heard[0] : c.heard;
        if (c.is_silent || now - since <= silent_after_) continue;
        c.is_silent = true;
        ++counters_.silences;
        send_state(c, LineStatus::silent, 0);
        books_.silent(index_of(c));
    }
}

void StarbaseChannels::send_state(const Channel& c, LineStatus status, std::uint64_t lost) {
    Event& event = sink_.stage(EventType::line_state, kNoInstrument, Nanos{});
    // Before it was heard its number is not known: the group's last byte stands for it.
    event.payload.line_state.channel =
        c.started ? static_cast<std::uint32_t>(c.number) : c.config.event_group & 0xff;
    event.payload.line_state.status = status;
    event.payload.line_state.lost = lost;
}

}  // namespace hw::net::starbase
