// `hedgewire price`: Black-76 prices and Greeks for a CSV of options, row by row.
//
// A row is read, priced and written before the next one is looked at, so a file may be as long as it likes.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/pricing/black76.h"
#include "deploy/hedgewire/commands.h"

namespace hw::deploy {

namespace {

constexpr std::array<std::string_view, 7> kColumns{"style", "type", "forward", "strike",
                                                   "years", "vol",  "rate"};
constexpr std::string_view kInHeader = "style,type,forward,strike,years,vol,rate";
constexpr std::string_view kOutHeader =
    "style,type,forward,strike,years,vol,rate,price,delta,net_delta,gamma,vega,theta,error\n";

/// Lines of a file, one at a time; the rest of one that is too long is passed over.
class LineReader {
  public:
    static constexpr std::size_t kLongest = 4096;

    explicit LineReader(std::FILE* file) : file_(file) {}

    /// False at the end of the file. `too_long`: the line was longer than kLongest and is cut.
    bool next(std::string_view& line, bool& too_long) {
        length_ = 0;
        too_long = false;
        int c = get();
        if (c == EOF) return false;
        for (; c != EOF && c != '\n'; c = get()) {
            if (length_ < kLongest) {
                line_[length_++] = static_cast<char>(c);
            } else {
                too_long = true;
            }
        }
        if (length_ > 0 && line_[length_ - 1] == '\r') --length_;
        line = {line_.data(), length_};
        return true;
    }

  private:
    int get() {
        if (at_ == filled_) {
            filled_ = std::fread(buffer_.data(), 1, buffer_.size(), file_);
            at_ = 0;
            if (filled_ == 0) return EOF;
        }
        return static_cast<unsigned char>(buffer_[at_++]);
    }

