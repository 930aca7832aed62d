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
    : silent_after_(config.silent_after), recovery_(recovery), sink_(sink), by_channel_(65'536) {
    for (const ChannelConfig& channel : config.channels) expected_.push_back({channel, false, false, false});
    lines_.reserve(kMaxLines);
}

LineArbiter::Admission LineArbiter::admit(const UdpDatagram& d, Nanos now) {
    if (d.payload.size() < deribit::FrameHeader::kSize) {
        ++(is_ours(d) ? counters_.short_frames : counters_.other_destination);
        return {};
    }
    const auto channel = deribit::load<std::uint16_t>(d.payload.data() + 2);
    const auto sequence = deribit::load<std::uint32_t>(d.payload.data() + 4);
    Line* line = find(channel);
    if (line == nullptr || line->group_ip != d.dst_ip || line->port != d.dst_port) {
        if (!is_ours(d)) return ++counters_.other_destination, Admission{};
        if (line != nullptr) return ++counters_.channel_conflicts, Admission{};
        line = open_line(d, channel);
        if (line == nullptr) return ++counters_.too_many_channels, Admission{};
    }
    const bool first = !line->sequence.started();
    const SequenceTracker::Result result = line->sequence.check(sequence);
    switch (result.verdict) {
        case SequenceVerdict::duplicate:
            return ++counters_.duplicates, Admission{};
        case SequenceVerdict::late:
            return ++counters_.late, Admission{};
        case SequenceVerdict::next:
            break;
        case SequenceVerdict::gap:
            lost(*line, result.lost, TrustReason::channel_gap, now);
            break;
        case SequenceVerdict::reset:
            started_again(*line, now);
            break;
    }
    heard(*line, now);
    ++counters_.datagrams;
    return {line, first || result.verdict != SequenceVerdict::next};
}

bool LineArbiter::is_ours(const UdpDatagram& d) const {
    if (expected_.empty()) {
        return is_multicast(d.dst_ip) &&
               (d.dst_port == kDefaultEventPort || d.dst_port == kDefaultSnapshotPort);
    }
    return std::ranges::any_of(expected_, [&](const Expected& e) {
        return e.config.group_ip == d.dst_ip &&
               (e.config.event_port == d.dst_port || e.config.snapshot_port == d.dst_port);
    });
}

bool LineArbiter::is_snapshot_port(const UdpDatagram& d) const {
    for (const Expected& e : expected_) {
        if (e.config.group_ip == d.dst_ip && e.config.snapshot_port == d.dst_port) return true;
    }
    return expected_.empty() && d.dst_port == kDefaultSnapshotPort;
}

Line* LineArbiter::open_line(const UdpDatagram& d, std::uint16_t channel) {
    if (lines_.size() == kMaxLines) return nullptr;
    auto line = std::make_unique<Line>();
    line->channel = channel;
    line->group_ip = d.dst_ip;
    line->port = d.dst_port;
    line->is_snapshot = is_snapshot_port(d);
    const bool offset = line->is_snapshot && channel >= kSnapshotChannelOffset;
    line->family = offset ? static_cast<FamilyId>(channel - kSnapshotChannelOffset) : channel;
    line->assembler.interrupted();
    for (Expected& e : expected_) {
        if (!line->is_snapshot && e.config.group_ip == d.dst_ip) e.event_line_known = true;
    }
    lines_.push_back(std::move(line));
    by_channel_[channel] = static_cast<std::uint8_t>(lines_.size());
    return lines_.back().get();
}

void LineArbiter::heard(Line& line, Nanos now) {
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
    if (line.is_snapshot) return send_state(line.channel, LineStatus::recovered, 0);
    line.gap_open = true;
    recovery_.family_lost(line.family, reason, now);
}

void LineArbiter::started_again(Line& line, Nanos now) {
    ++counters_.resets;
    line.cycle_open = false;
    line.assembler.interrupted();
    send_state(line.channel, LineStatus::gap, 0);
    if (line.is_snapshot) return send_state(line.channel, LineStatus::recovered, 0);
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
        if (e.config.group_ip == line.group_ip && e.config.snapshot_port == line.port) e.snapshot_seen = true;
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

void LineArbiter::on_time(Nanos now) {
    if (now < next_check_) return;
    if (first_time_.is_zero()) first_time_ = now;
    next_check_ = now + Nanos::from_ns(silent_after_.ns() / kChecksPerSilence);
    for (const auto& line : lines_) {
        if (line->is_snapshot || line->is_silent || now - line->heard <= silent_after_) continue;
        line->is_silent = true;
        ++counters_.silences;
        send_state(line->channel, LineStatus::silent, 0);
        recovery_.family_silent(line->family);
    }
    check_unheard(now);
}

void LineArbiter::check_unheard(Nanos now) {
    if (now - first_time_ <= silent_after_) return;
    for (Expected& e : expected_) {
        if (e.event_line_known || e.told_silent) continue;
        e.told_silent = true;
        ++counters_.silences;
        // Its channel number is not known yet: the group's last byte is what the venue numbers them by.
        send_state(e.config.group_ip & 0xff, LineStatus::silent, 0);
    }
}

void LineArbiter::send_state(std::uint32_t channel, LineStatus status, std::uint64_t lost) {
    Event& event = sink_.stage(EventType::line_state, kNoInstrument, Nanos{});
    event.payload.line_state.channel = channel;
    event.payload.line_state.status = status;
    event.payload.line_state.lost = lost;
}

std::uint64_t LineArbiter::snapshots_abandoned() const {
    std::uint64_t total = 0;
    for (const auto& line : lines_) total += line->assembler.abandoned();
    return total;
}

}  // namespace hw::net
