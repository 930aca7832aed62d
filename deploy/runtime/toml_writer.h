// Writes a configuration as TOML: the visitor that turns a RunConfig back into text, one canonical form for
// one configuration. Every key is written, defaults included, so that the text says what applied even after
// a default has changed. Doubles are written with as many digits as it takes to read the same bits back.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/types.h"
#include "deploy/runtime/config_rules.h"

namespace hw::deploy {

class TomlWriter {
  public:
    static constexpr bool kReads = false;

    const std::string& text() const { return text_; }

    bool version(std::int64_t understood);

    void value(const char* key, const std::string& text, TextRule = {});
    void value(const char* key, const std::vector<std::string>& items, TextRule = {});
    void value(const char* key, const std::uint32_t& number, IntRule = {});
    void value(const char* key, const std::uint16_t& number, IntRule = {});
    void value(const char* key, const double& number, RealRule = {});
    void value(const char* key, const std::optional<double>& number, RealRule = {});
    void value(const char* key, const bool& flag);
    void duration_ms(const char* key, const Nanos& duration, IntRule = {});
    /// Nothing for an address of zero that is not required.
    void group_ip(const char* key, const std::uint32_t& address, bool required = true);

    /// Nothing for an address of zero, which is none.
    void ip_address(const char* key, const std::uint32_t& address, bool = false) {
        group_ip(key, address, false);
    }
    void mac(const char* key, const std::array<std::uint8_t, 6>& mac);

    template <class Enum, std::size_t N>
    void choice(const char* key, const Enum& value, const std::array<Choice<Enum>, N>& choices,
                bool /*required*/ = false) {
        for (const auto& choice : choices)
            if (choice.value == value) line(key, quoted(choice.word));
    }

    template <class Body>
    void table(const char* name, Body body) {
        header(name, "[", "]");
        nested(name, body);
    }
    template <class T, class Body>
    void optional_table(const char* name, std::optional<T>& element, Body body) {
        if (element) table(name, [&] { body(*element); });
    }
    template <class T, class Body>
    void tables(const char* name, std::vector<T>& elements, Body body) {
        for (auto& element : elements) {
            header(name, "[[", "]]");
            nested(name, [&] { body(element); });
        }
    }

  private:
    static std::string quoted(std::string_view text);
    void line(const char* key, std::string_view value);
    void header(const char* name, std::string_view open, std::string_view close);

    template <class Body>
    void nested(const char* name, Body body) {
        const std::size_t outer = path_.size();
        path_.append(name).append(".");
        body();
        path_.resize(outer);
    }

    std::string text_;
    std::string path_;  // of the table being written, with a dot at its end
};

}  // namespace hw::deploy
