// A ticker's ten prices, four at a time: two thirds of a feed's messages are tickers.
//
// Says exactly what to_ticker_slowly says of a ticker that it can hold; of all others it says that it cannot.
// What is read stays in registers until there is an Event to write it to.
#pragma once

#include <immintrin.h>

#include <cmath>
#include <cstddef>

#include "core/event.h"
#include "net/feed/deribit_wire.h"
#include "net/feed/translate.h"

namespace hw::net {

class TickerLanes {
  public:
    /// False: a value that does not convert, or a price of 2^51 nano-units (2.2 million) or more.
    bool read(const deribit::Ticker& wire) {
        const __m256i all = _mm256_set1_epi64x(-1);
        const auto number = [&](std::size_t i) { return wire.m.block + deribit::Ticker::kNumbers + 8 * i; };
        // min_sell, max_buy, last, index | mark, best bid, its amount, best ask | funding_8h, estimated
        // delivery, delivery, settlement
        const __m256i fits = _mm256_and_si256(
            _mm256_and_si256(to_prices(number(1), lanes(0, 0, 1, 1), all, limits_),
                             to_prices(number(5), lanes(0, 1, 0, 1), lanes(1, 1, 0, 1), touch_)),
            to_prices(number(11), all, lanes(0, 1, 1, 1), ends_));
        state_ = wire.state();
        const double funding = wire.funding_8h();
        funding_8h_ = deribit::is_null(funding) ? 0.0 : funding;
        return state_ < kTradingStates.size() && std::isfinite(funding_8h_) &&
               _mm256_movemask_pd(_mm256_castsi256_pd(fits)) == 0xf;
    }

    void write(Ticker& out) const {
        static_assert(offsetof(Ticker, mark) == 0 && offsetof(Ticker, min_sell) == 24 &&
                      offsetof(Ticker, max_buy) == 32 && offsetof(Ticker, delivery) == 56 &&
                      offsetof(Ticker, settlement) == 64 && offsetof(Ticker, estimated_delivery) == 72);
        const __m256i first = _mm256_blend_epi32(permute<0, 3, 2, 0>(limits_), touch_, 0x03);
        const __m256i second = _mm256_blend_epi32(
            _mm256_blend_epi32(permute<1, 0, 0, 0>(limits_), permute<0, 1, 3, 0>(touch_), 0x3c),
            permute<0, 0, 0, 2>(ends_), 0xc0);
        auto* const to = reinterpret_cast<std::byte*>(&out);
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), first);
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + 32), second);
        _mm_storeu_si128(reinterpret_cast<__m128i*>(to + 64),
                         _mm256_castsi256_si128(permute<3, 1, 0, 0>(ends_)));
        out.funding_8h = funding_8h_;
        out.state = kTradingStates[state_];
        std::memset(out.reserved, 0, sizeof out.reserved);
    }

  private:
    static __m256i lanes(int a, int b, int c, int d) { return _mm256_set_epi64x(-d, -c, -b, -a); }
    template <int a, int b, int c, int d>
    static __m256i permute(__m256i v) {
        return _mm256_permute4x64_epi64(v, a | b << 2 | c << 4 | d << 6);
    }

    /// Four prices as Price::from_double has them, or kNoPrice: adding 1.5 * 2^52 rounds to whole nano-units,
    /// half to even, and leaves them in the low bits. Returns which lanes are done, those that are no price
    /// among them.
    static __m256i to_prices(const std::byte* wire, __m256i zero_is_none, __m256i is_price, __m256i& prices) {
        const __m256d raw = _mm256_loadu_pd(reinterpret_cast<const double*>(wire));
        const __m256i null = _mm256_cmpeq_epi64(_mm256_castpd_si256(raw), _mm256_set1_epi64x(-1));
        const __m256i zero = _mm256_castpd_si256(_mm256_cmp_pd(raw, _mm256_setzero_pd(), _CMP_EQ_OQ));
        const __m256i none = _mm256_or_si256(null, _mm256_and_si256(zero, zero_is_none));
        const __m256d nanos = _mm256_mul_pd(raw, _mm256_set1_pd(1e9));
        const __m256d size = _mm256_andnot_pd(_mm256_set1_pd(-0.0), nanos);
        const __m256i fits = _mm256_castpd_si256(_mm256_cmp_pd(size, _mm256_set1_pd(0x1p51), _CMP_LT_OQ));
        const __m256d magic = _mm256_set1_pd(0x1.8p52);
        const __m256i whole =
            _mm256_sub_epi64(_mm256_castpd_si256(_mm256_add_pd(nanos, magic)), _mm256_castpd_si256(magic));
        prices = _mm256_blendv_epi8(whole, _mm256_set1_epi64x(kNoPrice.nanos()), none);
        return _mm256_or_si256(_mm256_or_si256(fits, null),
                               _mm256_xor_si256(is_price, _mm256_set1_epi64x(-1)));
    }

    __m256i limits_, touch_, ends_;
    double funding_8h_ = 0;
    std::uint8_t state_ = 0;
};

}  // namespace hw::net
