// What a session answers to QuickFIX: how messages of theirs are taken, and where ours are kept.
#include <algorithm>

#include "fix/decimal.h"
#include "fix/raw_message.h"
#include "fix/secrets.h"
#include "fix/session_life.h"

namespace hw::fix {

bool SessionLife::write(const char* data, std::size_t size) {
    if (bytes_ && bytes_.send(data, size)) return true;
    ++counters_.transport_refused;
    return false;
}

void SessionLife::close() {
    if (bytes_) bytes_.close();
}

VerdictOn SessionLife::on_application(const InboundMessage& message) {
    const VerdictOn answer = verdict_ ? *verdict_ : read(message);
    reader_refused_ = answer.verdict == Verdict::bad_format || answer.verdict == Verdict::bad_value;
    return answer;
}

void SessionLife::on_admin(const InboundMessage& message) {
    ++counters_.admin_received;
    switch (message.type[0]) {
        case '0':
            if (phase_ == Phase::syncing && field(message, 112) == sync_id_) sync_answered_ = true;
            break;
        case '2':  // our gap fill will swallow the test request: ask anew afterwards
            if (phase_ == Phase::syncing) phase_ = Phase::agreeing;
            break;
        case '3':
            on_rejected(message);
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

void SessionLife::logon_fields(std::vector<TextField>& fields) {
    const auto ms = static_cast<std::uint64_t>(std::max<std::int64_t>(now_.ns() / 1'000'000, 0));
    dialect_->logon_fields(store_->rising_stamp(ms), fields);
}

void SessionLife::logout_fields(std::vector<TextField>& fields) { dialect_->logout_fields(fields); }

void SessionLife::on_admin_sent(char) { ++counters_.admin_sent; }
void SessionLife::on_reject_sent(const std::string& type, std::uint32_t sequence, int reason) {
    ++counters_.rejects_sent;
    ++(reason == 6   ? counters_.rejects_sent_format
       : reason == 5 ? counters_.rejects_sent_value
       : reason == 1 ? counters_.rejects_sent_missing
                     : counters_.rejects_sent_other);
    if (type == "8" && !reader_refused_ && may_tell_of_a_fill(sequence)) stop_engine(sequence);
    reader_refused_ = false;
}

void SessionLife::on_note(const std::string& text) {
    note_ = text;
    if (text.starts_with("Timed out") || text.starts_with("MsgSeqNum too low")) reason_ = text;
}

void SessionLife::on_fault(SessionFault fault, const char* what) {
    ++(fault == SessionFault::not_parsed ? counters_.not_parsed : counters_.session_faults);
    note_ = what;
    // There is no way past it on this connection.
    if (fault == SessionFault::exception) end_session("a message could not be processed");
}

bool SessionLife::store(std::uint32_t sequence, const std::string& message) {
    if (is_logon(message)) return store_logon(sequence, message);
    if (store_->put(sequence, message, order_in(message))) return true;
    // An administrative message is never sent again but gap-filled: its number is all that matters.
    if (is_admin(message)) return store_->put(sequence, {}, OrderId{});
    ++counters_.store_refused;
    return false;
}

// Never sent again: kept for people, and not its secrets.
bool SessionLife::store_logon(std::uint32_t sequence, std::string message) {
    mask_secrets(message);
    return store_->put(sequence, message, OrderId{}) || store_->put(sequence, {}, OrderId{});
}

void SessionLife::stored(std::uint32_t begin, std::uint32_t end, std::vector<std::string>& messages) const {
    const std::uint32_t next = store_->next_sender();
    const std::uint32_t oldest = next > store_->slots() ? next - store_->slots() : 1;
    for (std::uint32_t i = std::max(begin, oldest); i <= end && i < next; ++i) {
        const std::string_view message = store_->get(i);
        if (!message.empty()) messages.emplace_back(message);
    }
}

// What the venue had to tell since our last connection goes with its old numbers, fills included.
void SessionLife::reset_store() {
    if (store_->next_target() > 1) on_lost(store_->next_target());
    store_->reset(now_);
    ++counters_.sequence_resets;
}

// No gap fill but a reset: what lies between its own number and the new one will never come.
void SessionLife::check_reset(const InboundMessage& message) {
    const std::uint32_t expected = store_->next_target();
    const std::uint32_t after = message.sequence == expected ? expected + 1 : expected;
    if (parse_count(field(message, 36)).value_or(0) > after) on_lost(expected);
}

// A report refused by the dictionary never came to the reader, which stops the engine on fills that it
// cannot read: the same is due here, unless the report says that it is none.
bool SessionLife::may_tell_of_a_fill(std::uint32_t sequence) const {
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
void SessionLife::stop_engine(std::uint32_t sequence) {
    const std::string name = "unread;34:" + std::to_string(sequence);
    Execution unread{};
    unread.key = ExecKey::of(name + ";" + std::to_string(store_->created().ns()));
    unread.exec_id = Name<40>::cut(name);
    unread.source = role_;
    sink_.stage(EventType::execution, kNoInstrument, Nanos{}).payload.execution = unread;
    sink_.flush();
    ++counters_.reports_unread;
}

}  // namespace hw::fix
