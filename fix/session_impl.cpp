// What the order session does beyond the life of its connection: it sends, takes reports the short way, and
// decides what becomes of its orders when the venue asks for them again.
#include "fix/session_impl.h"

#include <utility>

#include "fix/timestamp.h"

namespace hw::fix {

OrderSession::Impl::Impl(const SessionConfig& config, const InstrumentTable& instruments, EventSinkRef sink,
                         Nanos now, std::unique_ptr<Dialect> dialect, SessionFiles files)
    : SessionLife(SessionRole::order, config, instruments, sink, now, std::move(dialect), std::move(files)),
      time_to_live_(config.order_time_to_live),
      writer_(config, *dialect_, instruments),
      sender_(config, writer_, *store_),
      receiver_(config) {
    fields_.reserve(32);
}

void OrderSession::Impl::on_bytes(const char* data, std::size_t size, Nanos now) {
    now_ = now;
    if (!engine_->attached()) return;
    std::string_view rest{data, size};
    while (framer_.buffered() == 0 && !rest.empty()) {
        const std::size_t taken = take_report(rest);
        if (taken == 0) break;
        framer_.count_whole(taken);
        rest.remove_prefix(taken);
        if (!engine_->attached()) break;
    }
    if (rest.empty()) return;
    framer_.push(rest.data(), rest.size());
    for (auto message = framer_.next(); !message.empty(); message = framer_.next()) {
        if (take_report(message) == 0) {
            keep(message);
            receive(message);
        }
        if (!engine_->attached()) break;
    }
}

/// A report that can do without QuickFIX, at the start of `bytes`: its size, or zero when it is none. One
/// that the reader refuses goes to QuickFIX after all, which rejects it by the verdict that stands.
std::size_t OrderSession::Impl::take_report(std::string_view bytes) {
    if (!in_order_) return 0;
    InboundMessage message;
    const std::size_t size = receiver_.read(bytes, store_->next_target(), now_, message);
    if (size == 0) return 0;
    const VerdictOn answer = reader_.read(message);
    received_->set_aside(bytes.substr(0, size), now_);
    if (answer.verdict == Verdict::accepted) {
        store_->set_next_target(message.sequence + 1);
        engine_->note_received(now_.ns());
        ++counters_.received_fast;
        return size;
    }
    verdict_ = answer;
    receive(bytes.substr(0, size));
    verdict_.reset();
    return size;
}

bool OrderSession::Impl::send(const Action& action, Nanos now) {
    now_ = now;
    return (phase_ == Phase::up && send_fast(action)) || send_slow(action);
}

bool OrderSession::Impl::send_fast(const Action& action) {
    const std::string_view message = sender_.stage(action, now_);
    if (message.empty()) return false;
    write(message.data(), message.size());
    sender_.complete();
    engine_->note_sent(now_.ns());
    ++counters_.sent_fast;
    count_sent(action);
    return true;
}

bool OrderSession::Impl::send_slow(const Action& action) {
    const bool ready =
        action.header.type == ActionType::new_order ? phase_ == Phase::up : engine_->logged_on();
    const char* const type = ready ? writer_.write(action, now_, fields_) : nullptr;
    const bool stored = type != nullptr && engine_->send(type, fields_);
    if (!stored) {
        ++counters_.sends_refused;
    } else {
        count_sent(action);
        sender_.prepare(action.header.instrument);
    }
    follow();
    return stored;
}

void OrderSession::Impl::count_sent(const Action& action) {
    switch (action.header.type) {
        case ActionType::new_order:
            ++counters_.orders_sent;
            break;
        case ActionType::cancel_order:
            ++counters_.cancels_sent;
            break;
        case ActionType::mass_cancel:
            ++counters_.mass_cancels_sent;
            break;
        default:
            ++counters_.settle_requests_sent;
            reader_.settle_requested(action.payload.settle_orders.order);
            break;
    }
}

void OrderSession::Impl::rehearse(Nanos now) {
    if (phase_ != Phase::up) return;
    const std::string_view message = sender_.rehearse(now);
    if (!message.empty()) bytes_.rehearse(message.data(), message.size());
}

bool OrderSession::Impl::may_replay(const std::string& type, std::uint32_t sequence,
                                    const std::string& original_sending_time) {
    const auto sent = parse_timestamp(original_sending_time);
    const bool young = sent && now_ - *sent <= time_to_live_;
    if (type == "D") return young ? replay_order(sequence) : gap_fill_order(sequence);
    // A cancel does no harm late. An old status request would only be answered twice.
    if (type == "F" || type == "q") return true;
    ++counters_.messages_gap_filled;
    return false;
}

bool OrderSession::Impl::replay_order(std::uint32_t sequence) {
    store_->set_flag(sequence, kReplayed);
    ++counters_.orders_replayed;
    return true;
}

// The venue asks for an order that is too old to be sent now: it gets a gap fill instead. Is that order
// then certainly dead? That the venue asks for it means that it has not processed it, unless
//  - we replayed it before: two requests may overlap, and the first was answered with the order itself;
//  - it was sent on this very connection: a request is for everything from some number on, so it may name
//    an order that came after the gap and lies in the venue's queue, or one that was still under way;
//  - the venue has already spoken of it: then the venue has lost its memory (a failover), not our order.
// Only without any of these do we say so. Otherwise its fate is unknown, and settled like any other.
bool OrderSession::Impl::gap_fill_order(std::uint32_t sequence) {
    ++counters_.orders_gap_filled;
    const OrderId order = store_->order_at(sequence);
    const std::uint32_t flags = store_->flags_at(sequence);
    if (order.is_none() || (flags & kGapFilled) != 0) return false;
    store_->set_flag(sequence, kGapFilled);
    const bool certain = sequence < first_of_connection_ && (flags & (kReplayed | kAcknowledged)) == 0;
    if (certain) {
        OrderUnsent& unsent =
            sink_.stage(EventType::order_unsent, kNoInstrument, Nanos{}).payload.order_unsent;
        unsent.order = order;
        unsent.reason = UnsentReason::replaced_by_gap_fill;
    } else {
        OrderUpdate& update =
            sink_.stage(EventType::order_update, kNoInstrument, Nanos{}).payload.order_update;
        update.order = order;
        update.status = OrderStatus::unknown;
        update.text = Name<64>::cut("asked for again by the venue, too old to be sent again");
    }
    sink_.flush();
    return false;
}

}  // namespace hw::fix
