#include "fix/report_fields.h"

#include <algorithm>
#include <array>
#include <string>

#include "fix/decimal.h"
#include "fix/raw_message.h"

namespace hw::fix {
namespace {

/// Text put together; on the heap only when it is longer than any that venues send.
class JoinedText {
  public:
    JoinedText& append(std::string_view text) {
        if (long_.empty() && size_ + text.size() <= short_.size()) {
            std::copy(text.begin(), text.end(), short_.begin() + static_cast<std::ptrdiff_t>(size_));
            size_ += text.size();
        } else {
            if (long_.empty()) long_.assign(short_.data(), size_);
            long_.append(text);
        }
        return *this;
    }
    std::string_view view() const { return long_.empty() ? std::string_view{short_.data(), size_} : long_; }

  private:
    std::array<char, 256> short_;
    std::size_t size_ = 0;
    std::string long_;
};

}  // namespace

std::optional<OrderStatus> parse_status(std::string_view text) {
    if (text.size() != 1) return std::nullopt;
    switch (text[0]) {
        case '0':  // new
        case '5':  // replaced
        case '7':  // stopped
        case '9':  // suspended
        case 'E':  // pending replace
            return OrderStatus::live;
        case '1':
            return OrderStatus::partially_filled;
        case '2':
            return OrderStatus::filled;
        case '3':  // done for day
        case 'C':
            return OrderStatus::expired;
        case '4':
            return OrderStatus::canceled;
        case '6':
            return OrderStatus::pending_cancel;
        case '8':
            return OrderStatus::rejected;
        case 'A':
        case 'D':  // accepted for bidding
            return OrderStatus::pending_new;
        case 'B':  // calculated
            return OrderStatus::unknown;
        default:
            return std::nullopt;
    }
}

bool is_terminal(OrderStatus status) {
    return status == OrderStatus::filled || status == OrderStatus::canceled ||
           status == OrderStatus::rejected || status == OrderStatus::expired;
}

std::optional<Side> parse_side(std::string_view text) {
    if (text == "1") return Side::buy;
    if (text == "2" || text == "5" || text == "6") return Side::sell;  // 5, 6: sold short
    return std::nullopt;
}

namespace {
ExecKey key_within_order(std::string_view kind, std::string_view value, const InboundMessage& message) {
    JoinedText text;
    text.append(kind).append(value);
    text.append(";37:").append(field(message, 37)).append(";55:").append(field(message, 55));
    return ExecKey::of(text.view());
}
}  // namespace

TradeChange change_of(const InboundMessage& message) {
    const std::string_view exec_type = field(message, 150);
    const std::string_view transaction = field(message, 20);
    if (exec_type == "H" || transaction == "1") return TradeChange::bust;
    if (exec_type == "G" || transaction == "2") return TradeChange::correction;
    return TradeChange::none;
}

ExecKey key_by_exec_id(const InboundMessage& message, std::string_view exec_id) {
    return key_within_order("17:", exec_id, message);
}

ExecKey key_by_cum(const InboundMessage& message, Qty cum) {
    return key_within_order("14:", DecimalText{cum}.view(), message);
}

ExecKey key_of_change(const InboundMessage& message) {
    return key_within_order(
        change_of(message) == TradeChange::bust ? "bust:" : "correction:", field(message, 19), message);
}

ExecKey group_key(std::string_view id) { return ExecKey::of(JoinedText{}.append("527:").append(id).view()); }

}  // namespace hw::fix
