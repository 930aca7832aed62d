// One TCP stack on a bypass port: lwIP driven from the poll loop, without a thread, a lock that waits, or a
// system call.
//
// Its owner polls the port, gives it the frames that are TCP, ARP or ICMP, and calls `poll` each round for
// the timers. Connections are BypassSockets, made on the stack or accepted by a TcpListener; they must be
// gone before the stack is. lwIP keeps its state in globals: one stack at a time a process, all on one
// thread.
//
// lwIP was made for clocks of 250 ms; here its clock is TcpConfig::timer_interval. It allocates for what it
// sends and for segments out of order; received frames are copied into buffers of the stack's own.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <string_view>

#include "core/types.h"
#include "net/packet.h"
#include "net/port.h"
#include "net/tcp/tcp_config.h"

namespace hw::net {

class BypassSocket;

/// What became of a frame given to the stack: each is counted once, under one of these.
enum class FrameFate : std::uint8_t {
    tcp = 0,    ///< taken: sound, and for our address
    arp,        ///< taken: sound, for whomever
    icmp_echo,  ///< taken: will be answered
    not_ours,   ///< sound TCP or ICMP echo for another address
    from_us,    ///< the same, from our own address or a loopback one: forged, or our own frames come back
    other,      ///< neither TCP, nor ARP, nor an ICMP echo request, or not sound as IPv4
    tagged,     ///< in a VLAN: the stack has none
    bad_tcp_header,
    bad_tcp_checksum,
    bad_icmp_checksum,
    bad_arp,
    too_long,
    no_buffer,  ///< no memory to keep it: dropped, the peer will send it again
    count_
};
inline constexpr std::size_t kFrameFates = static_cast<std::size_t>(FrameFate::count_);
/// Stable snake_case name, for counters.
std::string_view to_string(FrameFate);

class TcpStack {
  public:
    struct Counters {
        std::array<std::uint64_t, kFrameFates> frames{};  ///< received, by fate
        std::uint64_t sent = 0;       ///< frames that lwIP sent; delegated segments are not among them
        std::uint64_t unsent = 0;     ///< frames that the port did not take: TCP sends them again
        std::uint64_t swallowed = 0;  ///< first transmissions of what had been delegated
        std::uint64_t timer_runs = 0;
        std::uint64_t operator[](FrameFate f) const { return frames[static_cast<std::size_t>(f)]; }
    };

    /// Null, and why in `error`, when the configuration cannot be meant or there is a stack already. `port`
    /// must outlive the stack.
    static std::unique_ptr<TcpStack> start(Port& port, const TcpConfig& config, std::string& error);
    ~TcpStack();
    TcpStack(const TcpStack&) = delete;
    TcpStack& operator=(const TcpStack&) = delete;

    /// Takes a received frame, or says why not. What it sets off is sent at once, ordinary acknowledgments
    /// apart; received bytes wait in their sockets.
    FrameFate on_frame(std::span<const std::byte> frame) { return on_frame(frame, classify(frame)); }
    FrameFate on_frame(std::span<const std::byte> frame, const Classified& classified);
    /// Acknowledgments that are due, and the timers, when they are; `now` is any clock that does not go back.
    void poll(Nanos now);

    Port& port() { return port_; }
    const TcpConfig& config() const { return config_; }
    const Counters& counters() const { return counters_; }

  private:
    friend class BypassSocket;
    friend class TcpListener;
    struct Lwip;

    TcpStack(Port& port, const TcpConfig& config);

    void join_lwip();
    FrameFate fate_of(std::span<const std::byte> frame, const Classified& classified) const;
    FrameFate give_to_lwip(std::span<const std::byte> frame, FrameFate fate);
    bool send(std::span<const std::byte> frame);
    bool is_ours(std::uint32_t ip) const { return ip == config_.address || ip >> 24 == 127; }
    bool is_delegated(std::span<const std::byte> frame);
    std::uint32_t next_hop(std::uint32_t ip) const;
    const MacAddress* static_mac(std::uint32_t ip) const;
    /// The MAC of the next hop towards `ip`, when it is known.
    std::optional<MacAddress> mac_towards(std::uint32_t ip) const;
    std::uint32_t first_sequence();
    /// lwIP gets to know what was delegated before it gets to know anything else.
    void complete_delegated();

    Port& port_;
    const TcpConfig config_;
    Counters counters_;
    std::unique_ptr<Lwip> lwip_;
    BypassSocket* incomplete_ = nullptr;  ///< has sent a segment that lwIP does not know of yet

    // While lwIP sends what was delegated: the segment to swallow, and the frame it would have been.
    struct Delegated {
        bool expected = false;
        std::uint32_t sequence = 0;
        std::size_t size = 0;
        MacAddress dst_mac{};
    };
    Delegated delegated_;

    bool acknowledgments_due_ = false;
    bool timed_ = false;
    Nanos next_timer_;
    Nanos next_arp_timer_;
    std::mt19937 sequences_;
};

}  // namespace hw::net
