#include "net/tcp/kernel_socket.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <string>
#include <thread>

namespace hw::net {
namespace {

using State = KernelSocket::State;

// A listener on 127.0.0.1 and its one accepted connection.
class Peer {
  public:
    Peer() {
        listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
        const int small = 4096;
        ::setsockopt(listener_, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
        EXPECT_EQ(::listen(listener_, 4), 0);
        EXPECT_EQ(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
        port = ntohs(address.sin_port);
    }
    ~Peer() {
        hang_up();
        stop_listening();
    }
    void stop_listening() {
        if (listener_ >= 0) ::close(listener_);
        listener_ = -1;
    }
    void accept() { fd_ = ::accept(listener_, nullptr, nullptr); }
    void hang_up() {
        if (fd_ >= 0) ::close(fd_);
        fd_ = -1;
    }
    void say(const std::string& text) {
        EXPECT_EQ(::send(fd_, text.data(), text.size(), 0), ssize_t(text.size()));
    }
    std::string read(std::size_t size) {
        std::string text(size, '\0');
        const ssize_t got = ::recv(fd_, text.data(), size, MSG_DONTWAIT);
        text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        return text;
    }
    std::uint16_t port = 0;

  private:
    int listener_ = -1;
    int fd_ = -1;
};

class Kernel : public ::testing::Test {
  protected:
    bool poll_until(const std::function<bool()>& done) {
        for (int i = 0; i < 5'000 && !done(); ++i) {
            socket.poll([this](const char* data, std::size_t size) { heard.append(data, size); });
            std::this_thread::sleep_for(std::chrono::microseconds(200));
        }
        return done();
    }
    void come_up() {
        ASSERT_TRUE(socket.connect("127.0.0.1", peer.port)) << socket.reason();
        ASSERT_TRUE(poll_until([this] { return socket.connected(); })) << socket.reason();
        peer.accept();
    }

    Peer peer;
    KernelSocket socket{100'000};
    std::string heard;
};

TEST_F(Kernel, TalksBothWays) {
    EXPECT_FALSE(socket.send("x", 1)) << "not connected";
    come_up();
    ASSERT_TRUE(socket.send("order", 5));
    std::string got;
    EXPECT_TRUE(poll_until([&] { return (got += peer.read(100)) == "order"; }));
    peer.say("report");
    EXPECT_TRUE(poll_until([this] { return heard == "report"; }));
    EXPECT_EQ(socket.counters().bytes_sent, 5u);
    EXPECT_EQ(socket.counters().bytes_received, 6u);
}

TEST_F(Kernel, ReadsWhatCameBeforeThePeerHungUp) {
    come_up();
    peer.say("last words");
    peer.hang_up();
    EXPECT_TRUE(poll_until([this] { return socket.state() == State::closed; }));
    EXPECT_EQ(heard, "last words");
    EXPECT_EQ(socket.reason(), "closed by the peer");
    EXPECT_FALSE(socket.send("x", 1));
}

TEST_F(Kernel, RefusedConnectionsSayWhy) {
    peer.stop_listening();
    if (socket.connect("127.0.0.1", peer.port)) {
        EXPECT_TRUE(poll_until([this] { return socket.state() == State::closed; }));
    }
    EXPECT_NE(socket.reason().find("refused"), std::string_view::npos) << socket.reason();
    EXPECT_FALSE(socket.connect("no-such-host.invalid", 1));
    EXPECT_NE(socket.reason().find("no-such-host.invalid"), std::string_view::npos);
}

TEST_F(Kernel, QueuesWhatTheKernelDoesNotTakeInOrder) {
    come_up();
    std::string sent;
    int number = 0;
    while (socket.queued() < 50'000) {
        const std::string piece = "message " + std::to_string(number++) + std::string(5'000, 'a') + "\n";
        ASSERT_TRUE(socket.send(piece.data(), piece.size()));
        sent += piece;
    }
    EXPECT_GT(socket.counters().queued_sends, 0u);
    std::string got;
    EXPECT_TRUE(poll_until([&] {
        got += peer.read(1 << 16);
        return got.size() >= sent.size();
    }));
    EXPECT_TRUE(got == sent);
    EXPECT_EQ(socket.queued(), 0u);
}

TEST_F(Kernel, APeerThatDoesNotReadIsGivenUp) {
    come_up();
    const std::string piece(10'000, 'a');
    int sent = 0;
    while (socket.send(piece.data(), piece.size())) ASSERT_LT(++sent, 10'000);
    EXPECT_EQ(socket.state(), State::closed);
    EXPECT_EQ(socket.counters().overflows, 1u);
    EXPECT_NE(socket.reason().find("does not read"), std::string_view::npos);
}

TEST_F(Kernel, ConnectsAgainAfterItClosed) {
    come_up();
    socket.close();
    EXPECT_EQ(socket.state(), State::closed);
    EXPECT_TRUE(socket.reason().empty());
    peer.hang_up();
    come_up();
    EXPECT_EQ(socket.counters().connects, 2u);
}

}  // namespace
}  // namespace hw::net
