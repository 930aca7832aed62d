// The Starbase feed on a port: its requests made frames.
#pragma once

#include <array>

#include "deploy/runtime/config_starbase.h"
#include "net/packet.h"
#include "net/port.h"

namespace hw::deploy {

/// Sends UDP datagrams out of the port that the market data comes in by (see net/feed/udp_sender.h).
class PortUdpSender {
  public:
    PortUdpSender(net::Port& port, const RequestConfig& config);
    /// False: nothing is configured to be sent, or the port did not take it.
    bool send(net::UdpEndpoint to, std::span<const std::byte> payload);

  private:
    net::Port& port_;
    net::UdpEndpoints ends_;
    std::array<std::byte, net::kUdpFrameHeader + 64> frame_{};
};

}  // namespace hw::deploy
