#include "net/packet.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <vector>

#include "tests/net/fuzz.h"

namespace hw::net {
namespace {

std::vector<std::byte> bytes_of(std::string_view text) {
    std::vector<std::byte> bytes(text.size());
    std::memcpy(bytes.data(), text.data(), text.size());
    return bytes;
}

UdpEndpoints endpoints() { return {{2, 0, 0, 0, 0, 1}, {}, 0x7f000001, 0xef6f6f03, 5265, 6100, 32}; }

std::vector<std::byte> frame_of(std::string_view payload) {
    std::vector<std::byte> frame(2000);
    frame.resize(build_udp_frame(endpoints(), bytes_of(payload), frame));
    return frame;
}

/// Corrects the IPv4 header checksum after a test has changed the header.
void seal(std::vector<std::byte>& frame, std::size_t ip = 14) {
    const std::size_t header = std::to_integer<std::size_t>(frame[ip] & std::byte{0xf}) * 4;
    frame[ip + 10] = frame[ip + 11] = std::byte{0};
    const std::uint16_t sum = checksum_finish(checksum_sum(std::span(frame).subspan(ip, header)));
    frame[ip + 10] = static_cast<std::byte>(sum >> 8);
    frame[ip + 11] = static_cast<std::byte>(sum & 0xff);
}

Verdict verdict(const std::vector<std::byte>& frame) { return classify(frame).verdict; }

std::vector<std::byte> with_tags(std::vector<std::byte> frame, std::initializer_list<std::uint16_t> types) {
    for (const std::uint16_t type : types) {
        const std::byte tag[4] = {static_cast<std::byte>(type >> 8), static_cast<std::byte>(type & 0xff),
                                  std::byte{0}, std::byte{7}};
        frame.insert(frame.begin() + 12, tag, tag + 4);
    }
    return frame;
}

TEST(Packet, BuiltFrameIsClassifiedWithItsAddressesAndPayload) {
    const auto frame = frame_of("hello");
    EXPECT_EQ(frame.size(), 60u);  // padded
    const Classified c = classify(frame);
    ASSERT_EQ(c.verdict, Verdict::udp);
    EXPECT_EQ(c.udp.src_ip, 0x7f000001u);
    EXPECT_EQ(c.udp.dst_ip, 0xef6f6f03u);
    EXPECT_EQ(c.udp.src_port, 5265);
    EXPECT_EQ(c.udp.dst_port, 6100);
    ASSERT_EQ(c.udp.payload.size(), 5u);  // without the padding
    EXPECT_EQ(std::memcmp(c.udp.payload.data(), "hello", 5), 0);
    EXPECT_EQ(c.ip.size(), 33u);
}

TEST(Packet, BuiltFrameHasTheGroupsMacAndAUdpChecksumThatVerifies) {
    const auto frame = frame_of("odd");
    const unsigned char mac[6] = {0x01, 0x00, 0x5e, 0x6f, 0x6f, 0x03};
    EXPECT_EQ(std::memcmp(frame.data(), mac, 6), 0);
    const std::span ip = std::span(frame).subspan(14);
    const std::uint64_t pseudo = checksum_sum(ip.subspan(12, 8)) + 17 + 11;
    EXPECT_EQ(checksum_finish(pseudo + checksum_sum(ip.subspan(20, 11))), 0);
}

TEST(Packet, ChecksumOfTheRfc1071Example) {
    const std::byte words[8] = {std::byte{0x00}, std::byte{0x01}, std::byte{0xf2}, std::byte{0x03},
                                std::byte{0xf4}, std::byte{0xf5}, std::byte{0xf6}, std::byte{0xf7}};
    EXPECT_EQ(checksum_finish(checksum_sum(words)), 0x220d);
}

TEST(Packet, BuildRefusesWhatDoesNotFit) {
    std::vector<std::byte> out(kUdpFrameHeader + kMaxUdpPayload);
    const std::vector<std::byte> longest(kMaxUdpPayload);
    EXPECT_EQ(build_udp_frame(endpoints(), longest, out), out.size());
    const std::vector<std::byte> too_long(kMaxUdpPayload + 1);
    out.resize(4000);
    EXPECT_EQ(build_udp_frame(endpoints(), too_long, out), 0u);
    out.resize(59);
    EXPECT_EQ(build_udp_frame(endpoints(), {}, out), 0u);
}

TEST(Packet, VlanTags) {
    const auto plain = frame_of("hello");
    EXPECT_EQ(verdict(with_tags(plain, {0x8100})), Verdict::udp);
    EXPECT_EQ(verdict(with_tags(plain, {0x8100, 0x88a8})), Verdict::udp);
    EXPECT_EQ(verdict(with_tags(plain, {0x8100, 0x8100, 0x88a8})), Verdict::too_many_vlan_tags);
    auto cut = with_tags(plain, {0x8100});
    cut.resize(16);
    EXPECT_EQ(verdict(cut), Verdict::short_ethernet);
}

TEST(Packet, EtherTypes) {
    auto frame = frame_of("x");
    const auto with_type = [&](int high, int low) {
        frame[12] = static_cast<std::byte>(high);
        frame[13] = static_cast<std::byte>(low);
        return verdict(frame);
    };
    EXPECT_EQ(with_type(0x08, 0x06), Verdict::arp);
    EXPECT_EQ(with_type(0x86, 0xdd), Verdict::ipv6);
    EXPECT_EQ(with_type(0x88, 0xcc), Verdict::other_ethertype);
    frame.resize(13);
    EXPECT_EQ(verdict(frame), Verdict::short_ethernet);
}

TEST(Packet, Protocols) {
    auto frame = frame_of("x");
    const auto with_protocol = [&](int protocol) {
        frame[23] = static_cast<std::byte>(protocol);
        seal(frame);
        return classify(frame);
    };
    EXPECT_EQ(with_protocol(6).verdict, Verdict::tcp);
    EXPECT_EQ(with_protocol(6).ip.size(), 29u);
    EXPECT_EQ(with_protocol(2).verdict, Verdict::igmp);
    EXPECT_EQ(with_protocol(1).verdict, Verdict::other_protocol);
}

TEST(Packet, IpHeader) {
    const auto good = frame_of("hello");
    auto bad = good;
    bad[24] ^= std::byte{1};
    EXPECT_EQ(verdict(bad), Verdict::bad_ip_checksum);
    bad = good;
    bad[14] = std::byte{0x65};
    EXPECT_EQ(verdict(bad), Verdict::bad_ip_version);
    bad[14] = std::byte{0x44};
    EXPECT_EQ(verdict(bad), Verdict::bad_ip_header_length);
    bad = good;
    bad[17] = std::byte{19};  // total length below the header's
    seal(bad);
    EXPECT_EQ(verdict(bad), Verdict::bad_ip_total_length);
    bad[17] = std::byte{200};  // above the frame's
    seal(bad);
    EXPECT_EQ(verdict(bad), Verdict::bad_ip_total_length);
    bad = good;
    bad.resize(14 + 19);
    EXPECT_EQ(verdict(bad), Verdict::short_ip);
    bad = good;
    bad[14] = std::byte{0x4f};  // 60 bytes of header in 46
    EXPECT_EQ(verdict(bad), Verdict::short_ip);
}

TEST(Packet, IpOptionsAreSkipped) {
    auto frame = frame_of("hello, options");
    const std::byte options[8] = {};
    frame.insert(frame.begin() + 34, options, options + 8);
    frame[14] = std::byte{0x47};
    frame[17] = static_cast<std::byte>(std::to_integer<int>(frame[17]) + 8);
    seal(frame);
    const Classified c = classify(frame);
    ASSERT_EQ(c.verdict, Verdict::udp);
    EXPECT_EQ(c.udp.payload.size(), 14u);
    EXPECT_EQ(c.udp.dst_port, 6100);
}

TEST(Packet, Fragments) {
    for (const auto& [high, low] : {std::pair{0x20, 0}, std::pair{0, 1}, std::pair{0x3f, 0xff}}) {
        auto frame = frame_of("hello");
        frame[20] = static_cast<std::byte>(high);
        frame[21] = static_cast<std::byte>(low);
        seal(frame);
        EXPECT_EQ(verdict(frame), Verdict::fragment);
    }
}

TEST(Packet, UdpLength) {
    const auto with_length = [](int length, std::size_t total) {
        auto frame = frame_of("hello");
        frame[39] = static_cast<std::byte>(length);
        frame[17] = static_cast<std::byte>(total);
        seal(frame);
        return classify(frame);
    };
    EXPECT_EQ(with_length(13, 33).verdict, Verdict::udp);
    EXPECT_EQ(with_length(8, 33).udp.payload.size(), 0u);
    EXPECT_EQ(with_length(7, 33).verdict, Verdict::bad_udp_length);
    EXPECT_EQ(with_length(14, 33).verdict, Verdict::bad_udp_length);
    EXPECT_EQ(with_length(13, 27).verdict, Verdict::short_udp);
}

TEST(Packet, EveryVerdictHasAName) {
    for (std::size_t i = 0; i < kVerdicts; ++i) {
        EXPECT_NE(to_string(static_cast<Verdict>(i)), "invalid");
        EXPECT_FALSE(to_string(static_cast<Verdict>(i)).empty());
    }
    EXPECT_EQ(ip_text(0xef6f6f0a), "239.111.111.10");
}

// Whatever a frame holds, what is handed out lies inside it.
TEST(Packet, MutatedFramesStayInBounds) {
    const std::uint64_t seed = fuzz_seed();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const auto good = with_tags(frame_of("a payload of some length to cut and to garble"), {0x8100});
    std::size_t accepted = 0;
    for (std::size_t i = 0; i < fuzz_iterations(20'000); ++i) {
        std::vector<std::byte> frame(good.begin(),
                                     good.begin() + static_cast<long>(random() % (good.size() + 1)));
        if (random() % 4 == 0) frame = good;
        for (std::size_t n = random() % 3; n > 0 && !frame.empty(); --n) {
            frame[random() % frame.size()] = static_cast<std::byte>(random());
        }
        if (random() % 2 == 0 && frame.size() > 80) seal(frame, 18);
        // A copy of exactly that size, so that a sanitizer sees a read beyond it.
        const std::vector<std::byte> exact(frame);
        const Classified c = classify(exact);
        ASSERT_LT(c.verdict, Verdict::count_);
        if (c.verdict != Verdict::udp) continue;
        ++accepted;
        ASSERT_GE(c.udp.payload.data(), exact.data());
        ASSERT_LE(c.udp.payload.data() + c.udp.payload.size(), exact.data() + exact.size());
    }
    EXPECT_GT(accepted, 0u);
}

}  // namespace
}  // namespace hw::net
