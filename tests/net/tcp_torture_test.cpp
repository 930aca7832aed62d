// A FIX-like session through a bad network: every order arrives once and in order, or the connection is told
// to be lost, made again, and the session goes on from where the other side says it stands.
#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "tests/net/fuzz.h"
#include "tests/net/tcp_pair.h"

namespace hw::net {
namespace {

using State = BypassSocket::State;

constexpr std::uint64_t kBytes = 2'000'000;

/// Order number `n` of the session: its size and its bytes follow from the number and the seed.
class Orders {
  public:
    explicit Orders(std::uint64_t seed) : seed_(seed) {}

    std::size_t size(std::uint64_t n) const {
        const std::uint64_t draw = mix(n);
        if (draw % 50 == 0) return 2'000 + draw / 50 % 6'000;  // longer than a segment
        if (draw % 10 == 0) return 500 + draw / 10 % 1'000;
        return 120 + draw / 10 % 160;
    }
    void write(std::uint64_t n, char* to) const {
        const std::size_t length = size(n);
        std::uint64_t bits = mix(n ^ 0x5555);
        for (std::size_t i = 0; i < length; ++i) {
            to[i] = static_cast<char>(bits);
            bits = (bits >> 8 | bits << 56) * 0x9e3779b97f4a7c15ull;
        }
    }
    std::string bytes(std::uint64_t n) const {
        std::string text(size(n), '\0');
        write(n, text.data());
        return text;
    }

  private:
    std::uint64_t mix(std::uint64_t n) const {
        std::uint64_t x = (n + 1) * 0x9e3779b97f4a7c15ull ^ seed_;
        x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
        x = (x ^ x >> 27) * 0x94d049bb133111ebull;
        return x ^ x >> 31;
    }
    const std::uint64_t seed_;
};

/// The side that trades. The venue says with 8 bytes after each connect which order it wants next, and with
/// kDone that it has them all.
constexpr std::uint64_t kDone = ~0ull;

class Trader {
  public:
    Trader(Side& side, std::uint64_t seed)
        : side_(side), orders_(seed), random_(seed), socket_(*side.stack) {}

    void run() {
        ASSERT_TRUE(side_.until([this] { return step(); }, Nanos::from_seconds(120)))
            << "at order " << next_ << ", connected " << socket_.connected() << ", " << socket_.reason();
    }
    BypassSocket& socket() { return socket_; }
    std::uint64_t losses() const { return losses_; }

  private:
    bool step() {
        if (socket_.state() == State::closed) begin();
        socket_.poll([this](const char* data, std::size_t size) { heard_.append(data, size); });
        if (socket_.state() == State::closed && begun_) {
            EXPECT_FALSE(socket_.reason().empty()) << "a loss that nobody was told of";
            ++losses_;
            begun_ = false;
        }
        if (heard_.size() >= sizeof next_ && !told_) told_ = take_number();
        if (told_ && heard_.size() >= sizeof next_) return std::memcmp(heard_.data(), &kDone, 8) == 0;
        if (socket_.connected() && told_) trade();
        return false;
    }
    void begin() {
        heard_.clear();
        told_ = false;
        begun_ = true;
        EXPECT_TRUE(socket_.connect("10.0.0.1", kTcpPort)) << socket_.reason();
    }
    bool take_number() {
        std::memcpy(&next_, heard_.data(), sizeof next_);
        heard_.erase(0, sizeof next_);
        if (next_ != kDone) return true;
        heard_.assign(reinterpret_cast<const char*>(&kDone), sizeof kDone);
        return true;
    }
    /// A few orders, unless too much is on the way already; in some stretches more than the venue's window.
    void trade() {
        const bool flood = next_ / 200 % 5 == 4;
        const std::size_t most = flood ? 90'000 : 6'000;
        std::uint64_t burst = flood ? 200 : random_() % 4 == 0 ? 6 : 1;
        while (burst-- > 0 && socket_.queued() + socket_.unacknowledged() < most) {
            const std::size_t size = orders_.size(next_);
            const auto place = socket_.prepare(size);
            bool sent = false;
            if (!place.empty() && random_() % 2 == 0) {
                orders_.write(next_, place.data());
                sent = socket_.commit(size);
                if (random_() % 2 == 0) socket_.complete();
            } else {
                const std::string text = orders_.bytes(next_);
                sent = socket_.send(text.data(), text.size());
            }
            if (!sent) return;  // the poll tells why
            ++next_;
        }
    }

    Side& side_;
    const Orders orders_;
    std::mt19937_64 random_;
    BypassSocket socket_;
    std::uint64_t next_ = 0;
    std::string heard_;
    bool begun_ = false;
    bool told_ = false;
    std::uint64_t losses_ = 0;
};

/// The side that takes orders: sometimes it does not read for a while, sometimes it cuts the connection.
class Exchange {
  public:
    Exchange(Side& side, std::uint64_t seed) : side_(side), orders_(seed), random_(seed + 1) {
        std::string error;
        listener_ = TcpListener::listen(*side.stack, kTcpPort, error);
        EXPECT_NE(listener_, nullptr) << error;
    }

