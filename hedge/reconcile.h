// The account's positions and open orders as the venue has them, against our own.
//
// The second session tells them in snapshots: begin, the positions and orders, end. A snapshot counts when it
// was told whole, began while the order session was up, and the order session stayed up to its end; and not
// before the venue's instruments are known. (Fills
// missed while that session was away are sent again, and booked, before it counts as up: so whatever the
// venue says from then on has nothing in it that we do not have, or are about to be told.) What a snapshot
// does not name is zero, or not open. An instrument whose position moved on our side between begin and end is
// not fenced in it: it is left out, unless several snapshots together tell its difference (hedge/unfenced.h).
// Left out, too, is one that has expired, until its settlement makes it cash.
//
// A break is the same difference in two such snapshots in a row of that instrument; it stands until one
// agrees. While an underlying has a break it is hedged only as far as both views (our net delta, and that
// with the differences in it) agree on the side, at the smaller size.
//
// Start of day (EngineConfig::reconcile): the first snapshot of a run that counts is taken as it is, the
// venue's positions are the truth, and no underlying is hedged before. An instrument that is not fenced in it
// waits for the next one, and its underlying with it. A fill that the venue already had in the adopted
// position may still have been on its way to us, and is booked on top: so an adopted instrument in which a
// fill was booked afterwards is adopted once more if it differs in the snapshot after.
//
// Orders: one of ours that two snapshots in a row have open, and that we hold to be over or do not know, is
// an orphan and cancelled. One that we hold open and that the venue does not name is in doubt, and settled.
#pragma once

#include "hedge/context.h"
#include "hedge/envelope.h"
#include "hedge/policy/corridor.h"

namespace hw::hedge {

/// A run begins: nothing of an earlier one's snapshots goes on but the breaks.
void begin_reconciling(Context&);
void account_session(Context&, bool up);
/// The snapshot being told does not count.
void order_session_lost(Context&);

void on_account_snapshot(Context&, const AccountSnapshot&);
void on_venue_position(Context&, InstrumentId, const Position&);
void on_venue_order(Context&, InstrumentId, const VenueOrder&);

/// With a break in the underlying: leaves the view of the two that wants less to be done. False when they do
/// not agree on the side, or when the other view is not known.
bool both_views_agree(const Context&, UnderlyingId, const Corridor&, Envelope&);

}  // namespace hw::hedge
