#include "tests/exchange/listing.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <string>

#include <fmt/format.h>

namespace hw::exchange {

namespace {

constexpr Nanos kDay = Nanos::from_seconds(86'400);
constexpr std::int64_t kExpiryHour = 8;
// Strikes of an expiry nearer than this stand no closer together.
constexpr Nanos kShortestForStrikes = Nanos::from_seconds(300);
constexpr std::uint64_t kFirstFeedId = 1'000;

struct Expiry {
    Nanos at;
    bool intraday;
    bool future;  ///< a dated future expires then, too
};

/// 08:00 UTC, `days` days after the day of `start`.
Nanos morning(Nanos start, std::int64_t days) {
    const std::int64_t day = start.ns() / kDay.ns() + days;
    return Nanos::from_ns(day * kDay.ns() + kExpiryHour * 3'600 * kNano);
}

std::vector<Expiry> expiries(const MarketConfig& config, Nanos start) {
    std::vector<Expiry> list;
    if (!config.short_expiry.is_zero()) list.push_back({start + config.short_expiry, true, false});
    list.push_back({morning(start, 2), false, false});
    list.push_back({morning(start, 9), false, true});
    list.push_back({morning(start, 37), false, true});
    return list;
}

/// "27NOV26", with the time appended when it is not the usual hour: names stay unique.
std::string date_code(const Expiry& expiry) {
    static constexpr std::array kMonths = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                           "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
    const std::chrono::sys_time<std::chrono::nanoseconds> time{std::chrono::nanoseconds{expiry.at.ns()}};
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{std::chrono::floor<std::chrono::seconds>(time - day)};
    std::string code =
        fmt::format("{}{}{:02}", static_cast<unsigned>(date.day()),
                    kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()) % 100);
    if (expiry.intraday) {
        code += fmt::format("T{:02}{:02}{:02}", clock.hours().count(), clock.minutes().count(),
                            clock.seconds().count());
    }
    return code;
}

double strike_step(double spot, double years, double vol) {
    const double wanted = 0.5 * spot * vol * std::sqrt(years);
    const double magnitude = std::pow(10.0, std::floor(std::log10(wanted)));
    for (const double factor : {1.0, 2.5, 5.0}) {
        if (wanted <= factor * magnitude) return std::max(1.0, factor * magnitude);
    }
    return 10.0 * magnitude;
}

Price price_of(double value) { return Price::from_double(value).value_or(Price{}); }
Qty qty_of(double value) { return Qty::from_double(value).value_or(Qty{}); }

class Lister {
  public:
    Lister(const Family& family, std::uint16_t family_index, const Underlying& underlying,
           std::vector<Contract>& contracts)
        : family_(family), family_index_(family_index), underlying_(underlying), contracts_(contracts) {}

    void delta_one(const std::string& suffix, Kind kind, Nanos expiry, double carry) {
        Contract c = blank(fmt::format("{}-{}", family_.name, suffix), kind, expiry);
        c.carry = carry;
        const bool inverse = family_.settlement == Settlement::inverse;
        c.terms.contract_size =
            inverse ? Qty::from_units(10) : qty_of(underlying_.spot > 10'000 ? 0.001 : 0.01);
        c.terms.lot = Qty::from_units(1);
        c.terms.tick = price_of(underlying_.spot > 10'000 ? 0.5 : 0.05);
        c.terms.taker_fee_nanos = 500'000;
        contracts_.push_back(c);
    }

    void options(const MarketConfig& config, const Expiry& expiry, Nanos start, double carry) {
        const double years = std::max((expiry.at - start).to_years(), kShortestForStrikes.to_years());
        const double step = strike_step(underlying_.spot, years, underlying_.annual_vol);
        const double centre = std::round(underlying_.spot / step) * step;
        const double first = centre - step * static_cast<double>(config.strikes / 2);
        const std::string date = date_code(expiry);
        for (std::uint32_t i = 0; i < config.strikes; ++i) {
            const double strike = first + step * i;
            if (strike <= 0.0) continue;
            option(date, expiry.at, strike, OptionType::call, carry);
            option(date, expiry.at, strike, OptionType::put, carry);
        }
    }

  private:
    void option(const std::string& date, Nanos expiry, double strike, OptionType type, double carry) {
        const char letter = type == OptionType::call ? 'C' : 'P';
        Contract c =
            blank(fmt::format("{}-{}-{:g}-{}", family_.name, date, strike, letter), Kind::option, expiry);
        c.carry = carry;
        c.terms.option_type = type;
        c.terms.strike = price_of(strike);
        c.terms.contract_size = family_.settlement == Settlement::inverse ? Qty::from_units(1) : qty_of(0.01);
        if (family_.settlement == Settlement::inverse) {
            c.terms.lot = qty_of(0.1);
            c.terms.tick = price_of(0.0001);
            c.terms.tick_threshold = price_of(0.005);
            c.terms.tick_above = price_of(0.0005);
        } else {
            c.terms.lot = Qty::from_units(1);
            c.terms.tick = price_of(underlying_.spot > 10'000 ? 5.0 : 0.2);
        }
        c.terms.maker_fee_nanos = c.terms.taker_fee_nanos = 300'000;
        contracts_.push_back(c);
    }

    Contract blank(const std::string& symbol, Kind kind, Nanos expiry) const {
        Contract c;
        c.family = family_index_;
        c.terms.symbol = Symbol::from(symbol).value_or(Symbol{});
        c.terms.base = Currency::from(underlying_.base).value_or(Currency{});
        c.terms.quote = Currency::from(family_.quote).value_or(Currency{});
        c.terms.settle = Currency::from(family_.settle).value_or(Currency{});
        c.terms.feed_id = kFirstFeedId + contracts_.size();
        c.terms.expiry = expiry;
        c.terms.kind = kind;
        c.terms.settlement = family_.settlement;
        return c;
    }

    const Family& family_;
    const std::uint16_t family_index_;
    const Underlying& underlying_;
    std::vector<Contract>& contracts_;
};

}  // namespace

std::string base_of_family(const std::string& name) { return name.substr(0, name.find('_')); }

Underlying make_underlying(const std::string& base) {
    Underlying u;
    u.base = base;
    u.spot = base == "BTC" ? 90'000.0 : 3'000.0;
    u.annual_vol = base == "BTC" ? 0.55 : 0.70;
    u.jump_sd = 0.0012;
    u.smile.base = base == "BTC" ? 0.21 : 0.40;
    return u;
}

Family make_family(const std::string& name, std::uint16_t underlying) {
    Family f;
    f.name = name;
    f.underlying = underlying;
    const std::string base = base_of_family(name);
    const bool linear = base != name;
    f.quote = linear ? "USDC" : "USD";
    f.settle = linear ? "USDC" : base;
    f.settlement = linear ? Settlement::linear : Settlement::inverse;
    f.channel = static_cast<std::uint8_t>((base == "BTC" ? 1 : 2) + (linear ? 2 : 0));
    f.index_name = base == "BTC" ? (linear ? "btc_usdc" : "btc_usd") : (linear ? "eth_usdc" : "eth_usd");
    return f;
}

void list_family(const MarketConfig& config, const Family& family, std::uint16_t family_index,
                 const Underlying& underlying, Nanos start, std::vector<Contract>& contracts) {
    constexpr double kCarry = 0.06;
    Lister lister(family, family_index, underlying, contracts);
    lister.delta_one("PERPETUAL", Kind::perpetual, Nanos{}, 0.0);
    for (const Expiry& expiry : expiries(config, start)) {
        if (expiry.future) lister.delta_one(date_code(expiry), Kind::future, expiry.at, kCarry);
        lister.options(config, expiry, start, kCarry);
    }
}

}  // namespace hw::exchange
