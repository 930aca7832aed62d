#include "net/tcp/tcp_stack.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/net/tcp_pair.h"

namespace hw::net {
namespace {

using State = BypassSocket::State;

void nothing(const char*, std::size_t) {}

bool connect(Side& side, BypassSocket& socket) {
    if (!socket.connect("10.0.0.1", kTcpPort)) return false;
    return side.until([&] { return socket.poll(nothing) != State::connecting; }) && socket.connected();
}

std::unique_ptr<TcpListener> listen(Side& side) {
    std::string error;
    auto listener = TcpListener::listen(*side.stack, kTcpPort, error);
    EXPECT_NE(listener, nullptr) << error;
    return listener;
}

std::unique_ptr<BypassSocket> accept(Side& side, TcpListener& listener) {
    std::unique_ptr<BypassSocket> socket;
    EXPECT_TRUE(side.until([&] { return (socket = listener.accept()) != nullptr; }));
    return socket;
}

/// Sends back what it gets, until the peer hangs up.
void echo(Side& side) {
    const auto listener = listen(side);
    const auto socket = accept(side, *listener);
    ASSERT_NE(socket, nullptr);
    const auto back = [&](const char* data, std::size_t size) { EXPECT_TRUE(socket->send(data, size)); };
    EXPECT_TRUE(side.until([&] { return socket->poll(back) == State::closed; }));
    EXPECT_EQ(socket->reason(), "closed by the peer");
    side.linger();
}

TEST(TcpStack, ConnectsTalksAndCloses) {
    run_pair(
        {},
        [](Side& side) {
            BypassSocket socket(*side.stack);
            EXPECT_FALSE(socket.send("x", 1)) << "not connected";
            ASSERT_TRUE(connect(side, socket)) << socket.reason();
            std::string heard;
            for (int i = 0; i < 100; ++i) {
                const std::string said = "order " + std::to_string(i) + std::string(i * 10, '.');
                heard.clear();
                ASSERT_TRUE(socket.send(said.data(), said.size()));
                ASSERT_TRUE(side.until([&] {
                    socket.poll([&](const char* data, std::size_t size) { heard.append(data, size); });
                    return heard.size() >= said.size() || !socket.connected();
                })) << i;
                ASSERT_EQ(heard, said);
            }
            EXPECT_EQ(socket.counters().delegated_sends, 100u);
            EXPECT_EQ(socket.counters().ordinary_sends, 0u);
            EXPECT_EQ(side.stack->counters().swallowed, 100u);
            EXPECT_EQ(socket.counters().bytes_sent, socket.counters().bytes_received);
            socket.close();
            EXPECT_TRUE(socket.reason().empty());
            side.linger();
        },
        echo);
}

}  // namespace
}  // namespace hw::net
