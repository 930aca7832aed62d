// A FIX message as the venue's matching thread and its FIX session hand it to each other: a type and a flat
// list of fields, and groups in what is sent. Plain C++14, so that the session's unit, which QuickFIX's
// headers keep at that, can include it.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace hw {
namespace exchange {

using FixFields = std::vector<std::pair<int, std::string>>;

/// A repeating group; the first field of each entry begins it.
struct FixGroup {
    int count = 0;  ///< tag of its number of entries
    std::vector<FixFields> entries;
};

struct FixMessage {
    std::string type;  ///< tag 35
    FixFields fields;
    std::vector<FixGroup> groups{};  ///< of what is sent; left out of what is received

    void set(int tag, std::string value) { fields.emplace_back(tag, std::move(value)); }
    /// The first field of that tag, or null.
    const std::string* find(int tag) const {
        for (const auto& field : fields) {
            if (field.first == tag) return &field.second;
        }
        return nullptr;
    }
    /// Empty when there is none.
    std::string get(int tag) const {
        const std::string* value = find(tag);
        return value == nullptr ? std::string() : *value;
    }
};

}  // namespace exchange
}  // namespace hw
