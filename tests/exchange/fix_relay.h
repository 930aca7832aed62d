// One customer's FIX connection, carried on from the exchange's own port to the acceptor on 127.0.0.1.
//
// Bytes go both ways and are only taken when the other side has room: what the kernel has not taken is not
// acknowledged as read to the customer's TCP, and while the customer does not read, nothing is read from the
// acceptor. When one side closes, what it had said is delivered before the other is closed.
#pragma once

#include <chrono>
#include <memory>

#include "net/tcp/bypass_socket.h"
#include "net/tcp/kernel_socket.h"

namespace hw::exchange {

class FixRelay {
  public:
    FixRelay(std::unique_ptr<net::BypassSocket> customer, std::uint16_t acceptor_port);

    /// Moves what can be moved. False when it is over and both are closed.
    bool poll();

  private:
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::seconds kClosingPatience{2};

    void carry_in();
    void carry_out();
    bool wind_up();

    std::unique_ptr<net::BypassSocket> customer_;
    net::KernelSocket acceptor_;
    std::size_t owed_ = 0;  ///< bytes given to the kernel's socket, not yet taken from the customer's
    bool closing_ = false;
    Clock::time_point closing_until_;
};

}  // namespace hw::exchange
