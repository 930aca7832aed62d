// Instruments that trade inside snapshots (hedge/reconcile.h), and their difference nevertheless.
//
// The venue's figure is of some moment between begin and end. An instrument that we saw trade meanwhile had
// several positions on our side, and which of them belongs to that moment is not told: so there are as many
// differences that the venue's figure may mean. The true one is the same in every snapshot, and is among
// those of each: what is left over from several in a row is narrowed down until it is one. Where no
// difference at all has been among them for `kEnough` in a row, our own position is believed: it has every
// fill in it.
//
// Fixed tables: a snapshot with more moves than there is room for, and an instrument with more differences,
// tell nothing of what is not fenced.
#pragma once

#include <optional>

#include "hedge/context.h"

namespace hw::hedge {

/// A snapshot begins.
void watch_moves(Context&);
/// Our own position changed from `before`.
void note_move(Context&, InstrumentId, Qty before);

/// The snapshot that has just ended says `venue` of an instrument that moved meanwhile: the venue's position
/// less ours, once it can be told.
std::optional<Qty> narrowed_difference(Context&, InstrumentId, Qty venue);
/// What was left over is of no more use: of one instrument (it was fenced, or adopted), or of all.
void forget_narrowed(Context&, InstrumentId);
void forget_all_narrowed(Context&);

}  // namespace hw::hedge
