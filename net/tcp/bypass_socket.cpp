#include "net/tcp/bypass_socket.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/byte_sink.h"
#include "net/tcp/lwip.h"
#include "net/tcp/tcp_stack.h"

namespace hw::net {

static_assert(ByteSink<BypassSocket>);

namespace {

constexpr std::size_t kMostAtOnce = 0xffff;  // tcp_write's and tcp_recved's lengths are 16 bits
// lwIP counts keep-alive times in milliseconds of a clock whose slow tick is two timer intervals of 250 ms.
constexpr std::int64_t kNominalIntervalMs = TCP_TMR_INTERVAL;

std::uint32_t nominal_ms(Nanos time, Nanos interval) {
    const auto intervals = time.ns() / std::max<std::int64_t>(interval.ns(), 1);
    return static_cast<std::uint32_t>(std::min<std::int64_t>(intervals * kNominalIntervalMs, 0x3fff'ffff));
}

std::span<const std::byte> as_bytes(std::span<const char> text) {
    return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

}  // namespace

/// False while lwIP, asked to add to what it has not sent yet, would find its last segment larger than it
/// makes them now, and abort the process: the peer has begun with a window of almost nothing, and opened it a
/// little.
bool may_append(const tcp_pcb& p) {
    const tcp_seg* last = p.unsent;
    if (last == nullptr) return true;
    while (last->next != nullptr) last = last->next;
    const std::uint32_t half_window = p.snd_wnd_max / 2;
    const std::uint32_t largest = half_window == 0 ? p.mss : std::min<std::uint32_t>(p.mss, half_window);
    return last->len + p.unsent_oversize <= largest;
}

/// lwIP's way back to us.
struct BypassSocket::Callbacks {
    static BypassSocket& of(void* argument) { return *static_cast<BypassSocket*>(argument); }

    static err_t connected(void* argument, tcp_pcb*, err_t) {
        of(argument).become_connected();
        return ERR_OK;
    }

    static err_t received(void* argument, tcp_pcb*, pbuf* p, err_t) {
        BypassSocket& s = of(argument);
        if (p == nullptr) {
            s.over_ = true;
            s.ending_ = "closed by the peer";
        } else if (s.received_ == nullptr) {
            s.received_ = p;
        } else {
            pbuf_cat(s.received_, p);
        }
        return ERR_OK;
    }

    /// The connection is gone already.
    static void failed(void* argument, err_t error) {
        BypassSocket& s = of(argument);
        s.pcb_ = nullptr;
        s.over_ = true;
        const bool reset = error == ERR_RST;
        if (s.state_ == State::connecting) {
            s.ending_ = reset ? "connect: refused by the peer" : "connect: no answer";
        } else {
            s.ending_ = reset ? "reset by the peer" : "the peer does not answer any more";
        }
    }

    static void set(BypassSocket& s) {
        tcp_arg(s.pcb_, &s);
        tcp_recv(s.pcb_, &received);
        tcp_err(s.pcb_, &failed);
    }
    static void unset(tcp_pcb* pcb) {
        tcp_arg(pcb, nullptr);
        tcp_recv(pcb, nullptr);
        tcp_err(pcb, nullptr);
    }
};

BypassSocket::BypassSocket(TcpStack& stack, std::size_t max_queued) : stack_(stack), max_queued_(max_queued) {
    queue_.reserve(max_queued);
}

BypassSocket::~BypassSocket() { close(); }

bool BypassSocket::connect(const std::string& host, std::uint16_t port) {
    close();
    in_addr parsed{};
    if (inet_pton(AF_INET, host.c_str(), &parsed) != 1) {
        reason_ = "connect: '" + host + "' is no IPv4 address";
        return false;
    }
    if (stack_.is_ours(lwip_ntohl(parsed.s_addr))) {
        reason_ = "connect: " + host + " is our own address";
        return false;
    }
    tcp_pcb* const pcb = tcp_new();
    if (pcb == nullptr) return reason_ = "connect: no memory", false;
    adopt(pcb);
    state_ = State::connecting;
    ip_addr_t to{};
    IP_SET_TYPE_VAL(to, IPADDR_TYPE_V4);
    ip_2_ip4(&to)->addr = parsed.s_addr;
    // lwIP's next number is its last one and the ticks so far, the SYN has the one before it: the ticks are
    // what we can set.
    const std::uint32_t ticks = tcp_ticks;
    tcp_ticks = stack_.first_sequence() + 1 - tcp_next_iss(pcb);
    const err_t error = tcp_connect(pcb, &to, port, &Callbacks::connected);
    tcp_ticks = ticks;
    if (pcb->rttest != 0) pcb->rttest = std::max(ticks, 1u);
    if (error != ERR_OK) {
        fail(error == ERR_RTE ? "connect: no way to " + host
                              : "connect: lwIP error " + std::to_string(error));
        return false;
    }
    return true;
}

/// Takes a connection over: a new one to be connected, or one that a listener got.
void BypassSocket::adopt(tcp_pcb* pcb) {
    const TcpConfig& config = stack_.config();
    pcb_ = pcb;
    ++connection_;
    withheld_ = TCP_WND - config.window;
    kept_back_ = 0;
    Callbacks::set(*this);
    tcp_nagle_disable(pcb);
    if (!config.keep_alive) return;
    ip_set_option(pcb, SOF_KEEPALIVE);
    pcb->keep_idle = nominal_ms(config.keep_alive_idle, config.timer_interval);
    pcb->keep_intvl = nominal_ms(config.keep_alive_interval, config.timer_interval);
    pcb->keep_cnt = config.keep_alive_probes;
}

void BypassSocket::become_connected() {
    state_ = State::connected;
    ++counters_.connects;
    make_ready();
}

void BypassSocket::make_ready() {
    if (buffer_ || pcb_ == nullptr) return;
    const std::uint32_t peer = lwip_ntohl(ip_2_ip4(&pcb_->remote_ip)->addr);
    if (addressed_ != connection_) {
        const auto mac = stack_.mac_towards(peer);
        if (!mac) return;
        by_device_ = stack_.port_.offloads_tcp_checksum();
        ready_.address({stack_.port_.mac(), *mac, stack_.config().address, peer, pcb_->local_port,
                        pcb_->remote_port, pcb_->ttl, pcb_->tos},
                       by_device_);
        addressed_ = connection_;
    }
    buffer_ = stack_.port_.reserve();
    if (buffer_) ready_.lay(buffer_.bytes);
}

bool BypassSocket::send(const char* data, std::size_t size) { return send_bytes({data, size}); }

std::span<char> BypassSocket::prepare(std::size_t max) {
    complete();
    return max <= prepared_.size() ? std::span<char>(prepared_) : std::span<char>{};
}

bool BypassSocket::commit(std::size_t size) {
    return size <= prepared_.size() && send_bytes({prepared_.data(), size});
}

bool BypassSocket::rehearse(const char* data, std::size_t size) {
    complete();
    if (state_ != State::connected || !may_delegate(size)) return false;
    fill({data, size});
    stack_.port_.rehearse(buffer_);
    return true;
}

bool BypassSocket::send_bytes(std::span<const char> bytes) {
    if (state_ != State::connected || pcb_ == nullptr) return false;
    stack_.complete_delegated();
    if (queued() != 0) flush();
    if (pcb_ == nullptr) return false;
    if (queued() == 0 && may_delegate(bytes.size()) && delegate(bytes)) return true;
    ++counters_.ordinary_sends;
    return send_ordinary(bytes);
}

/// True when lwIP, given these bytes, would send them at once and as one segment: then we may do it for it.
bool BypassSocket::may_delegate(std::size_t size) const {
    const tcp_pcb& p = *pcb_;
    if (!delegation_ || !buffer_ || p.state != ESTABLISHED || p.unsent != nullptr ||
        p.snd_lbb != p.snd_nxt)
        return false;
    if ((p.flags & (TF_FIN | TF_CLOSEPEND | TF_RTO)) != 0) return false;
    if (size == 0 || size > p.mss || size > p.snd_wnd_max / 2 || size > p.snd_buf) return false;
    if (p.snd_queuelen + 2 > TCP_SND_QUEUELEN) return false;
    return p.snd_nxt - p.lastack + size <= std::min(p.snd_wnd, p.cwnd);
}

std::size_t BypassSocket::fill(std::span<const char> bytes) {
    const tcp_pcb* const p = pcb_;
    const auto window = static_cast<std::uint16_t>(TCPWND_MIN16(RCV_WND_SCALE(p, p->rcv_ann_wnd)));
    return ready_.fill(buffer_.bytes, {p->snd_nxt, p->rcv_nxt, window}, as_bytes(bytes));
}

bool BypassSocket::delegate(std::span<const char> bytes) {
    const std::size_t length = fill(bytes);
    const TcpChecksum checksum = by_device_ ? TcpChecksum::by_device : TcpChecksum::in_frame;
    if (!stack_.port_.send(buffer_, length, checksum)) return ++counters_.delegated_refused, false;
    if (bytes.data() != prepared_.data()) {
        std::memcpy(sent_.data(), bytes.data(), bytes.size());
        bytes = {sent_.data(), bytes.size()};
    }
    incomplete_ = bytes;
    stack_.incomplete_ = this;
    ++counters_.delegated_sends;
    counters_.bytes_sent += bytes.size();
    return true;
}

void BypassSocket::complete() {
    if (incomplete_.empty()) return;
    const std::span<const char> bytes = incomplete_;
    incomplete_ = {};
    stack_.incomplete_ = nullptr;
    stack_.delegated_ = {true, pcb_->snd_nxt, bytes.size(), ready_.dst_mac()};
    const err_t error = tcp_write(pcb_, bytes.data(), static_cast<u16_t>(bytes.size()), TCP_WRITE_FLAG_COPY);
    if (error == ERR_OK) tcp_output(pcb_);
    stack_.delegated_.expected = false;
    if (error != ERR_OK) {
        // It is on the wire, and nobody could send it again.
        abort();
        reason_ = "no memory to keep what was sent: reset";
        return;
    }
    if (stack_.delegated_.dst_mac != ready_.dst_mac()) ready_.set_dst_mac(stack_.delegated_.dst_mac);
    make_ready();
}

void BypassSocket::tidy() {
    complete();
    credit_read();
}

void BypassSocket::credit_read() {
    if (uncredited_ != 0) credit(std::exchange(uncredited_, 0));
}

bool BypassSocket::send_ordinary(std::span<const char> bytes) {
    const std::size_t taken = give_to_lwip(bytes);
    if (state_ != State::connected) return false;
    return taken == bytes.size() || enqueue(bytes.subspan(taken));
}

/// As much as lwIP takes; it sends what the windows allow.
std::size_t BypassSocket::give_to_lwip(std::span<const char> bytes) {
    std::size_t taken = 0;
    while (taken < bytes.size()) {
        const std::size_t room = std::min<std::size_t>(tcp_sndbuf(pcb_), kMostAtOnce);
        const std::size_t size = std::min(bytes.size() - taken, room);
        if (size == 0 || !may_append(*pcb_)) break;
        const err_t error =
            tcp_write(pcb_, bytes.data() + taken, static_cast<u16_t>(size), TCP_WRITE_FLAG_COPY);
        if (error == ERR_MEM) break;
        if (error != ERR_OK) {
            fail("send: lwIP error " + std::to_string(error));
            return taken;
        }
        taken += size;
    }
    counters_.bytes_sent += taken;
    tcp_output(pcb_);
    return taken;
}

bool BypassSocket::enqueue(std::span<const char> bytes) {
    ++counters_.queued_sends;
    if (queued() + bytes.size() > max_queued_) {
        ++counters_.overflows;
        fail("the peer does not read: more than " + std::to_string(max_queued_) + " bytes wait");
        return false;
    }
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(queue_start_));
    queue_start_ = 0;
    queue_.insert(queue_.end(), bytes.begin(), bytes.end());
    return true;
}

void BypassSocket::flush() {
    if (state_ != State::connected || pcb_ == nullptr) return;
    if (queued() != 0) {
        queue_start_ += give_to_lwip({queue_.data() + queue_start_, queued()});
        if (queued() == 0) {
            queue_.clear();
            queue_start_ = 0;
        }
    }
    make_ready();
}

BypassSocket::Piece BypassSocket::take() {
    pbuf* const first = received_;
    if (first == nullptr) return {};
    const std::span<const char> bytes = received();
    if (first->next != nullptr) pbuf_ref(first->next);
    received_ = first->next;
    pbuf_dechain(first);
    received_start_ = 0;
    counters_.bytes_received += bytes.size();
    return {bytes, first, connection_};
}

void BypassSocket::done_with(const Piece& piece) {
    pbuf_free(piece.buffer);
    if (piece.connection == connection_) uncredited_ += piece.bytes.size();
}

std::span<const char> BypassSocket::received() const {
    if (received_ == nullptr) return {};
    return std::span(static_cast<const char*>(received_->payload), received_->len).subspan(received_start_);
}

void BypassSocket::consume(std::size_t size) {
    while (size > 0 && received_ != nullptr) {
        const std::size_t here = std::min(size, received().size());
        size -= here;
        if (here == received().size()) {
            done_with(take());
        } else {
            received_start_ += here;
            counters_.bytes_received += here;
            uncredited_ += here;
        }
    }
    credit_read();
}

/// Opens the window again for what was taken, beyond what the configuration keeps it smaller by.
void BypassSocket::credit(std::size_t size) {
    const std::size_t keep = std::min(size, withheld_ - kept_back_);
    kept_back_ += keep;
    size -= keep;
    if (pcb_ == nullptr || size == 0) return;
    tcp_recved(pcb_, static_cast<u16_t>(size));
    // lwIP tells of it once it is worth four segments: of a small window that may be never.
    const std::uint32_t untold = pcb_->rcv_nxt + pcb_->rcv_ann_wnd - pcb_->rcv_ann_right_edge;
    if (untold == 0 || untold < stack_.config().window / 4) return;
    tcp_ack_now(pcb_);
    tcp_output(pcb_);
}

std::size_t BypassSocket::unacknowledged() const {
    const std::size_t lwips = pcb_ == nullptr ? 0 : TCP_SND_BUF - pcb_->snd_buf;
    return lwips + incomplete_.size();
}

void BypassSocket::end_if_over() {
    if (over_ && received_ == nullptr) fail(std::move(ending_));
}

void BypassSocket::close() {
    complete();
    let_go();
    reason_.clear();
}

void BypassSocket::abort() {
    if (!incomplete_.empty()) stack_.incomplete_ = nullptr;
    incomplete_ = {};
    tcp_pcb* const pcb = std::exchange(pcb_, nullptr);
    if (pcb != nullptr) {
        Callbacks::unset(pcb);
        tcp_abort(pcb);
    }
    let_go();
    reason_.clear();
}

void BypassSocket::fail(std::string reason) {
    let_go();
    reason_ = std::move(reason);
}

void BypassSocket::let_go() {
    tcp_pcb* const pcb = std::exchange(pcb_, nullptr);
    if (pcb != nullptr) {
        Callbacks::unset(pcb);
        // A window that is not full means unread bytes to lwIP, which it answers with a reset.
        const std::size_t untold = kept_back_ + uncredited_;
        if (received_ == nullptr && untold != 0) tcp_recved(pcb, static_cast<u16_t>(untold));
        if (tcp_close(pcb) != ERR_OK) tcp_abort(pcb);
    }
    if (received_ != nullptr) pbuf_free(received_);
    received_ = nullptr;
    received_start_ = 0;
    uncredited_ = 0;
    if (buffer_) stack_.port_.give_back(buffer_);
    queue_.clear();
    queue_start_ = 0;
    over_ = false;
    ++connection_;
    state_ = State::closed;
}

}  // namespace hw::net
