#include "fix/framing.h"

#include <algorithm>
#include <charconv>

namespace hw::fix {
namespace {

constexpr char kSoh = '\x01';
constexpr std::string_view kStart = "8=FIX";
constexpr std::size_t kTrailerSize = 7;      // "10=ddd" and its SOH
constexpr std::size_t kMaxBeginString = 16;  // "8=FIXT.1.1" and to spare
constexpr std::size_t kMaxLengthDigits = 7;

bool is_prefix_of_start(std::string_view text) { return kStart.starts_with(text.substr(0, kStart.size())); }

// Value of a trailer at the start of `text`, or -1.
int trailer_sum(std::string_view text) {
    if (text.size() < kTrailerSize || !text.starts_with("10=") || text[6] != kSoh) return -1;
    int sum = 0;
    for (const char c : text.substr(3, 3)) {
        if (c < '0' || c > '9') return -1;
        sum = sum * 10 + (c - '0');
    }
    return sum;
}

// Whether a trailer and the start of another message stand somewhere inside.
bool holds_message_boundary(std::string_view text) {
    constexpr std::string_view kBoundary =
        "\x01"
        "8=FIX";
    for (auto at = text.find(kBoundary); at != std::string_view::npos; at = text.find(kBoundary, at + 1)) {
        if (at + 1 >= kTrailerSize && trailer_sum(text.substr(at + 1 - kTrailerSize)) >= 0) return true;
    }
    return false;
}

}  // namespace

unsigned fix_checksum(std::string_view bytes) {
    unsigned sum = 0;
    for (const char c : bytes) sum += static_cast<unsigned char>(c);
    return sum & 255u;
}

void StreamFramer::push(const char* data, std::size_t size) {
    if (start_ != 0) {
        buffer_.erase(0, start_);
        start_ = 0;
    }
    buffer_.append(data, size);
    counters_.bytes += size;
}

std::string_view StreamFramer::next() {
    while (buffered() != 0) {
        const std::string_view rest = std::string_view{buffer_}.substr(start_);
        if (!is_prefix_of_start(rest)) {
            ++counters_.bad_start;
            skip_to_start(rest);
            continue;
        }
        std::size_t size = 0;
        const Look seen = look(rest, size);
        if (seen == Look::incomplete) return {};
        if (seen == Look::garbled) {
            drop(size);
            continue;
        }
        start_ += size;
        ++counters_.messages;
        counters_.message_bytes += size;
        return rest.substr(0, size);
    }
    return {};
}

// What stands at the start of `rest`; `size` is what to take or, when garbled, to drop.
StreamFramer::Look StreamFramer::look(std::string_view rest, std::size_t& size) {
    const auto bad_length = [&] {
        ++counters_.bad_length;
        size = 1;
        return Look::garbled;
    };
    const auto begin_end = rest.substr(0, kMaxBeginString).find(kSoh);
    if (begin_end == std::string_view::npos) {
        return rest.size() < kMaxBeginString ? Look::incomplete : bad_length();
    }
    const std::string_view length_field = rest.substr(begin_end + 1, 2 + kMaxLengthDigits + 1);
    if (!std::string_view{"9="}.starts_with(length_field.substr(0, 2))) return bad_length();
    const auto length_end = length_field.find(kSoh);
    if (length_end == std::string_view::npos) {
        return length_field.size() < 2 + kMaxLengthDigits + 1 ? Look::incomplete : bad_length();
    }
    std::size_t length = 0;
    const char* const digits_end = length_field.data() + length_end;
    const auto parsed = std::from_chars(length_field.data() + 2, digits_end, length);
    if (parsed.ec != std::errc{} || parsed.ptr != digits_end || length > kMaxMessage) return bad_length();
    return look_at_trailer(rest, begin_end + 1 + length_end + 1 + length, size);
}

StreamFramer::Look StreamFramer::look_at_trailer(std::string_view rest, std::size_t body_end,
                                                 std::size_t& size) {
    const bool whole = rest.size() >= body_end + kTrailerSize;
    const int sum = whole ? trailer_sum(rest.substr(body_end)) : -1;
    if (sum >= 0 && rest[body_end - 1] == kSoh) {
        size = body_end + kTrailerSize;
        if (static_cast<unsigned>(sum) == fix_checksum(rest.substr(0, body_end))) return Look::whole;
        ++counters_.bad_checksum;
        return Look::garbled;
    }
    if (!whole && !holds_message_boundary(rest)) return Look::incomplete;
    ++counters_.bad_length;
    size = 1;
    return Look::garbled;
}

// Drops everything before the next thing that is, or may become, the start of a message.
void StreamFramer::skip_to_start(std::string_view rest) {
    std::size_t at = rest.find(kStart, 1);
    if (at == std::string_view::npos) {
        at = rest.size() - std::min(rest.size() - 1, kStart.size() - 1);
        while (at < rest.size() && !is_prefix_of_start(rest.substr(at))) ++at;
    }
    drop(at);
}

void StreamFramer::drop(std::size_t count) {
    counters_.garbage_bytes += count;
    start_ += count;
}

void StreamFramer::clear() {
    counters_.garbage_bytes += buffered();
    buffer_.clear();
    start_ = 0;
}

}  // namespace hw::fix
