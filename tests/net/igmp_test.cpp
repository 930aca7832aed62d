// Group membership: reports byte by byte, queries answered in time, and a kernel that understands us.
#include "net/igmp.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "net/bytes.h"
#include "net/membership.h"
#include "tests/net/fuzz.h"

namespace hw::net {
namespace {

constexpr MacAddress kMac = {0x02, 0, 0, 0, 0, 0x01};
constexpr std::uint32_t kOurs = 0xc0000201;  // 192.0.2.1
constexpr std::uint32_t kGroup1 = 0xef6f6f01;
constexpr std::uint32_t kGroup2 = 0xef6f6f02;

using Frame = std::vector<std::byte>;

Frame bytes_of(std::initializer_list<int> values) {
    Frame frame;
    for (const int value : values) frame.push_back(static_cast<std::byte>(value));
    return frame;
}

// Every byte worked out by hand from RFC 3376, 4.2 and RFC 2113.
TEST(IgmpReport, IsRightToTheByte) {
    std::vector<std::byte> out(100);
    const std::uint32_t groups[2] = {kGroup1, kGroup2};
    const std::size_t size = build_igmp_report({kMac, kOurs}, GroupRecord::to_exclude, groups, out);
    out.resize(size);
    const Frame expected = bytes_of({
        0x01, 0x00, 0x5e, 0x00, 0x00, 0x16, 0x02, 0,    0,    0,    0, 0x01, 0x08, 0x00,  // Ethernet
        0x46, 0xc0, 0x00, 0x30, 0x00, 0x00, 0x40, 0x00, 0x01, 0x02,  // 24 + 24 bytes, TTL 1, IGMP
        0x41, 0xf0,                                                  // header checksum
        192,  0,    2,    1,    224,  0,    0,    22,                // us to 224.0.0.22
        0x94, 0x04, 0x00, 0x00,                                      // router alert
        0x22, 0x00, 0x19, 0x1a, 0x00, 0x00, 0x00, 0x02,              // version 3, two records
        0x04, 0x00, 0x00, 0x00, 239,  111,  111,  1,                 // to exclude no source
        0x04, 0x00, 0x00, 0x00, 239,  111,  111,  2,
    });
    ASSERT_EQ(out.size(), expected.size());
    for (std::size_t i = 0; i < out.size(); ++i) EXPECT_EQ(out[i], expected[i]) << "byte " << i;
    EXPECT_EQ(classify(out).verdict, Verdict::igmp);
}

TEST(IgmpReport, OfOlderVersionsIsRightToTheByte) {
    std::vector<std::byte> out(100);
    out.resize(build_igmp_message({kMac, kOurs}, IgmpType::report_v2, kGroup1, kGroup1, out));
    const Frame expected = bytes_of({
        0x01, 0x00, 0x5e, 0x6f, 0x6f, 0x01, 0x02, 0,   0,    0,    0, 0x01, 0x08, 0x00,  //
        0x46, 0xc0, 0x00, 0x20, 0x00, 0x00, 0x40, 0,   0x01, 0x02,                       //
        0xc3, 0xa5, 192,  0,    2,    1,    239,  111, 111,  1,                          //
        0x94, 0x04, 0x00, 0x00,                                                          //
        0x16, 0x00, 0x8b, 0x8e, 239,  111,  111,  1,                                     //
    });
    ASSERT_EQ(out.size(), 60u);  // padded
    for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(out[i], expected[i]) << "byte " << i;
    EXPECT_EQ(classify(out).verdict, Verdict::igmp);
}

TEST(IgmpReport, WhatDoesNotFitIsRefused) {
    std::vector<std::byte> out(1514);
    const std::vector<std::uint32_t> most(kMaxGroupRecords, kGroup1);
    EXPECT_EQ(build_igmp_report({kMac, 0}, GroupRecord::is_exclude, most, out),
              14u + 24 + 8 + 8 * most.size());
    EXPECT_EQ(classify(out).verdict, Verdict::igmp);
    const std::vector<std::uint32_t> more(kMaxGroupRecords + 1, kGroup1);
    EXPECT_EQ(build_igmp_report({kMac, 0}, GroupRecord::is_exclude, more, out), 0u);
    EXPECT_EQ(build_igmp_report({kMac, 0}, GroupRecord::is_exclude, most, std::span(out).first(1000)), 0u);
}

/// A query as a router sends it; `code` is the maximum response time in tenths of a second.
Frame query(std::uint32_t group, std::uint8_t code, std::size_t length = 12, bool alert = true,
            std::uint32_t dst = kAllHosts) {
    const std::size_t header = alert ? 24 : 20;
    Frame ip(header + std::max<std::size_t>(length, 12));  // cut at the end
    store8(ip.data(), static_cast<std::uint8_t>(0x40 | header / 4));
    store16(ip.data() + 2, static_cast<std::uint16_t>(header + length));
    store8(ip.data() + 8, 1);
    store8(ip.data() + 9, 2);
    store32(ip.data() + 12, 0xc0000202);
    store32(ip.data() + 16, group == 0 ? dst : group);
    if (alert) store32(ip.data() + 20, 0x94040000);
    std::byte* const igmp = ip.data() + header;
    store8(igmp, 0x11);
    store8(igmp + 1, code);
    store32(igmp + 4, group);
    store16(igmp + 2, checksum_finish(checksum_sum({igmp, length})));
    ip.resize(header + length);
    return ip;
}

TEST(IgmpQueryTest, VersionsAndResponseTimes) {
    EXPECT_EQ(parse_igmp_query(query(0, 100))->version, 3);
    EXPECT_EQ(parse_igmp_query(query(0, 100))->max_response, Nanos::from_seconds(10));
    EXPECT_EQ(parse_igmp_query(query(0, 127))->max_response, Nanos::from_ms(12'700));
    EXPECT_EQ(parse_igmp_query(query(0, 0x80))->max_response, Nanos::from_ms(12'800));
    EXPECT_EQ(parse_igmp_query(query(0, 0xff))->max_response, Nanos::from_ms(31 * 1024 * 100));
    EXPECT_EQ(parse_igmp_query(query(0, 100, 8))->version, 2);
    EXPECT_EQ(parse_igmp_query(query(0, 0, 8, false))->version, 1);
    EXPECT_EQ(parse_igmp_query(query(0, 0, 8, false))->max_response, Nanos::from_seconds(10));
    EXPECT_EQ(parse_igmp_query(query(kGroup1, 10))->group, kGroup1);
    EXPECT_EQ(parse_igmp_query(query(kGroup1, 10, 16))->group, kGroup1) << "with a source";
}

TEST(IgmpQueryTest, WhatHasToBeIgnored) {
    EXPECT_FALSE(parse_igmp_query(query(0, 100, 12, false))) << "no router alert";
    EXPECT_FALSE(parse_igmp_query(query(0, 100, 12, true, kGroup1))) << "general, but not to all hosts";
    EXPECT_FALSE(parse_igmp_query(query(0, 100, 10))) << "no version has this length";
    EXPECT_FALSE(parse_igmp_query(query(0, 100, 4)));
    Frame bad = query(0, 100);
    bad.back() ^= std::byte{1};
    EXPECT_FALSE(parse_igmp_query(bad)) << "checksum";
    std::vector<std::byte> report(100);
    const std::uint32_t group[1] = {kGroup1};
    report.resize(build_igmp_report({kMac, kOurs}, GroupRecord::is_exclude, group, report));
    EXPECT_FALSE(parse_igmp_query(classify(report).ip)) << "another host's report";
}

class ReporterTest : public ::testing::Test {
  protected:
    struct Sent {
        Nanos at;
        IgmpType type;
        GroupRecord record;
        std::vector<std::uint32_t> groups;
        std::uint32_t dst;
    };
    bool take(std::span<const std::byte> frame) {
        const Classified c = classify(frame);
        EXPECT_EQ(c.verdict, Verdict::igmp);
        const std::byte* const igmp = c.ip.data() + 24;
        EXPECT_EQ(checksum_finish(checksum_sum(c.ip.subspan(24))), 0);
        Sent sent{now_, static_cast<IgmpType>(load8(igmp)), GroupRecord{}, {}, load32(c.ip.data() + 16)};
        if (sent.type == IgmpType::report_v3) {
            sent.record = static_cast<GroupRecord>(load8(igmp + 8));
            for (std::size_t i = 0; i < load16(igmp + 6); ++i)
                sent.groups.push_back(load32(igmp + 12 + 8 * i));
        } else {
            sent.groups.push_back(load32(igmp + 4));
        }
        sent_.push_back(sent);
        return taken_;
    }
    void pass(Nanos duration) {
        for (const Nanos end = now_ + duration; now_ < end; now_ = now_ + Nanos::from_ms(1)) {
            reporter_.on_time(now_);
        }
    }
    void ask(const Frame& ip) { reporter_.on_packet(ip, now_); }
    void settle() {
        pass(Nanos::from_seconds(3));
        sent_.clear();
    }

    const std::uint64_t seed_ = fuzz_seed();
    ::testing::ScopedTrace trace_{__FILE__, __LINE__, "seed " + std::to_string(seed_)};
    Nanos now_ = Nanos::from_seconds(1'000);
    std::vector<Sent> sent_;
    bool taken_ = true;
    IgmpReporter reporter_{
        {kMac, kOurs}, {kGroup2, kGroup1, kGroup2}, seed_, [this](std::span<const std::byte> frame) {
            return take(frame);
        }};
};

TEST_F(ReporterTest, JoiningIsReportedTwiceAndThenRefreshed) {
    pass(Nanos::from_seconds(10));
    ASSERT_EQ(sent_.size(), 2u);
    for (const Sent& sent : sent_) {
        EXPECT_EQ(sent.record, GroupRecord::to_exclude);
        EXPECT_EQ(sent.groups, (std::vector{kGroup1, kGroup2}));
        EXPECT_EQ(sent.dst, kIgmpRouters);
    }
    EXPECT_EQ(sent_[0].at, Nanos::from_seconds(1'000));
    EXPECT_LE(sent_[1].at - sent_[0].at, Nanos::from_ms(1'001));
    pass(Nanos::from_seconds(120));
    ASSERT_EQ(sent_.size(), 4u);
    EXPECT_EQ(sent_[3].record, GroupRecord::is_exclude);
    EXPECT_EQ(sent_[3].at - sent_[2].at, Nanos::from_seconds(60));
    EXPECT_EQ(reporter_.counters().reports, 4u);
}

TEST_F(ReporterTest, AGeneralQueryIsAnsweredOnceWithinItsTime) {
    settle();
    for (int round = 0; round < 50; ++round) {
        const Nanos asked = now_;
        ask(query(0, 20));
        ask(query(0, 20));
        pass(Nanos::from_seconds(3));
        ASSERT_EQ(sent_.size(), 1u);
        EXPECT_EQ(sent_[0].record, GroupRecord::is_exclude);
        EXPECT_EQ(sent_[0].groups, (std::vector{kGroup1, kGroup2}));
        EXPECT_LE(sent_[0].at - asked, Nanos::from_ms(2'001));
        sent_.clear();
    }
    EXPECT_EQ(reporter_.counters().queries, 100u);
}

TEST_F(ReporterTest, DelaysAreSpread) {
    settle();
    Nanos least = Nanos::from_seconds(100);
    Nanos most;
    for (int round = 0; round < 100; ++round) {
        const Nanos asked = now_;
        ask(query(0, 10));
        pass(Nanos::from_ms(1'010));
        ASSERT_EQ(sent_.size(), 1u);
        least = std::min(least, sent_[0].at - asked);
        most = std::max(most, sent_[0].at - asked);
        sent_.clear();
    }
    EXPECT_LT(least, Nanos::from_ms(300));
    EXPECT_GT(most, Nanos::from_ms(700));
}

TEST_F(ReporterTest, AGroupsQueryIsAnsweredForThatGroup) {
    settle();
    ask(query(kGroup2, 10));
    ask(query(0xef6f6f09, 10));
    pass(Nanos::from_seconds(2));
    ASSERT_EQ(sent_.size(), 1u);
    EXPECT_EQ(sent_[0].groups, std::vector{kGroup2});
    ask(query(kGroup1, 10, 16));
    pass(Nanos::from_seconds(2));
    ASSERT_EQ(sent_.size(), 2u) << "a query for sources of a group";
    EXPECT_EQ(sent_[1].groups, std::vector{kGroup1});
}

TEST_F(ReporterTest, OlderQueriersAreAnsweredInTheirWords) {
    settle();
    ask(query(0, 10, 8));
    pass(Nanos::from_seconds(2));
    ASSERT_EQ(sent_.size(), 2u);
    EXPECT_EQ(sent_[0].type, IgmpType::report_v2);
    EXPECT_EQ(sent_[0].dst, kGroup1);
    EXPECT_EQ(sent_[1].groups, std::vector{kGroup2});
    pass(Nanos::from_seconds(261));
    sent_.clear();
    pass(Nanos::from_seconds(61));
    ASSERT_FALSE(sent_.empty());
    EXPECT_EQ(sent_.back().type, IgmpType::report_v3) << "the older querier is forgotten";
    ask(query(0, 10, 8));
    reporter_.leave();
    EXPECT_EQ(sent_.back().type, IgmpType::leave_v2);
    EXPECT_EQ(sent_.back().dst, kAllRouters);
    sent_.clear();
    pass(Nanos::from_seconds(100));
    EXPECT_TRUE(sent_.empty()) << "nothing is answered any more";
}

TEST_F(ReporterTest, LeavingIsReportedAtOnceAndTwice) {
    settle();
    reporter_.leave();
    ASSERT_EQ(sent_.size(), 2u);
    EXPECT_EQ(sent_[0].record, GroupRecord::to_include);
    EXPECT_EQ(sent_[1].groups, (std::vector{kGroup1, kGroup2}));
}

TEST_F(ReporterTest, WhatThePortDoesNotTakeIsCounted) {
    taken_ = false;
    pass(Nanos::from_seconds(3));
    EXPECT_EQ(reporter_.counters().unsent, 2u);
    EXPECT_EQ(reporter_.counters().reports, 0u);
}

TEST(IgmpReporterTest, MoreGroupsThanOneReportHoldsAreSentInSeveral) {
    std::vector<std::uint32_t> groups;
    for (std::uint32_t i = 0; i < 400; ++i) groups.push_back(kGroup1 + i);
    std::size_t records = 0;
    IgmpReporter reporter({kMac, 0}, groups, 1, [&](std::span<const std::byte> frame) {
        const Classified c = classify(frame);
        EXPECT_EQ(c.verdict, Verdict::igmp);
        records += load16(c.ip.data() + 24 + 6);
        return true;
    });
    reporter.on_time(Nanos::from_seconds(1));
    EXPECT_EQ(records, 400u);
    EXPECT_EQ(reporter.counters().reports, 3u);
}

TEST(IgmpFuzz, NoPacketCrashesTheReporter) {
    const std::uint64_t seed = fuzz_seed();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    std::uint64_t reports = 0;
    IgmpReporter reporter({kMac, 0}, {kGroup1, kGroup2}, seed, [&](auto) { return ++reports > 0; });
    Nanos now = Nanos::from_seconds(1);
    std::uint64_t given = 0;
    const std::size_t iterations = fuzz_iterations(20'000);
    for (std::size_t n = 0; n < iterations; ++n) {
        Frame ip = query(random() % 2 == 0 ? 0 : kGroup1, static_cast<std::uint8_t>(random()), random() % 40,
                         random() % 2 == 0);
        for (std::size_t flips = random() % 4; flips > 0; --flips) {
            ip[random() % ip.size()] ^= static_cast<std::byte>(1u << random() % 8);
        }
        const std::size_t header = (load8(ip.data()) & 0x0fu) * 4u;
        if (header >= 20 && header <= ip.size()) {
            store16(ip.data() + 10, 0);
            store16(ip.data() + 10, checksum_finish(checksum_sum({ip.data(), header})));
        }
        Frame frame(14);
        store16(frame.data() + 12, 0x0800);
        frame.insert(frame.end(), ip.begin(), ip.end());
        const Classified c = classify(frame);
        if (c.verdict != Verdict::igmp) continue;
        ++given;
        reporter.on_packet(c.ip, now);
        now = now + Nanos::from_ms(static_cast<std::int64_t>(random() % 100));
        reporter.on_time(now);
    }
    const IgmpCounters& c = reporter.counters();
    EXPECT_EQ(c.received, given);
    EXPECT_EQ(c.queries + c.ignored, given);
    EXPECT_GT(c.queries, 0u);
    EXPECT_GT(c.ignored, 0u);
}

TEST(MembershipWayTest, FollowsWhoKeepsTheInterface) {
    EXPECT_EQ(membership_way("net_af_packet", 3), MembershipWay::kernel);
    EXPECT_EQ(membership_way("net_af_xdp", 3), MembershipWay::kernel);
    EXPECT_EQ(membership_way("mlx5_pci", 3), MembershipWay::kernel);
    EXPECT_EQ(membership_way("mlx5_pci", 0), MembershipWay::igmp);
    EXPECT_EQ(membership_way("net_ixgbe", 0), MembershipWay::igmp);
    EXPECT_EQ(membership_way("net_tap", 3), MembershipWay::igmp);
    EXPECT_EQ(membership_way("net_memif", 0), MembershipWay::none);
    EXPECT_EQ(membership_way("net_pcap", 0), MembershipWay::none);
}

}  // namespace
}  // namespace hw::net
