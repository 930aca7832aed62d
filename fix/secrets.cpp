#include "fix/secrets.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <string_view>

#include "fix/framing.h"

namespace hw::fix {
namespace {

constexpr char kSoh = '\x01';
constexpr std::string_view kTrailer =
    "\x01"
    "10=";

bool is_secret(std::string_view tag) { return tag == "554" || tag == "925" || tag == "96"; }

std::size_t number_or_zero(std::string_view text) {
    std::size_t number = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool read = parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size();
    return read && number <= StreamFramer::kMaxMessage ? number : 0;
}

void seal_again(std::string& message) {
    const auto at = message.rfind(kTrailer);
    if (at == std::string::npos || at + 8 != message.size()) return;
    char sum[4];
    std::snprintf(sum, sizeof sum, "%03u", fix_checksum(std::string_view{message}.substr(0, at + 1)));
    message.replace(at + kTrailer.size(), 3, sum);
}

}  // namespace

bool mask_secrets(std::string& message) {
    bool any = false;
    std::size_t raw_length = 0;  // what 95 says of the 96 that follows: it may hold field ends
    for (std::size_t at = 0; at < message.size();) {
        std::size_t end = std::min(message.find(kSoh, at), message.size());
        const std::size_t equals = message.find('=', at);
        const std::string_view tag = std::string_view{message}.substr(at, std::min(equals, end) - at);
        const std::size_t begin = std::min(at + tag.size() + 1, end);
        if (tag == "96") end = std::min(message.find(kSoh, begin + raw_length), message.size());
        raw_length = tag == "95" ? number_or_zero(std::string_view{message}.substr(begin, end - begin)) : 0;
        if (is_secret(tag)) {
            std::fill(message.begin() + static_cast<std::ptrdiff_t>(begin),
                      message.begin() + static_cast<std::ptrdiff_t>(end), '*');
            any = true;
        }
        at = end + 1;
    }
    if (any) seal_again(message);
    return any;
}

}  // namespace hw::fix
