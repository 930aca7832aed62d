// The program itself, as a user starts it: orders over FIX, market data over memif, a summary at the end.

#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <thread>

#include "tests/exchange/decimal.h"
#include "tests/exchange/tests/fix_client.h"
#ifdef HW_WITH_NET
#include "net/port.h"
#endif

extern char** environ;

namespace hw::exchange {
namespace {

/// A process that is ended with its owner.
class Process {
  public:
    explicit Process(const std::vector<std::string>& words) {
        std::vector<char*> argv;
        for (const std::string& w : words) argv.push_back(const_cast<char*>(w.c_str()));
        argv.push_back(nullptr);
        if (::posix_spawn(&pid_, argv[0], nullptr, nullptr, argv.data(), environ) != 0) pid_ = -1;
    }
    ~Process() {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, 0);
        }
    }
    void signal(int number) const { ::kill(pid_, number); }
    /// Exit code; -1 when it had to be killed.
    int wait(int timeout_ms) {
        int status = 0;
        for (int waited = 0; waited < timeout_ms; waited += 10) {
            if (::waitpid(pid_, &status, WNOHANG) == pid_) {
                pid_ = -1;
                return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        return -1;
    }

  private:
    pid_t pid_ = -1;
};

class ProgramTest : public ::testing::Test {
  protected:
    void SetUp() override {
        if (!std::filesystem::exists(program())) GTEST_SKIP() << program() << " is not built";
        char name[] = "/tmp/hw_exchange_program_XXXXXX";
        ASSERT_NE(::mkdtemp(name), nullptr);
        dir_ = name;
    }
    void TearDown() override {
        if (!dir_.empty()) std::filesystem::remove_all(dir_);
    }
    static std::string program() { return HW_BIN_DIR "/hedgewire-exchange"; }
    std::vector<std::string> command(std::uint16_t port, std::vector<std::string> more) const {
        std::vector<std::string> words = {program(), "--fix-dir",  dir_ + "/fix",       "--json",
                                          json(),    "--fix-port", std::to_string(port)};
        words.insert(words.end(), more.begin(), more.end());
        return words;
    }
    std::string json() const { return dir_ + "/x.json"; }
    std::string summary() const {
        std::ifstream file(json());
        std::ostringstream text;
        text << file.rdbuf();
        return text.str();
    }
    /// The number after the last `"key": `; NaN when there is none.
    double number(const std::string& key) const {
        const std::string text = summary();
        const auto at = text.rfind("\"" + key + "\": ");
        return at == std::string::npos ? std::nan("") : std::atof(text.c_str() + at + key.size() + 4);
    }
    /// What the summary says is held of it; zero when it is not listed.
    double position(const std::string& symbol) const {
        const std::string text = summary();
        const auto at = text.find("\"" + symbol + "\": ", text.find("\"positions\""));
        return at < text.find("\"cash\"") ? std::atof(text.c_str() + at + symbol.size() + 4) : 0.0;
    }
    bool wait_for_summary() const {
        for (int i = 0; i < 500 && summary().empty(); ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        return !summary().empty();
    }
    static std::uint16_t free_port() {
        const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in a{};
        a.sin_family = AF_INET;
        a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof a;
        EXPECT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&a), size), 0);
        EXPECT_EQ(::getsockname(fd, reinterpret_cast<sockaddr*>(&a), &size), 0);
        ::close(fd);
        return ntohs(a.sin_port);
    }
    static FixMessage order(const std::string& id, int qty, double price) {
        return {"D",
                {{11, id},
                 {55, "BTC-PERPETUAL"},
                 {54, "1"},
                 {38, std::to_string(qty)},
                 {40, "2"},
                 {44, decimal_text(static_cast<std::int64_t>(price) * kNano)},
                 {59, "3"},
                 {60, "20261123-19:00:00.000"}}};
    }

    std::string dir_;
};

