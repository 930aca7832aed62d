#include "hedge/reconcile.h"

#include <cmath>
#include <optional>

#include "hedge/credits.h"
#include "hedge/explain_change.h"
#include "hedge/exposure.h"
#include "hedge/open_orders_check.h"
#include "hedge/option_pricer.h"
#include "hedge/policy/wanted_trade.h"
#include "hedge/positions.h"
#include "hedge/unfenced.h"

namespace hw::hedge {

namespace {

/// One snapshot may have much to say, and a step only so many Actions: what is beyond is said as a number.
class FewAlerts {
  public:
    explicit FewAlerts(Context& c) : c_(c) {}
    FewAlerts(const FewAlerts&) = delete;
    ~FewAlerts() {
        for (const Left& left : left_) {
            if (left.count != 0)
                c_.alert(left.code, kNoUnderlying, kNoInstrument, static_cast<double>(left.count));
        }
    }
    void say(AlertCode code, InstrumentId id, Qty value, Qty limit) {
        if (said_++ < kMost) {
            c_.alert(code, c_.state.instruments[id].underlying, id, value.to_double(), limit.to_double());
            return;
        }
        for (Left& left : left_) {
            if (left.count != 0 && left.code != code) continue;
            left.code = code;
            ++left.count;
            return;
        }
    }

