#include "fix/order_template.h"

#include <immintrin.h>

#include <cstring>
#include <string_view>

#include "fix/decimal.h"
#include "fix/framing.h"

namespace hw::fix {
namespace {

constexpr std::string_view kBegin =
    "8=FIX.4.4\x01"
    "9=";
constexpr std::size_t kLengthDigits = 3;
constexpr std::size_t kIdSize = 16;
constexpr std::size_t kTrailer = 7;
constexpr std::size_t kMaxSequenceDigits = 9;

unsigned plain_sum(std::string_view text) {
    unsigned sum = 0;
    for (const char c : text) sum += static_cast<unsigned char>(c);
    return sum;
}

/// Sum of the bytes of a number's text, sign and point included: at most 24 bytes, read in eights from a
/// buffer that reaches beyond them.
unsigned short_sum(const char* text, std::size_t size) {
    unsigned sum = 0;
    for (std::size_t at = 0; at < size; at += 8) {
        std::uint64_t word;
        std::memcpy(&word, text + at, sizeof word);
        if (size - at < 8) word &= (std::uint64_t{1} << 8 * (size - at)) - 1;
        const __m128i sums =
            _mm_sad_epu8(_mm_cvtsi64_si128(static_cast<std::int64_t>(word)), _mm_setzero_si128());
        sum += static_cast<unsigned>(_mm_cvtsi128_si32(sums));
    }
    return sum;
}

unsigned put_id(char* out, OrderId id) {
    const auto text = id.to_text();
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data()));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), bytes);
    const __m128i halves = _mm_sad_epu8(bytes, _mm_setzero_si128());
    return static_cast<unsigned>(_mm_cvtsi128_si32(halves) + _mm_extract_epi32(halves, 2));
}

/// Three digits.
unsigned put_three(char* out, unsigned value) {
    const unsigned hundreds = value / 100, tens = value / 10 % 10, ones = value % 10;
    out[0] = static_cast<char>('0' + hundreds);
    out[1] = static_cast<char>('0' + tens);
    out[2] = static_cast<char>('0' + ones);
    return 3 * '0' + hundreds + tens + ones;
}

std::size_t width_of(int tag) {
    switch (tag) {
        case 11:
        case 41:
            return kIdSize;
        case 52:
        case 60:
            return TimestampText::kSize;
        default:
            return 1;
    }
}

}  // namespace

void OrderTemplate::add(const char* text, std::size_t size) {
    too_long_ = too_long_ || middle_size_ + size > kMaxMiddle;
    if (too_long_) return;
    std::memcpy(middle_.data() + middle_size_, text, size);
    middle_size_ = static_cast<std::uint16_t>(middle_size_ + size);
}

/// False: a blank of another width than it will be filled with.
bool OrderTemplate::add_field(const TextField& field) {
    const std::string tag = std::to_string(field.tag) + "=";
    add(tag.data(), tag.size());
    std::uint16_t* const blank = field.tag == 52   ? &sending_time_
                                 : field.tag == 60 ? &transact_time_
                                 : field.tag == 11 ? &order_
                                 : field.tag == 41 ? &original_
                                 : field.tag == 54 ? &side_
                                 : field.tag == 59 ? &time_in_force_
                                                   : nullptr;
    if (blank == nullptr) {
        add(field.value.data(), field.value.size());
        sum_ += plain_sum(tag) + plain_sum(field.value) + 1;
    } else {
        if (*blank != kAbsent || field.value.size() != width_of(field.tag)) return false;
        *blank = middle_size_;
        add(field.value.data(), field.value.size());
        sum_ += plain_sum(tag) + 1;
    }
    add("\x01", 1);
    return true;
}

