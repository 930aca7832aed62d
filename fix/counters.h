// What an order session counts. Names are stable; a counter never goes back while the process lives.
#pragma once

#include <cstdint>
#include <string_view>

namespace hw::fix {

// X(name, what it counts)
#define HW_FIX_COUNTERS(X)                                                                               \
    X(orders_sent, "NewOrderSingle given a slot and sent")                                               \
    X(cancels_sent, "OrderCancelRequest")                                                                \
    X(mass_cancels_sent, "OrderMassCancelRequest")                                                       \
    X(settle_requests_sent, "OrderMassStatusRequest")                                                    \
    X(sent_fast, "of these, from a template, past QuickFIX")                                             \
    X(sends_refused, "Actions for which nothing left and nothing is stored")                             \
    X(transport_refused, "messages that the transport did not take, after they were stored")             \
    X(store_refused, "messages longer than a slot of the store")                                         \
    X(admin_sent, "administrative messages of ours")                                                     \
    X(rejects_sent, "session Rejects of ours: something of theirs could not be read")                    \
    X(rejects_sent_format, "of these, 373=6: a value that is no number, time or character")              \
    X(rejects_sent_value, "of these, 373=5: a value that makes no sense")                                \
    X(rejects_sent_missing, "of these, 373=1: a required field is missing")                              \
    X(rejects_sent_other, "of these, any other reason")                                                  \
    X(application_received, "application messages of theirs that came in sequence")                      \
    X(received_fast, "of these, reports read past QuickFIX")                                             \
    X(admin_received, "administrative messages of theirs")                                               \
    X(executions, "fills handed on, of any order of the account")                                        \
    X(executions_unknown_symbol, "of these, in an instrument that we do not know")                       \
    X(executions_other_orders, "of these, of orders that are not ours")                                  \
    X(trades_busted, "reports that take a trade back")                                                   \
    X(trades_corrected, "reports that correct a trade")                                                  \
    X(trades_unnamed, "of neither kind it is known which trade they mean: the engine is stopped")        \
    X(reports_unread,                                                                                    \
      "reports that the dictionary refused and that may tell of a fill: the engine is stopped")          \
    X(multileg_parents, "fills of a combo as a whole: its legs are reported, and booked, on their own")  \
    X(order_updates, "reports on orders of ours that are no fills")                                      \
    X(other_order_updates, "reports on other orders of the account that are no fills")                   \
    X(status_reports, "answers to a status request")                                                     \
    X(settlements_complete, "mass status requests answered in full")                                     \
    X(cancel_rejects, "OrderCancelReject")                                                               \
    X(mass_cancel_reports, "OrderMassCancelReport, mass cancel accepted")                                \
    X(mass_cancels_rejected, "OrderMassCancelReport with 531=0")                                         \
    X(rejects_received, "session Rejects of messages of ours")                                           \
    X(business_rejects_received, "BusinessMessageReject of messages of ours")                            \
    X(requests_rejected, "of the two above, those of no order: mass cancels, status requests, unknown")  \
    X(field_missing, "application messages without a field that has to be there")                        \
    X(field_bad_price, "a price that is no decimal number")                                              \
    X(field_bad_qty, "a quantity that is no decimal number, or negative")                                \
    X(field_bad_side, "a side that is neither buy nor sell")                                             \
    X(field_bad_time, "a time that is none")                                                             \
    X(field_bad_status, "an order status or execution type that FIX 4.4 does not have")                  \
    X(field_bad_fee, "a commission that is no decimal number")                                           \
    X(field_bad_amount, "an equity or a margin that is no decimal number")                               \
    X(field_bad_currency, "a currency that was not asked for")                                           \
    X(field_told_twice, "an instrument twice in the positions of one snapshot")                          \
    X(field_bad_count, "a count, reason or flag that is none")                                           \
    X(unsupported_messages, "application messages of a type that we do not handle")                      \
    X(not_parsed, "whole in frame and checksum, yet no FIX message")                                     \
    X(session_faults, "messages on which the session engine gave up for another reason")                 \
    X(logons, "Logons completed")                                                                        \
    X(session_ups, "times that the session was up with sequence numbers in agreement")                   \
    X(gaps, "times that messages of theirs were found missing while the session was up")                 \
    X(orders_replayed, "orders sent again at the venue's request, young enough")                         \
    X(orders_gap_filled, "orders not sent again at the venue's request: too old")                        \
    X(messages_gap_filled, "other application messages not sent again")                                  \
    X(sequence_resets, "Logons that began the sequence numbers anew")                                    \
    X(session_rolls, "times that a new session began by the clock, and the sequence numbers with it")    \
    X(drop_copy_gaps, "times that the second session lost messages for good, snapshots tell what of it") \
    X(snapshots_requested, "times that the account's positions, orders and equity were asked for")       \
    X(snapshots_complete, "of these, told whole")                                                        \
    X(snapshots_refused, "of these, ended by a refusal, or by an answer that could not be read")         \
    X(snapshots_timed_out, "of these, not answered in full in time")                                     \
    X(snapshots_cut_off, "of these, ended by the end of the session")                                    \
    X(positions_told, "positions in whole snapshots")                                                    \
    X(contract_lists_missing, "times that the venue did not tell its contracts when asked")              \
    X(venue_orders_told, "open orders in whole snapshots")                                               \
    X(equities_told, "wallets' equities in whole snapshots")                                             \
    X(answers_too_late, "answers to a snapshot that was over, and to none of ours")

struct Counters {
#define HW_X(name, text) std::uint64_t name = 0;
    HW_FIX_COUNTERS(HW_X)
#undef HW_X
};

/// Calls visit(name, value, description) for each.
template <class Visit>
void visit_counters(const Counters& counters, Visit&& visit) {
#define HW_X(name, text) visit(std::string_view{#name}, counters.name, std::string_view{text});
    HW_FIX_COUNTERS(HW_X)
#undef HW_X
}

}  // namespace hw::fix
