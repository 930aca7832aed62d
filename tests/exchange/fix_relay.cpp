#include "tests/exchange/fix_relay.h"

namespace hw::exchange {

using net::BypassSocket;
using net::KernelSocket;

FixRelay::FixRelay(std::unique_ptr<BypassSocket> customer, std::uint16_t acceptor_port)
    : customer_(std::move(customer)) {
    acceptor_.connect("127.0.0.1", acceptor_port);
}

bool FixRelay::poll() {
    customer_->poll_without_reading();
    if (customer_->queued() == 0) {
        carry_out();
    } else {
        acceptor_.poll_without_reading();
    }
    carry_in();
    const bool both = customer_->connected() && acceptor_.state() != KernelSocket::State::closed;
    return both || wind_up();
}

/// From the acceptor to the customer.
void FixRelay::carry_out() {
    acceptor_.poll([this](const char* data, std::size_t size) { customer_->send(data, size); });
}

/// From the customer to the acceptor.
void FixRelay::carry_in() {
    while (acceptor_.connected() && acceptor_.queued() == 0) {
        customer_->consume(owed_);
        owed_ = 0;
        const std::span<const char> piece = customer_->received();
        if (piece.empty() || !acceptor_.send(piece.data(), piece.size())) return;
        owed_ = piece.size();
    }
}

/// One side is closed: the other gets what is still on the way to it, then it is closed too.
bool FixRelay::wind_up() {
    if (!closing_) closing_until_ = Clock::now() + kClosingPatience;
    closing_ = true;
    const bool customer_has_more = customer_->connected() && customer_->queued() != 0;
    const bool acceptor_has_more = acceptor_.connected() && acceptor_.queued() != 0;
    if ((customer_has_more || acceptor_has_more) && Clock::now() < closing_until_) return true;
    customer_->close();
    acceptor_.close();
    return false;
}

}  // namespace hw::exchange
