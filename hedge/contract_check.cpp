#include "hedge/contract_check.h"

#include <algorithm>

namespace hw::hedge {

namespace {

bool is_hedged_in(const UnderlyingConfig& rules, std::string_view symbol) {
    return symbol == rules.hedge_instrument ||
           std::any_of(rules.alternatives.begin(), rules.alternatives.end(),
                       [&](const HedgeAlternative& other) { return other.instrument == symbol; });
}

bool matters(const Context& c, const UnderlyingState& u, InstrumentId id) {
    if (!c.state.positions[index(id)].qty.is_zero()) return true;
    // What the venue holds and we do not know of yet is about to be taken over.
    const VenuePosition& venue = c.state.venue_positions[index(id)];
    if (venue.told_in == c.state.account.begun && !venue.told.is_zero()) return true;
    return u.configured && is_hedged_in(c.rules(u), c.state.instruments[id].symbol.view());
}

}  // namespace

void begin_contract_check(Context& c) {
    for (std::uint16_t n = 0; n < c.state.underlying_count; ++n) c.state.underlyings[n].contract_mismatch = 0;
}

void on_contract_terms(Context& c, InstrumentId id, const ContractTerms& terms) {
    if (!c.state.instruments.contains(id)) return;
    const Instrument& ours = c.state.instruments[id];
    if (ours.underlying == kNoUnderlying || terms.contract_size == ours.contract_size) return;
    UnderlyingState& u = c.underlying(ours.underlying);
    if (!matters(c, u, id) || u.contract_mismatch) return;
    u.contract_mismatch = 1;
    u.permit_withdrawn = 1;
    // The decisions need not say it once more.
    u.blocked_by = AlertCode::contract_mismatch;
    c.alert(AlertCode::contract_mismatch, ours.underlying, id, terms.contract_size.to_double(),
            ours.contract_size.to_double());
    c.mark_dirty(ours.underlying);
}

}  // namespace hw::hedge
