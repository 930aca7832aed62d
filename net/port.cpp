#include "net/port.h"

#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_ip.h>
#include <rte_mbuf.h>
#include <rte_mbuf_dyn.h>
#include <rte_tcp.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "net/capture_ring.h"
#include "net/flow_rules.h"
#include "net/memif_guard.h"

namespace hw::net {

namespace {

constexpr std::uint16_t kQueue = 0;
constexpr unsigned kPoolCache = 128;

/// Where the device leaves its receive time, if it does.
struct TimestampField {
    int offset = -1;
    std::uint64_t flag = 0;
    std::int64_t ns_per_unit = 0;
};

}  // namespace

struct Port::Device {
    std::uint16_t id = RTE_MAX_ETHPORTS;
    std::string name;
    std::string driver;
    rte_mempool* pool = nullptr;
    bool started = false;                // false while a memif client waits for its server
    std::unique_ptr<MemifBursts> memif;  // of a memif device
    bool memif_client = false;
    TimestampField timestamp;
    PortFeatures features;
    std::uint16_t held = 0;
    std::size_t kept = 0;  // of them, those that the caller was given
    std::array<rte_mbuf*, kMaxBurst> mbufs{};
    std::array<RxPacket, kMaxBurst> packets{};

    Device() = default;
    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;
    ~Device() {
        rte_pktmbuf_free_bulk(mbufs.data(), held);
        if (started) on_control_thread([this] { rte_eth_dev_stop(id); });
        // The pool stays: a driver may still hold buffers, and a pool freed under it is a crash. A port
        // opened again on the same device finds it by name.
    }

