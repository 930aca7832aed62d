#include "net/feed/starbase_retransmit.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace hw::net::starbase {

namespace {

constexpr std::uint32_t kMostDoublings = 6;

template <class T>
void store(std::byte* at, T value) {
    std::memcpy(at, &value, sizeof value);
}

}  // namespace

Retransmitter::Retransmitter(const StarbaseConfig& config)
    : interval_(config.retransmit_interval),
      timeout_(config.retransmit_timeout),
      most_attempts_(config.retransmit_attempts),
      states_(config.channels.size()) {
    for (const StarbaseChannelConfig& channel : config.channels) endpoints_.push_back(channel.retransmit);
}

Retransmitter::Step Retransmitter::pursue(std::size_t channel, std::int32_t number, std::uint64_t begin,
                                          std::uint64_t end, Nanos now) {
    State& s = states_[channel];
    if (!s.pursuing) {
        s = {};
        s.pursuing = true;
        s.since = now;
        s.begin = begin;
    }
    if (!can_ask(channel)) return now - s.since >= kPatience ? give_up(s) : Step::wait;
    if (s.hopeless || end - begin > kMostMessages) return give_up(s);
    if (begin != s.begin) {
        s.begin = begin;
        s.attempts = 0;
    }
    if (s.open) {
        if (now - s.sent < timeout_) return Step::wait;
        ++counters_.timeouts;
        s.open = false;
    }
    if (s.attempts >= most_attempts_ && now >= s.not_before) return give_up(s);
    if (now < s.not_before || now < next_request_) return Step::wait;
    send(channel, number, begin, end, now);
    return Step::wait;
}

Retransmitter::Step Retransmitter::give_up(State& s) {
    ++counters_.given_up;
    s = {};
    return Step::give_up;
}

void Retransmitter::send(std::size_t channel, std::int32_t number, std::uint64_t begin, std::uint64_t end,
                         Nanos now) {
    State& s = states_[channel];
    const std::uint64_t count = std::min<std::uint64_t>(end - begin, RetransmitRequest::kMostMessages);
    std::array<std::byte, kRequestBytes> packet{};
    std::byte* at = packet.data();
    store(at, now.ns());
    store(at + 8, next_correlation_);
    store(at + 16, number);
    store(at + 22, std::uint16_t{1});
    at += PacketHeader::kSize;
    store(at, static_cast<std::uint16_t>(MessageHeader::kSize + RetransmitRequest::kBlock));
    store(at + 2, static_cast<std::uint16_t>(Template::retransmit_request));
    store(at + 4, kNewestVersion);
    store(at + 6, static_cast<std::uint16_t>(kStartOfTransaction | kEndOfTransaction));
    store(at + 8, now.ns());
    at += MessageHeader::kSize;
    store(at, begin);
    store(at + 8, static_cast<std::uint8_t>(count));
    next_request_ = now + interval_;
    ++s.attempts;
    if (!sender_.send(endpoints_[channel], packet)) {
        ++counters_.unsent;
        s.not_before = now + timeout_;
        return;
    }
    ++counters_.requests;
    s.open = true;
    s.sent = now;
    s.correlation = next_correlation_++;
}

void Retransmitter::answered(std::size_t channel) {
    State& s = states_[channel];
    ++counters_.answers;
    if (!s.pursuing) return;
    s.open = false;
    s.attempts = 0;
}

void Retransmitter::back_off(State& s, Nanos delay, Nanos now) {
    if (delay > kLongestDelay) {
        s.hopeless = true;
        return;
    }
    const std::uint32_t doublings = std::min(s.attempts, kMostDoublings);
    s.not_before = now + std::max(delay, Nanos::from_ns(timeout_.ns() << doublings));
}

bool Retransmitter::rejected(std::size_t channel, std::int64_t correlation, const RetransmitReject& reject,
                             Nanos now) {
    State& s = states_[channel];
    if (!s.open || correlation != s.correlation) {
        ++counters_.stale_rejects;
        return false;
    }
    s.open = false;
    const Nanos delay = Nanos::from_ns(std::max<std::int64_t>(reject.retry_delay_ns(), 0));
    switch (static_cast<RejectReason>(reject.reason())) {
        case RejectReason::too_low:
            ++counters_.rejects_too_low;
            s.hopeless = true;
            break;
        case RejectReason::too_high:
            // The venue's retransmitter is behind its feed.
            ++counters_.rejects_too_high;
            s.not_before = now + std::max(std::min(delay, kLongestDelay), timeout_);
            break;
        case RejectReason::rate_limit:
            ++counters_.rejects_rate;
            if (delay > kLongestDelay) s.hopeless = true;
            next_request_ = now + std::max(std::min(delay, kLongestDelay), interval_);
            break;
        case RejectReason::other:
        default:
            ++counters_.rejects_other;
            back_off(s, delay, now);
            break;
    }
    return true;
}

}  // namespace hw::net::starbase
