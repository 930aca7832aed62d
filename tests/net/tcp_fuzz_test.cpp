// Random and mutated segments, ARP and ICMP into a stack with a listener and live connections: nothing
// crashes, every frame is counted once, and the stack still serves an honest peer afterwards.
#include <gtest/gtest.h>

#include <string>

#include "tests/net/fuzz.h"
#include "tests/net/raw_peer.h"

namespace hw::net {
namespace {

using State = BypassSocket::State;

class Fuzzer {
  public:
    Fuzzer(Side& side, std::uint64_t seed) : side_(side), random_(seed), peer_(side) {
        std::string error;
        listener_ = TcpListener::listen(*side.stack, kTcpPort, error);
        EXPECT_NE(listener_, nullptr) << error;
    }

    void run(std::size_t frames) {
        for (std::size_t i = 0; i < frames; ++i) {
            if (!socket_ || !socket_->connected()) reconnect();
            give(frame());
            act();
        }
        std::uint64_t counted = 0;
        for (const std::uint64_t n : side_.stack->counters().frames) counted += n;
        EXPECT_EQ(counted, given_);
        for (const FrameFate f :
             {FrameFate::tcp, FrameFate::arp, FrameFate::icmp_echo, FrameFate::not_ours, FrameFate::other,
              FrameFate::bad_tcp_header, FrameFate::bad_tcp_checksum, FrameFate::bad_arp}) {
            EXPECT_GT(side_.stack->counters()[f], 0u) << to_string(f);
        }
    }
    void still_serves() {
        reconnect();
        ASSERT_TRUE(socket_);
        EXPECT_TRUE(socket_->connected()) << socket_->reason();
        peer_.sent();
        EXPECT_TRUE(socket_->send("alive", 5));
        const auto sent = peer_.sent();
        ASSERT_EQ(sent.size(), 1u);
        EXPECT_EQ(sent[0].payload, "alive");
    }

  private:
    std::uint64_t draw(std::uint64_t below) { return random_() % below; }
    bool chance(std::uint64_t in) { return draw(in) == 0; }

