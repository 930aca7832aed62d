#include "net/feed/deribit_decoder.h"

#include <numeric>

namespace hw::net::deribit {

namespace {

Malformed skip_group(std::span<const std::byte> frame, std::size_t& at, Message& m, bool first) {
    if (frame.size() - at < detail::kGroupHeader) return Malformed::group_header;
    const std::byte* const head = frame.data() + at;
    const auto entry = load<std::uint16_t>(head);
    const auto count = load<std::uint16_t>(head + 2);
    if (load<std::uint16_t>(head + 4) != 0 || load<std::uint16_t>(head + 6) != 0)
        return Malformed::group_nested;
    const std::size_t bytes = static_cast<std::size_t>(entry) * count;
    if (frame.size() - at - detail::kGroupHeader < bytes) return Malformed::group_cut;
    if (first) {
        m.entries = head + detail::kGroupHeader;
        m.entry_length = entry;
        m.entry_count = count;
    }
    at += detail::kGroupHeader + bytes;
    return Malformed::none;
}

Malformed skip_var(std::span<const std::byte> frame, std::size_t& at, Message& m, bool first) {
    if (at == frame.size()) return Malformed::var_cut;
    const std::size_t length = load<std::uint8_t>(frame.data() + at);
    if (frame.size() - at - 1 < length) return Malformed::var_cut;
    if (first) m.var = {reinterpret_cast<const char*>(frame.data() + at + 1), length};
    at += 1 + length;
    return Malformed::none;
}

}  // namespace

Malformed detail::parse_groups_and_vars(std::span<const std::byte> frame, std::size_t& offset, Message& m) {
    for (std::uint16_t i = 0; i < m.header.groups; ++i) {
        if (const Malformed bad = skip_group(frame, offset, m, i == 0); bad != Malformed::none) return bad;
    }
    for (std::uint16_t i = 0; i < m.header.vars; ++i) {
        if (const Malformed bad = skip_var(frame, offset, m, i == 0); bad != Malformed::none) return bad;
    }
    return Malformed::none;
}

std::string_view to_string(Template t) {
    static constexpr std::array<std::string_view, kTemplates> kNames = {
        "instrument",   "book",       "trades", "ticker", "snapshot",     "snapshot_start",
        "snapshot_end", "combo_legs", "index",  "rfq",    "instrument_v2"};
    const auto index = static_cast<std::uint16_t>(static_cast<std::uint16_t>(t) - kFirstTemplate);
    return index < kTemplates ? kNames[index] : "invalid";
}

std::string_view to_string(Malformed reason) {
    static constexpr std::array<std::string_view, kMalformedReasons> kNames = {
        "none",         "frame_header",  "frame_cut",    "frame_trailing", "message_header",
        "block_cut",    "block_short",   "group_header", "group_cut",      "entry_short",
        "group_nested", "group_missing", "var_cut",      "var_missing"};
    return reason < Malformed::count_ ? kNames[static_cast<std::size_t>(reason)] : "invalid";
}

std::uint64_t DecodeCounters::malformed_total() const {
    return std::accumulate(malformed.begin(), malformed.end(), std::uint64_t{0});
}

}  // namespace hw::net::deribit
