#include "deploy/runtime/toml_writer.h"

#include <fmt/format.h>

#include "deploy/runtime/ipv4.h"

namespace hw::deploy {
namespace {

// TOML tells integers from floats by the point or the exponent.
std::string number_text(double number) {
    std::string text = fmt::format("{}", number);
    if (text.find_first_of(".e") == std::string::npos) text += ".0";
    return text;
}

}  // namespace

bool TomlWriter::version(std::int64_t understood) {
    line("version", fmt::format("{}", understood));
    return true;
}

// Control characters never get into a configuration, so two escapes are enough.
std::string TomlWriter::quoted(std::string_view text) {
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return quoted + '"';
}

void TomlWriter::line(const char* key, std::string_view value) {
    text_ += fmt::format("{} = {}\n", key, value);
}

void TomlWriter::header(const char* name, std::string_view open, std::string_view close) {
    text_ += fmt::format("\n{}{}{}{}\n", open, path_, name, close);
}

void TomlWriter::value(const char* key, const std::string& text, TextRule) { line(key, quoted(text)); }

void TomlWriter::value(const char* key, const std::vector<std::string>& items, TextRule) {
    std::string list;
    for (const auto& item : items) list += fmt::format("{}{}", list.empty() ? "" : ", ", quoted(item));
    line(key, fmt::format("[{}]", list));
}

void TomlWriter::value(const char* key, const std::uint32_t& number, IntRule) {
    line(key, fmt::format("{}", number));
}

void TomlWriter::value(const char* key, const std::uint16_t& number, IntRule) {
    line(key, fmt::format("{}", number));
}

void TomlWriter::value(const char* key, const double& number, RealRule) { line(key, number_text(number)); }

void TomlWriter::value(const char* key, const std::optional<double>& number, RealRule) {
    if (number) line(key, number_text(*number));
}

void TomlWriter::value(const char* key, const bool& flag) { line(key, flag ? "true" : "false"); }

void TomlWriter::duration_ms(const char* key, const Nanos& duration, IntRule) {
    line(key, fmt::format("{}", duration.ns() / 1'000'000));
}

void TomlWriter::mac(const char* key, const std::array<std::uint8_t, 6>& mac) {
    line(key, quoted(fmt::format("{:02x}", fmt::join(mac, ":"))));
}

void TomlWriter::group_ip(const char* key, const std::uint32_t& address, bool required) {
    if (address != 0 || required) line(key, quoted(ipv4_text(address)));
}

}  // namespace hw::deploy
