#include "tests/exchange/market_data_port.h"

#include <array>
#include <cstring>

namespace hw::exchange {

namespace {

constexpr std::uint32_t kSourceIp = 10u << 24 | 1;  // 10.0.0.1
constexpr std::uint16_t kSourcePort = 6'000;
constexpr net::MacAddress kSourceMac = {0x02, 0, 0, 0, 0, 0x01};  // locally administered

class DpdkPort final : public MarketDataPort {
  public:
    explicit DpdkPort(std::unique_ptr<net::Port> port) : port_(std::move(port)) {}

    void send(const Packet& packet) override {
        const std::size_t size = market_data_frame(packet, frame_);
        if (size != 0 && port_->tx(std::span(frame_).first(size))) {
            ++sent_;
        } else {
            ++unsent_;
        }
    }
    void poll(const Answer& answer) override {
        for (const net::RxPacket& packet : port_->rx_burst()) {
            const std::size_t size = answer_frame(packet.bytes, answer, frame_);
            if (size != 0) port_->tx(std::span(frame_).first(size));
        }
        port_->release();
    }
    std::uint64_t sent() const override { return sent_; }
    std::uint64_t unsent() const override { return unsent_; }

  private:
    std::unique_ptr<net::Port> port_;
    std::array<std::byte, net::kUdpFrameHeader + net::kMaxUdpPayload> frame_{};
    std::uint64_t sent_ = 0;
    std::uint64_t unsent_ = 0;
};

}  // namespace

std::size_t market_data_frame(const Packet& packet, std::span<std::byte> out) {
    net::UdpEndpoints ends;
    ends.src_mac = kSourceMac;
    ends.src_ip = kSourceIp;
    ends.dst_ip = packet.group_ip;
    ends.src_port = kSourcePort;
    ends.dst_port = packet.port;
    return net::build_udp_frame(ends, packet.payload, out);
}

std::size_t answer_frame(std::span<const std::byte> frame, const MarketDataPort::Answer& answer,
                         std::span<std::byte> out) {
    const net::Classified in = net::classify(frame);
    if (in.verdict != net::Verdict::udp) return 0;
    const std::vector<std::byte> payload = answer(in.udp.dst_port, in.udp.payload);
    if (payload.empty()) return 0;
    net::UdpEndpoints ends;
    ends.src_mac = kSourceMac;
    std::memcpy(ends.dst_mac.data(), frame.data() + ends.dst_mac.size(), ends.dst_mac.size());
    ends.src_ip = in.udp.dst_ip;
    ends.dst_ip = in.udp.src_ip;
    ends.src_port = in.udp.dst_port;
    ends.dst_port = in.udp.src_port;
    return net::build_udp_frame(ends, payload, out);
}

std::unique_ptr<net::Port> open_exchange_port(const std::vector<std::string>& eal, const std::string& device,
                                              std::string& error) {
    if (!net::Eal::start(eal, error)) return nullptr;
    net::PortConfig config;
    config.eal = eal;
    config.device = device;
    config.mbufs = 4'095;
    return net::Port::open(config, error);
}

std::unique_ptr<MarketDataPort> MarketDataPort::open(const std::vector<std::string>& eal,
                                                     const std::string& device, std::string& error) {
    auto port = open_exchange_port(eal, device, error);
    return port ? std::make_unique<DpdkPort>(std::move(port)) : nullptr;
}

}  // namespace hw::exchange
