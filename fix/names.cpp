#include "fix/names.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "fix/dictionary.h"

namespace hw::fix {
namespace {

struct TagName {
    int tag;
    std::string_view name;
};
struct TypeName {
    std::string_view type;
    std::string_view name;
};
struct ValueName {
    int tag;
    std::string_view value;
    std::string_view name;
};

/// The value of `key` ("name='") in an element; empty when it has none.
std::string_view attribute(std::string_view element, std::string_view key) {
    const auto at = element.find(key);
    if (at == std::string_view::npos) return {};
    const std::string_view rest = element.substr(at + key.size());
    return rest.substr(0, rest.find('\''));
}

template <class Visit>
void for_each_element(std::string_view start, Visit visit) {
    const std::string_view xml = fix44_dictionary_xml();
    for (auto at = xml.find(start); at != std::string_view::npos; at = xml.find(start, at + 1))
        visit(xml.substr(at, xml.find('>', at) - at));
}

std::vector<TagName> read_tags() {
    std::vector<TagName> tags{{925, "NewPassword"}};
    for_each_element("<field number=", [&](std::string_view element) {
        const std::string_view number = attribute(element, "number='");
        TagName tag{0, attribute(element, " name='")};
        std::from_chars(number.data(), number.data() + number.size(), tag.tag);
        tags.push_back(tag);
    });
    std::sort(tags.begin(), tags.end(), [](const TagName& a, const TagName& b) { return a.tag < b.tag; });
    return tags;
}

const std::vector<TypeName>& types() {
    static const std::vector<TypeName> kTypes = [] {
        std::vector<TypeName> found;
        for_each_element("<message name=", [&](std::string_view element) {
            found.push_back({attribute(element, "msgtype='"), attribute(element, " name='")});
        });
        return found;
    }();
    return kTypes;
}

constexpr std::array kValues{
    ValueName{39, "0", "new"},
    ValueName{39, "1", "partially filled"},
    ValueName{39, "2", "filled"},
    ValueName{39, "4", "cancelled"},
    ValueName{39, "6", "pending cancel"},
    ValueName{39, "8", "rejected"},
    ValueName{39, "A", "pending new"},
    ValueName{39, "C", "expired"},
    ValueName{40, "1", "market"},
    ValueName{40, "2", "limit"},
    ValueName{43, "Y", "possible duplicate"},
    ValueName{54, "1", "buy"},
    ValueName{54, "2", "sell"},
    ValueName{59, "1", "good till cancel"},
    ValueName{59, "3", "immediate or cancel"},
    ValueName{59, "4", "fill or kill"},
    ValueName{123, "Y", "gap fill"},
    ValueName{141, "Y", "reset"},
    ValueName{150, "0", "new"},
    ValueName{150, "4", "cancelled"},
    ValueName{150, "8", "rejected"},
    ValueName{150, "C", "expired"},
    ValueName{150, "F", "trade"},
    ValueName{150, "G", "trade correct"},
    ValueName{150, "H", "trade cancel"},
    ValueName{150, "I", "order status"},
    ValueName{373, "0", "invalid tag"},
    ValueName{373, "1", "required tag missing"},
    ValueName{373, "3", "undefined tag"},
    ValueName{373, "4", "tag without a value"},
    ValueName{373, "5", "value out of range"},
    ValueName{373, "6", "bad data format"},
    ValueName{373, "9", "CompID problem"},
    ValueName{373, "10", "SendingTime accuracy"},
    ValueName{373, "11", "invalid MsgType"},
    ValueName{380, "0", "other"},
    ValueName{380, "3", "unsupported message type"},
    ValueName{380, "4", "application not available"},
    ValueName{380, "5", "conditionally required field missing"},
};

}  // namespace

std::string_view tag_name(int tag) {
    static const std::vector<TagName> kTags = read_tags();
    const auto at = std::lower_bound(kTags.begin(), kTags.end(), tag,
                                     [](const TagName& a, int wanted) { return a.tag < wanted; });
    return at != kTags.end() && at->tag == tag ? at->name : std::string_view{};
}

std::string_view type_name(std::string_view type) {
    for (const TypeName& known : types())
        if (known.type == type) return known.name;
    return {};
}

std::string_view type_of(std::string_view type_or_name) {
    for (const TypeName& known : types())
        if (known.type == type_or_name || known.name == type_or_name) return known.type;
    return {};
}

std::string_view value_name(int tag, std::string_view value) {
    for (const ValueName& known : kValues)
        if (known.tag == tag && known.value == value) return known.name;
    return {};
}

}  // namespace hw::fix
