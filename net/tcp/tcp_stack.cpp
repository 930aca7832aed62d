#include "net/tcp/tcp_stack.h"

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

#include "net/tcp/bypass_socket.h"
#include "net/tcp/lwip.h"

namespace hw::net {

namespace {

constexpr std::size_t kEthernetHeader = 14;
constexpr std::size_t kMinFrame = 60;  // without the frame check sequence
constexpr std::size_t kMaxFrame = 1'514;
constexpr std::size_t kArp = 28;
constexpr std::size_t kTcpHeader = 20;
constexpr std::size_t kRxBuffers = 512;  // more than a full window of 1460-byte segments, out of order or not
constexpr std::uint8_t kProtocolIcmp = 1;
constexpr std::uint8_t kProtocolTcp = 6;
constexpr std::uint8_t kEchoRequest = 8;
constexpr Nanos kArpInterval = Nanos::from_ms(ARP_TMR_INTERVAL);

ip4_addr_t lwip_address(std::uint32_t ip) { return {lwip_htonl(ip)}; }
std::uint32_t mask_of(std::uint16_t prefix_length) {
    return prefix_length == 0 ? 0 : 0xffff'ffffu << (32 - prefix_length);
}

bool stack_exists = false;
bool lwip_started = false;

void start_lwip_once() {
    if (lwip_started) return;
    lwip_started = true;
    // Local ports come from rand(), sequence numbers from the ticks so far: nobody shall guess them.
    std::random_device random;
    std::srand(random());
    lwip_init();
    tcp_ticks = random();
}

std::string trouble_with(const TcpConfig& c) {
    if (stack_exists) return "there is a TCP stack in this process already";
    if (c.address == 0 || is_multicast(c.address))
        return "its address " + ip_text(c.address) + " is no host's";
    if (c.prefix_length > 32) return "a prefix is at most 32 bits long";
    if (c.mss < 88 || c.mss > TCP_MSS) return "an MSS is from 88 to " + std::to_string(TCP_MSS) + " bytes";
    if (c.window < 2u * c.mss || c.window > TCP_WND)
        return "a window is from two segments to " + std::to_string(TCP_WND) + " bytes";
    if (c.timer_interval < Nanos::from_us(100) || c.timer_interval > Nanos::from_ms(250))
        return "a timer interval is from 0.1 to 250 ms";
    return {};
}

}  // namespace

/// What of the stack is lwIP's: its interface, and the buffers that received frames are copied into.
struct TcpStack::Lwip {
    struct RxBuffer {
        pbuf_custom custom;
        // Right behind the pbuf, as lwIP expects of its own: so it can put headers in front again.
        std::array<std::byte, kMaxFrame> bytes;
        RxBuffer* next_free;
        Lwip* owner;
    };
    static_assert(offsetof(RxBuffer, custom) == 0);

    netif interface {};
    std::vector<RxBuffer> buffers{kRxBuffers};
    RxBuffer* free = nullptr;

    Lwip() {
        for (RxBuffer& b : buffers) {
            b.owner = this;
            b.custom.custom_free_function = &give_back;
            give_back(&b.custom.pbuf);
        }
    }

    static void give_back(pbuf* p) {
        auto* const buffer = reinterpret_cast<RxBuffer*>(p);
        buffer->next_free = buffer->owner->free;
        buffer->owner->free = buffer;
    }

    pbuf* take(std::span<const std::byte> frame) {
        RxBuffer* const b = free;
        if (b == nullptr) return borrow(frame);
        free = b->next_free;
        std::memcpy(b->bytes.data(), frame.data(), frame.size());
        return pbuf_alloced_custom(PBUF_RAW, static_cast<u16_t>(frame.size()), PBUF_RAM, &b->custom,
                                   b->bytes.data(), static_cast<u16_t>(b->bytes.size()));
    }

    /// For a peer of many tiny segments: from the heap, so that acknowledgments still get through.
    static pbuf* borrow(std::span<const std::byte> frame) {
        pbuf* const p = pbuf_alloc(PBUF_RAW, static_cast<u16_t>(frame.size()), PBUF_RAM);
        if (p != nullptr) pbuf_take(p, frame.data(), static_cast<u16_t>(frame.size()));
        return p;
    }

    static TcpStack& stack_of(netif* n) { return *static_cast<TcpStack*>(n->state); }

    static err_t start_interface(netif* n) {
        n->name[0] = 'h';
        n->name[1] = 'w';
        n->hwaddr_len = ETH_HWADDR_LEN;
        const MacAddress mac = stack_of(n).port_.mac();
        std::memcpy(n->hwaddr, mac.data(), mac.size());
        // The largest segment follows from this, ours and the one that we ask for.
        n->mtu = static_cast<u16_t>(stack_of(n).config_.mss + 40);
        n->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET | NETIF_FLAG_LINK_UP;
        n->output = &output;
        n->linkoutput = &link_output;
        return ERR_OK;
    }

