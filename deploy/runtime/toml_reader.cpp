#include "deploy/runtime/toml_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "deploy/runtime/ipv4.h"
#include "deploy/runtime/spelling.h"

namespace hw::deploy {
namespace {

constexpr const char* kWhereSecretsBelong =
    "does not belong in a configuration file: put it into the environment (HEDGEWIRE_FIX_USERNAME, "
    "HEDGEWIRE_FIX_SECRET) or into a file of mode 0600 that fix.credentials_file names";

Place place(const toml::source_region& region) {
    return {std::max<std::uint32_t>(1, region.begin.line), std::max<std::uint32_t>(1, region.begin.column)};
}

std::string_view type_name(const toml::node& node) {
    switch (node.type()) {
        case toml::node_type::table:
            return "a table";
        case toml::node_type::array:
            return "an array";
        case toml::node_type::string:
            return "a string";
        case toml::node_type::integer:
            return "an integer";
        case toml::node_type::floating_point:
            return "a number with a fraction";
        case toml::node_type::boolean:
            return "true or false";
        default:
            return "a date or time";
    }
}

std::string range_of(const IntRule& rule) { return fmt::format("between {} and {}", rule.min, rule.max); }

std::string range_of(const RealRule& rule) {
    if (rule.above_min) return fmt::format("greater than {} and at most {}", rule.min, rule.max);
    return fmt::format("between {} and {}", rule.min, rule.max);
}

}  // namespace

struct TomlReader::Document {
    toml::table root;
};

struct TomlReader::Frame {
    const toml::table* table;  // null when the file does not have it
    std::string path;
    std::vector<std::string> known;