    void run() {
        next_reset_ = 200'000;
        next_pause_ = 50'000;
        ASSERT_TRUE(side_.until([this] { return step(); }, Nanos::from_seconds(120))) << "at order " << next_;
        side_.linger(Nanos::from_ms(500));
    }
    std::uint64_t resets() const { return resets_; }
    std::uint64_t pauses() const { return pauses_; }

  private:
    bool step() {
        if (auto fresh = listener_->accept()) welcome(std::move(fresh));
        if (!socket_) return false;
        if (steady_now() < pause_until_) {
            socket_->poll_without_reading();
            return false;
        }
        socket_->poll([this](const char* data, std::size_t size) { take(data, size); });
        if (done_) return finish();
        if (!socket_->connected()) {
            socket_.reset();
        } else if (taken_ >= next_reset_) {
            next_reset_ = taken_ + 200'000 + random_() % 400'000;
            socket_->abort();
            socket_.reset();
            ++resets_;
        } else if (taken_ >= next_pause_) {
            next_pause_ = taken_ + 50'000 + random_() % 200'000;
            pause_until_ = steady_now() + Nanos::from_ms(5 + static_cast<std::int64_t>(random_() % 80));
            ++pauses_;
        }
        return false;
    }
    void welcome(std::unique_ptr<BypassSocket> fresh) {
        socket_ = std::move(fresh);
        partial_.clear();
        const std::uint64_t wanted = taken_ >= kBytes ? kDone : next_;
        EXPECT_TRUE(socket_->send(reinterpret_cast<const char*>(&wanted), sizeof wanted));
        done_ = wanted == kDone;
    }
    void take(const char* data, std::size_t size) {
        partial_.append(data, size);
        while (!done_ && partial_.size() >= orders_.size(next_)) {
            const std::string expected = orders_.bytes(next_);
            ASSERT_EQ(partial_.compare(0, expected.size(), expected), 0) << "order " << next_;
            partial_.erase(0, expected.size());
            taken_ += expected.size();
            ++next_;
            if (taken_ < kBytes) continue;
            done_ = true;
            EXPECT_TRUE(socket_->send(reinterpret_cast<const char*>(&kDone), sizeof kDone));
        }
    }
    /// Stays until the trader has heard it.
    bool finish() {
        if (socket_->connected()) return false;
        done_ = false;
        const bool heard = socket_->reason() == "closed by the peer";
        socket_.reset();
        return heard;
    }

    Side& side_;
    const Orders orders_;
    std::mt19937_64 random_;
    std::unique_ptr<TcpListener> listener_;
    std::unique_ptr<BypassSocket> socket_;
    std::string partial_;
    std::uint64_t next_ = 0;
    std::uint64_t taken_ = 0;
    std::uint64_t next_reset_ = 0;
    std::uint64_t next_pause_ = 0;
    std::uint64_t resets_ = 0;
    std::uint64_t pauses_ = 0;
    Nanos pause_until_;
    bool done_ = false;
};

PairOptions bad_network() {
    PairOptions options;
    options.seed = fuzz_seed();
    options.faults = {.loss = 0.01, .duplication = 0.01, .reordering = 0.02};
    options.server.window = 16'000;
    // The sequence wraps in every connection.
    options.client.first_sequence = 0xffff'ffff - 30'000;
    return options;
}

TEST(TcpTorture, EveryOrderArrivesOnceAndInOrderThroughLossDuplicationReorderingAndResets) {
    const PairOptions options = bad_network();
    run_pair(
        options,
        [&](Side& side) {
            Trader trader(side, options.seed);
            trader.run();
            const BypassSocket::Counters& c = trader.socket().counters();
            const std::string figures =
                "delegated " + std::to_string(c.delegated_sends) + ", ordinary " +
                std::to_string(c.ordinary_sends) + ", queued " + std::to_string(c.queued_sends) +
                ", swallowed " + std::to_string(side.stack->counters().swallowed) + ", connections " +
                std::to_string(c.connects) + ", losses told " + std::to_string(trader.losses()) +
                ", frames lost " + std::to_string(side.wire.lost) + ", doubled " +
                std::to_string(side.wire.duplicated) + ", reordered " + std::to_string(side.wire.reordered);
            std::printf("client: %s\n", figures.c_str());
            EXPECT_GT(c.delegated_sends, 500u) << figures;
            EXPECT_GT(c.ordinary_sends, 100u) << figures;
            EXPECT_GT(c.queued_sends, 0u) << figures;
            EXPECT_GT(trader.losses(), 1u) << figures;
            EXPECT_GT(side.wire.lost, 0u);
            EXPECT_LE(side.stack->counters().swallowed, c.delegated_sends);
            trader.socket().close();
            side.linger(Nanos::from_ms(500));
        },
        [&](Side& side) {
            Exchange exchange(side, options.seed);
            exchange.run();
            EXPECT_GT(exchange.resets(), 1u);
            EXPECT_GT(exchange.pauses(), 0u);
            EXPECT_GT(side.wire.lost, 0u);
            std::printf("server: resets %lu, pauses %lu, frames lost %lu, doubled %lu, reordered %lu\n",
                        exchange.resets(), exchange.pauses(), side.wire.lost, side.wire.duplicated,
                        side.wire.reordered);
        });
}

}  // namespace
}  // namespace hw::net