    /// Debian's lwIP has no static ARP entries: they are looked up before it is asked.
    static err_t output(netif* n, pbuf* p, const ip4_addr_t* to) {
        const TcpStack& stack = stack_of(n);
        const MacAddress* const known = stack.static_mac(stack.next_hop(lwip_ntohl(to->addr)));
        if (known == nullptr) return etharp_output(n, p, to);
        eth_addr src{};
        eth_addr dst{};
        std::memcpy(src.addr, n->hwaddr, sizeof src.addr);
        std::memcpy(dst.addr, known->data(), sizeof dst.addr);
        return ethernet_output(n, p, &src, &dst, ETHTYPE_IP);
    }

    static err_t link_output(netif* n, pbuf* p) {
        std::array<std::byte, kMaxFrame> joined;
        std::span<const std::byte> frame{static_cast<const std::byte*>(p->payload), p->len};
        if (p->next != nullptr) {
            if (p->tot_len > joined.size()) return ERR_BUF;
            pbuf_copy_partial(p, joined.data(), p->tot_len, 0);
            frame = {joined.data(), p->tot_len};
        }
        return stack_of(n).send(frame) ? ERR_OK : ERR_MEM;
    }
};

namespace {

/// lwIP heeds options in any segment, even one that is out of the window: an MSS in the middle of a
/// connection shrinks its segments under it. Of a segment that opens no connection it needs none.
void blank_options(std::span<std::byte> frame) {
    const std::span<std::byte> ip =
        frame.subspan(kEthernetHeader, load16(frame.data() + kEthernetHeader + 2));
    const std::span<std::byte> tcp = ip.subspan((load8(ip.data()) & 0x0fu) * 4u);
    const std::size_t header = (load8(tcp.data() + 12) >> 4) * 4u;
    if (header == kTcpHeader || (load8(tcp.data() + 13) & TCP_SYN) != 0) return;
    std::memset(tcp.data() + kTcpHeader, LWIP_TCP_OPT_NOP, header - kTcpHeader);
    std::memset(tcp.data() + 16, 0, 2);
    const std::uint64_t pseudo = checksum_sum(ip.subspan(12, 8)) + kProtocolTcp + tcp.size();
    const std::uint16_t checksum = lwip_htons(checksum_finish(pseudo + checksum_sum(tcp)));
    std::memcpy(tcp.data() + 16, &checksum, sizeof checksum);
}

/// lwIP leaves the timer of a closed window running when what it was for is acknowledged after all (a window
/// that shrank under segments on their way), and aborts the process over it at the next tick.
void mend_persist_timers() {
    for (tcp_pcb* p = tcp_active_pcbs; p != nullptr; p = p->next) {
        if (p->unsent == nullptr || p->unacked != nullptr) p->persist_backoff = 0;
    }
}

/// lwIP acknowledges every second segment while it takes it in: that takes time and memory before anybody has
/// seen what the segment says, and an order sent in answer would carry the acknowledgment anyway. While this
/// exists nothing is owed, and what arrives in order is owed later.
class HeldAcknowledgments {
  public:
    HeldAcknowledgments() {
        for (tcp_pcb* p = tcp_active_pcbs; p != nullptr && count_ < held_.size(); p = p->next) {
            if (p->state != ESTABLISHED || (p->flags & kOwed) == 0) continue;
            held_[count_++] = {p, (p->flags & TF_ACK_NOW) != 0};
            tcp_clear_flags(p, kOwed);
        }
    }
    /// They are owed again, but for those that were `sent` meanwhile. True when one is due.
    bool give_back(bool sent) {
        bool due = false;
        for (tcp_pcb* p = tcp_active_pcbs; p != nullptr; p = p->next) {
            const Held* const held = find(p);
            const bool more = (p->flags & TF_ACK_DELAY) != 0;
            if (held == nullptr || p->state != ESTABLISHED || (sent && !more)) continue;
            const bool now = held->now || more;
            tcp_set_flags(p, now ? TF_ACK_NOW : TF_ACK_DELAY);
            due = due || now;
        }
        return due;
    }

  private:
    static constexpr int kOwed = TF_ACK_DELAY | TF_ACK_NOW;
    struct Held {
        const tcp_pcb* pcb = nullptr;
        bool now = false;
    };
    const Held* find(const tcp_pcb* p) const {
        for (std::size_t n = 0; n < count_; ++n) {
            if (held_[n].pcb == p) return &held_[n];
        }
        return nullptr;
    }

