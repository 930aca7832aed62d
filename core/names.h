// Short names in fixed storage: symbols, currencies and identifiers inside Events and engine state, which
// must be flat, free of pointers and equal byte for byte when they are equal.
#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string_view>

namespace hw {

/// Up to N-1 characters, zero-padded to N bytes.
template <std::size_t N>
struct Name {
    std::array<char, N> bytes{};

    /// Nothing when the text is too long or holds a zero byte: a cut name would be a guess.
    static constexpr std::optional<Name> from(std::string_view text) {
        if (text.size() >= N || text.find('\0') != std::string_view::npos) return std::nullopt;
        Name name;
        for (std::size_t i = 0; i < text.size(); ++i) name.bytes[i] = text[i];
        return name;
    }
    /// For people's eyes only (alert texts): what does not fit is cut.
    static constexpr Name cut(std::string_view text) {
        const auto zero = text.find('\0');
        return *from(text.substr(0, zero < N - 1 ? zero : N - 1));
    }
    constexpr std::string_view view() const {
        std::size_t n = 0;
        while (n < N && bytes[n] != '\0') ++n;
        return {bytes.data(), n};
    }
    constexpr bool empty() const { return bytes[0] == '\0'; }
    friend constexpr bool operator==(const Name&, const Name&) = default;
};

using Symbol = Name<48>;
using Currency = Name<8>;

}  // namespace hw
