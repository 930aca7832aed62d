// The venue's port when FIX comes in by it too: market data out, customers' TCP connections in and out.
//
// One thread of its own touches the port: it sends the packets that the simulation hands it through a ring,
// polls the TCP stack, and relays FIX connections to the acceptor. Packets for which the ring has no room are
// counted as unsent.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "net/tcp/tcp_config.h"
#include "tests/exchange/market_data_port.h"

namespace hw::exchange {

struct BypassFixConfig {
    net::TcpConfig tcp;
    std::uint16_t port = 0;           ///< that customers connect to
    std::uint16_t acceptor_port = 0;  ///< on 127.0.0.1
};

/// Null and a reason when port or stack cannot be had. At most once per process.
std::unique_ptr<MarketDataPort> open_bypass_port(const std::vector<std::string>& eal,
                                                 const std::string& device, const BypassFixConfig&,
                                                 std::string& error);

}  // namespace hw::exchange
