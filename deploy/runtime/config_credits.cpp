#include "deploy/runtime/config_credits.h"

#include <fmt/format.h>

namespace hw::deploy {

void check_credits(const hedge::CreditsConfig& c, ConfigFindings& findings) {
    for (const char* key : {"capacity", "refill_per_s", "per_order", "per_cancel", "per_request",
                            "quoting_share", "cancel_reserve"}) {
        if (!findings.sound(std::string("credits.") + key)) return;
    }
    if (c.capacity == 0) return;
    const double ours = c.capacity * (1 - c.quoting_share);
    if (c.refill_per_s == 0)
        findings.add("credits.refill_per_s",
                     "credits.refill_per_s is 0: credits that are used up would never come back");
    if (ours < c.per_order + c.cancel_reserve)
        findings.add("credits.capacity",
                     fmt::format("credits.capacity ({}) leaves us {} beside the quoting engine, less than an "
                                 "order and the reserve ({}): none could ever be sent",
                                 c.capacity, ours, c.per_order + c.cancel_reserve));
}

}  // namespace hw::deploy
