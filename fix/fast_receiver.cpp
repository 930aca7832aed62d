#include "fix/fast_receiver.h"

#include <algorithm>
#include <optional>

#include "fix/decimal.h"
#include "fix/dictionary.h"
#include "fix/timestamp.h"

namespace hw::fix {
namespace {

constexpr std::string_view kStart =
    "8=FIX.4.4\x01"
    "9=";
constexpr std::string_view kReport = "35=8\x01";
constexpr std::size_t kTrailer = 7;
constexpr std::size_t kMaxBody = 4'096;  // more than any report without groups
// QuickFIX refuses what was sent more than 120 s before or after its own clock.
constexpr Nanos kMaxLatency = Nanos::from_seconds(110);
constexpr std::size_t kMaxInteger = 9;  // digits that fit QuickFIX's int
constexpr std::size_t kMaxDecimalText = 40;
constexpr std::array kRequired = {34, 49, 52, 56, 37, 39, 150};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_integer(std::string_view text) {
    if (text.starts_with('-')) text.remove_prefix(1);
    return !text.empty() && text.size() <= kMaxInteger && std::all_of(text.begin(), text.end(), is_digit);
}

/// [-]digits[.digits]
bool is_decimal(std::string_view text) {
    if (text.size() > kMaxDecimalText) return false;
    if (text.starts_with('-')) text.remove_prefix(1);
    bool digit_before = false, point = false;
    for (const char c : text) {
        const bool digit = is_digit(c);
        if (!digit && (c != '.' || point || !digit_before)) return false;
        point = point || !digit;
        digit_before = digit;
    }
    return digit_before;
}

/// Value of `name='..'` in an XML element.
std::string_view attribute(std::string_view element, std::string_view name) {
    const std::size_t at = element.find(name);
    if (at == std::string_view::npos) return {};
    const std::string_view rest = element.substr(at + name.size());
    return rest.substr(0, rest.find('\''));
}

}  // namespace

FastReceiver::FastReceiver(const SessionConfig& config, pricing::SimdLevel level)
    : sender_(config.target_comp_id),
      target_(config.sender_comp_id),
      scan_(scan_function(level)),
      on_(config.fast_path),
      rules_(kTags, Rule::text) {
    learn_rules();
}

/// From the dictionary's list of fields. A type that is not known here, or a list of allowed values, is
/// QuickFIX's to judge.
void FastReceiver::learn_rules() {
    std::string_view rest = fix44_dictionary_xml();
    rest = rest.substr(rest.find("<fields>"));
    for (std::size_t at = rest.find("<field "); at != std::string_view::npos; at = rest.find("<field ")) {
        rest.remove_prefix(at);
        const std::string_view element = rest.substr(0, rest.find('>'));
        rest.remove_prefix(element.size());
        const std::string_view type = attribute(element, "type='");
        const bool is_text = type == "STRING" || type == "CURRENCY" || type == "EXCHANGE" ||
                             type == "MULTIPLEVALUESTRING" || type == "LOCALMKTDATE";
        Rule rule = is_text                  ? Rule::text
                    : type == "CHAR"         ? Rule::character
                    : type == "INT"          ? Rule::integer
                    : type == "SEQNUM"       ? Rule::integer
                    : type == "BOOLEAN"      ? Rule::boolean
                    : type == "UTCTIMESTAMP" ? Rule::time
                    : type == "PRICE"        ? Rule::decimal
                    : type == "QTY"          ? Rule::decimal
                    : type == "AMT"          ? Rule::decimal
                    : type == "FLOAT"        ? Rule::decimal
                                             : Rule::refused;
        if (!element.ends_with('/')) rule = Rule::refused;
        const std::uint32_t tag = parse_count(attribute(element, "number='")).value_or(0);
        if (tag < kTags) {
            rules_[tag] = rule;
        } else if (rule != Rule::text) {
            large_tags_have_types_ = true;
        }
    }
    // Duplicates and messages on behalf of others; what cuts data out of the stream, whether or not listed.
    for (const int tag : {8,   9,   10,  35,  43,  97,  122, 115, 128, 89,  90,  91,   93,  95,  96,
                          212, 213, 348, 349, 350, 351, 352, 353, 354, 355, 356, 357,  358, 359, 360,
                          361, 362, 363, 364, 365, 445, 446, 618, 619, 621, 622, 1128, 1129}) {
        rules_[static_cast<std::size_t>(tag)] = Rule::refused;
    }
    rules_[34] = Rule::sequence;
    rules_[49] = Rule::sender;
    rules_[52] = Rule::sending_time;
    rules_[56] = Rule::target;
}

std::size_t FastReceiver::read(std::string_view bytes, std::uint32_t expected, Nanos now,
                               InboundMessage& message) {
    Scan found;
    const std::size_t size = cut_message(bytes, found);
    if (size == 0) return 0;
    large_count_ = 0;
    // The first three are BeginString, BodyLength and MsgType, as they have to be.
    for (std::size_t i = 3; i < found.count; ++i) {
        if (!is_first(i) || !obeys(fields_[i], now, expected)) return 0;
    }
    for (const int tag : kRequired) {
        if (!has(tag, found.count)) return 0;
    }
    message = {};
    message.type = fields_[2].data;
    message.type_size = fields_[2].size;
    message.sequence = expected;
    message.fields = fields_.data();
    message.field_count = found.count;
    message.places = places_.data();
    return size;
}

/// Size of the report at the start of `bytes`, cut into fields, its sum being right; or zero.
std::size_t FastReceiver::cut_message(std::string_view bytes, Scan& found) {
    if (!on_ || !bytes.starts_with(kStart)) return 0;
    std::size_t at = kStart.size();
    std::size_t length = 0;
    for (; at < bytes.size() && is_digit(bytes[at]) && length <= kMaxBody; ++at)
        length = length * 10 + static_cast<std::size_t>(bytes[at] - '0');
    const std::size_t end = at + 1 + length;  // of the body
    if (at == kStart.size() || bytes[kStart.size()] == '0' || length > kMaxBody) return 0;
    if (end + kTrailer > bytes.size() || bytes[at] != kSoh) return 0;
    if (!bytes.substr(at + 1, length).starts_with(kReport)) return 0;
    const std::string_view trailer = bytes.substr(end, kTrailer);
    if (!trailer.starts_with("10=") || trailer[6] != kSoh) return 0;
    const auto told = parse_count(trailer.substr(3, 3));
    if (!told || !scan_(bytes.data(), end, fields_.data(), kMaxFields, found)) return 0;
    return *told == (found.sum & 255u) ? end + kTrailer : 0;
}

/// Whether the tag is among the first `count` fields; for tags that have a place.
bool FastReceiver::has(int tag, std::size_t count) const {
    const std::size_t place = places_[static_cast<std::size_t>(tag)];
    return place < count && fields_[place].tag == tag;
}

/// Gives the field's tag its place. False for a tag that came before, or when too many of the large ones did
/// to tell.
bool FastReceiver::is_first(std::size_t field) {
    const int tag = fields_[field].tag;
    if (tag < InboundMessage::kPlacedTags) {
        if (has(tag, field)) return false;
        places_[static_cast<std::size_t>(tag)] = static_cast<std::uint8_t>(field);
        return true;
    }
    const auto end = large_.begin() + static_cast<std::ptrdiff_t>(large_count_);
    if (large_count_ == kMaxLarge || std::find(large_.begin(), end, tag) != end) return false;
    large_[large_count_++] = tag;
    return true;
}

bool FastReceiver::obeys(const FieldView& field, Nanos now, std::uint32_t expected) const {
    const std::string_view text{field.data, field.size};
    const auto tag = static_cast<std::size_t>(field.tag);
    if (tag >= kTags) return !large_tags_have_types_;
    switch (rules_[tag]) {
        case Rule::text:
            return true;
        case Rule::character:
            return text.size() == 1;
        case Rule::integer:
            return is_integer(text);
        case Rule::decimal:
            return is_decimal(text);
        case Rule::boolean:
            return text == "Y" || text == "N";
        case Rule::time:
            return parse_timestamp(text).has_value();
        case Rule::sender:
            return text == sender_;
        case Rule::target:
            return text == target_;
        case Rule::sequence:
            return text.size() <= kMaxInteger && parse_count(text) == expected;
        case Rule::sending_time: {
            const auto sent = parse_timestamp(text);
            return sent && *sent <= now + kMaxLatency && now <= *sent + kMaxLatency;
        }
        case Rule::refused:
            break;
    }
    return false;
}

}  // namespace hw::fix
