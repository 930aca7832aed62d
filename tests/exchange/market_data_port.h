// The venue's way onto the wire: UDP payloads become Ethernet frames on a DPDK port, and datagrams that come
// in are answered.
//
// A port without a peer (a memif whose client has not come yet, or has died) takes nothing; what it does not
// take is counted and gone, as on any multicast network.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/port.h"
#include "tests/exchange/feed_publisher.h"

namespace hw::exchange {

class MarketDataPort {
  public:
    /// Null and a reason when the port cannot be opened. At most once per process: DPDK starts only once.
    static std::unique_ptr<MarketDataPort> open(const std::vector<std::string>& eal,
                                                const std::string& device, std::string& error);
    virtual ~MarketDataPort() = default;

    virtual void send(const Packet&) = 0;
    /// Answers what customers sent: `answer` has a datagram's destination port and payload, and what it
    /// returns goes back to the sender.
    using Answer =
        std::function<std::vector<std::byte>(std::uint16_t port, std::span<const std::byte> payload)>;
    virtual void poll(const Answer& answer) = 0;
    virtual std::uint64_t sent() const = 0;
    virtual std::uint64_t unsent() const = 0;
};

/// The Ethernet frame of a packet, in `out`; its size, zero when it does not fit.
std::size_t market_data_frame(const Packet&, std::span<std::byte> out);
/// The frame that answers a customer's datagram, in `out`; zero when `frame` is none or there is no answer.
std::size_t answer_frame(std::span<const std::byte> frame, const MarketDataPort::Answer&,
                         std::span<std::byte> out);
/// Starts DPDK and opens the exchange's one port.
std::unique_ptr<net::Port> open_exchange_port(const std::vector<std::string>& eal, const std::string& device,
                                              std::string& error);

}  // namespace hw::exchange
