#include "net/flow_rules.h"

#include <rte_byteorder.h>
#include <rte_ethdev.h>
#include <rte_flow.h>

#include <array>

namespace hw::net {

namespace {

/// One rule in DPDK's words; its parts point at each other, so it stays where it is.
struct Rule {
    rte_flow_attr attributes{};
    rte_flow_item_ipv4 ip{};
    rte_flow_item_ipv4 ip_mask{};
    rte_flow_item_udp udp{};
    rte_flow_item_udp udp_mask{};
    rte_flow_item_tcp tcp{};
    rte_flow_item_tcp tcp_mask{};
    rte_flow_action_queue queue{};
    std::array<rte_flow_item, 4> pattern{};
    std::array<rte_flow_action, 2> actions{};

    explicit Rule(const FlowMatch& flow) {
        attributes.ingress = 1;
        const auto mask = [](std::uint16_t port) { return static_cast<rte_be16_t>(port == 0 ? 0 : 0xffff); };
        ip.hdr.dst_addr = rte_cpu_to_be_32(flow.dst_ip);
        ip_mask.hdr.dst_addr = flow.dst_ip == 0 ? 0 : 0xffff'ffffu;
        udp.hdr.dst_port = tcp.hdr.dst_port = rte_cpu_to_be_16(flow.dst_port);
        udp_mask.hdr.dst_port = tcp_mask.hdr.dst_port = mask(flow.dst_port);
        udp.hdr.src_port = tcp.hdr.src_port = rte_cpu_to_be_16(flow.src_port);
        udp_mask.hdr.src_port = tcp_mask.hdr.src_port = mask(flow.src_port);
        queue.index = flow.queue;
        pattern[0].type = RTE_FLOW_ITEM_TYPE_ETH;
        pattern[1] = {RTE_FLOW_ITEM_TYPE_IPV4, &ip, nullptr, &ip_mask};
        if (flow.is_tcp) {
            pattern[2] = {RTE_FLOW_ITEM_TYPE_TCP, &tcp, nullptr, &tcp_mask};
        } else {
            pattern[2] = {RTE_FLOW_ITEM_TYPE_UDP, &udp, nullptr, &udp_mask};
        }
        pattern[3].type = RTE_FLOW_ITEM_TYPE_END;
        actions[0] = {RTE_FLOW_ACTION_TYPE_QUEUE, &queue};
        actions[1].type = RTE_FLOW_ACTION_TYPE_END;
    }
    Rule(const Rule&) = delete;
    Rule& operator=(const Rule&) = delete;
};

}  // namespace

bool takes_flow_rules(std::uint16_t device) {
    FlowMatch any_feed;
    any_feed.dst_port = 6100;
    any_feed.queue = 0;
    const Rule rule(any_feed);
    rte_flow_error error{};
    return rte_flow_validate(device, &rule.attributes, rule.pattern.data(), rule.actions.data(), &error) == 0;
}

bool make_flow_rules(std::uint16_t device, std::span<const FlowMatch> flows, std::string& why) {
    for (const FlowMatch& flow : flows) {
        const Rule rule(flow);
        rte_flow_error error{};
        if (rte_flow_create(device, &rule.attributes, rule.pattern.data(), rule.actions.data(), &error) !=
            nullptr) {
            continue;
        }
        why = error.message != nullptr ? error.message : "the device gives no reason";
        rte_flow_flush(device, &error);
        return false;
    }
    return true;
}

}  // namespace hw::net
