// What a delegated send puts on the wire, and what lwIP does about it afterwards, segment by segment.
#include <gtest/gtest.h>

#include <string>

#include "net/tcp/ready_segment.h"
#include "tests/net/fuzz.h"
#include "tests/net/raw_peer.h"

namespace hw::net {
namespace {

using State = BypassSocket::State;

TEST(ReadySegment, HasTheChecksumsOfAFrameBuiltFromNothing) {
    const std::uint64_t seed = fuzz_seed();
    std::mt19937_64 random(seed);
    ReadySegment ready;
    Frame frame(2'000);
    for (int i = 0; i < 20'000; ++i) {
        Segment s;
        s.src_ip = static_cast<std::uint32_t>(random());
        s.dst_ip = static_cast<std::uint32_t>(random());
        s.src_port = static_cast<std::uint16_t>(random());
        s.dst_port = static_cast<std::uint16_t>(random());
        s.sequence = static_cast<std::uint32_t>(random());
        s.acknowledgment = static_cast<std::uint32_t>(random());
        s.window = static_cast<std::uint16_t>(random());
        s.flags = kAck | kPsh;
        s.payload.resize(random() % 1'461);
        for (char& c : s.payload) c = static_cast<char>(random() % 3 == 0 ? 0xff : random());
        ready.address({kPeerMac, kPeerMac, s.src_ip, s.dst_ip, s.src_port, s.dst_port}, false);
        ready.lay(frame);
        const std::size_t size =
            ready.fill(frame, {s.sequence, s.acknowledgment, s.window}, std::as_bytes(std::span(s.payload)));
        Frame expected = build(s, kPeerMac);
        put16(expected, 20, 0x4000);  // not to be fragmented
        fix_checksums(expected);
        ASSERT_EQ(size, expected.size());
        ASSERT_EQ(std::memcmp(frame.data(), expected.data(), size), 0) << "seed " << seed << ", run " << i;
    }
}

/// A socket of ours, connected to a peer made by hand.
struct Connection {
    explicit Connection(Side& its_side) : side(its_side), peer(its_side), socket(*its_side.stack) {
        EXPECT_TRUE(socket.connect("10.0.0.1", kTcpPort)) << socket.reason();
        peer.accept();
        EXPECT_TRUE(socket.connected());
    }
    State poll() {
        return socket.poll([this](const char* data, std::size_t size) { heard.append(data, size); });
    }
    bool send(const std::string& text) { return socket.send(text.data(), text.size()); }
    std::uint64_t delegated() const { return socket.counters().delegated_sends; }

    Side& side;
    RawPeer peer;
    BypassSocket socket;
    std::string heard;
};

void on_ring(const std::function<void(Connection&)>& body, TcpConfig config = ring_config()) {
    run_alone("net_ring0", config, [&](Side& side) {
        Connection c(side);
        body(c);
    });
}

TEST(DelegatedSend, LeavesAtOnceAndOnlyOnce) {
    on_ring([](Connection& c) {
        ASSERT_TRUE(c.send("8=FIX.4.4"));
        const auto first = c.peer.sent();
        ASSERT_EQ(first.size(), 1u) << "before lwIP knows of it";
        EXPECT_EQ(first[0].payload, "8=FIX.4.4");
        EXPECT_EQ(first[0].sequence, c.peer.acknowledged);
        EXPECT_EQ(first[0].acknowledgment, c.peer.next);
        EXPECT_EQ(first[0].flags, kAck | kPsh);
        c.poll();
        EXPECT_TRUE(c.peer.sent().empty()) << "lwIP's own transmission is swallowed";
        EXPECT_EQ(c.side.stack->counters().swallowed, 1u);
        EXPECT_EQ(c.socket.unacknowledged(), 9u);
        c.peer.acknowledged += 9;
        c.peer.say(kAck);
        EXPECT_EQ(c.socket.unacknowledged(), 0u);
        c.peer.pass(100);
        EXPECT_TRUE(c.peer.sent().empty()) << "acknowledged: nothing to send again";
    });
}

TEST(DelegatedSend, LostSegmentsAreSentAgainByLwipWithinMilliseconds) {
    on_ring([](Connection& c) {
        ASSERT_TRUE(c.send("first"));
        ASSERT_TRUE(c.send("second"));
        const auto lost = c.peer.sent();
        ASSERT_EQ(lost.size(), 2u);
        c.peer.pass(20);  // 40 ms
        std::string again;
        std::uint32_t sequence = c.peer.acknowledged;
        for (const Segment& s : c.peer.sent()) {
            if (s.sequence != sequence) continue;
            again += s.payload;
            sequence += static_cast<std::uint32_t>(s.payload.size());
        }
        EXPECT_EQ(again.substr(0, 5), "first");
        c.peer.acknowledged += 5;
        c.peer.say(kAck);
        for (const Segment& s : c.peer.sent()) {
            if (s.sequence == c.peer.acknowledged) again = "first" + s.payload;
        }
        EXPECT_EQ(again, "firstsecond");
    });
}

TEST(DelegatedSend, ThreeDuplicateAcknowledgmentsSendItAgainAtOnce) {
    on_ring([](Connection& c) {
        c.peer.say(kAck);  // the first one tells of the window: no duplicate
        for (const char* text : {"one", "two", "three", "four", "five"}) ASSERT_TRUE(c.send(text));
        c.poll();
        ASSERT_EQ(c.peer.sent().size(), 5u);
        for (int i = 0; i < 3; ++i) c.peer.say(kAck);
        const auto again = c.peer.sent();
        ASSERT_EQ(again.size(), 1u);
        EXPECT_EQ(again[0].payload, "one");
        EXPECT_EQ(again[0].sequence, c.peer.acknowledged);
    });
}

TEST(DelegatedSend, AnAcknowledgmentThatComesBeforeTheBookKeepingIsUnderstood) {
    on_ring([](Connection& c) {
        ASSERT_TRUE(c.send("order"));
        c.peer.acknowledged += 5;
        c.peer.say(kAck, "report");
        EXPECT_EQ(c.socket.unacknowledged(), 0u);
        c.poll();
        EXPECT_EQ(c.heard, "report");
    });
}

TEST(DelegatedSend, AClosedWindowIsRespectedAndProbed) {
    on_ring([](Connection& c) {
        c.peer.window = 0;
        c.peer.say(kAck);
        ASSERT_TRUE(c.send("waits"));
        EXPECT_EQ(c.delegated(), 0u);
        EXPECT_TRUE(c.peer.sent().empty());
        c.peer.pass(30);
        const auto probes = c.peer.sent();
        ASSERT_FALSE(probes.empty());
        EXPECT_LE(probes[0].payload.size(), 1u);
        EXPECT_FALSE(c.socket.rehearse(10));
        c.peer.window = 60'000;
        c.peer.say(kAck);
        const auto sent = c.peer.sent();
        ASSERT_FALSE(sent.empty());
        EXPECT_EQ(sent.back().payload, "waits");
        c.peer.acknowledged += 5;
        c.peer.say(kAck);
        ASSERT_TRUE(c.send("goes"));
        EXPECT_EQ(c.delegated(), 1u);
    });
}

TEST(DelegatedSend, WhatDoesNotFitTheWindowGoesTheOrdinaryWay) {
    on_ring([](Connection& c) {
        c.peer.window = 1'000;
        c.peer.say(kAck);
        c.poll();
        ASSERT_TRUE(c.send(std::string(900, 'a')));
        EXPECT_EQ(c.delegated(), 1u);
        ASSERT_TRUE(c.send(std::string(200, 'b')));
        EXPECT_EQ(c.delegated(), 1u);
        ASSERT_TRUE(c.send(std::string(10, 'c'))) << "would fit, but must not overtake";
        EXPECT_EQ(c.delegated(), 1u);
        ASSERT_EQ(c.peer.sent().size(), 1u);
        c.peer.acknowledged += 900;
        c.peer.say(kAck);
        c.poll();
        std::string rest;
        for (const Segment& s : c.peer.sent()) rest += s.payload;
        EXPECT_EQ(rest, std::string(200, 'b') + std::string(10, 'c'));
    });
}

TEST(DelegatedSend, LongerThanASegmentGoesTheOrdinaryWay) {
    TcpConfig config = ring_config();
    config.mss = 500;
    on_ring(
        [](Connection& c) {
            ASSERT_TRUE(c.send(std::string(501, 'a')));
            EXPECT_EQ(c.delegated(), 0u);
            std::size_t bytes = 0;
            for (const Segment& s : c.peer.sent()) {
                EXPECT_LE(s.payload.size(), 500u);
                bytes += s.payload.size();
            }
            EXPECT_EQ(bytes, 501u);
            c.peer.acknowledged += 501;
            c.peer.say(kAck);
            ASSERT_TRUE(c.send(std::string(500, 'a')));
            EXPECT_EQ(c.delegated(), 1u);
            EXPECT_TRUE(c.socket.prepare(2'000).empty());
        },
        config);
}

TEST(DelegatedSend, TheSequenceWraps) {
    TcpConfig config = ring_config();
    config.first_sequence = 0xffff'fff0;
    on_ring(
        [](Connection& c) {
            EXPECT_EQ(c.peer.acknowledged, 0xffff'fff1) << "one after the SYN's";
            for (int i = 0; i < 10; ++i) {
                const std::string text = "order " + std::to_string(i);
                ASSERT_TRUE(c.send(text));
                const auto sent = c.peer.sent();
                ASSERT_EQ(sent.size(), 1u);
                EXPECT_EQ(sent[0].sequence, c.peer.acknowledged);
                EXPECT_EQ(sent[0].payload, text);
                if (i == 1) {  // over the end
                    c.peer.pass(20);
                    bool again = false;
                    for (const Segment& s : c.peer.sent()) again = again || s.payload == text;
                    EXPECT_TRUE(again);
                }
                c.peer.acknowledged += static_cast<std::uint32_t>(text.size());
                c.peer.say(kAck);
            }
            EXPECT_EQ(c.delegated(), 10u);
            EXPECT_LT(c.peer.acknowledged, 1'000u);
        },
        config);
}

TEST(DelegatedSend, APreparedSegmentKeepsItsPlaceAndItsText) {
    on_ring([](Connection& c) {
        const auto place = c.socket.prepare(100);
        ASSERT_GE(place.size(), 100u);
        std::memcpy(place.data(), "35=D|38=0001|", 13);
        EXPECT_TRUE(c.socket.rehearse(13));
        EXPECT_TRUE(c.peer.sent().empty()) << "a rehearsal sends nothing";
        ASSERT_TRUE(c.socket.commit(13));
        c.socket.complete();
        const auto again = c.socket.prepare(100);
        ASSERT_EQ(again.data(), place.data());
        again[11] = '2';
        ASSERT_TRUE(c.socket.commit(13));
        const auto sent = c.peer.sent();
        ASSERT_EQ(sent.size(), 2u);
        EXPECT_EQ(sent[0].payload, "35=D|38=0001|");
        EXPECT_EQ(sent[1].payload, "35=D|38=0002|");
        EXPECT_EQ(c.delegated(), 2u);
    });
}

TEST(DelegatedSend, AResetIsToldAfterWhatHadArrived) {
    on_ring([](Connection& c) {
        ASSERT_TRUE(c.send("order"));
        c.peer.say(kAck | kPsh, "a fill");
        c.peer.say(kRst | kAck);
        EXPECT_FALSE(c.send("another"));
        EXPECT_EQ(c.poll(), State::closed);
        EXPECT_EQ(c.heard, "a fill");
        EXPECT_EQ(c.socket.reason(), "reset by the peer");
        EXPECT_FALSE(c.send("x"));
        EXPECT_FALSE(c.socket.commit(3));
    });
}

TEST(DelegatedSend, APeerThatFallsSilentIsGivenUp) {
    on_ring([](Connection& c) {
        ASSERT_TRUE(c.send("order"));
        for (int i = 0; i < 20'000 && c.poll() == State::connected; ++i) {
            c.peer.pass(1);
            c.peer.sent();
        }
        EXPECT_EQ(c.socket.state(), State::closed);
        EXPECT_EQ(c.socket.reason(), "the peer does not answer any more");
    });
}

TEST(DelegatedSend, KeepAliveFindsOutThatThePeerIsGone) {
    TcpConfig config = ring_config();
    config.keep_alive_idle = Nanos::from_seconds(1);
    config.keep_alive_interval = Nanos::from_ms(100);
    config.keep_alive_probes = 3;
    on_ring(
        [](Connection& c) {
            c.peer.pass(450);  // 0.9 s
            EXPECT_TRUE(c.peer.sent().empty());
            c.peer.pass(100);
            EXPECT_FALSE(c.peer.sent().empty());
            EXPECT_EQ(c.poll(), State::connected);
            c.peer.pass(250);
            EXPECT_EQ(c.poll(), State::closed);
        },
        config);
}

TEST(DelegatedSend, APeerThatDoesNotReadIsGivenUp) {
    on_ring([](Connection& c) {
        BypassSocket& s = c.socket;
        c.peer.window = 0;
        c.peer.say(kAck);
        const std::string piece(10'000, 'a');
        int sent = 0;
        while (c.send(piece)) ASSERT_LT(++sent, 1'000);
        EXPECT_EQ(s.state(), State::closed);
        EXPECT_EQ(s.counters().overflows, 1u);
        EXPECT_NE(s.reason().find("does not read"), std::string_view::npos);
    });
}

TEST(DelegatedSend, TheWindowIsAsConfiguredAndOpensWhenBytesAreTaken) {
    TcpConfig config = ring_config();
    config.window = 4'000;
    on_ring(
        [](Connection& c) {
            std::size_t said = 0;
            std::uint16_t window = 0xffff;
            for (; said < 80'000 && window >= 1'000; said += 1'000) {
                c.peer.say(kAck | kPsh, std::string(1'000, 'x'));
                c.peer.pass(2);
                for (const Segment& s : c.peer.sent()) window = s.window;
                if (said < 62'000) c.poll();
            }
            EXPECT_LT(window, 1'000u) << "nobody reads";
            EXPECT_LE(said, 66'000u);
            c.poll();
            c.poll();  // the window is opened by the one after
            c.peer.pass(2);
            for (const Segment& s : c.peer.sent()) window = s.window;
            EXPECT_GE(window, 3'000u);
            EXPECT_LE(window, 4'000u);
            c.socket.close();
            const auto farewell = c.peer.sent();
            ASSERT_FALSE(farewell.empty());
            EXPECT_EQ(farewell.back().flags, kFin | kAck) << "an orderly end, no reset";
        },
        config);
}

TEST(DelegatedSend, NobodyThereIsToldSoon) {
    run_alone("net_ring0", ring_config(), [](Side& side) {
        RawPeer peer(side);
        BypassSocket socket(*side.stack);
        ASSERT_TRUE(socket.connect("10.0.0.1", kTcpPort));
        for (int i = 0; i < 1'000 && socket.poll([](const char*, std::size_t) {}) == State::connecting; ++i) {
            peer.pass(1);
            peer.sent();
        }
        EXPECT_EQ(socket.state(), State::closed);
        EXPECT_EQ(socket.reason(), "connect: no answer");
        EXPECT_FALSE(socket.connect("10.0.0.2", 1));
        EXPECT_NE(socket.reason().find("our own address"), std::string_view::npos);
        EXPECT_FALSE(socket.connect("example", 1));
        EXPECT_NE(socket.reason().find("'example' is no IPv4 address"), std::string_view::npos);
    });
}

}  // namespace
}  // namespace hw::net
