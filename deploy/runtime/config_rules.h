// What a value of the configuration may be: stated once beside its key in config_schema.h, enforced by
// TomlReader. A rule speaks of one value; what two values owe each other is in config_limits.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

namespace hw::deploy {

struct TextRule {
    bool required = false;          ///< then it may not be empty either
    std::size_t max_length = 1000;  ///< bytes
};

struct IntRule {
    std::int64_t min = 0;                                          ///< inclusive
    std::int64_t max = std::numeric_limits<std::uint32_t>::max();  ///< inclusive
    bool required = false;
    bool power_of_two = false;
};

struct RealRule {
    double min = -1e12;      ///< inclusive unless above_min
    double max = 1e12;       ///< inclusive
    bool above_min = false;  ///< min itself is refused
    bool required = false;
};

/// One word of an enumeration.
template <class Enum>
struct Choice {
    std::string_view word;
    Enum value;
};

}  // namespace hw::deploy