bool OrderTemplate::lay(const std::string& sender, const std::string& target, const char* type,
                        const std::vector<TextField>& body) {
    *this = OrderTemplate{};
    OrderTemplate laid;
    const std::string head =
        std::string{kBegin} + std::string(kLengthDigits, '0') + "\x01" + "35=" + type + "\x01" + "34=";
    if (head.size() > kHeadSize) return false;
    std::memcpy(laid.head_.data(), head.data(), head.size());
    laid.head_size_ = static_cast<std::uint16_t>(head.size());
    laid.sum_ = plain_sum(head) - 3u * '0' + 1;  // the SOH that the middle part begins with
    laid.add("\x01", 1);
    bool fits = laid.add_field({49, sender}) && laid.add_field({56, target}) &&
                laid.add_field({52, std::string(TimestampText::kSize, '0')});
    for (const TextField& field : body) {
        if (field.tag == 38) {
            laid.has_qty_ = true;
        } else if (field.tag == 44) {
            laid.has_price_ = true;
        } else {
            fits = fits && laid.add_field(field);
        }
    }
    std::size_t rest = 0;  // behind the middle part, without what has any width
    if (laid.has_price_ && !laid.has_qty_) return false;
    if (laid.has_qty_) laid.add("38=", 3), laid.sum_ += plain_sum("38=\x01"), ++rest;
    if (laid.has_price_) laid.sum_ += plain_sum("44=\x01"), rest += 4;
    const std::size_t in_head = head.size() - kBegin.size() - kLengthDigits - 1;
    laid.body_length_ = static_cast<std::uint32_t>(in_head + laid.middle_size_ + rest);
    const std::size_t numbers = (laid.has_qty_ ? kMaxDecimal : 0) + (laid.has_price_ ? kMaxDecimal : 0);
    const std::size_t longest = laid.body_length_ + kMaxSequenceDigits + numbers;
    // Copies go a little beyond the end.
    if (!fits || laid.too_long_ || laid.body_length_ < 99 || longest > 999 ||
        kBegin.size() + kLengthDigits + 1 + longest + kTrailer + kCopied > MessageStore::kMaxMessage) {
        return false;
    }
    *this = laid;
    return true;
}

std::size_t OrderTemplate::write(char* out, const OrderBlanks& blanks, const TimestampText& now) const {
    std::memcpy(out, head_.data(), kHeadSize);
    char* at = out + head_size_;
    std::array<char, 32> number;
    const auto put_number = [&](std::size_t size) {
        std::memcpy(at, number.data(), 24);
        at += size;
        return short_sum(number.data(), size);
    };
    unsigned sum = sum_;
    const std::size_t sequence_size = put_count(number.data(), blanks.sequence);
    sum += put_number(sequence_size);

    char* const middle = at;
    for (std::size_t i = 0; i < middle_size_; i += kCopied) std::memcpy(middle + i, &middle_[i], kCopied);
    at += middle_size_;
    std::memcpy(middle + sending_time_, now.data(), TimestampText::kSize);
    sum += now.sum();
    if (transact_time_ != kAbsent) {
        std::memcpy(middle + transact_time_, now.data(), TimestampText::kSize);
        sum += now.sum();
    }
    if (order_ != kAbsent) sum += put_id(middle + order_, blanks.order);
    if (original_ != kAbsent) sum += put_id(middle + original_, blanks.original);
    if (side_ != kAbsent) {
        middle[side_] = blanks.side;
        sum += static_cast<unsigned char>(blanks.side);
    }
    if (time_in_force_ != kAbsent) {
        middle[time_in_force_] = blanks.time_in_force;
        sum += static_cast<unsigned char>(blanks.time_in_force);
    }

    std::size_t any_width = sequence_size;
    if (has_qty_) {
        const std::size_t size = put_decimal(number.data(), blanks.qty.nanos());
        sum += put_number(size);
        any_width += size;
        *at++ = '\x01';
    }
    if (has_price_) {
        std::memcpy(at, "44=", 3);
        at += 3;
        const std::size_t size = put_decimal(number.data(), blanks.price.nanos());
        sum += put_number(size);
        any_width += size;
        *at++ = '\x01';
    }
    sum += put_three(out + kBegin.size(), static_cast<unsigned>(body_length_ + any_width));
    std::memcpy(at, "10=", 3);
    put_three(at + 3, sum & 255u);
    at[6] = '\x01';
    return static_cast<std::size_t>(at + kTrailer - out);
}

}  // namespace hw::fix