    std::string path_of(std::string_view key) const {
        return path.empty() ? std::string(key) : fmt::format("{}.{}", path, key);
    }
};

struct TomlReader::Found {
    const toml::node* node;
    std::string path;
};

TomlReader::TomlReader(std::string_view text, ConfigFindings& findings)
    : findings_(findings), document_(std::make_unique<Document>()) {
    parse(text);
    frames_.push_back({&document_->root, "", {}});
}

TomlReader::~TomlReader() = default;

void TomlReader::parse(std::string_view text) {
    try {
        document_->root = toml::parse(text);
        parsed_ = true;
    } catch (const toml::parse_error& error) {
        findings_.add_at(place(error.source()), std::string(error.description()));
    }
}

TomlReader::Found TomlReader::find(const char* key, bool required) {
    Frame& frame = frames_.back();
    frame.known.emplace_back(key);
    Found found{frame.table ? frame.table->get(key) : nullptr, frame.path_of(key)};
    if (found.node)
        findings_.remember(found.path, place(found.node->source()));
    else if (required)
        findings_.add(found.path, fmt::format("missing required key {}", found.path));
    return found;
}

void TomlReader::wrong_type(const Found& found, std::string_view wanted) {
    findings_.add(found.path,
                  fmt::format("{} must be {}, but is {}", found.path, wanted, type_name(*found.node)));
}

bool TomlReader::version(std::int64_t understood) {
    const Found found = find("version", true);
    if (!found.node) return false;
    const auto number = found.node->value_exact<std::int64_t>();
    if (!number) {
        wrong_type(found, "an integer");
    } else if (*number != understood) {
        findings_.add(found.path, fmt::format("configuration version {} is not understood by this build, "
                                              "which understands version {}",
                                              *number, understood));
    }
    return number == understood;
}

bool TomlReader::check_text(const std::string& path, std::string_view text, const TextRule& rule) {
    const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    if (rule.required && text.empty()) {
        findings_.add(path, fmt::format("{} must not be empty", path));
    } else if (text.size() > rule.max_length) {
        findings_.add(path, fmt::format("{} is longer than {} bytes", path, rule.max_length));
    } else if (std::any_of(text.begin(), text.end(), control)) {
        findings_.add(path, fmt::format("{} holds a control character", path));
    } else {
        return true;
    }
    return false;
}

void TomlReader::value(const char* key, std::string& out, TextRule rule) {
    const Found found = find(key, rule.required);
    if (!found.node) return;
    const auto text = found.node->value_exact<std::string>();
    if (!text) return wrong_type(found, "a string");
    if (check_text(found.path, *text, rule)) out = *text;
}

void TomlReader::value(const char* key, std::vector<std::string>& out, TextRule rule) {
    const Found found = find(key, rule.required);
    if (!found.node) return;
    const toml::array* array = found.node->as_array();
    if (!array) return wrong_type(found, "an array of strings");
    std::vector<std::string> items;
    for (std::size_t i = 0; i < array->size(); ++i) {
        const Found item{array->get(i), fmt::format("{}[{}]", found.path, i)};
        findings_.remember(item.path, place(item.node->source()));
        const auto text = item.node->value_exact<std::string>();
        if (!text)
            wrong_type(item, "a string");
        else if (check_text(item.path, *text, rule))
            items.push_back(*text);
    }
    out = std::move(items);
}

std::optional<std::int64_t> TomlReader::integer(const char* key, const IntRule& rule) {
    const Found found = find(key, rule.required);
    if (!found.node) return std::nullopt;
    const auto number = found.node->value_exact<std::int64_t>();
    if (!number) {
        wrong_type(found, "an integer");
        return std::nullopt;
    }
    if (*number < rule.min || *number > rule.max) {
        findings_.add(found.path,
                      fmt::format("{} must be {}, but is {}", found.path, range_of(rule), *number));
        return std::nullopt;
    }
    if (rule.power_of_two && !std::has_single_bit(static_cast<std::uint64_t>(*number))) {
        findings_.add(found.path, fmt::format("{} must be a power of two, but is {}", found.path, *number));
        return std::nullopt;
    }
    return number;
}

void TomlReader::value(const char* key, std::uint16_t& out, IntRule rule) {
    rule.max = std::min<std::int64_t>(rule.max, std::numeric_limits<std::uint16_t>::max());
    if (const auto number = integer(key, rule)) out = static_cast<std::uint16_t>(*number);
}

void TomlReader::value(const char* key, std::uint32_t& out, IntRule rule) {
    if (const auto number = integer(key, rule)) out = static_cast<std::uint32_t>(*number);
}

void TomlReader::duration_ms(const char* key, Nanos& out, IntRule rule) {
    if (const auto number = integer(key, rule)) out = Nanos::from_ms(*number);
}

std::optional<double> TomlReader::real(const char* key, const RealRule& rule) {
    const Found found = find(key, rule.required);
    if (!found.node) return std::nullopt;
    if (!found.node->is_number()) {
        wrong_type(found, "a number");
        return std::nullopt;
    }
    const double number = found.node->value<double>().value_or(std::nan(""));
    const bool low = rule.above_min ? !(number > rule.min) : !(number >= rule.min);
    if (low || !(number <= rule.max)) {
        findings_.add(found.path,
                      fmt::format("{} must be {}, but is {}", found.path, range_of(rule), number));
        return std::nullopt;
    }
    return number;
}

void TomlReader::value(const char* key, double& out, RealRule rule) {
    if (const auto number = real(key, rule)) out = *number;
}

void TomlReader::value(const char* key, std::optional<double>& out, RealRule rule) {
    if (const auto number = real(key, rule)) out = *number;
}

void TomlReader::value(const char* key, bool& out) {
    const Found found = find(key, false);
    if (!found.node) return;
    const auto flag = found.node->value_exact<bool>();
    if (!flag) return wrong_type(found, "true or false");
    out = *flag;
}

std::optional<std::uint32_t> TomlReader::address(const Found& found) {
    if (!found.node) return std::nullopt;
    const auto text = found.node->value_exact<std::string>();
    if (!text) {
        wrong_type(found, "a string");
        return std::nullopt;
    }
    const auto address = parse_ipv4(*text);
    if (!address)
        findings_.add(found.path,
                      fmt::format("{} must be an IPv4 address, but is \"{}\"", found.path, *text));
    return address;
}

void TomlReader::group_ip(const char* key, std::uint32_t& out, bool required) {
    const Found found = find(key, required);
    const auto ip = address(found);
    if (!ip) return;
    if (!is_multicast(*ip))
        return findings_.add(found.path, fmt::format("{} must be a multicast group (224.0.0.0 to "
                                                     "239.255.255.255), but is \"{}\"",
                                                     found.path, ipv4_text(*ip)));
    out = *ip;
}

void TomlReader::ip_address(const char* key, std::uint32_t& out, bool required) {
    const Found found = find(key, required);
    const auto ip = address(found);
    if (!ip) return;
    if (*ip == 0 || is_multicast(*ip) || *ip == 0xffff'ffff)
        return findings_.add(found.path, fmt::format("{} must be the address of a host, but is \"{}\"",
                                                     found.path, ipv4_text(*ip)));
    out = *ip;
}

void TomlReader::mac(const char* key, std::array<std::uint8_t, 6>& out) {
    const Found found = find(key, true);
    if (!found.node) return;
    const auto text = found.node->value_exact<std::string>();
    if (!text) return wrong_type(found, "a string");
    const auto mac = parse_mac(*text);
    if (!mac)
        return findings_.add(found.path,
                             fmt::format("{} must be six hex numbers like \"02:00:00:00:00:01\", but "
                                         "is \"{}\"",
                                         found.path, *text));
    out = *mac;
}

std::optional<std::size_t> TomlReader::word(const char* key, const std::string_view* words, std::size_t count,
                                            bool required) {
    const Found found = find(key, required);
    if (!found.node) return std::nullopt;
    const auto text = found.node->value_exact<std::string>();
    if (!text) {
        wrong_type(found, "a string");
        return std::nullopt;
    }
    const auto* const end = words + count;
    const auto* const match = std::find(words, end, *text);
    if (match != end) return static_cast<std::size_t>(match - words);
    findings_.add(found.path, fmt::format("{} must be one of \"{}\", but is \"{}\"", found.path,
                                          fmt::join(words, end, "\", \""), *text));
    return std::nullopt;
}

void TomlReader::enter(const char* name) {
    const Found found = find(name, false);
    const toml::table* table = found.node ? found.node->as_table() : nullptr;
    if (found.node && !table) wrong_type(found, fmt::format("a table ([{}])", found.path));
    frames_.push_back({table, found.path, {}});
}

bool TomlReader::has(const char* name) { return find(name, false).node != nullptr; }

std::size_t TomlReader::count_tables(const char* name) {
    const Found found = find(name, false);
    if (!found.node) return 0;
    const toml::array* array = found.node->as_array();
    const bool tables = array && std::all_of(array->begin(), array->end(),
                                             [](const toml::node& node) { return node.is_table(); });
    if (!tables) wrong_type(found, fmt::format("an array of tables ([[{}]])", found.path));
    return tables ? array->size() : 0;
}

void TomlReader::enter(const char* name, std::size_t i) {
    const Frame& frame = frames_.back();
    const toml::table* table = frame.table->get(name)->as_array()->get(i)->as_table();
    const std::string path = fmt::format("{}[{}]", frame.path_of(name), i);
    findings_.remember(path, place(table->source()));
    frames_.push_back({table, path, {}});
}

void TomlReader::leave() {
    const Frame frame = std::move(frames_.back());
    frames_.pop_back();
    if (!frame.table) return;
    for (const auto& [key, node] : *frame.table) {
        const bool known = std::find(frame.known.begin(), frame.known.end(), key.str()) != frame.known.end();
        if (!known) unknown_key(frame, key.str(), place(key.source()));
    }
}

void TomlReader::unknown_key(const Frame& frame, std::string_view key, Place at) {
    const std::string path = frame.path_of(key);
    if (names_a_secret(key)) return findings_.add_at(at, fmt::format("{} {}", path, kWhereSecretsBelong));
    const std::string_view nearest = nearest_word(key, frame.known);
    findings_.add_at(at, nearest.empty()
                             ? fmt::format("unknown key {}", path)
                             : fmt::format("unknown key {}; did you mean {}?", path, frame.path_of(nearest)));
}

}  // namespace hw::deploy
