// Turns the engine's Actions into the fields of FIX messages. Values are printed exactly; what cannot be
// expressed is refused rather than rounded.
#pragma once

#include <vector>

#include "core/action.h"
#include "core/instrument.h"
#include "fix/dialect/dialect.h"
#include "fix/quickfix_bridge.h"
#include "fix/session_config.h"

namespace hw::fix {

/// Side (54) and TimeInForce (59).
constexpr char side_code(Side side) { return side == Side::buy ? '1' : '2'; }
constexpr char time_in_force_code(TimeInForce t) { return t == TimeInForce::ioc ? '3' : '1'; }

class OrderWriter {
  public:
    OrderWriter(const SessionConfig& config, const Dialect& dialect, const InstrumentTable& instruments)
        : account_(config.account), dialect_(dialect), instruments_(instruments) {}

    /// MsgType (35) of the Action and its body fields; null when it cannot be said: an Action that is no
    /// message, an instrument that is not in the table, a quantity that is not positive, no order id.
    const char* write(const Action&, Nanos now, std::vector<TextField>& fields) const;

  private:
    const char* new_order(const Action&, Nanos now, std::vector<TextField>&) const;
    const char* cancel_order(const Action&, Nanos now, std::vector<TextField>&) const;
    const char* mass_cancel(const Action&, Nanos now, std::vector<TextField>&) const;
    const char* settle_orders(const Action&, std::vector<TextField>&) const;
    const Symbol* symbol_of(const Action&) const;

    std::string account_;
    const Dialect& dialect_;
    const InstrumentTable& instruments_;
};

}  // namespace hw::fix
