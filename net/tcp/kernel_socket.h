// A TCP client on the kernel's stack, polled and non-blocking: how order bytes leave where there is no bypass
// port, and a ByteSink.
//
// Its owner calls `connect`, then `poll` from its loop, which finishes the connection, sends what the kernel
// did not take at once, and hands received bytes to a callback. Nothing blocks, throws or calls back except
// from `poll`. Bytes given to `send` leave in order or the connection ends: when more than the configured
// limit waits, it is closed, because a peer that does not read is no venue.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hw::net {

class KernelSocket {
  public:
    enum class State : std::uint8_t { closed, connecting, connected };

    struct Counters {
        std::uint64_t connects = 0;
        std::uint64_t bytes_sent = 0;
        std::uint64_t bytes_received = 0;
        std::uint64_t queued_sends = 0;  ///< sends that the kernel did not take whole
        std::uint64_t overflows = 0;     ///< connections closed because too much waited
    };

    /// `max_queued`: bytes that may wait to be sent.
    explicit KernelSocket(std::size_t max_queued = 1u << 20);
    ~KernelSocket();
    KernelSocket(const KernelSocket&) = delete;
    KernelSocket& operator=(const KernelSocket&) = delete;

    /// Begins to connect; `host` is an IPv4 address or a name (looking a name up may block: use addresses on
    /// a hot thread). TCP_NODELAY is set. False: could not even begin, `reason` says why. Closes what was
    /// open.
    bool connect(const std::string& host, std::uint16_t port);

    /// Sends now, or queues behind what waits. False: not connected, or it failed or too much waits, and it
    /// is now closed; a part may have left, but never a part followed by something else.
    bool send(const char* data, std::size_t size);
    /// Closes without waiting; calls nobody back.
    void close();

    /// Drives the connection: on_bytes(const char*, std::size_t) for what has arrived, until nothing is left
    /// or 64 KiB were read. The state afterwards tells what happened; `reason` why it closed. The callback
    /// may call `send` and `close`.
    template <class OnBytes>
    State poll(OnBytes&& on_bytes) {
        if (state_ == State::connecting) finish_connect();
        if (state_ == State::connected) flush();
        for (int i = 0; i < kReadsPerPoll && state_ == State::connected; ++i) {
            const std::size_t got = read();
            if (got == 0) break;
            on_bytes(buffer_.data(), got);
            if (got < buffer_.size()) break;
        }
        return state_;
    }

    /// `poll` for those who cannot take what has arrived now: it waits in the kernel.
    State poll_without_reading() {
        if (state_ == State::connecting) finish_connect();
        if (state_ == State::connected) flush();
        return state_;
    }

    State state() const { return state_; }
    bool connected() const { return state_ == State::connected; }
    /// Why it closed last; empty after `close`.
    std::string_view reason() const { return reason_; }
    std::size_t queued() const { return queue_.size() - queue_start_; }
    const Counters& counters() const { return counters_; }

  private:
    static constexpr int kReadsPerPoll = 4;
    static constexpr std::size_t kReadBytes = 16'384;

    void finish_connect();
    void flush();
    std::size_t read();
    bool enqueue(const char* data, std::size_t size);
    void fail(std::string_view what, int error);

    const std::size_t max_queued_;
    int fd_ = -1;
    State state_ = State::closed;
    std::string reason_;
    std::vector<char> buffer_;
    std::vector<char> queue_;
    std::size_t queue_start_ = 0;
    Counters counters_;
};

}  // namespace hw::net