    std::array<Held, 8> held_;  // of further connections lwIP acknowledges when it likes
    std::size_t count_ = 0;
};

void send_acknowledgments() {
    for (tcp_pcb* p = tcp_active_pcbs; p != nullptr; p = p->next) {
        if (p->state == ESTABLISHED && (p->flags & TF_ACK_NOW) != 0) tcp_output(p);
    }
}

}  // namespace

std::unique_ptr<TcpStack> TcpStack::start(Port& port, const TcpConfig& config, std::string& error) {
    error = trouble_with(config);
    if (!error.empty()) return nullptr;
    start_lwip_once();
    std::unique_ptr<TcpStack> stack(new TcpStack(port, config));
    stack->join_lwip();
    return stack;
}

TcpStack::TcpStack(Port& port, const TcpConfig& config)
    : port_(port), config_(config), lwip_(std::make_unique<Lwip>()), sequences_(std::random_device{}()) {
    stack_exists = true;
}

void TcpStack::join_lwip() {
    const ip4_addr_t address = lwip_address(config_.address);
    const ip4_addr_t mask = lwip_address(mask_of(config_.prefix_length));
    const ip4_addr_t gateway = lwip_address(config_.gateway);
    netif_add(&lwip_->interface, &address, &mask, &gateway, this, &Lwip::start_interface, &netif_input);
    netif_set_default(&lwip_->interface);
    netif_set_up(&lwip_->interface);
}

TcpStack::~TcpStack() {
    // What lingers (TIME_WAIT, closing) holds buffers of ours.
    while (tcp_active_pcbs != nullptr) tcp_abort(tcp_active_pcbs);
    while (tcp_tw_pcbs != nullptr) tcp_abort(tcp_tw_pcbs);
    etharp_cleanup_netif(&lwip_->interface);
    netif_remove(&lwip_->interface);
    stack_exists = false;
}

FrameFate TcpStack::on_frame(std::span<const std::byte> frame, const Classified& classified) {
    complete_delegated();
    const FrameFate fate = fate_of(frame, classified);
    const bool taken = fate <= FrameFate::icmp_echo;
    const FrameFate end = taken ? give_to_lwip(frame, fate) : fate;
    ++counters_.frames[static_cast<std::size_t>(end)];
    return end;
}

FrameFate TcpStack::fate_of(std::span<const std::byte> frame, const Classified& c) const {
    if (frame.size() > kMaxFrame) return FrameFate::too_long;
    if (c.verdict == Verdict::arp) {
        if (load16(frame.data() + 12) != 0x0806) return FrameFate::tagged;
        if (frame.size() < kEthernetHeader + kArp) return FrameFate::bad_arp;
        const std::byte* const arp = frame.data() + kEthernetHeader;
        const bool ethernet_ipv4 = load32(arp) == 0x0001'0800 && load16(arp + 4) == 0x0604;
        const std::uint16_t operation = load16(arp + 6);
        return ethernet_ipv4 && (operation == 1 || operation == 2) ? FrameFate::arp : FrameFate::bad_arp;
    }
    if (c.verdict != Verdict::tcp && c.verdict != Verdict::other_protocol) return FrameFate::other;
    const std::size_t header = (load8(c.ip.data()) & 0x0fu) * 4u;
    const std::span<const std::byte> inner = c.ip.subspan(header);
    const std::uint8_t protocol = load8(c.ip.data() + 9);
    const bool echo = protocol == kProtocolIcmp && inner.size() >= 8 && load8(inner.data()) == kEchoRequest;
    if (protocol != kProtocolTcp && !echo) return FrameFate::other;
    if (c.ip.data() != frame.data() + kEthernetHeader) return FrameFate::tagged;
    if (load32(c.ip.data() + 16) != config_.address) return FrameFate::not_ours;
    // lwIP would answer by its loopback, which needs a thread that it does not have here, and abort.
    if (is_ours(load32(c.ip.data() + 12))) return FrameFate::from_us;
    if (echo) {
        const bool sound = checksum_finish(checksum_sum(inner)) == 0;
        return sound ? FrameFate::icmp_echo : FrameFate::bad_icmp_checksum;
    }
    if (inner.size() < kTcpHeader) return FrameFate::bad_tcp_header;
    const std::size_t offset = (load8(inner.data() + 12) >> 4) * 4u;
    if (offset < kTcpHeader || offset > inner.size()) return FrameFate::bad_tcp_header;
    const std::uint64_t pseudo = checksum_sum(c.ip.subspan(12, 8)) + kProtocolTcp + inner.size();
    const bool sound = checksum_finish(pseudo + checksum_sum(inner)) == 0;
    return sound ? FrameFate::tcp : FrameFate::bad_tcp_checksum;
}

FrameFate TcpStack::give_to_lwip(std::span<const std::byte> frame, FrameFate fate) {
    pbuf* const p = lwip_->take(frame);
    if (p == nullptr) return FrameFate::no_buffer;
    if (fate == FrameFate::tcp) blank_options({static_cast<std::byte*>(p->payload), p->len});
    HeldAcknowledgments held;
    const std::uint64_t sent = counters_.sent;
    if (ethernet_input(p, &lwip_->interface) != ERR_OK) pbuf_free(p);
    acknowledgments_due_ = held.give_back(counters_.sent != sent) || acknowledgments_due_;
    return fate;
}

void TcpStack::poll(Nanos now) {
    complete_delegated();
    if (!timed_) {
        timed_ = true;
        next_timer_ = now + config_.timer_interval;
        next_arp_timer_ = now + kArpInterval;
    }
    if (std::exchange(acknowledgments_due_, false)) send_acknowledgments();
    // After a gap the timers run once, not once for each interval missed: what came in during the gap is
    // still to be read.
    if (now >= next_timer_) {
        next_timer_ = now + config_.timer_interval;
        ++counters_.timer_runs;
        mend_persist_timers();
        tcp_tmr();
    }
    if (now >= next_arp_timer_) {
        next_arp_timer_ = now + kArpInterval;
        etharp_tmr();
    }
}

void TcpStack::complete_delegated() {
    if (incomplete_ != nullptr) incomplete_->complete();
}

bool TcpStack::send(std::span<const std::byte> frame) {
    if (delegated_.expected && is_delegated(frame)) {
        ++counters_.swallowed;
        return true;
    }
    TxBuffer buffer = port_.reserve();
    if (!buffer || frame.size() > buffer.bytes.size()) {
        if (buffer) port_.give_back(buffer);
        ++counters_.unsent;
        return false;
    }
    std::memcpy(buffer.bytes.data(), frame.data(), frame.size());
    const std::size_t length = std::max(frame.size(), kMinFrame);
    std::memset(buffer.bytes.data() + frame.size(), 0, length - frame.size());
    if (port_.send(buffer, length)) return ++counters_.sent, true;
    port_.give_back(buffer);
    ++counters_.unsent;
    return false;
}

/// True for the first transmission of the segment that was delegated. lwIP's choice of MAC is kept: it learns
/// of changes.
bool TcpStack::is_delegated(std::span<const std::byte> frame) {
    constexpr std::size_t kTcp = kEthernetHeader + 20;
    if (frame.size() != kTcp + kTcpHeader + delegated_.size) return false;
    if (load16(frame.data() + 12) != 0x0800 || load8(frame.data() + kEthernetHeader + 9) != kProtocolTcp)
        return false;
    if (load32(frame.data() + kTcp + 4) != delegated_.sequence) return false;
    std::memcpy(delegated_.dst_mac.data(), frame.data(), delegated_.dst_mac.size());
    delegated_.expected = false;
    return true;
}

std::uint32_t TcpStack::next_hop(std::uint32_t ip) const {
    const bool near = ((ip ^ config_.address) & mask_of(config_.prefix_length)) == 0;
    return near || config_.gateway == 0 ? ip : config_.gateway;
}

const MacAddress* TcpStack::static_mac(std::uint32_t ip) const {
    for (const StaticArp& entry : config_.static_arp) {
        if (entry.ip == ip) return &entry.mac;
    }
    return nullptr;
}

std::optional<MacAddress> TcpStack::mac_towards(std::uint32_t ip) const {
    const std::uint32_t hop = next_hop(ip);
    if (const MacAddress* const known = static_mac(hop); known != nullptr) return *known;
    const ip4_addr_t address = lwip_address(hop);
    eth_addr* found = nullptr;
    const ip4_addr_t* entry = nullptr;
    if (etharp_find_addr(&lwip_->interface, &address, &found, &entry) < 0) return std::nullopt;
    MacAddress mac{};
    std::memcpy(mac.data(), found->addr, mac.size());
    return mac;
}

std::uint32_t TcpStack::first_sequence() { return config_.first_sequence.value_or(sequences_()); }

std::string_view to_string(FrameFate f) {
    static constexpr std::array<std::string_view, kFrameFates> kNames = {
        "tcp",     "arp",      "icmp_echo",      "not_ours",         "from_us",
        "other",   "tagged",   "bad_tcp_header", "bad_tcp_checksum", "bad_icmp_checksum",
        "bad_arp", "too_long", "no_buffer",
    };
    return f < FrameFate::count_ ? kNames[static_cast<std::size_t>(f)] : "invalid";
}

}  // namespace hw::net