  private:
    static constexpr std::size_t kMost = 64;
    struct Left {
        AlertCode code = AlertCode::none;
        std::size_t count = 0;
    };
    Context& c_;
    std::size_t said_ = 0;
    std::array<Left, 3> left_;
};

void withdraw_permits(UnderlyingState& u) {
    u.permit_withdrawn = !u.reconciled || u.breaks != 0 || u.contract_mismatch != 0;
}

void not_whole(Context& c, double told, double announced) {
    AccountState& a = c.state.account;
    a.telling = 0;
    ++a.failed;
    if (!a.failing) c.alert(AlertCode::snapshot_failed, kNoUnderlying, kNoInstrument, told, announced);
    a.failing = 1;
}

void begin_snapshot(Context& c, const AccountSnapshot& s) {
    AccountState& a = c.state.account;
    if (a.telling) not_whole(c, a.told_positions, 0);
    a.telling = 1;
    a.order_held = c.state.session_up;
    a.told_positions = a.told_orders = 0;
    ++a.begun;
    a.id = s.id;
    a.begin_sequence = c.state.last_sequence;
    a.begin_time = c.state.now;
    watch_moves(c);
    charge_request(c);
}

Qty told_qty(const AccountState& a, const VenuePosition& v) { return v.told_in == a.begun ? v.told : Qty{}; }

bool has_expired(const Context& c, const Instrument& i) {
    return !i.expiry.is_zero() && i.expiry <= c.state.now;
}

/// `difference`: the venue's position less ours.
void adopt(Context& c, FewAlerts& alerts, InstrumentId id, VenuePosition& v, Qty difference) {
    const Qty ours = c.state.positions[index(id)].qty;
    const Qty theirs = ours + difference;
    const bool was_broken = v.standing == Standing::broken;
    v.standing = Standing::agrees;
    v.difference = v.said = {};
    v.adoption = difference.is_zero() ? Adoption::done : Adoption::fresh;
    if (was_broken) alerts.say(AlertCode::position_break_gone, id, theirs, theirs);
    if (difference.is_zero()) return;
    v.adopted = c.state.last_sequence;
    alerts.say(AlertCode::position_adopted, id, ours, theirs);
    forget_narrowed(c, id);
    adopt_position(c, id, theirs, v.told_in == c.state.account.begun ? v.average : Price{});
}

void compare(Context& c, FewAlerts& alerts, InstrumentId id, VenuePosition& v, Qty difference) {
    const Qty ours = c.state.positions[index(id)].qty;
    const bool stands = difference == v.difference;
    v.difference = difference;
    if (difference.is_zero()) {
        if (v.standing == Standing::broken) alerts.say(AlertCode::position_break_gone, id, ours, ours);
        v.standing = Standing::agrees;
        v.said = {};
        return;
    }
    if (v.standing == Standing::agrees) {
        v.standing = Standing::differs;
        return;
    }
    if (!stands || v.said == difference) return;
    v.standing = Standing::broken;
    v.said = difference;
    alerts.say(AlertCode::position_break, id, ours, ours + difference);
}

/// The venue's position less ours, as far as this snapshot can tell.
std::optional<Qty> difference_of(Context& c, InstrumentId id, const VenuePosition& v) {
    if (v.moved >= c.state.account.begin_sequence) return narrowed_difference(c, id, v.venue);
    forget_narrowed(c, id);
    return v.venue - c.state.positions[index(id)].qty;
}

/// Does it count in this snapshot, and how?
void settle_one(Context& c, FewAlerts& alerts, InstrumentId id) {
    AccountState& a = c.state.account;
    VenuePosition& v = c.state.venue_positions[index(id)];
    v.venue = told_qty(a, v);
    const bool flat = v.venue.is_zero() && c.state.positions[index(id)].qty.is_zero();
    if (flat && v.standing == Standing::agrees) {
        v.adoption = Adoption::done;
        return;
    }
    if (has_expired(c, c.state.instruments[id])) {
        if (v.standing == Standing::broken)
            alerts.say(AlertCode::position_break_gone, id, c.state.positions[index(id)].qty, v.venue);
        v.standing = Standing::agrees;
        v.adoption = Adoption::done;
        v.difference = v.said = {};
        return;
    }
    const auto difference = difference_of(c, id, v);
    if (!difference) {
        if (a.start_due) v.adoption = Adoption::waiting;
        return;
    }
    const bool again = v.adoption == Adoption::fresh && v.moved > v.adopted;
    if (a.start_due || v.adoption == Adoption::waiting || again) {
        adopt(c, alerts, id, v, *difference);
        if (again) v.adoption = Adoption::done;
        return;
    }
    v.adoption = Adoption::done;
    compare(c, alerts, id, v, *difference);
}

/// What the decisions look at: the breaks one by one, and each underlying's count.
void count_breaks(Context& c) {
    AccountState& a = c.state.account;
    for (std::uint16_t n = 0; n < c.state.underlying_count; ++n)
        c.state.underlyings[n].breaks = c.state.underlyings[n].unadopted = 0;
    a.broken_count = a.broken_overflow = 0;
    a.waiting = 0;
    for (std::uint32_t n = 0; n < c.state.instruments.size(); ++n) {
        const VenuePosition& v = c.state.venue_positions[n];
        if (v.adoption != Adoption::waiting && v.standing != Standing::broken) continue;
        const UnderlyingId underlying = c.state.instruments[InstrumentId{n}].underlying;
        if (underlying == kNoUnderlying) continue;
        a.waiting += v.adoption == Adoption::waiting;
        c.underlying(underlying).unadopted += v.adoption == Adoption::waiting;
        if (v.standing != Standing::broken) continue;
        ++c.underlying(underlying).breaks;
        if (a.broken_count == kMaxBroken) {
            a.broken_overflow = 1;
        } else {
            a.broken[a.broken_count++] = InstrumentId{n};
        }
    }
    for (std::uint16_t n = 0; n < c.state.underlying_count; ++n) {
        UnderlyingState& u = c.state.underlyings[n];
        u.reconciled = u.unadopted == 0;
        withdraw_permits(u);
    }
}

void count_snapshot(Context& c, const AccountSnapshot& s) {
    AccountState& a = c.state.account;
    if (s.unknown != a.unknown && s.unknown != 0) {
        c.alert(AlertCode::venue_position_unknown, kNoUnderlying, kNoInstrument, s.unknown);
    }
    ++a.counted;
    a.counted_time = c.state.now;
    a.venue_positions = s.positions;
    a.venue_orders = s.open_orders;
    a.unknown = s.unknown;
    a.failing = 0;
    {
        FewAlerts alerts(c);
        for (std::uint32_t n = 0; n < c.state.instruments.size(); ++n) settle_one(c, alerts, InstrumentId{n});
    }
    a.start_due = 0;
    count_breaks(c);
    check_open_orders(c);
    c.mark_all_dirty();
}

void end_snapshot(Context& c, const AccountSnapshot& s) {
    AccountState& a = c.state.account;
    if (!a.telling || a.id != s.id) {
        ++a.stray;
        return;
    }
    if (s.contracts == ContractList::not_told)
        c.alert(AlertCode::contracts_unchecked, kNoUnderlying, kNoInstrument);
    const std::uint64_t told = std::uint64_t{a.told_positions} + s.unknown;
    if (told != s.positions) return not_whole(c, static_cast<double>(told), static_cast<double>(s.positions));
    if (a.told_orders != s.open_orders) return not_whole(c, a.told_orders, s.open_orders);
    a.telling = 0;
    if (a.order_held && c.state.definitions_complete) return count_snapshot(c, s);
    ++a.uncounted;
}

}  // namespace

void begin_reconciling(Context& c) {
    AccountState& a = c.state.account;
    a.up = a.telling = a.failing = 0;
    a.start_due = c.config.reconcile;
    a.orphans = {};
    a.orphan_count = a.waiting = 0;
    forget_all_narrowed(c);
    for (std::uint32_t n = 0; n < c.state.instruments.size(); ++n) {
        VenuePosition& v = c.state.venue_positions[n];
        v.adoption = Adoption::done;
        if (v.standing == Standing::differs) v.standing = Standing::agrees;
    }
    for (std::uint16_t n = 0; n < c.state.underlying_count; ++n) {
        UnderlyingState& u = c.state.underlyings[n];
        u.unadopted = 0;
        u.reconciled = !c.config.reconcile;
        withdraw_permits(u);
    }
}

void account_session(Context& c, bool up) {
    AccountState& a = c.state.account;
    if (a.up == up) return;
    a.up = up;
    if (!up && a.telling) {
        a.telling = 0;
        ++a.failed;
    }
    c.alert(up ? AlertCode::account_session_up : AlertCode::account_session_down, kNoUnderlying,
            kNoInstrument);
}

void order_session_lost(Context& c) { c.state.account.order_held = 0; }

void on_account_snapshot(Context& c, const AccountSnapshot& s) {
    switch (s.phase) {
        case SnapshotPhase::begin:
            return begin_snapshot(c, s);
        case SnapshotPhase::end:
            return end_snapshot(c, s);
        case SnapshotPhase::failed:
            return not_whole(c, c.state.account.told_positions, 0);
    }
}

void on_venue_position(Context& c, InstrumentId id, const Position& p) {
    AccountState& a = c.state.account;
    if (!a.telling) {
        ++a.stray;
        return;
    }
    const bool known = c.state.instruments.contains(id);
    if (!known || (!p.qty.is_zero() && !can_be_held(c.state.instruments[id], p.qty, p.average_price))) {
        c.alert(AlertCode::position_refused, kNoUnderlying, id, p.qty.to_double(),
                p.average_price.to_double());
        return not_whole(c, a.told_positions, 0);
    }
    VenuePosition& v = c.state.venue_positions[index(id)];
    // Two figures of one instrument: which of them, or their sum, is not for us to say.
    if (v.told_in == a.begun) return not_whole(c, a.told_positions, 0);
    ++a.told_positions;
    v.told = p.qty;
    v.average = p.average_price;
    v.told_in = a.begun;
}

void on_venue_order(Context& c, InstrumentId id, const VenueOrder& told) {
    AccountState& a = c.state.account;
    if (!a.telling) {
        ++a.stray;
        return;
    }
    ++a.told_orders;
    note_venue_order(c, id, told);
}

namespace {

/// Coins of delta that one contract carries now; nothing when that is not known.
std::optional<double> contract_delta(const Context& c, const UnderlyingState& u, InstrumentId id) {
    const Instrument& i = c.state.instruments[id];
    if (has_expired(c, i)) return 0;
    const PricePoint now = point_of(c.state, id);
    if (!(now.forward > 0)) return std::nullopt;
    if (!i.is_option()) {
        const double own = u.has_hedge && u.hedge == id ? 0 : mid_price(c.state, id);
        return delta_per_contract(i, own > 0 ? own : now.forward);
    }
    const double vol = fitted_vol(c.state, c.rules(u), id);
    if (!(vol > 0)) return std::nullopt;
    const OptionPricer pricer(i, c.rules(u), c.state.now, now.average, false);
    const double slope = pricer.slopes(now.forward, vol).forward;
    return i.contract_size.to_double() * (i.is_inverse() ? slope * now.forward : slope);
}

/// What the venue's view adds to our net delta, coins.
std::optional<double> difference_delta(const Context& c, UnderlyingId id) {
    const AccountState& a = c.state.account;
    const UnderlyingState& u = c.state.underlyings[index(id)];
    if (a.broken_overflow) return std::nullopt;
    double sum = 0;
    for (std::uint16_t n = 0; n < a.broken_count; ++n) {
        if (c.state.instruments[a.broken[n]].underlying != id) continue;
        const auto per_contract = contract_delta(c, u, a.broken[n]);
        if (!per_contract) return std::nullopt;
        sum += c.state.venue_positions[index(a.broken[n])].difference.to_double() * *per_contract;
    }
    return std::isfinite(sum) ? std::optional(sum) : std::nullopt;
}

}  // namespace

bool both_views_agree(const Context& c, UnderlyingId id, const Corridor& corridor, Envelope& ours) {
    const double hedge_to = c.rules(c.state.underlyings[index(id)]).hedge_to;
    const auto difference = difference_delta(c, id);
    if (!difference) return false;
    Envelope theirs = ours;
    theirs.low += *difference;
    theirs.high += *difference;
    const double we = wanted_trade(corridor, hedge_to, ours);
    const double they = wanted_trade(corridor, hedge_to, theirs);
    if (we == 0 && they == 0) return true;
    if (!(we * they > 0)) return false;
    if (std::abs(they) < std::abs(we)) ours = theirs;
    return true;
}

}  // namespace hw::hedge
