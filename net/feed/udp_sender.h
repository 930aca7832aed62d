// How a feed's requests leave: a function that sends one UDP datagram, and what it is called with.
//
// The feed knows no port and no addresses of our own; whoever wires it connects one of these. It must not
// block or allocate: it is called from the hot loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace hw::net {

/// Addresses and ports in host byte order.
struct UdpEndpoint {
    std::uint32_t ip = 0;
    std::uint16_t port = 0;
    bool is_none() const { return ip == 0; }
    friend bool operator==(const UdpEndpoint&, const UdpEndpoint&) = default;
};

class UdpSender {
  public:
    UdpSender() = default;
    /// `sender.send(UdpEndpoint, std::span<const std::byte>)` gives false when nothing was sent.
    template <class S>
    explicit UdpSender(S& sender)
        : context_(&sender), send_([](void* context, UdpEndpoint to, std::span<const std::byte> payload) {
              return static_cast<S*>(context)->send(to, payload);
          }) {}

    bool connected() const { return send_ != nullptr; }
    bool send(UdpEndpoint to, std::span<const std::byte> payload) const {
        return send_(context_, to, payload);
    }

  private:
    void* context_ = nullptr;
    bool (*send_)(void*, UdpEndpoint, std::span<const std::byte>) = nullptr;
};

}  // namespace hw::net
