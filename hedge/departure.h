// The one way out: gate, credits, a place in the order table, and then the Action with its why-record.
#pragma once

#include "hedge/context.h"
#include "hedge/envelope.h"
#include "hedge/policy/corridor.h"
#include "hedge/proposal.h"

namespace hw::hedge {

/// What became of a proposal.
struct Departure {
    AlertCode refused_by = AlertCode::none;  ///< none: it is on its way
    double value = 0;                        ///< what was seen
    double limit = 0;                        ///< what is allowed
    bool said = false;                       ///< the refusal has its alert already
};

/// Sends it if the gate lets it pass. Every order of every purpose leaves through here.
Departure leave(Context&, const Proposal&, const Corridor&, const Envelope&);

}  // namespace hw::hedge
