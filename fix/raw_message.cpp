#include "fix/raw_message.h"

#include <algorithm>

namespace hw::fix {

std::string_view field(const InboundMessage& message, int tag) {
    if (message.places != nullptr && tag < InboundMessage::kPlacedTags) {
        const std::size_t place = message.places[tag];
        if (place >= message.field_count || message.fields[place].tag != tag) return {};
        return {message.fields[place].data, message.fields[place].size};
    }
    for (std::size_t i = 0; i < message.field_count; ++i) {
        if (message.fields[i].tag == tag) return {message.fields[i].data, message.fields[i].size};
    }
    return {};
}

std::string_view value_of(std::string_view message, std::string_view tag_with_soh) {
    const auto at = message.find(tag_with_soh);
    if (at == std::string_view::npos) return {};
    const std::string_view rest = message.substr(at + tag_with_soh.size());
    return rest.substr(0, rest.find('\x01'));
}

OrderId order_in(std::string_view message) {
    for (const std::string_view tag : {"\x01"
                                       "11=",
                                       "\x01"
                                       "584="}) {
        if (const auto id = OrderId::parse(value_of(message, tag))) return *id;
    }
    return {};
}

bool is_admin(std::string_view message) {
    const std::string_view type = value_of(message,
                                           "\x01"
                                           "35=");
    return type.size() == 1 && std::string_view("012345A").find(type[0]) != std::string_view::npos;
}

bool is_logon(std::string_view message) {
    return value_of(message,
                    "\x01"
                    "35=") == "A";
}

bool has_number(std::string_view message) {
    return !value_of(message,
                     "\x01"
                     "34=")
                .empty();
}

bool has_absurd_number(std::string_view message) {
    for (const std::string_view tag : {"\x01"
                                       "34=",
                                       "\x01"
                                       "36=",
                                       "\x01"
                                       "7=",
                                       "\x01"
                                       "16="}) {
        std::string_view number = value_of(message, tag);
        number.remove_prefix(std::min(number.find_first_not_of('0'), number.size()));
        if (number.size() > 9) return true;
    }
    return false;
}

}  // namespace hw::fix