    std::FILE* file_;
    std::array<char, 65'536> buffer_;
    std::size_t at_ = 0, filled_ = 0;
    std::array<char, kLongest> line_;
    std::size_t length_ = 0;
};

struct Row {
    std::array<std::string_view, kColumns.size()> fields;
    std::size_t count = 0;  ///< as the line has them; more or fewer than kColumns is an error
};

Row split(std::string_view line) {
    Row row;
    for (;;) {
        const std::size_t comma = line.find(',');
        if (row.count < row.fields.size()) row.fields[row.count] = line.substr(0, comma);
        ++row.count;
        if (comma == std::string_view::npos) return row;
        line.remove_prefix(comma + 1);
    }
}

std::optional<double> number(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

/// What people may see of a field: no control characters, no commas, not too much.
std::string shown(std::string_view text) {
    std::string out(text.substr(0, 40));
    for (char& c : out) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == ',' || c == '"') c = '?';
    }
    return out;
}

/// One column's number, and the bounds it has to keep; false with the reason in `error`.
bool take(const Row& row, std::size_t column, double least, bool above, double& out, std::string& error) {
    const auto value = number(row.fields[column]);
    if (!value) {
        error = fmt::format("{} is not a number: '{}'", kColumns[column], shown(row.fields[column]));
        return false;
    }
    if (above ? !(*value > least) : !(*value >= least)) {
        error = fmt::format("{} must be {} {:g}: {}", kColumns[column], above ? "above" : "at least", least,
                            shown(row.fields[column]));
        return false;
    }
    out = *value;
    return true;
}

bool parse(const Row& row, pricing::OptionTerms& o, std::string& error) {
    if (row.count != kColumns.size()) {
        error = fmt::format("{} columns instead of {}", row.count, kColumns.size());
        return false;
    }
    if (row.fields[0] != "linear" && row.fields[0] != "inverse") {
        error = fmt::format("style must be linear or inverse: '{}'", shown(row.fields[0]));
        return false;
    }
    if (row.fields[1] != "call" && row.fields[1] != "put") {
        error = fmt::format("type must be call or put: '{}'", shown(row.fields[1]));
        return false;
    }
    o.settlement = row.fields[0] == "linear" ? Settlement::linear : Settlement::inverse;
    o.type = row.fields[1] == "call" ? OptionType::call : OptionType::put;
    constexpr double kAny = -1e300;
    return take(row, 2, 0, true, o.forward, error) && take(row, 3, 0, true, o.strike, error) &&
           take(row, 4, 0, false, o.years, error) && take(row, 5, 0, false, o.vol, error) &&
           take(row, 6, kAny, false, o.rate, error);
}

bool all_finite(const pricing::Greeks& g) {
    return std::isfinite(g.price) && std::isfinite(g.delta) && std::isfinite(g.net_delta) &&
           std::isfinite(g.gamma) && std::isfinite(g.vega) && std::isfinite(g.theta);
}

/// The output line of one input line; false when the row could not be priced.
bool price_line(std::string_view line, bool too_long, fmt::memory_buffer& out) {
    const Row row = too_long ? Row{} : split(line);
    pricing::OptionTerms option;
    pricing::Greeks g;
    std::string error;
    if (too_long) {
        error = fmt::format("line longer than {} bytes", LineReader::kLongest);
    } else if (parse(row, option, error)) {
        g = pricing::black76(option);
        if (!all_finite(g)) error = "no finite price at these figures";
    }
    const auto at = std::back_inserter(out);
    for (const std::string_view field : row.fields) fmt::format_to(at, "{},", shown(field));
    if (error.empty()) {
        fmt::format_to(at, "{:.17g},{:.17g},{:.17g},{:.17g},{:.17g},{:.17g},\n", g.price, g.delta,
                       g.net_delta, g.gamma, g.vega, g.theta);
    } else {
        fmt::format_to(at, ",,,,,,{}\n", error);
    }
    return error.empty();
}

struct Counts {
    std::uint64_t rows = 0;
    std::uint64_t errors = 0;
};

bool flush(fmt::memory_buffer& out) {
    const bool written = std::fwrite(out.data(), 1, out.size(), stdout) == out.size();
    out.clear();
    return written;
}

/// False when the output cannot be written.
bool price_all(LineReader& lines, Counts& counts) {
    fmt::memory_buffer out;
    out.append(kOutHeader);
    std::string_view line;
    bool too_long = false;
    while (lines.next(line, too_long)) {
        if (line.empty()) continue;
        ++counts.rows;
        if (!price_line(line, too_long, out)) ++counts.errors;
        if (out.size() > 65'536 && !flush(out)) return false;
    }
    return flush(out) && std::fflush(stdout) == 0;
}

}  // namespace

int cmd_price(int argc, char** argv) {
    std::string path = "-";
    CLI::App app{
        "Prices and Greeks (Black-76) for a CSV of options; any number of rows, one at a time.\n"
        "In, with this header:  style,type,forward,strike,years,vol,rate\n"
        "  style    linear (quote currency) or inverse (coin)\n"
        "  type     call or put\n"
        "  forward  quote currency per coin, above 0\n"
        "  strike   above 0\n"
        "  years    to expiry, 365 days each; 0 is expired: intrinsic value\n"
        "  vol      0.65 is 65 %\n"
        "  rate     continuously compounded; discounts linear prices only\n"
        "Out, on stdout: the same columns, then price,delta,net_delta,gamma,vega,theta,error\n"
        "  price      linear in quote currency, inverse in coin\n"
        "  delta      forward delta (discounted for linear)\n"
        "  net_delta  delta - price for inverse (what a hedge in coin needs), delta for linear\n"
        "  gamma      d(delta)/d(forward)\n"
        "  vega       quote-currency value per vol point (0.01)\n"
        "  theta      quote-currency value per day\n"
        "  error      why a row could not be priced; its figures are empty\n"
        "Exit codes: 0 all rows priced, 1 some could not be (or the output not written), 2 bad usage or "
        "input.",
        "hedgewire price"};
    app.add_option("--in", path, "the CSV; - is stdin")->capture_default_str();
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? 0 : 2;
    }
    const auto close = [](std::FILE* f) { return f == stdin ? 0 : std::fclose(f); };
    const std::unique_ptr<std::FILE, decltype(close)> file(
        path == "-" ? stdin : std::fopen(path.c_str(), "rb"), close);
    if (!file) {
        std::fprintf(stderr, "hedgewire price: cannot read %s: %s\n", path.c_str(), std::strerror(errno));
        return 2;
    }
    const auto lines = std::make_unique<LineReader>(file.get());
    std::string_view header;
    bool too_long = false;
    if (!lines->next(header, too_long)) header = {};
    if (header.substr(0, 3) == "\xef\xbb\xbf") header.remove_prefix(3);  // what spreadsheets put first
    if (header != kInHeader) {
        std::fprintf(stderr, "hedgewire price: %s:1: the header must be '%s', not '%s'\n", path.c_str(),
                     std::string(kInHeader).c_str(), shown(header).c_str());
        return 2;
    }
    Counts counts;
    const bool written = price_all(*lines, counts);
    if (!written)
        std::fprintf(stderr, "hedgewire price: cannot write the output: %s\n", std::strerror(errno));
    if (std::ferror(file.get()) != 0) {
        std::fprintf(stderr, "hedgewire price: cannot read %s further\n", path.c_str());
        return 2;
    }
    if (counts.errors != 0)
        std::fprintf(stderr, "hedgewire price: %llu of %llu rows could not be priced; see the column error\n",
                     static_cast<unsigned long long>(counts.errors),
                     static_cast<unsigned long long>(counts.rows));
    return written && counts.errors == 0 ? 0 : 1;
}

}  // namespace hw::deploy
