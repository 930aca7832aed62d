#include "hedge/trade_changes.h"

#include "hedge/orders.h"
#include "hedge/positions.h"

namespace hw::hedge {

namespace {

/// The number of the fill that a change is about: a correction stands for what it corrected. Zero: there is
/// none.
std::uint64_t changed_fill(const EngineState& state, const ExecKey& ref) {
    const ExecutionMemory& memory = state.execution_memory;
    std::uint64_t number = ref.is_none() ? 0 : memory.find(ref);
    if (number == 0) return 0;
    const BookedFill& named = state.booked[ExecutionMemory::place(number)];
    if (named.what == Booked::correction) number = named.first;
    if (!memory.holds(number)) return 0;
    const Booked what = state.booked[ExecutionMemory::place(number)].what;
    return what == Booked::fill || what == Booked::busted ? number : 0;
}

void say(Context& c, AlertCode code, const BookedFill& f) {
    c.alert(code, c.state.instruments[f.instrument].underlying, f.instrument, f.contracts().to_double(),
            f.price.to_double(), f.order);
}

bool bust(Context& c, BookedFill& f) {
    if (!take_back(c, f)) return false;
    f.what = Booked::busted;
    ++c.state.account.busts;
    say(c, AlertCode::trade_busted, f);
    change_filled(c, f.order, -f.qty);
    return true;
}

bool correct(Context& c, const Execution& e, BookedFill& f) {
    const Qty before = f.qty;
    if (f.side != e.side || !correct_fill(c, f, e)) return false;
    ++c.state.account.corrections;
    say(c, AlertCode::trade_corrected, f);
    change_filled(c, f.order, f.qty - before);
    return true;
}

}  // namespace

bool change_trade(Context& c, InstrumentId id, const Execution& e, BookedFill& own) {
    const std::uint64_t number = changed_fill(c.state, e.ref);
    if (number == 0) return false;
    BookedFill& f = c.state.booked[ExecutionMemory::place(number)];
    if (f.instrument != id) return false;
    const bool is_bust = e.change == TradeChange::bust;
    if (f.what == Booked::busted) {
        if (!is_bust) return false;
        ++c.state.duplicates;
        c.alert(AlertCode::execution_duplicate, kNoUnderlying, id, f.qty.to_double(), 0, f.order);
    } else if (is_bust ? !bust(c, f) : !correct(c, e, f)) {
        return false;
    }
    own.what = is_bust ? Booked::bust : Booked::correction;
    own.first = number;
    own.instrument = id;
    own.order = f.order;
    return true;
}

}  // namespace hw::hedge
