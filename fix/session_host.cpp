// What the order session answers to QuickFIX: how messages of theirs are taken, and what becomes of ours when
// the venue asks for them again.
#include <algorithm>

#include "fix/decimal.h"
#include "fix/raw_message.h"
#include "fix/secrets.h"
#include "fix/session_impl.h"
#include "fix/timestamp.h"

namespace hw::fix {

bool OrderSession::Impl::write(const char* data, std::size_t size) {
    if (bytes_ && bytes_.send(data, size)) return true;
    ++counters_.transport_refused;
    return false;
}

void OrderSession::Impl::close() {
    if (bytes_) bytes_.close();
}

VerdictOn OrderSession::Impl::on_application(const InboundMessage& message) {
    const VerdictOn answer = verdict_ ? *verdict_ : reader_.read(message);
    reader_refused_ = answer.verdict == Verdict::bad_format || answer.verdict == Verdict::bad_value;
    return answer;
}

void OrderSession::Impl::on_admin(const InboundMessage& message) {
    ++counters_.admin_received;
    switch (message.type[0]) {
        case '0':
            if (phase_ == Phase::syncing && field(message, 112) == sync_id_) sync_answered_ = true;
            break;
        case '2':  // our gap fill will swallow the test request: ask anew afterwards
            if (phase_ == Phase::syncing) phase_ = Phase::agreeing;
            break;
        case '3':
            reader_.read_session_reject(message);
            break;
        case '4':
            if (field(message, 123) != "Y") check_reset(message);
            break;
        case '5':
            if (!field(message, 58).empty()) reason_ = field(message, 58);
            // A Logout beyond a gap counts as one message for QuickFIX, and the first missing one would never
            // be asked for.
            hold_target_ = message.sequence != store_->next_target();
            logout_received_ = !hold_target_;
            break;
        case 'A':
            ++counters_.logons;
            break;
        default:
            break;
    }
}

void OrderSession::Impl::logon_fields(std::vector<TextField>& fields) {
    const auto ms = static_cast<std::uint64_t>(std::max<std::int64_t>(now_.ns() / 1'000'000, 0));
    dialect_->logon_fields(store_->rising_stamp(ms), fields);
}

void OrderSession::Impl::logout_fields(std::vector<TextField>& fields) { dialect_->logout_fields(fields); }

void OrderSession::Impl::on_admin_sent(char) { ++counters_.admin_sent; }
void OrderSession::Impl::on_reject_sent(const std::string& type, std::uint32_t sequence, int reason) {
    ++counters_.rejects_sent;
    ++(reason == 6   ? counters_.rejects_sent_format
       : reason == 5 ? counters_.rejects_sent_value
       : reason == 1 ? counters_.rejects_sent_missing
                     : counters_.rejects_sent_other);
    if (type == "8" && !reader_refused_ && may_tell_of_a_fill(sequence)) stop_engine(sequence);
    reader_refused_ = false;
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

void OrderSession::Impl::on_note(const std::string& text) {
    note_ = text;
    if (text.starts_with("Timed out") || text.starts_with("MsgSeqNum too low")) reason_ = text;
}

void OrderSession::Impl::on_fault(SessionFault fault, const char* what) {
    ++(fault == SessionFault::not_parsed ? counters_.not_parsed : counters_.session_faults);
    note_ = what;
    // There is no way past it on this connection.
    if (fault == SessionFault::exception) end_session("a message could not be processed");
}

bool OrderSession::Impl::store(std::uint32_t sequence, const std::string& message) {
    if (is_logon(message)) return store_logon(sequence, message);
    if (store_->put(sequence, message, order_in(message))) return true;
    // An administrative message is never sent again but gap-filled: its number is all that matters.
    if (is_admin(message)) return store_->put(sequence, {}, OrderId{});
    ++counters_.store_refused;
    return false;
}

// Never sent again: kept for people, and not its secrets.
bool OrderSession::Impl::store_logon(std::uint32_t sequence, std::string message) {
    mask_secrets(message);
    return store_->put(sequence, message, OrderId{}) || store_->put(sequence, {}, OrderId{});
}

void OrderSession::Impl::stored(std::uint32_t begin, std::uint32_t end,
                                std::vector<std::string>& messages) const {
    const std::uint32_t next = store_->next_sender();
    const std::uint32_t oldest = next > store_->slots() ? next - store_->slots() : 1;
    for (std::uint32_t i = std::max(begin, oldest); i <= end && i < next; ++i) {
        const std::string_view message = store_->get(i);
        if (!message.empty()) messages.emplace_back(message);
    }
}

// What the venue had to tell since our last connection goes with its old numbers, fills included.
void OrderSession::Impl::reset_store() {
    if (store_->next_target() > 1) stop_engine(store_->next_target());
    store_->reset(now_);
    ++counters_.sequence_resets;
}

// No gap fill but a reset: what lies between its own number and the new one will never come.
void OrderSession::Impl::check_reset(const InboundMessage& message) {
    const std::uint32_t expected = store_->next_target();
    const std::uint32_t after = message.sequence == expected ? expected + 1 : expected;
    if (parse_count(field(message, 36)).value_or(0) > after) stop_engine(expected);
}

// A report refused by the dictionary never came to the reader, which stops the engine on fills that it
// cannot read: the same is due here, unless the report says that it is none.
bool OrderSession::Impl::may_tell_of_a_fill(std::uint32_t sequence) const {
    constexpr std::string_view kNoFill = "03456789ABCDEI";
    const bool is_current = parse_count(value_of(message_,
                                                 "\x01"
                                                 "34=")) == sequence;
    const std::string_view exec_type = is_current ? value_of(message_,
                                                             "\x01"
                                                             "150=")
                                                  : std::string_view{};
    return exec_type.size() != 1 || kNoFill.find(exec_type[0]) == std::string_view::npos;
}

// An execution without instrument: the position is no longer known. `sequence`: of what was not read.
void OrderSession::Impl::stop_engine(std::uint32_t sequence) {
    const std::string name = "unread;34:" + std::to_string(sequence);
    Execution unread{};
    unread.key = ExecKey::of(name + ";" + std::to_string(store_->created().ns()));
    unread.exec_id = Name<40>::cut(name);
    sink_.stage(EventType::execution, kNoInstrument, Nanos{}).payload.execution = unread;
    sink_.flush();
    ++counters_.reports_unread;
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
