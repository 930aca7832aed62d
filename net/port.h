// A DPDK Ethernet port: packets in, packets out, one queue each way (more in, where the device steers flows).
//
// `Eal` starts DPDK once for the process; `Port` opens any of its Ethernet devices (a PCI NIC, memif, ring,
// pcap, af_packet) by name. The hot loop calls `rx_burst`, looks at the packets, calls `release`, and sends
// with `tx`; all on one thread. Nothing of it allocates or throws after `open`. No DPDK type shows here, so
// that DPDK's headers stay in one unit.
//
// DPDK runs unprivileged and without hugepages with the EAL arguments
// `--no-huge -m 256 --no-pci --no-shconf --no-telemetry`. It pins the calling thread to a core: processes
// that share cores need `--lcores 0@(0-N)`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/types.h"
#include "net/packet.h"
#include "net/port_config.h"

namespace hw::net {

class Eal {
  public:
    /// Starts DPDK with these EAL arguments (without the program's name). False, and why in `error`, when it
    /// cannot be started or was started with other arguments before; the same arguments again are fine. A
    /// memif server's socket file that a killed process left behind is removed first.
    static bool start(const std::vector<std::string>& arguments, std::string& error);
    static bool started();
    /// True for a memif device that was configured with `role=client`.
    static bool is_memif_client(const std::string& device);
};

/// Removes the socket file of every `role=server` memif device in `arguments` that nobody listens on any
/// more.
void remove_stale_memif_sockets(const std::vector<std::string>& arguments);

/// A received packet; valid until the next `release`.
struct RxPacket {
    std::span<const std::byte> bytes;
    Nanos timestamp;  ///< UTC, when the device gives one (the pcap device does, in whole microseconds); else
                      ///< zero
};

/// A buffer of the port's to write a frame into, so that sending it copies nothing. Belongs to whoever
/// reserved it until it is sent or given back.
struct TxBuffer {
    std::span<std::byte> bytes;
    void* handle = nullptr;
    explicit operator bool() const { return handle != nullptr; }
};

/// Who computes the checksums of an untagged IPv4/TCP frame without IP options.
enum class TcpChecksum : std::uint8_t {
    in_frame,  ///< they stand in the frame
    by_device  ///< the device: IP's is zero in the frame, TCP's is the sum over the pseudo header
};

struct PortCounters {
    std::uint64_t rx_packets = 0;
    std::uint64_t rx_bytes = 0;
    std::uint64_t rx_too_fragmented = 0;  ///< packets in several buffers that do not fit into one: dropped
    std::uint64_t tx_packets = 0;
    std::uint64_t tx_bytes = 0;
    std::uint64_t tx_full = 0;      ///< the device took no more, or is not connected: not sent
    std::uint64_t tx_no_mbuf = 0;   ///< the pool was empty: not sent
    std::uint64_t tx_too_long = 0;  ///< longer than one buffer: not sent
};

/// The device's own counters, for what got lost below us. Cold: asks the driver.
struct DeviceCounters {
    std::uint64_t imissed = 0;  ///< dropped by the device: its ring was full
    std::uint64_t ierrors = 0;
    std::uint64_t rx_nombuf = 0;  ///< dropped by the driver: the pool was empty
    std::uint64_t oerrors = 0;
};

class CaptureRing;

/// What the device can do for us; without it software does the same. Found out when the port is opened.
struct PortFeatures {
    bool rx_timestamp = false;      ///< packets carry a receive time that we can read as UTC
    bool tx_ipv4_checksum = false;  ///< enabled: a buffer may ask for it
    bool tx_tcp_checksum = false;
    bool flow_rules = false;      ///< rte_flow: flows can be steered to queues
    bool steered = false;         ///< and those of the configuration are
    std::uint16_t rx_queues = 1;  ///< at most
    unsigned interface = 0;       ///< the kernel's number of the interface behind the port; zero: none
};
/// For the log: "receive times: yes, ...".
std::string to_text(const PortFeatures&);

class Port {
  public:
    static constexpr std::size_t kMaxBurst = 64;

    /// Configures and starts the device of `config`; DPDK must have been started. Null, and why in `error`.
    static std::unique_ptr<Port> open(const PortConfig& config, std::string& error);
    ~Port();
    Port(const Port&) = delete;
    Port& operator=(const Port&) = delete;

    /// Up to `most` packets (at most kMaxBurst), empty when there are none. What the last burst held must
    /// have been released.
    std::span<const RxPacket> rx_burst(std::size_t most = kMaxBurst);
    /// Gives the last burst's packets back to the pool.
    void release();
    /// Copies a whole Ethernet frame out. False: not sent, and counted by reason; the caller may try again
    /// later.
    bool tx(std::span<const std::byte> frame);

    /// A buffer to send from later; empty (and counted) when the pool is.
    TxBuffer reserve();
    /// Sends the first `length` bytes of it. False: not sent, counted by reason, and still the caller's. The
    /// buffer's room is not checked again.
    bool send(TxBuffer& buffer, std::size_t length, TcpChecksum checksum = TcpChecksum::in_frame);
    /// The driver is called as `send` would, with no frame: its code and its ring stay warm.
    void rehearse(const TxBuffer& buffer);
    void give_back(TxBuffer& buffer);
    /// True when the device can fill in the checksums of IPv4 and TCP.
    bool offloads_tcp_checksum() const;

    /// Everything that comes in and goes out from now on is held in `tap`, which must outlive the port; null:
    /// nothing. What came in is copied by `release`, when what it caused has been sent.
    void set_tap(CaptureRing* tap) { tap_ = tap; }

    /// True when the link is up; for memif: when the peer is connected.
    bool link_up() const;
    /// A memif client connects when it is started and never again: not to a server that came later or came
    /// back. To be called now and then (every 100 ms or so) while the link is down; other devices need
    /// nothing. Cold: takes a system call or many. True when the link is up. No packets may be held.
    bool keep_link();
    /// The device's name and its driver's.
    const std::string& name() const;
    const std::string& driver() const;
    MacAddress mac() const;
    const PortCounters& counters() const { return counters_; }
    DeviceCounters device_counters() const;
    const PortFeatures& features() const;
    /// Lets in these multicast addresses only. False: the device cannot, and lets all of them in.
    bool filter_multicast(std::span<const MacAddress> groups);

  private:
    struct Device;
    explicit Port(std::unique_ptr<Device> device);

    std::unique_ptr<Device> device_;
    PortCounters counters_;
    CaptureRing* tap_ = nullptr;
};

}  // namespace hw::net
