#include "net/feed/lines.h"

#include <algorithm>

namespace hw::net {

namespace {
constexpr std::uint16_t kDefaultEventPort = 6100;
constexpr std::uint16_t kDefaultSnapshotPort = 6101;
constexpr std::uint16_t kSnapshotChannelOffset = 100;
constexpr int kChecksPerSilence = 8;  // silence is noticed at most an eighth late
}  // namespace

LineArbiter::LineArbiter(const FeedConfig& config, BookRecovery& recovery, EventSinkRef sink)
    : config_(config), recovery_(recovery), sink_(sink), by_channel_(65'536) {
    for (const ChannelConfig& channel : config.channels) expected_.push_back({channel, false, false, false});
    lines_.reserve(kMaxLines);
}

Line* LineArbiter::no_line(Line::Address to) {
    return ++(place_of(to).ours ? counters_.short_frames : counters_.other_destination), nullptr;
}

Line* LineArbiter::unusual_line(Line::Address to, std::uint16_t channel) {
    const Place place = place_of(to);
    if (!place.ours) return ++counters_.other_destination, nullptr;
    if (find(channel) != nullptr) return ++counters_.channel_conflicts, nullptr;
    if (lines_.size() == kMaxLines) return ++counters_.too_many_channels, nullptr;
    return open_line(place, to, channel);
}

namespace {
Line::Address events_a(const ChannelConfig& c) { return {c.group_ip, c.event_port}; }
Line::Address snapshots_a(const ChannelConfig& c) { return {c.group_ip, c.snapshot_port}; }
std::uint32_t group_b(const ChannelConfig& c) { return c.group_ip_b == 0 ? c.group_ip : c.group_ip_b; }
Line::Address events_b(const ChannelConfig& c) {
    return {group_b(c), c.event_port_b == 0 ? c.event_port : c.event_port_b};
}
Line::Address snapshots_b(const ChannelConfig& c) {
    return {group_b(c), c.snapshot_port_b == 0 ? c.snapshot_port : c.snapshot_port_b};
}
}  // namespace

LineArbiter::Place LineArbiter::place_of(Line::Address to) {
    if (expected_.empty()) {
        const bool snapshots = to.port == kDefaultSnapshotPort;
        return {nullptr, is_multicast(to.group_ip) && (snapshots || to.port == kDefaultEventPort), snapshots};
    }
    for (Expected& e : expected_) {
        if (to == events_a(e.config) || to == events_b(e.config)) return {&e, true, false};
        const bool has_snapshots = e.config.snapshot_port != 0;
        if (has_snapshots && (to == snapshots_a(e.config) || to == snapshots_b(e.config))) {
            return {&e, true, true};
        }
    }
    return {};
}

Line* LineArbiter::open_line(const Place& place, Line::Address to, std::uint16_t channel) {
    auto line = std::make_unique<Line>();
    line->channel = channel;
    line->a = line->b = to;
    line->is_snapshot = place.is_snapshot;
    const bool offset = line->is_snapshot && channel >= kSnapshotChannelOffset;
    line->family = offset ? static_cast<FamilyId>(channel - kSnapshotChannelOffset) : channel;
    line->assembler.interrupted();
    if (place.channel != nullptr) {
        const ChannelConfig& config = place.channel->config;
        line->a = place.is_snapshot ? snapshots_a(config) : events_a(config);
        line->b = place.is_snapshot ? snapshots_b(config) : events_b(config);
        if (!line->is_snapshot) place.channel->event_line_known = true;
    }
    if (config_.two_ports || line->a != line->b) {
        line->pair = std::make_unique<LinePair>(Nanos::from_us(config_.gap_wait_us), config_.gap_packets);
    }
    lines_.push_back(std::move(line));
    by_channel_[channel] = static_cast<std::uint8_t>(lines_.size());
    return lines_.back().get();
}

LineArbiter::Step LineArbiter::advance(Line& line, SequenceTracker::Result result, bool first, Nanos now) {
    switch (result.verdict) {
        case SequenceVerdict::duplicate:
            return ++counters_.duplicates, Step{};
        case SequenceVerdict::late:
            return ++counters_.late, Step{};
        case SequenceVerdict::next:
            break;
        case SequenceVerdict::gap:
            lost(line, result.lost, TrustReason::channel_gap, now);
            break;
        case SequenceVerdict::reset:
            started_again(line, now);
            break;
    }
    heard(line, now);
    return {true, first || result.verdict != SequenceVerdict::next};
}

void LineArbiter::hold(Line& line, std::uint32_t sequence, std::span<const std::byte> payload, Nanos now) {
    if (!line.pair->holds()) ++waiting_;
    ++counters_.held;
    line.pair->hold(sequence, payload, now);
}

void LineArbiter::forget_held(Line& line) {
    if (line.pair->holds()) --waiting_;
    counters_.held_dropped += line.pair->forget();
}

void LineArbiter::count_dropped(Line& line, LinePair::Fate fate, std::uint32_t sequence) {
    if (fate == LinePair::Fate::stray) return void(++counters_.strays);
    // The channel's own book of what was given up and has come after all.
    const bool known = line.sequence.ahead(sequence) < 0;
    const bool late = known && line.sequence.check(sequence).verdict == SequenceVerdict::late;
    ++(late ? counters_.late : fate == LinePair::Fate::copy ? counters_.copies : counters_.duplicates);
}

void LineArbiter::heard(Line& line, Nanos now) {
    ++counters_.datagrams;
    line.heard = now;
    if (!line.is_silent) return;
    line.is_silent = false;
    send_state(line.channel, LineStatus::up, 0);
    recovery_.family_heard(line.family);
}

void LineArbiter::lost(Line& line, std::uint32_t packets, TrustReason reason, Nanos now) {
    ++counters_.gaps;
    counters_.packets_lost += packets;
    line.cycle_open = false;
    line.assembler.interrupted();
    send_state(line.channel, LineStatus::gap, packets);
    if (line.is_snapshot) return void(send_state(line.channel, LineStatus::recovered, 0));
    line.gap_open = true;
    recovery_.family_lost(line.family, reason, now);
}

void LineArbiter::started_again(Line& line, Nanos now) {
    ++counters_.resets;
    line.cycle_open = false;
    line.assembler.interrupted();
    send_state(line.channel, LineStatus::gap, 0);
    if (line.is_snapshot) return void(send_state(line.channel, LineStatus::recovered, 0));
    line.gap_open = true;
    recovery_.family_reset(line.family, now);
}

void LineArbiter::damaged(Line& line, Nanos now) {
    line.cycle_open = false;
    line.assembler.interrupted();
    if (line.is_snapshot) return;
    if (!line.gap_open) send_state(line.channel, LineStatus::gap, 0);
    line.gap_open = true;
    recovery_.family_lost(line.family, TrustReason::malformed, now);
}

void LineArbiter::close_gap(Line& line) {
    line.gap_open = false;
    send_state(line.channel, LineStatus::recovered, 0);
}

void LineArbiter::snapshot_ended(Line& line) {
    if (!line.cycle_open) return;
    line.cycle_open = false;
    ++line.whole_cycles;
    for (Expected& e : expected_) {
        if (snapshots_a(e.config) == line.a) e.snapshot_seen = true;
    }
}

bool LineArbiter::definitions_seen() const {
    if (!expected_.empty()) {
        return std::ranges::all_of(
            expected_, [](const Expected& e) { return e.snapshot_seen || e.config.snapshot_port == 0; });
    }
    std::uint32_t most = 0;
    for (const auto& line : lines_) {
        if (!line->is_snapshot) continue;
        if (line->whole_cycles == 0) return false;
        most = std::max(most, line->whole_cycles);
    }
    return most >= 2;
}

void LineArbiter::check_silence(Nanos now) {
    if (first_time_.is_zero()) first_time_ = now;
    next_check_ = now + Nanos::from_ns(config_.silent_after.ns() / kChecksPerSilence);
    for (const auto& line : lines_) {
        if (line->pair != nullptr) check_sides(*line);
        if (line->is_snapshot || line->is_silent || now - line->heard <= config_.silent_after) continue;
        line->is_silent = true;
        ++counters_.silences;
        send_state(line->channel, LineStatus::silent, 0);
        recovery_.family_silent(line->family);
    }
    check_unheard(now);
}

void LineArbiter::check_sides(Line& line) {
    for (const LineSide side : {LineSide::a, LineSide::b}) {
        if (line.pair->died(side, config_.silent_after)) side_changed(line, side, LineStatus::side_down);
    }
}

void LineArbiter::side_changed(Line& line, LineSide side, LineStatus status) {
    const bool down = status == LineStatus::side_down;
    LineState& state = send_state(line.channel, status, down ? line.pair->missed(side) : 0);
    state.side = static_cast<std::uint8_t>(side);
}

void LineArbiter::check_unheard(Nanos now) {
    if (now - first_time_ <= config_.silent_after) return;
    for (Expected& e : expected_) {
        if (e.event_line_known || e.told_silent) continue;
        e.told_silent = true;
        ++counters_.silences;
        // Its channel number is not known yet: the group's last byte is what the venue numbers them by.
        send_state(e.config.group_ip & 0xff, LineStatus::silent, 0);
    }
}

LineState& LineArbiter::send_state(std::uint32_t channel, LineStatus status, std::uint64_t lost) {
    LineState& state = sink_.stage(EventType::line_state, kNoInstrument, Nanos{}).payload.line_state;
    state.channel = channel;
    state.status = status;
    state.lost = lost;
    return state;
}

LineCounters LineArbiter::counters() const {
    LineCounters total = counters_;
    for (const auto& line : lines_) {
        if (line->pair == nullptr) continue;
        for (std::size_t i = 0; i < kSides; ++i) total.sides[i] += line->pair->counters(LineSide(i));
    }
    return total;
}

std::uint64_t LineArbiter::snapshots_abandoned() const {
    std::uint64_t total = 0;
    for (const auto& line : lines_) total += line->assembler.abandoned();
    return total;
}

}  // namespace hw::net
