#include "net/igmp.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "net/bytes.h"

namespace hw::net {

namespace {

constexpr std::size_t kEthernetHeader = 14;
constexpr std::size_t kIpHeader = 24;  // with the router alert option
constexpr std::size_t kMinFrame = 60;
constexpr std::size_t kReportHeader = 8;
constexpr std::size_t kRecord = 8;
constexpr std::size_t kOlderMessage = 8;
constexpr std::size_t kQueryV3 = 12;
constexpr std::uint8_t kProtocolIgmp = 2;
constexpr std::uint8_t kInternetworkControl = 0xc0;
constexpr std::uint32_t kRouterAlert = 0x9404'0000;
constexpr std::uint8_t kRouterAlertType = 0x94;
constexpr std::int64_t kTenthMs = 100;
constexpr Nanos kVersion1Response = Nanos::from_seconds(10);

/// Ethernet and IPv4 headers in front of `length` bytes of IGMP; the frame's size, or 0.
std::size_t build_headers(const IgmpSender& from, std::uint32_t dst, std::size_t length,
                          std::span<std::byte> out) {
    const std::size_t size = std::max(kEthernetHeader + kIpHeader + length, kMinFrame);
    if (size > out.size()) return 0;
    std::memset(out.data(), 0, size);
    const MacAddress to = multicast_mac(dst);
    std::memcpy(out.data(), to.data(), to.size());
    std::memcpy(out.data() + 6, from.mac.data(), from.mac.size());
    store16(out.data() + 12, 0x0800);
    std::byte* const ip = out.data() + kEthernetHeader;
    store8(ip, 0x46);
    store8(ip + 1, kInternetworkControl);
    store16(ip + 2, static_cast<std::uint16_t>(kIpHeader + length));
    store16(ip + 6, 0x4000);  // do not fragment
    store8(ip + 8, 1);        // never beyond the first router
    store8(ip + 9, kProtocolIgmp);
    store32(ip + 12, from.ip);
    store32(ip + 16, dst);
    store32(ip + 20, kRouterAlert);
    store16(ip + 10, checksum_finish(checksum_sum({ip, kIpHeader})));
    return size;
}

void seal(std::span<std::byte> igmp) { store16(igmp.data() + 2, checksum_finish(checksum_sum(igmp))); }

bool has_router_alert(std::span<const std::byte> options) {
    for (std::size_t at = 0; at < options.size();) {
        const std::uint8_t type = load8(options.data() + at);
        if (type == kRouterAlertType) return true;
        if (type == 0) return false;  // the end of them
        if (type == 1) {              // padding
            ++at;
            continue;
        }
        if (at + 1 >= options.size() || load8(options.data() + at + 1) < 2) return false;
        at += load8(options.data() + at + 1);
    }
    return false;
}

/// Codes from 128 on are a small floating point number (RFC 3376, 4.1.1).
Nanos max_response_of(std::uint8_t code) {
    const unsigned tenths = code < 128 ? code : ((code & 0x0fu) | 0x10u) << ((code >> 4 & 0x07u) + 3);
    return Nanos::from_ms(static_cast<std::int64_t>(tenths) * kTenthMs);
}

}  // namespace

std::size_t build_igmp_report(const IgmpSender& from, GroupRecord type, std::span<const std::uint32_t> groups,
                              std::span<std::byte> out) {
    if (groups.size() > kMaxGroupRecords) return 0;
    const std::size_t length = kReportHeader + kRecord * groups.size();
    const std::size_t size = build_headers(from, kIgmpRouters, length, out);
    if (size == 0) return 0;
    const std::span igmp = out.subspan(kEthernetHeader + kIpHeader, length);
    store8(igmp.data(), static_cast<std::uint8_t>(IgmpType::report_v3));
    store16(igmp.data() + 6, static_cast<std::uint16_t>(groups.size()));
    std::byte* record = igmp.data() + kReportHeader;
    for (const std::uint32_t group : groups) {
        store8(record, static_cast<std::uint8_t>(type));
        store32(record + 4, group);
        record += kRecord;
    }
    seal(igmp);
    return size;
}

std::size_t build_igmp_message(const IgmpSender& from, IgmpType type, std::uint32_t group, std::uint32_t dst,
                               std::span<std::byte> out) {
    const std::size_t size = build_headers(from, dst, kOlderMessage, out);
    if (size == 0) return 0;
    const std::span igmp = out.subspan(kEthernetHeader + kIpHeader, kOlderMessage);
    store8(igmp.data(), static_cast<std::uint8_t>(type));
    store32(igmp.data() + 4, group);
    seal(igmp);
    return size;
}

std::optional<IgmpQuery> parse_igmp_query(std::span<const std::byte> ip) {
    const std::size_t header = (load8(ip.data()) & 0x0fu) * 4u;
    const std::span igmp = ip.subspan(header);
    if (igmp.size() < kOlderMessage || checksum_finish(checksum_sum(igmp)) != 0) return std::nullopt;
    if (load8(igmp.data()) != static_cast<std::uint8_t>(IgmpType::query)) return std::nullopt;
    const std::uint8_t code = load8(igmp.data() + 1);
    IgmpQuery query;
    query.group = load32(igmp.data() + 4);
    if (query.group == 0 && load32(ip.data() + 16) != kAllHosts) return std::nullopt;
    if (igmp.size() == kOlderMessage) {
        query.version = code == 0 ? 1 : 2;
        query.max_response = code == 0 ? kVersion1Response : Nanos::from_ms(code * kTenthMs);
    } else {
        if (igmp.size() < kQueryV3) return std::nullopt;
        query.max_response = max_response_of(code);
    }
    // Without it the packet may have come through a router that should have kept it.
    const bool alert = has_router_alert(ip.subspan(20, header - 20));
    return alert || query.version == 1 ? std::optional(query) : std::nullopt;
}

IgmpReporter::IgmpReporter(const IgmpSender& sender, std::vector<std::uint32_t> groups, std::uint64_t seed,
                           Sink sink, const IgmpConfig& config)
    : sender_(sender),
      groups_(std::move(groups)),
      random_(seed),
      sink_(std::move(sink)),
      config_(config),
      changes_left_(config.robustness) {
    std::ranges::sort(groups_);
    groups_.erase(std::unique(groups_.begin(), groups_.end()), groups_.end());
    answer_at_.resize(groups_.size());
    due_.reserve(groups_.size());
}

Nanos IgmpReporter::up_to(Nanos most) {
    const std::int64_t ns = std::max<std::int64_t>(most.ns(), 1);
    return Nanos::from_ns(1 + static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(ns)));
}

