#include "net/port.h"

#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_mbuf_dyn.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "net/capture_ring.h"

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
    bool started = false;  // false while a memif client waits for its server
    bool memif_client = false;
    TimestampField timestamp;
    std::uint16_t held = 0;
    std::size_t kept = 0;  // of them, those that the caller was given
    std::array<rte_mbuf*, kMaxBurst> mbufs{};
    std::array<RxPacket, kMaxBurst> packets{};

    Device() = default;
    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;
    ~Device() {
        rte_pktmbuf_free_bulk(mbufs.data(), held);
        if (started) rte_eth_dev_stop(id);
        // The pool stays: a driver may still hold buffers, and a pool freed under it is a crash. A port
        // opened again on the same device finds it by name.
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
    const std::uint16_t received = rte_eth_rx_burst(d.id, kQueue, d.mbufs.data(), limit);
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
    if (rte_eth_tx_burst(device_->id, kQueue, &m, 1) != 1) {
        rte_pktmbuf_free(m);
        return ++counters_.tx_full, false;
    }
    ++counters_.tx_packets;
    counters_.tx_bytes += length;
    if (tap_ != nullptr) tap_->tx(frame);
    return true;
}

bool Port::link_up() const {
    rte_eth_link link{};
    return rte_eth_link_get_nowait(device_->id, &link) == 0 && link.link_status == RTE_ETH_LINK_UP;
}

bool Port::keep_link() {
    Device& d = *device_;
    if (!d.memif_client || link_up()) return link_up();
    if (d.started) rte_eth_dev_stop(d.id);
    d.started = rte_eth_dev_start(d.id) == 0;
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

namespace {

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

bool configure(std::uint16_t id, const PortConfig& config, rte_mempool* pool, std::string& error) {
    rte_eth_dev_info info{};
    int rc = rte_eth_dev_info_get(id, &info);
    if (rc != 0) return error = dpdk_text("cannot ask the device", rc), false;
    rte_eth_conf conf{};
    conf.rxmode.offloads = info.rx_offload_capa & RTE_ETH_RX_OFFLOAD_TIMESTAMP;
    rc = rte_eth_dev_configure(id, 1, 1, &conf);
    if (rc != 0) return error = dpdk_text("cannot configure one queue each way", rc), false;
    std::uint16_t rx = 0;
    std::uint16_t tx = 0;
    fit_rings(id, config, rx, tx);
    const auto socket = static_cast<unsigned>(rte_eth_dev_socket_id(id));
    rc = rte_eth_rx_queue_setup(id, kQueue, rx, socket, nullptr, pool);
    if (rc != 0) return error = dpdk_text("cannot set up the receive queue", rc), false;
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
    device->memif_client = Eal::is_memif_client(device->name);
    std::string why;
    const bool configured = configure(device->id, config, device->pool, why);
    device->started = configured && start(device->id, why);
    // A memif client whose server is not there yet may wait for it: see keep_link.
    if (!device->started && !(configured && device->memif_client)) {
        error = device->name + ": " + why;
        return nullptr;
    }
    device->timestamp = timestamp_of(device->driver);
    return std::unique_ptr<Port>(new Port(std::move(device)));
}

}  // namespace hw::net