TEST_F(ProgramTest, TradesWithACustomerAndAccountsForIt) {
    const std::uint16_t port = free_port();
    Process venue(command(port, {"--option-fill-every-ms", "100", "--combo-share", "0.5"}));
    ASSERT_TRUE(wait_for_summary());
    const double price = number("BTC-PERPETUAL") * 1.003;
    FixClient client(port);
    client.logon(1);
    int next = 2;
    client.send(order("h1", 1, price), next++);
    client.send(order("h1", 1, price), next++);
    client.send(order("h2", 100'000'000, price), next++);

    double h1 = 0.0;
    double h2 = 0.0;
    int option_fills = 0;
    bool duplicate_refused = false;
    bool remainder_canceled = false;
    while (!remainder_canceled || option_fills < 10) {
        const auto m = client.receive();
        ASSERT_TRUE(m.has_value());
        if (m->get(11) == "h1" && m->get(150) == "F") h1 += std::stod(m->get(32));
        if (m->get(11) == "h1" && m->get(150) == "8") duplicate_refused = m->get(103) == "6";
        if (m->get(11) == "h2" && m->get(150) == "F") h2 += std::stod(m->get(32));
        if (m->get(11) == "h2" && m->get(150) == "4") {
            remainder_canceled = true;
            EXPECT_EQ(std::stod(m->get(14)), h2);
            EXPECT_EQ(m->get(151), "0");
        }
        if (m->get(11).starts_with("Q-") && m->get(150) == "F") ++option_fills;
    }
    EXPECT_EQ(h1, 1.0);
    EXPECT_GT(h2, 1'000.0);
    EXPECT_TRUE(duplicate_refused);

    client.close();
    venue.signal(SIGTERM);
    EXPECT_EQ(venue.wait(10'000), 0);
    EXPECT_EQ(number("duplicate_cl_ord_ids"), 1.0);
    EXPECT_EQ(number("filled"), 1.0);
    EXPECT_EQ(number("partially_filled"), 1.0);
    EXPECT_GE(number("option_fills"), 10.0);
    EXPECT_EQ(position("BTC-PERPETUAL"), 1.0 + h2);
}

/// A customer that minds its sequence numbers: asks for what it missed, comes back after every cut, and books
/// every execution once.
class MindfulCustomer {
  public:
    explicit MindfulCustomer(std::uint16_t port) : port_(port) {}

    void run(std::chrono::milliseconds length, bool trade, double price) {
        const auto end = std::chrono::steady_clock::now() + length;
        while (std::chrono::steady_clock::now() < end) {
            if (!client_ || client_->closed_by_peer) connect();
            if (trade && logged_on_ && !asked_) {
                const std::string id = "h" + std::to_string(next_out_);
                client_->send({"D", order_fields(id, price)}, next_out_++);
            }
            while (const auto m = client_->receive(20)) take(*m);
        }
    }
    std::map<std::string, double> positions;
    std::set<std::string> seen;
    int reconnects = 0;
    int resent = 0;

  private:
    static std::vector<std::pair<int, std::string>> order_fields(const std::string& id, double price) {
        return {{11, id},  {55, "BTC-PERPETUAL"},
                {54, "1"}, {38, "50"},
                {40, "2"}, {44, decimal_text(static_cast<std::int64_t>(price) * kNano)},
                {59, "3"}, {60, "20261123-19:00:00.000"}};
    }
    void connect() {
        // Away for a while each time, so that something happens in the meantime.
        if (reconnects > 0) std::this_thread::sleep_for(std::chrono::milliseconds(60));
        client_.emplace(port_);
        logged_on_ = asked_ = false;
        ++reconnects;
        if (client_->connected()) client_->logon(next_out_++);
    }
    void take(const FixMessage& m) {
        const int sequence = std::stoi(m.get(34));
        if (m.type == "A") logged_on_ = true;
        if (m.type == "2") {
            // Nothing of ours is worth sending again.
            client_->send({"4", {{43, "Y"}, {123, "Y"}, {36, std::to_string(next_out_)}}},
                          std::stoi(m.get(7)));
        }
        if (sequence > expected_) {
            if (!asked_) client_->send({"2", {{7, std::to_string(expected_)}, {16, "0"}}}, next_out_++);
            asked_ = true;
            return;
        }
        if (sequence < expected_) return;
        expected_ = m.type == "4" ? std::stoi(m.get(36)) : sequence + 1;
        if (m.get(43) == "Y") ++resent;
        if (m.get(43) != "Y") asked_ = false;
        if (m.get(150) != "F") return;
        EXPECT_TRUE(seen.insert(m.get(17)).second) << "the same execution under two numbers";
        positions[m.get(55)] += std::stod(m.get(32)) * (m.get(54) == "1" ? 1 : -1);
    }

    std::uint16_t port_;
    std::optional<FixClient> client_;
    int next_out_ = 1;
    int expected_ = 1;
    bool logged_on_ = false;
    bool asked_ = false;
};

TEST_F(ProgramTest, NoExecutionIsLostOverDroppedConnections) {
    const std::uint16_t port = free_port();
    Process venue(command(port, {"--seconds", "4.5", "--quiesce-seconds", "1.5", "--fix-drop-every-ms", "250",
                                 "--option-fill-every-ms", "10", "--split-fills", "3", "--delay-fills-us",
                                 "3000", "--delay-us", "perpetual=2000", "--reject", "0.1"}));
    ASSERT_TRUE(wait_for_summary());
    MindfulCustomer customer(port);
    customer.run(std::chrono::milliseconds(2'700), true, number("BTC-PERPETUAL") * 1.003);
    customer.run(std::chrono::milliseconds(1'300), false, 0.0);
    EXPECT_EQ(venue.wait(10'000), 0);
    EXPECT_GT(customer.reconnects, 8);
    EXPECT_GT(customer.resent, 10);
    EXPECT_EQ(static_cast<double>(customer.seen.size()), number("executions"));
    std::erase_if(customer.positions, [](const auto& p) { return std::abs(p.second) < 1e-6; });
    for (const auto& [symbol, qty] : customer.positions) {
        EXPECT_NEAR(position(symbol), qty, 1e-6) << symbol;
    }
    EXPECT_GT(customer.positions["BTC-PERPETUAL"], 0.0);
    EXPECT_EQ(number("duplicate_cl_ord_ids"), 0.0);
    EXPECT_GT(number("rejected"), 0.0);
}

TEST_F(ProgramTest, BadUsageIsSaidAndIsTwo) {
    for (const std::vector<std::string>& more : {std::vector<std::string>{"--families", "DOGE"},
                                                 {"--delay-us", "option=fast"},
                                                 {"--drop", "1.5"},
                                                 {"--no-such-option"},
                                                 {"--eal", "--no-huge --vdev=net_nothing0"}}) {
        Process venue(command(0, more));
        EXPECT_EQ(venue.wait(10'000), 2) << more[0];
    }
}

#ifdef HW_WITH_NET
/// Packets that a memif client has received, by UDP port: at least 500 events and 20 snapshots, or what came
/// in five seconds.
std::map<std::uint16_t, int> receive(const std::string& eal, const std::string& vdev) {
    std::map<std::uint16_t, int> by_port;
    std::istringstream words(eal + " --vdev=net_memif0,role=client" + vdev);
    net::PortConfig config;
    for (std::string word; words >> word;) config.eal.push_back(word);
    config.mbufs = 2'047;
    std::string error;
    const auto port = net::Eal::start(config.eal, error) ? net::Port::open(config, error) : nullptr;
    EXPECT_NE(port, nullptr) << error;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (port && (by_port[6100] < 500 || by_port[6101] < 20) && std::chrono::steady_clock::now() < end) {
        for (const net::RxPacket& packet : port->rx_burst()) {
            const net::Classified c = net::classify(packet.bytes);
            EXPECT_EQ(c.verdict, net::Verdict::udp);
            EXPECT_EQ(c.udp.dst_ip >> 8, 239u << 16 | 111u << 8 | 111u);
            ++by_port[c.udp.dst_port];
        }
        port->release();
        std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
    return by_port;
}

TEST_F(ProgramTest, PublishesOverMemifToPeersThatComeLateAndDie) {
    const std::string vdev = ",id=0,socket-abstract=no,socket=" + dir_ + "/memif.sock";
    const std::string common =
        "--no-huge -m 64 --no-pci --no-shconf --no-telemetry --lcores 0@(0-1) --log-level 4";
    Process venue(command(0, {"--seconds", "8", "--eal", common + " --vdev=net_memif0,role=server" + vdev}));
    ASSERT_TRUE(wait_for_summary());

    // A customer that is killed in the middle of it, and another in its place.
    const pid_t killed = ::fork();
    if (killed == 0) {
        receive(common, vdev);
        ::kill(::getpid(), SIGKILL);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(killed, &status, 0), killed);
    EXPECT_TRUE(WIFSIGNALED(status));
    auto by_port = receive(common, vdev);
    EXPECT_GE(by_port[6100], 500);
    EXPECT_GE(by_port[6101], 20);
    venue.signal(SIGTERM);
    EXPECT_EQ(venue.wait(10'000), 0);
    EXPECT_GE(number("packets_sent"), 520.0);
}
#endif

}  // namespace
}  // namespace hw::exchange