    void give(const Frame& f) {
        ++given_;
        side_.stack->on_frame(f);
    }
    void reconnect() {
        socket_.reset();
        peer_.sent();
        // The frames of the handshake count too.
        given_ += 2;
        peer_.window = 60'000;
        peer_.next = static_cast<std::uint32_t>(random_());
        peer_.open(static_cast<std::uint16_t>(1'024 + port_++ % 60'000), kTcpPort);
        while (auto fresh = listener_->accept()) socket_ = std::move(fresh);
    }
    /// What a program may do with its socket at any time.
    void act() {
        if (socket_ && chance(4)) socket_->poll([](const char*, std::size_t) {});
        if (socket_ && chance(8)) socket_->send("an order of some length", draw(24));
        if (socket_ && chance(50)) {
            const std::string text(draw(5'000), 'x');
            socket_->send(text.data(), text.size());
        }
        if (chance(8)) peer_.pass(static_cast<int>(draw(6)));
        for (const Segment& s : peer_.sent()) {
            const auto end = s.sequence + static_cast<std::uint32_t>(s.payload.size());
            if (s.dst_port == peer_.port && chance(2)) peer_.acknowledged = end;
        }
    }
    Frame frame() {
        switch (draw(10)) {
            case 0:
                return noise();
            case 1:
                return chance(2) ? arp() : icmp();
            case 2: {
                Frame f = segment();
                mutate(f);
                return f;
            }
            case 3: {
                Frame f = segment();
                mutate(f);
                fix_checksums(f);
                return f;
            }
            default:
                return segment();
        }
    }
    Frame noise() {
        Frame f(draw(1'600));
        for (auto& b : f) b = static_cast<std::byte>(random_());
        if (f.size() > 14 && chance(2)) put16(f, 12, chance(2) ? 0x0800 : 0x0806);
        return f;
    }
    void mutate(Frame& f) {
        for (std::uint64_t n = 1 + draw(4); n > 0; --n) {
            f[12 + draw(f.size() - 12)] = static_cast<std::byte>(random_());
        }
        if (chance(5)) f.resize(14 + draw(f.size() - 13));
    }
    std::uint32_t near(std::uint32_t n) {
        switch (draw(6)) {
            case 0:
                return static_cast<std::uint32_t>(random_());
            case 1:
                return n + static_cast<std::uint32_t>(draw(70'000)) - 2'000;
            case 2:
                return n + static_cast<std::uint32_t>(draw(3)) - 1;
            default:
                return n;
        }
    }
    /// For the live connection most times, with numbers near the right ones.
    Segment segment_for_connection() {
        Segment s;
        s.src_ip = chance(50) ? chance(2) ? kClientIp : static_cast<std::uint32_t>(random_()) : kServerIp;
        s.dst_ip = chance(50) ? static_cast<std::uint32_t>(random_()) : kClientIp;
        s.src_port = chance(20) ? static_cast<std::uint16_t>(draw(65'536)) : peer_.port;
        s.dst_port = chance(50) ? static_cast<std::uint16_t>(draw(65'536)) : peer_.their_port;
        s.sequence = near(peer_.next);
        s.acknowledgment = near(peer_.acknowledged);
        s.flags = chance(6) ? static_cast<std::uint8_t>(chance(8) ? draw(256) : draw(256) & ~kRst) : kAck;
        s.window = static_cast<std::uint16_t>(chance(4) ? draw(3) * draw(2'000) : draw(65'536));
        s.payload.assign(chance(3) ? draw(1'440) : draw(30), 'p');
        if (chance(8)) {
            s.options.resize(4 * draw(11));
            for (char& c : s.options) c = static_cast<char>(chance(2) ? draw(9) : draw(256));
        }
        if (s.payload.size() + s.options.size() > 1'460) s.payload.clear();
        return s;
    }
    Frame segment() {
        const Segment s = segment_for_connection();
        const bool honest = s.flags == kAck && s.sequence == peer_.next && s.src_port == peer_.port &&
                            s.dst_port == peer_.their_port && s.options.empty();
        if (honest) peer_.next += static_cast<std::uint32_t>(s.payload.size());
        return build(s, side_.port->mac());
    }
    Frame arp() {
        Frame f(42 + draw(19));
        put16(f, 12, 0x0806);
        put32(f, 14, 0x0001'0800);
        put16(f, 18, 0x0604);
        put16(f, 20, static_cast<std::uint32_t>(draw(4)));
        for (std::size_t i = 22; i < 42; ++i) f[i] = static_cast<std::byte>(random_());
        if (chance(2)) put32(f, 28, kServerIp + static_cast<std::uint32_t>(draw(40)));
        if (chance(2)) put32(f, 38, kClientIp);
        if (chance(4)) mutate(f);
        return f;
    }
    Frame icmp() {
        Frame f(14 + 20 + 8 + draw(1'400));
        put16(f, 12, 0x0800);
        f[14] = std::byte{0x45};
        put16(f, 16, static_cast<std::uint32_t>(f.size() - 14));
        f[22] = std::byte{64};
        f[23] = std::byte{1};
        put32(f, 26, kServerIp);
        put32(f, 30, kClientIp);
        f[34] = chance(3) ? static_cast<std::byte>(random_()) : std::byte{8};
        put16(f, 36, 0);
        put16(f, 36, checksum_finish(checksum_sum(std::span(f).subspan(34))));
        if (chance(4)) mutate(f);
        fix_checksums(f);
        return f;
    }

    Side& side_;
    std::mt19937_64 random_;
    RawPeer peer_;
    std::unique_ptr<TcpListener> listener_;
    std::unique_ptr<BypassSocket> socket_;
    std::uint64_t given_ = 0;
    std::uint64_t port_ = 0;
};

TEST(TcpFuzz, NoFrameCrashesTheStackAndEachIsCountedOnce) {
    const std::uint64_t seed = fuzz_seed();
    SCOPED_TRACE("HW_FUZZ_SEED=" + std::to_string(seed));
    const std::size_t frames = fuzz_iterations(200'000);
    run_alone("net_ring0", ring_config(), [&](Side& side) {
        Fuzzer fuzzer(side, seed);
        fuzzer.run(frames);
        fuzzer.still_serves();
    });
}

}  // namespace
}  // namespace hw::net
