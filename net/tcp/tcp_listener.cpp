#include "net/tcp/tcp_listener.h"

#include "net/tcp/lwip.h"
#include "net/tcp/tcp_stack.h"

namespace hw::net {

struct TcpListener::Callbacks {
    static err_t accepted(void* argument, tcp_pcb* pcb, err_t error) {
        auto& listener = *static_cast<TcpListener*>(argument);
        if (pcb == nullptr || error != ERR_OK) return ERR_VAL;
        if (listener.waiting_.size() >= kMaxWaiting) {
            ++listener.refused_;
            tcp_abort(pcb);
            return ERR_ABRT;
        }
        auto socket = std::make_unique<BypassSocket>(listener.stack_, listener.max_queued_);
        socket->adopt(pcb);
        socket->become_connected();
        listener.waiting_.push_back(std::move(socket));
        return ERR_OK;
    }
};

std::unique_ptr<TcpListener> TcpListener::listen(TcpStack& stack, std::uint16_t port, std::string& error,
                                                 std::size_t max_queued) {
    std::unique_ptr<TcpListener> listener(new TcpListener(stack, max_queued));
    tcp_pcb* const pcb = tcp_new();
    if (pcb == nullptr) return error = "no memory to listen", nullptr;
    // The port of a connection that is only waiting to be forgotten may be used again.
    ip_set_option(pcb, SOF_REUSEADDR);
    if (tcp_bind(pcb, IP4_ADDR_ANY, port) != ERR_OK) {
        error = "port " + std::to_string(port) + " is taken";
        tcp_close(pcb);
        return nullptr;
    }
    listener->pcb_ = tcp_listen(pcb);
    if (listener->pcb_ == nullptr) {
        error = "port " + std::to_string(port) + " cannot be listened to";
        tcp_close(pcb);
        return nullptr;
    }
    tcp_arg(listener->pcb_, listener.get());
    tcp_accept(listener->pcb_, &Callbacks::accepted);
    return listener;
}

TcpListener::~TcpListener() {
    if (pcb_ != nullptr) tcp_close(pcb_);
}

std::unique_ptr<BypassSocket> TcpListener::accept() {
    if (waiting_.empty()) return nullptr;
    auto socket = std::move(waiting_.front());
    waiting_.pop_front();
    return socket;
}

}  // namespace hw::net
