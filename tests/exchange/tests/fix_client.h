// A small FIX 4.4 initiator on a blocking socket, for talking to the venue's acceptor: its own framing,
// nothing of QuickFIX's and nothing of the hedger's.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <optional>
#include <string>

#include "tests/exchange/fix_codec.h"
#include "tests/exchange/fix_message.h"

namespace hw::exchange {

class FixClient {
  public:
    explicit FixClient(std::uint16_t port) {
        fd_ = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(port);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) {
            close();
            closed_by_peer = true;
        }
    }
    ~FixClient() { close(); }
    FixClient(const FixClient&) = delete;
    FixClient& operator=(const FixClient&) = delete;

    bool connected() const { return fd_ >= 0; }
    void close() {
        if (fd_ >= 0) ::close(fd_);
        fd_ = -1;
    }

    void send(const FixMessage& message, int sequence) {
        std::string body = "35=" + message.type + '\1' +
                           "49=HEDGER\00156=EXCHANGE\00134=" + std::to_string(sequence) +
                           "\00152=" + now_text() + '\1';
        for (const auto& [tag, value] : message.fields) body += std::to_string(tag) + "=" + value + '\1';
        std::string text = "8=FIX.4.4\0019=" + std::to_string(body.size()) + '\1' + body;
        unsigned sum = 0;
        for (const char c : text) sum += static_cast<unsigned char>(c);
        std::string check = std::to_string(sum % 256);
        check.insert(0, 3 - check.size(), '0');
        text += "10=" + check + '\1';
        EXPECT_EQ(::send(fd_, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
    }
    void logon(int sequence, std::vector<std::pair<int, std::string>> more = {}) {
        FixMessage m{"A", {{98, "0"}, {108, "30"}}};
        m.fields.insert(m.fields.end(), more.begin(), more.end());
        send(m, sequence);
    }

    /// The next message, header fields included; nothing after `timeout_ms` or at the end of the connection.
    std::optional<FixMessage> receive(int timeout_ms = 5'000) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
        while (true) {
            if (auto message = cut()) return message;
            const auto left =
                std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
            pollfd p{fd_, POLLIN, 0};
            if (fd_ < 0 || left.count() <= 0 || ::poll(&p, 1, static_cast<int>(left.count())) <= 0)
                return std::nullopt;
            char buffer[4096];
            const ssize_t n = ::recv(fd_, buffer, sizeof buffer, 0);
            if (n <= 0) {
                closed_by_peer = true;
                return std::nullopt;
            }
            data_.append(buffer, static_cast<std::size_t>(n));
        }
    }

    bool closed_by_peer = false;  ///< or never there

  private:
    static std::string now_text() {
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        return fix_timestamp(Nanos::from_ns(std::chrono::nanoseconds(now).count()));
    }
    std::optional<FixMessage> cut() {
        const auto tail = data_.find("\00110=");
        if (tail == std::string::npos || data_.size() < tail + 8) return std::nullopt;
        FixMessage m;
        std::size_t at = 0;
        while (at < tail + 1) {
            const auto equals = data_.find('=', at);
            const auto soh = data_.find('\1', equals);
            const int tag = std::stoi(data_.substr(at, equals - at));
            const std::string value = data_.substr(equals + 1, soh - equals - 1);
            if (tag == 35) m.type = value;
            m.set(tag, value);
            at = soh + 1;
        }
        data_.erase(0, tail + 8);
        return m;
    }

    int fd_ = -1;
    std::string data_;
};

}  // namespace hw::exchange
