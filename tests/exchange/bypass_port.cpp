#include "tests/exchange/bypass_port.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <thread>

#include "core/ring.h"
#include "net/port.h"
#include "net/tcp/tcp_listener.h"
#include "net/tcp/tcp_stack.h"
#include "tests/exchange/fix_relay.h"

namespace hw::exchange {

namespace {

constexpr std::size_t kFramesWaiting = 4'096;
constexpr int kFramesAtOnce = 64;
constexpr auto kIdleSleep = std::chrono::microseconds(30);
constexpr auto kLinkCheck = std::chrono::milliseconds(100);

constexpr auto kLastWords = std::chrono::milliseconds(100);

struct Frame {
    std::uint16_t size = 0;
    std::array<std::byte, net::kUdpFrameHeader + net::kMaxUdpPayload> bytes{};
};

Nanos steady_now() {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return Nanos::from_ns(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

class BypassPort final : public MarketDataPort {
  public:
    BypassPort(std::unique_ptr<net::Port> port, std::unique_ptr<net::TcpStack> stack,
               std::unique_ptr<net::TcpListener> listener, std::uint16_t acceptor_port)
        : port_(std::move(port)),
          stack_(std::move(stack)),
          listener_(std::move(listener)),
          acceptor_port_(acceptor_port),
          thread_([this] { run(); }) {}
    ~BypassPort() override {
        stop_ = true;
        thread_.join();
    }

    void send(const Packet& packet) override {
        scratch_.size = static_cast<std::uint16_t>(market_data_frame(packet, scratch_.bytes));
        if (scratch_.size == 0 || !frames_.push(scratch_)) ++unsent_;
    }
    void poll(const Answer& answer) override {
        while (requests_.pop(request_)) {
            scratch_.size = static_cast<std::uint16_t>(
                answer_frame(std::span(request_.bytes).first(request_.size), answer, scratch_.bytes));
            if (scratch_.size != 0 && !frames_.push(scratch_)) ++unsent_;
        }
    }
    std::uint64_t sent() const override { return sent_; }
    std::uint64_t unsent() const override { return unsent_; }

  private:
    void run() {
        auto next_link_check = std::chrono::steady_clock::now() + kLinkCheck;
        while (!stop_) {
            if (round()) continue;
            std::this_thread::sleep_for(kIdleSleep);
            if (const auto now = std::chrono::steady_clock::now(); now >= next_link_check) {
                next_link_check = now + kLinkCheck;
                port_->keep_link();
            }
        }
        // What the session said last still goes out.
        const auto end = std::chrono::steady_clock::now() + kLastWords;
        while (std::chrono::steady_clock::now() < end) {
            if (!round()) std::this_thread::sleep_for(kIdleSleep);
        }
        relays_.clear();
    }
    /// True when there was something to do.
    bool round() {
        const bool received = receive();
        const bool sent = send_waiting();
        serve_customers();
        return received || sent;
    }
    bool receive() {
        const auto burst = port_->rx_burst();
        const bool any = !burst.empty();
        for (const net::RxPacket& p : burst) take(p.bytes);
        port_->release();
        stack_->poll(steady_now());
        return any;
    }
    /// Datagrams are the simulation's to answer; one that finds no room is lost, as datagrams are.
    void take(std::span<const std::byte> frame) {
        const net::Classified c = net::classify(frame);
        if (c.verdict != net::Verdict::udp) {
            stack_->on_frame(frame, c);
            return;
        }
        received_.size = static_cast<std::uint16_t>(std::min(frame.size(), received_.bytes.size()));
        std::copy_n(frame.begin(), received_.size, received_.bytes.begin());
        requests_.push(received_);
    }
    bool send_waiting() {
        bool any = false;
        for (int i = 0; i < kFramesAtOnce && frames_.pop(outgoing_); ++i) {
            any = true;
            const bool taken = port_->tx(std::span(outgoing_.bytes).first(outgoing_.size));
            ++(taken ? sent_ : unsent_);
        }
        return any;
    }
    void serve_customers() {
        while (auto customer = listener_->accept()) {
            relays_.push_back(std::make_unique<FixRelay>(std::move(customer), acceptor_port_));
        }
        std::erase_if(relays_, [](const auto& relay) { return !relay->poll(); });
    }

    // In this order: each needs those before it to end.
    std::unique_ptr<net::Port> port_;
    std::unique_ptr<net::TcpStack> stack_;
    std::unique_ptr<net::TcpListener> listener_;
    std::vector<std::unique_ptr<FixRelay>> relays_;
    const std::uint16_t acceptor_port_;

    SpscRing<Frame> frames_{kFramesWaiting};
    SpscRing<Frame> requests_{256};
    Frame scratch_, request_;    ///< the simulation's
    Frame outgoing_, received_;  ///< the thread's
    std::atomic<std::uint64_t> sent_{0};
    std::atomic<std::uint64_t> unsent_{0};
    std::atomic<bool> stop_{false};
    std::thread thread_;  // last: it uses all of the above
};

}  // namespace

std::unique_ptr<MarketDataPort> open_bypass_port(const std::vector<std::string>& eal,
                                                 const std::string& device, const BypassFixConfig& config,
                                                 std::string& error) {
    auto port = open_exchange_port(eal, device, error);
    if (!port) return nullptr;
    auto stack = net::TcpStack::start(*port, config.tcp, error);
    if (!stack) return nullptr;
    auto listener = net::TcpListener::listen(*stack, config.port, error);
    if (!listener) return nullptr;
    return std::make_unique<BypassPort>(std::move(port), std::move(stack), std::move(listener),
                                        config.acceptor_port);
}

}  // namespace hw::exchange
