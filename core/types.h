// The vocabulary of hedgewire: prices, quantities, times and identities that cannot be mixed up.
//
// Price and Qty are fixed-point numbers of nano-units (1e-9) in an int64, Nanos is a time or a duration in
// nanoseconds (UTC since 1970 when it is a time). Doubles live only inside pricing and hedging maths. Every
// conversion is named, and one that can fail returns no value rather than zero.
#pragma once

#include <cmath>
#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

namespace hw {

inline constexpr std::int64_t kNano = 1'000'000'000;

/// A fixed-point number of nano-units, made distinct by its tag. Range: +-9.22e9 units.
template <class Tag>
class Fixed {
  public:
    constexpr Fixed() = default;

    /// The value as it stands: `n` nano-units.
    static constexpr Fixed from_nanos(std::int64_t n) { return Fixed{n}; }
    /// Whole units; the caller knows that |units| < 9.2e9.
    static constexpr Fixed from_units(std::int64_t units) { return Fixed{units * kNano}; }
    /// The nearest nano-unit; nothing for NaN, infinities and what does not fit.
    static std::optional<Fixed> from_double(double units) {
        const double nanos = units * 1e9;
        if (!(nanos > -9.2e18 && nanos < 9.2e18)) return std::nullopt;
        return Fixed{static_cast<std::int64_t>(std::llrint(nanos))};
    }

    constexpr std::int64_t nanos() const { return nanos_; }
    constexpr double to_double() const { return static_cast<double>(nanos_) * 1e-9; }
    constexpr bool is_zero() const { return nanos_ == 0; }
    constexpr Fixed abs() const { return Fixed{nanos_ < 0 ? -nanos_ : nanos_}; }

    friend constexpr auto operator<=>(Fixed, Fixed) = default;
    constexpr Fixed operator-() const { return Fixed{-nanos_}; }
    friend constexpr Fixed operator+(Fixed a, Fixed b) { return Fixed{a.nanos_ + b.nanos_}; }
    friend constexpr Fixed operator-(Fixed a, Fixed b) { return Fixed{a.nanos_ - b.nanos_}; }
    constexpr Fixed& operator+=(Fixed b) { return *this = *this + b; }
    constexpr Fixed& operator-=(Fixed b) { return *this = *this - b; }

  private:
    constexpr explicit Fixed(std::int64_t n) : nanos_(n) {}
    std::int64_t nanos_ = 0;
};

struct PriceTag {};
struct QtyTag {};
struct CashTag {};

/// A price in the instrument's own quotation (coin for inverse options, quote currency otherwise).
using Price = Fixed<PriceTag>;
/// A number of contracts, as FIX counts them. Signed where it is a position.
using Qty = Fixed<QtyTag>;
/// An amount of an instrument's settlement currency.
using Cash = Fixed<CashTag>;

/// Notionals need more than 64 bits.
__extension__ using Int128 = __int128;

/// a*b/c of nano-units in 128 bits, rounded to nearest (halves away from zero); c must not be zero. What does
/// not fit becomes the largest number of its sign: callers that book it check the size.
constexpr std::int64_t mul_div(std::int64_t a, std::int64_t b, std::int64_t c) {
    const Int128 product = static_cast<Int128>(a) * b;
    const Int128 divisor = c < 0 ? -static_cast<Int128>(c) : static_cast<Int128>(c);
    const bool negative = (product < 0) != (c < 0);
    const Int128 magnitude = (product < 0 ? -product : product) + divisor / 2;
    const Int128 quotient = magnitude / divisor;
    if (quotient > INT64_MAX) return negative ? -INT64_MAX : INT64_MAX;
    return static_cast<std::int64_t>(negative ? -quotient : quotient);
}

/// A time (UTC since 1970) or a duration, in nanoseconds.
class Nanos {
  public:
    constexpr Nanos() = default;
    static constexpr Nanos from_ns(std::int64_t n) { return Nanos{n}; }
    static constexpr Nanos from_us(std::int64_t n) { return Nanos{n * 1'000}; }
    static constexpr Nanos from_ms(std::int64_t n) { return Nanos{n * 1'000'000}; }
    static constexpr Nanos from_seconds(std::int64_t n) { return Nanos{n * kNano}; }

    constexpr std::int64_t ns() const { return ns_; }
    constexpr double to_seconds() const { return static_cast<double>(ns_) * 1e-9; }
    /// Years of 365 days, the option market's ACT/365.
    constexpr double to_years() const { return static_cast<double>(ns_) / (365.0 * 86'400e9); }
    constexpr bool is_zero() const { return ns_ == 0; }

    friend constexpr auto operator<=>(Nanos, Nanos) = default;
    friend constexpr Nanos operator+(Nanos a, Nanos b) { return Nanos{a.ns_ + b.ns_}; }
    friend constexpr Nanos operator-(Nanos a, Nanos b) { return Nanos{a.ns_ - b.ns_}; }

  private:
    constexpr explicit Nanos(std::int64_t n) : ns_(n) {}
    std::int64_t ns_ = 0;
};

/// Dense from 0, never reused within a journal: a relisted contract is a new instrument.
enum class InstrumentId : std::uint32_t {};
inline constexpr InstrumentId kNoInstrument{0xffff'ffffu};
constexpr std::uint32_t index(InstrumentId id) { return static_cast<std::uint32_t>(id); }

/// A base asset, dense from 0.
enum class UnderlyingId : std::uint16_t {};
inline constexpr UnderlyingId kNoUnderlying{0xffffu};
constexpr std::uint16_t index(UnderlyingId id) { return static_cast<std::uint16_t>(id); }

enum class Side : std::uint8_t { buy = 0, sell = 1 };
constexpr Side opposite(Side s) { return s == Side::buy ? Side::sell : Side::buy; }
constexpr std::string_view to_string(Side s) { return s == Side::buy ? "buy" : "sell"; }
/// +q for a buy, -q for a sell.
constexpr Qty signed_qty(Side s, Qty q) { return s == Side::buy ? q : -q; }

}  // namespace hw
