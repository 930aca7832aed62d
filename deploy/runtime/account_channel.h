// Between the thread of the account's second session and the hot thread: Events one way, what the session has
// to know of the engine the other way.
//
// The session does not know the engine's instruments: an Event carries its symbol, and the hot thread, whose
// table is the only one, names the instrument when it takes the Event in. So both sessions mean the same.
//
// Nothing gets lost on the way, and nothing is said to have arrived before it has: the ring keeps the order,
// a producer that finds it full waits, and `journaled` counts the Events that the hot thread has given to the
// journal. The session moves the venue's sequence number on only when that count has caught up with what it
// gave; when the hot thread has `closed` the channel first, it does not, and the venue sends the message
// again after the next logon.
#pragma once

#include <atomic>
#include <cstdint>

#include "core/event.h"
#include "core/names.h"
#include "core/ring.h"

namespace hw::deploy {

struct AccountEvent {
    Event event;    ///< its header has no instrument yet
    Symbol symbol;  ///< empty: it speaks of none
};

struct AccountChannel {
    SpscRing<AccountEvent> events{1024};

    // Written by the hot thread only.
    std::atomic<std::uint64_t> journaled{0};          ///< Events taken from the ring, of all runs of it
    std::atomic<std::uint32_t> order_session_ups{0};  ///< times that the order session has come up
    std::atomic<bool> definitions_complete{false};    ///< before that, a fill could not be booked
    std::atomic<bool> positions_wait{false};  ///< some traded in all snapshots so far, and are not adopted
    std::atomic<bool> closed{false};          ///< nothing more is taken
};

}  // namespace hw::deploy
