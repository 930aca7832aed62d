// What differs between venues that all call it FIX 4.4: how one logs on, which tag carries whose id, what
// identifies a fill, how to cancel everything of ours. One file a venue. Asked on the cold and the warm path
// only.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/event.h"
#include "core/types.h"
#include "fix/quickfix_bridge.h"
#include "fix/session_config.h"

namespace hw::fix {

class Dialect {
  public:
    virtual ~Dialect() = default;

    /// Fields of our Logon beyond 98 and 108. `stamp_ms`: milliseconds since 1970, rises with every Logon.
    virtual void logon_fields(std::uint64_t stamp_ms, std::vector<TextField>&) const = 0;
    virtual void logout_fields(std::vector<TextField>&) const = 0;
    /// Fields of a new order beyond the standard ones.
    virtual void order_fields(std::vector<TextField>&) const = 0;
    /// Fields that make a mass cancel mean all orders of ours and no others.
    virtual void mass_cancel_fields(std::vector<TextField>&) const = 0;
    /// Which id of an ExecutionReport is ours, given tags 11 and 41 (empty: absent).
    virtual std::string_view our_id(std::string_view tag11, std::string_view tag41) const = 0;
    /// What makes a fill the same fill however often, and on whichever session of the account, it is told;
    /// `cum` is how far its order was filled after it.
    virtual ExecKey execution_key(const InboundMessage&, Qty cum) const = 0;
    /// The key of the fill that this bust or correction speaks of; none where the venue's reports name none.
    virtual ExecKey original_key(const InboundMessage&) const = 0;
    /// Whether a commission (12) on a report is what the trade cost.
    virtual bool commission_is_meant() const = 0;
};

/// The rules of `config.dialect`; the reason in `error` and nothing when they cannot be kept (a venue that
/// wants credentials and got none).
std::unique_ptr<Dialect> make_dialect(const SessionConfig&, const Credentials&, std::string& error);

std::unique_ptr<Dialect> make_plain_dialect(const SessionConfig&, const Credentials&);
std::unique_ptr<Dialect> make_deribit_dialect(const SessionConfig&, const Credentials&);

}  // namespace hw::fix
