// The one unit of the benchmarks that sees DPDK: single frames by Port would be paced by the port's own cost.
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "bench/far_end.h"
#include "core/clock.h"
#include "net/packet.h"

namespace hw::bench {

namespace {

constexpr std::uint16_t kBurst = 32;
constexpr std::uint64_t kLate = 256;  ///< frames behind its time, at which the sender gives some up

std::array<std::byte, kFloodFrame> frame_to_send() {
    std::array<std::byte, kFloodFrame> frame{};
    const std::array<std::byte, kFloodFrame - net::kUdpFrameHeader> payload{};
    const net::UdpEndpoints to{
        {2, 0, 0, 0, 0, 3}, {2, 0, 0, 0, 0, 4}, 10u << 24 | 1, 10u << 24 | 2, 4'000, 6'100, 16};
    net::build_udp_frame(to, payload, frame);
    frame[40] = frame[41] = std::byte{0};  // no UDP checksum: the number is filled in later
    return frame;
}

}  // namespace

void send_flood(const std::string& device, SharedPage& page) {
    std::uint16_t id = 0;
    rte_eth_dev_get_port_by_name(device.c_str(), &id);
    rte_mempool* const pool = rte_mempool_lookup(("hw_port_" + std::to_string(id)).c_str());
    const auto frame = frame_to_send();
    const double per_ns = page.rate * 1e-9;
    FloodResult result;
    std::array<rte_mbuf*, kBurst> mbufs{};
    const std::int64_t begin = process_clock.steady_ns();
    std::int64_t last = begin;
    for (std::int64_t now = begin; now - begin < page.duration_ns; now = process_clock.steady_ns()) {
        result.longest_gap_ns = std::max(result.longest_gap_ns, now - last);
        last = now;
        const auto due = static_cast<std::uint64_t>(static_cast<double>(now - begin) * per_ns);
        std::uint64_t behind = due - result.offered - result.skipped;
        if (behind > kLate) {
            result.skipped += behind - kLate;
            behind = kLate;
        }
        const auto count = static_cast<std::uint16_t>(std::min<std::uint64_t>(behind, kBurst));
        if (count == 0) continue;
        std::uint16_t sent = 0;
        if (rte_pktmbuf_alloc_bulk(pool, mbufs.data(), count) == 0) {
            for (std::uint16_t i = 0; i < count; ++i) {
                char* const to = rte_pktmbuf_append(mbufs[i], kFloodFrame);
                std::memcpy(to, frame.data(), kFloodFrame);
                const std::uint64_t number = page.first_sequence + result.offered + i;
                std::memcpy(to + net::kUdpFrameHeader, &number, sizeof number);
            }
            sent = rte_eth_tx_burst(id, 0, mbufs.data(), count);
            if (sent < count) rte_pktmbuf_free_bulk(mbufs.data() + sent, count - sent);
        }
        result.offered += count;
        result.unsent += count - sent;
    }
    const std::int64_t end = process_clock.steady_ns();
    result.longest_gap_ns = std::max(result.longest_gap_ns, end - last);
    result.elapsed_ns = end - begin;
    page.flood = result;
    page.flood_over.store(true, std::memory_order_release);
}

}  // namespace hw::bench
