// A TCP connection on the bypass port: KernelSocket's interface over a TcpStack, with a fast way out, and a
// ByteSink.
//
// Delegated send: while the connection is in its ordinary state (established, nothing waiting, room in both
// windows) an order does not go through lwIP. The segment stands ready in a send buffer, headers and all; the
// trigger copies the bytes, finishes the checksum and gives it to the port. Only then, in `complete`, lwIP
// gets the same bytes, and its own first transmission of them is swallowed: acknowledgment and retransmission
// stay lwIP's. Whenever the state says so, the bytes go lwIP's ordinary way instead; the caller sees no
// difference.
//
// `send` takes bytes from anywhere. For a template there are two steps: `prepare` gives the place where the
// outgoing bytes are made (what was written there stays from one order to the next), `commit` sends them.
// `complete` runs by itself at the next poll, frame or send; who has time earlier calls it earlier. Between
// trigger and port there is no allocation, no lock, no virtual call and no system call.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/port.h"
#include "net/tcp/ready_segment.h"

struct pbuf;
struct tcp_pcb;

namespace hw::net {

class TcpStack;

class BypassSocket {
  public:
    enum class State : std::uint8_t { closed, connecting, connected };

    struct Counters {
        std::uint64_t connects = 0;
        std::uint64_t bytes_sent = 0;  ///< given to the port or to lwIP
        std::uint64_t bytes_received = 0;
        std::uint64_t queued_sends = 0;  ///< sends that lwIP did not take whole
        std::uint64_t overflows = 0;     ///< connections closed because too much waited
        std::uint64_t delegated_sends = 0;
        std::uint64_t ordinary_sends = 0;
        std::uint64_t delegated_refused = 0;  ///< the port did not take a delegated segment: sent ordinarily
    };

    /// `max_queued`: bytes that may wait to be sent, beside the 64 KiB that lwIP takes.
    explicit BypassSocket(TcpStack& stack, std::size_t max_queued = 1u << 20);
    ~BypassSocket();
    BypassSocket(const BypassSocket&) = delete;
    BypassSocket& operator=(const BypassSocket&) = delete;

    /// Begins to connect; `host` is an IPv4 address in dotted form. False: could not even begin, `reason`
    /// says why. Closes what was open.
    bool connect(const std::string& host, std::uint16_t port);

    /// Sends now, or queues behind what waits. False: not connected, or it failed or too much waits, and it
    /// is now closed; a part may have left, but never a part followed by something else.
    bool send(const char* data, std::size_t size);

    /// The place for outgoing bytes, at most 1460: empty when `max` is more. Stays the same place and keeps
    /// what was written.
    std::span<char> prepare(std::size_t max);
    /// Sends the first `size` bytes of it; as `send`. Not to be overwritten before `complete` or `prepare`.
    bool commit(std::size_t size);
    /// lwIP's book-keeping for what was delegated.
    void complete();
    /// That, and the window opened for what was read: all that can wait until an answer has left. `poll`
    /// begins with it.
    void tidy();
    /// Does all that `commit` does up to the port, into the same buffer, and sends nothing: keeps the way
    /// warm. True when a commit now would be delegated.
    bool rehearse(std::size_t size) { return rehearse(prepared_.data(), size); }
    /// The same with bytes from anywhere, as `send`.
    bool rehearse(const char* data, std::size_t size);
    /// Without, every send goes lwIP's ordinary way. With, unless told otherwise.
    void set_delegation(bool on) { delegation_ = on; }

    /// Closes without waiting; calls nobody back. What lwIP has taken it still delivers.
    void close();
    /// Closes by resetting the connection.
    void abort();

    /// Drives the connection: on_bytes(const char*, std::size_t) for what has arrived, until nothing is left
    /// or 64 KiB were read. The state afterwards tells what happened; `reason` why it closed. The callback
    /// may call `send` and `close`.
    template <class OnBytes>
    State poll(OnBytes&& on_bytes) {
        tidy();
        flush();
        for (int i = 0; i < kPiecesPerPoll && state_ == State::connected; ++i) {
            const Piece piece = take();
            if (piece.buffer == nullptr) break;
            on_bytes(piece.bytes.data(), piece.bytes.size());
            done_with(piece);
        }
        end_if_over();
        return state_;
    }

    /// For those who cannot take everything: what has arrived, a piece at a time, and that `size` bytes of it
    /// were taken. Until then the peer's window does not open again.
    std::span<const char> received() const;
    void consume(std::size_t size);
    /// `poll` without the bytes.
    State poll_without_reading() {
        tidy();
        flush();
        end_if_over();
        return state_;
    }

    State state() const { return state_; }
    bool connected() const { return state_ == State::connected; }
    /// Why it closed last; empty after `close`.
    std::string_view reason() const { return reason_; }
    /// Bytes that wait, not counting what lwIP has taken.
    std::size_t queued() const { return queue_.size() - queue_start_; }
    /// Bytes that lwIP has taken and the peer not acknowledged.
    std::size_t unacknowledged() const;
    const Counters& counters() const { return counters_; }

  private:
    friend class TcpListener;
    friend class TcpStack;
    struct Callbacks;

    static constexpr int kPiecesPerPoll = 48;
    static constexpr std::size_t kMaxSegment = 1'460;

    struct Piece {
        std::span<const char> bytes;
        pbuf* buffer = nullptr;
        std::uint64_t connection = 0;
    };

    void adopt(tcp_pcb* pcb);
    void become_connected();
    void make_ready();
    void credit(std::size_t size);
    void credit_read();
    Piece take();
    void done_with(const Piece& piece);
    void end_if_over();

    bool send_bytes(std::span<const char> bytes);
    bool may_delegate(std::size_t size) const;
    std::size_t fill(std::span<const char> bytes);
    bool delegate(std::span<const char> bytes);
    bool send_ordinary(std::span<const char> bytes);
    std::size_t give_to_lwip(std::span<const char> bytes);
    bool enqueue(std::span<const char> bytes);
    void flush();

    void let_go();
    void fail(std::string reason);

    TcpStack& stack_;
    tcp_pcb* pcb_ = nullptr;
    State state_ = State::closed;
    TxBuffer buffer_;  ///< the ready segment's, headers laid; empty when there is none
    ReadySegment ready_;
    std::uint64_t addressed_ = 0;  ///< the connection that it is addressed for
    bool by_device_ = false;
    bool delegation_ = true;

    std::span<const char> incomplete_;  ///< delegated, and not yet lwIP's
    alignas(64) std::array<char, kMaxSegment> prepared_{};
    alignas(64) std::array<char, kMaxSegment> sent_{};

    const std::size_t max_queued_;
    std::vector<char> queue_;
    std::size_t queue_start_ = 0;
    pbuf* received_ = nullptr;
    std::size_t received_start_ = 0;  ///< bytes of the first buffer that were taken already
    std::size_t withheld_ = 0;        ///< window still to be kept back: lwIP's is larger than ours shall be
    std::size_t kept_back_ = 0;
    std::size_t uncredited_ = 0;  ///< read, and the window not yet opened for it
    bool over_ = false;  ///< the peer has ended it, `ending_` says how; what has arrived is delivered first
    std::string ending_;
    std::uint64_t connection_ = 0;  ///< which one of this socket's
    std::string reason_;
    Counters counters_;
};

}  // namespace hw::net
