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

ExecKey execution_key(const InboundMessage& message, Qty cum) {
    JoinedText text;
    const std::string_view exec_id = field(message, 17);
    if (!exec_id.empty()) {
        text.append("17:").append(exec_id);
    } else {
        text.append("14:").append(DecimalText{cum}.view());
    }
    text.append(";37:").append(field(message, 37)).append(";55:").append(field(message, 55));
    return ExecKey::of(text.view());
}

ExecKey group_key(std::string_view id) { return ExecKey::of(JoinedText{}.append("527:").append(id).view()); }

}  // namespace hw::fix
