#include "deploy/runtime/starbase_wiring.h"

#include "deploy/runtime/ipv4.h"

namespace hw::deploy {

PortUdpSender::PortUdpSender(net::Port& port, const RequestConfig& config) : port_(port) {
    const auto source = parse_endpoint(config.source).value_or(net::UdpEndpoint{});
    ends_.src_mac = port.mac();
    ends_.dst_mac = parse_mac(config.gateway_mac).value_or(net::MacAddress{});
    ends_.src_ip = source.ip;
    ends_.src_port = source.port;
}

bool PortUdpSender::send(net::UdpEndpoint to, std::span<const std::byte> payload) {
    if (ends_.src_ip == 0) return false;
    ends_.dst_ip = to.ip;
    ends_.dst_port = to.port;
    const std::size_t size = net::build_udp_frame(ends_, payload, frame_);
    return size != 0 && port_.tx(std::span(frame_).first(size));
}

}  // namespace hw::deploy
