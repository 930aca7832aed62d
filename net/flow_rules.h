// Flow rules of a device: which packets it puts into which receive queue, in hardware.
//
// Feed and order session get queues of their own, so that a flood of one cannot fill the ring of the other;
// whatever no rule names stays in queue 0, and the classifier decides in software about every packet in any
// case. A device that cannot do it (no vdev can) has one queue and nothing changes.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "net/port_config.h"

namespace hw::net {

/// Whether the device of this number, started, would take a rule. Changes nothing.
bool takes_flow_rules(std::uint16_t device);
/// Makes every rule or none: false, and why in `why`.
bool make_flow_rules(std::uint16_t device, std::span<const FlowMatch> flows, std::string& why);

}  // namespace hw::net