    /// Where a start and a stop do not meet what the driver does by itself.
    template <class F>
    void on_control_thread(F&& work) const {
        if (memif) return on_interrupt_thread(work);
        work();
    }
    std::uint16_t receive(std::uint16_t queue, std::uint16_t from, std::uint16_t most) {
        const Burst burst(memif.get());
        return rte_eth_rx_burst(id, queue, mbufs.data() + from, most);
    }
    /// How many of `count` buffers, from `first` on, went.
    std::uint16_t transmit(rte_mbuf** first, std::uint16_t count) {
        const Burst burst(memif.get());
        return rte_eth_tx_burst(id, kQueue, first, count);
    }
    Nanos time_of(const rte_mbuf* m) const {
        if (timestamp.offset < 0 || (m->ol_flags & timestamp.flag) == 0) return {};
        const auto raw = *RTE_MBUF_DYNFIELD(m, timestamp.offset, const rte_mbuf_timestamp_t*);
        return Nanos::from_ns(static_cast<std::int64_t>(raw) * timestamp.ns_per_unit);
    }
};

Port::Port(std::unique_ptr<Device> device) : device_(std::move(device)) {}
Port::~Port() = default;

std::span<const RxPacket> Port::rx_burst(std::size_t most) {
    Device& d = *device_;
    if (!d.started) return {};
    const auto limit = static_cast<std::uint16_t>(std::min(most, kMaxBurst));
    std::uint16_t received = 0;
    if (d.features.steered) [[unlikely]] {
        // Fills first: they change what a tick is to be answered with.
        for (const std::uint16_t queue : {kOrderQueue, kFeedQueue}) {
            const auto room = static_cast<std::uint16_t>(limit - received);
            received = static_cast<std::uint16_t>(received + d.receive(queue, received, room));
        }
    }
    const auto room = static_cast<std::uint16_t>(limit - received);
    received = static_cast<std::uint16_t>(received + d.receive(kQueue, received, room));
    d.held = received;
    std::size_t kept = 0;
    for (std::uint16_t i = 0; i < received; ++i) {
        rte_mbuf* const m = d.mbufs[i];
        counters_.rx_bytes += m->pkt_len;
        if (m->nb_segs > 1 && rte_pktmbuf_linearize(m) != 0) {
            ++counters_.rx_too_fragmented;
            continue;
        }
        d.packets[kept++] = {{rte_pktmbuf_mtod(m, const std::byte*), m->data_len}, d.time_of(m)};
    }
    counters_.rx_packets += received;
    d.kept = kept;
    if (tap_ != nullptr && kept != 0) tap_->arrived();
    if (kept == 0) release();  // the caller has nothing to release
    return {d.packets.data(), kept};
}

void Port::release() {
    if (tap_ != nullptr) tap_->rx({device_->packets.data(), device_->kept});
    device_->kept = 0;
    rte_pktmbuf_free_bulk(device_->mbufs.data(), device_->held);
    device_->held = 0;
}

bool Port::tx(std::span<const std::byte> frame) {
    if (!device_->started) return ++counters_.tx_full, false;
    rte_mbuf* m = rte_pktmbuf_alloc(device_->pool);
    if (m == nullptr) return ++counters_.tx_no_mbuf, false;
    if (frame.size() > rte_pktmbuf_tailroom(m)) {
        rte_pktmbuf_free(m);
        return ++counters_.tx_too_long, false;
    }
    const auto length = static_cast<std::uint16_t>(frame.size());
    std::memcpy(rte_pktmbuf_append(m, length), frame.data(), length);
    if (device_->transmit(&m, 1) != 1) {
        rte_pktmbuf_free(m);
        return ++counters_.tx_full, false;
    }
    ++counters_.tx_packets;
    counters_.tx_bytes += length;
    if (tap_ != nullptr) tap_->tx(frame);
    return true;
}

TxBuffer Port::reserve() {
    rte_mbuf* const m = rte_pktmbuf_alloc(device_->pool);
    if (m == nullptr) return ++counters_.tx_no_mbuf, TxBuffer{};
    return {{rte_pktmbuf_mtod(m, std::byte*), rte_pktmbuf_tailroom(m)}, m};
}

bool Port::send(TxBuffer& buffer, std::size_t length, TcpChecksum checksum) {
    if (!device_->started) return ++counters_.tx_full, false;
    auto* m = static_cast<rte_mbuf*>(buffer.handle);
    m->data_len = static_cast<std::uint16_t>(length);
    m->pkt_len = m->data_len;
    m->ol_flags = 0;
    if (checksum == TcpChecksum::by_device) {
        m->ol_flags = RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IP_CKSUM | RTE_MBUF_F_TX_TCP_CKSUM;
        m->l2_len = RTE_ETHER_HDR_LEN;
        m->l3_len = sizeof(rte_ipv4_hdr);
        m->l4_len = sizeof(rte_tcp_hdr);
    }
    if (device_->transmit(&m, 1) != 1) return ++counters_.tx_full, false;
    // The device may be reading the buffer, and nobody writes to it before this thread reserves another.
    if (tap_ != nullptr) tap_->tx(buffer.bytes.first(length));
    buffer = {};
    ++counters_.tx_packets;
    counters_.tx_bytes += length;
    return true;
}

void Port::rehearse(const TxBuffer& buffer) {
    // Some drivers look at the first buffer before they look at the number.
    auto* m = static_cast<rte_mbuf*>(buffer.handle);
    if (device_->started && m != nullptr) device_->transmit(&m, 0);
}

void Port::give_back(TxBuffer& buffer) {
    rte_pktmbuf_free(static_cast<rte_mbuf*>(buffer.handle));
    buffer = {};
}

bool Port::offloads_tcp_checksum() const {
    return device_->features.tx_ipv4_checksum && device_->features.tx_tcp_checksum;
}

bool Port::link_up() const {
    rte_eth_link link{};
    return rte_eth_link_get_nowait(device_->id, &link) == 0 && link.link_status == RTE_ETH_LINK_UP;
}

bool Port::keep_link() {
    Device& d = *device_;
    if (!d.memif_client || link_up()) return link_up();
    d.on_control_thread([&d] {
        if (d.started) rte_eth_dev_stop(d.id);
        d.started = rte_eth_dev_start(d.id) == 0;
    });
    return link_up();
}

const std::string& Port::name() const { return device_->name; }
const std::string& Port::driver() const { return device_->driver; }

MacAddress Port::mac() const {
    rte_ether_addr address{};
    MacAddress mac{};
    if (rte_eth_macaddr_get(device_->id, &address) == 0) {
        std::copy(std::begin(address.addr_bytes), std::end(address.addr_bytes), mac.begin());
    }
    return mac;
}

DeviceCounters Port::device_counters() const {
    rte_eth_stats stats{};
    if (rte_eth_stats_get(device_->id, &stats) != 0) return {};
    return {stats.imissed, stats.ierrors, stats.rx_nombuf, stats.oerrors};
}

const PortFeatures& Port::features() const { return device_->features; }

bool Port::filter_multicast(std::span<const MacAddress> groups) {
    std::vector<rte_ether_addr> addresses(groups.size());
    for (std::size_t i = 0; i < groups.size(); ++i) {
        std::memcpy(addresses[i].addr_bytes, groups[i].data(), groups[i].size());
    }
    const auto count = static_cast<std::uint32_t>(addresses.size());
    if (rte_eth_dev_set_mc_addr_list(device_->id, addresses.data(), count) != 0) {
        rte_eth_allmulticast_enable(device_->id);
        return false;
    }
    // Either of these would let everything past the filter.
    rte_eth_promiscuous_disable(device_->id);
    rte_eth_allmulticast_disable(device_->id);
    return true;
}

std::string to_text(const PortFeatures& f) {
    const auto word = [](bool yes, const char* otherwise) { return yes ? std::string("device") : otherwise; };
    return "receive times: " + word(f.rx_timestamp, "our clock") +
           ", checksums: " + word(f.tx_ipv4_checksum && f.tx_tcp_checksum, "software") +
           ", flows steered by: " + word(f.steered, "software") + ", receive queues: up to " +
           std::to_string(f.rx_queues) + ", RSS: off";
}

namespace {

PortFeatures features_of(std::uint16_t id) {
    PortFeatures features;
    rte_eth_dev_info info{};
    if (rte_eth_dev_info_get(id, &info) != 0) return features;
    features.tx_ipv4_checksum = (info.tx_offload_capa & RTE_ETH_TX_OFFLOAD_IPV4_CKSUM) != 0;
    features.tx_tcp_checksum = (info.tx_offload_capa & RTE_ETH_TX_OFFLOAD_TCP_CKSUM) != 0;
    features.rx_queues = std::max<std::uint16_t>(info.max_rx_queues, 1);
    features.interface = info.if_index;
    features.flow_rules = takes_flow_rules(id);
    return features;
}

std::string device_names() {
    std::string names;
    for (std::uint16_t id = 0; id < RTE_MAX_ETHPORTS; ++id) {
        std::array<char, RTE_ETH_NAME_MAX_LEN> name{};
        if (rte_eth_dev_is_valid_port(id) == 0) continue;
        if (rte_eth_dev_get_name_by_port(id, name.data()) != 0) continue;
        names += names.empty() ? "" : ", ";
        names += name.data();
    }
    return names.empty() ? "none" : names;
}

bool find_device(const std::string& wanted, std::uint16_t& id, std::string& error) {
    if (wanted.empty()) {
        id = static_cast<std::uint16_t>(rte_eth_find_next(0));
        if (id < RTE_MAX_ETHPORTS) return true;
        error = "DPDK found no Ethernet device: give it one with --vdev or by PCI address";
        return false;
    }
    if (rte_eth_dev_get_port_by_name(wanted.c_str(), &id) == 0) return true;
    error = "no Ethernet device '" + wanted + "'; DPDK found: " + device_names();
    return false;
}

/// The pcap device stamps in microseconds of UTC. Others use clocks of their own, which need a conversion
/// that only their users can know: their stamps are not taken.
TimestampField timestamp_of(const std::string& driver) {
    if (driver != "net_pcap") return {};
    const int offset = rte_mbuf_dynfield_lookup(RTE_MBUF_DYNFIELD_TIMESTAMP_NAME, nullptr);
    const int flag = rte_mbuf_dynflag_lookup(RTE_MBUF_DYNFLAG_RX_TIMESTAMP_NAME, nullptr);
    if (offset < 0 || flag < 0) return {};
    return {offset, 1ULL << flag, 1'000};
}

std::string dpdk_text(const std::string& what, int code) {
    return what + ": " + rte_strerror(code < 0 ? -code : code);
}

rte_mempool* open_pool(const PortConfig& config, std::uint16_t id) {
    const std::string name = "hw_port_" + std::to_string(id);
    if (rte_mempool* const known = rte_mempool_lookup(name.c_str())) return known;
    return rte_pktmbuf_pool_create(name.c_str(), config.mbufs, std::min(kPoolCache, config.mbufs / 2), 0,
                                   RTE_MBUF_DEFAULT_BUF_SIZE, rte_eth_dev_socket_id(id));
}

/// The lengths the device can do, nearest to what is wanted.
void fit_rings(std::uint16_t id, const PortConfig& config, std::uint16_t& rx, std::uint16_t& tx) {
    rx = static_cast<std::uint16_t>(std::min(config.rx_ring, 32'768u));
    tx = static_cast<std::uint16_t>(std::min(config.tx_ring, 32'768u));
    rte_eth_dev_adjust_nb_rx_tx_desc(id, &rx, &tx);
}

bool configure(std::uint16_t id, const PortConfig& config, rte_mempool* pool, std::uint16_t rx_queues,
               std::string& error) {
    rte_eth_dev_info info{};
    int rc = rte_eth_dev_info_get(id, &info);
    if (rc != 0) return error = dpdk_text("cannot ask the device", rc), false;
    rte_eth_conf conf{};
    conf.rxmode.mq_mode = RTE_ETH_MQ_RX_NONE;  // no RSS: all packets in their order on one queue
    conf.rxmode.offloads = info.rx_offload_capa & RTE_ETH_RX_OFFLOAD_TIMESTAMP;
    conf.txmode.offloads =
        info.tx_offload_capa & (RTE_ETH_TX_OFFLOAD_IPV4_CKSUM | RTE_ETH_TX_OFFLOAD_TCP_CKSUM);
    rc = rte_eth_dev_configure(id, rx_queues, 1, &conf);
    if (rc != 0) return error = dpdk_text("cannot configure the queues", rc), false;
    std::uint16_t rx = 0;
    std::uint16_t tx = 0;
    fit_rings(id, config, rx, tx);
    const auto socket = static_cast<unsigned>(rte_eth_dev_socket_id(id));
    for (std::uint16_t queue = 0; queue < rx_queues; ++queue) {
        rc = rte_eth_rx_queue_setup(id, queue, rx, socket, nullptr, pool);
        if (rc != 0) return error = dpdk_text("cannot set up a receive queue", rc), false;
    }
    rc = rte_eth_tx_queue_setup(id, kQueue, tx, socket, nullptr);
    if (rc != 0) return error = dpdk_text("cannot set up the send queue", rc), false;
    return true;
}

bool start(std::uint16_t id, std::string& error) {
    const int rc = rte_eth_dev_start(id);
    if (rc != 0) return error = dpdk_text("cannot start the device", rc), false;
    // Best effort: vdevs without a filter refuse both, and need neither.
    rte_eth_promiscuous_enable(id);
    rte_eth_allmulticast_enable(id);
    return true;
}

/// Starts the device again with queues of its own for the flows that are to be steered, if it can; if it then
/// does not take the rules, again with one. False only when it does not come back.
template <class D>
bool steer(D& d, const PortConfig& config, std::string& why) {
    if (config.flows.empty() || !d.features.flow_rules || d.features.rx_queues < kSteeredQueues) return true;
    const auto restart = [&](std::uint16_t queues) {
        rte_eth_dev_stop(d.id);
        d.started = configure(d.id, config, d.pool, queues, why) && start(d.id, why);
        return d.started;
    };
    if (restart(kSteeredQueues)) {
        d.features.steered = make_flow_rules(d.id, config.flows, why);
        if (d.features.steered) return true;
    }
    return restart(1);
}

}  // namespace

std::unique_ptr<Port> Port::open(const PortConfig& config, std::string& error) {
    if (!Eal::started()) return error = "DPDK has not been started", nullptr;
    auto device = std::make_unique<Device>();
    if (!find_device(config.device, device->id, error)) return nullptr;
    std::array<char, RTE_ETH_NAME_MAX_LEN> name{};
    rte_eth_dev_get_name_by_port(device->id, name.data());
    device->name = name.data();
    rte_eth_dev_info info{};
    if (rte_eth_dev_info_get(device->id, &info) == 0 && info.driver_name != nullptr) {
        device->driver = info.driver_name;
    }
    device->pool = open_pool(config, device->id);
    if (device->pool == nullptr) {
        error = dpdk_text(
            device->name + ": no memory for " + std::to_string(config.mbufs) + " packet buffers", rte_errno);
        return nullptr;
    }
    if (device->driver == "net_memif") device->memif = std::make_unique<MemifBursts>();
    device->memif_client = Eal::is_memif_client(device->name);
    std::string why;
    bool configured = false;
    device->on_control_thread([&] {
        configured = configure(device->id, config, device->pool, 1, why);
        device->started = configured && start(device->id, why);
    });
    // A memif client whose server is not there yet may wait for it: see keep_link.
    if (!device->started && !(configured && device->memif_client)) {
        error = device->name + ": " + why;
        return nullptr;
    }
    device->timestamp = timestamp_of(device->driver);
    device->features = features_of(device->id);
    device->features.rx_timestamp = device->timestamp.offset >= 0;
    if (!steer(*device, config, why)) {
        error = device->name + ": " + why;
        return nullptr;
    }
    return std::unique_ptr<Port>(new Port(std::move(device)));
}

}  // namespace hw::net
