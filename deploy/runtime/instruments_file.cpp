#include "deploy/runtime/instruments_file.h"

#include <charconv>
#include <ctime>

#include "deploy/runtime/csv.h"
#include "fix/decimal.h"

namespace hw::deploy {

namespace {

constexpr std::string_view kHeader =
    "symbol,kind,settlement,option_type,base,quote,settle,feed_id,expiry,strike,contract_size,lot,tick";

template <class E>
std::optional<E> named(std::string_view text, E last) {
    for (int i = 0; i <= static_cast<int>(last); ++i) {
        if (to_string(static_cast<E>(i)) == text) return static_cast<E>(i);
    }
    return std::nullopt;
}

std::optional<Nanos> parse_expiry(std::string_view text) {
    if (text.empty()) return Nanos{};
    std::tm parts{};
    const std::string copy(text);
    const char* end = strptime(copy.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    if (end == nullptr || *end != '\0') return std::nullopt;
    const std::tm written = parts;
    const std::time_t seconds = timegm(&parts);
    // The 31st of February comes out as a day of March, and nanoseconds end in 2262.
    if (parts.tm_mday != written.tm_mday || parts.tm_sec != written.tm_sec) return std::nullopt;
    if (seconds <= 0 || seconds > 9'000'000'000) return std::nullopt;
    return Nanos::from_seconds(seconds);
}

std::optional<std::uint64_t> parse_id(std::string_view text) {
    std::uint64_t id = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return id;
}

/// Takes one line apart; each field that does not parse is a fault of its own.
class RowReader {
  public:
    RowReader(const std::string& path, const std::vector<CsvField>& fields, std::uint32_t line,
              std::vector<std::string>& errors)
        : path_(path), fields_(fields), line_(line), errors_(errors) {}

    template <class T>
    void take(std::size_t field, T& to, std::optional<T> value, const char* what) {
        if (value) {
            to = *value;
            return;
        }
        good_ = false;
        errors_.push_back(at(path_, line_, fields_[field].column,
                             std::string(what) + " \"" + std::string(fields_[field].text) + "\""));
    }
    bool good() const { return good_; }

  private:
    const std::string& path_;
    const std::vector<CsvField>& fields_;
    std::uint32_t line_;
    std::vector<std::string>& errors_;
    bool good_ = true;
};

}  // namespace

InstrumentsFile read_instruments(const std::string& path) {
    InstrumentsFile file;
    read_csv(path, kHeader, file.errors, [&](const std::vector<CsvField>& f, std::uint32_t line) {
        RowReader row(path, f, line, file.errors);
        Instrument i;
        row.take(0, i.symbol, Symbol::from(f[0].text), "not a symbol:");
        row.take(1, i.kind, named(f[1].text, Kind::combo), "not a kind:");
        row.take(2, i.settlement, named(f[2].text, Settlement::linear), "not a settlement:");
        row.take(3, i.option_type, named(f[3].text, OptionType::put), "not an option type:");
        row.take(4, i.base, Currency::from(f[4].text), "not a currency:");
        row.take(5, i.quote, Currency::from(f[5].text), "not a currency:");
        row.take(6, i.settle, Currency::from(f[6].text), "not a currency:");
        row.take(7, i.feed_id, parse_id(f[7].text), "not a feed id:");
        row.take(8, i.expiry, parse_expiry(f[8].text), "not a time like 2026-11-27T08:00:00Z:");
        row.take(9, i.strike, f[9].text.empty() ? Price{} : fix::parse_price(f[9].text), "not a price:");
        row.take(10, i.contract_size, fix::parse_qty(f[10].text), "not a size:");
        row.take(11, i.lot, fix::parse_qty(f[11].text), "not a lot:");
        row.take(12, i.tick, fix::parse_price(f[12].text), "not a tick:");
        if (!row.good()) return;
        const std::string_view wrong = definition_error(i);
        if (wrong.empty()) {
            file.instruments.push_back(i);
        } else {
            file.errors.push_back(at(path, line, 1, std::string(wrong)));
        }
    });
    return file;
}

}  // namespace hw::deploy
