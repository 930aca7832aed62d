// The program with --fix bypass, from a customer's side: market data and the FIX session by one memif port.
#include <gtest/gtest.h>

#ifdef HW_WITH_NET

#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "tests/net/tcp_pair.h"

namespace hw::exchange {
namespace {

using net::BypassSocket;

std::string fix(const std::string& type, int sequence, std::string fields) {
    for (char& c : fields) c = c == '|' ? '\1' : c;
    const std::string body = "35=" + type + "\00149=HEDGER\00156=EXCHANGE\00134=" + std::to_string(sequence) +
                             "\00152=" + "20261123-19:00:00.000\1" + fields;
    std::string text = "8=FIX.4.4\0019=" + std::to_string(body.size()) + '\1' + body;
    unsigned sum = 0;
    for (const char c : text) sum += static_cast<unsigned char>(c);
    std::string check = std::to_string(sum % 256);
    check.insert(0, 3 - check.size(), '0');
    return text + "10=" + check + '\1';
}

/// Polls its side while it waits, and keeps what it has heard.
struct Customer {
    explicit Customer(net::Side& its_side) : side(its_side), socket(*its_side.stack) {}

    bool connect() {
        return socket.connect("10.0.0.1", 9'881) && until([this] { return socket.connected(); });
    }
    bool send(const std::string& text) { return socket.send(text.data(), text.size()); }
    bool until(const std::function<bool()>& done) {
        return side.until([&] {
            socket.poll([this](const char* data, std::size_t size) { heard.append(data, size); });
            return done();
        });
    }
    bool hears(const std::string& wanted) {
        return until([&] { return heard.find(wanted) != std::string::npos; });
    }

    net::Side& side;
    BypassSocket socket;
    std::string heard;
};

void trade(net::Side& side) {
    Customer c(side);
    ASSERT_TRUE(c.connect()) << c.socket.reason();
    ASSERT_TRUE(c.send(fix("A", 1, "98=0|108=30|")));
    ASSERT_TRUE(c.hears("\00135=A\1")) << c.socket.reason();
    ASSERT_TRUE(c.send(
        fix("D", 2, "11=b1|55=BTC-PERPETUAL|54=1|38=1|40=2|44=1000000|59=3|60=20261123-19:00:00.000|")));
    EXPECT_TRUE(c.hears("\00111=b1\1")) << "neither fill nor refusal";
    // On a slow machine the first send may not have been acknowledged when the second one goes: that one then
    // goes the ordinary way.
    EXPECT_EQ(c.socket.counters().delegated_sends + c.socket.counters().ordinary_sends, 2u);
    EXPECT_GE(c.socket.counters().delegated_sends, 1u);
    EXPECT_TRUE(c.until([&] { return side.stack->counters()[net::FrameFate::other] > 100; }))
        << "market data by the same port";

    // Cut off without a word: the session can be taken up again at once.
    c.socket.abort();
    c.heard.clear();
    side.linger(Nanos::from_ms(300));
    ASSERT_TRUE(c.connect()) << c.socket.reason();
    ASSERT_TRUE(c.send(fix("A", 3, "98=0|108=30|")));
    ASSERT_TRUE(c.hears("\00135=A\1")) << c.socket.reason();
    ASSERT_TRUE(c.send(fix("5", 4, "")));
    EXPECT_TRUE(c.hears("\00135=5\1"));
    EXPECT_TRUE(c.until([&] { return !c.socket.connected(); })) << "the acceptor's hanging up is passed on";
    EXPECT_EQ(c.socket.reason(), "closed by the peer");
    side.linger(Nanos::from_ms(100));
}

TEST(BypassFix, ACustomerTradesByTheMarketDatasPort) {
    const std::string program = HW_BIN_DIR "/hedgewire-exchange";
    if (!std::filesystem::exists(program)) GTEST_SKIP() << program << " is not built";
    if (net::Eal::started()) GTEST_SKIP() << "skipped: DPDK already runs in this process";
    char dir[] = "/tmp/hw_exchange_bypass_XXXXXX";
    ASSERT_NE(::mkdtemp(dir), nullptr);
    const std::string memif = ",id=0,socket-abstract=no,socket=" + std::string(dir) + "/memif.sock";
    const std::string eal =
        "--no-huge -m 64 --no-pci --no-shconf --no-telemetry --lcores 0@(0-1) --log-level 4 "
        "--vdev=net_memif0,role=server" +
        memif;
    const std::string store = std::string(dir) + "/fix";
    const pid_t venue = ::fork();
    if (venue == 0) {
        ::execl(program.c_str(), program.c_str(), "--fix", "bypass", "--fix-dir", store.c_str(), "--eal",
                eal.c_str(), nullptr);
        ::_exit(127);
    }
    const pid_t customer = ::fork();
    if (customer == 0) {
        net::TcpConfig tcp;
        tcp.address = net::kClientIp;
        ::_exit(net::run_side("net_memif0,role=client" + memif, tcp, {}, 0, trade));
    }
    EXPECT_EQ(net::exit_status(customer), 0);
    ::kill(venue, SIGTERM);
    EXPECT_EQ(net::exit_status(venue), 0);
    std::filesystem::remove_all(dir);
}

}  // namespace
}  // namespace hw::exchange

#endif
