#include "fix/history.h"

#include <algorithm>
#include <charconv>

#include "fix/framing.h"
#include "fix/raw_message.h"
#include "fix/secrets.h"
#include "fix/timestamp.h"

namespace hw::fix {
namespace {

constexpr char kSoh = '\x01';

template <class Integer>
std::optional<Integer> whole_number(std::string_view text) {
    Integer number = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size()) return std::nullopt;
    return number;
}

std::uint32_t sequence_of(std::string_view message) {
    return whole_number<std::uint32_t>(value_of(message,
                                                "\x01"
                                                "34="))
        .value_or(0);
}

Nanos sending_time_of(std::string_view message) {
    return parse_timestamp(value_of(message,
                                    "\x01"
                                    "52="))
        .value_or(Nanos{});
}

}  // namespace

void read_fields(std::string_view message, std::vector<MessageField>& fields) {
    fields.clear();
    std::size_t raw_length = 0;
    while (!message.empty()) {
        std::size_t end = std::min(message.find(kSoh), message.size());
        const std::size_t equals = message.substr(0, end).find('=');
        const auto tag = whole_number<int>(message.substr(0, std::min(equals, end)));
        if (equals != std::string_view::npos && tag && *tag > 0) {
            if (*tag == 96) end = std::min(message.find(kSoh, equals + 1 + raw_length), message.size());
            const std::string_view value = message.substr(equals + 1, end - equals - 1);
            const auto length = *tag == 95 ? whole_number<std::size_t>(value) : std::nullopt;
            raw_length = length && *length <= StreamFramer::kMaxMessage ? *length : 0;
            fields.push_back({*tag, value});
        }
        message.remove_prefix(std::min(end + 1, message.size()));
    }
}

std::string_view History::Entry::type() const {
    return value_of(text,
                    "\x01"
                    "35=");
}

std::optional<History> History::open(const std::string& dir, std::string& error) {
    auto sent = MessageStoreReader::open(dir, error);
    if (!sent) return std::nullopt;
    History history(std::move(*sent));
    history.received_ = ReceivedReader::open(dir, history.received_fault_);
    if (history.received_ && history.received_->owner() != history.owner()) {
        history.received_fault_ =
            dir + "/received belongs to session " + std::string(history.received_->owner());
        history.received_.reset();
    }
    history.at_ = history.sent_.oldest();
    history.end_ = history.sent_.next_sender();
    history.advance_sent();
    history.advance_received();
    return history;
}

void History::advance_sent() {
    MessageStoreReader::Message message;
    next_sent_.reset();
    while (at_ < end_) {
        const std::uint32_t sequence = at_++;
        // A slot that the session has used again meanwhile was let go, not lost.
        if (!sent_.read(sequence, message)) {
            if (sequence >= sent_.oldest()) ++sent_missing_;
            continue;
        }
        mask_secrets(message.text);
        next_sent_ =
            Entry{true, sending_time_of(message.text), sequence, message.flags, std::move(message.text)};
        return;
    }
}

void History::advance_received() {
    ReceivedReader::Record record;
    next_received_.reset();
    if (!received_ || !received_->next(record)) return;
    mask_secrets(record.message);
    next_received_ = Entry{false, record.time, sequence_of(record.message), 0, std::move(record.message)};
}

bool History::next(Entry& entry) {
    if (!next_sent_ && !next_received_) return false;
    const bool take_sent = next_sent_ && (!next_received_ || next_sent_->time <= next_received_->time);
    entry = std::move(take_sent ? *next_sent_ : *next_received_);
    if (take_sent) {
        advance_sent();
    } else {
        advance_received();
    }
    return true;
}

}  // namespace hw::fix
