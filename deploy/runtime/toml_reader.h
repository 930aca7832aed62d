// Reads a TOML document key by key as config_schema.h describes it: the visitor that fills a RunConfig.
//
// Each call names a key and the variable it goes to; the variable keeps its default when the key is absent or
// wrong. Whatever is wrong goes to ConfigFindings with its place: wrong type, out of range, missing, and,
// when a table is left, every key of it that nobody asked for. toml++ stays inside toml_reader.cpp.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/types.h"
#include "deploy/runtime/config_findings.h"
#include "deploy/runtime/config_rules.h"

namespace hw::deploy {

class TomlReader {
  public:
    static constexpr bool kReads = true;

    /// Parses `text`. When that fails the document is taken as empty and parsed() is false.
    TomlReader(std::string_view text, ConfigFindings& findings);
    ~TomlReader();
    TomlReader(const TomlReader&) = delete;
    TomlReader& operator=(const TomlReader&) = delete;

    bool parsed() const { return parsed_; }

    /// `version = N` at the top; true when it is `understood`.
    bool version(std::int64_t understood);

    void value(const char* key, std::string& out, TextRule rule = {});
    void value(const char* key, std::vector<std::string>& out, TextRule rule = {});
    void value(const char* key, std::uint16_t& out, IntRule rule);
    void value(const char* key, std::uint32_t& out, IntRule rule);
    void value(const char* key, double& out, RealRule rule);
    void value(const char* key, std::optional<double>& out, RealRule rule);
    void value(const char* key, bool& out);
    /// Whole milliseconds.
    void duration_ms(const char* key, Nanos& out, IntRule rule);
    /// An IPv4 multicast group, into host byte order.
    void group_ip(const char* key, std::uint32_t& out, bool required = true);
    /// An IPv4 address of one host, into host byte order.
    void ip_address(const char* key, std::uint32_t& out, bool required = false);
    /// "02:00:00:00:00:01". Required.
    void mac(const char* key, std::array<std::uint8_t, 6>& out);

    template <class Enum, std::size_t N>
    void choice(const char* key, Enum& out, const std::array<Choice<Enum>, N>& choices,
                bool required = false) {
        std::array<std::string_view, N> words;
        for (std::size_t i = 0; i < N; ++i) words[i] = choices[i].word;
        const auto chosen = word(key, words.data(), N, required);
        if (chosen) out = choices[*chosen].value;
    }

    template <class Body>
    void table(const char* name, Body body) {
        enter(name);
        body();
        leave();
    }
    /// A table that may be left out: only its presence fills `out`.
    template <class T, class Body>
    void optional_table(const char* name, std::optional<T>& out, Body body) {
        if (has(name)) table(name, [&] { body(out.emplace()); });
    }
    /// An array of tables; `body(element)` is called inside each.
    template <class T, class Body>
    void tables(const char* name, std::vector<T>& out, Body body) {
        const std::size_t count = count_tables(name);
        for (std::size_t i = 0; i < count; ++i) {
            enter(name, i);
            body(out.emplace_back());
            leave();
        }
    }
    /// The document's own keys are checked; call it last.
    void finish() { leave(); }

  private:
    struct Document;
    struct Frame;
    struct Found;

    void parse(std::string_view text);
    Found find(const char* key, bool required);
    void wrong_type(const Found&, std::string_view wanted);
    std::optional<std::uint32_t> address(const Found& found);
    std::optional<std::int64_t> integer(const char* key, const IntRule&);
    std::optional<double> real(const char* key, const RealRule&);
    bool check_text(const std::string& path, std::string_view text, const TextRule&);
    std::optional<std::size_t> word(const char* key, const std::string_view* words, std::size_t count,
                                    bool required);
    void enter(const char* name);
    void enter(const char* name, std::size_t i);
    std::size_t count_tables(const char* name);
    bool has(const char* name);
    void leave();
    void unknown_key(const Frame&, std::string_view key, Place);

    ConfigFindings& findings_;
    bool parsed_ = false;
    std::unique_ptr<Document> document_;
    std::vector<Frame> frames_;
};

}  // namespace hw::deploy