void IgmpReporter::act(Nanos now) {
    if (version_ != 3 && now >= older_until_) version_ = 3;
    if (changes_left_ > 0 && now >= next_change_) {
        report_all(GroupRecord::to_exclude);
        --changes_left_;
        next_change_ = now + up_to(config_.change_interval);
        next_refresh_ = now + config_.refresh;
    }
    const bool asked = !answer_all_at_.is_zero() && now >= answer_all_at_;
    if (asked || (changes_left_ == 0 && now >= next_refresh_)) {
        report_all(GroupRecord::is_exclude);
        if (asked) answer_all_at_ = Nanos{};
        next_refresh_ = now + config_.refresh;
    }
    report_due_groups(now);
    set_next_due(now);
}

void IgmpReporter::set_next_due(Nanos now) {
    next_due_ = changes_left_ > 0 ? next_change_ : next_refresh_;
    const auto earlier = [&](Nanos at) {
        if (!at.is_zero()) next_due_ = std::min(next_due_, std::max(at, now));
    };
    earlier(answer_all_at_);
    for (const Nanos at : answer_at_) earlier(at);
}

void IgmpReporter::report_due_groups(Nanos now) {
    due_.clear();
    for (std::size_t i = 0; i < groups_.size(); ++i) {
        if (answer_at_[i].is_zero() || now < answer_at_[i]) continue;
        answer_at_[i] = Nanos{};
        due_.push_back(groups_[i]);
    }
    if (!due_.empty()) report(GroupRecord::is_exclude, due_);
}

void IgmpReporter::on_packet(std::span<const std::byte> ip, Nanos now) {
    ++counters_.received;
    const auto query = parse_igmp_query(ip);
    if (!query) return void(++counters_.ignored);
    ++counters_.queries;
    if (query->version < 3) {
        ++counters_.older_queries;
        version_ = std::min(version_, query->version);
        older_until_ = now + config_.older_querier;
    }
    if (!has_left_) answer(*query, now);
}

/// RFC 3376, 5.2: the earliest of what is pending and what is asked now.
void IgmpReporter::answer(const IgmpQuery& query, Nanos now) {
    const Nanos at = now + up_to(query.max_response);
    if (!answer_all_at_.is_zero() && answer_all_at_ <= at) return;
    if (query.group == 0) {
        answer_all_at_ = at;
    } else {
        // A query for sources of a group is answered with the whole state of the group: from any source.
        const auto group = std::ranges::lower_bound(groups_, query.group);
        if (group == groups_.end() || *group != query.group) return;
        Nanos& pending = answer_at_[static_cast<std::size_t>(group - groups_.begin())];
        pending = pending.is_zero() ? at : std::min(pending, at);
    }
    set_next_due(now);
}

void IgmpReporter::leave() {
    for (int n = 0; n < config_.robustness; ++n) report_all(GroupRecord::to_include);
    has_left_ = true;
    next_due_ = Nanos::from_ns(INT64_MAX);
}

void IgmpReporter::report_all(GroupRecord type) { report(type, groups_); }

void IgmpReporter::report(GroupRecord type, std::span<const std::uint32_t> groups) {
    if (version_ != 3) {
        for (const std::uint32_t group : groups) report_older(type, group);
        return;
    }
    while (!groups.empty()) {
        const auto now = groups.first(std::min(groups.size(), kMaxGroupRecords));
        send(build_igmp_report(sender_, type, now, frame_));
        groups = groups.subspan(now.size());
    }
}

void IgmpReporter::report_older(GroupRecord type, std::uint32_t group) {
    const IgmpType word = version_ == 1 ? IgmpType::report_v1 : IgmpType::report_v2;
    if (type != GroupRecord::to_include) return send(build_igmp_message(sender_, word, group, group, frame_));
    // Version 1 has no word for leaving.
    if (version_ == 2) send(build_igmp_message(sender_, IgmpType::leave_v2, group, kAllRouters, frame_));
}

void IgmpReporter::send(std::size_t size) {
    ++(sink_(std::span<const std::byte>(frame_).first(size)) ? counters_.reports : counters_.unsent);
}

}  // namespace hw::net
