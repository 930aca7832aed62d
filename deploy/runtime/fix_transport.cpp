#include "deploy/runtime/fix_transport.h"

namespace hw::deploy {

/// What hedges are made of stands ready before the first of them is wanted.
template <class Socket>
void FixTransport<Socket>::prepare_orders() {
    for (std::uint16_t u = 0; u < state_.underlying_count; ++u) {
        const hedge::HedgeChoice& hedges = state_.underlyings[u].risk.hedges;
        for (std::size_t n = 0; n < hedge::kMaxHedges; ++n) {
            if ((hedges.known >> n & 1) != 0) session().prepare(hedges.instruments[n]);
        }
    }
}

template <class Socket>
void FixTransport<Socket>::poll(Nanos steady, EventSinkRef) {
    kept_.poll(steady, state_.definitions_complete != 0, [this] { prepare_orders(); });
}

template class FixTransport<net::KernelSocket>;
template class FixTransport<net::BypassSocket>;

}  // namespace hw::deploy
