#include "net/tcp/kernel_socket.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/byte_sink.h"

namespace hw::net {

static_assert(ByteSink<KernelSocket>);

KernelSocket::KernelSocket(std::size_t max_queued) : max_queued_(max_queued), buffer_(kReadBytes) {
    queue_.reserve(max_queued);
}

KernelSocket::~KernelSocket() { close(); }

bool KernelSocket::connect(const std::string& host, std::uint16_t port) {
    close();
    addrinfo hints{};
    hints.ai_family = AF_INET;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int looked_up = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
    if (looked_up != 0) {
        reason_ = "cannot find " + host + ": " + ::gai_strerror(looked_up);
        return false;
    }
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int on = 1;
    if (fd_ >= 0) ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const int result = fd_ < 0 ? -1 : ::connect(fd_, found->ai_addr, found->ai_addrlen);
    const int error = errno;
    ::freeaddrinfo(found);
    if (result == 0) {
        state_ = State::connected;
        ++counters_.connects;
    } else if (fd_ >= 0 && error == EINPROGRESS) {
        state_ = State::connecting;
    } else {
        fail("connect", error);
        return false;
    }
    return true;
}

void KernelSocket::finish_connect() {
    pollfd waiting{fd_, POLLOUT, 0};
    if (::poll(&waiting, 1, 0) <= 0) return;
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) {
        fail("connect", error);
        return;
    }
    state_ = State::connected;
    ++counters_.connects;
}

bool KernelSocket::send(const char* data, std::size_t size) {
    if (state_ != State::connected) return false;
    if (queued() != 0) flush();
    if (state_ != State::connected) return false;
    std::size_t taken = 0;
    if (queued() == 0) {
        const ssize_t sent = ::send(fd_, data, size, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
            fail("send", errno);
            return false;
        }
        taken = sent > 0 ? static_cast<std::size_t>(sent) : 0;
        counters_.bytes_sent += taken;
    }
    return taken == size || enqueue(data + taken, size - taken);
}

bool KernelSocket::enqueue(const char* data, std::size_t size) {
    ++counters_.queued_sends;
    if (queued() + size > max_queued_) {
        ++counters_.overflows;
        close();
        reason_ = "the peer does not read: more than " + std::to_string(max_queued_) + " bytes wait";
        return false;
    }
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(queue_start_));
    queue_start_ = 0;
    queue_.insert(queue_.end(), data, data + size);
    return true;
}

void KernelSocket::flush() {
    while (queued() != 0) {
        const ssize_t sent = ::send(fd_, queue_.data() + queue_start_, queued(), MSG_NOSIGNAL);
        if (sent < 0) {
            if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) fail("send", errno);
            return;
        }
        queue_start_ += static_cast<std::size_t>(sent);
        counters_.bytes_sent += static_cast<std::uint64_t>(sent);
    }
    queue_.clear();
    queue_start_ = 0;
}

std::size_t KernelSocket::read() {
    const ssize_t got = ::recv(fd_, buffer_.data(), buffer_.size(), 0);
    if (got > 0) {
        counters_.bytes_received += static_cast<std::uint64_t>(got);
        return static_cast<std::size_t>(got);
    }
    if (got == 0) {
        close();
        reason_ = "closed by the peer";
    } else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
        fail("receive", errno);
    }
    return 0;
}

void KernelSocket::fail(std::string_view what, int error) {
    close();
    reason_ = std::string{what} + ": " + std::strerror(error);
}

void KernelSocket::close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
    state_ = State::closed;
    reason_.clear();
    queue_.clear();
    queue_start_ = 0;
}

}  // namespace hw::net
